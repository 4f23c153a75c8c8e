"""Who runs a chat: asked of Telegram each time."""

from telegram import Bot, ChatMember
from telegram.error import TelegramError


class RightsUnknown(Exception):
    """Telegram did not say whether someone is an admin."""


async def is_admin(bot: Bot, chat_id: int, user_id: int) -> bool:
    """Whether a person runs this chat.

    Raises:
        RightsUnknown: it can't be confirmed, so what it guards is refused.
    """
    try:
        member = await bot.get_chat_member(chat_id, user_id)
    except TelegramError as error:
        raise RightsUnknown from error
    return member.status in (ChatMember.OWNER, ChatMember.ADMINISTRATOR)
