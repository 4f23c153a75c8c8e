"""`/start` and `/help`."""

from telegram import Update
from telegram.constants import ChatType
from telegram.ext import ContextTypes

from bot import texts
from bot.handlers.incoming import place
from bot.handlers.inline import START as INLINE
from bot.lookback import Lookback
from bot.texts import inline

Context = ContextTypes.DEFAULT_TYPE


class HelpHandlers:
    """Answers without a look at anything stored."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback

    async def start(self, update: Update, context: Context) -> None:
        """`/start`: how to begin; a group that has the bot already has begun. The button of inline mode leads here."""
        chat = update.effective_chat
        text = texts.start() if chat and chat.type == ChatType.PRIVATE else texts.help_text()
        if context.args == [INLINE]:
            text = inline.about(context.bot.username)
        await self._lookback.reply(update, place(update), text)

    async def help(self, update: Update, _: Context) -> None:
        """`/help`: what the bot does."""
        await self._lookback.reply(update, place(update), texts.help_text())

    async def other(self, update: Update, _: Context) -> None:
        """Anything else that is said to the bot alone: there silence would be rude."""
        await self._lookback.reply(update, place(update), texts.not_understood())
