"""`/albums`, `/rename`, and numbers and names that stay with their albums from one sorting to the next."""

import re

import pytest

from bot import texts
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from bot.texts import album_names
from tests.conftest import Start
from tests.fakes import BLUE, GREEN, RED, picture
from tests.memory import Memory
from tests.test_album_buttons import buttons
from tests.test_albums_in_chat import file_ids, send, shades
from tests.test_gone import log_emptied


def said(telegram: Telegram, chat: Chat) -> str:
    """What the bot said last."""
    message = telegram.bot_messages(chat)[-1]
    return str(message.get("text") or message.get("caption"))


def overview(telegram: Telegram, chat: Chat) -> list[str]:
    """The albums of the last overview, without how alike their photos are."""
    captions = [m["caption"] for m in telegram.bot_messages(chat) if re.match(r"\d+ albums?\n", m.get("caption", ""))]
    return [line.rpartition(" · ")[0] for line in captions[-1].splitlines()[1:] if line.endswith("alike")]


async def ask(telegram: Telegram, memory: Memory, chat: Chat, user: User, *commands: str) -> None:
    for command in commands:
        telegram.send_text(chat, user, command)
        await memory.settled()


async def test_a_given_name_stays_with_its_album_when_another_has_become_the_biggest(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=0):
        send(telegram, group, [*shades(RED, 5), *shades(GREEN, 3)])
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 2", "/rename 2   Summer\n hikes ")
        assert said(telegram, group) == "Album 2 is called Summer hikes from now on."
        send(telegram, group, shades(GREEN, 9)[3:])
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 2")
        assert overview(telegram, group) == ["Album 2: Summer hikes · 9 photos", "Album 1 · 5 photos"]
        assert list(buttons(telegram.bot_messages(group)[-1])) == ["Summer hikes", "Album 1"]
        await ask(telegram, memory, group, ann, "/album 2")
    shown = telegram.bot_messages(group)[-9:]
    assert shown[0]["caption"].startswith("Album 2: Summer hikes · 9 photos · ")
    assert {memory.value("SELECT count(*) FROM album_photos p JOIN albums a ON a.id = album_id WHERE number = 2")} == {
        9
    }


async def test_an_album_that_a_sorting_did_not_find_comes_back_with_its_number_and_its_name(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=0):
        send(telegram, group, [*shades(RED, 5), *shades(GREEN, 4), *shades(BLUE, 3)])
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 3", "/rename 3 Sea & <sky>", "/cluster 2", "/albums")
        assert "Sea" not in said(telegram, group)
        await ask(telegram, memory, group, ann, "/album 3")
        assert said(telegram, group) == texts.album_unknown(3, [1, 2])
        await ask(telegram, memory, group, ann, "/rename 3 Lost", "/cluster 3")
    assert overview(telegram, group) == ["Album 1 · 5 photos", "Album 2 · 4 photos", "Album 3: Sea & <sky> · 3 photos"]


async def test_the_number_of_an_album_that_vanished_is_not_given_to_the_next_one(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=0):
        send(telegram, group, [*shades(RED, 4), *shades(GREEN, 3)])
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 2")
        send(telegram, group, shades(BLUE, 6))
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 2")
    assert overview(telegram, group) == ["Album 3 · 6 photos", "Album 1 · 4 photos"]


async def test_albums_lists_names_numbers_and_sizes_with_the_buttons_of_the_overview(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=1):
        await ask(telegram, memory, group, ann, "/albums")
        assert said(telegram, group) == texts.album_none()
        send(telegram, group, [*shades(RED, 4), *shades(GREEN, 3), BLUE])
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 3", "/rename 2 Meadows", "/albums")
        listed = telegram.bot_messages(group)[-1]
        heading, first, second, rest, empty, how = listed["text"].splitlines()
        assert (heading, rest, empty) == ("2 albums", "1 photo fits nowhere.", "")
        assert first.startswith("Album 1 · 4 photos · ")
        assert second.startswith("Album 2: Meadows · 3 photos · ")
        assert how == "/album 1 shows one; /rename 1 with a name after it gives it that name."
        assert list(buttons(listed)) == ["Meadows"]  # the first has been shown
        telegram.press(group, listed["message_id"], buttons(listed)["Meadows"], ben)
        await memory.settled()
        assert telegram.bot_messages(group)[-3]["caption"].startswith("Album 2: Meadows · 3 photos · ")
        assert file_ids(telegram.bot_messages(group)[-3:])
        await telegram.wait_for(lambda: not buttons(group.messages[listed["message_id"]]))


async def test_rename_alone_takes_the_name_away_and_a_name_may_be_given_anew(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=0):
        send(telegram, group, [RED, GREEN] * 2)
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 2")
        answers = []
        for command in ("/rename 1", "/rename 1 Old", "/rename 1 New", "/rename 1"):
            await ask(telegram, memory, group, ann, command)
            answers.append(said(telegram, group))
    assert answers == [
        album_names.no_given_name(1), "Album 1 is called Old from now on.", "Album 1 is called New from now on.",
        "Album 1 is not called New any more.",
    ]  # fmt: skip
    assert memory.ask("SELECT * FROM albums WHERE given_name != ''") == []


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("/rename", album_names.rename_usage()),
        ("/rename Summer hikes", album_names.rename_usage()),
        ("/rename 0 Summer", album_names.rename_usage()),
        ("/rename 12345 Summer", album_names.rename_usage()),
        ("/rename 3 Summer", texts.album_unknown(3, [1, 2])),
        ("/rename 1 " + "x" * 61, album_names.name_too_long(61, 60)),
        ("/rename 1 \u202e \u2066", album_names.rename_usage()),  # nothing of it can be seen
        ("/rename 1 \u0301", album_names.rename_usage()),
    ],
)
async def test_a_rename_that_makes_no_sense_gets_one_sentence_and_changes_nothing(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, command: str, answer: str
) -> None:
    async with start(cluster_albums=0):
        send(telegram, group, [RED, GREEN] * 2)
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 2", command)
    assert said(telegram, group) == answer
    assert {row["given_name"] for row in memory.ask("SELECT given_name FROM albums")} == {""}


