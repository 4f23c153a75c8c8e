"""What the bot has posted: where the messages of its answers are, so that they can be deleted again."""

import json
from typing import Any

from sqlite_utils import Database

from storage.rows import SentRow

_COLUMNS = """s.event_id, s.step, s.chat_id, s.message_ids, s.at, e.asker_id, e.kind, e.state = 'waiting'
              FROM sends s JOIN events e ON e.id = s.event_id WHERE s.state = 'sent'"""


class Sends:
    """One row a call that has sent something; an answer may be several. Times in Unix seconds."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def holding(self, chat_id: int, message_id: int) -> SentRow | None:
        """The send that put this message into this chat."""
        where = "AND s.chat_id = ? AND EXISTS (SELECT 1 FROM json_each(s.message_ids) WHERE value = ?)"
        found = self._db.execute(f"SELECT {_COLUMNS} {where}", [chat_id, message_id]).fetchone()
        return None if found is None else _sent(found)

    def last(self, chat_id: int, thread_id: int | None, since: float) -> SentRow | None:
        """The last send into a topic of a chat (None: outside all topics); a log has no topics."""
        where = """AND s.chat_id = ? AND s.at >= ? AND s.message_ids != '[]'
                   AND (CASE WHEN e.chat_id = s.chat_id THEN e.thread_id END) IS ? ORDER BY s.at DESC, s.rowid DESC"""
        found = self._db.execute(f"SELECT {_COLUMNS} {where} LIMIT 1", [chat_id, since, thread_id]).fetchone()
        return None if found is None else _sent(found)

    def of_event(self, event_id: int, chat_id: int) -> list[SentRow]:
        """All that one event has put into a chat, in order."""
        where = "AND s.event_id = ? AND s.chat_id = ? ORDER BY s.at, s.rowid"
        return [_sent(row) for row in self._db.execute(f"SELECT {_COLUMNS} {where}", [event_id, chat_id])]

    def deleted(self, event_id: int, step: str) -> None:
        """These messages are gone from the chat; the step stays, so that it is never sent again."""
        sql = "UPDATE sends SET state = 'deleted', message_ids = '[]' WHERE event_id = ? AND step = ?"
        self._db.execute(sql, [event_id, step])


def _sent(row: Any) -> SentRow:
    return SentRow(row[0], row[1], row[2], tuple(json.loads(row[3])), row[4], row[5], row[6], bool(row[7]))
