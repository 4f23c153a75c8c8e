"""A message that nobody wants any more does not wait for its turn: /cluster's stop button in a busy group."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.limits import Limits, LimitsClosed
from bot.sending import Priority, Sender, Stale

GROUP = -100


class Noted:
    """A ticket that lets everything pass and counts what began."""

    def __init__(self) -> None:
        self.begun = 0

    async def begin(self) -> bool:
        self.begun += 1
        return True

    async def release(self) -> None: ...

    async def sent(self, message_ids: Sequence[int]) -> None: ...

    async def lose(self) -> None: ...


async def send() -> str:
    return "sent"


async def test_what_is_dropped_while_it_waits_ends_at_once_and_takes_nothing_from_the_budget() -> None:
    sender, ticket, dropped = Sender(Limits(per_group=1)), Noted(), asyncio.Event()
    await sender.deliver(ticket, GROUP, send, priority=Priority.ALBUM)
    waiting = asyncio.create_task(sender.deliver(ticket, GROUP, send, priority=Priority.ALBUM, dropped=dropped))
    await asyncio.sleep(0.01)
    assert sender.limits.waiting(GROUP) == 1
    dropped.set()
    with pytest.raises(Stale):
        await asyncio.wait_for(waiting, 1)  # the budget frees in a minute
    assert (ticket.begun, sender.limits.waiting(GROUP)) == (1, 0)


async def test_what_was_dropped_before_its_turn_is_never_sent() -> None:
    sender, ticket, dropped = Sender(Limits()), Noted(), asyncio.Event()
    dropped.set()
    with pytest.raises(Stale):
        await sender.deliver(ticket, GROUP, send, priority=Priority.ALBUM, dropped=dropped)
    assert ticket.begun == 0


async def test_a_closing_program_still_ends_whoever_waits() -> None:
    sender, ticket = Sender(Limits(per_group=1)), Noted()
    await sender.deliver(ticket, GROUP, send, priority=Priority.ALBUM)
    waiting = asyncio.create_task(sender.deliver(ticket, GROUP, send, priority=Priority.ALBUM))
    await asyncio.sleep(0.01)
    assert sender.limits.waiting(GROUP) == 1
    sender.limits.close()
    with pytest.raises(LimitsClosed):
        await asyncio.wait_for(waiting, 1)
