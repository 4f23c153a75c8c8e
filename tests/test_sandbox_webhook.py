"""The fake Telegram's webhook and long polling: what is delivered when, and what is refused, in Telegram's words."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.sandbox.door_http import serve
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from bot.sandbox.webhook import SECRET, delivering

SECOND = 0.02
"""How long a second of a pause is here."""


@dataclass
class Receiver:
    """What a bot's webhook gets. `statuses` are its next answers, 200 after them; each takes `seconds`."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    seconds: float = 0.0
    bodies: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        """Note an update."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        body = await request.json()
        await asyncio.sleep(self.seconds)
        self.bodies.append(body)
        self.at.append(asyncio.get_running_loop().time())
        self.secrets.append(request.headers.get(SECRET))
        self.at_once -= 1
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    def texts(self) -> list[str]:
        """The texts of the messages that came."""
        return [body["message"]["text"] for body in self.bodies]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


async def ask(telegram: Telegram, method: str, **params: Any) -> Any:
    """A call of the bot: the result, or the description of the refusal."""
    _, body = await telegram.call(method, params, {})
    answer = json.loads(body)
    return answer["result"] if answer["ok"] else answer["description"]


async def info(telegram: Telegram) -> dict[str, Any]:
    found: dict[str, Any] = await ask(telegram, "getWebhookInfo")
    return found


async def test_updates_come_in_order_with_the_secret_and_are_gone_after_an_ok(
    telegram: Telegram, group: Chat, ann: User, receiver: Receiver
) -> None:
    telegram.send_text(group, ann, "before")
    async with delivering(telegram):
        await ask(telegram, "setWebhook", url=receiver.url, secret_token="s3cret", max_connections=1)
        for text in ("one", "two", "three"):
            telegram.send_text(group, ann, text)
        await telegram.wait_for(lambda: telegram.updates.unconfirmed() == 0)
    assert receiver.texts() == ["before", "one", "two", "three"]
    assert receiver.secrets == ["s3cret"] * 4
    ids = [body["update_id"] for body in receiver.bodies]
    assert ids == list(range(ids[0], ids[0] + 4))
    assert (await info(telegram))["pending_update_count"] == 0
    assert "last_error_date" not in await info(telegram)


async def test_no_secret_was_set_so_none_is_sent(
    telegram: Telegram, group: Chat, ann: User, receiver: Receiver
) -> None:
    async with delivering(telegram):
        await ask(telegram, "setWebhook", url=receiver.url)
        telegram.send_text(group, ann, "hello")
        await telegram.wait_for(lambda: telegram.updates.unconfirmed() == 0)
    assert receiver.secrets == [None]


async def test_an_update_that_fails_is_tried_again_with_growing_pauses_and_holds_its_chat(
    telegram: Telegram, group: Chat, ann: User, receiver: Receiver
) -> None:
    receiver.statuses = [500, 503, 502]
    async with delivering(telegram, second=SECOND):
        telegram.send_text(group, ann, "one")
        telegram.send_text(group, ann, "two")
        await ask(telegram, "setWebhook", url=receiver.url)
        await telegram.wait_for(lambda: "last_error_message" in telegram.webhook)
        told = await info(telegram)
        await telegram.wait_for(lambda: telegram.updates.unconfirmed() == 0)
    assert receiver.texts() == ["one", "one", "one", "one", "two"]
    assert told["pending_update_count"] == 2
    assert told["last_error_message"].startswith("Wrong response from the webhook: 50")
    assert abs(told["last_error_date"] - telegram.clock()) < 60
    _, first, second = (later - earlier for earlier, later in pairwise(receiver.at[:4]))
    assert first >= 2 * SECOND * 0.9
    assert second >= 4 * SECOND * 0.9


async def test_a_chat_that_fails_does_not_hold_up_another(
    telegram: Telegram, group: Chat, ann: User, receiver: Receiver
) -> None:
    other = telegram.new_chat("supergroup", "Other", members=[ann])
    receiver.statuses = [500, 500]
    async with delivering(telegram, second=1000):
        await ask(telegram, "setWebhook", url=receiver.url, max_connections=1)
        telegram.send_text(group, ann, "stuck")
        await telegram.wait_for(lambda: len(receiver.bodies) == 2)
        telegram.send_text(group, ann, "behind it")
        telegram.send_text(other, ann, "passes")
        await telegram.wait_for(lambda: telegram.updates.unconfirmed() == 2)
    assert receiver.texts() == ["stuck", "stuck", "passes"]


@pytest.mark.parametrize(("connections", "most"), [(1, 1), (2, 2), (None, 3)])
async def test_as_many_connections_as_were_allowed(
    telegram: Telegram, ann: User, receiver: Receiver, connections: int | None, most: int
) -> None:
    receiver.seconds = 0.05
    for number in range(3):
        telegram.send_text(telegram.new_chat("supergroup", f"Chat {number}", members=[ann]), ann, "hello")
    asked = {"url": receiver.url} | ({"max_connections": connections} if connections else {})
    async with delivering(telegram):
        await ask(telegram, "setWebhook", **asked)
        await telegram.wait_for(lambda: telegram.updates.unconfirmed() == 0)
    assert receiver.most_at_once == most
    assert (await info(telegram))["max_connections"] == (connections or 40)


async def test_only_the_kinds_that_were_asked_for_are_delivered(
    telegram: Telegram, group: Chat, ann: User, receiver: Receiver
) -> None:
    async with delivering(telegram):
        await ask(telegram, "setWebhook", url=receiver.url, allowed_updates=["message"])
        telegram.add_bot(group, ann, "administrator")
        telegram.send_text(group, ann, "wanted")
        await telegram.wait_for(lambda: telegram.updates.unconfirmed() == 0)
    assert receiver.texts() == ["wanted"]
    assert (await info(telegram))["allowed_updates"] == ["message"]


async def test_pending_updates_can_be_dropped(telegram: Telegram, group: Chat, ann: User, receiver: Receiver) -> None:
    telegram.send_text(group, ann, "old")
    async with delivering(telegram):
        await ask(telegram, "setWebhook", url=receiver.url, drop_pending_updates=True)
        telegram.send_text(group, ann, "new")
        await telegram.wait_for(lambda: telegram.updates.unconfirmed() == 0)
    assert receiver.texts() == ["new"]


async def test_deleting_the_webhook_stops_it_and_opens_long_polling(
    telegram: Telegram, group: Chat, ann: User, receiver: Receiver
) -> None:
    receiver.statuses = [500] * 100
    async with delivering(telegram, second=1000):
        await ask(telegram, "setWebhook", url=receiver.url)
        telegram.send_text(group, ann, "kept")
        await telegram.wait_for(lambda: len(receiver.bodies) == 2)
        refused = await ask(telegram, "getUpdates")
        await ask(telegram, "deleteWebhook")
        (update,) = await ask(telegram, "getUpdates")
        assert (await info(telegram))["url"] == ""
    assert refused == (
        "Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first"
    )  # fmt: skip
    assert update["message"]["text"] == "kept"
    assert len(receiver.bodies) == 2


async def test_a_webhook_that_nobody_serves_keeps_its_updates(telegram: Telegram, group: Chat, ann: User) -> None:
    async with delivering(telegram, second=1000):
        await ask(telegram, "setWebhook", url="http://127.0.0.1:9/hook")
        telegram.send_text(group, ann, "kept")
        await telegram.wait_for(lambda: "last_error_message" in telegram.webhook)
    assert (await info(telegram))["last_error_message"] == "Connection refused"
    assert telegram.updates.unconfirmed() == 1


async def test_setting_the_same_webhook_again_changes_nothing_and_another_begins_afresh(
    telegram: Telegram, group: Chat, ann: User, receiver: Receiver
) -> None:
    receiver.statuses = [500, 500]
    async with delivering(telegram, second=1000):
        await ask(telegram, "setWebhook", url=receiver.url)
        telegram.send_text(group, ann, "kept")
        await telegram.wait_for(lambda: "last_error_message" in telegram.webhook)
        await telegram.wait_for(lambda: len(receiver.bodies) == 2)
        await ask(telegram, "setWebhook", url=receiver.url)
        assert "last_error_message" in await info(telegram)
        await ask(telegram, "setWebhook", url=receiver.url, secret_token="new")
        await telegram.wait_for(lambda: telegram.updates.unconfirmed() == 0)
    assert receiver.secrets == [None, None, "new"]


@pytest.mark.parametrize(
    ("params", "refusal"),
    [
        ({"url": "example.org/hook"}, "Bad Request: invalid webhook URL specified"),
        ({"url": "http://example.org/h"}, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://example.org:8444/h"},
            "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        (
            {"url": "https://example.org/h", "secret_token": "no spaces"},
            "Bad Request: secret token contains unallowed characters",
        ),
        ({"url": "https://example.org/h", "secret_token": "a" * 257}, "Bad Request: secret token is too long"),
    ],
)
async def test_a_wrong_webhook_is_refused(telegram: Telegram, params: dict[str, str], refusal: str) -> None:
    assert await ask(telegram, "setWebhook", **params) == refusal
    assert (await info(telegram))["url"] == ""


async def test_it_never_calls_another_machine(telegram: Telegram, group: Chat, ann: User) -> None:
    async with delivering(telegram, second=1000):
        await ask(telegram, "setWebhook", url="https://example.org/hook")
        telegram.send_text(group, ann, "kept")
        await telegram.wait_for(lambda: "last_error_message" in telegram.webhook)
    assert telegram.webhook["last_error_message"] == "This Telegram delivers on its own machine only"


async def test_of_two_polls_at_once_the_older_is_ended(telegram: Telegram, group: Chat, ann: User) -> None:
    older = asyncio.create_task(ask(telegram, "getUpdates", timeout=30))
    await asyncio.sleep(0)
    newer = asyncio.create_task(ask(telegram, "getUpdates", timeout=30))
    assert await older == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    telegram.send_text(group, ann, "hello")
    assert [update["message"]["text"] for update in await newer] == ["hello"]


async def test_a_poll_that_waits_is_ended_by_a_webhook(telegram: Telegram, receiver: Receiver) -> None:
    poll = asyncio.create_task(ask(telegram, "getUpdates", timeout=30))
    await asyncio.sleep(0)
    await ask(telegram, "setWebhook", url=receiver.url)
    assert await poll == "Conflict: terminated by setWebhook request"


async def test_an_update_is_gone_only_when_a_later_offset_asks_past_it(
    telegram: Telegram, group: Chat, ann: User
) -> None:
    for text in ("one", "two", "three"):
        telegram.send_text(group, ann, text)
    first, *_ = await ask(telegram, "getUpdates", limit=1)
    again = await ask(telegram, "getUpdates")
    assert [update["message"]["text"] for update in again] == ["one", "two", "three"]
    rest = await ask(telegram, "getUpdates", offset=first["update_id"] + 1)
    assert [update["message"]["text"] for update in rest] == ["two", "three"]
    (last,) = await ask(telegram, "getUpdates", offset=-1)
    assert last["message"]["text"] == "three"
    assert telegram.updates.unconfirmed() == 1


async def test_the_http_door_delivers_too_and_a_poll_whose_client_is_gone_is_forgotten(
    telegram: Telegram, group: Chat, ann: User, receiver: Receiver
) -> None:
    async with serve(telegram) as url, aiohttp.ClientSession() as session:
        root = f"{url}/bot{telegram.token}"
        with pytest.raises(TimeoutError):
            await session.get(f"{root}/getUpdates?timeout=30", timeout=aiohttp.ClientTimeout(total=0.1))
        async with session.post(f"{root}/setWebhook", data={"url": receiver.url}) as answer:
            assert await answer.json() == {"ok": True, "result": True}
        telegram.send_text(group, ann, "hello")
        await telegram.wait_for(lambda: telegram.updates.unconfirmed() == 0)
    assert receiver.texts() == ["hello"]
