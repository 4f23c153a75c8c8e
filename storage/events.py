"""Events (what is answered at most once) and sends (each message that an answer consists of)."""

import json
from collections.abc import Sequence

from sqlite_utils import Database

from storage.errors import one_sentence
from storage.rows import EventRow, NewEvent, NewPhoto

_COLUMNS = """e.id, e.chat_id, e.kind, e.message_id, e.thread_id, e.asker_id, e.photo_id, e.request, e.sent_at,
              e.state, e.origin_chat_id"""

PATIENCE = 10.0
"""Seconds that a question waits for its photo; then its answer says that the photo waits."""

_SETTLED = """NOT EXISTS (SELECT 1 FROM photos p WHERE p.state = 'pending' AND p.event_id = e.id)
          AND NOT EXISTS (SELECT 1 FROM photos p WHERE p.state = 'pending' AND p.id = e.photo_id
                          AND e.due_at > ?)
          AND (e.kind != 'photo' OR NOT EXISTS (
                SELECT 1 FROM photos p WHERE p.state = 'pending' AND p.chat_id = e.chat_id AND p.due_at <= e.due_at + 15
                AND p.id < (SELECT min(own.id) FROM photos own WHERE own.event_id = e.id)))"""
"""An event is settled when its photos are embedded (or failed), and so are the chat's earlier ones:
an answer that did not know the photo sent a second before would be wrong. A download that is put off for longer than
15 seconds holds nobody up."""


