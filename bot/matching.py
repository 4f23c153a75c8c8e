"""The use cases of similarity: which photos of a chat are like one that came, or like one that is asked about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bot.manners import ChatManners
from bot.muting import Muting
from bot.photos import EventRow, PhotoError, PhotoRow, Photos, Unreadable, Unseen
from bot.similar import percent, rank
from bot.thresholds import Thresholds
from bot.tiers import SHORTLIST, Tier
from bot.timing import timed
from bot.verdicts import Neighbour, Picture, best, compare, shows, without
from storage.likeness import Likeness
from storage.photos import Photos as Rows
from storage.photos import Vectors
from storage.rows import Look


@dataclass(frozen=True, slots=True)
class Found:
    """A picture that is like an event's photo; all copies of it count as one.

    Attributes:
        photo: the earliest of the copies.
        percent: its similarity.
        query: id of the event's photo that it is like.
        copies: ids of the copies, one of each file, the earliest first.
        again: of a same photo, how often it was sent after `photo`, the event's own not counted.
        later: whether `photo` was sent after the event's photo; only where that one is asked about.
    """

    photo: PhotoRow
    percent: int
    tier: Tier
    query: int
    copies: tuple[int, ...]
    again: int = 0
    later: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Among which photos of a chat is looked: the reads are given the chat and the event's own photos."""

    vectors: Callable[[int, str, Sequence[int]], Vectors]
    copies: Callable[[int, Sequence[str], Sequence[int]], list[Look]]


class Muted(PhotoError):
    """The chat does not want the photo matched."""


class Matching:
    """Finds among the photos of one chat. What an event's own photos are like each other does not count."""

    def __init__(self, photos: Photos, manners: ChatManners, muting: Muting, thresholds: Thresholds) -> None:
        self._manners, self._muting, self._thresholds = manners, muting, thresholds
        self._photos, self._model, self._rules = photos, photos.model, photos.rules
        self._store, self._search = photos.workers.store, photos.workers.search

    @property
    def _rows(self) -> Rows:
        return self._photos.store.photos  # opened after this was made

    @property
    def _likeness(self) -> Likeness:
        return self._photos.store.likeness

    async def similar_earlier(self, event: EventRow) -> list[Found]:
        """What was sent before this event's photos and is like them, the surest first; nothing for muted ones.

        A photo that was here before, as it is or edited, has no related ones beside that: `/similar` tells those.
        """
        own = await self._muting.heard(await self._store(self._rows.of_event, event.id))
        manners = await self._manners.at(event.chat_id, event.thread_id)
        vectors = partial(self._rows.earlier, leeway=manners.leeway)
        copies = partial(self._likeness.earlier_copies, leeway=manners.leeway)
        return await self._similar(event, own, Scope(vectors, copies), everything=False)

    async def similar_to(self, event: EventRow) -> list[Found]:
        """What is like the photo that is asked about, earlier or later, the surest first.

        Raises:
            PhotoError: the photo is muted, unreadable, or not looked at yet.
        """
        assert event.photo_id is not None
        photo_id = event.photo_id
        rows = await self._store(self._rows.shown, event.chat_id, [photo_id])  # none: forgotten
        if not await self._muting.heard([photo_id]):
            raise Muted
        if any(row.state == "failed" for row in rows):
            raise Unreadable(await self._store(self._rows.reason, photo_id))
        if not len(await self._store(self._rows.vectors_of, [photo_id], self._model.id)):
            raise Unseen
        scope = Scope(self._rows.others, self._likeness.other_copies)
        return await self._similar(event, [photo_id], scope, everything=True)

    async def _similar(self, event: EventRow, own: Sequence[int], scope: Scope, *, everything: bool) -> list[Found]:
        with timed("search", event.chat_id, [event.message_id]):
            neighbours = await self._neighbours(event, own, scope, everything=everything)
            found = [await self._found(event.chat_id, one, own, scope) for one in neighbours]
        return [one for one in found if one is not None]

    async def _neighbours(
        self, event: EventRow, own: Sequence[int], scope: Scope, *, everything: bool
    ) -> list[Neighbour]:  # fmt: skip
        known = await self._store(scope.vectors, event.chat_id, self._model.id, own)
        manners = await self._manners.at(event.chat_id, event.thread_id)
        bar, top = await self._thresholds.of(event, len(known.ids)), manners.photos or self._rules.answer_photos
        muted = await self._muting.pictures(event.chat_id)
        found: list[Neighbour] = []
        for look in await self._store(self._likeness.looks, event.chat_id, own):
            query = await self._query(look)
            near = await self._near(event.chat_id, query, own, known, scope)
            if await self._search(shows, query, near, muted):
                if everything:
                    raise Muted
                continue
            least = bar.over([one.similarity for one in near])
            compared = await self._search(compare, query, near, least, top)
            compared = await self._search(without, compared, muted)
            sure = any(one.tier > Tier.RELATED for one in compared)
            found += [one for one in compared if everything or not sure or one.tier > Tier.RELATED]
        return best(found, top)

    async def _query(self, look: Look) -> Picture:
        """A photo of the event; without an embedding, only its file can be known."""
        vectors = await self._store(self._rows.vectors_of, [look.id], self._model.id)
        return _picture(look, vectors[0] if len(vectors) else np.empty(0, np.float32), 1.0)

    async def _near(
        self, chat_id: int, query: Picture, own: Sequence[int], known: Vectors, scope: Scope
    ) -> list[Picture]:
        """The pictures nearest to one, best first, a file once; its own file is among them wherever it is known."""
        near = await self._shortlist(chat_id, query, known)
        if all(one.file != query.file for one in near):
            copies = await self._store(scope.copies, chat_id, [query.file], own)
            near = [*(_picture(look, query.vector, 1.0) for look in copies[:1]), *near]
        dismissed = await self._store(self._photos.store.dismissals.of, chat_id, query.file)
        return [one for one in near if one.file not in dismissed]

    async def _shortlist(self, chat_id: int, query: Picture, known: Vectors) -> list[Picture]:
        """What is judged, and what may be related; bounded, however large the chat is."""
        if not len(query.vector):
            return []
        queries, places = query.vector[np.newaxis], np.arange(len(known.ids))
        matches = await self._search(rank, queries, places, known.vectors, top=SHORTLIST, threshold=-1.0)
        near = {int(known.ids[match.id]): match for match in matches}
        looks = {look.id: look for look in await self._store(self._likeness.looks, chat_id, list(near))}
        return [
            _picture(looks[photo_id], known.vectors[match.id], match.similarity)
            for photo_id, match in near.items() if photo_id in looks
        ]  # fmt: skip

    async def _found(self, chat_id: int, one: Neighbour, own: Sequence[int], scope: Scope) -> Found | None:
        """A neighbour as it is told; None where it was forgotten at this moment."""
        first, again = one.copies[0].id, 0
        if one.tier == Tier.SAME:
            copies = await self._store(scope.copies, chat_id, [copy.file for copy in one.copies], own)
            first, again = (copies[0].id, len(copies) - 1) if copies else (first, 0)
        rows = await self._store(self._rows.shown, chat_id, [first])
        if not rows:
            return None
        ids = tuple(copy.id for copy in one.copies)
        later = (rows[0].sent_at, rows[0].message_id) > one.query.at
        return Found(rows[0], percent(one.copies[0].similarity), one.tier, one.query.id, ids, again, later)


def _picture(look: Look, vector: NDArray[np.float32], similarity: float) -> Picture:
    return Picture(look.id, look.file_unique_id, look.fingerprint, (look.sent_at, look.message_id), vector, similarity)
