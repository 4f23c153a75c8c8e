"""What `/stats` counts in one chat."""

from dataclasses import dataclass

from sqlite_utils import Database

SERVICE = (136817688, 1087968824, 777000)
"""Under these ids Telegram sends what a channel, an anonymous admin or the linked channel has sent; only the name tells
whose it is (Bot API, Message.sender_chat: `from` is "a fake sender user")."""


@dataclass(frozen=True, slots=True)
class PersonCount:
    """Photos of a person, by the last name that they had."""

    name: str
    photos: int


@dataclass(frozen=True, slots=True)
class ChatStats:
    """`resent` of the photos were in the chat before; `months` are year, month (UTC) and photos, those with any;
    `people` the first few of `senders`, those with the most photos."""

    photos: int
    resent: int
    first_at: float
    months: tuple[tuple[int, int, int], ...]
    senders: int
    people: tuple[PersonCount, ...]


class Stats:
    """Reads only. Who has opted out is not named, also while their photos are still being deleted."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, chat_id: int, people: int) -> ChatStats:
        """The figures of a chat, with so many people by name."""
        sql = "SELECT count(*), coalesce(min(sent_at), 0) FROM photos WHERE chat_id = ?"
        photos, first_at = self._db.execute(sql, [chat_id]).fetchone()
        senders = self._people(chat_id)
        months = self._months(chat_id)
        return ChatStats(photos, self._resent(chat_id), first_at, months, len(senders), tuple(senders[:people]))

    def _resent(self, chat_id: int) -> int:
        """Photos whose very file was there before: Telegram knows it by the same `file_unique_id`."""
        sql = "SELECT count(*) - count(DISTINCT file_unique_id) FROM photos WHERE chat_id = ?"
        return int(self._db.execute(sql, [chat_id]).fetchone()[0])

    def _months(self, chat_id: int) -> tuple[tuple[int, int, int], ...]:
        sql = """SELECT strftime('%Y', sent_at, 'unixepoch'), strftime('%m', sent_at, 'unixepoch'), count(*)
                 FROM photos WHERE chat_id = ? GROUP BY 1, 2 ORDER BY 1, 2"""
        return tuple((int(year), int(month), count) for year, month, count in self._db.execute(sql, [chat_id]))

    def _people(self, chat_id: int) -> list[PersonCount]:
        # The bare column comes from the row that has the maximum (sqlite.org/lang_select.html, "bare columns").
        rows = self._db.execute(
            f"""SELECT p.sender_name, count(*), max(p.sent_at) FROM photos p WHERE p.chat_id = :chat
                AND NOT EXISTS (SELECT 1 FROM opted_out o WHERE o.chat_id = :chat AND o.user_id = p.sender_id)
                GROUP BY CASE WHEN p.sender_id IS NULL OR p.sender_id IN {SERVICE} THEN p.sender_name
                              ELSE p.sender_id END
                ORDER BY count(*) DESC, p.sender_name""",
            {"chat": chat_id},
        )
        return [PersonCount(row[0], row[1]) for row in rows]
