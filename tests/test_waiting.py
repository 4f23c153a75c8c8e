"""What waits hears both the change and the end."""

import asyncio
import time

import pytest

from bot.waiting import changed_or_due, changed_within


async def _forever(changed: asyncio.Event) -> None:
    while True:
        changed.clear()
        await changed_or_due(changed, time.time() + 60)


async def test_a_cancel_at_the_moment_of_a_change_is_not_lost() -> None:
    changed = asyncio.Event()
    loop = asyncio.create_task(_forever(changed))
    await asyncio.sleep(0)
    changed.set()
    await asyncio.sleep(0)  # the inner wait has ended, the loop has not gone on: here wait_for loses the cancel
    loop.cancel()
    _, alive = await asyncio.wait([loop], timeout=1)
    loop.cancel()
    assert not alive


async def test_waiting_ends_with_the_change_and_with_the_time() -> None:
    changed = asyncio.Event()
    await changed_within(changed, 0.01)
    assert not changed.is_set()
    asyncio.get_running_loop().call_later(0.01, changed.set)
    async with asyncio.timeout(5):
        await changed_within(changed, None)
    assert changed.is_set()


async def test_a_timeout_from_outside_is_not_taken_for_its_own() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await changed_within(asyncio.Event(), 60)
