"""What tells of the background of a chat: how alike its photos are that have nothing to do with each other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from storage import vectors

HEAD = 32
"""Bytes of a fingerprint that are read: what it tells of the whole photo stands there."""


@dataclass(frozen=True, slots=True)
class Background:
    """The photos of a chat that may be matched, of each file the first: embeddings (n, d), and what tells copies and
    bursts. No event, and no sender, is -1."""

    vectors: NDArray[np.float32]
    fingerprints: list[bytes | None]
    events: NDArray[np.int64]
    senders: NDArray[np.int64]
    times: NDArray[np.float64]


class Backgrounds:
    """Reads them; nothing of it is kept in the store."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, chat_id: int, model: str) -> Background:
        """The background of one chat by one model."""
        rows = self._db.execute(
            f"""SELECT e.vector, substr(p.fingerprint, 1, {HEAD}), coalesce(p.event_id, -1), coalesce(p.sender_id, -1),
                       min(p.sent_at)
                FROM photos p JOIN embeddings e ON e.photo_id = p.id AND e.model = ?
                WHERE p.chat_id = ? AND p.state = 'ready' AND p.muted = 0 GROUP BY p.file_unique_id""",
            [model, chat_id],
        ).fetchall()
        return Background(
            vectors.from_blobs([row[0] for row in rows]),
            [row[1] for row in rows],
            np.array([row[2] for row in rows], np.int64),
            np.array([row[3] for row in rows], np.int64),
            np.array([row[4] for row in rows], np.float64),
        )
