"""Photos that come, and photos that are edited: the chat's turn is to store a row, all else is a job's."""

from dataclasses import replace

from telegram import Message, Update
from telegram.ext import ContextTypes

from bot.handlers.incoming import new_photo
from bot.lookback import Lookback

Context = ContextTypes.DEFAULT_TYPE


class PhotoHandlers:
    """An edited photo is remembered anew, and not answered."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback

    async def arrived(self, update: Update, context: Context) -> None:
        """Remember a photo of a message or channel post, new or edited."""
        message = update.effective_message
        photo = new_photo(message) if message else None
        if photo is not None:
            if _was_found(message, context.bot.id):
                photo = replace(photo, answerable=False)
            if not await self._lookback.photos.remember(photo, update.update_id, edited=_is_edit(update)):
                self._lookback.forgetting.empty_log()  # the update itself is in it
            self._lookback.wake()


def _was_found(message: Message | None, bot_id: int) -> bool:
    """Whether someone has sent a result of an inline query of ours: they know where they have it from."""
    return message is not None and message.via_bot is not None and message.via_bot.id == bot_id


def _is_edit(update: Update) -> bool:
    return update.edited_message is not None or update.edited_channel_post is not None
