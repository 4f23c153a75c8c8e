"""Quiet hours: nothing unasked is said in them, by the clock of the chat."""

import time
from datetime import UTC, datetime

import pytest

from bot.manners import Manners
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.conftest import Start, lookback
from tests.fakes import GREEN, RED, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO
from tests.test_forgetting import remembered


def moment(hour: int, minute: int = 0) -> float:
    return datetime(2026, 7, 1, hour, minute, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("start", "end", "offset", "quiet", "loud"),
    [
        (22, 7, 0, [(22, 0), (23, 59), (0, 0), (6, 59)], [(21, 59), (7, 0), (12, 0)]),
        (1, 5, 0, [(1, 0), (4, 59)], [(0, 59), (5, 0), (23, 0)]),
        (22, 7, 120, [(20, 0), (4, 59)], [(19, 59), (5, 0), (22 - 4, 0)]),
        (22, 7, -570, [(7, 30), (16, 29)], [(7, 29), (16, 30)]),
        (0, 6, 345, [(18, 15), (0, 14)], [(18, 14), (0, 15)]),
    ],
)
def test_the_hours_are_those_of_the_chats_clock(
    start: int, end: int, offset: int, quiet: list[tuple[int, int]], loud: list[tuple[int, int]]
) -> None:
    manners = Manners(quiet_from=start, quiet_until=end, utc_offset=offset)
    assert [manners.is_quiet(moment(*at)) for at in quiet] == [True] * len(quiet)
    assert [manners.is_quiet(moment(*at)) for at in loud] == [False] * len(loud)


@pytest.mark.parametrize("manners", [Manners(), Manners(quiet_from=9), Manners(quiet_until=9)])
def test_half_of_them_are_none(manners: Manners) -> None:
    assert manners.quiet is None
    assert not any(manners.is_quiet(moment(hour)) for hour in range(24))


def test_from_an_hour_to_the_same_hour_is_no_time() -> None:
    assert not any(Manners(quiet_from=9, quiet_until=9).is_quiet(moment(hour)) for hour in range(24))


@pytest.mark.parametrize("mode", ["answer", "reaction"])
async def test_in_quiet_hours_a_photo_is_remembered_and_met_with_silence_but_questions_are_answered(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, mode: str
) -> None:
    hour = int(time.time() // 3600 % 24)
    async with start() as app:
        manners = lookback(app).manners
        await manners.change(group.id, mode=mode, quiet_from=(hour - 1) % 24, quiet_until=(hour + 2) % 24)
        for date in (LONG_AGO, None):
            photo = telegram.send_photo(group, ann, picture(RED), date=date)
            await memory.settled()
        assert (telegram.bot_messages(group), group.reactions) == ([], {})
        assert len(remembered(memory)) == 2
        telegram.send_text(group, ann, "/similar", reply_to=photo["message_id"])
        await memory.settled()
        assert len(telegram.bot_messages(group)) == 1
        await manners.change(group.id, mode=None, utc_offset=720)  # twelve hours away it is not quiet
        telegram.send_photo(group, ann, picture(GREEN), date=LONG_AGO)
        telegram.send_photo(group, ann, picture(GREEN))
        await memory.settled()
    assert len(telegram.bot_messages(group)) == 2
