"""The webhook: what setWebhook takes and refuses, and the delivery itself, as Telegram does both (WebhookActor.cpp).

An update is gone only after a 2xx. The updates of one chat go in order; one that fails is tried again at once, then
after 2, 4, 8 … seconds, and holds up the later ones of its chat, not those of others.
"""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bot.sandbox import refusals
from bot.sandbox.faults import Call
from bot.sandbox.refusals import Refusal
from bot.sandbox.sending import Sending
from bot.sandbox.state import World
from bot.sandbox.updates import Update

SECRET = "X-Telegram-Bot-Api-Secret-Token"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
PORTS = (None, 80, 88, 443, 8443)
CONNECTIONS, MOST_CONNECTIONS = 40, 100
LONGEST_PAUSE = 60.0
ANSWER_WITHIN = 60.0
"""Seconds."""


class WebhookMethods(Sending):
    """`setWebhook`, `deleteWebhook`, `getWebhookInfo`."""

    def set_webhook_call(self, call: Call) -> bool:
        """`setWebhook`; an empty url deletes the webhook."""
        if not call.params.get("url"):
            return self.delete_webhook_call(call)
        _check(call.params["url"], call.params.get("secret_token") or "")
        if not isinstance(call.params.get("max_connections", CONNECTIONS), int):
            raise Refusal(refusals.CONNECTIONS)
        self.updates.allowed = call.params.get("allowed_updates") or self.updates.allowed
        wished = {name: call.params.get(name) for name in ("url", "secret_token", "max_connections")}
        if not wished.items() <= self.webhook.items():  # otherwise it is set already, and its pauses go on
            self.webhook = dict(wished)
        self.updates.end_poll(refusals.WEBHOOK_SET)
        return self._dropped(call)

    def delete_webhook_call(self, call: Call) -> bool:
        """`deleteWebhook`."""
        self.webhook = {}
        return self._dropped(call)

    def webhook_info_call(self, _: Call) -> dict[str, Any]:
        """`getWebhookInfo`."""
        pending, url = self.updates.unconfirmed(), self.webhook.get("url", "")
        info = {"url": url, "has_custom_certificate": False, "pending_update_count": pending}
        if url:
            info |= {"max_connections": _connections(self.webhook), "ip_address": "127.0.0.1"}
            info |= {
                name: self.webhook[name] for name in ("last_error_date", "last_error_message") if name in self.webhook
            }
        return info | ({"allowed_updates": self.updates.allowed} if self.updates.allowed else {})

    def _dropped(self, call: Call) -> bool:
        if call.params.get("drop_pending_updates"):
            self.updates.drop()
        self.updates.stir()
        return True


