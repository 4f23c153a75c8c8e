"""The bot is added or removed, and groups that become supergroups."""

from telegram import ChatMember, ChatMemberUpdated, Update
from telegram.ext import ContextTypes

from bot import texts
from bot.handlers.incoming import chat_row
from bot.handlers.rights import own_rights
from bot.lookback import Lookback
from bot.photos import ChatRow
from bot.showing import Place

Context = ContextTypes.DEFAULT_TYPE
OUT = (ChatMember.LEFT, ChatMember.BANNED)


class MembershipHandlers:
    """One message on being added; silence on being promoted or restricted."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback

    async def changed(self, update: Update, context: Context) -> None:
        """`my_chat_member`: something about the bot's own membership."""
        change = update.my_chat_member
        assert change is not None
        if change.new_chat_member.status in OUT:
            await self._lookback.photos.leave(chat_row(change.chat), update.update_id)
            return
        await self._lookback.forgetting.returned(change.chat.id)
        if _was_added(change):
            rights = await own_rights(context.bot, change.chat, change.new_chat_member)
            text = texts.joined(rights.hears_photos, rights.may_send_photos)
            await self._lookback.reply(update, Place(change.chat.id, None, None), text)

    async def migrated(self, update: Update, _: Context) -> None:
        """A group has become a supergroup; said twice, in the old chat and in the new one."""
        message = update.effective_message
        assert message is not None
        here = chat_row(message.chat)
        if message.migrate_to_chat_id is not None:
            old, new = here, ChatRow(message.migrate_to_chat_id, "supergroup", here.title)
        else:
            old, new = ChatRow(message.migrate_from_chat_id or 0, "group", here.title), here
        await self._lookback.photos.migrate(old, new, update.update_id)
        self._lookback.sender.limits.migrate(old.id, new.id)
        self._lookback.wake()


def _was_added(change: ChatMemberUpdated) -> bool:
    was_out = change.old_chat_member.status in OUT
    return was_out and change.chat.type in ("group", "supergroup")
