"""`/mute` and `/unmute`, in reply to a photo."""

from telegram import Bot, Message, Update
from telegram.ext import ContextTypes

from bot import texts
from bot.handlers.incoming import new_photo, place
from bot.handlers.rights import RightsUnknown, runs_the_chat, sent_by_same
from bot.lookback import Lookback
from bot.muting import NotRemembered
from bot.photos import NewPhoto
from bot.texts import muting, privacy

Context = ContextTypes.DEFAULT_TYPE


class MuteHandlers:
    """Done at once, also where the question comes from a backlog; asked twice, it does nothing more."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback, self._muting = lookback, lookback.muting

    async def mute(self, update: Update, context: Context) -> None:
        """`/mute`."""
        message, photo = _asked(update)
        if photo is None:
            await self._say(update, muting.mute_usage())
            return
        refusal = await self._refusal(context.bot, message, photo)
        await self._say(update, refusal or await self._mute(message, photo, context.bot.id))

    async def _mute(self, message: Message, photo: NewPhoto, bot_id: int) -> str:
        target = message.reply_to_message
        if target is not None and _is_own(target, bot_id):
            await self._muting.mute_known(message.chat.id, photo.file_unique_id)
            return muting.muted()
        try:
            await self._muting.mute(photo)
        except NotRemembered:
            return privacy.not_to_be_remembered()
        self._lookback.wake()  # it may be a photo from before the bot came
        return muting.muted(of_album=photo.media_group_id is not None)

    async def unmute(self, update: Update, context: Context) -> None:
        """`/unmute`."""
        message, photo = _asked(update)
        if photo is None:
            await self._say(update, muting.unmute_usage())
            return
        refusal = await self._refusal(context.bot, message, photo)
        await self._say(update, refusal or await self._unmute(message.chat.id, photo))

    async def _unmute(self, chat_id: int, photo: NewPhoto) -> str:
        was_muted = await self._muting.unmute(chat_id, photo.file_unique_id)
        return muting.unmuted() if was_muted else muting.not_muted()

    async def _refusal(self, bot: Bot, message: Message, photo: NewPhoto) -> str | None:
        """Why this is not done; None where it is."""
        target = message.reply_to_message
        assert target is not None
        senders: list[int | None] = []
        if own := _is_own(target, bot.id):
            if target.media_group_id is not None:  # a reply to an album names the first, whichever was meant
                return muting.which_of_my_photos()
            senders = await self._muting.senders(message.chat.id, photo.file_unique_id)
            if not senders:
                return muting.unknown_of_mine()
        try:
            is_mine = _is_among(message, senders) if own else sent_by_same(message, target)
            return None if is_mine or await runs_the_chat(bot, message) else muting.only_sender_or_admin()
        except RightsUnknown:
            return texts.rights_unknown()

    async def _say(self, update: Update, text: str) -> None:
        await self._lookback.reply(update, place(update), text, even_late=True)
        self._lookback.forgetting.empty_log()  # the update quotes the photo, which may not be remembered


def _asked(update: Update) -> tuple[Message, NewPhoto | None]:
    """The question, and the photo that it is in reply to."""
    message = update.effective_message
    assert message is not None  # the handlers' filters let only messages through
    target = message.reply_to_message
    return message, new_photo(target) if target else None


def _is_own(message: Message, bot_id: int) -> bool:
    return message.from_user is not None and message.from_user.id == bot_id


def _is_among(message: Message, senders: list[int | None]) -> bool:
    """Whether a person who writes as such is one of these; Telegram's stand-ins for anonymous admins are no one."""
    return message.sender_chat is None and message.from_user is not None and message.from_user.id in senders
