"""`/cluster` and `/album`: from the first message to the overview and the albums."""

from typing import Any

import numpy as np
import pytest

from bot import clustering, texts
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.conftest import Start
from tests.fakes import BLUE, GREEN, RED, Colour, MeanColour, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO

SIX = [RED, GREEN, BLUE, (255, 255, 0), (0, 255, 255), (255, 0, 255)]


@pytest.fixture
def private(telegram: Telegram, ann: User) -> Chat:
    """A chat in which more messages a minute are allowed than in a group."""
    return telegram.new_chat("private", members=[ann])


def send(telegram: Telegram, chat: Chat, colours: list[Colour], **more: Any) -> list[dict[str, Any]]:
    """Photos that are remembered and not answered, a minute apart."""
    return [
        telegram.send_photo(chat, chat.members[0], picture(colour), date=LONG_AGO + 60 * number, **more)
        for number, colour in enumerate(colours)
    ]


def shades(base: Colour, count: int) -> list[Colour]:
    """So many colours near a base colour, all different."""
    return [(max(base[0], 6 * n), max(base[1], 4 * n), max(base[2], n)) for n in range(count)]


def albums_of(memory: Memory) -> list[list[int]]:
    """The message ids of each album of the last clustering, as the database has them."""
    rows = memory.ask(
        """SELECT a.number, p.message_id FROM albums a JOIN album_photos ap ON ap.album_id = a.id
           JOIN photos p ON p.id = ap.photo_id ORDER BY a.number, ap.rank"""
    )
    found: dict[int, list[int]] = {}
    for number, message_id in rows:
        found.setdefault(number, []).append(message_id)
    return list(found.values())


def file_ids(messages: list[dict[str, Any]]) -> list[str]:
    return [message["photo"][-1]["file_id"] for message in messages]


