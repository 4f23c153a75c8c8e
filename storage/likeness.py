"""What decides whether two photos show the same picture: their files, and their fingerprints."""

from collections.abc import Sequence

from sqlite_utils import Database

from storage.rows import Look

_COLUMNS = "p.id, p.file_unique_id, p.fingerprint, p.sent_at, p.message_id"
_ORDER = "ORDER BY p.sent_at, p.origin_chat_id, p.message_id"


class Likeness:
    """Reads of one chat, earliest photo first."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def looks(self, chat_id: int, photo_ids: Sequence[int]) -> list[Look]:
        """The looks of these photos, as far as they are of this chat."""
        sql = f"SELECT {_COLUMNS} FROM photos p WHERE p.chat_id = ? AND p.id IN ({_marks(photo_ids)}) {_ORDER}"
        return [Look(*row) for row in self._db.execute(sql, [chat_id, *photo_ids])]

    def earlier_copies(self, chat_id: int, files: Sequence[str], own: Sequence[int], leeway: float = 0.0) -> list[Look]:
        """The chat's photos with one of these files, sent before the first of `own`, whatever state they are in.

        Args:
            leeway: seconds; as in `Photos.earlier`.
        """
        first = f"FROM photos o WHERE o.id IN ({_marks(own)}) ORDER BY o.sent_at, o.message_id LIMIT 1"
        where = f"""AND (p.sent_at, p.message_id) < (SELECT o.sent_at, o.message_id {first})
                    AND NOT (SELECT o.sender_id IS p.sender_id AND o.sender_name = p.sender_name
                             AND p.sent_at > o.sent_at - ? {first})"""
        return self._copies(chat_id, files, own, where, [*own, leeway, *own])

    def other_copies(self, chat_id: int, files: Sequence[str], own: Sequence[int]) -> list[Look]:
        """The chat's photos with one of these files, but `own`."""
        return self._copies(chat_id, files, own, "", [])

    def _copies(
        self, chat_id: int, files: Sequence[str], own: Sequence[int], where: str, values: Sequence[object]
    ) -> list[Look]:
        rows = self._db.execute(
            f"""SELECT {_COLUMNS} FROM photos p WHERE p.chat_id = ? AND p.file_unique_id IN ({_marks(files)})
                AND p.id NOT IN ({_marks(own)}) {where} {_ORDER}""",
            [chat_id, *files, *own, *values],
        )
        return [Look(*row) for row in rows]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" for _ in values)
