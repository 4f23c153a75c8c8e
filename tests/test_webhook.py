"""The webhook: where it listens, what it registers, whom it believes."""

import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import build, webhook
from bot.config import Settings
from bot.sandbox.door_inprocess import InProcess
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.fakes import RED, MeanColour, picture

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
