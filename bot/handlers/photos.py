"""Photos that come, and photos that are edited: the chat's turn is to store a row, all else is a job's."""

from telegram import Update
from telegram.ext import ContextTypes

from bot.handlers.incoming import new_photo
from bot.lookback import Lookback

Context = ContextTypes.DEFAULT_TYPE


class PhotoHandlers:
    """An edited photo is remembered anew, and not answered."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback

    async def arrived(self, update: Update, _: Context) -> None:
        """Remember a photo of a message or channel post, new or edited."""
        message = update.effective_message
        photo = new_photo(message) if message else None
        if photo is not None:
            if not await self._lookback.photos.remember(photo, update.update_id, edited=_is_edit(update)):
                self._lookback.forgetting.empty_log()  # the update itself is in it
            self._lookback.wake()


def _is_edit(update: Update) -> bool:
    return update.edited_message is not None or update.edited_channel_post is not None
