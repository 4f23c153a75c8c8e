"""A photo comes, and is answered, or not: the real application, photo in and answer out."""

import math
import time
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.conftest import Start, lookback
from tests.fakes import BLUE, GREEN, ORANGE, RED, Colour, MeanColour, picture
from tests.memory import Memory

LONG_AGO = datetime(2024, 3, 9, 12, tzinfo=UTC).timestamp()
"""Far too long ago to be answered, so it is remembered and nothing else."""
SHADES = [(255, green, 0) for green in (10, 25, 40, 55, 70, 85, 100)]
"""Ever farther from red, and all within the fake model's threshold of it."""


def links(message: dict[str, Any]) -> list[str]:
    """The addresses behind the words of a caption or a text, in order."""
    entities = message.get("caption_entities", []) + message.get("entities", [])
    return [entity["url"] for entity in entities if entity["type"] == "text_link"]


def link(message: dict[str, Any]) -> str:
    return f"https://t.me/c/{-message['chat']['id'] - 10**12}/{message['message_id']}"


def cosine(colour: Colour, other: Colour) -> float:
    a, b = np.asarray(colour, float), np.asarray(other, float)
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


async def test_a_photo_is_answered_with_the_similar_earlier_one(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start
) -> None:
    async with start():
        first = telegram.send_photo(group, ann, picture(RED))
        telegram.send_photo(group, ann, picture(GREEN))
        asked = telegram.send_photo(group, ben, picture(RED))
        await telegram.wait_for(lambda: telegram.bot_messages(group))
    (answer,) = telegram.bot_messages(group)
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]
    assert answer["photo"] == first["photo"]
    assert "100% · Ann" in answer["caption"]
    assert [e["url"] for e in answer["caption_entities"]] == [
        f"https://t.me/c/{-group.id - 10**12}/{first['message_id']}"
    ]


