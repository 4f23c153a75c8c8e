"""The use cases of remembering. Plain values in and out; knows nothing of Telegram, SQL or torch."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain, repeat
from pathlib import Path
from typing import ParamSpec, TypeVar

from bot.vision.model import ImageModel
from bot.waiting import changed_within
from bot.worker import Workers
from storage.errors import StoreError
from storage.rows import (
    ChatRow,
    Counts,
    EventRow,
    NewEvent,
    NewPhoto,
    PhotoRow,
    Size,
)
from storage.store import Store

__all__ = [
    "ChatRow",
    "EventRow",
    "NewEvent",
    "NewPhoto",
    "PhotoRow",
    "Photos",
    "Rules",
    "Size",
    "StoreError",
]

P = ParamSpec("P")
T = TypeVar("T")

TURN_RETRY = (0.5, 2.0, 10.0)
"""Seconds between attempts to store a turn; the last one repeats."""

logger = logging.getLogger(__name__)


class PhotoError(Exception):
    """A question about a photo that has no answer; handlers and jobs word it."""


class Unreadable(PhotoError):
    """The picture could not be looked at; the text is the reason."""


class Unseen(PhotoError):
    """The photo has no embedding by the present model yet."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides an answer. Times in seconds; `threshold` None means the model's own."""

    threshold: float | None
    answer_photos: int
    album_wait: float
    fresh: float


class Photos:
    """The memory of all chats. Every read takes the chat it is for: nothing crosses chats."""

    def __init__(
        self, workers: Workers, model: ImageModel, rules: Rules, clock: Callable[[], float] = time.time
    ) -> None:
        self.workers = workers
        self.model = model
        self.rules = rules
        self.clock = clock
        self.stopping: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self.closing = asyncio.Event()

    async def open(self, path: Path | str) -> None:
        """Open the store in its thread, and count what the last end of the program cut.

        Raises:
            StoreError: one sentence for the person who runs the bot.
        """
        self.store = await self.workers.store(Store, path)
        await self.workers.store(self.store.events.recover, self.clock())
        await self.workers.store(self.store.photos.give_up_killers)

    async def close(self) -> None:
        """Close the store, if it was opened."""
        if hasattr(self, "store"):
            await self.workers.store(self.store.close)

    async def remember(self, new: NewPhoto, update_id: int, *, edited: bool = False) -> bool:
        """Take the turn of a photo that came or was edited (not answered then); whether it is remembered by that."""
        new = replace(new, answerable=new.answerable and not edited)
        rules = self.rules
        args = (new, update_id, self.model.id, self.clock(), rules.album_wait, rules.fresh)
        return await self._turn(self.store.remember, *args) is not None

    async def ask(self, question: NewEvent, update_id: int, about: NewPhoto | None = None) -> None:
        """Take the turn of a question that a job will answer; it is the only answer about its photo."""
        about = replace(about, answerable=False) if about else None
        await self._turn(self.store.ask, question, about, update_id, self.model.id, self.clock(), self.rules.fresh)

    async def _turn(self, change: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make a change that ends an update's row; on a full disk again and again, so that nothing is lost.

        Raises:
            StoreError: the program ends meanwhile; the row stays queued.
        """
        for delay in chain(TURN_RETRY, repeat(TURN_RETRY[-1])):
            try:
                return await self.workers.store(change, *args, **kwargs)
            except StoreError as error:
                if self.closing.is_set():
                    raise
                logger.warning("%s Trying again.", error)
                await changed_within(self.closing, delay)
        raise AssertionError("the delays never end")

    async def migrate(self, old: ChatRow, new: ChatRow, update_id: int) -> bool:
        """Take the turn of a group's migration; False where it was known."""
        return await self._turn(self.store.migrate, old, new, update_id, self.clock())

    async def migrations(self) -> list[tuple[int, int]]:
        """Every group that became a supergroup: old id, new id."""
        return await self.workers.store(self.store.chats.migrations)

    async def leave(self, chat: ChatRow, update_id: int) -> None:
        """Take the turn of the bot's removal."""
        await self._turn(self.store.leave, chat, update_id, self.clock())

    def is_fresh(self, sent_at: float) -> bool:
        """Whether an answer to what was sent then is still wanted: a backlog after downtime is not answered."""
        return self.clock() - sent_at <= self.rules.fresh

    async def count(self, chat_id: int) -> int:
        """How many photos of a chat can be sorted now."""
        return await self.workers.store(self.store.photos.count, chat_id, self.model.id)

    async def event(self, event_id: int) -> EventRow | None:
        """An event as it is now."""
        return await self.workers.store(self.store.events.get, event_id)

    async def end(self, event: EventRow) -> None:
        """Close an event whose steps are all done."""
        await self.workers.store(self.store.events.end, event.id, "done", self.clock())

    async def stop(self, event_id: int) -> None:
        """Ask the job of an event to stop, also where it waits for its turn to send."""
        self.stopping[event_id].set()
        await self.workers.store(self.store.events.stop, event_id)

    async def sent_in(self, event: EventRow, step: str) -> list[int] | None:
        """The ids of the messages that a step of an event has sent; None where it has not."""
        return await self.workers.store(self.store.events.message_ids, event.id, step)

    async def cut_steps(self, event: EventRow) -> list[str]:
        """The steps of an event of which nobody knows whether they arrived."""
        return await self.workers.store(self.store.events.cut, event.id)

    async def disk(self) -> tuple[int, int]:
        """Bytes that the database takes, and bytes that are free beside it."""
        return await self.workers.store(self.store.disk)

    async def counts(self, chat_id: int) -> Counts:
        """What `/status` counts."""
        return await self.workers.store(self.store.chats.counts, chat_id, self.model.id)
