"""What the bot has written to disk, read through a connection of its own, as at a SQL prompt."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.sandbox.telegram import Telegram

OPEN_WORK = """SELECT (SELECT count(*) FROM inbox WHERE state IN ('queued', 'sending'))
    + (SELECT count(*) FROM photos WHERE state = 'pending') + (SELECT count(*) FROM events WHERE state = 'waiting')"""


@dataclass(frozen=True, slots=True)
class Memory:
    """The database of the application that a test runs."""

    path: Path
    telegram: Telegram

    def ask(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Any question, in SQL."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(sql, values).fetchall()

    def change(self, sql: str, *values: object) -> None:
        """Change what is stored behind the application's back."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(sql, values)

    def value(self, sql: str, *values: object) -> Any:
        """The only value of the only row."""
        ((found,),) = self.ask(sql, *values)
        return found

    def photo(self, message: dict[str, Any]) -> sqlite3.Row:
        """The row of the photo that a message brought."""
        sql = "SELECT * FROM photos WHERE origin_chat_id = ? AND message_id = ?"
        (row,) = self.ask(sql, message["chat"]["id"], message["message_id"])
        return row

    def vector(self, message: dict[str, Any]) -> NDArray[np.float32]:
        """The embedding (d,) of the photo that a message brought."""
        blob = self.value("SELECT vector FROM embeddings WHERE photo_id = ?", self.photo(message)["id"])
        return np.frombuffer(blob, "<f4")

    def states(self, kind: str = "photo") -> list[str]:
        """How the events of a kind ended, in the order in which they came."""
        return [row["state"] for row in self.ask("SELECT state FROM events WHERE kind = ? ORDER BY id", kind)]

    async def settled(self, timeout: float = 10.0) -> None:
        """Wait until every update is confirmed, every turn taken, every photo looked at, every event ended."""
        await self.telegram.wait_for(self._is_settled, timeout)

    def _is_settled(self) -> bool:
        return self.telegram.updates.unconfirmed() == 0 and self.value(OPEN_WORK) == 0

    def bytes_on_disk(self) -> bytes:
        """The database with its write-ahead log, and whatever else lies beside it."""
        return b"".join(file.read_bytes() for file in sorted(self.path.parent.iterdir()) if file.is_file())
