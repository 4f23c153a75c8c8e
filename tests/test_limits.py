"""Sending budgets, on the real event loop with windows of a fraction of a second."""

import asyncio
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.limits import Limits, LimitsClosed, Window

GROUP, OTHER, PERSON = -1001, -1002, 7


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(1, 10)), min_size=1, max_size=60))
@settings(max_examples=60)
def test_no_window_ever_holds_more_than_its_units(steps: list[tuple[float, int]]) -> None:
    clock = Clock()
    window = Window(20, 60, clock)
    spent: list[tuple[float, int]] = []
    for pause, units in steps:
        clock.now += pause
        delay = window.wait_for(units)
        clock.now += delay + 0.001 if delay else 0  # a little late, as Limits does
        assert window.room() >= units
        window.spend(units)
        spent.append((clock.now, units))
    for start, _ in spent:
        assert sum(units for at, units in spent if start <= at < start + 60) <= 20


def test_an_album_counts_its_length() -> None:
    async def body() -> None:
        limits = Limits(clock=Clock())
        await limits.acquire(GROUP, 8, 0)
        assert limits.room(GROUP) == 12
        assert limits.room(OTHER) == 20
        assert limits.room(PERSON) == 22

    asyncio.run(body())


def test_answers_go_before_albums_and_each_in_order() -> None:
    async def body() -> list[str]:
        limits = Limits(per_group=1, window=0.02)
        await limits.acquire(GROUP, 1, 0)
        went: list[str] = []

        async def wait(name: str, priority: int) -> None:
            await limits.acquire(GROUP, 1, priority)
            went.append(name)

        jobs = [("album 1", 2), ("answer 1", 0), ("album 2", 2), ("help", 1), ("answer 2", 0)]
        await asyncio.gather(*(wait(*job) for job in jobs))
        return went

    assert asyncio.run(body()) == ["answer 1", "answer 2", "help", "album 1", "album 2"]


def test_a_pause_stops_one_chat_and_no_other() -> None:
    async def body() -> float:
        limits = Limits()
        limits.pause(GROUP, 0.1)
        begun = time.monotonic()
        await limits.acquire(OTHER, 1, 0)
        assert time.monotonic() - begun < 0.08
        assert limits.room(GROUP) == 0
        await limits.acquire(GROUP, 1, 0)
        return time.monotonic() - begun

    assert asyncio.run(body()) >= 0.1


def test_what_other_chats_have_used_up_leaves_a_chat_its_own_room() -> None:
    async def run() -> None:
        limits = Limits(overall=5)
        await limits.acquire(OTHER, 5, 0)
        await asyncio.sleep(0)
        assert (limits.room(GROUP), limits.room_of_chat(GROUP)) == (0, 20)
        limits.pause(GROUP, 5)
        assert limits.room_of_chat(GROUP) == 0

    asyncio.run(run())


def test_all_chats_share_the_overall_limit() -> None:
    async def body() -> float:
        limits = Limits(overall=5)
        begun = time.monotonic()
        for chat in range(10, 16):
            await limits.acquire(chat, 1, 0)
        return time.monotonic() - begun

    assert 1.0 <= asyncio.run(body()) < 3


def test_more_than_a_whole_budget_waits_for_all_of_it_and_no_longer() -> None:
    async def body() -> None:
        limits = Limits(per_group=3, window=0.05)
        await limits.acquire(GROUP, 10, 0)
        assert limits.room(GROUP) == 0
        await asyncio.wait_for(limits.acquire(GROUP, 10, 0), 1)

    asyncio.run(body())


def test_a_cancelled_waiter_costs_nothing_and_holds_nobody_up() -> None:
    async def body() -> None:
        limits = Limits(per_group=5, window=0.05)
        await limits.acquire(GROUP, 3, 0)
        big = asyncio.create_task(limits.acquire(GROUP, 5, 0))
        small = asyncio.create_task(limits.acquire(GROUP, 2, 1))
        await asyncio.sleep(0)
        assert limits.waiting(GROUP) == 2
        big.cancel()
        await asyncio.wait_for(small, 0.04)
        assert limits.waiting(GROUP) == 0

    asyncio.run(body())


def test_the_end_turns_every_waiter_away() -> None:
    async def body() -> None:
        limits = Limits(per_group=1)
        await limits.acquire(GROUP, 1, 0)
        waiter = asyncio.create_task(limits.acquire(GROUP, 1, 0))
        await asyncio.sleep(0)
        limits.close()
        with pytest.raises(LimitsClosed):
            await waiter
        with pytest.raises(LimitsClosed):
            await limits.acquire(PERSON, 1, 0)

    asyncio.run(body())


def test_a_supergroup_inherits_the_groups_budget() -> None:
    async def body() -> None:
        limits = Limits(clock=Clock())
        await limits.acquire(-5, 9, 0)
        limits.migrate(-5, GROUP)
        assert limits.room(GROUP) == 11

    asyncio.run(body())
