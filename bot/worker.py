"""The border between the event loop and blocking work: one thread for each kind of it.

Seen in datasette (`database.py`, one thread owns the connection) and starlette (`concurrency.py`).
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Worker:
    """A thread that does one thing after the other: `await worker(fn, *args)`."""

    def __init__(self, name: str) -> None:
        self._in_hand = 0
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"lookback-{name}")

    async def __call__(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `fn` in the thread, in the caller's language. A cancelled waiter doesn't stop work that has begun."""
        loop = asyncio.get_running_loop()
        self._in_hand += 1
        future = self._pool.submit(copy_context().run, partial(fn, *args, **kwargs))
        future.add_done_callback(self._done)
        return await asyncio.wrap_future(future, loop=loop)

    def _done(self, _: object) -> None:
        self._in_hand -= 1

    @property
    def busy(self) -> bool:
        """Whether work is in hand or waits."""
        return self._in_hand > 0

    def close(self) -> None:
        """Let the work in hand end, drop what has not begun, and end the thread. Idempotent."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def abandon(self) -> None:
        """Don't wait for work in hand (a model that loads for a minute); the thread ends after it."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class Workers:
    """The threads of the house. Two photos are never decoded, and two batches never embedded, at a time."""

    def __init__(self) -> None:
        self.store = Worker("store")
        self.clip = Worker("clip")
        self.load = Worker("load")
        self.decode = Worker("decode")
        self.search = Worker("search")  # apart from albums: no answer waits for a KMeans
        self.albums = Worker("albums")

    def close(self) -> None:
        """End all threads, the store's last."""
        self.load.abandon()
        for worker in (self.clip, self.decode, self.search, self.albums, self.store):
            worker.close()
