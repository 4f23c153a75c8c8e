"""The use case of inline queries: someone looks, from any chat, among the photos of the chats that they are in.

This is one of the two ways in which a photo leaves its chat (design.md), so it fails closed: only chats in which the
person is known to the bot, in which the bot is an admin, and of which Telegram says now that the person is in them.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from bot import queries
from bot.finding import MOST, Finding, UnknownSender
from bot.memberships import Memberships
from bot.photos import PhotoRow, Photos
from bot.queries import Query, QueryError
from bot.query_vectors import Wanted, near, unit_sum
from bot.vision.model import EmbeddingError, ModelUnavailable
from storage.finding import Among, Candidates

PAGE = 50
"""Results that one answer holds at most (Bot API, answerInlineQuery)."""
MOST_CHATS = 10
"""Chats of which membership is asked at most, two calls each: those that something was last sent in."""


class Why(Enum):
    """Why there is nothing to show."""

    NO_CHAT = auto()  # none that can be confirmed
    NO_WORDS = auto()  # the model has no text tower now
    NOT_UNDERSTOOD = auto()
    NOTHING_NEAR = auto()


@dataclass(frozen=True, slots=True)
class Results:
    """A page of photos, and the offset of the next one (None at the end)."""

    photos: tuple[PhotoRow, ...]
    next_offset: str | None = None
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A photo that may be shown: of which chat, and its id."""

    chat_id: int
    photo_id: int


class Inlining:
    """`allowed` tells whether the bot works for a chat at all (LOOKBACK_ALLOWED_CHATS)."""

    def __init__(
        self, photos: Photos, finding: Finding, memberships: Memberships, allowed: Callable[[int], bool]
    ) -> None:
        self._photos, self._model, self._finding = photos, photos.model, finding
        self._memberships, self._allowed = memberships, allowed
        self._store, self._search = photos.workers.store, photos.workers.search

    async def find(self, user_id: int, text: str, offset: str) -> Results:
        """What a person may see of what is near their words; with none, the latest photos."""
        chats = await self._chats(user_id)
        if not chats:
            return Results((), why=Why.NO_CHAT)
        try:
            ranked = await self._ranked(user_id, chats, queries.parse(text))
        except QueryError:
            return Results((), why=Why.NOT_UNDERSTOOD)
        except ModelUnavailable:
            return Results((), why=Why.NO_WORDS)
        first = int(offset) if offset.isascii() and offset.isdigit() and len(offset) <= 4 else 0
        shown = await self._shown(ranked[first : first + PAGE])
        more = str(first + PAGE) if len(ranked) > first + PAGE else None
        return Results(tuple(shown), more, None if ranked else Why.NOTHING_NEAR)

    async def _chats(self, user_id: int) -> list[int]:
        """The chats that can be confirmed, in no order."""
        known = await self._store(self._photos.store.finding.known_in, user_id)
        some = [chat_id for chat_id in known if self._allowed(chat_id)][:MOST_CHATS]
        confirmed = await asyncio.gather(*(self._memberships.confirmed(chat_id, user_id) for chat_id in some))
        return [chat_id for chat_id, sure in zip(some, confirmed, strict=True) if sure]

    async def _ranked(self, user_id: int, chats: Sequence[int], query: Query) -> list[Ranked]:
        """All that may be shown, best first; of the same file one."""
        if query == Query():
            return await self._latest(chats)
        if query.topic is not None or (query.minus and not query.plus):
            raise QueryError
        found = [(chat_id, await self._candidates(user_id, chat_id, query)) for chat_id in chats]
        owners = [Ranked(chat_id, int(photo_id)) for chat_id, one in found for photo_id in one.ids]
        files = [file for _, one in found for file in one.files]
        if not owners:
            return []
        order: Sequence[int] = range(len(owners))
        if query.plus:
            vectors = np.concatenate([one.vectors for _, one in found if len(one.ids)])
            try:
                wanted, background = await self._wanted(query), await self._finding.background()
            except EmbeddingError:
                return []
            order = [int(row) for row in await self._search(near, wanted, vectors, background)]
        return _each_once((files[row], owners[row]) for row in order)

    async def _latest(self, chats: Sequence[int]) -> list[Ranked]:
        rows = [
            (sent_at, file, Ranked(chat_id, photo_id))
            for chat_id in chats
            for sent_at, photo_id, file in await self._store(self._photos.store.finding.latest, chat_id, MOST)
        ]
        rows.sort(key=lambda row: -row[0])
        return _each_once((file, ranked) for _, file, ranked in rows)

    async def _candidates(self, user_id: int, chat_id: int, query: Query) -> Candidates:
        try:
            senders = await self._finding.senders(query, chat_id, user_id)
        except UnknownSender:
            return Candidates(np.empty(0, np.int64), np.empty((0, 0), np.float32), ())
        among = Among(senders, query.since, query.until, inline=True)
        return await self._store(self._photos.store.finding.among, chat_id, self._model.id, among)

    async def _wanted(self, query: Query) -> Wanted:
        texts = await self._finding.texts([*query.plus, *query.minus])
        plus, minus = texts[: len(query.plus)], texts[len(query.plus) :]
        return Wanted(unit_sum(plus), unit_sum(minus), None, self._model.threshold)

    async def _shown(self, page: Sequence[Ranked]) -> list[PhotoRow]:
        """The rows as they are now, each read for its own chat."""
        rows: dict[int, PhotoRow] = {}
        for chat_id in {one.chat_id for one in page}:
            ids = [one.photo_id for one in page if one.chat_id == chat_id]
            rows |= {row.id: row for row in await self._store(self._photos.store.photos.shown, chat_id, ids)}
        return [rows[one.photo_id] for one in page if one.photo_id in rows]


def _each_once(ranked: Iterable[tuple[str, Ranked]]) -> list[Ranked]:
    """The first of each file, in their order."""
    first: dict[str, Ranked] = {}
    for file, one in ranked:
        first.setdefault(file, one)
    return list(first.values())[:MOST]
