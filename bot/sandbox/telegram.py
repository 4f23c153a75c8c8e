"""Telegram, whole: every call of the bot passes here, from whichever door, and is noted, checked, and let fail."""

import asyncio
import json
import time
from collections.abc import Callable, MutableSequence
from typing import Any, Literal

from bot.sandbox import params as parameters
from bot.sandbox import refusals
from bot.sandbox.faults import Call, Fault, Faults
from bot.sandbox.methods import Methods
from bot.sandbox.refusals import Refusal, Violation
from bot.sandbox.state import Chat, Message
from bot.waiting import changed_within

Moment = Literal["before", "after"]


class Dropped(Exception):
    """The connection ends without an answer. `reached` says whether anything arrived at Telegram's side."""

    def __init__(self, *, reached: bool) -> None:
        super().__init__("the connection was dropped" if reached else "the connection was refused")
        self.reached = reached


class Telegram(Methods):
    """The model of Telegram that both doors open to.

    `calls` holds everything the bot asked, `violations` what Telegram would have overlooked but a test should not.
    `on_call` runs before and after the effect of each call: a kill test ends its child there.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time, privacy: bool = False) -> None:
        super().__init__(clock, privacy=privacy)
        self.calls: MutableSequence[Call] = []
        self.faults = Faults()
        self.on_call: Callable[[Call, Moment], None] | None = None
        self._table = self.table()
        self._changed = asyncio.Event()

    async def call(self, method: str, raw: dict[str, Any], files: dict[str, bytes]) -> tuple[int, bytes]:
        """One request: HTTP status and body.

        Raises:
            Dropped: a fault ended the connection.
        """
        if method not in parameters.KNOWN:
            return _answer(Refusal("", 404))
        call = Call(method, parameters.decode(raw), files, self.clock())
        if method != "getUpdates":
            self.calls.append(call)
        self.violations += [
            f"{method}: unknown parameter {name}" for name in parameters.unknown(method, call.params, files)
        ]
        fault = self.faults.take(call)
        begun = time.perf_counter()
        try:
            return await self._answered(call, fault)
        finally:
            self._changed.set()
            self._report(call, time.perf_counter() - begun)

    async def _answered(self, call: Call, fault: Fault | None) -> tuple[int, bytes]:
        self._tell(call, "before")
        await _before(fault)
        if fault is not None and fault.kind == "429":
            return _answer(
                Refusal(f"Too Many Requests: retry after {fault.seconds:.0f}", 429, retry_after=int(fault.seconds))
            )
        if fault is not None and fault.kind == "500":
            return 500, json.dumps({"ok": False, "error_code": 500, "description": "Internal Server Error"}).encode()
        if fault is not None and fault.kind == "502":
            return 502, b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
        try:
            call.result = await self._checked(call)
        except Refusal as refusal:
            call.error = str(refusal)
            self.violations += [f"{call.method}: {refusal}"] if isinstance(refusal, Violation) else []
            return _answer(refusal)
        self._tell(call, "after")
        if fault is not None and fault.kind == "dropped_after":
            raise Dropped(reached=True)
        return 200, json.dumps({"ok": True, "result": call.result}).encode()

    async def _checked(self, call: Call) -> Any:
        """The effect of a call. What is of a wrong type is refused, and fails the test that sent it.

        Raises:
            Refusal: Telegram would not do it.
        """
        try:
            json.dumps([call.method, call.params], ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise Violation(refusals.NOT_UTF8) from None
        try:
            return await self._effect(call)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Violation(f"can't parse the request: {type(error).__name__}: {error}") from error

    async def _effect(self, call: Call) -> Any:
        if call.method != "getUpdates":
            return self._table[call.method](call)
        if self.webhook.get("url"):
            raise Refusal(refusals.WEBHOOK_ACTIVE, 409)
        asked = call.params
        offset, limit, timeout = asked.get("offset", 0), asked.get("limit", 100), asked.get("timeout", 0)
        return await self.updates.get(offset, limit, timeout, asked.get("allowed_updates"))

    async def download(self, path: str) -> tuple[int, bytes]:
        """A file by its `file_path`; faults of the method name `download` happen here."""
        call, begun = Call("download", {"file_path": path}, {}, self.clock()), time.perf_counter()
        self.calls.append(call)
        fault = self.faults.take(call)
        self._tell(call, "before")
        await _before(fault)
        if fault is not None and fault.kind in ("500", "502"):
            return int(fault.kind), b"<html>a proxy</html>"
        data = self.files.content(path)
        if data is None:
            return _answer(Refusal("", 404))
        self._tell(call, "after")
        self._changed.set()
        self.feed.publish("call", **as_json(call, time.perf_counter() - begun), size=len(data))
        return 200, data[: len(data) // 2] if fault is not None and fault.kind == "truncated" else data

    def _report(self, call: Call, seconds: float) -> None:
        """Tell the feed; a poll is told of only by the updates it brought."""
        if call.method != "getUpdates":
            self.feed.publish("call", **as_json(call, seconds))
        elif call.result:
            self.feed.publish("updates", updates=call.result)

    def _tell(self, call: Call, moment: Moment) -> None:
        if self.on_call is not None:
            self.on_call(call, moment)

    def messages(self, chat: Chat) -> list[Message]:
        """What the chat shows, oldest first."""
        return [chat.messages[message_id] for message_id in sorted(chat.messages)]

    def bot_messages(self, chat: Chat) -> list[Message]:
        """What of it the bot has sent."""
        return [message for message in self.messages(chat) if self.is_mine(message)]

    def called(self, method: str) -> list[Call]:
        """The calls of one method."""
        return [call for call in self.calls if call.method == method]

    async def wait_for(self, predicate: Callable[[], Any], timeout: float = 10.0) -> Any:
        """Wait until something has become true after a call of the bot; its value.

        Raises:
            TimeoutError: it has not within `timeout` seconds.
        """
        async with asyncio.timeout(timeout):
            while not (found := predicate()):
                self._changed.clear()
                await changed_within(self._changed, 0.01)  # what no call announces (a row of the store) is looked at
            return found


def as_json(call: Call, seconds: float) -> dict[str, Any]:
    """A call as the page shows it: uploads by their size in bytes, the duration in milliseconds."""
    return {
        "method": call.method, "params": call.params, "uploads": {name: len(data) for name, data in call.files.items()},
        "at": call.at, "ms": round(1000 * seconds, 1), "error": call.error,
    }  # fmt: skip


async def _before(fault: Fault | None) -> None:
    if fault is None:
        return
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
    if fault.kind in ("refused", "dropped_before"):
        raise Dropped(reached=fault.kind == "dropped_before")


def _answer(refusal: Refusal) -> tuple[int, bytes]:
    return refusal.code, json.dumps(refusal.body()).encode()
