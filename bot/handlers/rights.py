"""What the bot, and the people, may do in a chat. Asked of Telegram each time; where it does not say, nobody may."""

from dataclasses import dataclass

from telegram import Bot, Chat, ChatMember, ChatMemberAdministrator, ChatMemberRestricted
from telegram.constants import ChatType
from telegram.error import TelegramError


@dataclass(frozen=True, slots=True)
class Rights:
    """Of the bot in a chat; None where Telegram could not be asked."""

    hears_photos: bool | None
    may_send_photos: bool | None


async def own_rights(bot: Bot, chat: Chat) -> Rights:
    """Whether photos reach the bot here (privacy mode, Bot API getMe), and whether it may send some."""
    if chat.type == ChatType.PRIVATE:
        return Rights(hears_photos=True, may_send_photos=True)
    try:
        member = await bot.get_chat_member(chat.id, bot.id)
        me = await bot.get_me()
        may_send = await _may_send_photos(bot, chat, member)
    except TelegramError:
        return Rights(hears_photos=None, may_send_photos=None)
    hears = bool(me.can_read_all_group_messages) or isinstance(member, ChatMemberAdministrator)
    return Rights(hears, may_send)


async def _may_send_photos(bot: Bot, chat: Chat, member: ChatMember) -> bool:
    if isinstance(member, ChatMemberAdministrator):
        return True
    if isinstance(member, ChatMemberRestricted):
        return member.can_send_photos
    permissions = (await bot.get_chat(chat.id)).permissions
    return permissions is None or permissions.can_send_photos is not False


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
