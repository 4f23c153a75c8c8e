"""What happens on this Telegram, told as it happens to whoever listens: the page, and what keeps the state."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

MOST_WAITING = 5_000
SAID = ("call", "updates")
SAID_KEPT = 150
STAGES_KEPT = 1_000
"""Whoever opens the page later sees the last of the bot's work as well. The page adds the stages up, so a burst of
calls must not push them out."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `data` is JSON as it stands."""

    kind: str
    data: dict[str, Any]


class Feed:
    """Events go to every listener's queue. One that lets too many wait gets None: it has to start afresh."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Event | None]] = set()
        said: deque[Event] = deque(maxlen=SAID_KEPT)
        self._recent = dict.fromkeys(SAID, said) | {"stage": deque(maxlen=STAGES_KEPT)}

    def publish(self, kind: str, **data: Any) -> None:
        """Tell everyone who listens now."""
        event = Event(kind, data)
        if kind in self._recent:
            self._recent[kind].append(event)
        for queue in list(self._listeners):
            if queue.qsize() < MOST_WAITING:
                queue.put_nowait(event)
            else:
                self._listeners.discard(queue)
                queue.put_nowait(None)

    def recent(self) -> list[Event]:
        """The last of the bot's work: first what was said in and out, in its order, then the stages."""
        return [*self._recent["call"], *self._recent["stage"]]

    @contextmanager
    def listen(self) -> Iterator[asyncio.Queue[Event | None]]:
        """The queue of what happens from now on."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
