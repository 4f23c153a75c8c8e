"""The use cases of `/find`: words, a photo, or both, to the photos of one chat that are near them."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bot.matching import Muted
from bot.muting import Muting
from bot.photos import EventRow, NewEvent, PhotoError, PhotoRow, Photos, Unreadable, Unseen
from bot.queries import HERE, ME, Query, from_json, is_other_script
from bot.query_vectors import BACKGROUND, Vector, Wanted, near, unit_sum
from bot.thresholds import Thresholds
from bot.timing import timed
from bot.vision.model import EmbeddingError
from storage.finding import Among
from storage.finding import Finding as Rows

PAGE = 10
"""Photos of a page: items of a media group at most (Bot API, sendMediaGroup)."""
MOST = 200
"""Photos that are shown of one search, page after page."""

GENERAL_ID = 1
"""Telegram's number of the General topic; what is in it is stored without a topic."""


class UnknownSender(PhotoError):
    """Nobody of this name has sent a photo here that is remembered; the text is the name."""


class NoPhotos(PhotoError):
    """There is nothing to look among: no photo of the chat, or none that the filters let through."""


@dataclass(frozen=True, slots=True)
class Page:
    """Photos number `first` (from 1) and on of all `total` that were found, best first."""

    photos: tuple[PhotoRow, ...]
    first: int
    total: int

    @property
    def left(self) -> int:
        """How many there are after these."""
        return max(0, self.total - (self.first - 1) - PAGE)


@dataclass(frozen=True, slots=True)
class Request:
    """What an event of the kind `find` asks for. `asked_at`: photos that were sent later are not among the answers.
    `keyboard`: the message whose button asked for more."""

    query: Query
    offset: int
    asked_at: float
    keyboard: int | None = None

    def as_json(self) -> str:
        """For `EventRow.request`."""
        values = {
            "query": self.query.as_json(), "offset": self.offset, "asked_at": self.asked_at, "keyboard": self.keyboard,
        }  # fmt: skip
        return json.dumps(values, sort_keys=True)


def request_of(event: EventRow) -> Request | None:
    """What an event asks for; None where the words are not kept any more."""
    values = json.loads(event.request)
    if "query" not in values:
        return None
    return Request(from_json(values["query"]), values["offset"], values["asked_at"], values["keyboard"])


