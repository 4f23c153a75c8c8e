"""What pictures of a whole chat are made of: a sample of its photos with their embeddings."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from storage import vectors

_EMBEDDED = """FROM photos p JOIN embeddings e ON e.photo_id = p.id AND e.model = :model
               WHERE p.chat_id = :chat AND p.state = 'ready'"""


@dataclass(frozen=True, slots=True)
class Sample:
    """Some photos of a chat, by date: ids, the album (its id) of each, and embeddings (n, d)."""

    ids: tuple[int, ...]
    albums: tuple[int | None, ...]
    vectors: NDArray[np.float32]


class Overviews:
    """Reads only, each of one chat."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def sizes(self, chat_id: int, model: str) -> dict[int, int]:
        """How many photos with an embedding by the present model the albums of the chat's last clustering have."""
        # Without the photos' own rows: of 100,000 photos they are most of the time, and who has a vector is ready.
        rows = self._db.execute(
            """SELECT a.id, count(*) FROM clusterings c
               JOIN albums a ON a.clustering_id = c.id AND a.missed = 0 JOIN album_photos ap ON ap.album_id = a.id
               JOIN embeddings e ON e.photo_id = ap.photo_id AND e.model = ?
               WHERE c.chat_id = ? GROUP BY a.id""",
            [model, chat_id],
        )
        return {row[0]: row[1] for row in rows}

    def sample(self, chat_id: int, model: str, wanted: Sequence[tuple[int | None, int]]) -> Sample:
        """So many photos of each album (its id), those nearest to its centroid; of None those that are in no album,
        spread over the time of the chat."""
        album_of: dict[int, int | None] = {}
        for album, count in wanted:
            ids = (
                self._unsorted(chat_id, model, count) if album is None else self._nearest(chat_id, album, model, count)
            )
            album_of |= dict.fromkeys(ids, album)
        return self._with_vectors(chat_id, model, album_of)

    def _nearest(self, chat_id: int, album_id: int, model: str, count: int) -> list[int]:
        sql = f"""SELECT ap.photo_id FROM album_photos ap WHERE ap.album_id = :album
                  AND EXISTS (SELECT 1 {_EMBEDDED} AND p.id = ap.photo_id) ORDER BY ap.rank LIMIT :count"""
        values = {"chat": chat_id, "model": model, "album": album_id, "count": count}
        return [int(row[0]) for row in self._db.execute(sql, values)]

    def _unsorted(self, chat_id: int, model: str, count: int) -> list[int]:
        """Every n-th of them: where `at` · count / n steps to the next whole number."""
        sql = """SELECT id FROM (
                     SELECT p.id, row_number() OVER (ORDER BY p.sent_at, p.message_id) - 1 AS at, count(*) OVER () AS n
                     FROM photos p WHERE p.chat_id = :chat
                     AND EXISTS (SELECT 1 FROM embeddings e WHERE e.photo_id = p.id AND e.model = :model)
                     AND NOT EXISTS (SELECT 1 FROM album_photos ap JOIN albums a ON a.id = ap.album_id
                                     WHERE ap.photo_id = p.id AND a.missed = 0))
                 WHERE :count >= n OR (at + 1) * :count / n != at * :count / n"""
        values = {"chat": chat_id, "model": model, "count": count}
        return [int(row[0]) for row in self._db.execute(sql, values)]

    def _with_vectors(self, chat_id: int, model: str, album_of: dict[int, int | None]) -> Sample:
        sql = f"""SELECT p.id, e.vector {_EMBEDDED} AND p.id IN (SELECT value FROM json_each(:ids))
                  ORDER BY p.sent_at, p.id"""
        values = {"chat": chat_id, "model": model, "ids": json.dumps(list(album_of))}
        rows = self._db.execute(sql, values).fetchall()
        albums = tuple(album_of[row[0]] for row in rows)
        return Sample(tuple(row[0] for row in rows), albums, vectors.from_blobs([row[1] for row in rows]))
