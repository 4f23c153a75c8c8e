"""The update queue of the bot: an update is gone only when a later offset asks past it (Bot API, getUpdates)."""

import asyncio
from collections import deque
from typing import Any

DEFAULT = ("message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "my_chat_member")


class Updates:
    """Waits are event based; whoever asks with a timeout gets what comes meanwhile."""

    def __init__(self, first_id: int = 5000) -> None:
        self.next_id = first_id
        self._kept: deque[dict[str, Any]] = deque()
        self._waiters: set[asyncio.Future[None]] = set()

    def add(self, kind: str, value: dict[str, Any]) -> int:
        """Queue an update; its id."""
        update_id, self.next_id = self.next_id, self.next_id + 1
        self._kept.append({"update_id": update_id, kind: value})
        for waiter in self._waiters:
            if not waiter.done():
                waiter.get_loop().call_soon_threadsafe(_set, waiter)
        return update_id

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

    async def get(self, offset: int, limit: int, timeout: float, allowed: list[str] | None) -> list[dict[str, Any]]:
        """Confirm what is below `offset`, then answer with up to `limit` updates, waiting up to `timeout` seconds."""
        if offset < 0:
            offset = self._kept[offset]["update_id"] if len(self._kept) >= -offset else 0
        self.confirm(offset)
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + timeout
        while not (found := self._wanted(limit, allowed)) and (left := ends_at - loop.time()) > 0:
            waiter: asyncio.Future[None] = loop.create_future()
            self._waiters.add(waiter)
            try:
                await asyncio.wait([waiter], timeout=left)
            finally:
                self._waiters.discard(waiter)
        return found

    def _wanted(self, limit: int, allowed: list[str] | None) -> list[dict[str, Any]]:
        kinds = allowed or DEFAULT
        return [update for update in self._kept if any(kind in update for kind in kinds)][:limit]


def _set(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
