"""The chats: who they are, whether the bot is in them, and what becomes of them when they migrate."""

from sqlite_utils import Database

from storage.rows import ChatRow, Counts


class Chats:
    """One row a chat, made when the first thing of it is stored."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def seen(self, chat: ChatRow, now: float) -> int:
        """Insert or refresh a chat; the id under which its photos live (the supergroup's after a migration)."""
        sql = """INSERT INTO chats (id, kind, title, state, last_update_at) VALUES (?, ?, ?, 'member', ?)
                 ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, title = excluded.title,
                     last_update_at = excluded.last_update_at,
                     state = CASE state WHEN 'migrated' THEN state ELSE 'member' END, left_at = NULL"""
        self._db.execute(sql, [chat.id, chat.kind, chat.title, now])
        return self.now_called(chat.id)

    def now_called(self, chat_id: int) -> int:
        """The chat's present id: that of the supergroup that a group has become."""
        sql = "SELECT migrated_to FROM chats WHERE id = ? AND migrated_to IS NOT NULL"
        found = self._db.execute(sql, [chat_id]).fetchone()
        return chat_id if found is None else int(found[0])

    def title(self, chat_id: int) -> str:
        """What a chat was last called; empty where nothing of it is stored."""
        found = self._db.execute("SELECT title FROM chats WHERE id = ?", [chat_id]).fetchone()
        return "" if found is None else str(found[0])

    def left(self, chat: ChatRow, now: float) -> None:
        """The bot is out: what waits for an answer there is stale, and the grace begins."""
        with self._db.atomic():
            self.seen(chat, now)
            sql = "UPDATE chats SET state = 'left', left_at = ? WHERE id = ? AND state = 'member'"
            self._db.execute(sql, [now, chat.id])
            sql = "UPDATE events SET state = 'stale', reason = 'the bot was removed', ended_at = ? WHERE"
            self._db.execute(f"{sql} state = 'waiting' AND chat_id = ?", [now, chat.id])

    def returned(self, chat_id: int) -> None:
        """The bot is back: what it remembers of the chat is kept."""
        self._db.execute("UPDATE chats SET state = 'member', left_at = NULL WHERE id = ? AND state = 'left'", [chat_id])

    def migrate(self, old: ChatRow, new: ChatRow, now: float) -> bool:
        """Give everything of a group to the supergroup that it became; False where that was done before.

        Telegram says it twice, once in each chat (peers.md 2.5), and the two may come in either order.
        """
        with self._db.atomic():
            if self.now_called(old.id) == new.id:
                return False
            self.seen(old, now)
            self.seen(new, now)
            self._db.execute("UPDATE chats SET state = 'migrated', migrated_to = ? WHERE id = ?", [new.id, old.id])
            self._db.execute("DELETE FROM clusterings WHERE chat_id = ?", [new.id])
            for table in ("photos", "events", "clusterings", "confirmations"):
                self._db.execute(f"UPDATE {table} SET chat_id = ? WHERE chat_id = ?", [new.id, old.id])
            # What was set in the supergroup already is younger.
            self._db.execute("UPDATE OR IGNORE chat_settings SET chat_id = ? WHERE chat_id = ?", [new.id, old.id])
            sql = "UPDATE chat_settings SET value = ? WHERE name = 'log_chat' AND value = ?"
            self._db.execute(sql, [str(new.id), str(old.id)])
            self._db.execute("UPDATE OR IGNORE not_same SET chat_id = ? WHERE chat_id = ?", [new.id, old.id])
            self._db.execute("DELETE FROM not_same WHERE chat_id = ?", [old.id])
            self._take_wishes(old.id, new.id)
            return True

    def _take_wishes(self, old: int, new: int) -> None:
        """Who does not want to be remembered in the group does not in the supergroup."""
        sql = "INSERT OR IGNORE INTO opted_out SELECT ?, user_id, since FROM opted_out WHERE chat_id = ?"
        self._db.execute(sql, [new, old])
        self._db.execute("DELETE FROM opted_out WHERE chat_id = ?", [old])
        sql = "UPDATE chats SET forgotten_until = (SELECT forgotten_until FROM chats WHERE id = ?) WHERE id = ?"
        self._db.execute(sql, [old, new])

    def migrations(self) -> list[tuple[int, int]]:
        """Every group that became a supergroup: old id, new id."""
        sql = "SELECT id, migrated_to FROM chats WHERE migrated_to IS NOT NULL"
        return [(int(row[0]), int(row[1])) for row in self._db.execute(sql)]

    def counts(self, chat_id: int, model: str) -> Counts:
        """What `/status` says of a chat."""
        row = self._db.execute(
            """SELECT
                (SELECT count(*) FROM photos WHERE chat_id = :chat),
                (SELECT count(*) FROM photos p WHERE chat_id = :chat AND state = 'ready' AND NOT EXISTS (
                    SELECT 1 FROM embeddings e WHERE e.photo_id = p.id AND e.model = :model)),
                (SELECT count(*) FROM photos WHERE chat_id = :chat AND state = 'pending'),
                (SELECT count(*) FROM photos WHERE chat_id = :chat AND state = 'failed'),
                (SELECT count(DISTINCT file_unique_id) FROM photos WHERE chat_id = :chat AND muted = 1),
                (SELECT count(*) FROM sends s JOIN events e ON e.id = s.event_id
                    WHERE e.chat_id = :chat AND s.state = 'unanswered')
                + (SELECT count(*) FROM events e WHERE e.chat_id = :chat AND e.state = 'failed' AND NOT EXISTS (
                    SELECT 1 FROM sends s WHERE s.event_id = e.id AND s.state = 'unanswered'))
                + (SELECT count(*) FROM inbox WHERE chat_id = :chat AND state IN ('unanswered', 'failed')),
                (SELECT last_update_at FROM chats WHERE id = :chat)""",
            {"chat": chat_id, "model": model},
        ).fetchone()
        return Counts(*row)