class Events:
    """States: waiting, then done, silent (nothing to say), stale, unanswered (cut), or failed."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def for_photo(self, new: NewPhoto, chat_id: int, now: float, album_wait: float, fresh: float) -> int:
        """The event of a photo that came: its own, or that of its album, whose wait starts again."""
        known = self._album(new)
        if known is not None:
            self._join(known, new, now + album_wait)
            return known
        state = "silent" if not new.answerable else "stale" if now - new.sent_at > fresh else "waiting"
        due_at = now + album_wait if new.media_group_id else now
        return self._insert(
            chat_id, "photo", state, new.message_id, new.chat.id, new.thread_id, new.sender_id,
            new.media_group_id, None, "{}", new.sent_at, due_at,
        )  # fmt: skip

    def _album(self, new: NewPhoto) -> int | None:
        if new.media_group_id is None:
            return None
        sql = "SELECT id FROM events WHERE kind = 'photo' AND origin_chat_id = ? AND media_group_id = ?"
        found = self._db.execute(sql, [new.chat.id, new.media_group_id]).fetchone()
        return None if found is None else int(found[0])

    def _join(self, event_id: int, new: NewPhoto, due_at: float) -> None:
        sql = """UPDATE events SET due_at = ?, message_id = min(message_id, ?) WHERE id = ? AND state = 'waiting'"""
        self._db.execute(sql, [due_at, new.message_id, event_id])

    def ask(self, new: NewEvent, chat_id: int, now: float, fresh: float) -> int:
        """Add a question, stale where it was asked too long ago. Call inside the turn's transaction."""
        state = "waiting" if now - new.sent_at <= fresh else "stale"
        return self._insert(
            chat_id, new.kind, state, new.message_id, new.chat.id, new.thread_id, new.asker_id,
            None, new.photo_id, new.request, new.sent_at, now,
        )  # fmt: skip

    def _insert(self, *values: object) -> int:
        sql = """INSERT INTO events (chat_id, kind, state, message_id, origin_chat_id, thread_id, asker_id,
                                     media_group_id, photo_id, request, sent_at, due_at)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
        return int(self._db.execute(sql, values).fetchone()[0])

    def get(self, event_id: int) -> EventRow | None:
        """One event."""
        found = self._db.execute(f"SELECT {_COLUMNS} FROM events e WHERE e.id = ?", [event_id]).fetchone()
        return None if found is None else EventRow(*found)

    def due(self, now: float, limit: int, kinds: Sequence[str], busy: Sequence[int]) -> list[EventRow]:
        """Waiting events whose time has come and whose photos are settled, oldest first."""
        wanted, taken = (", ".join("?" for _ in values) for values in (kinds, busy))
        rows = self._db.execute(
            f"""SELECT {_COLUMNS} FROM events e WHERE e.state = 'waiting' AND e.due_at <= ?
                AND e.kind IN ({wanted}) AND e.id NOT IN ({taken}) AND {_SETTLED} ORDER BY e.id LIMIT ?""",
            [now, *kinds, *busy, now - PATIENCE, limit],
        )
        return [EventRow(*row) for row in rows]

    def open(self, chat_id: int, kind: str) -> int:
        """How many questions of a kind a chat still waits for."""
        sql = "SELECT count(*) FROM events WHERE chat_id = ? AND kind = ? AND state = 'waiting'"
        return int(self._db.execute(sql, [chat_id, kind]).fetchone()[0])

    def next_due(self, now: float) -> float | None:
        """When the next waiting event comes of age, or has waited long enough for its photo."""
        sql = """SELECT min(at) FROM (SELECT due_at AS at FROM events WHERE state = 'waiting' UNION ALL
                 SELECT due_at + ? FROM events WHERE state = 'waiting' AND photo_id IS NOT NULL) WHERE at > ?"""
        found: float | None = self._db.execute(sql, [PATIENCE, now]).fetchone()[0]
        return found

    def end(self, event_id: int, state: str, now: float, reason: str | None = None) -> None:
        """Close an event that is still waiting."""
        sql = "UPDATE events SET state = ?, reason = ?, ended_at = ? WHERE id = ? AND state = 'waiting'"
        self._db.execute(sql, [state, reason, now, event_id])

    def stop(self, event_id: int) -> None:
        """Note in the request that someone wants the answer to stop."""
        sql = "UPDATE events SET request = json_set(request, '$.stopped', json('true')) WHERE id = ?"
        self._db.execute(sql, [event_id])

    def begin(self, event_id: int, step: str, chat_id: int, now: float) -> bool:
        """Commit the intent to send; False where this step was sent, or cut, before, or the event was forgotten.

        Args:
            chat_id: where the messages go.
        """
        sql = """INSERT OR IGNORE INTO sends (event_id, step, state, message_ids, at, chat_id)
                 SELECT id, ?, 'sending', '[]', ?, ? FROM events WHERE id = ?"""
        with one_sentence("The intent to send could not be stored"):
            return self._db.execute(sql, [step, now, chat_id, event_id]).rowcount == 1

    def release(self, event_id: int, step: str) -> None:
        """Take an intent back: the call certainly had no effect."""
        sql = "DELETE FROM sends WHERE event_id = ? AND step = ? AND state = 'sending'"
        self._db.execute(sql, [event_id, step])

    def sent(self, event_id: int, step: str, message_ids: Sequence[int], now: float, end: bool) -> None:
        """Commit that a step's messages are in the chat, and with the last step the end of the event."""
        with self._db.atomic():
            sql = "UPDATE sends SET state = 'sent', message_ids = ? WHERE event_id = ? AND step = ?"
            self._db.execute(sql, [json.dumps(list(message_ids)), event_id, step])
            if end:
                self.end(event_id, "done", now)

    def lose(self, event_id: int, step: str, now: float) -> None:
        """Nobody knows whether the step's message arrived: it is counted and never sent again."""
        with self._db.atomic():
            sql = "UPDATE sends SET state = 'unanswered' WHERE event_id = ? AND step = ?"
            self._db.execute(sql, [event_id, step])
            if not step.startswith("album"):
                self.end(event_id, "unanswered", now, "the reply of Telegram was lost")

    def message_ids(self, event_id: int, step: str) -> list[int] | None:
        """What a step sent; None where it has not been sent for sure."""
        sql = "SELECT message_ids FROM sends WHERE event_id = ? AND step = ? AND state = 'sent'"
        found = self._db.execute(sql, [event_id, step]).fetchone()
        return None if found is None else json.loads(found[0])

    def cut(self, event_id: int) -> list[str]:
        """The steps of an event whose sending was cut."""
        sql = "SELECT step FROM sends WHERE event_id = ? AND state = 'unanswered' ORDER BY step"
        return [row[0] for row in self._db.execute(sql, [event_id])]

    def recover(self, now: float) -> int:
        """At start: whatever was being sent when the program ended is counted, not repeated. How many."""
        with self._db.atomic():
            cut = self._db.execute("UPDATE sends SET state = 'unanswered' WHERE state = 'sending'").rowcount
            self._db.execute(
                """UPDATE events SET state = 'unanswered', reason = 'cut by the end of the program', ended_at = ?
                   WHERE state = 'waiting' AND id IN (
                       SELECT event_id FROM sends WHERE state = 'unanswered' AND step NOT LIKE 'album%')""",
                [now],
            )
            sql = "UPDATE inbox SET state = 'unanswered', body = '' WHERE state = 'sending'"
            return cut + self._db.execute(sql).rowcount