def _check(url: str, secret: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refusal(refusals.WEBHOOK_URL)
    if len(secret) > 256:
        raise Refusal(refusals.SECRET_TOO_LONG)
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise Refusal(refusals.SECRET_CHARACTERS)
    if parts.hostname not in LOOPBACK:  # a Bot API server on one's own machine takes any port, and http
        if parts.scheme == "http":
            raise Refusal(refusals.WEBHOOK_HTTP)
        if parts.port not in PORTS:
            raise Refusal(refusals.WEBHOOK_PORT)


def _connections(webhook: dict[str, Any]) -> int:
    return min(max(int(webhook.get("max_connections") or CONNECTIONS), 1), MOST_CONNECTIONS)


@asynccontextmanager
async def delivering(world: World, *, second: float = 1.0) -> AsyncIterator[None]:
    """Deliver to the webhook, while there is one, until the block ends; `second` is how long a second of a pause is."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN)) as session:
        delivery = _Delivery(world, session, second)
        task = asyncio.create_task(delivery.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(*delivery.cancelled(), return_exceptions=True)
            with suppress(asyncio.CancelledError):
                await task


@dataclass(slots=True)
class _Retry:
    """How often an update has failed, and before what time of the loop it is not tried again."""

    fails: int = 0
    not_before: float = 0.0


class _Delivery:
    def __init__(self, world: World, session: aiohttp.ClientSession, second: float) -> None:
        self._world, self._session, self._second = world, session, second
        self._posting: dict[int, asyncio.Task[None]] = {}
        self._retries: dict[int, _Retry] = {}
        self._webhook: dict[str, Any] = {}

    def cancelled(self) -> list["asyncio.Task[None]"]:
        """What was being posted; it is still in the queue."""
        for task in self._posting.values():
            task.cancel()
        return list(self._posting.values())

    async def run(self) -> None:
        """Post what is due; look again when an update comes, a post ends, or a pause is over."""
        while True:
            self._forget()
            now = asyncio.get_running_loop().time()
            for update in list(self._due(now)):
                self._start(update)
            pauses = [one.not_before - now for one in self._retries.values() if one.not_before > now]
            await self._world.updates.stirred(min(pauses, default=None))

    def _forget(self) -> None:
        """Leave what the bot does not want, and the pauses of another webhook or of updates that are gone."""
        updates = self._world.updates
        for update in updates.kept() if self._world.webhook else ():
            if not updates.is_allowed(update):
                updates.forget(update["update_id"])
        if self._webhook is not self._world.webhook:
            self._webhook, self._retries = self._world.webhook, {}
            for task in self._posting.values():
                task.cancel()
        kept = {update["update_id"] for update in updates.kept()}
        self._retries = {number: retry for number, retry in self._retries.items() if number in kept}

    def _due(self, now: float) -> Iterator[Update]:
        """The next update of each chat that has none on its way, as many as there are free connections."""
        free = _connections(self._webhook) - len(self._posting) if self._webhook else 0
        seen = set[tuple[str, int]]()
        for update in self._world.updates.kept():
            queue, number = _queue(update), update["update_id"]
            first = queue not in seen
            seen.add(queue)
            waits = number in self._posting or self._retries.get(number, _Retry()).not_before > now
            if first and not waits and free > 0:
                free -= 1
                yield update

    def _start(self, update: Update) -> None:
        task = asyncio.create_task(self._post(update, self._webhook))
        self._posting[update["update_id"]] = task
        task.add_done_callback(lambda _: self._ended(update["update_id"]))

    def _ended(self, number: int) -> None:
        del self._posting[number]
        self._world.updates.stir()

    async def _post(self, update: Update, webhook: dict[str, Any]) -> None:
        error = await self._error(update, webhook)
        if error is None:
            self._world.updates.forget(update["update_id"])
        else:
            webhook |= {"last_error_date": int(time.time()), "last_error_message": error}
            self._failed(update["update_id"])

    async def _error(self, update: Update, webhook: dict[str, Any]) -> str | None:
        """Post it once; what was wrong, in Telegram's words."""
        if urlsplit(webhook["url"]).hostname not in LOOPBACK:
            return "This Telegram delivers on its own machine only"
        headers = {SECRET: webhook["secret_token"]} if webhook.get("secret_token") else {}
        try:
            async with self._session.post(webhook["url"], json=update, headers=headers) as answer:
                return None if answer.ok else f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except aiohttp.ClientConnectorError as error:
            return os.strerror(error.errno) if error.errno else "Connection failed"
        except (aiohttp.ClientError, TimeoutError):
            return "Webhook connection closed"

    def _failed(self, number: int) -> None:
        retry = self._retries.setdefault(number, _Retry())
        pause = min(2.0**retry.fails, LONGEST_PAUSE) if retry.fails else 0.0
        retry.fails += 1
        retry.not_before = asyncio.get_running_loop().time() + pause * self._second


def _queue(update: Update) -> tuple[str, int]:
    """What keeps its order: kind of update and chat, or the person who pressed a button."""
    kind = next(name for name in update if name != "update_id")
    value = update[kind]
    if "message" in kind or "post" in kind:
        return "messages", value["chat"]["id"]
    return kind, (value.get("chat") or value.get("from") or {"id": 0})["id"]
