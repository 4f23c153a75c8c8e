"""`/similar`, in reply to a photo."""

from telegram import Message, Update
from telegram.ext import ContextTypes

from bot import texts
from bot.handlers.incoming import new_photo, place, question
from bot.lookback import Lookback
from bot.texts import privacy

Context = ContextTypes.DEFAULT_TYPE


class SimilarHandlers:
    """The photo may be one from before the bot came: a reply carries it whole, so it is remembered then."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback

    async def similar(self, update: Update, context: Context) -> None:
        """Ask for the photos that are most similar to the one replied to."""
        message = update.effective_message
        target = message.reply_to_message if message else None
        photo = new_photo(target) if target and not _is_own(target, context.bot.id) else None
        if photo is None:
            await self._lookback.reply(update, place(update), texts.similar_needs_a_photo())
            return
        if await self._lookback.forgetting.refuses(photo):
            await self._lookback.reply(update, place(update), privacy.not_to_be_remembered())
            self._lookback.forgetting.empty_log()  # the update quotes the photo
            return
        await self._lookback.photos.ask(question(update, "similar"), update.update_id, about=photo)
        self._lookback.wake()


def _is_own(message: Message, bot_id: int) -> bool:
    return message.from_user is not None and message.from_user.id == bot_id
