"""The use cases of pictures of a whole chat: what is on its map, and its figures. Plain values out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.layout2d import NEEDED, Points, project, shares
from bot.periods import Period, binned
from bot.photos import PhotoRow, Photos
from bot.sorting import AlbumRow, Sorting
from storage.overviews import Overviews as Rows
from storage.stats import ChatStats

__all__ = ["ChatFigures", "ChatMap", "ChatStats", "Overviews", "Period", "TooFewForMap"]

ON_MAP = 300
"""Photos: more are too small on a phone."""
NAMED = 12
"""Albums that are tinted and named on a map, the biggest."""
LEAST_NAMED = 2
"""Photos of them on the map."""


PEOPLE = 8
ALBUMS = 5
"""Named among the figures, those with the most photos."""


class TooFewForMap(Exception):
    """Fewer photos than a map can be made of."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count, self.needed = count, NEEDED


@dataclass(frozen=True, slots=True)
class ChatMap:
    """Photos of a chat with their places (n, 2), and which of `albums` each is in, counted from 0.

    `total` is how many photos it was made of, `is_sorted` tells whether the chat's photos were ever sorted.
    """

    photos: tuple[PhotoRow, ...]
    points: Points
    album_of: tuple[int | None, ...]
    albums: tuple[AlbumRow, ...]
    total: int
    is_sorted: bool


@dataclass(frozen=True, slots=True)
class ChatFigures:
    """What is counted in a chat; `step` is how many months each period has, `covers` are photos of `albums`."""

    stats: ChatStats
    step: int
    periods: tuple[Period, ...]
    albums: tuple[AlbumRow, ...]
    covers: tuple[PhotoRow, ...]


class Overviews:
    """Nothing here grows with the square of a chat's photos: a sample is laid out, not the chat."""

    def __init__(self, photos: Photos, sorting: Sorting) -> None:
        self._photos, self._sorting, self._model = photos, sorting, photos.model
        self._store, self._layout = photos.workers.store, photos.workers.albums

    @property
    def _rows(self) -> Rows:
        return self._photos.store.overviews  # opened after this was made

    async def is_drawn(self, chat_id: int, kind: str) -> bool:
        """Whether a picture of this kind is being made for the chat already."""
        return await self._store(self._photos.store.events.open, chat_id, kind) > 0

    async def map(self, chat_id: int) -> ChatMap:
        """Lay out photos of a chat by what they show, of each album its share.

        Raises:
            TooFewForMap: fewer photos than have neighbourhoods.
        """
        total = await self._photos.count(chat_id)
        if total < NEEDED:
            raise TooFewForMap(total)
        last = await self._sorting.last(chat_id)
        albums = await self._sorting.albums(last) if last else []
        sizes = await self._store(self._rows.sizes, chat_id, self._model.id)
        wanted = _wanted([album.id for album in albums], sizes, total)
        sample = await self._store(self._rows.sample, chat_id, self._model.id, wanted)
        photos = await self._store(self._photos.store.photos.shown, chat_id, sample.ids)
        if len(photos) < max(NEEDED, len(sample.ids)):  # some were forgotten at this moment
            return await self.map(chat_id)
        points = await self._layout(project, sample.vectors)
        named, album_of = _named(albums, sample.albums)
        return ChatMap(tuple(photos), points, album_of, named, total, last is not None)

    async def figures(self, chat_id: int) -> ChatFigures | None:
        """What is counted in a chat; None where there is no photo."""
        stats = await self._store(self._photos.store.stats.of, chat_id, PEOPLE)
        if not stats.photos:
            return None
        step, periods = binned(stats.months)
        last = await self._sorting.last(chat_id)
        albums = (await self._sorting.albums(last))[:ALBUMS] if last else []
        pages = [await self._sorting.page(chat_id, album, 0, 1) for album in albums]
        shown = [(page.album, page.photos[0]) for page in pages if page.photos]  # others were forgotten just now
        return ChatFigures(
            stats, step, tuple(periods), tuple(album for album, _ in shown), tuple(cover for _, cover in shown)
        )


def _wanted(albums: Sequence[int], sizes: Mapping[int, int], total: int) -> list[tuple[int | None, int]]:
    """The ids of albums, and None for what is in none of them, with how many of each are shown."""
    in_albums = [sizes.get(album, 0) for album in albums]
    shown = shares([*in_albums, max(0, total - sum(in_albums))], ON_MAP)
    return list(zip([*albums, None], shown, strict=True))


def _named(
    albums: Sequence[AlbumRow], albums_of: Sequence[int | None]
) -> tuple[tuple[AlbumRow, ...], tuple[int | None, ...]]:
    """The albums that are named, and which of them each photo is in."""
    named = [album for album in albums if albums_of.count(album.id) >= LEAST_NAMED][:NAMED]
    place: dict[int | None, int] = {album.id: number for number, album in enumerate(named)}
    return tuple(named), tuple(place.get(album) for album in albums_of)
