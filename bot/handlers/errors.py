"""What no handler caught: logged first, then marked, and a person who asked something gets one sentence."""

import logging
from functools import partial

from telegram import Update
from telegram.error import NetworkError
from telegram.ext import ApplicationHandlerStop, ContextTypes

from bot import texts
from bot.lookback import Lookback
from bot.photos import StoreError

logger = logging.getLogger(__name__)


class ErrorHandlers:
    """The last border: no traceback ever reaches a chat."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback

    async def on_error(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """PTB's error handler; polling errors come here without an update."""
        error = context.error
        if not isinstance(update, Update):
            quiet = isinstance(error, NetworkError)
            logger.warning("polling: %s", error) if quiet else logger.error("polling failed", exc_info=error)
            return
        if isinstance(error, StoreError):
            logger.error("update %s stays queued: %s", update.update_id, error)
            raise ApplicationHandlerStop  # or the last handler would end its row
        logger.error("update %s failed", update.update_id, exc_info=error)
        await self._lookback.inbox.failed(update.update_id, f"{type(error).__name__}: {error}")
        message = update.message
        if message is not None and (message.text or "").startswith("/"):
            say = partial(context.bot.send_message, message.chat.id, texts.sorry())
            await self._lookback.sender.attempt(message.chat.id, say)
