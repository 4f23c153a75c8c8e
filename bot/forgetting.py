"""The use cases of forgetting, and the loop that keeps the deadlines: retention, grace, what no one confirmed.

A photo is gone when its rows are, and when the write-ahead log, which still holds them, has been emptied.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec

from bot.photos import ChatRow, NewPhoto, Photos, StoreError
from bot.waiting import changed_or_due
from storage.forgetting import Forgetting as Rows
from storage.rows import ConfirmationRow

__all__ = ["ConfirmationRow", "Forgetting", "Keeping"]

P = ParamSpec("P")

DAY = 86400.0
SWEEP_EVERY = 3600.0
"""Seconds between two looks for what is too old."""
LOG_DELAY = 0.5
"""Seconds from a deletion to the emptying of the log, which takes other deletions of that time with it."""
LOG_RETRY = 5.0
"""Seconds until a log that someone else was reading is emptied again."""
CONFIRM_WITHIN = 3600.0
"""Seconds for which the button of `/forget all` works: no one should press it by accident a year later."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keeping:
    """For how many days photos are kept, and chats that the bot was removed from; None: until they are forgotten."""

    retention_days: int | None
    grace_days: int


class Forgetting:
    """Long deletions are made of short steps, so that others get their turn at the store in between.

    `on_forgotten` is told after each step, to let go of what is only in memory.
    """

    def __init__(self, photos: Photos, keeping: Keeping, *, on_forgotten: Callable[[], None]) -> None:
        self._photos, self.keeping, self._on_forgotten = photos, keeping, on_forgotten
        self._store = photos.workers.store
        self._log_is_stale = asyncio.Event()

    @property
    def _rows(self) -> Rows:
        return self._photos.store.forgetting  # opened after this was made

    async def refuses(self, photo: NewPhoto) -> bool:
        """Whether a photo is not to be remembered, by the wish of its sender or of an admin."""
        return await self._store(self._rows.refuses_now, photo)

    async def is_opted_out(self, chat_id: int, user_id: int) -> bool:
        """Whether a person is not to be remembered in a chat."""
        return await self._store(self._rows.is_opted_out, chat_id, user_id)

    async def message(self, chat_id: int, message_id: int, media_group_id: str | None) -> int:
        """Forget the photo of a message, or its whole album, for good; how many photos went.

        Raises:
            StoreError: nothing was changed.
        """
        forgotten = await self._store(self._rows.message, chat_id, message_id, media_group_id, self._photos.clock())
        self._tell()
        return forgotten

    async def person(self, chat: ChatRow, user_id: int) -> int:
        """Store nothing more of a person in a chat, and forget what there is; how many photos went.

        Raises:
            StoreError: the disk refuses; what is done stays done, and the update's row begins it again.
        """
        await self._store(self._rows.opt_out, chat, user_id, self._photos.clock())
        return await self._steps(self._rows.step_of_person, chat.id, user_id)

    async def welcome(self, chat_id: int, user_id: int) -> bool:
        """Remember a person's photos again from now on; False where nothing stood against it."""
        return await self._store(self._rows.opt_in, chat_id, user_id)

    async def ask(self, chat_id: int, asker_id: int | None) -> int:
        """Note that a whole chat is to be forgotten once its button is pressed; the id for the button."""
        return await self._store(self._rows.ask, chat_id, asker_id, self._photos.clock())

    async def asked(self, confirmation_id: int, chat_id: int) -> ConfirmationRow | None:
        """What a button of this chat is about; None where it was pressed before, or is too old."""
        found = await self._store(self._rows.asked, confirmation_id)
        late = found is not None and self._photos.clock() - found.asked_at > CONFIRM_WITHIN
        return None if found is None or late or found.chat_id != chat_id else found

    async def keep(self, confirmation_id: int) -> None:
        """Nothing is to be forgotten after all."""
        await self._store(self._rows.confirmed, confirmation_id)

    async def chat(self, asked: ConfirmationRow) -> int:
        """Forget a whole chat, as was confirmed; how many photos went.

        The question is closed last: a restart in between begins it again, from the press's row.
        """
        until = await self._store(self._rows.begin_chat, asked.chat_id, self._photos.clock())
        forgotten = await self._steps(self._rows.step_of_chat, asked.chat_id, until)
        await self._store(self._rows.confirmed, asked.id)
        return forgotten

    async def returned(self, chat_id: int) -> None:
        """The bot is back in a chat within the grace."""
        await self._store(self._photos.store.chats.returned, chat_id)

    async def _steps(self, step: Callable[P, int], *args: P.args, **kwargs: P.kwargs) -> int:
        forgotten = 0
        while done := await self._store(step, *args, **kwargs):
            forgotten += done
            self._tell()
        self._tell()
        return forgotten

    def _tell(self) -> None:
        self._on_forgotten()
        self.empty_log()

    def empty_log(self) -> None:
        """Say that the write-ahead log holds something that should not stay."""
        self._log_is_stale.set()

    async def run(self) -> None:
        """Until cancelled: look for what is too old at start and each hour, and empty the log after deletions."""
        while True:
            await self.sweep()
            ends_at = time.time() + SWEEP_EVERY
            while time.time() < ends_at:
                await changed_or_due(self._log_is_stale, ends_at)
                await self._empty_log_soon()

    async def _empty_log_soon(self) -> None:
        """Also each hour without a deletion: rows that ended their turn (the inbox's) are in the log as well."""
        await asyncio.sleep(LOG_DELAY)
        self._log_is_stale.clear()
        try:
            emptied = await self._store(self._rows.empty_log)
        except StoreError as error:
            logger.warning("%s It is tried again.", error)
            emptied = False
        if not emptied:
            asyncio.get_running_loop().call_later(LOG_RETRY, self._log_is_stale.set)

    async def sweep(self) -> None:
        """Forget what is older than the retention, and the chats left for longer than the grace."""
        now = self._photos.clock()
        forgotten = await self._steps(self._rows.step_left, now - DAY * self.keeping.grace_days)
        if self.keeping.retention_days is not None:
            forgotten += await self._steps(self._rows.step_older, now - DAY * self.keeping.retention_days)
        await self._store(self._rows.drop_confirmations, now - CONFIRM_WITHIN)
        if forgotten:
            logger.info("forgot %d photos that were too old, or of chats left too long ago", forgotten)
