"""Photos that are never matched again in their chat: a mark on the row, which migrates and is forgotten with it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from storage import vectors
from storage.chats import Chats
from storage.errors import one_sentence
from storage.rows import Look

UNMUTED = "The mute could not be stored"


class Muting:
    """All copies of a file in a chat are muted or none is; Telegram's `file_unique_id` tells copies (tdlib/td#1590)."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._chats = Chats(db)

    def inherit(self, photo_id: int) -> None:
        """Mute a photo that came, where its chat has muted another copy of its file. Inside the photo's turn."""
        self._db.execute(
            """UPDATE photos SET muted = 1 WHERE id = ? AND EXISTS (
                   SELECT 1 FROM photos other WHERE other.chat_id = photos.chat_id AND other.muted = 1
                   AND other.file_unique_id = photos.file_unique_id)""",
            [photo_id],
        )

    def set(self, chat_id: int, files: Sequence[str], *, muted: bool) -> int:
        """Mute these files in a chat, or take that back; how many photos it changed."""
        sql = f"UPDATE photos SET muted = ? WHERE chat_id = ? AND muted != ? AND file_unique_id IN ({_marks(files)})"
        with one_sentence(UNMUTED):
            chat_id = self._chats.now_called(chat_id)
            return self._db.execute(sql, [int(muted), chat_id, int(muted), *files]).rowcount

    def among(self, photo_ids: Sequence[int]) -> list[int]:
        """Which of these photos are muted."""
        sql = f"SELECT id FROM photos WHERE muted = 1 AND id IN ({_marks(photo_ids)})"
        return [int(row[0]) for row in self._db.execute(sql, photo_ids)]

    def looks(self, chat_id: int, model: str) -> list[tuple[Look, NDArray[np.float32]]]:
        """What the muted files of a chat look like, each file once, with its embedding, as far as it has been seen."""
        rows = self._db.execute(
            """SELECT p.id, p.file_unique_id, p.fingerprint, min(p.sent_at), p.message_id, e.vector
               FROM photos p JOIN embeddings e ON e.photo_id = p.id AND e.model = ?
               WHERE p.chat_id = ? AND p.muted = 1 AND p.fingerprint IS NOT NULL GROUP BY p.file_unique_id""",
            [model, chat_id],
        )
        return [(Look(*row[:5]), vectors.from_blobs([row[5]])[0]) for row in rows]

    def senders(self, chat_id: int, file_unique_id: str) -> list[int | None]:
        """Who has sent this file in a chat; empty where it is not remembered there."""
        sql = "SELECT DISTINCT sender_id FROM photos WHERE chat_id = ? AND file_unique_id = ?"
        return [row[0] for row in self._db.execute(sql, [self._chats.now_called(chat_id), file_unique_id])]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" for _ in values)
