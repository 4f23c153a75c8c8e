"""The store: opens the file, brings its schema up to date, and makes the changes that touch several tables.

Synchronous, and of one thread: sqlite3 itself refuses a connection that another thread opened.
"""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from storage.background import Backgrounds
from storage.chats import Chats
from storage.clusterings import Clusterings
from storage.dismissals import Dismissals
from storage.errors import NewerDatabase, StoreError, one_sentence
from storage.events import Events
from storage.finding import Finding
from storage.forgetting import Forgetting
from storage.inbox import Inbox
from storage.likeness import Likeness
from storage.migrations import migrations
from storage.muting import Muting
from storage.overviews import Overviews
from storage.photos import Photos
from storage.rows import ChatRow, NewEvent, NewPhoto
from storage.sends import Sends
from storage.settings import Settings
from storage.stats import Stats
from storage.words import Words

__all__ = ["NewerDatabase", "Store", "StoreError"]

BUSY_TIMEOUT = 10.0
"""Seconds to wait for another process (a backup, Datasette) that holds the file."""

UNSTORED = "A chat's turn could not be stored"


class Store:
    """Everything Lookback remembers. `path` may be ":memory:"."""

    def __init__(self, path: Path | str) -> None:
        self.path = path
        self.db = _open(path)
        self.inbox = Inbox(self.db)
        self.chats = Chats(self.db)
        self.events = Events(self.db)
        self.sends = Sends(self.db)
        self.photos = Photos(self.db)
        self.likeness = Likeness(self.db)
        self.dismissals = Dismissals(self.db)
        self.clusterings = Clusterings(self.db)
        self.overviews = Overviews(self.db)
        self.stats = Stats(self.db)
        self.forgetting = Forgetting(self.db)
        self.finding = Finding(self.db)
        self.settings = Settings(self.db)
        self.words = Words(self.db)
        self.muting = Muting(self.db)
        self.backgrounds = Backgrounds(self.db)

    def close(self) -> None:
        """Close the file; the last connection folds the write-ahead log into it."""
        self.db.close()

    def remember(
        self, new: NewPhoto, update_id: int, model: str, now: float, album_wait: float, fresh: float
    ) -> int | None:
        """One chat's turn: the photo's row is there, pending or with a known vector, and the inbox row is gone.

        Args:
            model: id of the present model; a vector of it under the same `file_unique_id` is copied.
            album_wait: seconds after an album's last arrival until it counts as complete.
            fresh: seconds after which a photo is remembered but not answered.

        Returns:
            The photo's id, or None where this update's turn was taken before, or the photo is not to be remembered.
        """
        with one_sentence(UNSTORED), self.db.atomic():
            if not self.inbox.is_queued(update_id):
                return None
            photo_id = self._remember(new, model, now, album_wait, fresh)
            self.inbox.finish(update_id, now)
            return photo_id

    def _remember(self, new: NewPhoto, model: str, now: float, album_wait: float, fresh: float) -> int | None:
        chat_id = self.chats.seen(new.chat, now)
        if self.forgetting.refuses(new, chat_id):
            return None
        photo_id = self.photos.at(new.chat.id, new.message_id)
        if photo_id is not None:
            self.photos.replace(photo_id, new)
        else:
            event_id = self.events.for_photo(new, chat_id, now, album_wait, fresh)
            photo_id = self.photos.insert(new, chat_id, event_id)
        self.photos.copy_known(photo_id, new.file_unique_id, model)
        self.muting.inherit(photo_id)
        return photo_id

    def ask(
        self, question: NewEvent, about: NewPhoto | None, update_id: int, model: str, now: float, fresh: float
    ) -> int | None:
        """One chat's turn: a question to be answered by a job. `about` is a photo that may be new to us.

        Returns:
            The event's id, or None where this update's turn was taken before, or `about` is not to be remembered.
        """
        with one_sentence(UNSTORED), self.db.atomic():
            if not self.inbox.is_queued(update_id):
                return None
            chat_id = self.chats.seen(question.chat, now)
            if about is not None:
                photo_id = self.photos.at(about.chat.id, about.message_id) or self._remember(about, model, now, 0, 0)
                if photo_id is None:
                    self.inbox.finish(update_id, now)
                    return None
                question = _about(question, photo_id)
            event_id = self.events.ask(question, chat_id, now, fresh)
            self.inbox.finish(update_id, now)
            return event_id

    def mute(self, photo: NewPhoto, model: str, now: float) -> bool:
        """Mute a photo, which may be new to us; False where it is not to be remembered."""
        with one_sentence(UNSTORED), self.db.atomic():
            if self._remember(replace(photo, answerable=False), model, now, 0, 0) is None:
                return False
            self.muting.set(photo.chat.id, [photo.file_unique_id], muted=True)
            return True

    def migrate(self, old: ChatRow, new: ChatRow, update_id: int, now: float) -> bool:
        """One chat's turn: a group has become a supergroup. False where it was known."""
        with one_sentence(UNSTORED), self.db.atomic():
            done = self.chats.migrate(old, new, now)
            self.inbox.finish(update_id, now)
            return done

    def leave(self, chat: ChatRow, update_id: int, now: float) -> None:
        """One chat's turn: the bot has been removed."""
        with one_sentence(UNSTORED), self.db.atomic():
            self.chats.left(chat, now)
            self.inbox.finish(update_id, now)

    def disk(self) -> tuple[int, int]:
        """Bytes of the file with its write-ahead log, and bytes free on its disk; zeros in memory."""
        if self.path == ":memory:":
            return 0, 0
        files = (Path(f"{self.path}{suffix}") for suffix in ("", "-wal", "-shm"))
        used = sum(file.stat().st_size for file in files if file.exists())
        return used, shutil.disk_usage(Path(self.path).resolve().parent).free

    def check(self) -> list[str]:
        """What SQLite's own integrity check finds wrong; empty where all is well."""
        try:
            found = [str(row[0]) for row in self.db.execute("PRAGMA integrity_check")]
        except sqlite3.DatabaseError as error:
            return [str(error)]
        return [] if found == ["ok"] else found

    def backup(self, target: Path, progress: Callable[[int, int], None] | None = None) -> None:
        """Write a consistent copy while the bot runs (SQLite's online backup API), pages done and in all told.

        Raises:
            StoreError: the target exists, or can't be written.
        """
        if target.exists():
            raise StoreError(f"{target} exists already; name a file that does not.")
        told = (lambda _status, left, total: progress(total - left, total)) if progress else None
        try:
            with closing(sqlite3.connect(target)) as copy:
                self.db.conn.backup(copy, pages=1000, progress=told)
        except sqlite3.Error as error:
            raise StoreError(f"The backup to {target} failed: {error}.") from error


def _about(question: NewEvent, photo_id: int) -> NewEvent:
    return NewEvent(
        question.chat, question.kind, question.message_id, question.thread_id, question.asker_id, photo_id,
        question.request, question.sent_at,
    )  # fmt: skip


def _open(path: Path | str) -> Database:
    try:
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)
        return _prepare(Database(connection), path)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"The database {path} can't be opened: {error}.") from error


def _prepare(db: Database, path: Path | str) -> Database:
    # FULL: an update is acknowledged on the promise that it is on disk, also when the power fails.
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        db.conn.execute(f"PRAGMA {pragma}")
    known = {step.name for step in migrations._migrations}
    newer = [step.name for step in migrations.applied(db) if step.name not in known]
    if newer:
        db.close()
        raise NewerDatabase(
            f"The database {path} was written by a newer Lookback (it knows {newer[0]}): "
            "install that version, or name another file with LOOKBACK_DATABASE."
        )
    migrations.apply(db)
    return db
