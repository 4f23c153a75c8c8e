"""Forgetting: photos go with all that hangs on them, in steps; what is not to be remembered is refused."""

from collections.abc import Sequence

from sqlite_utils import Database

from storage.chats import Chats
from storage.dismissals import drop_unknown, files_of
from storage.errors import one_sentence
from storage.rows import ChatRow, ConfirmationRow, NewPhoto
from storage.settings import GENERAL, IS_OFF

STEP = 200
"""Photos that one transaction forgets at most, so that the store's thread is soon free for others."""
LOG_PATIENCE = 100
"""Milliseconds to wait for readers of the write-ahead log (a backup) before it is left for later."""

UNFORGOTTEN = "What was to be forgotten could not be deleted"


class Forgetting:
    """Every deletion is in steps of at most `STEP` photos; a step that returns 0 was the last."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._chats = Chats(db)

    def refuses(self, new: NewPhoto, chat_id: int) -> bool:
        """Whether a photo must not be stored: its sender has opted out, its message was forgotten before, or new ones
        are not remembered where it was sent.

        Args:
            chat_id: under which the photo would be remembered (a supergroup's after a migration).
        """
        found = self._db.execute(
            f"""SELECT EXISTS (SELECT 1 FROM opted_out WHERE chat_id = :chat AND user_id = :sender)
                   OR EXISTS (SELECT 1 FROM forgotten WHERE origin_chat_id = :origin AND message_id = :message)
                   OR EXISTS (SELECT 1 FROM forgotten WHERE origin_chat_id = :origin AND media_group_id = :album)
                   OR EXISTS (SELECT 1 FROM chats WHERE id = :chat AND forgotten_until > :sent)
                   OR {IS_OFF} AND NOT EXISTS (
                       SELECT 1 FROM photos WHERE origin_chat_id = :origin AND message_id = :message)""",
            {
                "chat": chat_id, "sender": new.sender_id, "origin": new.chat.id, "message": new.message_id,
                "album": new.media_group_id, "sent": new.sent_at, "thread": new.thread_id or GENERAL,
            },
        ).fetchone()  # fmt: skip
        return bool(found[0])

    def refuses_now(self, new: NewPhoto) -> bool:
        """The same, for whoever asks about a photo outside a turn."""
        return self.refuses(new, self._chats.now_called(new.chat.id))

    def opt_out(self, chat: ChatRow, user_id: int, now: float) -> None:
        """Store nothing more of this person here, and not who asked what."""
        with one_sentence(UNFORGOTTEN), self._db.atomic():
            chat_id = self._chats.now_called(chat.id)
            self._db.execute("INSERT OR IGNORE INTO opted_out VALUES (?, ?, ?)", [chat_id, user_id, now])
            sql = "UPDATE events SET request = '{}' WHERE chat_id = ? AND asker_id = ? AND kind = 'find'"
            self._db.execute(sql, [chat_id, user_id])  # the words that were looked for
            self._db.execute("UPDATE events SET asker_id = NULL WHERE chat_id = ? AND asker_id = ?", [chat_id, user_id])
            self._drop_log(chat_id, user_id)
            sql = "DELETE FROM confirmations WHERE chat_id = ? AND asker_id = ?"
            self._db.execute(sql, [chat_id, user_id])  # what they have not confirmed yet
            self._empty_letters(chat_id)

    def _drop_log(self, chat_id: int, user_id: int) -> None:
        """A log stands on the word of the person who chose it; without them it ends."""
        sql = """DELETE FROM chat_settings WHERE chat_id = :chat AND name IN ('log_chat', 'log_setter') AND EXISTS (
                     SELECT 1 FROM chat_settings WHERE chat_id = :chat AND name = 'log_setter' AND value = :user)"""
        self._db.execute(sql, {"chat": chat_id, "user": str(user_id)})

    def opt_in(self, chat_id: int, user_id: int) -> bool:
        """Take the wish back; False where there was none."""
        sql = "DELETE FROM opted_out WHERE chat_id = ? AND user_id = ?"
        return self._db.execute(sql, [self._chats.now_called(chat_id), user_id]).rowcount > 0

    def is_opted_out(self, chat_id: int, user_id: int) -> bool:
        """Whether a person is not to be remembered here."""
        sql = "SELECT 1 FROM opted_out WHERE chat_id = ? AND user_id = ?"
        return self._db.execute(sql, [self._chats.now_called(chat_id), user_id]).fetchone() is not None

    def message(self, chat_id: int, message_id: int, media_group_id: str | None, now: float) -> int:
        """Forget the photo of a message, or its whole album, and never take it up again; how many photos went."""
        with one_sentence(UNFORGOTTEN), self._db.atomic():
            values = [chat_id, message_id, media_group_id, now]
            self._db.execute("INSERT OR REPLACE INTO forgotten VALUES (?, ?, ?, ?)", values)
            self._empty_letters(self._chats.now_called(chat_id))
            where = "origin_chat_id = ? AND (message_id = ? OR media_group_id = ?)"
            # Telegram's albums have 10 photos at most: one step.
            return self._forget(where, [chat_id, message_id, media_group_id])

    def step_of_person(self, chat_id: int, user_id: int) -> int:
        """Forget some of a person's photos in a chat; how many."""
        with one_sentence(UNFORGOTTEN), self._db.atomic():
            return self._forget("chat_id = ? AND sender_id = ?", [self._chats.now_called(chat_id), user_id])

    def begin_chat(self, chat_id: int, now: float) -> int:
        """Say that all of a chat goes that was sent before now: its albums first; the last photo's id."""
        with one_sentence(UNFORGOTTEN), self._db.atomic():
            chat_id = self._chats.now_called(chat_id)
            # Telegram's dates are whole seconds: what was sent in the second of the button counts as sent after it.
            self._db.execute("UPDATE chats SET forgotten_until = ? WHERE id = ?", [float(int(now)), chat_id])
            self._db.execute("DELETE FROM clusterings WHERE chat_id = ?", [chat_id])
            self._empty_letters(chat_id)
            self._db.execute("UPDATE events SET request = '{}' WHERE chat_id = ? AND kind = 'find'", [chat_id])
            found = self._db.execute("SELECT max(id) FROM photos WHERE chat_id = ?", [chat_id]).fetchone()
            return int(found[0] or 0)

    def step_of_chat(self, chat_id: int, until: int) -> int:
        """Forget some of a chat's photos, up to the id `until`; how many."""
        with one_sentence(UNFORGOTTEN), self._db.atomic():
            return self._forget("chat_id = ? AND id <= ?", [self._chats.now_called(chat_id), until])

    def step_older(self, than: float) -> int:
        """Forget some of the photos, of whatever chat, that were sent before a moment; how many. Last the questions."""
        with one_sentence(UNFORGOTTEN), self._db.atomic():
            return self._forget("sent_at < ?", [than]) or self._forget_questions(than)

    def _forget_questions(self, before: float) -> int:
        """Who asked what so long ago, and what was in updates whose turn went wrong."""
        ended = "state IN ('failed', 'unanswered')"
        self._db.execute(f"UPDATE inbox SET body = '' WHERE received_at < ? AND {ended}", [before])
        alone = "NOT EXISTS (SELECT 1 FROM photos p WHERE p.event_id = events.id)"
        self._db.execute(f"DELETE FROM events WHERE sent_at < ? AND state != 'waiting' AND {alone}", [before])
        return 0

    def step_left(self, before: float) -> int:
        """Forget some of a chat that the bot has been out of since before a moment, at last its row; 0 at the end.

        Opt-outs stay: should the bot come back, the wish still holds.
        """
        with one_sentence(UNFORGOTTEN), self._db.atomic():
            sql = "SELECT id FROM chats WHERE state = 'left' AND left_at < ? ORDER BY left_at LIMIT 1"
            found = self._db.execute(sql, [before]).fetchone()
            if found is None:
                return 0
            self._db.execute("DELETE FROM clusterings WHERE chat_id = ?", [found[0]])
            return self._forget("chat_id = ?", [found[0]]) or self._forget_chat(int(found[0]))

    def _forget_chat(self, chat_id: int) -> int:
        """The chat itself, once its photos are gone."""
        ids = self._names_of(chat_id)
        for table, column in (
            ("events", "chat_id"), ("confirmations", "chat_id"), ("forgotten", "origin_chat_id"),
            ("chat_settings", "chat_id"), ("not_same", "chat_id"), ("chats", "id"),
        ):  # fmt: skip
            self._db.execute(f"DELETE FROM {table} WHERE {column} IN ({_marks(ids)})", ids)
        sql = f"DELETE FROM chat_settings WHERE name = 'log_chat' AND value IN ({_marks(ids)})"
        self._db.execute(sql, [str(one) for one in ids])  # of the chats whose log it was
        # A queued update stays: it may be the one that says that the bot is back.
        self._db.execute(f"DELETE FROM inbox WHERE chat_id IN ({_marks(ids)}) AND state != 'queued'", ids)
        return 1

    def _names_of(self, chat_id: int) -> list[int]:
        """A chat's id, and those that it had before it became a supergroup."""
        rows = self._db.execute("SELECT id FROM chats WHERE id = ? OR migrated_to = ?", [chat_id, chat_id])
        return [int(row[0]) for row in rows]

    def _empty_letters(self, chat_id: int) -> None:
        """Updates whose turn went wrong are only counted: what was in them has no more use."""
        ids = self._names_of(chat_id)
        sql = f"UPDATE inbox SET body = '' WHERE chat_id IN ({_marks(ids)}) AND state IN ('failed', 'unanswered')"
        self._db.execute(sql, ids)

    def _forget(self, where: str, values: Sequence[object]) -> int:
        rows = self._db.execute(f"SELECT id FROM photos WHERE {where} LIMIT {STEP}", values)
        ids = [int(row[0]) for row in rows]
        if ids:
            self._shrink_albums(ids)
            self._delete(ids)
        return len(ids)

    def _delete(self, ids: Sequence[int]) -> None:
        """The rows, with their vectors and places in albums (by reference), and the events that were about them."""
        marks = _marks(ids)
        sql = f"SELECT DISTINCT event_id FROM photos WHERE id IN ({marks}) AND event_id IS NOT NULL"
        events = [row[0] for row in self._db.execute(sql, ids)]
        files = files_of(self._db, ids)
        self._db.execute(f"DELETE FROM photos WHERE id IN ({marks})", ids)
        drop_unknown(self._db, files)
        self._db.execute(f"DELETE FROM events WHERE photo_id IN ({marks})", ids)
        alone = "NOT EXISTS (SELECT 1 FROM photos p WHERE p.event_id = events.id)"
        self._db.execute(f"DELETE FROM events WHERE id IN ({_marks(events)}) AND {alone}", events)

    def _shrink_albums(self, ids: Sequence[int]) -> None:
        """Take photos out of the sizes of albums, and out of what was posted; albums and clusterings go when empty."""
        marks = _marks(ids)
        losses = self._db.execute(
            f"""SELECT count(*), sum(place <= posted), album_id FROM (
                    SELECT p.album_id, p.photo_id, a.posted,
                           row_number() OVER (PARTITION BY p.album_id ORDER BY p.rank) AS place
                    FROM album_photos p JOIN albums a ON a.id = p.album_id
                    WHERE p.album_id IN (SELECT album_id FROM album_photos WHERE photo_id IN ({marks})))
                WHERE photo_id IN ({marks}) GROUP BY album_id""",
            [*ids, *ids],
        ).fetchall()
        for loss in losses:
            # A word from captions goes as well: it may be of the caption that is forgotten.
            sql = "UPDATE albums SET size = size - ?, posted = posted - ?, word = '' WHERE id = ?"
            self._db.execute(sql, loss)
        self._drop_empty([loss[2] for loss in losses])

    def _drop_empty(self, albums: Sequence[int]) -> None:
        marks = _marks(albums)
        sql = f"SELECT DISTINCT clustering_id FROM albums WHERE id IN ({marks})"
        clusterings = [row[0] for row in self._db.execute(sql, albums)]
        self._db.execute(f"DELETE FROM albums WHERE id IN ({marks}) AND size <= 0", albums)
        bare = "NOT EXISTS (SELECT 1 FROM albums a WHERE a.clustering_id = clusterings.id)"
        self._db.execute(f"DELETE FROM clusterings WHERE id IN ({_marks(clusterings)}) AND {bare}", clusterings)

    def remembers(self, photo_ids: Sequence[int]) -> bool:
        """Whether all of these photos are still there."""
        sql = f"SELECT count(*) FROM photos WHERE id IN ({_marks(photo_ids)})"
        return bool(self._db.execute(sql, photo_ids).fetchone()[0] == len(set(photo_ids)))

    def ask(self, chat_id: int, asker_id: int | None, now: float) -> int:
        """Note that someone wants a whole chat forgotten, and has to confirm it; the id for the button."""
        sql = "INSERT INTO confirmations (chat_id, asker_id, asked_at) VALUES (?, ?, ?) RETURNING id"
        return int(self._db.execute(sql, [chat_id, asker_id, now]).fetchone()[0])

    def asked(self, confirmation_id: int) -> ConfirmationRow | None:
        """What a button is about; None where it was pressed before."""
        sql = "SELECT id, chat_id, asker_id, asked_at FROM confirmations WHERE id = ?"
        found = self._db.execute(sql, [confirmation_id]).fetchone()
        return None if found is None else ConfirmationRow(*found)

    def confirmed(self, confirmation_id: int) -> None:
        """A button has done what it is for, or is not wanted any more."""
        self._db.execute("DELETE FROM confirmations WHERE id = ?", [confirmation_id])

    def drop_confirmations(self, before: float) -> None:
        """Let go of the questions that nobody answered."""
        self._db.execute("DELETE FROM confirmations WHERE asked_at < ?", [before])

    def empty_log(self) -> bool:
        """Fold the write-ahead log into the file and empty it: deleted rows are still in it. False: someone reads."""
        patience = self._db.execute("PRAGMA busy_timeout").fetchone()[0]
        self._db.execute(f"PRAGMA busy_timeout = {LOG_PATIENCE}")
        try:
            with one_sentence("The write-ahead log could not be emptied"):
                return bool(self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {patience}")


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" for _ in values)
