"""`lookback sandbox`, as a process: what it says, keeps, and refuses; and who may talk to its page."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox import cast, keeping, sample
from bot.sandbox.door_http import serve
from bot.sandbox.page import Page
from bot.sandbox.telegram import Telegram

ROOT = Path(__file__).parent.parent


def sandbox(*options: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", "sandbox", "--no-browser", "--port", "0", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--empty", "--photos", "."], "--empty and --photos exclude each other: choose one."),
        (["--photos", "nowhere"], "Directory 'nowhere' does not exist"),
        (["--model", "nonsense"], "nonsense"),
        (["--port", "70000"], "70000 is not in the range"),
    ],
)
def test_a_wrong_option_is_one_sentence(options: list[str], said: str) -> None:
    ended = sandbox(*options)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_folder_without_photos_is_one_sentence_and_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    ended = sandbox("--photos", str(tmp_path / "photos"), "--db", str(tmp_path / "x.db"))
    assert ended.returncode == 2
    assert f"There is no photo in {tmp_path / 'photos'} that can be read." in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_a_real_bots_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"somebody's")
    ended = sandbox("--db", str(tmp_path / "x.db"))
    assert ended.returncode == 2
    assert "name a new file" in ended.stderr
    assert (tmp_path / "x.db").read_bytes() == b"somebody's"


def test_a_group_that_was_filled_in_part_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    telegram = Telegram()
    cast.enter(telegram)

    async def cut() -> None:
        keep = asyncio.create_task(keeping.keep(telegram, keeping.beside(tmp_path / "x.db")))
        await asyncio.sleep(0.05)
        keep.cancel()
        await asyncio.gather(keep, return_exceptions=True)

    asyncio.run(cut())
    ended = sandbox("--db", str(tmp_path / "x.db"))
    assert ended.returncode == 2
    assert "was not filled to its end" in ended.stderr


def hellos(world: Path) -> list[str]:
    """What bots have said in the kept chats: here, the greeting of a new group."""
    chats = json.loads(world.read_text())["chats"] if world.exists() else []
    return [one["text"] for chat in chats for one in chat["messages"] if one.get("from", {}).get("is_bot")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order_and_the_next_start_goes_on(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "bot", "sandbox", "--no-browser", "--port", "0", "--empty"]
    world = keeping.beside(tmp_path / "x.db") / "world.json"
    for _ in range(2):
        process = subprocess.Popen(
            [*command, "--db", str(tmp_path / "x.db")], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        while "http://" not in process.stderr.readline():
            assert process.poll() is None
        ends_at = time.monotonic() + 30
        while not hellos(world):
            assert process.poll() is None
            assert time.monotonic() < ends_at
            time.sleep(0.1)
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
        assert (process.returncode, said.strip()) == (0, "Stopped.")
    assert len(hellos(world)) == 1


@asynccontextmanager
async def page() -> AsyncIterator[tuple[Telegram, cast.Cast, str, aiohttp.ClientSession]]:
    telegram = Telegram()
    people = cast.enter(telegram)
    async with (
        serve(telegram, routes=Page(telegram).routes()) as url,
        aiohttp.ClientSession() as session,
    ):
        yield telegram, people, url, session


def form(fields: Any, *photos: bytes) -> aiohttp.FormData:
    made = aiohttp.FormData(default_to_multipart=True)
    made.add_field("fields", json.dumps(fields))
    for photo in photos:
        made.add_field("photo", photo, filename="a.jpg", content_type="image/jpeg")
    return made


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
async def test_other_sites_get_nothing(headers: dict[str, str]) -> None:
    async with page() as (telegram, people, url, session):
        for path in ("/", "/events", "/messages?chat=1", "/web/app.js"):
            async with session.get(url + path, headers=headers) as answer:
                assert answer.status == 403
        fields = {"chat": people.group.id, "user": people.people[0].id, "text": "hello"}
        async with session.post(url + "/send", data=form(fields), headers=headers) as answer:
            assert answer.status == 403
        assert telegram.messages(people.group) == []


@pytest.mark.parametrize("path", ["/web/../page.py", "/web/%2e%2e%2fpage.py", "/sample/..%2f..%2fpage.py", "/photo/x"])
async def test_no_path_leads_out(path: str) -> None:
    async with page() as (_, _, url, session), session.get(url + path) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    "change",
    [
        {"chat": "x"}, {"chat": 5}, {"user": 5}, {"topic": 99}, {"text": ""}, {"chat": None}, {"reply_to": "x"},
    ],
)  # fmt: skip
async def test_a_wrong_wish_is_one_sentence_and_sends_nothing(change: dict[str, Any]) -> None:
    async with page() as (telegram, people, url, session):
        fields = {"chat": people.group.id, "user": people.people[0].id, "text": "hello"} | change
        async with session.post(url + "/send", data=form(fields)) as answer:
            said = await answer.json()
            if change == {"reply_to": "x"}:
                assert answer.status == 200  # a reply to what is gone is a plain message
            else:
                assert (answer.status, said["error"][-1]) == (400, ".")
                assert telegram.messages(people.group) == []


async def test_more_than_ten_photos_are_several_albums() -> None:
    async with page() as (telegram, people, url, session):
        fields = {"chat": people.group.id, "user": people.people[0].id, "text": "many"}
        async with session.post(url + "/send", data=form(fields, *[sample.read("fish-01.jpg")] * 12)) as answer:
            assert len((await answer.json())["message_ids"]) == 12
        sent = telegram.messages(people.group)
        assert [len({one["media_group_id"] for one in part}) for part in (sent[:10], sent[10:], sent)] == [1, 1, 2]
        assert [one.get("caption") for one in sent] == ["many", *[None] * 11]


async def test_the_feed_starts_with_everything_and_goes_on() -> None:
    async with page() as (telegram, people, url, session), session.get(url + "/events") as stream:
        assert await stream.content.readline() == b"event: snapshot\n"
        first = json.loads((await stream.content.readline()).removeprefix(b"data: "))
        assert [chat["title"] for chat in first["chats"] if "title" in chat] == [cast.GROUP, cast.FORUM]
        assert len(first["tray"]) == len(sample.TRAY)
        telegram.send_text(people.group, people.people[0], "hello")
        await stream.content.readline()
        assert await stream.content.readline() == b"event: message\n"
        assert json.loads((await stream.content.readline()).removeprefix(b"data: "))["message"]["text"] == "hello"
