"""Waiting for a change or for a moment, whichever comes first.

Not `asyncio.wait_for`: on Python 3.11 it may take a cancellation that comes at the moment of the change for the change,
and the loop that waits then outlives its cancellation (github.com/python/cpython/issues/86296, mended in 3.12).
"""

import asyncio
import contextlib
import time

LEAST = 0.01


async def changed_or_due(changed: asyncio.Event, due_at: float | None) -> None:
    """Return once `changed` is set, or at `due_at` in Unix seconds (None: never)."""
    await changed_within(changed, None if due_at is None else max(LEAST, due_at - time.time()))


async def changed_within(changed: asyncio.Event, seconds: float | None) -> None:
    """Return once `changed` is set, or after `seconds` (None: never)."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await changed.wait()