class Finding:
    """Finds among the photos of one chat; the same picture is listed once."""

    def __init__(self, photos: Photos, muting: Muting, thresholds: Thresholds) -> None:
        self._photos, self._model, self._muting, self._thresholds = photos, photos.model, muting, thresholds
        self._store, self._search = photos.workers.store, photos.workers.search
        self._background: Vector | None = None

    @property
    def _rows(self) -> Rows:
        return self._photos.store.finding  # opened after this was made

    async def more(self, event_id: int, chat_id: int, offset: int, keyboard: int) -> tuple[EventRow, Request] | None:
        """The search that a button of this chat is about, and what it asks for; None where that is not kept.

        A client may send what it likes: only the next page is given, and only to a message of that search.
        """
        event = await self._photos.event(event_id)
        if event is None or event.kind != "find" or event.chat_id != chat_id or offset > MOST:
            return None
        asked = request_of(event)
        if asked is None or offset != asked.offset + PAGE or keyboard not in await self._messages(event):
            return None
        return event, replace(asked, offset=offset, keyboard=keyboard)

    async def _messages(self, event: EventRow) -> list[int]:
        steps = [await self._photos.sent_in(event, step) for step in ("answer", "more")]
        return [message_id for sent in steps for message_id in sent or ()]

    async def asked_before(self, asked: NewEvent | EventRow) -> bool:
        """Whether this very question was asked before: a button that is pressed twice."""
        if isinstance(asked, EventRow):
            return await self._store(self._rows.asked_before, asked.chat_id, asked.request, asked.id)
        return await self._store(self._rows.asked_before, asked.chat.id, asked.request, None)

    async def find(self, event: EventRow, asked: Request) -> Page:
        """A page of what is near the words, or like the photo, or sent within the filters alone (latest first).

        Raises:
            PhotoError: there is nothing to look among, or the photo can't be looked at.
            ModelUnavailable: its text tower can't be had.
        """
        query = asked.query
        if event.photo_id is not None:
            await self._check(event.chat_id, event.photo_id)
        known = await self._store(self._rows.among, event.chat_id, self._model.id, await self._among(event, asked))
        if not len(known.ids):
            raise NoPhotos
        rows = await self._ranked(event, query, known.vectors)
        ids = [int(known.ids[row]) for row in rows[:MOST]]
        here = ids[asked.offset : asked.offset + PAGE]
        shown = await self._store(self._photos.store.photos.shown, event.chat_id, here)
        return Page(tuple(shown), asked.offset + 1, len(ids))

    async def _ranked(self, event: EventRow, query: Query, vectors: Vector) -> NDArray[np.intp]:
        if not (query.plus or query.minus or event.photo_id):
            return np.arange(len(vectors))[::-1]
        try:
            wanted, background = await self._wanted(event, query, len(vectors)), await self.background()
        except EmbeddingError:  # words of which the model makes no vector: nothing is near them
            return np.empty(0, np.intp)
        with timed("search", event.chat_id, [event.message_id]):
            return await self._search(near, wanted, vectors, background)

    async def _check(self, chat_id: int, photo_id: int) -> None:
        """Raise PhotoError for a photo that can't be asked about."""
        if not await self._muting.heard([photo_id]):
            raise Muted
        rows = await self._store(self._photos.store.photos.shown, chat_id, [photo_id])
        if any(row.state == "failed" for row in rows):
            raise Unreadable(await self._store(self._photos.store.photos.reason, photo_id))
        if not len(await self._store(self._photos.store.photos.vectors_of, [photo_id], self._model.id)):
            raise Unseen

    def may_not_understand(self, text: str) -> bool:
        """Whether a text is in a script that the model does not know."""
        return self._model.english_only and is_other_script(text)

    async def _among(self, event: EventRow, asked: Request) -> Among:
        query = asked.query
        senders = await self.senders(query, event.chat_id, event.asker_id)
        # What came after the question has no place in its pages; dates are whole seconds.
        until = asked.asked_at + 1 if query.until is None else min(query.until, asked.asked_at + 1)
        return Among(senders, query.since, until, _topics(query, event.thread_id), event.photo_id)

    async def senders(self, query: Query, chat_id: int, asker_id: int | None) -> tuple[int | str, ...]:
        """The people of a chat whom a query names: all whose name has these words.

        Raises:
            UnknownSender: nobody.
        """
        found = [await self._named(typed, chat_id, asker_id) for typed in query.senders]
        return tuple(one for several in found for one in several)

    async def _named(self, typed: str, chat_id: int, asker_id: int | None) -> Collection[int | str]:
        if typed.lower() == ME and asker_id is not None:
            return [asker_id]
        if typed.startswith("#") and typed[1:].isdecimal():
            return [int(typed[1:][:18])]
        words = set(typed.casefold().split())
        known = await self._store(self._rows.senders, chat_id)
        found = {name if sender is None else sender for sender, name in known if words <= set(name.casefold().split())}
        if not found:
            raise UnknownSender(typed)
        return found

    async def _wanted(self, event: EventRow, query: Query, among: int) -> Wanted:
        texts = await self.texts([*query.plus, *query.minus])
        plus, minus = texts[: len(query.plus)], texts[len(query.plus) :]
        own = [] if event.photo_id is None else [event.photo_id]
        photo = unit_sum(await self._store(self._photos.store.photos.vectors_of, own, self._model.id))
        bar = await self._thresholds.of(event, among)
        return Wanted(unit_sum(plus), unit_sum(minus), photo, bar.threshold)

    async def texts(self, texts: Sequence[str]) -> Vector:
        """Texts as unit rows (n, d).

        Raises:
            ModelUnavailable: the text tower can't be had. EmbeddingError: the model makes no vector of one.
        """
        return await self._photos.workers.clip(self._model.embed_texts, texts)

    async def background(self) -> Vector:
        """The vectors of `BACKGROUND`, made once."""
        if self._background is None:
            self._background = await self.texts(BACKGROUND)
        return self._background


def _topics(query: Query, here: int | None) -> tuple[int | None, ...]:
    match query.topic:
        case None:
            return ()
        case int(thread_id):
            return (None,) if thread_id == GENERAL_ID else (thread_id,)
        case name:
            return (here,) if name == HERE else (None,)
