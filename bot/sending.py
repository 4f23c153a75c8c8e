"""Sending: within Telegram's limits, by weight, and at most once.

An intent is committed before each call and its result after it. Only a call that certainly had no effect is
repeated: a refused or never made connection, no free connection, or a 429. After any other loss the answer is
counted as unanswered and never sent again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from enum import IntEnum
from itertools import chain, repeat
from typing import Protocol, TypeVar

import httpx
from telegram import Message
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.limits import Limits

T = TypeVar("T")

RETRY_CONNECTION = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a call that was never made is made again; the last one repeats."""
MAX_WAITING = 12
"""Messages that may wait for their turn in one chat; more is flooding, and is dropped."""

logger = logging.getLogger(__name__)


class Priority(IntEnum):
    """Who goes first when a chat's budget is short."""

    ANSWER = 0
    COMMAND = 1
    ALBUM = 2


class NotSent(Exception):
    """Nothing was sent, and nothing will be."""


class Stale(NotSent):
    """The answer's turn came too late."""


class AlreadySent(NotSent):
    """This was sent, or cut, before a restart."""


class Forgotten(NotSent):
    """A photo of the answer was forgotten while it waited for its turn: it has to be made anew, without it."""


class Gone(NotSent):
    """The bot is not in this chat any more, or may not write there."""


class Moved(NotSent):
    """The group has become a supergroup; its service message will say so."""


class Lost(Exception):
    """Nobody knows whether the message arrived; it is counted as unanswered."""


class _NoEffect(Exception):
    """The call may be made again: Telegram never saw it, or asked for a pause."""


class Ticket(Protocol):
    """The record of one answer in the store."""

    async def begin(self) -> bool:
        """Commit the intent; False where it was sent, or cut, before."""

    async def release(self) -> None:
        """Take the intent back: the call had no effect."""

    async def sent(self, message_ids: Sequence[int]) -> None:
        """Commit the result."""

    async def lose(self) -> None:
        """Count the answer as unanswered."""


def had_no_effect(error: NetworkError) -> bool:
    """Whether a failed call certainly never reached Telegram. PTB keeps httpx's exception as the cause."""
    return isinstance(error.__cause__, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout))


def message_ids(sent: object) -> list[int]:
    """The ids of what a send method returned: a message, or the messages of a media group."""
    messages = sent if isinstance(sent, (tuple, list)) else [sent]
    return [message.message_id for message in messages if isinstance(message, Message)]


class Sender:
    """Every message of the bot goes through `deliver`."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    async def deliver(
        self,
        ticket: Ticket,
        chat_id: int,
        call: Callable[[], Awaitable[T]],
        *,
        weight: int = 1,
        priority: Priority,
        still_wanted: Callable[[], bool] = lambda: True,
        dropped: asyncio.Event | None = None,
    ) -> T:
        """Wait for the budget, commit the intent, call, commit the result.

        Args:
            weight: messages that the call sends (an album counts its length, teloxide#515).
            still_wanted: asked when the turn has come; False drops the message.
            dropped: when set, a message that waits for its turn is dropped at once.

        Raises:
            NotSent: a subclass says why. BadRequest: Telegram refused; nothing was sent, the ticket is free again.
            Lost: the effect of the call is unknown.
        """
        if self.limits.waiting(chat_id) >= MAX_WAITING:
            raise Stale
        for delay in chain(RETRY_CONNECTION, repeat(RETRY_CONNECTION[-1])):
            await self._turn(chat_id, weight, priority, dropped or asyncio.Event())
            if not still_wanted():
                raise Stale
            if not await ticket.begin():
                raise AlreadySent
            try:
                return await self._call(ticket, chat_id, call)
            except _NoEffect:
                await asyncio.sleep(delay)
        raise AssertionError("the delays never end")

    async def _turn(self, chat_id: int, weight: int, priority: Priority, dropped: asyncio.Event) -> None:
        """Wait for the budget, but no longer than the message is wanted: in a group that can be a minute."""
        turn = asyncio.ensure_future(self.limits.acquire(chat_id, weight, priority))
        given_up = asyncio.ensure_future(dropped.wait())
        try:
            await asyncio.wait({turn, given_up}, return_when=asyncio.FIRST_COMPLETED)
            if not turn.done():
                raise Stale
            await turn
            if dropped.is_set():
                raise Stale
        finally:
            turn.cancel()
            given_up.cancel()

    async def _call(self, ticket: Ticket, chat_id: int, call: Callable[[], Awaitable[T]]) -> T:
        """Make the call once and commit what became of it."""
        try:
            result = await call()
        except RetryAfter as error:
            await ticket.release()
            self._pause(chat_id, error)
            raise _NoEffect from error
        except (BadRequest, Forbidden, ChatMigrated, InvalidToken, Conflict) as error:
            await ticket.release()
            raise _refusal(error) from error
        except Exception as error:
            if isinstance(error, NetworkError) and had_no_effect(error):
                await ticket.release()
                raise _NoEffect from error
            await ticket.lose()
            logger.warning("chat %s: the reply to a message was lost (%r); it is not repeated", chat_id, error)
            raise Lost from error
        await ticket.sent(message_ids(result))
        return result

    async def attempt(self, chat_id: int, call: Callable[[], Awaitable[object]]) -> bool:
        """Make a call that only adorns (a chat action, a progress edit): one try, silent failure. Whether it worked."""
        try:
            await call()
        except RetryAfter as error:
            self._pause(chat_id, error)
        except TelegramError as error:
            logger.debug("chat %s: %s", chat_id, error)
        else:
            return True
        return False

    def _pause(self, chat_id: int, error: RetryAfter) -> None:
        # The public property is an int or a timedelta by an environment variable (PTB 22.2), and warns.
        seconds = error._retry_after.total_seconds()
        logger.warning("chat %s: Telegram asks for a pause of %.0f s", chat_id, seconds)
        self.limits.pause(chat_id, seconds)


def _refusal(error: TelegramError) -> Exception:
    if isinstance(error, Forbidden):
        return Gone(str(error))
    return Moved(str(error)) if isinstance(error, ChatMigrated) else error
