"""The doctor: each line is `ok` or says what to do, with a Telegram that is a dictionary of answers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from telegram import error as telegram_error
from telegram.request import BaseRequest, RequestData

from bot import doctor
from bot.config import Settings
from bot.doctor import Finding
from bot.texts.layout import megabytes
from bot.vision.model import ModelUnavailable
from storage.store import Store

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"
ME = {"id": 1, "is_bot": True, "first_name": "Lookback", "username": "lookbot"}
COMMANDS = [{"command": "cluster", "description": "albums"}, {"command": "help", "description": "help"}]


class Server(BaseRequest):
    """A Bot API server that answers from a dictionary; what is missing is an error, an exception is raised."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.urls: list[str] = []

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    @property
    def read_timeout(self) -> float | None:
        return 1.0

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **kwargs: Any
    ) -> tuple[int, bytes]:
        self.urls.append(url)
        answer = self.answers.get(url.rpartition("/")[2])
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, int):
            return answer, json.dumps({"ok": False, "error_code": answer, "description": "no"}).encode()
        if answer is None:
            return 400, b'{"ok": false, "error_code": 400, "description": "not here"}'
        return 200, json.dumps({"ok": True, "result": answer}).encode()


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("LOOKBACK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings(**values: Any) -> Settings:
    return Settings.model_validate({"token": TOKEN, "model": "pocket"} | values)


async def asked(server: Server, **values: Any) -> dict[str, Finding]:
    """The findings about Telegram, by topic."""
    return {finding.topic: finding for finding in await doctor.telegram(settings(**values), server)}


async def test_a_bot_that_is_set_up_well_is_ok_in_every_line() -> None:
    server = Server(getMe=ME | {"can_read_all_group_messages": True}, getMyCommands=COMMANDS)
    found = await asked(server, api_url="http://localhost:8081")
    assert {topic: finding.ok for topic, finding in found.items()} == {
        "token": True, "privacy mode": True, "inline mode": True, "commands": True,
    }  # fmt: skip
    assert found["token"].text == "this is @lookbot"
    assert found["commands"].text == "/cluster /help"
    assert server.urls[0] == f"http://localhost:8081/bot{TOKEN}/getMe"


async def test_privacy_mode_comes_with_the_way_to_turn_it_off() -> None:
    found = await asked(Server(getMe=ME | {"can_read_all_group_messages": False}, getMyCommands=COMMANDS))
    assert not found["privacy mode"].ok
    assert "/setprivacy, choose @lookbot, Disable" in found["privacy mode"].text


async def test_commands_that_were_never_registered_are_found() -> None:
    found = await asked(Server(getMe=ME, getMyCommands=[]))
    assert not found["commands"].ok
    assert "`lookback run`" in found["commands"].text


async def test_inline_mode_that_is_off_is_no_fault_and_is_explained() -> None:
    off = (await asked(Server(getMe=ME | {"supports_inline_queries": False})))["inline mode"]
    assert off.ok
    assert "send /setinline to @BotFather, choose @lookbot" in off.text
    on = (await asked(Server(getMe=ME | {"supports_inline_queries": True})))["inline mode"]
    assert (on.ok, on.text) == (True, "on")


async def test_a_server_that_does_not_tell_is_no_fault() -> None:
    found = await asked(Server(getMe=ME), webhook_url="https://example.org/x", webhook_secret="s")
    assert {(finding.ok, finding.text) for finding in found.values()} == {
        (True, "this is @lookbot"), (True, "the server does not tell"),
    }  # fmt: skip


async def test_a_webhook_shows_what_telegram_met_there() -> None:
    info = {"url": "https://example.org/x", "has_custom_certificate": False, "pending_update_count": 3}
    hook = {"webhook_url": "https://example.org/x", "webhook_secret": "s"}
    well = await asked(Server(getMe=ME, getWebhookInfo=info), **hook)
    assert (well["webhook"].ok, well["webhook"].text) == (True, "3 updates are waiting")
    ill = await asked(Server(getMe=ME, getWebhookInfo=info | {"last_error_message": "Connection refused"}), **hook)
    assert not ill["webhook"].ok
    assert "Connection refused" in ill["webhook"].text


@pytest.mark.parametrize("status", [401, 404])
async def test_a_token_that_telegram_does_not_know_is_one_sentence(status: int) -> None:
    (finding,) = (await asked(Server(getMe=status))).values()
    assert not finding.ok
    assert finding.text.startswith("Telegram does not know this token; copy it again")
    assert TOKEN not in finding.text


async def test_no_network_is_one_sentence_without_the_token() -> None:
    away = telegram_error.NetworkError(f"ConnectError for https://api.telegram.org/bot{TOKEN}/getMe\nagain.")
    (finding,) = (await asked(Server(getMe=away))).values()
    assert not finding.ok
    assert finding.text.startswith("https://api.telegram.org could not be asked (")
    assert TOKEN not in finding.text and "\n" not in finding.text


async def test_no_token_is_one_line() -> None:
    (finding,) = await doctor.telegram(settings(token=None))
    assert (finding.ok, finding.text.startswith("LOOKBACK_TOKEN is missing")) == (False, True)


def test_a_database_that_is_not_there_yet_is_not_made(bare: Path) -> None:
    finding = doctor.database(settings(database=bare / "new.db"))
    assert (finding.ok, list(bare.iterdir())) == (True, [])


def test_a_whole_database_is_ok_and_another_file_is_not(bare: Path) -> None:
    Store(bare / "whole.db").close()
    assert doctor.database(settings(database=bare / "whole.db")).ok
    (bare / "text.db").write_text("no database at all, but long enough to be looked at " * 40)
    finding = doctor.database(settings(database=bare / "text.db"))
    assert not finding.ok
    assert str(bare / "text.db") in finding.text


def test_a_damaged_database_is_told_from_a_whole_one(bare: Path) -> None:
    path = bare / "damaged.db"
    store = Store(path)
    store.db.execute("CREATE TABLE noted (word TEXT)")
    store.db.execute("CREATE INDEX by_word ON noted (word)")
    for number in range(2000):
        store.db.execute("INSERT INTO noted VALUES (?)", [f"word {number:06}"])
    store.close()
    data = bytearray(path.read_bytes())
    last = data.rindex(b"word 001234")
    data[last : last + 11] = b"word 999999"
    path.write_bytes(data)
    finding = doctor.database(settings(database=path))
    assert not finding.ok
    assert "is damaged" in finding.text and "backup" in finding.text


def test_a_full_disk_is_found(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.disk(settings(database=bare / "a" / "b" / "x.db")).text.endswith(f"free in {bare}")
    monkeypatch.setattr(doctor, "LOW_DISK", 10**18)
    assert not doctor.disk(settings(database=bare / "x.db")).ok


def test_a_model_that_does_not_load_says_why() -> None:
    def fail(settings: Settings) -> None:
        raise ModelUnavailable("The model x can't be had: set LOOKBACK_MODEL=pocket.")

    finding = doctor.model(settings(model="hf-hub:a/b"), fail)
    assert (finding.ok, finding.text) == (False, "The model x can't be had: set LOOKBACK_MODEL=pocket.")
    assert doctor.model(settings(), lambda _: None).ok


def test_pocket_loads() -> None:
    assert doctor.model(settings(device="cpu"), doctor.load_model) == Finding("model", True, "pocket loads")


def test_sizes_are_given_as_people_read_them() -> None:
    assert [megabytes(size) for size in (0, 41_249_658, 2_500_000_000)] == ["0.0 MB", "41.2 MB", "2.5 GB"]
