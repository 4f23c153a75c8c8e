"""`/map`: from the question to the one picture."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from bot import overviews
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Moment, Telegram
from bot.texts import pictures as texts
from bot.texts.language import LANGUAGES, speaking
from tests import test_kill
from tests.conftest import Start
from tests.crashes import Child, People, compare
from tests.fakes import BLUE, GREEN, RED
from tests.memory import Memory
from tests.test_albums_in_chat import SIX, send, shades
from tests.test_albums_shown import stripes
from tests.test_answers import LONG_AGO
from tests.test_kill import Killer
from tests.test_map_picture import pixels, share

child, people = test_kill.child, test_kill.people

TINT = (0x99, 0xBF, 0xE6)
"""The first of the tints, lighter by a quarter."""
HINT = " After /cluster, the albums have names here."


def captions(telegram: Telegram, chat: Chat) -> list[str]:
    """What the bot has said, with a picture or without."""
    return [message.get("caption") or message["text"] for message in telegram.bot_messages(chat)]


def fetched(telegram: Telegram) -> list[str]:
    return [call.params["file_id"] for call in telegram.called("getFile")]


async def test_a_map_is_one_picture_of_all_photos_by_their_smallest_sizes(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        send(telegram, group, SIX * 3)
        await memory.settled()
        known = len(fetched(telegram))
        for _ in range(2):
            asked = telegram.send_text(group, ann, "/map")
            await memory.settled()
    first, drawn = telegram.bot_messages(group)
    assert drawn["reply_to_message"]["message_id"] == asked["message_id"]
    assert captions(telegram, group) == ["Map of 18 photos: what looks alike lies together." + HINT] * 2
    (one, again) = (telegram.files.content(message["photo"][-1]["file_id"]) for message in (first, drawn))
    assert one is not None
    assert one == again  # the same photos, the same places
    assert all(share(one, tuple(0 if part == 0 else 254 for part in colour)) > 0.02 for colour in SIX)  # type: ignore[arg-type]
    thumbnails = fetched(telegram)[known:]
    assert len(thumbnails) == len(set(thumbnails)) == 18
    assert {file_id[-1] for file_id in thumbnails} == {"s"}
    assert (group.id, "upload_photo") in telegram.actions
    assert memory.states("map") == ["done"] * 2


async def test_after_a_clustering_the_albums_are_tinted(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=0):
        send(telegram, group, [*shades(RED, 5), *shades(BLUE, 4)])
        await memory.settled()
        for text in ("/map", "/cluster 2", "/map"):
            telegram.send_text(group, ann, text)
            await memory.settled()
    before, _, after = (telegram.files.content(m["photo"][-1]["file_id"]) for m in telegram.bot_messages(group))
    assert before is not None
    assert after is not None
    assert share(before, TINT) == 0
    assert share(after, TINT) > 0.03
    assert captions(telegram, group)[-1] == "Map of 9 photos: what looks alike lies together."


async def test_a_large_chat_shows_of_each_album_its_share_and_of_the_rest_some(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overviews, "ON_MAP", 10)
    async with start(cluster_albums=0):
        sent = send(telegram, group, [*shades(RED, 20), *shades(BLUE, 10)])
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 2")
        await memory.settled()
        rest = send(telegram, group, shades(GREEN, 10))
        await memory.settled()
        known = len(fetched(telegram))
    async with start():  # with no thumbnail in memory
        telegram.send_text(group, ann, "/map")
        await memory.settled()
    assert captions(telegram, group)[-1] == "Map of 10 of 40 photos: what looks alike lies together."
    asked = fetched(telegram)[known:]
    shown = [sum(m["photo"][0]["file_id"] in asked for m in part) for part in (sent[:20], sent[20:], rest)]
    assert shown == [4, 3, 3]
    assert len(asked) == 10


async def test_an_album_that_rests_is_none(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=0):
        send(telegram, group, [*shades(RED, 5), *shades(BLUE, 4)])
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 2")
        await memory.settled()
        with closing(sqlite3.connect(memory.path)) as database, database:
            database.execute("UPDATE albums SET missed = 1")
        telegram.send_text(group, ann, "/map")
        await memory.settled()
    assert captions(telegram, group)[-1] == "Map of 9 photos: what looks alike lies together."
    drawn = telegram.files.content(telegram.bot_messages(group)[-1]["photo"][-1]["file_id"])
    assert drawn is not None
    assert share(drawn, TINT) == 0


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "There is no photo here yet; a map needs at least 4."),
        (1, "There is 1 photo here; a map needs at least 4."),
        (3, "There are 3 photos here; a map needs at least 4."),
    ],
)
async def test_with_too_few_photos_a_sentence_says_so(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, count: int, words: str
) -> None:
    async with start():
        send(telegram, group, SIX[:count])
        await memory.settled()
        telegram.send_text(group, ann, "/map")
        await memory.settled()
    assert captions(telegram, group) == [words]


async def test_a_second_map_is_not_begun_while_one_is_being_drawn(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        send(telegram, group, SIX)
        await memory.settled()
        telegram.faults.add("getFile", "slow", seconds=1.5)
        telegram.send_text(group, ann, "/map")
        await telegram.wait_for(lambda: (group.id, "upload_photo") in telegram.actions)
        telegram.send_text(group, ben, "/map")
        await memory.settled()
    assert captions(telegram, group) == [texts.map_under_way(), texts.map_caption(6, 6, is_sorted=False)]


@pytest.mark.parametrize(
    ("command", "method", "moment"),
    [
        ("/map", "getFile", "after"),
        ("/map", "sendPhoto", "before"),
        ("/map", "sendPhoto", "after"),
        ("/stats", "sendPhoto", "before"),
        ("/stats", "sendChatAction", "after"),
    ],
)
async def test_a_kill_while_a_picture_is_made_neither_loses_nor_repeats_it(
    telegram: Telegram, child: Child, people: People, command: str, method: str, moment: Moment
) -> None:
    chat = people.chats[0]
    for colour in SIX:
        people.photo(chat, colour)
    await child.has_photos(6)
    await child.quiet()
    telegram.on_call = killer = Killer(child, method, lambda _: True, moment)
    revival = asyncio.create_task(child.revive())
    try:
        people.question(chat, command)
        await telegram.wait_for(lambda: child.ends)
        await child.quiet()
    finally:
        revival.cancel()
        await asyncio.gather(revival, return_exceptions=True)
    assert killer.fired is not None
    outcome = compare(child, people)
    asked = people.sent[-1].target
    assert outcome.replies.get(asked, 0) == (method != "sendPhoto" or moment == "after")
    assert (asked in outcome.cut) is (method == "sendPhoto")


async def test_a_map_goes_into_the_topic_of_its_question(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    forum = telegram.new_chat("supergroup", "Forum", members=[ann], forum=True)
    telegram.create_topic(forum)
    topic = telegram.create_topic(forum)
    async with start():
        send(telegram, forum, SIX)
        await memory.settled()
        telegram.send_text(forum, ann, "/map", topic=topic)
        await memory.settled()
    (drawn,) = telegram.bot_messages(forum)
    assert drawn["message_thread_id"] == topic
    actions = telegram.called("sendChatAction")
    assert {call.params.get("message_thread_id") for call in actions} == {topic}


async def test_a_photo_that_is_forgotten_while_the_map_is_made_is_not_on_it(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        sent = send(telegram, group, SIX)
        await memory.settled()
        telegram.faults.add("getFile", "slow", seconds=1.5)
        telegram.send_text(group, ann, "/map")
        await telegram.wait_for(lambda: (group.id, "upload_photo") in telegram.actions)
        telegram.send_text(group, ann, "/forget", reply_to=sent[0]["message_id"])
        await memory.settled()
    _, drawn = telegram.bot_messages(group)
    assert drawn["caption"] == texts.map_caption(5, 5, is_sorted=False)
    content = telegram.files.content(drawn["photo"][-1]["file_id"])
    assert content is not None
    assert share(content, (254, 0, 0)) == 0  # the red one
    assert share(content, (0, 255, 1)) > 0.02
    assert len(telegram.called("sendPhoto")) == 1


async def test_spoilers_are_blurred_on_a_map(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    black = []
    async with start():
        for spoiler in (False, True):
            chat = telegram.new_chat("private", members=[telegram.add_user("Cleo")])
            for colour in SIX:
                telegram.send_photo(chat, ann, stripes(colour), date=LONG_AGO, spoiler=spoiler)
            await memory.settled()
            telegram.send_text(chat, chat.members[0], "/map")
            await memory.settled()
            content = telegram.files.content(telegram.bot_messages(chat)[0]["photo"][-1]["file_id"])
            assert content is not None
            black.append(int((pixels(content).max(axis=2) < 16).sum()))
    assert black[0] > 10_000
    assert black[1] == 0


async def test_no_photo_of_another_chat_is_on_a_map(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Others", members=[ben])
    async with start(cluster_albums=0):
        send(telegram, group, shades(RED, 6))
        foreign = send(telegram, other, shades(BLUE, 9))
        await memory.settled()
        telegram.send_text(other, ben, "/cluster 2")
        await memory.settled()
        known = len(fetched(telegram))
        telegram.send_text(group, ann, "/map")
        await memory.settled()
    assert captions(telegram, group) == [texts.map_caption(6, 6, is_sorted=False)]
    assert {m["photo"][0]["file_id"] for m in foreign}.isdisjoint(fetched(telegram)[known:])


async def test_where_pictures_may_not_be_sent_a_sentence_says_so(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    group.can_send_photos = False
    async with start():
        send(telegram, group, SIX)
        await memory.settled()
        telegram.send_text(group, ann, "/map")
        await memory.settled()
    assert captions(telegram, group) == [texts.pictures_refused()]


async def test_a_map_and_what_is_said_instead_are_in_the_language_of_the_chat(
    telegram: Telegram, start: Start, memory: Memory
) -> None:
    person = telegram.add_user("Cleo", language_code="de")
    private = telegram.new_chat("private", members=[person])
    async with start(cluster_albums=0):
        telegram.send_text(private, person, "/map")
        await memory.settled()
        send(telegram, private, [*shades(RED, 5), *shades(BLUE, 4)])
        await memory.settled()
        for text in ("/cluster 2", "/map"):
            telegram.send_text(private, person, text)
            await memory.settled()
    too_few, _, caption = captions(telegram, private)
    assert "mindestens 4" in too_few
    assert "9 Fotos" in caption
    with speaking("de"):
        assert texts.map_caption(9, 9, is_sorted=True) == caption
        assert texts.map_label(3, "") == "Album 3"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_under_a_map_is_one_short_line(language: str) -> None:
    with speaking(language):
        for shown, total in ((4, 4), (300, 1_234_567)):
            caption = texts.map_caption(shown, total, is_sorted=False)
            assert "\n" not in caption
            assert len(caption) < 200
