"""What the bot, and the people, may do in a chat. Asked of Telegram each time; where it does not say, nobody may."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from telegram import (
    Bot,
    Chat,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberMember,
    ChatMemberOwner,
    ChatMemberRestricted,
    Message,
)
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.admins import RightsUnknown, is_admin

__all__ = ["Rights", "RightsUnknown", "is_admin", "may_change_info", "own_rights", "runs_the_chat", "sent_by_same"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rights:
    """Of the bot in a chat; None where Telegram could not be asked."""

    hears_photos: bool | None
    may_send_photos: bool | None


async def own_rights(bot: Bot, chat: Chat, member: ChatMember | None = None) -> Rights:
    """Whether photos reach the bot here (privacy mode, Bot API getMe), and whether it may send some.

    Args:
        member: the bot's own membership, where an update has told it.
    """
    if chat.type == ChatType.PRIVATE:
        return Rights(hears_photos=True, may_send_photos=True)
    member = member or await _answer(bot.get_chat_member(chat.id, bot.id))
    if isinstance(member, ChatMemberAdministrator):
        return Rights(hears_photos=True, may_send_photos=True)
    return Rights(await _hears_photos(bot, member), await _may_send_photos(bot, chat, member))


async def _hears_photos(bot: Bot, member: ChatMember | None) -> bool | None:
    """Of a bot that is not known to be an admin."""
    me = await _answer(bot.get_me())
    if me is not None and me.can_read_all_group_messages:
        return True
    return None if me is None or member is None else False


async def _may_send_photos(bot: Bot, chat: Chat, member: ChatMember | None) -> bool | None:
    if isinstance(member, ChatMemberRestricted):
        return member.can_send_photos
    full = await _answer(bot.get_chat(chat.id))
    if full is None or member is None:
        return None
    return full.permissions is None or full.permissions.can_send_photos is not False


async def _answer(asked: Awaitable[T]) -> T | None:
    try:
        return await asked
    except TelegramError:
        return None


async def may_change_info(bot: Bot, message: Message) -> bool:
    """Whether a message is from someone who may change the chat's own name (Bot API, `can_change_info`).

    Raises:
        RightsUnknown: it can't be confirmed.
    """
    if message.chat.type == ChatType.PRIVATE:
        return True
    if message.sender_chat is not None or message.from_user is None:
        return message.sender_chat is not None and message.sender_chat.id == message.chat.id
    try:
        member = await bot.get_chat_member(message.chat.id, message.from_user.id)
        if isinstance(member, ChatMemberOwner):
            return True
        if isinstance(member, ChatMemberAdministrator):
            return bool(member.can_change_info)
        if not isinstance(member, ChatMemberMember | ChatMemberRestricted):
            return False  # has left meanwhile
        everyones = (await bot.get_chat(message.chat.id)).permissions
    except TelegramError as error:
        raise RightsUnknown from error
    own = member.can_change_info if isinstance(member, ChatMemberRestricted) else True
    return bool(own and everyones is not None and everyones.can_change_info)


def sent_by_same(message: Message, target: Message) -> bool:
    """Whether both were sent by the same person, or in the name of the same channel."""
    if message.chat.type == ChatType.PRIVATE:
        return True
    if message.sender_chat is not None or target.sender_chat is not None:
        names = (message.sender_chat, target.sender_chat)
        return None not in names and names[0] == names[1] and names[0] != message.chat
    return message.from_user is not None and message.from_user == target.from_user


async def runs_the_chat(bot: Bot, message: Message) -> bool:
    """Whether a message is from an admin; who writes in the group's own name is one (Bot API, Message.sender_chat).

    Raises:
        RightsUnknown: it can't be confirmed.
    """
    if message.chat.type == ChatType.PRIVATE:
        return True
    if message.sender_chat is not None:
        return message.sender_chat.id == message.chat.id
    return message.from_user is not None and await is_admin(bot, message.chat.id, message.from_user.id)