async def test_rename_before_any_sorting_says_how_albums_are_made(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        await ask(telegram, memory, group, ann, "/rename 1 Summer")
    assert said(telegram, group) == texts.album_none()


@pytest.mark.parametrize(
    ("who", "everyone_may", "own", "may"),
    [
        ("member", True, None, True),
        ("member", False, None, False),
        ("admin", False, None, True),
        ("admin without the right", True, None, False),
        ("restricted", True, False, False),
        ("restricted", True, True, True),
        ("anonymous admin", False, None, True),
        ("gone", True, None, False),
    ],
)
async def test_who_may_rename_the_group_may_name_its_albums(
    telegram: Telegram,
    group: Chat,
    ann: User,
    ben: User,
    start: Start,
    memory: Memory,
    who: str,
    everyone_may: bool,
    own: bool | None,
    may: bool,
) -> None:
    group.can_change_info = everyone_may
    user = ann if "admin" in who else ben
    if who == "admin without the right":
        group.rights[str(ann.id)] = ["can_delete_messages"]
    async with start(cluster_albums=0):
        send(telegram, group, [RED, GREEN] * 2)
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 2")
        if own is not None:
            telegram.restrict(group, ben, can_change_info=own)
        telegram.send_text(group, user, "/rename 1 Sunsets", anonymous=who.startswith("anonymous"))
        if who == "gone":
            group.members.remove(ben)
        await memory.settled()
    named = "Album 1 is called Sunsets from now on."
    assert said(telegram, group) == (named if may else album_names.only_who_may_change_info())
    assert memory.value("SELECT given_name FROM albums WHERE number = 1") == ("Sunsets" if may else "")


@pytest.mark.parametrize("method", ["getChatMember", "getChat"])
async def test_where_the_rights_can_not_be_confirmed_no_name_changes(
    telegram: Telegram, group: Chat, ben: User, start: Start, memory: Memory, method: str
) -> None:
    async with start(cluster_albums=0):
        send(telegram, group, [RED, GREEN] * 2)
        await memory.settled()
        await ask(telegram, memory, group, ben, "/cluster 2")
        telegram.faults.add(method, "500", times=100)
        await ask(telegram, memory, group, ben, "/rename 1 Sunsets")
    assert said(telegram, group) == album_names.naming_rights_unknown()
    assert memory.ask("SELECT * FROM albums WHERE given_name != ''") == []


async def test_a_number_names_an_album_of_its_own_chat_only(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Cooks", members=[ann], admins=[ann])
    async with start(cluster_albums=0):
        for chat in (group, other):
            send(telegram, chat, [*shades(RED, 3), *shades(GREEN, 2)])
            await memory.settled()
            await ask(telegram, memory, chat, ann, "/cluster 2")
        await ask(telegram, memory, other, ann, "/rename 1 Secret", "/cluster 2")
        await ask(telegram, memory, group, ann, "/cluster 2", "/albums")
    assert "Secret" not in said(telegram, group)
    assert overview(telegram, other)[0] == "Album 1: Secret · 3 photos"
    assert overview(telegram, group) == ["Album 1 · 3 photos", "Album 2 · 2 photos"]


async def test_names_and_numbers_outlive_the_migration_to_a_supergroup(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    small = telegram.new_chat("group", "Hikers", members=[ann], admins=[ann])
    async with start(cluster_albums=0):
        send(telegram, small, [*shades(RED, 4), *shades(GREEN, 3)])
        await memory.settled()
        await ask(telegram, memory, small, ann, "/cluster 2", "/rename 2 Meadows")
        big = telegram.migrate(small)
        await memory.settled()
        await ask(telegram, memory, big, ann, "/albums", "/cluster 2")
    assert "Album 2: Meadows · 3 photos" in telegram.bot_messages(big)[0]["text"]
    assert overview(telegram, big) == ["Album 1 · 4 photos", "Album 2: Meadows · 3 photos"]


async def test_a_name_is_also_given_where_the_question_comes_from_a_backlog(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=0):
        send(telegram, group, [RED, GREEN] * 2)
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 2")
    telegram.send_text(group, ann, "/rename 1 Late", date=int(telegram.clock()) - 3600)
    async with start(cluster_albums=0):
        await memory.settled()
    assert said(telegram, group) == "Album 1 is called Late from now on."


@pytest.mark.parametrize("rests", [False, True])
async def test_a_given_name_goes_from_the_disk_with_the_last_photo_of_its_album(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, rests: bool
) -> None:
    async with start(cluster_albums=0):
        telegram.send_photo(group, ben, picture(BLUE))
        send(telegram, group, [*shades(RED, 4), *shades(GREEN, 3)])
        await memory.settled()
        await ask(telegram, memory, group, ben, "/cluster 2", "/rename 2 Popocatepetl")
        if rests:
            send(telegram, group, shades(BLUE, 9))
            await memory.settled()
            await ask(telegram, memory, group, ben, "/cluster 2")
            assert memory.value("SELECT missed FROM albums WHERE number = 2") == 1
        assert b"Popocatepetl" in memory.bytes_on_disk()
        await ask(telegram, memory, group, ann, "/forget me")
        await log_emptied(telegram, memory)
        assert b"Popocatepetl" not in memory.bytes_on_disk()
        assert memory.ask("SELECT * FROM albums WHERE number = 2") == []
