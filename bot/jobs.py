"""Jobs that outlive a chat's turn: they answer events, bounded, and are resumed from the store after a restart."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial

from telegram.error import BadRequest

from bot.languages import Languages
from bot.limits import LimitsClosed
from bot.sending import Forgotten, Gone, Lost, Moved, NotSent
from bot.texts.language import speaking
from bot.waiting import changed_or_due
from bot.worker import Workers
from storage.errors import StoreError
from storage.rows import EventRow
from storage.store import Store

AT_ONCE = 32
"""Events in work at a time; the others wait in the database."""
RESTART = 5.0
"""Seconds before a loop that an error ended is started again."""
HOUSEKEEPING = 3600.0

logger = logging.getLogger(__name__)

Answer = Callable[[EventRow], Awaitable[None]]


class Lane:
    """Kinds of events that share a bound, so that long work never takes the places of short answers.

    Each is answered in the language of its chat.
    """

    def __init__(self, workers: Workers, store: Store, languages: Languages, answers: Mapping[str, Answer]) -> None:
        self._workers, self._store, self._languages, self._answers = workers, store, languages, answers
        self.changed = asyncio.Event()
        self.running: dict[int, asyncio.Task[None]] = {}

    async def watch(self) -> None:
        """Start a task for each event that is due."""
        while True:
            self.changed.clear()
            room, kinds = AT_ONCE - len(self.running), list(self._answers)
            due = await self._workers.store(self._store.events.due, time.time(), room, kinds, list(self.running))
            for event in due:
                self.running[event.id] = asyncio.create_task(self._answer(event))
            if not due:
                await self._wait()

    async def _wait(self) -> None:
        due_at = await self._workers.store(self._store.events.next_due, time.time())
        await changed_or_due(self.changed, due_at)

    async def _answer(self, event: EventRow) -> None:
        """Answer one event, and close it where its answer did not."""
        try:
            with speaking(await self._languages.of(event.chat_id)):
                state, reason = await self._outcome(event)
            if state is not None:
                await self._workers.store(self._store.events.end, event.id, state, time.time(), reason)
            ended = await self._workers.store(self._store.events.get, event.id)
            if ended is not None:
                logger.info("chat %s: event %s (%s) is %s", event.chat_id, event.id, event.kind, ended.state)
        except Exception:
            logger.exception("event %s can't be closed; it is taken up again", event.id)
            await asyncio.sleep(RESTART)
        finally:
            self.running.pop(event.id, None)
            self.changed.set()

    async def _outcome(self, event: EventRow) -> tuple[str | None, str | None]:
        try:
            await self._answers[event.kind](event)
        except Lost:
            return None, None  # the ticket has counted it
        except LimitsClosed:
            await asyncio.sleep(RESTART)  # the program ends; the event stays as it is
            return None, None
        except Moved:
            await asyncio.sleep(1)  # the service message is on its way; the event then has its new chat
            return None, None
        except Forgotten:
            return None, None  # taken up again, and made of what is still remembered
        except StoreError as error:
            logger.warning("event %s waits: %s", event.id, error)
            await asyncio.sleep(RESTART)  # nothing was sent; it is taken up again
            return None, None
        except BadRequest as error:
            logger.warning("chat %s refuses what answers event %s: %s", event.chat_id, event.id, error)
            return "failed", str(error)
        except Gone as error:
            return "stale", str(error)
        except NotSent as error:
            return "stale", type(error).__name__
        except Exception as error:
            logger.exception("event %s (%s) failed", event.id, event.kind)
            return "failed", f"{type(error).__name__}: {error}"
        return "silent", None


class Jobs:
    """The lanes, and the other loops of the house. `lanes` names what answers each kind of event."""

    def __init__(self, workers: Workers, languages: Languages, lanes: Mapping[str, Mapping[str, Answer]]) -> None:
        self._workers, self._languages = workers, languages
        self._kinds = lanes
        self._lanes: list[Lane] = []
        self._loops: list[asyncio.Task[None]] = []

    def wake(self) -> None:
        """Say that there may be an event to answer."""
        for lane in self._lanes:
            lane.changed.set()

    def start(self, store: Store, *others: Callable[[], Coroutine[None, None, None]]) -> None:
        """Run every lane and the given loops until `stop`."""
        self._lanes = [Lane(self._workers, store, self._languages, answers) for answers in self._kinds.values()]
        loops: list[Callable[[], Coroutine[None, None, None]]] = [lane.watch for lane in self._lanes]
        loops += [partial(self._keep_house, store), *others]
        for loop in loops:
            self._loops.append(asyncio.create_task(_supervise(loop)))

    async def stop(self, patience: float = 10.0) -> None:
        """Begin nothing more; let what is being sent end, cancel the rest (it resumes after the next start)."""
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._loops.clear()
        running = [task for lane in self._lanes for task in lane.running.values()]
        if running:
            _, late = await asyncio.wait(running, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _keep_house(self, store: Store) -> None:
        while True:
            await self._workers.store(store.inbox.forget_done, time.time())
            await self._workers.store(store.finding.forget_words, time.time())
            await asyncio.sleep(HOUSEKEEPING)


async def _supervise(loop: Callable[[], Coroutine[None, None, None]]) -> None:
    """Start a loop again after an error (a full disk, say): what it works on is in the database."""
    while True:
        try:
            await loop()
        except Exception:
            logger.exception("a background loop ended; it starts again in %.0f s", RESTART)
            await asyncio.sleep(RESTART)
        else:
            return
