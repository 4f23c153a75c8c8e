"""What happens on this Telegram, told as it happens to whoever listens: the page, and what keeps the state."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

MOST_WAITING = 5_000
WORK = ("call", "updates", "stage")
"""What tells of the bot's work: whoever opens the page later sees the last of it as well."""
KEPT = 150


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `data` is JSON as it stands."""

    kind: str
    data: dict[str, Any]


class Feed:
    """Events go to every listener's queue. One that lets too many wait gets None: it has to start afresh."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Event | None]] = set()
        self.recent: deque[Event] = deque(maxlen=KEPT)

    def publish(self, kind: str, **data: Any) -> None:
        """Tell everyone who listens now."""
        event = Event(kind, data)
        if kind in WORK:
            self.recent.append(event)
        for queue in list(self._listeners):
            if queue.qsize() < MOST_WAITING:
                queue.put_nowait(event)
            else:
                self._listeners.discard(queue)
                queue.put_nowait(None)

    @contextmanager
    def listen(self) -> Iterator[asyncio.Queue[Event | None]]:
        """The queue of what happens from now on."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
