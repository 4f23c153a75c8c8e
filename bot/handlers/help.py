"""`/start` and `/help`."""

from telegram import Update
from telegram.ext import ContextTypes

from bot import texts
from bot.handlers.incoming import place
from bot.lookback import Lookback

Context = ContextTypes.DEFAULT_TYPE


class HelpHandlers:
    """Answers without a look at anything stored."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback

    async def start(self, update: Update, _: Context) -> None:
        """`/start`: how to begin."""
        await self._lookback.reply(update, place(update), texts.start())

    async def help(self, update: Update, _: Context) -> None:
        """`/help`: what the bot does."""
        await self._lookback.reply(update, place(update), texts.help_text())
