"""The last clustering of each chat: its albums, and how much of each has been shown."""

from collections.abc import Sequence
from dataclasses import replace

from sqlite_utils import Database

from storage.rows import AlbumRow, ClusteringRow, EventRow, NewAlbum


class Clusterings:
    """One clustering a chat is kept; a new one replaces it with all its albums."""

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
            self._db.execute("DELETE FROM clusterings WHERE chat_id = ?", [event.chat_id])
            sql = """INSERT INTO clusterings (chat_id, event_id, model, k, photos, leftover, made_at)
                     VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id"""
            values = [event.chat_id, event.id, model, k, photos, leftover, now]
            clustering_id = int(self._db.execute(sql, values).fetchone()[0])
            known = {row[0] for row in self._db.execute("SELECT id FROM photos WHERE chat_id = ?", [event.chat_id])}
            kept = [replace(album, photo_ids=tuple(p for p in album.photo_ids if p in known)) for album in albums]
            for number, album in enumerate((album for album in kept if album.photo_ids), 1):
                self._keep_album(clustering_id, number, album)
            return clustering_id

    def _keep_album(self, clustering_id: int, number: int, album: NewAlbum) -> None:
        sql = """INSERT INTO albums (clustering_id, number, name, size, tightness)
                 VALUES (?, ?, ?, ?, ?) RETURNING id"""
        values = [clustering_id, number, album.name, len(album.photo_ids), album.tightness]
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
        """Its albums, biggest first (their numbers say so)."""
        sql = """SELECT id, clustering_id, number, name, size, tightness, posted FROM albums
                 WHERE clustering_id = ? ORDER BY number"""
        return [AlbumRow(*row) for row in self._db.execute(sql, [clustering_id])]

    def photos(self, album_id: int, offset: int, limit: int) -> list[int]:
        """A page of an album: photo ids, nearest to the centroid first."""
        sql = "SELECT photo_id FROM album_photos WHERE album_id = ? ORDER BY rank LIMIT ? OFFSET ?"
        return [int(row[0]) for row in self._db.execute(sql, [album_id, limit, offset])]

    def posted(self, album_id: int, shown: int) -> None:
        """Remember that the first `shown` photos of an album have been posted."""
        self._db.execute("UPDATE albums SET posted = max(posted, ?) WHERE id = ?", [shown, album_id])
