"""The use cases of albums: sort a chat's photos into them, read them, name them. Plain values in and out."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.album_names import AlbumNames
from bot.albums import Clustering, make_albums
from bot.continuity import Earlier, continued
from bot.photos import EventRow, PhotoRow, Photos
from bot.timing import timed
from storage.clusterings import Clusterings
from storage.photos import Vectors
from storage.rows import AlbumRow, ClusteringRow, EarlierAlbum, NewAlbum

__all__ = ["NAME_LIMIT", "PAGE", "AlbumPage", "AlbumRow", "ClusteringRow", "NameTooLong", "NoSuchAlbum", "Sorting"]

PAGE = 10
"""Items of a media group at most (Bot API, sendMediaGroup)."""
NAME_LIMIT = 60
"""Characters of a name that people give to an album; buttons and pictures cut it to the room that they have."""
JOINERS = "\u200c\u200d"
"""Invisible, but parts of words (Persian, Hindi) and of emoji."""


class NoSuchAlbum(Exception):
    """The last sorting has no album with this number; `known` are those that it has."""

    def __init__(self, known: list[int]) -> None:
        super().__init__(known)
        self.known = known


class NoName(Exception):
    """A name for an album in which there is nothing to read."""


class NameTooLong(Exception):
    """A name for an album has more than `NAME_LIMIT` characters."""

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length


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
        self._names = AlbumNames(photos)

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
        earlier = await self._store(self._rows.earlier, event.chat_id)
        albums = await self._albums(_going_on, earlier, _albums(made, known), known)
        albums = await self._names.named(event.chat_id, albums, known, lambda part: progress("name", part))
        await self._store(
            self._rows.keep, event, self._model.id, made.k, len(known.ids), len(made.leftover), albums,
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

    async def rename(self, chat_id: int, number: int, name: str) -> tuple[str, str]:
        """Give an album of the last sorting a name that stays with it, or ('') take it away.

        Returns:
            What it is called now, and what people called it before.

        Raises:
            NoName, NameTooLong, NoSuchAlbum: nothing was changed.
        """
        given = visible(name)
        if name and not any(unicodedata.category(sign)[0] in "LNPS" for sign in given):
            raise NoName
        if len(given) > NAME_LIMIT:
            raise NameTooLong(len(given))
        before = await self._store(self._rows.rename, chat_id, number, given)
        if before is None:
            last = await self.last(chat_id)
            raise NoSuchAlbum([album.number for album in await self.albums(last)] if last else [])
        return given, before

    async def is_under_way(self, chat_id: int) -> bool:
        """Whether the chat's photos are being sorted, or posted, already."""
        return await self._store(self._photos.store.events.open, chat_id, "cluster") > 0


def visible(name: str) -> str:
    """On one line, without control characters and without what would turn the line around it from right to left."""
    kept = (sign for sign in name if sign.isspace() or sign in JOINERS or unicodedata.category(sign)[0] != "C")
    return " ".join("".join(kept).split()).strip(JOINERS)


def _albums(made: Clustering, known: Vectors) -> list[NewAlbum]:
    return [NewAlbum(tuple(int(known.ids[row]) for row in album.members), album.tightness) for album in made.albums]


def _going_on(earlier: Sequence[EarlierAlbum], albums: Sequence[NewAlbum], known: Vectors) -> list[NewAlbum]:
    """The albums, each with the earlier one that it goes on with."""
    vectors = dict(zip((int(photo_id) for photo_id in known.ids), known.vectors, strict=True))
    before = [Earlier(album.number, frozenset(album.photo_ids), album.missed) for album in earlier]
    places = continued(before, [album.photo_ids for album in albums], vectors)
    return [
        album if place is None else replace(album, continues=earlier[place].id)
        for album, place in zip(albums, places, strict=True)
    ]
