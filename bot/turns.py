"""Which updates wait for each other, and which don't."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.inbox import BOUND, UNDO_SIGNS


class Turns(BaseUpdateProcessor):
    """A chat's turns are taken in order; they only store rows. Commands and buttons have no turn to wait for."""

    def __init__(self) -> None:
        super().__init__(max_concurrent_updates=BOUND)
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Run one update, under its chat's lock unless it asks something."""
        if isinstance(update, Update) and update.effective_chat and not _asks(update):
            async with self._turns[update.effective_chat.id]:
                await coroutine
        else:
            await coroutine

    async def initialize(self) -> None:
        """Nothing to set up."""

    async def shutdown(self) -> None:
        """Nothing to close."""


def _asks(update: Update) -> bool:
    text = update.effective_message.text if update.effective_message else None
    return update.callback_query is not None or (text or "").startswith("/") or text in UNDO_SIGNS
