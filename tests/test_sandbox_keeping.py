"""The state of the sandbox's Telegram beside the bot's database: what a restart finds again."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from bot.app import build, running
from bot.config import Settings
from bot.sandbox import cast, keeping
from bot.sandbox.door_inprocess import InProcess
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.fakes import BLUE, RED, MeanColour, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO, SHADES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return keeping.beside(tmp_path / "lookback.db")


@asynccontextmanager
async def kept(telegram: Telegram, folder: Path) -> AsyncIterator[None]:
    """The state is kept meanwhile, and saved at the end."""
    task = asyncio.create_task(keeping.keep(telegram, folder))
    try:
        yield
        await asyncio.sleep(0)  # it begins
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def saved(telegram: Telegram, folder: Path) -> None:
    async with kept(telegram, folder):
        await asyncio.sleep(0)


def again(folder: Path) -> Telegram:
    """A new Telegram with the kept state."""
    telegram = Telegram()
    assert keeping.load(telegram, folder)
    return telegram


@asynccontextmanager
async def bot(telegram: Telegram, tmp_path: Path) -> AsyncIterator[Memory]:
    """The real application on the database beside the state."""
    database = tmp_path / "lookback.db"
    settings = Settings(token=telegram.token, database=database, album_wait=0.15)  # type: ignore[arg-type]
    async with running(build(settings, request=InProcess(telegram), clip=MeanColour())):
        yield Memory(database, telegram)


def content(telegram: Telegram, message: dict[str, Any]) -> list[bytes | None]:
    return [telegram.files.content(size["file_id"]) for size in message["photo"]]


async def test_everything_is_there_again(telegram: Telegram, group: Chat, ann: User, ben: User, folder: Path) -> None:
    forum = telegram.new_chat("supergroup", "Forum", members=[ann, ben], admins=[ben], forum=True)
    topic = telegram.create_topic(forum, "Ponds")
    photo = telegram.send_photo(group, ann, picture(RED), caption="Red", album="a", date=LONG_AGO)
    telegram.send_document(forum, ben, picture(BLUE), topic=topic)
    answer = telegram.send_text(group, ben, "/help", reply_to=photo["message_id"])
    telegram.press(group, answer["message_id"], "more", ann)
    telegram.add_bot(group, ann, "administrator")
    telegram.commands["default"] = [{"command": "help", "description": "Help"}]
    await saved(telegram, folder)
    loaded = again(folder)
    assert loaded.users == telegram.users
    for chat in (group, forum):
        found = loaded.chats[chat.id]
        assert [getattr(found, name) for name in Chat.__slots__ if name != "next_message_id"] == [
            getattr(chat, name) for name in Chat.__slots__ if name != "next_message_id"
        ]
    assert loaded.updates.kept() == telegram.updates.kept() != []
    assert (loaded.commands, loaded.queries, loaded.numbers) == (telegram.commands, telegram.queries, telegram.numbers)
    assert loaded.files.state() == telegram.files.state()
    assert content(loaded, photo) == content(telegram, photo)
    assert None not in content(loaded, photo)


async def test_no_id_is_given_twice_even_if_the_last_save_was_before_the_crash(
    telegram: Telegram, group: Chat, ann: User, folder: Path
) -> None:
    telegram.send_photo(group, ann, picture(RED))
    await saved(telegram, folder)
    lost = [telegram.send_photo(group, ann, picture(BLUE)) for _ in range(3)]
    for _ in range(2):  # the second start after a crash within the first
        telegram = again(folder)
        chat = telegram.chats[group.id]
        new = telegram.send_photo(chat, ann, picture(BLUE))
        taken = {message["message_id"] for message in lost} | {1}
        assert new["message_id"] not in taken
        files = {size["file_unique_id"] for message in lost for size in message["photo"]}
        assert not files & {size["file_unique_id"] for size in new["photo"]}
        assert telegram.updates.kept()[-1]["update_id"] > 5003
        await saved(telegram, folder)
        lost.append(telegram.send_photo(chat, ann, picture(BLUE)))
    assert len({user.id for user in [*telegram.users.values(), telegram.add_user("Dora")]}) == len(telegram.users)


async def test_a_restart_brings_no_confirmed_update_again_and_a_kept_photo_is_found(
    telegram: Telegram, group: Chat, ann: User, folder: Path, tmp_path: Path
) -> None:
    async with kept(telegram, folder), bot(telegram, tmp_path) as memory:
        sent = [telegram.send_photo(group, ann, picture(colour), date=LONG_AGO) for colour in (*SHADES[:2], BLUE)]
        await memory.settled()
    loaded = again(folder)
    assert loaded.updates.unconfirmed() == 0
    chat = loaded.chats[group.id]
    async with bot(loaded, tmp_path) as memory:
        loaded.send_text(chat, ann, "/similar", reply_to=sent[0]["message_id"])
        await memory.settled()
        assert [one["photo"] for one in loaded.bot_messages(chat)] == [sent[1]["photo"]]
        assert memory.value("SELECT count(*) FROM photos") == 3
    assert loaded.called("download") == []  # nothing was handed over again
    assert loaded.violations == []


async def test_updates_that_nobody_has_fetched_come_after_the_restart(
    telegram: Telegram, group: Chat, ann: User, folder: Path, tmp_path: Path
) -> None:
    photo = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
    await saved(telegram, folder)
    loaded = again(folder)
    async with bot(loaded, tmp_path) as memory:
        await memory.settled()
        assert memory.photo(photo)["state"] == "ready"  # fetched with getFile, from the kept original


async def test_a_change_is_saved_while_it_runs(
    telegram: Telegram, group: Chat, ann: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "EVERY", 0.01)
    world = folder / "world.json"
    async with kept(telegram, folder):
        await telegram.wait_for(world.exists)
        for text in ("first words", "second words"):
            telegram.send_text(group, ann, text)
            await telegram.wait_for(lambda text=text: text in world.read_text())


async def test_what_changes_nothing_is_not_saved() -> None:
    telegram = Telegram()
    with telegram.feed.listen() as queue:
        waiting = asyncio.create_task(keeping._change(queue))
        telegram.feed.publish("facts", remembered=3)
        telegram.feed.publish("call", method="getFile")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not waiting.done()
        telegram.feed.publish("call", method="leaveChat")
        await waiting


async def test_the_last_save_waits_for_the_one_that_was_cut(
    telegram: Telegram, group: Chat, ann: User, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, write = threading.Event(), threading.Event(), keeping._write
    written = []

    def slow(telegram: Telegram, folder: Path, state: dict[str, Any]) -> None:
        begun.set()
        go_on.wait(10)
        write(telegram, folder, state)
        written.append(len(json.loads((folder / "world.json").read_text())["chats"][0]["messages"]))

    monkeypatch.setattr(keeping, "_write", slow)
    task = asyncio.create_task(keeping.keep(telegram, folder))
    await asyncio.to_thread(begun.wait, 10)
    telegram.send_text(group, ann, "late")
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with suppress(asyncio.CancelledError):
        await task
    assert written == [0, 1]


async def test_a_save_that_was_cut_by_a_crash_is_harmless(
    telegram: Telegram, group: Chat, ann: User, folder: Path
) -> None:
    telegram.send_text(group, ann, "whole")
    await saved(telegram, folder)
    (folder / "world.json.part").write_text('{"version": 1, "us')
    (folder / "photos" / "000009").write_bytes(b"\xff\xd8")
    loaded = again(folder)
    assert [one["text"] for one in loaded.messages(loaded.chats[group.id])] == ["whole"]
    await saved(loaded, folder)
    assert not (folder / "world.json.part").exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"version": 1}', '{"version": "1"}', '{"version": 1, "users": [], "chats": 3}', "\0"]
)
def test_a_damaged_state_is_one_sentence(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / "world.json").write_text(text)
    with pytest.raises(keeping.StateError, match=r"^The chats kept in .* can't be read \(\w+\): name a new file\.$"):
        keeping.load(Telegram(), folder)


def test_bytes_that_are_no_text_are_one_sentence(folder: Path) -> None:
    folder.mkdir()
    (folder / "world.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(keeping.StateError, match="can't be read"):
        keeping.load(Telegram(), folder)


@pytest.mark.parametrize("part", ["users", "chats", "updates", "files", "originals", "last_original"])
async def test_any_damaged_part_is_one_sentence(
    telegram: Telegram, group: Chat, ann: User, folder: Path, part: str
) -> None:
    telegram.send_photo(group, ann, picture(RED))
    await saved(telegram, folder)
    world = json.loads((folder / "world.json").read_text())
    (folder / "world.json").write_text(json.dumps(world | {part: ["x"]}))
    with pytest.raises(keeping.StateError, match="can't be read"):
        keeping.load(Telegram(), folder)


def test_a_state_of_a_newer_version_is_one_sentence(folder: Path) -> None:
    folder.mkdir()
    (folder / "world.json").write_text(json.dumps({"version": keeping.VERSION + 1}))
    with pytest.raises(keeping.StateError, match="come from a newer Lookback"):
        keeping.load(Telegram(), folder)


def test_without_a_state_there_is_nothing_to_load(folder: Path) -> None:
    assert not keeping.load(Telegram(), folder)


def test_the_database_of_a_real_bot_is_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "lookback.db").write_bytes(b"")
    with pytest.raises(keeping.StateError, match="database of a bot elsewhere"):
        keeping.load(Telegram(), folder)


async def test_a_folder_that_cant_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(keeping.StateError, match=r"^The chats can't be kept in .*\): name another file\.$"):
        await keeping.keep(Telegram(), tmp_path / "file" / "inside")


async def test_photos_of_the_visitors_folder_are_not_copied_and_may_vanish(
    telegram: Telegram, group: Chat, ann: User, folder: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own.jpg"
    own.write_bytes(picture(RED))
    sent = telegram.send_photo(group, ann, telegram.files.add_photo(own))
    await saved(telegram, folder)
    assert list((folder / "photos").iterdir()) == []
    assert None not in content(again(folder), sent)
    own.unlink()
    assert set(content(again(folder), sent)) == {None}


async def test_the_group_is_found_in_a_kept_state(folder: Path) -> None:
    telegram = Telegram()
    made = cast.enter(telegram)
    await saved(telegram, folder)
    found = cast.found(again(folder))
    assert (found.people, found.group.id) == (made.people, made.group.id)
