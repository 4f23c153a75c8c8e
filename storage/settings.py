"""What the admins of each chat have set. Values are JSON; what they mean is not known here."""

import json
from collections.abc import Mapping

from sqlite_utils import Database

from storage.errors import one_sentence

WHOLE_CHAT = 0
"""The thread id under which a chat's own settings are kept; Telegram's own ids of topics begin with 1 (General)."""
GENERAL = 1

IS_OFF = f"""(SELECT value FROM chat_settings WHERE chat_id = :chat AND thread_id IN (:thread, {WHOLE_CHAT})
              AND name = 'mode' ORDER BY thread_id DESC LIMIT 1) IS '"off"'"""
"""The one setting that the store itself obeys: whether new photos of a topic are not to be stored."""

Value = str | int | bool | None


class Settings:
    """One row a value: of a chat, or of one topic of it, where it overrides the chat's."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, chat_id: int, thread_id: int = WHOLE_CHAT) -> dict[str, Value]:
        """What is set for a topic, or for the whole chat; a topic without a value of its own has the chat's."""
        sql = """SELECT name, value FROM chat_settings WHERE chat_id = ? AND thread_id IN (?, ?)
                 ORDER BY thread_id = ? DESC"""
        rows = self._db.execute(sql, [chat_id, WHOLE_CHAT, thread_id, WHOLE_CHAT])
        return {row[0]: json.loads(row[1]) for row in rows}

    def names(self, chat_id: int, thread_id: int) -> frozenset[str]:
        """What is set for a topic itself, or for the whole chat itself."""
        sql = "SELECT name FROM chat_settings WHERE chat_id = ? AND thread_id = ?"
        return frozenset(str(row[0]) for row in self._db.execute(sql, [chat_id, thread_id]))

    def put(self, chat_id: int, thread_id: int, values: Mapping[str, Value]) -> None:
        """Set values in one transaction; None takes a value back to what stands above it."""
        with one_sentence("The settings could not be stored"), self._db.atomic():
            for name, value in values.items():
                self._put(chat_id, thread_id, name, value)

    def drop(self, chat_id: int, thread_id: int) -> None:
        """Let go of all that is set for a topic itself."""
        with one_sentence("The settings could not be stored"):
            sql = "DELETE FROM chat_settings WHERE chat_id = ? AND thread_id = ?"
            self._db.execute(sql, [chat_id, thread_id])

    def _put(self, chat_id: int, thread_id: int, name: str, value: Value) -> None:
        if value is None:
            sql = "DELETE FROM chat_settings WHERE chat_id = ? AND thread_id = ? AND name = ?"
            self._db.execute(sql, [chat_id, thread_id, name])
        else:
            sql = "INSERT OR REPLACE INTO chat_settings (chat_id, thread_id, name, value) VALUES (?, ?, ?, ?)"
            self._db.execute(sql, [chat_id, thread_id, name, json.dumps(value)])
