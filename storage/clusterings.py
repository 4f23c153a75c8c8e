"""The last clustering of each chat: its albums, how much of each has been shown, and the albums that rest.

An album rests when a sorting made nothing like it. Its number is not given away, and should a later sorting find it
again, it comes back with its number and its name.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import count

from sqlite_utils import Database

from storage.rows import AlbumRow, ClusteringRow, EarlierAlbum, EventRow, NewAlbum

RESTS = 3
"""Sortings for which an album without a given name rests; one with a name rests until its photos are gone."""
MOST_RESTING = 50

_OF_CHAT = "SELECT a.id FROM albums a JOIN clusterings c ON c.id = a.clustering_id WHERE c.chat_id = ?"


class Clusterings:
    """One clustering a chat is kept; a new one replaces it, and takes on the albums that go on or rest."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(
        self,
        event: EventRow,
        model: str,
        k: int,
        photos: int,
        leftover: int,
        albums: Sequence[NewAlbum],
        now: float,
    ) -> int:
        """Replace the chat's clustering, in one transaction; the new id. Photos forgotten meanwhile are left out."""
        with self._db.atomic():
            known = {row[0] for row in self._db.execute("SELECT id FROM photos WHERE chat_id = ?", [event.chat_id])}
            kept = [left for album in albums if (left := _without_forgotten(album, known)).photo_ids]
            identities = self._identities(event.chat_id, kept)
            self._rest(event.chat_id, [album.continues for album in kept if album.continues is not None])
            sql = """INSERT INTO clusterings (chat_id, event_id, model, k, photos, leftover, made_at)
                     VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id"""
            values = [event.chat_id, event.id, model, k, photos, leftover, now]
            clustering_id = int(self._db.execute(sql, values).fetchone()[0])
            self._db.execute("UPDATE albums SET clustering_id = ? WHERE clustering_id = 0", [clustering_id])
            free = self._free_numbers(clustering_id, [number for number, _ in identities.values()])
            for album in kept:
                number, given_name = identities.get(album.continues) or (next(free), "")
                self._keep_album(clustering_id, number, given_name, album)
            return clustering_id

    def _identities(self, chat_id: int, kept: Sequence[NewAlbum]) -> dict[int | None, tuple[int, str]]:
        """Number and given name of each earlier album that goes on."""
        ids = [album.continues for album in kept if album.continues is not None]
        sql = f"SELECT id, number, given_name FROM albums WHERE id IN ({_OF_CHAT}) AND id IN ({_marks(ids)})"
        return {row[0]: (int(row[1]), row[2]) for row in self._db.execute(sql, [chat_id, *ids])}

    def _rest(self, chat_id: int, going_on: Sequence[int]) -> None:
        """Let go of the chat's clustering and its albums, but for those that rest: they wait for the new one."""
        self._db.execute("PRAGMA defer_foreign_keys = ON")  # for this transaction: clustering 0 there is none
        rest = f"""SELECT id FROM albums WHERE id IN ({_OF_CHAT}) AND id NOT IN ({_marks(going_on)})
                   AND (given_name != '' OR missed < {RESTS}) ORDER BY given_name = '', missed, size DESC LIMIT ?"""
        sql = f"UPDATE albums SET clustering_id = 0, missed = missed + 1, posted = 0 WHERE id IN ({rest})"
        self._db.execute(sql, [chat_id, *going_on, MOST_RESTING])
        self._db.execute("DELETE FROM clusterings WHERE chat_id = ?", [chat_id])

    def _free_numbers(self, clustering_id: int, going_on: Sequence[int]) -> Iterator[int]:
        resting = self._db.execute("SELECT number FROM albums WHERE clustering_id = ?", [clustering_id])
        taken = {*going_on, *(int(row[0]) for row in resting)}
        return (number for number in count(1) if number not in taken)

    def _keep_album(self, clustering_id: int, number: int, given_name: str, album: NewAlbum) -> None:
        sql = """INSERT INTO albums (clustering_id, number, given_name, name, word, size, tightness)
                 VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id"""
        size = len(album.photo_ids)
        values = [clustering_id, number, given_name, album.topic, album.word, size, album.tightness]
        album_id = int(self._db.execute(sql, values).fetchone()[0])
        for rank, photo_id in enumerate(album.photo_ids, 1):
            self._db.execute("INSERT INTO album_photos VALUES (?, ?, ?)", [album_id, rank, photo_id])

    def last(self, chat_id: int) -> ClusteringRow | None:
        """The chat's last clustering."""
        sql = "SELECT id, chat_id, k, photos, leftover FROM clusterings WHERE chat_id = ?"
        found = self._db.execute(sql, [chat_id]).fetchone()
        return None if found is None else ClusteringRow(*found)

    def made_by(self, event_id: int) -> ClusteringRow | None:
        """The clustering that this event has made, if it got that far before a restart."""
        sql = "SELECT id, chat_id, k, photos, leftover FROM clusterings WHERE event_id = ?"
        found = self._db.execute(sql, [event_id]).fetchone()
        return None if found is None else ClusteringRow(*found)

    def albums(self, clustering_id: int) -> list[AlbumRow]:
        """Its albums, biggest first."""
        sql = """SELECT id, clustering_id, number, given_name, name, word, size, tightness, posted FROM albums
                 WHERE clustering_id = ? AND missed = 0 ORDER BY size DESC, number"""
        return [AlbumRow(*row) for row in self._db.execute(sql, [clustering_id])]

    def earlier(self, chat_id: int) -> list[EarlierAlbum]:
        """The chat's albums with their photos, those that rest as well."""
        photos: dict[int, list[int]] = {}
        sql = f"SELECT album_id, photo_id FROM album_photos WHERE album_id IN ({_OF_CHAT}) ORDER BY album_id, rank"
        for album_id, photo_id in self._db.execute(sql, [chat_id]):
            photos.setdefault(album_id, []).append(photo_id)
        sql = f"SELECT id, number, missed FROM albums WHERE id IN ({_OF_CHAT}) ORDER BY number"
        rows = self._db.execute(sql, [chat_id]).fetchall()
        return [EarlierAlbum(row[0], row[1], row[2], tuple(photos[row[0]])) for row in rows]

    def captions(self, chat_id: int) -> dict[int, str]:
        """The captions of the chat's photos that have one, by photo id."""
        sql = "SELECT id, caption FROM photos WHERE chat_id = ? AND caption != ''"
        return {int(row[0]): row[1] for row in self._db.execute(sql, [chat_id])}

    def rename(self, chat_id: int, number: int, given_name: str) -> str | None:
        """Give an album of the last sorting a name, or ('') take it away; the one that it had, None: no such album."""
        with self._db.atomic():
            sql = f"SELECT id, given_name FROM albums WHERE id IN ({_OF_CHAT}) AND number = ? AND missed = 0"
            found = self._db.execute(sql, [chat_id, number]).fetchone()
            if found is None:
                return None
            self._db.execute("UPDATE albums SET given_name = ? WHERE id = ?", [given_name, found[0]])
            return str(found[1])

    def photos(self, album_id: int, offset: int, limit: int) -> list[int]:
        """A page of an album: photo ids, nearest to the centroid first."""
        sql = "SELECT photo_id FROM album_photos WHERE album_id = ? ORDER BY rank LIMIT ? OFFSET ?"
        return [int(row[0]) for row in self._db.execute(sql, [album_id, limit, offset])]

    def posted(self, album_id: int, shown: int) -> None:
        """Remember that the first `shown` photos of an album have been posted."""
        self._db.execute("UPDATE albums SET posted = max(posted, ?) WHERE id = ?", [shown, album_id])


def _without_forgotten(album: NewAlbum, known: Collection[int]) -> NewAlbum:
    """The album with the photos that are still there; of captions of others no word is to stay."""
    left = tuple(photo_id for photo_id in album.photo_ids if photo_id in known)
    return replace(album, photo_ids=left, word=album.word if len(left) == len(album.photo_ids) else "")


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" for _ in values)