async def test_cluster_ends_in_an_overview_and_in_albums_biggest_first(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        send(telegram, group, [*shades(GREEN, 4), BLUE, *shades(RED, 5)])
        await memory.settled()
        asked = telegram.send_text(group, ann, "/cluster")
        await memory.settled()
    overview, *posted = telegram.bot_messages(group)
    (begun,) = telegram.called("sendMessage")
    assert begun.params["text"] == "Sorting 10 photos into albums …"
    assert begun.result["message_id"] == overview["message_id"]
    assert overview["reply_to_message"]["message_id"] == asked["message_id"]
    heading, first, second, rest = overview["caption"].splitlines()
    assert heading == "2 albums"
    assert first.startswith("Album 1 · 5 photos · 9")
    assert second.startswith("Album 2 · 4 photos · 9")
    assert rest == "1 photo fits nowhere."
    assert "reply_markup" not in overview  # everything has been shown, nothing runs any more
    red, green = posted[:5], posted[5:]
    assert len(green) == 4
    assert len({message["media_group_id"] for message in red}) == len({m["media_group_id"] for m in green}) == 1
    assert file_ids(red) == [file_ids([group.messages[message_id]])[0] for message_id in albums_of(memory)[0]]
    assert red[0]["caption"].startswith("Album 1 · 5 photos · 9")
    assert "caption" not in red[1]
    assert [message for message in posted if "reply_markup" in message or "reply_to_message" in message] == []
    assert (group.id, "upload_photo") in telegram.actions


async def test_the_photos_of_an_album_come_nearest_to_the_centroid_first(
    telegram: Telegram, private: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        send(telegram, private, [*shades(RED, 12), *shades(GREEN, 4)])
        await memory.settled()
        telegram.send_text(private, ann, "/cluster 2")
        await memory.settled()
    members = albums_of(memory)[0]
    assert len(members) == 12
    vectors = {number: memory.vector(private.messages[number]).astype(float) for number in members}
    centroid = np.sum(list(vectors.values()), axis=0)
    nearest = sorted(members, key=lambda number: -float(vectors[number] @ centroid))
    shown = [message for message in telegram.bot_messages(private) if "media_group_id" in message][:10]
    assert file_ids(shown) == [file_ids([private.messages[number]])[0] for number in nearest[:10]]
    assert shown[0]["caption"].startswith("Album 1 · 12 photos, 1 to 10 · ")


async def test_the_first_message_tells_the_progress(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clustering, "EDIT_EVERY", 0.01)
    colours = [tuple(colour) for colour in np.random.default_rng(3).integers(0, 256, (60, 3))]
    async with start(cluster_albums=0):
        send(telegram, group, colours)
        await memory.settled()
        telegram.send_text(group, ann, "/cluster")
        await memory.settled()
    told = [call.params["text"] for call in telegram.called("editMessageText")]
    assert told
    assert all(text.startswith("Sorting 60 photos") and text.endswith("%") for text in told)
    assert {call.params["message_id"] for call in telegram.called("editMessageText")} == {
        telegram.bot_messages(group)[0]["message_id"]
    }


@pytest.mark.parametrize(("settings", "posted"), [({}, 4), ({"cluster_albums": 2}, 2), ({"cluster_albums": 0}, 0)])
async def test_only_so_many_albums_are_posted_by_themselves(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, settings: Any, posted: int
) -> None:
    async with start(**settings):
        send(telegram, group, SIX * 2)
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 6")
        await memory.settled()
    overview, *albums = telegram.bot_messages(group)
    assert len(albums) == 2 * posted
    assert overview["caption"].splitlines()[0] == "6 albums"
    buttons = [button["text"] for row in overview["reply_markup"]["inline_keyboard"] for button in row]
    assert buttons == [f"Album {number}" for number in range(posted + 1, 7)]


@pytest.mark.parametrize(
    ("colours", "text", "sentence"),
    [
        ([], "/cluster", "There is no photo here yet; albums need at least 4."),
        ([RED], "/cluster", "There is 1 photo here; albums need at least 4."),
        ([RED, GREEN, BLUE], "/cluster 2", "There are 3 photos here; albums need at least 4."),
        (SIX, "/cluster 7", "7 albums can't be made of 6 photos; ask for fewer, or send /cluster alone."),
        ([RED] * 5, "/cluster", "All 5 photos are the same picture, so there is nothing to sort."),
        (SIX[:3] * 2, "/cluster many", texts.cluster_number_wrong()),
        (SIX[:3] * 2, "/cluster 2 3", texts.cluster_number_wrong()),
        (SIX[:3] * 2, "/cluster 0", texts.cluster_number_wrong()),
        (SIX[:3] * 2, "/cluster 1000", texts.cluster_number_wrong()),
        (SIX[:3] * 2, "/cluster ²", texts.cluster_number_wrong()),
    ],
)
async def test_where_no_albums_can_be_made_one_sentence_says_why(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, colours: Any, text: str, sentence: str
) -> None:
    async with start():
        send(telegram, group, colours)
        await memory.settled()
        asked = telegram.send_text(group, ann, text)
        await memory.settled()
    (answer,) = telegram.bot_messages(group)
    assert answer["text"] == sentence
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]


async def test_photos_that_have_nothing_in_common_make_no_album(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        send(telegram, group, [RED, GREEN, BLUE, (255, 255, 255)])
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 4")
        await memory.settled()
    (answer,) = telegram.bot_messages(group)
    assert answer["text"] == "These 4 photos have too little in common to make an album."


async def test_a_second_cluster_is_told_of_the_first(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    telegram.faults.add("sendMediaGroup", "slow", seconds=0.5)
    async with start():
        send(telegram, group, [RED, GREEN] * 3)
        await memory.settled()
        telegram.send_text(group, ann, "/cluster")
        await telegram.wait_for(lambda: telegram.called("sendMediaGroup"))
        second = telegram.send_text(group, ann, "/cluster 2")
        await memory.settled()
    (answer,) = (m for m in telegram.bot_messages(group) if m.get("text") == texts.cluster_under_way())
    assert answer["reply_to_message"]["message_id"] == second["message_id"]
    assert memory.states("cluster") == ["done"]


async def test_album_shows_an_album_of_the_last_clustering_also_after_a_restart(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        send(telegram, group, [*shades(RED, 4), *shades(GREEN, 3)])
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 2")
        await memory.settled()
    async with start():
        for _ in range(2):
            telegram.send_text(group, ann, "/album 2")
            await memory.settled()
    sent = telegram.bot_messages(group)
    green, once, again = sent[5:8], sent[8:11], sent[11:]
    assert file_ids(green) == file_ids(once) == file_ids(again)
    assert once[0]["caption"].startswith("Album 2 · 3 photos · ")


@pytest.mark.parametrize(
    ("before", "text", "sentence"),
    [
        (False, "/album 1", "There are no albums yet; /cluster makes them."),
        (False, "/album", "There are no albums yet; /cluster makes them."),
        (True, "/album 3", "There is no album 3; /albums lists those there are."),
        (True, "/album", "Send /album with an album's number, as in /album 1; /albums lists them."),
        (True, "/album two", "Send /album with an album's number, as in /album 1; /albums lists them."),
        (True, "/album 0", "Send /album with an album's number, as in /album 1; /albums lists them."),
    ],
)
async def test_album_says_which_numbers_there_are(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, before: bool, text: str, sentence: str
) -> None:
    async with start(cluster_albums=0):
        if before:
            send(telegram, group, [RED, GREEN] * 2)
            await memory.settled()
            telegram.send_text(group, ann, "/cluster 2")
            await memory.settled()
        telegram.send_text(group, ann, text)
        await memory.settled()
    assert telegram.bot_messages(group)[-1]["text"] == sentence


async def test_commands_and_photos_are_answered_while_photos_are_sorted(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    telegram.faults.add("sendMediaGroup", "slow", seconds=1.0)
    async with start(clip=MeanColour()):
        known = send(telegram, group, [RED, GREEN] * 2)
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 2")
        await telegram.wait_for(lambda: telegram.called("sendMediaGroup"))
        telegram.send_text(group, ann, "/help")
        telegram.send_photo(group, ann, picture(BLUE), date=LONG_AGO)
        asked = telegram.send_text(group, ann, "/similar", reply_to=known[0]["message_id"])
        await telegram.wait_for(lambda: memory.states("similar") == ["done"])
        assert memory.states("cluster") == ["waiting"]
        replied = [m.get("reply_to_message", {}).get("message_id") for m in telegram.bot_messages(group)]
        assert asked["message_id"] in replied
        assert asked["message_id"] - 2 in replied  # the question for help
        await memory.settled()
