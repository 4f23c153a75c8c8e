"""How an answer is shown: its place, its links, spoilers, files, and what Telegram or the budget does not allow."""

import io
import time
from typing import Any

import pytest
from PIL import Image

from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.conftest import Start, lookback
from tests.fakes import RED, TEAL, MeanColour, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO, SHADES, link, links


@pytest.fixture
def forum(telegram: Telegram, ann: User, ben: User) -> Chat:
    made = telegram.new_chat("supergroup", "Forum", members=[ann, ben], forum=True)
    telegram.post(made, ann, {"text": "message 1, whose id is the General topic's"})
    return made


async def test_an_answer_goes_into_the_topic_of_its_photo_and_knows_those_of_other_topics(
    telegram: Telegram, forum: Chat, ann: User, start: Start, memory: Memory
) -> None:
    here, there = telegram.create_topic(forum), telegram.create_topic(forum)
    async with start():
        first = telegram.send_photo(forum, ann, picture(RED), topic=there, date=LONG_AGO)
        await memory.settled()
        telegram.send_photo(forum, ann, picture(RED), topic=here)
        await memory.settled()
    assert memory.photo(first)["thread_id"] == there
    (answer,) = telegram.bot_messages(forum)
    assert answer["message_thread_id"] == here
    assert answer["photo"] == first["photo"]


@pytest.mark.parametrize("thread", [{"message_thread_id": 1, "is_topic_message": True}, {"message_thread_id": 4}, {}])
async def test_the_general_topic_and_threads_that_are_no_topics_are_answered_without_a_thread(
    telegram: Telegram, forum: Chat, ann: User, start: Start, memory: Memory, thread: dict[str, Any]
) -> None:
    async with start():
        for date in (LONG_AGO, time.time()):
            photo = {"photo": telegram.files.add_photo(picture(RED))}
            telegram.deliver(forum, telegram.post(forum, ann, photo | thread, date=date))
        await memory.settled()
    (call,) = telegram.called("sendPhoto")
    assert "message_thread_id" not in call.params
    assert memory.ask("SELECT thread_id FROM photos WHERE thread_id IS NOT NULL") == []
    assert len(telegram.bot_messages(forum)) == 1


@pytest.mark.parametrize(("kind", "linked"), [("supergroup", True), ("group", False), ("private", False)])
async def test_only_messages_of_supergroups_are_linked(
    telegram: Telegram, ann: User, start: Start, memory: Memory, kind: str, linked: bool
) -> None:
    chat = telegram.new_chat(kind, "Chat", members=[ann])
    async with start():
        first = telegram.send_photo(chat, ann, picture(RED), date=LONG_AGO)
        telegram.send_photo(chat, ann, picture(RED))
        await memory.settled()
    (answer,) = telegram.bot_messages(chat)
    assert answer["caption"].splitlines()[1] == "1. 100% · Ann · 9 Mar 2024" + (" · open" if linked else "")
    assert links(answer) == ([link(first)] if linked else [])


async def test_spoilers_stay_spoilers_alone_and_among_others(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO, spoiler=True)
        await memory.settled()
        telegram.send_photo(group, ann, picture(SHADES[0]))
        telegram.send_photo(group, ben, picture(RED))
        await memory.settled()
    shown = telegram.bot_messages(group)
    assert [message.get("has_media_spoiler") for message in shown] == [True, True, None]


