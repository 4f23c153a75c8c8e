"""The page's routes and the door beside them: who may talk to them, and what becomes of nonsense."""

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.sandbox import cast, sample
from bot.sandbox.door_http import serve
from bot.sandbox.page import Page
from bot.sandbox.telegram import Telegram
from tests.fakes import with_odd_exif

OTHER_SITES = [
    {"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]  # fmt: skip


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


@pytest.mark.parametrize("headers", OTHER_SITES)
async def test_other_sites_get_nothing(headers: dict[str, str]) -> None:
    async with page() as (telegram, people, url, session):
        for path in ("/", "/events", "/messages?chat=1", "/web/app.js"):
            async with session.get(url + path, headers=headers) as answer:
                assert answer.status == 403
        fields = {"chat": people.group.id, "user": people.people[0].id, "text": "hello"}
        async with session.post(url + "/send", data=form(fields), headers=headers) as answer:
            assert answer.status == 403
        call = f"{url}/bot{telegram.token}/sendMessage?chat_id={people.group.id}&text=evil"
        async with session.post(call, headers=headers) as answer:
            assert answer.status == 403
        async with session.get(f"{url}/file/bot{telegram.token}/photos/x", headers=headers) as answer:
            assert answer.status == 403
        assert telegram.messages(people.group) == []


@pytest.mark.parametrize(
    "path",
    [
        "/web/../page.py",
        "/web/%2e%2e%2fpage.py",
        "/sample/..%2f..%2fpage.py",
        "/photo/x",
        f"/web/{'a' * 300}",
        f"/sample/{'a' * 300}.jpg",
        "/sample/photos.csv",
        "/web/icon.svg/x",
    ],
)
async def test_no_path_leads_out(path: str) -> None:
    async with page() as (_, _, url, session), session.get(url + path) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    "change",
    [
        {"chat": "x"}, {"chat": 5}, {"user": 5}, {"topic": 99}, {"text": ""}, {"chat": None}, {"reply_to": "x"},
        {"text": None}, {"text": "a" * 4097}, {"text": "🙂" * 2049},
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


async def test_half_a_character_spoils_no_chat() -> None:
    async with page() as (telegram, people, url, session):
        fields = {"chat": people.group.id, "user": people.people[0].id, "text": "hi \ud83d"}
        async with session.post(url + "/send", data=form(fields)) as answer:
            assert answer.status == 200
        assert telegram.messages(people.group)[0]["text"] == "hi \ufffd"
        async with session.get(url + "/events") as stream:
            assert await stream.content.readline() == b"event: snapshot\n"
            assert b"hi" in await stream.content.readline()


def png(width: int, height: int) -> bytes:
    made = io.BytesIO()
    Image.new("1", (width, height)).save(made, "PNG")
    return made.getvalue()


@pytest.mark.parametrize(
    ("photo", "said"),
    [
        (with_odd_exif(), "a.jpg is not a picture that can be read."),
        (png(10_100, 10_000), "a.jpg is not a picture that can be read."),
        (png(2_100, 100), "a.jpg is too long and thin for a photo: send it as a file."),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "a.jpg is not a picture that can be read."),
    ],
    ids=["damaged Exif", "too many pixels", "too thin", "PostScript"],
)
@pytest.mark.parametrize("as_file", [False, True])
async def test_a_hostile_picture_is_one_sentence_and_leaves_nothing(photo: bytes, said: str, *, as_file: bool) -> None:
    async with page() as (telegram, people, url, session):
        fields = {"chat": people.group.id, "user": people.people[0].id, "as_file": as_file}
        async with session.post(url + "/send", data=form(fields, photo)) as answer:
            if as_file and "as a file" in said:
                assert answer.status == 200
                return
            assert (answer.status, await answer.json()) == (400, {"error": said})
        assert telegram.messages(people.group) == []
        assert telegram.files.originals == {}


NONSENSE: list[tuple[str, Any]] = [
    ("getMe", "xx"), ("getMe", 5), ("getUpdates", {"offset": "abc"}), ("getUpdates", {"limit": "abc"}),
    ("getUpdates", {"timeout": "abc"}), ("sendMessage", {"chat_id": [1], "text": "x"}),
    ("sendMessage", {"chat_id": 1002, "text": 5}), ("sendMessage", {"chat_id": 1002, "text": "x", "parse_mode": 5}),
    ("sendMessage", {"chat_id": 1002, "text": "x", "entities": 5}),
    ("sendMessage", {"chat_id": 1002, "text": "\ud83d"}),
    ("sendMessage", {"chat_id": 1002, "text": "x", "entities": [{"type": "bold"}]}),
    ("sendMessage", {"chat_id": 1002, "text": "x", "message_thread_id": [1]}),
    ("sendMediaGroup", {"chat_id": 1002, "media": [1, 2]}), ("editMessageText", {"chat_id": 1002, "message_id": [1]}),
    ("deleteMessages", {"chat_id": 1002, "message_ids": 5}),
    ("deleteMessages", {"chat_id": 1002, "message_ids": [[1]]}),
    ("setMyCommands", {"commands": 5}), ("setMyCommands", {"commands": [{"command": "x"}]}),
    ("getFile", {"file_id": []}),
    ("getChatMember", {"chat_id": 1002, "user_id": []}), ("setMessageReaction", {"chat_id": 1002, "reaction": "x"}),
    ("setWebhook", {"url": 5}), ("setWebhook", {"url": "http://[::1"}),
    ("setWebhook", {"url": "https://example.com:99999/"}),
    ("setWebhook", {"url": "http://127.0.0.1:1/", "max_connections": "abc"}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "body"), NONSENSE, ids=str)
async def test_a_nonsensical_call_is_refused_and_the_next_one_works(method: str, body: Any) -> None:
    async with page() as (telegram, _, url, session):
        root = f"{url}/bot{telegram.token}"
        async with session.post(f"{root}/{method}", json=body) as answer:
            assert (answer.status, (await answer.json())["ok"]) == (400, False)
        async with session.post(f"{root}/getWebhookInfo") as answer:
            assert (await answer.json())["result"]["url"] == ""


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "application/json; charset=foo"}])
@pytest.mark.parametrize("path", ["/press", "/delete", "/send"])
async def test_a_body_that_is_none_is_one_sentence(path: str, headers: dict[str, str]) -> None:
    async with page() as (_, _, url, session), session.post(url + path, data=b"[" * 200_000, headers=headers) as answer:
        assert (answer.status, (await answer.json())["error"][-1]) == (400, ".")
