"""The use cases of albums: sort a chat's photos into them, and read them. Plain values in and out."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.albums import Clustering, make_albums
from bot.photos import EventRow, PhotoRow, Photos
from bot.timing import timed
from storage.clusterings import Clusterings
from storage.photos import Vectors
from storage.rows import AlbumRow, ClusteringRow, NewAlbum

__all__ = ["PAGE", "AlbumPage", "AlbumRow", "ClusteringRow", "Sorting"]

PAGE = 10
"""Items of a media group at most (Bot API, sendMediaGroup)."""


@dataclass(frozen=True, slots=True)
class AlbumPage:
    """Photos `first` to `last` (from 1, nearest to the centroid first) of an album."""

    album: AlbumRow
    photos: tuple[PhotoRow, ...]
    first: int
    last: int


class Sorting:
    """The albums of each chat are those of its last sorting."""

    def __init__(self, photos: Photos) -> None:
        self._photos, self._model = photos, photos.model
        self._store, self._albums = photos.workers.store, photos.workers.albums

    @property
    def _rows(self) -> Clusterings:
        return self._photos.store.clusterings  # opened after this was made

    async def sort(self, event: EventRow, k: int | None, progress: Callable[[str, float], None]) -> ClusteringRow:
        """Cluster the chat's photos and keep the result.

        Raises:
            AlbumError: too few photos, k larger than their number, or all the same.
        """
        known = await self._store(self._photos.store.photos.all, event.chat_id, self._model.id)
        with timed("cluster", event.chat_id, [event.message_id]):
            made = await self._albums(make_albums, known.vectors, k=k, progress=progress)
        await self._store(
            self._rows.keep, event, self._model.id, made.k, len(known.ids), len(made.leftover), _albums(made, known),
            self._photos.clock(),
        )  # fmt: skip
        kept = await self.made_by(event)
        return kept or ClusteringRow(0, event.chat_id, made.k, 0, 0)  # all of it was forgotten at this moment

    async def made_by(self, event: EventRow) -> ClusteringRow | None:
        """The clustering that this event made before a restart."""
        return await self._store(self._rows.made_by, event.id)

    async def last(self, chat_id: int) -> ClusteringRow | None:
        """The chat's last clustering."""
        return await self._store(self._rows.last, chat_id)

    async def albums(self, clustering: ClusteringRow) -> list[AlbumRow]:
        """The albums of a clustering, biggest first."""
        return await self._store(self._rows.albums, clustering.id)

    async def page(self, chat_id: int, album: AlbumRow, offset: int, limit: int = PAGE) -> AlbumPage:
        """A page of an album, of photos that are still remembered."""
        ids = await self._store(self._rows.photos, album.id, offset, limit)
        rows = await self._store(self._photos.store.photos.shown, chat_id, ids)
        return AlbumPage(album, tuple(rows), offset + 1, offset + len(ids))

    async def posted(self, page: AlbumPage) -> None:
        """Remember that a page of an album has been shown."""
        await self._store(self._rows.posted, page.album.id, page.last)

    async def is_under_way(self, chat_id: int) -> bool:
        """Whether the chat's photos are being sorted, or posted, already."""
        return await self._store(self._photos.store.events.open, chat_id, "cluster") > 0


def _albums(made: Clustering, known: Vectors) -> list[NewAlbum]:
    return [NewAlbum(tuple(int(known.ids[row]) for row in album.members), album.tightness, "") for album in made.albums]
