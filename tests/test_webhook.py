"""The webhook: where it listens, what it registers, whom it believes."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import build, webhook
from bot.config import Settings
from bot.routes import App
from bot.sandbox.door_http import serve
from bot.sandbox.door_inprocess import InProcess
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.fakes import GREEN, RED, MeanColour, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO

SECRET = "only-telegram-knows"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def post(url: str, body: dict[str, Any], secret: str) -> int:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
    async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as answer:
        return answer.status


@pytest.fixture
def settings(telegram: Telegram, tmp_path: Path) -> Settings:
    port = free_port()
    return Settings(
        token=telegram.token, database=tmp_path / "lookback.db", webhook_url=f"https://example.org:8443/hooks/{port}",
        webhook_port=port, webhook_secret=SECRET,
    )  # type: ignore[arg-type]  # fmt: skip


async def test_an_update_by_webhook_is_stored_before_it_is_acknowledged_and_strangers_are_refused(
    telegram: Telegram, group: Chat, ann: User, settings: Settings
) -> None:
    app = build(settings, request=InProcess(telegram), clip=MeanColour())
    arguments = webhook(settings)
    assert app.updater is not None
    await app.initialize()
    await app.post_init(app)  # type: ignore[misc]
    await app.updater.start_webhook(**arguments)
    try:
        message = telegram.post(group, ann, {"photo": telegram.files.add_photo(picture(RED))})
        body = {"update_id": 7, "message": message}
        local = f"http://127.0.0.1:{settings.webhook_port}/hooks/{settings.webhook_port}"
        assert await post(local, body, "a guess") == 403
        store = app.bot_data["lookback"].photos.store
        workers = app.bot_data["lookback"].photos.workers
        assert await workers.store(store.inbox.queued, 0, 10) == []
        assert await post(local, body, SECRET) == 200
        (row,) = await workers.store(store.inbox.queued, 0, 10)
        assert row.update_id == 7
    finally:
        await app.updater.stop()
        await app.shutdown()
        await app.post_shutdown(app)  # type: ignore[misc]
    registered = telegram.called("setWebhook")[0].params
    assert registered["url"] == settings.webhook_url
    assert (registered["secret_token"], registered["max_connections"]) == (SECRET, 1)


@asynccontextmanager
async def listening(settings: Settings, url: str) -> AsyncIterator[App]:
    """The bot at work behind its webhook, in the order of `Application.run_webhook`; Telegram is at `url`."""
    here = f"http://127.0.0.1:{settings.webhook_port}/hook"
    app = build(settings.model_copy(update={"api_url": url, "webhook_url": here}), clip=MeanColour())
    assert app.updater is not None
    await app.initialize()
    await app.post_init(app)  # type: ignore[misc]
    await app.updater.start_webhook(**webhook(settings.model_copy(update={"webhook_url": here})))
    await app.start()
    try:
        yield app
    finally:
        await app.updater.stop()
        await app.stop()
        await app.post_stop(app)  # type: ignore[misc]
        await app.shutdown()
        await app.post_shutdown(app)  # type: ignore[misc]


async def test_a_photo_is_answered_through_the_webhook(
    telegram: Telegram, group: Chat, ann: User, ben: User, memory: Memory, settings: Settings
) -> None:
    async with serve(telegram) as url, listening(settings, url):
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        asked = telegram.send_photo(group, ben, picture(RED))
        answer = (await telegram.wait_for(lambda: telegram.bot_messages(group)))[0]
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]
    assert "100% · Ann" in answer["caption"]
    assert telegram.called("getUpdates") == []


async def test_what_is_sent_while_the_bot_is_down_comes_when_it_is_up_again(
    telegram: Telegram, group: Chat, ann: User, memory: Memory, settings: Settings
) -> None:
    async with serve(telegram, second=0.02) as url:
        async with listening(settings, url):
            telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
            await memory.settled()
        missed = [telegram.send_photo(group, ann, picture(colour)) for colour in (GREEN, RED)]
        await telegram.wait_for(lambda: telegram.webhook.get("last_error_message") == "Connection refused")
        assert telegram.updates.unconfirmed() == 2
        async with listening(settings, url):
            await telegram.wait_for(lambda: telegram.updates.unconfirmed() == 0)
            await memory.settled()
    assert [memory.photo(message)["state"] for message in missed] == ["ready", "ready"]
    assert memory.value("SELECT count(*) FROM photos") == 3
    assert len(telegram.bot_messages(group)) == 1


async def test_with_another_secret_than_telegram_has_nothing_gets_in_and_nothing_is_lost(
    telegram: Telegram, group: Chat, ann: User, memory: Memory, settings: Settings
) -> None:
    async with serve(telegram, second=0.02) as url, listening(settings, url):
        telegram.webhook = telegram.webhook | {"secret_token": "a-guess"}
        photo = telegram.send_photo(group, ann, picture(RED))
        await telegram.wait_for(lambda: "last_error_message" in telegram.webhook)
        assert telegram.webhook["last_error_message"].startswith("Wrong response from the webhook: 403 ")
        assert memory.value("SELECT count(*) FROM photos") == 0
        telegram.webhook = telegram.webhook | {"secret_token": SECRET}
        telegram.updates.stir()
        await telegram.wait_for(lambda: telegram.updates.unconfirmed() == 0)
        await memory.settled()
    assert memory.photo(photo)["state"] == "ready"
