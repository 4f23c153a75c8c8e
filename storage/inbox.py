"""The durable update queue's table: an update is here from before Telegram is told until its turn ends."""

import sqlite3

from sqlite_utils import Database

from storage.errors import StoreError
from storage.rows import InboxRow

REMEMBER_DONE = 48 * 3600.0
"""Seconds: update ids restart at random after a week of silence (Bot API, Update), so not for ever."""


class Inbox:
    """Rows in order of arrival; a done row is deleted and only its update id remembered."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def accept(self, update_id: int, chat_id: int | None, body: str, now: float) -> bool:
        """Commit an update; False where it is known already (queued, or done in the last 48 hours).

        Raises:
            StoreError: it could not be committed (a full disk, say), so Telegram must keep it.
        """
        try:
            return self._accept(update_id, chat_id, body, now)
        except sqlite3.Error as error:  # whatever it is: PTB's polling would end without a word
            raise StoreError(f"The update could not be stored: {error}.") from error

    def _accept(self, update_id: int, chat_id: int | None, body: str, now: float) -> bool:
        with self._db.atomic():
            if self._db.execute("SELECT 1 FROM inbox_done WHERE update_id = ?", [update_id]).fetchone():
                return False
            cursor = self._db.execute(
                """INSERT OR IGNORE INTO inbox (update_id, chat_id, body, state, received_at)
                   VALUES (?, ?, ?, 'queued', ?)""",
                [update_id, chat_id, body, now],
            )
            return cursor.rowcount == 1

    def queued(self, after: int, limit: int) -> list[InboxRow]:
        """The next rows to hand out, in order of arrival."""
        sql = "SELECT id, update_id, body FROM inbox WHERE state = 'queued' AND id > ? ORDER BY id LIMIT ?"
        return [InboxRow(*row) for row in self._db.execute(sql, [after, limit])]

    def is_queued(self, update_id: int) -> bool:
        """Whether the turn of this update is still to be taken."""
        sql = "SELECT 1 FROM inbox WHERE update_id = ? AND state = 'queued'"
        return self._db.execute(sql, [update_id]).fetchone() is not None

    def finish(self, update_id: int, now: float) -> None:
        """End a turn: the row goes, its id is remembered. Call inside the turn's own transaction."""
        with self._db.atomic():
            self._db.execute("DELETE FROM inbox WHERE update_id = ?", [update_id])
            self._db.execute("INSERT OR REPLACE INTO inbox_done VALUES (?, ?)", [update_id, now])

    def mark(self, update_id: int, state: str, reason: str | None = None) -> None:
        """Set `queued`, `sending` (a reply is about to be sent), `unanswered` or `failed`."""
        sql = "UPDATE inbox SET state = ?, reason = ? WHERE update_id = ?"
        self._db.execute(sql, [state, reason, update_id])

    def forget_done(self, now: float) -> None:
        """Drop the ids of updates that were done more than 48 hours ago."""
        self._db.execute("DELETE FROM inbox_done WHERE done_at < ?", [now - REMEMBER_DONE])
