"""The photos of every chat and their embeddings."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from storage import vectors
from storage.dismissals import drop_lines, drop_unknown, files_of
from storage.rows import NewPhoto, PendingPhoto, PhotoRow, Size

MAX_CLAIMS = 25
"""A photo claimed this often without an end is taken for one that kills the program."""

_SHOWN = """p.id, p.chat_id, p.origin_chat_id, p.message_id, p.thread_id, p.sender_name, p.sent_at, p.caption,
            p.is_document, p.file_id, p.file_size, p.thumb_file_id, p.spoiler, p.state"""


@dataclass(frozen=True, slots=True)
class Embedded:
    """What was made of a claimed photo: `vector` has shape (d,) and unit length, an empty fingerprint tells nothing."""

    photo: PendingPhoto
    perceptual_hash: str
    vector: NDArray[np.float32]
    fingerprint: bytes = b""


@dataclass(frozen=True, slots=True)
class Vectors:
    """Embeddings of one chat by one model: ids (n,) int64 and vectors (n, d), sorted by date and message."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]


class Photos:
    """Rows are inserted `pending`, become `ready` with a vector in one transaction, or `failed` with a reason."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def insert(self, new: NewPhoto, chat_id: int, event_id: int | None) -> int:
        """Add a pending photo. Call inside the turn's transaction."""
        columns: dict[str, object] = {
            "chat_id": chat_id, "origin_chat_id": new.chat.id, "message_id": new.message_id, "event_id": event_id,
            "thread_id": new.thread_id, "media_group_id": new.media_group_id, "sent_at": new.sent_at,
            "sender_id": new.sender_id, "sender_name": new.sender_name,
        }  # fmt: skip
        columns |= _file_columns(new)
        names = ", ".join(columns)
        marks = ", ".join("?" for _ in columns)
        sql = f"INSERT INTO photos ({names}) VALUES ({marks}) RETURNING id"
        return int(self._db.execute(sql, list(columns.values())).fetchone()[0])

    def replace(self, photo_id: int, new: NewPhoto) -> None:
        """Take an edit over: another caption, or another picture, whose old vectors go. Inside the turn."""
        known = self._db.execute("SELECT file_unique_id, caption FROM photos WHERE id = ?", [photo_id]).fetchone()
        if known[1] != new.caption:  # a word of the old one may name an album
            sql = "UPDATE albums SET word = '' WHERE id IN (SELECT album_id FROM album_photos WHERE photo_id = ?)"
            self._db.execute(sql, [photo_id])
        if known[0] == new.file_unique_id:
            sql = "UPDATE photos SET caption = ?, spoiler = ? WHERE id = ?"
            self._db.execute(sql, [new.caption, int(new.spoiler), photo_id])
            return
        files = files_of(self._db, [photo_id])
        columns = _file_columns(new) | dict.fromkeys(("perceptual_hash", "fingerprint", "reason"))
        columns |= {"claims": 0, "due_at": 0}
        assigned = ", ".join(f"{name} = ?" for name in columns)
        self._db.execute(f"UPDATE photos SET {assigned} WHERE id = ?", [*columns.values(), photo_id])
        self._db.execute("DELETE FROM embeddings WHERE photo_id = ?", [photo_id])
        drop_lines(self._db, photo_id)
        drop_unknown(self._db, files)

    def copy_known(self, photo_id: int, file_unique_id: str, model: str) -> bool:
        """Take hashes and vector over from a photo with the same file, in whatever chat; no download, no inference.

        A file that was looked at before there were fingerprints is looked at again: nothing is taken over.
        Source: tdlib/td#1590, `file_unique_id` survives forward and copy.
        """
        known = self._db.execute(
            """SELECT p.perceptual_hash, p.fingerprint, e.vector FROM photos p JOIN embeddings e ON e.photo_id = p.id
               WHERE p.file_unique_id = ? AND e.model = ? AND p.id != ? AND p.fingerprint IS NOT NULL LIMIT 1""",
            [file_unique_id, model, photo_id],
        ).fetchone()
        if known is None:
            return False
        self._db.execute("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", [photo_id, model, known[2]])
        sql = "UPDATE photos SET state = 'ready', perceptual_hash = ?, fingerprint = ? WHERE id = ?"
        self._db.execute(sql, [known[0], known[1], photo_id])
        return True

    def at(self, chat_id: int, message_id: int) -> int | None:
        """The id of the photo that this message of this chat holds."""
        sql = "SELECT id FROM photos WHERE origin_chat_id = ? AND message_id = ?"
        found = self._db.execute(sql, [chat_id, message_id]).fetchone()
        return None if found is None else int(found[0])

    def claim(self, now: float, limit: int, busy: Sequence[int], files: Sequence[str]) -> list[PendingPhoto]:
        """The next photos to embed, oldest first, without those in work or with a file in work. Counts the claim."""
        with self._db.atomic():
            rows = self._db.execute(
                f"""SELECT id, chat_id, message_id, file_unique_id, is_document, sizes FROM photos
                    WHERE state = 'pending' AND due_at <= ? AND id NOT IN ({_marks(busy)})
                    AND file_unique_id NOT IN ({_marks(files)}) ORDER BY id LIMIT ?""",
                [now, *busy, *files, limit],
            ).fetchall()
            ids = [row[0] for row in rows]
            self._db.execute(f"UPDATE photos SET claims = claims + 1 WHERE id IN ({_marks(ids)})", ids)
        return [_pending(row) for row in rows]

    def give_up_killers(self) -> int:
        """Fail the photos that were in work too often when the program ended; how many. At start only."""
        reason = f"the program ended {MAX_CLAIMS} times while this photo was in work"
        sql = "UPDATE photos SET state = 'failed', reason = ? WHERE state = 'pending' AND claims >= ?"
        return self._db.execute(sql, [reason, MAX_CLAIMS]).rowcount

    def next_retry(self, now: float) -> float | None:
        """When the next failed download is due."""
        sql = "SELECT min(due_at) FROM photos WHERE state = 'pending' AND due_at > ?"
        found: float | None = self._db.execute(sql, [now]).fetchone()[0]
        return found

    def embedded(self, batch: Sequence[Embedded], model: str) -> None:
        """Commit vectors and hashes of a batch, and of every other pending photo with the same file."""
        with self._db.atomic():
            for done in batch:
                self._embedded(done, vectors.to_blob(done.vector), model)

    def _embedded(self, done: Embedded, blob: bytes, model: str) -> None:
        """Photos of this file from before there were fingerprints get theirs, too."""
        file = done.photo.file_unique_id
        twins = self._db.execute("SELECT id FROM photos WHERE file_unique_id = ? AND state = 'pending'", [file])
        for (photo_id,) in twins.fetchall():
            self._db.execute("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", [photo_id, model, blob])
            sql = "UPDATE photos SET state = 'ready', reason = NULL, perceptual_hash = ? WHERE id = ?"
            self._db.execute(sql, [done.perceptual_hash, photo_id])
        sql = "UPDATE photos SET fingerprint = ? WHERE file_unique_id = ? AND state = 'ready'"
        self._db.execute(sql, [done.fingerprint, file])

    def failed(self, photo: PendingPhoto, reason: str) -> None:
        """Say for good that this picture has no embedding, unless it was replaced by an edit meanwhile."""
        sql = "UPDATE photos SET state = 'failed', reason = ? WHERE id = ? AND file_unique_id = ? AND state = 'pending'"
        self._db.execute(sql, [reason, photo.id, photo.file_unique_id])

    def postpone(self, photo_id: int, due_at: float, reason: str) -> None:
        """Try a download again later."""
        sql = "UPDATE photos SET due_at = ?, reason = ?, claims = 0 WHERE id = ?"
        self._db.execute(sql, [due_at, reason, photo_id])

    def reason(self, photo_id: int) -> str:
        """Why a photo failed, or waits."""
        found = self._db.execute("SELECT reason FROM photos WHERE id = ?", [photo_id]).fetchone()
        return "unknown" if found is None or found[0] is None else str(found[0])

    def of_event(self, event_id: int) -> list[int]:
        """The photos of one event, in message order."""
        sql = "SELECT id FROM photos WHERE event_id = ? ORDER BY sent_at, message_id"
        return [int(row[0]) for row in self._db.execute(sql, [event_id])]

    def vectors_of(self, photo_ids: Sequence[int], model: str) -> NDArray[np.float32]:
        """Embeddings (n, d) of these photos, as far as they have one by this model."""
        marks = _marks(photo_ids)
        sql = f"SELECT vector FROM embeddings WHERE model = ? AND photo_id IN ({marks}) ORDER BY photo_id"
        return vectors.from_blobs([row[0] for row in self._db.execute(sql, [model, *photo_ids])])

    def earlier(self, chat_id: int, model: str, photo_ids: Sequence[int], leeway: float = 0.0) -> Vectors:
        """Embeddings of the chat's unmuted photos sent before the first of `photo_ids` (by date, then message id), of
        each file the first.

        Args:
            leeway: seconds; photos of the same person that were sent so shortly before are left out. Admins who write
                in the group's name, and channels, share an id: they are told apart by name.
        """
        marks = _marks(photo_ids)
        sql = f"""SELECT sent_at, message_id, sender_id, sender_name, sent_at - ? FROM photos WHERE id IN ({marks})
                  ORDER BY sent_at, message_id LIMIT 1"""
        first = self._db.execute(sql, [leeway, *photo_ids]).fetchone()
        where = f"""AND p.muted = 0 AND (p.sent_at, p.message_id) < (?, ?) AND p.id NOT IN ({marks})
                    AND NOT (p.sender_id IS ? AND p.sender_name = ? AND p.sent_at > ?)"""
        at, who = (first[:2], first[2:]) if first else ((0, 0), (None, "", 0))  # none: forgotten meanwhile
        return self._distinct(chat_id, model, where, [*at, *photo_ids, *who])

    def others(self, chat_id: int, model: str, photo_ids: Sequence[int]) -> Vectors:
        """Embeddings of all the chat's unmuted photos but these, of each file the first."""
        marks = _marks(photo_ids)
        return self._distinct(chat_id, model, f"AND p.muted = 0 AND p.id NOT IN ({marks})", list(photo_ids))

    def all(self, chat_id: int, model: str) -> Vectors:
        """All embeddings of a chat by one model."""
        return self._vectors(chat_id, model, "", [])

    def count(self, chat_id: int, model: str) -> int:
        """How many embeddings `all` would read."""
        sql = """SELECT count(*) FROM photos p JOIN embeddings e ON e.photo_id = p.id AND e.model = ?
                 WHERE p.chat_id = ? AND p.state = 'ready'"""
        return int(self._db.execute(sql, [model, chat_id]).fetchone()[0])

    def _vectors(self, chat_id: int, model: str, where: str, values: Sequence[object]) -> Vectors:
        return _stacked([(row[0], row[2]) for row in self._embeddings(chat_id, model, where, values)])

    def _distinct(self, chat_id: int, model: str, where: str, values: Sequence[object]) -> Vectors:
        """A file that was sent a hundred times has one vector: it takes one place among the nearest."""
        first: dict[str, tuple[int, bytes]] = {}
        for photo_id, file, vector in self._embeddings(chat_id, model, where, values):
            first.setdefault(file, (photo_id, vector))
        return _stacked(list(first.values()))

    def _embeddings(self, chat_id: int, model: str, where: str, values: Sequence[object]) -> Iterable[Any]:
        return self._db.execute(
            f"""SELECT p.id, p.file_unique_id, e.vector FROM photos p
                JOIN embeddings e ON e.photo_id = p.id AND e.model = ?
                WHERE p.chat_id = ? AND p.state = 'ready' {where}
                ORDER BY p.sent_at, p.origin_chat_id, p.message_id""",
            [model, chat_id, *values],
        )

    def shown(self, chat_id: int, photo_ids: Sequence[int]) -> list[PhotoRow]:
        """What is needed to show these photos of this chat, in the order asked."""
        marks = _marks(photo_ids)
        sql = f"SELECT {_SHOWN} FROM photos p WHERE p.chat_id = ? AND p.id IN ({marks})"
        found = {row[0]: _photo(row) for row in self._db.execute(sql, [chat_id, *photo_ids])}
        return [found[photo_id] for photo_id in photo_ids if photo_id in found]


def _stacked(rows: Sequence[tuple[int, bytes]]) -> Vectors:
    ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    return Vectors(ids, vectors.from_blobs([row[1] for row in rows]))


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" for _ in values)


def _file_columns(new: NewPhoto) -> dict[str, object]:
    """The columns that an edit replaces."""
    sizes = json.dumps([[s.file_id, s.width, s.height, s.bytes] for s in new.sizes])
    return {
        "caption": new.caption, "is_document": int(new.is_document), "file_id": new.file_id,
        "file_unique_id": new.file_unique_id, "file_size": new.file_size, "width": new.width,
        "height": new.height, "thumb_file_id": new.thumb_file_id, "sizes": sizes,
        "spoiler": int(new.spoiler), "state": "pending", "muted": 0,
    }  # fmt: skip


def _pending(row: tuple[Any, ...]) -> PendingPhoto:
    sizes = tuple(Size(*size) for size in json.loads(row[5]))
    return PendingPhoto(row[0], row[1], row[2], row[3], bool(row[4]), sizes)


def _photo(row: Any) -> PhotoRow:
    shown = PhotoRow(*row)
    return replace(shown, is_document=bool(shown.is_document), spoiler=bool(shown.spoiler))
