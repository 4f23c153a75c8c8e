"""`/map` and `/stats`: a picture of the whole chat."""

from telegram import Update
from telegram.ext import ContextTypes

from bot.handlers.incoming import place, question
from bot.lookback import Lookback
from bot.texts import pictures as texts

Context = ContextTypes.DEFAULT_TYPE


class PictureHandlers:
    """The picture itself is a job; here it is asked for."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback

    async def map(self, update: Update, _: Context) -> None:
        """`/map`."""
        await self._ask(update, "map", texts.map_under_way())

    async def stats(self, update: Update, _: Context) -> None:
        """`/stats`."""
        await self._ask(update, "stats", texts.stats_under_way())

    async def _ask(self, update: Update, kind: str, under_way: str) -> None:
        asked = question(update, kind)
        if await self._lookback.overviews.is_drawn(asked.chat.id, kind):
            await self._lookback.reply(update, place(update), under_way)
            return
        await self._lookback.photos.ask(asked, update.update_id)
        self._lookback.wake()
