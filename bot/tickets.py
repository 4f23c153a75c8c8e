"""Tickets: where the store keeps whether an answer was sent. One kind for a job's step, one for a command."""

import time
from collections.abc import Sequence

from bot.photos import EventRow, Photos
from bot.sending import Forgotten
from bot.worker import Worker
from storage.store import Store


class StepTicket:
    """One message (or media group) of an event's answer. `end` closes the event with it, `showing` are photos' ids."""

    def __init__(
        self, store: Store, worker: Worker, event_id: int, step: str, chat_id: int, *, end: bool,
        showing: Sequence[int],
    ) -> None:  # fmt: skip
        self._events, self._forgetting, self._worker = store.events, store.forgetting, worker
        self._event_id, self._step, self._chat_id = event_id, step, chat_id
        self._end, self._showing = end, showing

    @classmethod
    def of(
        cls, photos: Photos, event: EventRow, step: str, *, end: bool = False, showing: Sequence[int] = (),
        chat_id: int | None = None,
    ) -> "StepTicket":  # fmt: skip
        """The ticket of a step of an event; `chat_id` is where its message goes, where that is another chat."""
        there = chat_id or event.chat_id
        return cls(photos.store, photos.workers.store, event.id, step, there, end=end, showing=showing)

    async def begin(self) -> bool:
        """Commit the intent.

        Raises:
            Forgotten: a photo that would be shown is not remembered any more.
        """
        return await self._worker(self._begin)

    def _begin(self) -> bool:
        if not self._forgetting.remembers(self._showing):
            raise Forgotten
        return self._events.begin(self._event_id, self._step, self._chat_id, time.time())

    async def release(self) -> None:
        """Take the intent back."""
        await self._worker(self._events.release, self._event_id, self._step)

    async def sent(self, message_ids: Sequence[int]) -> None:
        """Commit the messages' ids."""
        await self._worker(self._events.sent, self._event_id, self._step, message_ids, time.time(), self._end)

    async def lose(self) -> None:
        """Count it as unanswered."""
        await self._worker(self._events.lose, self._event_id, self._step, time.time())


class UpdateTicket:
    """The one reply to an update that is answered at once; its inbox row is the record."""

    def __init__(self, store: Store, worker: Worker, update_id: int) -> None:
        self._inbox, self._worker, self._update_id = store.inbox, worker, update_id

    async def begin(self) -> bool:
        """Commit the intent; False where the turn of this update has ended."""
        return await self._worker(self._begin)

    def _begin(self) -> bool:
        if not self._inbox.is_queued(self._update_id):
            return False
        self._inbox.mark(self._update_id, "sending")
        return True

    async def release(self) -> None:
        """Back into the queue."""
        await self._worker(self._inbox.mark, self._update_id, "queued")

    async def sent(self, message_ids: Sequence[int]) -> None:
        """The turn has ended."""
        await self._worker(self._inbox.finish, self._update_id, time.time())

    async def lose(self) -> None:
        """Count it as unanswered."""
        await self._worker(self._inbox.mark, self._update_id, "unanswered")
