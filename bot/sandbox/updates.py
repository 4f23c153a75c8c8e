"""The update queue of the bot: an update is gone only when a later offset asks past it (Bot API, getUpdates)."""

import asyncio
from collections import deque
from typing import Any

from bot.sandbox import refusals
from bot.sandbox.refusals import Refusal

Update = dict[str, Any]
DEFAULT = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
    "inline_query",
)


class Updates:
    """Waits are event based; whoever asks with a timeout gets what comes meanwhile.

    `allowed` is the list of the last getUpdates or setWebhook that had one, which Telegram keeps.
    """

    def __init__(self, first_id: int = 5000) -> None:
        self.next_id = first_id
        self.allowed: list[str] | None = None
        self._kept: deque[Update] = deque()
        self._waiters: set[asyncio.Future[None]] = set()
        self._poll, self._ended_by = 0, ""

    def add(self, kind: str, value: dict[str, Any]) -> int:
        """Queue an update; its id."""
        update_id, self.next_id = self.next_id, self.next_id + 1
        self._kept.append({"update_id": update_id, kind: value})
        self.stir()
        return update_id

    def stir(self) -> None:
        """Let everyone who waits look again."""
        for waiter in list(self._waiters):
            if not waiter.done():
                waiter.get_loop().call_soon_threadsafe(_set, waiter)

    async def stirred(self, timeout: float | None) -> None:
        """Wait for a `stir`, `timeout` seconds at most."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await asyncio.wait([waiter], timeout=timeout)
        finally:
            self._waiters.discard(waiter)

    def is_allowed(self, update: Update) -> bool:
        """Whether the bot wants updates of this kind."""
        return any(kind in update for kind in self.allowed or DEFAULT)

    def forget(self, update_id: int) -> None:
        """Let go of one update."""
        self._kept = deque(update for update in self._kept if update["update_id"] != update_id)

    def drop(self) -> None:
        """Let go of all."""
        self._kept.clear()

    def kept(self) -> list[dict[str, Any]]:
        """What the bot has not confirmed, oldest first."""
        return list(self._kept)

    def restore(self, next_id: int, kept: deque[dict[str, Any]]) -> None:
        """Go on with a queue that was kept."""
        self.next_id, self._kept = next_id, kept

    def unconfirmed(self) -> int:
        """How many updates the bot has not confirmed."""
        return len(self._kept)

    def confirm(self, offset: int) -> None:
        """Let go of every update below `offset`."""
        while self._kept and self._kept[0]["update_id"] < offset:
            self._kept.popleft()

    async def get(self, offset: int, limit: int, timeout: float, allowed: list[str] | None) -> list[Update]:
        """Confirm what is below `offset`, then answer with up to `limit` updates, waiting up to `timeout` seconds.

        Raises:
            Refusal: 409, another call waits now, or a webhook was set.
        """
        self.allowed = allowed or self.allowed
        if offset < 0:
            offset = self._kept[offset]["update_id"] if len(self._kept) >= -offset else 0
        self.confirm(offset)
        found = self._wanted(limit)
        return found if found or timeout <= 0 else await self._waited(limit, timeout)

    async def _waited(self, limit: int, timeout: float) -> list[Update]:
        self.end_poll(refusals.OTHER_POLL)
        poll, now = self._poll, asyncio.get_running_loop().time
        ends_at = now() + timeout
        while not (found := self._wanted(limit)) and (left := ends_at - now()) > 0:
            await self.stirred(left)
            if self._poll != poll:
                raise Refusal(self._ended_by, 409)
        return found

    def end_poll(self, why: str) -> None:
        """Refuse whoever waits in `get`."""
        self._poll, self._ended_by = self._poll + 1, why
        self.stir()

    def _wanted(self, limit: int) -> list[Update]:
        return [update for update in self._kept if self.is_allowed(update)][:limit]


def _set(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
