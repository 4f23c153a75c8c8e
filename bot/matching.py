"""The use cases of similarity: which photos of a chat are like one that came, or like one that is asked about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.calibration import CROWD
from bot.muting import Muting
from bot.photos import EventRow, PhotoError, PhotoRow, Photos, Unreadable, Unseen
from bot.similar import NOISE, Match, percent, rank
from bot.thresholds import Thresholds
from bot.timing import timed
from storage.photos import Photos as Rows
from storage.photos import Vectors


@dataclass(frozen=True, slots=True)
class Found:
    """A similar photo with its similarity in per cent."""

    photo: PhotoRow
    percent: int


class Muted(PhotoError):
    """The chat does not want the photo matched."""


class Matching:
    """Finds among the photos of one chat. What an event's own photos are like each other does not count."""

    def __init__(self, photos: Photos, muting: Muting, thresholds: Thresholds) -> None:
        self._muting, self._thresholds = muting, thresholds
        self._photos, self._model, self._rules = photos, photos.model, photos.rules
        self._store, self._search = photos.workers.store, photos.workers.search

    @property
    def _rows(self) -> Rows:
        return self._photos.store.photos  # opened after this was made

    async def similar_earlier(self, event: EventRow) -> list[Found]:
        """The most similar photos of the chat that were sent before this event's, best first."""
        own = await self._muting.heard(await self._store(self._rows.of_event, event.id))
        return await self._similar(event, own, self._rows.earlier)

    async def similar_to(self, event: EventRow) -> list[Found]:
        """The most similar photos of the chat to the one that is asked about, earlier or later, best first.

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
        return await self._similar(event, [photo_id], self._rows.others)

    async def _similar(
        self, event: EventRow, own: Sequence[int], among: Callable[[int, str, Sequence[int]], Vectors]
    ) -> list[Found]:
        with timed("search", event.chat_id, [event.message_id]):
            return await self._searched(event, own, among)

    async def _searched(
        self, event: EventRow, own: Sequence[int], among: Callable[[int, str, Sequence[int]], Vectors]
    ) -> list[Found]:
        queries = await self._store(self._rows.vectors_of, own, self._model.id)
        if not len(queries):
            return []
        known = await self._store(among, event.chat_id, self._model.id, own)
        bar, top = await self._thresholds.of(event, len(known.ids)), self._rules.answer_photos
        near = await self._search(rank, queries, known.ids, known.vectors, top=max(top, 1 + CROWD), threshold=-1)
        least = bar.over([match.similarity for match in near]) - NOISE
        return await self._found(event.chat_id, [match for match in near[:top] if match.similarity >= least])

    async def _found(self, chat_id: int, matches: Sequence[Match]) -> list[Found]:
        rows = await self._store(self._rows.shown, chat_id, [match.id for match in matches])
        score = {match.id: percent(match.similarity) for match in matches}
        return [Found(photo, score[photo.id]) for photo in rows]
