"""Telegram's limits on sending, as budgets: 20 messages a minute in a group, where an album counts its length, and
30 a second in all (core.telegram.org/bots/faq; teloxide#515 and TelegramBots#1520 for the albums).

PTB's AIORateLimiter counts an album as one, and one 429 pauses every chat; hence our own.
"""

import asyncio
import heapq
import time
from collections import deque
from collections.abc import Callable
from itertools import count


class LimitsClosed(Exception):
    """The program ends: nothing more is sent."""


class Window:
    """At most `most` units within any `seconds`."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self.most, self._seconds, self._clock = most, seconds, clock
        self._spent: deque[tuple[float, int]] = deque()

    def room(self) -> int:
        """Units that can be spent now."""
        now = self._clock()
        while self._spent and self._spent[0][0] <= now - self._seconds:
            self._spent.popleft()
        return self.most - sum(units for _, units in self._spent)

    def spend(self, units: int) -> None:
        """Book units at this moment."""
        self._spent.append((self._clock(), units))

    def wait_for(self, units: int) -> float:
        """Seconds until so many units can be spent (0 where they can be now)."""
        missing, delay = units - self.room(), 0.0
        for at, spent in self._spent:
            if missing <= 0:
                break
            missing, delay = missing - spent, at + self._seconds - self._clock()
        return max(0.0, delay)


class Chat:
    """The queue of one chat: lowest priority number first, then first come, first served."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.paused_until = 0.0
        self.queue: list[tuple[int, int, int, asyncio.Future[None]]] = []
        self.timer: asyncio.TimerHandle | None = None

    def prune(self) -> None:
        """Drop waiters that were cancelled."""
        while self.queue and self.queue[0][3].done():
            heapq.heappop(self.queue)


class Limits:
    """One queue and one window a chat (a minute takes 20 messages in a group, 60 with a person), and one over all."""

    def __init__(
        self,
        *,
        per_group: int = 20,
        per_person: int = 60,
        window: float = 60.0,
        overall: int = 30,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.per_group, self._per_person = per_group, per_person
        self._seconds, self._clock = window, clock
        self._overall = Window(overall, 1.0, clock)
        self._chats: dict[int, Chat] = {}
        self._order = count()
        self._closed = False

    async def acquire(self, chat_id: int, weight: int, priority: int) -> None:
        """Wait until `weight` messages may be sent in a chat, and book them.

        Raises:
            LimitsClosed: the program ends.
        """
        if self._closed:
            raise LimitsClosed
        chat = self._chat(chat_id)
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(chat.queue, (priority, next(self._order), weight, granted))
        self._serve(chat_id)
        try:
            await granted
        finally:
            self._serve(chat_id)  # where this one was cancelled, the next may go

    def room(self, chat_id: int) -> int:
        """How many messages could be sent in a chat now, were nobody waiting."""
        return max(0, min(self.room_of_chat(chat_id), self._overall.room()))

    def room_of_chat(self, chat_id: int) -> int:
        """The same for whoever can wait for a second, in which the limit over all chats frees itself."""
        chat = self._chat(chat_id)
        return 0 if chat.paused_until > self._clock() else max(0, chat.window.room())

    def waiting(self, chat_id: int) -> int:
        """How many wait for their turn in a chat."""
        return sum(not granted.done() for *_, granted in self._chat(chat_id).queue)

    def pause(self, chat_id: int, seconds: float) -> None:
        """Stop one chat after a 429; the others go on."""
        chat = self._chat(chat_id)
        chat.paused_until = max(chat.paused_until, self._clock() + seconds)

    def migrate(self, old: int, new: int) -> None:
        """A group became a supergroup: what was sent there counts here."""
        chat = self._chats.get(old)
        if chat is not None and new not in self._chats:
            self._chats[new] = Chat(chat.window)

    def close(self) -> None:
        """Turn every waiter away."""
        self._closed = True
        for chat in self._chats.values():
            if chat.timer is not None:
                chat.timer.cancel()
            for *_, granted in chat.queue:
                if not granted.done():
                    granted.set_exception(LimitsClosed())
            chat.queue.clear()

    def _chat(self, chat_id: int) -> Chat:
        if chat_id not in self._chats:
            most = self.per_group if chat_id < 0 else self._per_person
            self._chats[chat_id] = Chat(Window(most, self._seconds, self._clock))
        return self._chats[chat_id]

    def _serve(self, chat_id: int) -> None:
        """Grant what can be granted now, and come back when the next can."""
        chat = self._chat(chat_id)
        if chat.timer is not None:
            chat.timer.cancel()
            chat.timer = None
        chat.prune()
        while chat.queue:
            *_, weight, granted = chat.queue[0]
            delay = self._delay(chat, weight)
            if delay > 0:
                # A little late is right: a clock that rounds down would ask a moment too early, and again.
                chat.timer = asyncio.get_running_loop().call_later(delay + 0.001, self._serve, chat_id)
                return
            self._book(chat, weight)
            heapq.heappop(chat.queue)
            granted.set_result(None)
            chat.prune()

    def _delay(self, chat: Chat, weight: int) -> float:
        delay = max(0.0, chat.paused_until - self._clock())
        for window in (chat.window, self._overall):
            delay = max(delay, window.wait_for(min(weight, window.most)))
        return delay

    def _book(self, chat: Chat, weight: int) -> None:
        for window in (chat.window, self._overall):
            window.spend(min(weight, window.most))
