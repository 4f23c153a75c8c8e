"""Waiting for a change or for a moment, whichever comes first."""

import asyncio
import time

LEAST = 0.01


async def changed_or_due(changed: asyncio.Event, due_at: float | None) -> None:
    """Return once `changed` is set, or at `due_at` in Unix seconds (None: never)."""
    timeout = None if due_at is None else max(LEAST, due_at - time.time())
    try:
        await asyncio.wait_for(changed.wait(), timeout)
    except TimeoutError:
        return
