"""What answers have told, and the pairs of pictures of which people said that they are not the same."""

from collections.abc import Sequence

from sqlite_utils import Database

from storage.errors import one_sentence
from storage.rows import LineRow

UNDISMISSED = "What was said of these photos could not be stored"


class Dismissals:
    """A pair is one of files in a chat (`file_unique_id`), without direction; it goes when either file is forgotten."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def note(self, event_id: int, lines: Sequence[LineRow]) -> None:
        """Keep what the answer to an event is about to tell; what is forgotten at this moment is left out."""
        with self._db.atomic():
            self._db.execute("DELETE FROM answer_lines WHERE event_id = ?", [event_id])
            for line in lines:
                self._note(event_id, line)

    def _note(self, event_id: int, line: LineRow) -> None:
        values = [
            event_id, line.number, line.query_id, line.photo_id, line.tier, line.percent, line.again, int(line.later),
            line.place, event_id, line.query_id, line.photo_id,
        ]  # fmt: skip
        self._db.execute(
            """INSERT INTO answer_lines SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?
               WHERE EXISTS (SELECT 1 FROM events WHERE id = ?) AND EXISTS (SELECT 1 FROM photos WHERE id = ?)
               AND EXISTS (SELECT 1 FROM photos WHERE id = ?)""",
            values,
        )
        for photo_id in {line.photo_id, *line.copies}:
            self._db.execute(
                """INSERT INTO answer_copies SELECT l.event_id, l.number, p.id FROM answer_lines l, photos p
                   WHERE l.event_id = ? AND l.number = ? AND p.id = ?""",
                [event_id, line.number, photo_id],
            )

    def lines(self, event_id: int) -> list[LineRow]:
        """What the answer to an event tells now, without `copies`: not what was taken back, or forgotten."""
        sql = """SELECT number, query_id, photo_id, tier, percent, again, later, place FROM answer_lines
                 WHERE event_id = ? ORDER BY number"""
        rows = self._db.execute(sql, [event_id])
        return [LineRow(row[0], row[1], row[2], row[3], row[4], row[5], bool(row[6]), row[7]) for row in rows]

    def dismiss(self, event_id: int, number: int, now: float) -> bool:
        """Say of one line that it is not the same, for good; False where the answer has no such line any more."""
        with one_sentence(UNDISMISSED), self._db.atomic():
            self._db.execute(
                """INSERT OR IGNORE INTO not_same
                   SELECT q.chat_id, min(q.file_unique_id, p.file_unique_id), max(q.file_unique_id, p.file_unique_id), ?
                   FROM answer_lines l JOIN photos q ON q.id = l.query_id
                   JOIN answer_copies c ON c.event_id = l.event_id AND c.number = l.number
                   JOIN photos p ON p.id = c.photo_id AND p.chat_id = q.chat_id
                   WHERE l.event_id = ? AND l.number = ?""",
                [now, event_id, number],
            )
            sql = "DELETE FROM answer_lines WHERE event_id = ? AND number = ?"
            return self._db.execute(sql, [event_id, number]).rowcount == 1

    def take_place(self, event_id: int, number: int, place: int) -> None:
        """The picture of a line has moved into another message of its answer."""
        sql = "UPDATE answer_lines SET place = ? WHERE event_id = ? AND number = ?"
        self._db.execute(sql, [place, event_id, number])

    def of(self, chat_id: int, file: str) -> set[str]:
        """The files that are not the same as this one, in a chat."""
        sql = """SELECT file_b FROM not_same WHERE chat_id = ? AND file_a = ? UNION
                 SELECT file_a FROM not_same WHERE chat_id = ? AND file_b = ?"""
        return {row[0] for row in self._db.execute(sql, [chat_id, file, chat_id, file])}


def files_of(db: Database, photo_ids: Sequence[int]) -> list[tuple[int, str]]:
    """Chat and file of some photos, each once."""
    marks = ", ".join("?" for _ in photo_ids)
    rows = db.execute(f"SELECT DISTINCT chat_id, file_unique_id FROM photos WHERE id IN ({marks})", photo_ids)
    return [(int(row[0]), str(row[1])) for row in rows]


def drop_lines(db: Database, photo_id: int) -> None:
    """A photo has another picture now: what answers told of the old one can't be taken back any more."""
    db.execute("DELETE FROM answer_copies WHERE photo_id = ?", [photo_id])
    db.execute("DELETE FROM answer_lines WHERE photo_id = ? OR query_id = ?", [photo_id, photo_id])


def drop_unknown(db: Database, files: Sequence[tuple[int, str]]) -> None:
    """Let go of pairs with a file that its chat does not remember any more. Inside the transaction of a deletion."""
    for chat_id, file in files:
        db.execute(
            """DELETE FROM not_same WHERE chat_id = :chat AND (file_a = :file OR file_b = :file)
               AND NOT EXISTS (SELECT 1 FROM photos p WHERE p.chat_id = :chat AND p.file_unique_id = :file)""",
            {"chat": chat_id, "file": file},
        )
