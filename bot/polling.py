"""A watch on long polling. PTB retries a getUpdates that times out at DEBUG level and for ever, so a bot can be deaf
for a day without a word (HKUDS/nanobot#5171); a supervisor can only help a program that ends."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from telegram import Update
from telegram.ext import ExtBot

WARN_AFTER = 120.0
END_AFTER = 600.0
"""Seconds without one successful getUpdates (which answers at least every ten)."""
CHECK_EVERY = 15.0

logger = logging.getLogger(__name__)


class ListeningBot(ExtBot[None]):
    """A bot that knows when it last heard from Telegram; None before polling begins (and with a webhook)."""

    _last_heard: float | None = None  # underscored: PTB freezes a bot's public attributes

    @property
    def last_heard(self) -> float | None:
        """Monotonic seconds."""
        return self._last_heard

    async def get_updates(self, *args: Any, **kwargs: Any) -> tuple[Update, ...]:
        """`getUpdates`, with a note of the time."""
        if self._last_heard is None:
            self._last_heard = time.monotonic()
        updates = await super().get_updates(*args, **kwargs)
        self._last_heard = time.monotonic()
        return updates


async def watch(bot: ListeningBot, end: Callable[[], None]) -> None:
    """Warn of a poll that is silent, and `end` the program when it stays so."""
    while True:
        await asyncio.sleep(CHECK_EVERY)
        silent = 0.0 if bot.last_heard is None else time.monotonic() - bot.last_heard
        if silent > END_AFTER:
            logger.error("no answer to getUpdates for %.0f s: ending, for the supervisor to start again", silent)
            end()
            return
        if silent > WARN_AFTER:
            logger.warning("no answer to getUpdates for %.0f s", silent)
