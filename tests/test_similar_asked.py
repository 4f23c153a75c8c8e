"""`/similar` in reply to a photo: every outcome has a sentence."""

import numpy as np
import pytest

from bot import texts
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from storage import events
from tests.conftest import Start, lookback
from tests.fakes import BLUE, GREEN, RED, MeanColour, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO, SHADES
from tests.test_commands import Unreachable


async def test_similar_finds_earlier_and_later_photos_and_replies_to_the_question(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    forum = telegram.new_chat("supergroup", "Forum", members=[ann], forum=True)
    telegram.create_topic(forum)
    topic = telegram.create_topic(forum)
    async with start():
        sent = [
            telegram.send_photo(forum, ann, picture(colour), date=LONG_AGO, topic=topic)
            for colour in (SHADES[1], RED, SHADES[0], BLUE)
        ]
        await memory.settled()
        asked = telegram.send_text(
            forum, ann, "/similar@lookback_bot", reply_to=sent[1]["message_id"], topic=topic
        )  # fmt: skip
        await memory.settled()
    answer = telegram.bot_messages(forum)
    assert [message["photo"] for message in answer] == [sent[2]["photo"], sent[0]["photo"]]
    assert answer[0]["reply_to_message"]["message_id"] == asked["message_id"]
    assert answer[0]["message_thread_id"] == topic
    assert (forum.id, "typing") in telegram.actions


async def test_a_photo_from_before_the_bot_came_is_remembered_when_it_is_asked_about(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    old = telegram.post(group, ben, {"photo": telegram.files.add_photo(picture(RED)), "caption": "Old"}, date=LONG_AGO)
    async with start():
        known = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO + 1)
        await memory.settled()
        telegram.send_text(group, ann, "/similar", reply_to=old["message_id"])
        await memory.settled()
    assert [message["photo"] for message in telegram.bot_messages(group)] == [known["photo"]]
    row = memory.photo(old)
    assert (row["sender_name"], row["caption"], row["sent_at"]) == ("Ben", "Old", LONG_AGO)
    assert np.argmax(memory.vector(old)) == 0


async def test_a_photo_that_is_asked_about_is_not_answered_a_second_time(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    ahead = telegram.clock() + 5  # Telegram's clock may be ahead of ours
    unheard = telegram.post(group, ann, {"photo": telegram.files.add_photo(picture(RED))}, date=ahead)
    async with start():
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        asked = telegram.send_text(group, ann, "/similar", reply_to=unheard["message_id"])
        await memory.settled()
    (answer,) = telegram.bot_messages(group)
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]


@pytest.mark.parametrize("target", ["nothing", "text", "own answer"])
async def test_without_a_photo_of_someone_similar_asks_for_one(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, target: str
) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        telegram.send_photo(group, ann, picture(RED))
        said = telegram.send_text(group, ann, "Nice")
        await memory.settled()
        (own,) = telegram.bot_messages(group)
        replied = {"nothing": None, "text": said["message_id"], "own answer": own["message_id"]}[target]
        telegram.send_text(group, ann, "/similar", reply_to=replied)
        await memory.settled()
    assert [message.get("text") for message in telegram.bot_messages(group)] == [
        None, texts.similar_needs_a_photo(),
    ]  # fmt: skip


async def test_an_unreadable_photo_is_explained(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        sent = telegram.send_document(group, ann, picture(RED)[:400])
        telegram.send_text(group, ann, "/similar", reply_to=sent["message_id"])
        await memory.settled()
    (answer,) = telegram.bot_messages(group)
    assert answer["text"] == "I could not look at this picture: the file is cut off."


async def test_nothing_similar_is_said(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(GREEN), date=LONG_AGO)
        sent = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        telegram.send_text(group, ann, "/similar", reply_to=sent["message_id"])
        await memory.settled()
    assert [message["text"] for message in telegram.bot_messages(group)] == [texts.nothing_similar()]


async def test_similar_waits_for_the_photo_it_is_about(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(clip=MeanColour(seconds=0.4)):
        known = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        sent = telegram.send_photo(group, ann, picture(SHADES[0]), date=LONG_AGO)
        telegram.send_text(group, ann, "/similar", reply_to=sent["message_id"])
        await memory.settled()
    assert [message["photo"] for message in telegram.bot_messages(group)] == [known["photo"]]


async def test_similar_waits_only_so_long_for_a_model_that_cannot_be_had(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "PATIENCE", 0.3)
    async with start(clip=Unreachable()) as app:
        sent = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        telegram.send_text(group, ann, "/similar", reply_to=sent["message_id"])
        await telegram.wait_for(lambda: telegram.bot_messages(group))
        problem = lookback(app).indexer.problem
    (answer,) = telegram.bot_messages(group)
    assert problem is not None
    assert answer["text"] == texts.photo_waits(problem).replace("&#x27;", "'")
    assert memory.states("similar") == ["done"]
