"""What tells of the background of a chat: how alike its photos are that have nothing to do with each other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from storage import vectors


@dataclass(frozen=True, slots=True)
class Background:
    """The photos of a chat that may be matched, one entry each: embeddings (n, d), and what tells copies and bursts.

    Files are numbered; no event, and no sender, is -1; a hash that is unknown is 0.
    """

    vectors: NDArray[np.float32]
    files: NDArray[np.int64]
    hashes: NDArray[np.uint64]
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
            """SELECT e.vector, p.file_unique_id, coalesce(p.perceptual_hash, '0'), coalesce(p.event_id, -1),
                      coalesce(p.sender_id, -1), p.sent_at
               FROM photos p JOIN embeddings e ON e.photo_id = p.id AND e.model = ?
               WHERE p.chat_id = ? AND p.state = 'ready' AND p.muted = 0""",
            [model, chat_id],
        ).fetchall()
        numbers: dict[str, int] = {}
        return Background(
            vectors.from_blobs([row[0] for row in rows]),
            np.array([numbers.setdefault(row[1], len(numbers)) for row in rows], np.int64),
            np.array([int(row[2], 16) for row in rows], np.uint64),
            np.array([row[3] for row in rows], np.int64),
            np.array([row[4] for row in rows], np.int64),
            np.array([row[5] for row in rows], np.float64),
        )
