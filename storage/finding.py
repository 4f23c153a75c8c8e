"""What `/find` and inline queries look among: a chat's embeddings under filters, its senders, who is known where."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from storage import vectors

WORDS_KEPT = 48 * 3600.0
"""Seconds for which the words of a `/find` are kept: as long as its button for more is of use."""


@dataclass(frozen=True, slots=True)
class Among:
    """Which photos of a chat; None and empty mean all. Times in Unix seconds, `until` is outside.

    Attributes:
        senders: ids, and names where there is none (who sends in the name of a channel).
        topics: thread ids, None being outside all topics.
        unlike: a photo that is left out, with all copies of its file.
        inline: only what a result of an inline query can show as it was sent: no files, no spoilers.
    """

    senders: tuple[int | str, ...] = ()
    since: float | None = None
    until: float | None = None
    topics: tuple[int | None, ...] = ()
    unlike: int | None = None
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Candidates:
    """Photos (n,) with their embeddings (n, d) and file_unique_ids, earliest first; of the same file only the first."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    files: tuple[str, ...]


class Finding:
    """Every read takes the chat that it is for."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def among(self, chat_id: int, model: str, among: Among) -> Candidates:
        """The chat's unmuted photos that the filters let through, as far as they have an embedding by this model."""
        where, values = _filters(among)
        rows = self._db.execute(
            f"""SELECT p.id, p.file_unique_id, e.vector
                FROM photos p JOIN embeddings e ON e.photo_id = p.id AND e.model = ?
                WHERE p.chat_id = ? AND p.state = 'ready' AND p.muted = 0 {where}
                ORDER BY p.sent_at, p.origin_chat_id, p.message_id""",
            [model, chat_id, *values],
        ).fetchall()
        first: dict[str, tuple[int, bytes]] = {}
        for photo_id, file, vector in rows:
            first.setdefault(file, (photo_id, vector))
        ids = np.fromiter((photo_id for photo_id, _ in first.values()), dtype=np.int64, count=len(first))
        return Candidates(ids, vectors.from_blobs([vector for _, vector in first.values()]), tuple(first))

    def latest(self, chat_id: int, most: int) -> list[tuple[float, int, str]]:
        """The chat's last photos that an inline query can show: when they were sent, id, file; of a file the last."""
        where, values = _filters(Among(inline=True))
        rows = self._db.execute(
            f"""SELECT p.sent_at, p.id, p.file_unique_id FROM photos p
                WHERE p.chat_id = ? AND p.state = 'ready' AND p.muted = 0 {where}
                ORDER BY p.sent_at DESC, p.message_id DESC""",
            [chat_id, *values],
        )
        last: dict[str, tuple[float, int, str]] = {}
        for sent_at, photo_id, file in rows:  # read one by one, along an index: the others are left alone
            last.setdefault(file, (float(sent_at), int(photo_id), str(file)))
            if len(last) >= most:
                break
        return list(last.values())

    def known_in(self, user_id: int) -> list[int]:
        """The chats in which a person has sent a photo or asked something, and the bot is; lately active ones first."""
        rows = self._db.execute(
            """SELECT c.id FROM chats c WHERE c.state = 'member' AND (
                   EXISTS (SELECT 1 FROM photos p WHERE p.chat_id = c.id AND p.sender_id = :user)
                   OR EXISTS (SELECT 1 FROM events e WHERE e.chat_id = c.id AND e.asker_id = :user))
               ORDER BY c.last_update_at DESC""",
            {"user": user_id},
        )
        return [int(row[0]) for row in rows]

    def senders(self, chat_id: int) -> list[tuple[int | None, str]]:
        """Everyone whose photos are remembered here: id (None: a channel's own) and each name they had."""
        sql = "SELECT DISTINCT sender_id, sender_name FROM photos WHERE chat_id = ?"
        return [(row[0], str(row[1])) for row in self._db.execute(sql, [chat_id])]

    def asked_before(self, chat_id: int, request: str, event_id: int | None) -> bool:
        """Whether the same was asked before: a button that is pressed twice. None: before now."""
        sql = """SELECT EXISTS (SELECT 1 FROM events WHERE chat_id = ? AND kind = 'find' AND request = ?
                 AND state IN ('waiting', 'done') AND (? IS NULL OR id < ?))"""
        return bool(self._db.execute(sql, [chat_id, request, event_id, event_id]).fetchone()[0])

    def forget_words(self, now: float) -> None:
        """Let go of what was looked for, once its button is of no more use."""
        sql = "UPDATE events SET request = '{}' WHERE kind = 'find' AND state != 'waiting' AND sent_at < ?"
        self._db.execute(f"{sql} AND request != '{{}}'", [now - WORDS_KEPT])


def _filters(among: Among) -> tuple[str, list[object]]:
    """The conditions, and their values."""
    where, values = "", list[object]()
    if among.senders:
        ids = [one for one in among.senders if isinstance(one, int)]
        names = [one for one in among.senders if isinstance(one, str)]
        by_name = f"p.sender_id IS NULL AND p.sender_name IN ({_marks(names)})"
        where += f" AND (p.sender_id IN ({_marks(ids)}) OR {by_name})"
        values += [*ids, *names]
    for column, limit in ((">=", among.since), ("<", among.until)):
        if limit is not None:
            where += f" AND p.sent_at {column} ?"
            values.append(limit)
    if among.topics:
        where += f" AND ({' OR '.join('p.thread_id IS ?' for _ in among.topics)})"
        values += among.topics
    if among.inline:
        where += " AND p.is_document = 0 AND p.spoiler = 0"
    if among.unlike is not None:
        where += " AND p.file_unique_id NOT IN (SELECT file_unique_id FROM photos WHERE id = ?)"
        values.append(among.unlike)
    return where, values


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" for _ in values)
