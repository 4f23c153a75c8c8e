"""The use cases of "not the same": what an answer has told, and what people took back of it, for good.

A line of an answer stands for a pair of pictures: one that was answered, and one that it was said to be like. Once
dismissed, the two are never matched again in their chat, whichever of them comes next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.matching import Found
from bot.photos import EventRow, Photos
from bot.tiers import Tier
from storage.dismissals import Dismissals
from storage.rows import LineRow


@dataclass(frozen=True, slots=True)
class Told:
    """A line of an answer; `place` is that of its picture among the answer's messages, from 0 (None: words alone)."""

    number: int
    found: Found
    place: int | None


class Dismissing:
    """Keeps what answers tell, until it is taken back or one of the photos is forgotten."""

    def __init__(self, photos: Photos) -> None:
        self._photos, self._store = photos, photos.workers.store

    @property
    def _rows(self) -> Dismissals:
        return self._photos.store.dismissals  # opened after this was made

    async def note(self, event: EventRow, found: Sequence[Found], places: Mapping[int, int]) -> None:
        """Keep what an answer is about to tell, line by line; `places` by photo id, of those that it shows."""
        lines = [
            LineRow(
                number, one.query, one.photo.id, int(one.tier), one.percent, one.again, one.later,
                places.get(one.photo.id), one.copies,
            )
            for number, one in enumerate(found, 1)
        ]  # fmt: skip
        await self._store(self._rows.note, event.id, lines)

    async def told(self, event: EventRow) -> list[Told]:
        """What the answer to an event tells now."""
        lines = await self._store(self._rows.lines, event.id)
        ids = [line.photo_id for line in lines]
        rows = {row.id: row for row in await self._store(self._photos.store.photos.shown, event.chat_id, ids)}
        return [
            Told(
                line.number,
                Found(
                    rows[line.photo_id], line.percent, Tier(line.tier), line.query_id, (), line.again, line.later
                ),
                line.place,
            )
            for line in lines if line.photo_id in rows
        ]  # fmt: skip

    async def dismiss(self, event: EventRow, number: int) -> bool:
        """Never match the pair of a line again; False where the answer has no such line any more.

        Raises:
            StoreError: nothing was changed.
        """
        return await self._store(self._rows.dismiss, event.id, number, self._photos.clock())

    async def take_place(self, event: EventRow, number: int, place: int) -> None:
        """The picture of a line has moved into another message of its answer."""
        await self._store(self._rows.take_place, event.id, number, place)
