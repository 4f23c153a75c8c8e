"""The stages of the work are told at DEBUG, each with the messages it was about, and cost no line otherwise."""

import logging
from collections import defaultdict

import pytest

from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.conftest import Start
from tests.fakes import BLUE, GREEN, RED, picture
from tests.memory import Memory


def stages(caplog: pytest.LogCaptureFixture) -> dict[str, set[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for record in caplog.records:
        if record.name == "bot.timing":
            told = vars(record)
            assert told["seconds"] >= 0
            found[told["stage"]] |= set(told["message_ids"])
    return dict(found)


async def test_an_answered_photo_is_told_of_from_download_to_answer(
    telegram: Telegram,
    group: Chat,
    ann: User,
    ben: User,
    start: Start,
    memory: Memory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "bot.timing")
    async with start():
        first = telegram.send_photo(group, ann, picture(RED))["message_id"]
        await memory.settled()
        second = telegram.send_photo(group, ben, picture(RED, (300, 300)))["message_id"]
        await telegram.wait_for(lambda: telegram.bot_messages(group))
    told = stages(caplog)
    assert told["download"] == told["decode"] == told["embed"] == {first, second}
    assert told["answer"] == {second}
    assert second in told["search"]


async def test_an_album_is_told_of_member_by_member(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot.timing")
    async with start():
        ids = {
            telegram.send_photo(group, ann, picture(colour), album="one")["message_id"] for colour in (RED, GREEN, BLUE)
        }
        await memory.settled()
    assert stages(caplog)["embed"] == ids


async def test_nothing_is_told_when_nobody_asks(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with start():
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    assert stages(caplog) == {}
    assert any(record.levelno == logging.INFO for record in caplog.records)