async def test_the_five_most_similar_come_as_one_album_that_one_caption_ranks(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        sent = {}
        for shade in (SHADES[3], SHADES[0], SHADES[6], SHADES[1], SHADES[5], SHADES[2], SHADES[4]):
            sent[shade] = telegram.send_photo(group, ann, picture(shade), date=LONG_AGO)
        await memory.settled()
        asked = telegram.send_photo(group, ben, picture(RED))
        await memory.settled()
    answer = telegram.bot_messages(group)
    best = [sent[shade] for shade in SHADES[:5]]
    assert [message["photo"] for message in answer] == [message["photo"] for message in best]
    assert len({message["media_group_id"] for message in answer}) == 1
    assert {message["reply_to_message"]["message_id"] for message in answer} == {asked["message_id"]}
    assert ["caption" in message for message in answer] == [True, False, False, False, False]
    _, *lines = answer[0]["caption"].splitlines()
    assert lines == [
        f"{rank}. {math.floor(100 * cosine(shade, RED))}% · Ann · 9 Mar 2024 · open"
        for rank, shade in enumerate(SHADES[:5], 1)
    ]
    assert links(answer[0]) == [link(message) for message in best]


async def test_the_order_of_an_answer_can_be_recomputed_from_the_database(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    colours = np.random.default_rng(7).integers(0, 256, (30, 3))
    async with start(threshold=0.0, answer_photos=10) as app:
        await lookback(app).manners.change(group.id, strictness="normal")
        for colour in colours[:-1]:
            telegram.send_photo(group, ann, picture(tuple(colour)), date=LONG_AGO)
        await memory.settled()
        asked = telegram.send_photo(group, ann, picture(tuple(colours[-1])))
        await memory.settled()
    own = memory.vector(asked).astype(float)
    earlier = memory.ask(
        """SELECT p.message_id, e.vector FROM photos p JOIN embeddings e ON e.photo_id = p.id
           WHERE p.chat_id = ? AND p.sent_at < ?""",
        group.id,
        asked["date"],
    )
    similarity = {row["message_id"]: float(np.frombuffer(row["vector"], "<f4") @ own) for row in earlier}
    assert len(similarity) == 29
    expected = sorted(similarity, key=lambda message_id: -similarity[message_id])[:10]
    shown = [message["photo"][-1]["file_id"] for message in telegram.bot_messages(group)]
    assert shown == [group.messages[message_id]["photo"][-1]["file_id"] for message_id in expected]


async def test_the_setting_says_how_many_photos_an_answer_shows(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(answer_photos=2):
        for _ in range(3):
            telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    assert len(telegram.bot_messages(group)) == 2


@pytest.mark.parametrize(
    ("settings", "answers"),
    [({}, 0), ({"threshold": 0.89}, 1), ({"threshold": 0.9}, 0), ({"clip": MeanColour(threshold=0.89)}, 1)],
)
async def test_the_bot_is_silent_below_the_threshold_of_the_setting_or_else_of_the_model(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, settings: Any, answers: int
) -> None:
    assert 0.89 < cosine(RED, ORANGE) < 0.9  # and the fake model's own threshold is 0.9
    async with start(**settings):
        telegram.send_photo(group, ann, picture(ORANGE), date=LONG_AGO)
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    assert len(telegram.bot_messages(group)) == answers
    assert memory.states()[-1] == ("done" if answers else "silent")


async def test_a_later_photo_is_no_answer_though_it_was_embedded_first(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    now = time.time()
    async with start():
        late = telegram.post(group, ann, {"photo": telegram.files.add_photo(picture(RED))}, date=now)
        first = telegram.send_photo(group, ben, picture(RED), date=now)  # the same second, a larger message id
        await memory.settled()
        telegram.deliver(group, late)
        await memory.settled()
        assert memory.states() == ["silent", "silent"]
        assert memory.photo(late)["id"] > memory.photo(first)["id"]
        telegram.send_photo(group, telegram.add_user("Cleo"), picture(RED), date=now + 1)
        await memory.settled()
    assert [m["photo"] for m in telegram.bot_messages(group)] == [late["photo"], first["photo"]]


async def test_an_answer_waits_for_the_photo_that_was_sent_just_before(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.faults.add("download", "slow", seconds=0.3)
        first = telegram.send_photo(group, ann, picture(RED))
        asked = telegram.send_photo(group, ben, picture(RED))
        await memory.settled()
    (answer,) = telegram.bot_messages(group)
    assert answer["photo"] == first["photo"]
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]


async def test_a_chat_is_never_answered_with_the_photos_of_another(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Cooks", members=[ann])
    async with start():
        known = telegram.send_photo(other, ann, picture(RED))
        await memory.settled()
        telegram.forward(known, group, ben)
        telegram.send_photo(group, ann, picture(GREEN))
        await memory.settled()
        assert telegram.bot_messages(group) == telegram.bot_messages(other) == []
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    (answer,) = telegram.bot_messages(group)
    assert links(answer) == [f"https://t.me/c/{-group.id - 10**12}/1"]


async def test_a_backlog_is_remembered_whole_and_only_what_is_fresh_is_answered(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    now = time.time()
    for age in (3600, 1800, 130):
        telegram.send_photo(group, ann, picture(RED), date=now - age)
    fresh = telegram.send_photo(group, ben, picture(RED), date=now - 60)
    async with start():
        await memory.settled()
    assert memory.states() == ["stale", "stale", "stale", "done"]
    assert memory.value("SELECT count(*) FROM embeddings") == 4
    answer = telegram.bot_messages(group)
    assert len(answer) == 3
    assert {message["reply_to_message"]["message_id"] for message in answer} == {fresh["message_id"]}


async def test_an_answer_that_is_stale_when_its_turn_comes_is_dropped(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(clip=MeanColour(seconds=1.2), fresh=2):
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED), date=int(time.time()) - 1)
        await memory.settled()
    assert memory.states() == ["stale", "stale"]
    assert memory.value("SELECT count(*) FROM embeddings") == 2
    assert telegram.bot_messages(group) == []


async def test_blue_photos_do_not_disturb_the_rank_of_red_ones(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        red = telegram.send_photo(group, ann, picture(SHADES[6]), date=LONG_AGO)
        for _ in range(6):
            telegram.send_photo(group, ann, picture(BLUE), date=LONG_AGO)
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    assert [message["photo"] for message in telegram.bot_messages(group)] == [red["photo"]]