async def test_an_image_that_came_as_a_file_is_uploaded_again_as_a_photo_and_never_stored(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    data = picture(RED, kind="PNG")
    async with start():
        sent = telegram.send_document(group, ann, data, mime_type="image/png", date=LONG_AGO)
        telegram.send_photo(group, ann, picture(SHADES[0]), date=LONG_AGO)
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
        disk = memory.bytes_on_disk()
    file, known = telegram.called("sendMediaGroup")[0].params["media"]
    assert file["media"].startswith("attach://")
    assert not known["media"].startswith("attach://")
    (upload,) = telegram.called("sendMediaGroup")[0].files.values()
    with Image.open(io.BytesIO(upload)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (400, 300))
    assert links(telegram.bot_messages(group)[0])[0] == link(sent)
    assert sent["document"]["file_id"].encode() in disk
    assert data[:200] not in disk
    assert upload[:200] not in disk


async def test_a_file_above_20_mb_is_found_by_its_thumbnail_and_linked_only(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        big = telegram.send_document(group, ann, picture(RED), claimed_size=20_000_001, date=LONG_AGO)
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    (answer,) = telegram.bot_messages(group)
    assert "photo" not in answer
    assert "100% · Ann" in answer["text"]
    assert links(answer) == [link(big)]


async def test_a_caption_says_which_of_the_ranked_photos_are_not_in_the_message(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        big = telegram.send_document(group, ann, picture(RED), claimed_size=20_000_001, date=LONG_AGO)
        shown = [telegram.send_photo(group, ann, picture(shade), date=LONG_AGO) for shade in SHADES[:2]]
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    answer = telegram.bot_messages(group)
    assert [message["photo"] for message in answer] == [message["photo"] for message in shown]
    assert links(answer[0]) == [link(big), *map(link, shown)]
    assert answer[0]["caption"].splitlines()[-1] == "(shown here: 2, 3)"


async def test_an_answer_to_a_message_that_was_deleted_meanwhile_still_comes(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(clip=MeanColour(seconds=0.2)):
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        asked = telegram.send_photo(group, ann, picture(RED))
        telegram.delete_message(group, asked["message_id"])
        await memory.settled()
    (answer,) = telegram.bot_messages(group)
    assert "reply_to_message" not in answer
    assert "100% · Ann" in answer["caption"]


async def test_an_answer_goes_without_a_topic_where_topics_were_switched_off(
    telegram: Telegram, forum: Chat, ann: User, start: Start, memory: Memory
) -> None:
    topic = telegram.create_topic(forum)
    async with start():
        for _ in range(3):
            telegram.send_photo(forum, ann, picture(RED), topic=topic, date=LONG_AGO)
        await memory.settled()
        forum.topics.clear()
        telegram.send_photo(forum, ann, picture(RED), topic=topic)
        await memory.settled()
    assert [call.error for call in telegram.called("sendMediaGroup")] == [
        "Bad Request: message thread not found", None
    ]  # fmt: skip
    answer = telegram.bot_messages(forum)
    assert ["photo" in message for message in answer] == [True, True, True]
    assert memory.states()[-1] == "done"


async def test_where_photos_may_not_be_sent_the_words_go_alone(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    group.can_send_photos = False
    async with start():
        first = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        asked = telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    (answer,) = telegram.bot_messages(group)
    assert "100% · Ann" in answer["text"]
    assert links(answer) == [link(first)]
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]


async def test_when_the_budget_is_short_an_answer_is_one_photo_with_links_to_the_others(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        earlier = [telegram.send_photo(group, ann, picture(shade), date=LONG_AGO) for shade in SHADES[:5]]
        await memory.settled()
        await lookback(app).sender.limits.acquire(group.id, 16, 0)  # of 20 a minute: an album of 5 is too much
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    (answer,) = telegram.bot_messages(group)
    assert answer["photo"] == earlier[0]["photo"]
    assert links(answer) == [link(message) for message in earlier]
    assert answer["caption"].splitlines()[-1] == "(shown here: 1)"


async def test_a_photo_whose_file_id_telegram_no_longer_knows_is_linked(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        first = telegram.send_photo(group, ann, picture(TEAL), date=LONG_AGO)
        await memory.settled()
        telegram.files.forget(first["photo"][-1]["file_id"])
        telegram.send_photo(group, ann, picture(TEAL))
        await memory.settled()
    (answer,) = telegram.bot_messages(group)
    assert links(answer) == [link(first)]
    assert "photo" not in answer
