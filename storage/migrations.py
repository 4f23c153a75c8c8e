"""The schema, as steps. A step that has been released is never edited: the next change is a new step.

Times are Unix seconds (UTC). `chat_id` is the chat in which a photo is remembered today; `origin_chat_id` with
`message_id` is where it was sent: a group that became a supergroup numbers its messages anew.
"""

from sqlite_utils import Database, Migrations

migrations = Migrations("lookback")


@migrations()
def m001_create_tables(db: Database) -> None:
    """Chats, the update inbox, events with what was sent for them, photos with their embeddings, albums."""
    db.executescript(
        """
        CREATE TABLE chats (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,               -- Telegram's Chat.type
            title TEXT NOT NULL,
            state TEXT NOT NULL,              -- member, left, migrated
            migrated_to INTEGER,
            last_update_at REAL
        );
        CREATE TABLE inbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            update_id INTEGER NOT NULL UNIQUE,
            chat_id INTEGER,
            body TEXT NOT NULL,               -- the update, as Telegram sent it (JSON)
            state TEXT NOT NULL,              -- queued, sending, unanswered, failed
            reason TEXT,
            received_at REAL NOT NULL
        );
        CREATE INDEX inbox_by_state ON inbox (state, id);
        CREATE TABLE inbox_done (
            update_id INTEGER PRIMARY KEY,
            done_at REAL NOT NULL
        );
        CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id),
            kind TEXT NOT NULL,               -- photo, similar, cluster, album
            state TEXT NOT NULL,              -- waiting, done, silent, stale, unanswered, failed
            message_id INTEGER NOT NULL,      -- what the answer replies to
            origin_chat_id INTEGER NOT NULL,
            thread_id INTEGER,
            asker_id INTEGER,
            media_group_id TEXT,
            photo_id INTEGER,                 -- the photo that is asked about
            request TEXT NOT NULL,            -- JSON: what was asked, and how far a long answer has come
            sent_at REAL NOT NULL,
            due_at REAL NOT NULL,
            reason TEXT,
            ended_at REAL
        );
        CREATE INDEX events_by_state ON events (state, due_at);
        CREATE UNIQUE INDEX events_by_media_group ON events (origin_chat_id, media_group_id)
            WHERE media_group_id IS NOT NULL AND kind = 'photo';
        CREATE TABLE sends (
            event_id INTEGER NOT NULL REFERENCES events(id) ON DELETE CASCADE,
            step TEXT NOT NULL,
            state TEXT NOT NULL,              -- sending, sent, unanswered
            message_ids TEXT NOT NULL,        -- JSON list, once Telegram has told them
            at REAL NOT NULL,
            PRIMARY KEY (event_id, step)
        );
        CREATE INDEX sends_by_state ON sends (state);
        CREATE TABLE photos (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id),
            origin_chat_id INTEGER NOT NULL,
            message_id INTEGER NOT NULL,
            thread_id INTEGER,
            sender_id INTEGER,
            sender_name TEXT NOT NULL,
            sent_at REAL NOT NULL,
            caption TEXT NOT NULL,
            media_group_id TEXT,
            event_id INTEGER REFERENCES events(id),
            is_document INTEGER NOT NULL,
            file_id TEXT NOT NULL,
            file_unique_id TEXT NOT NULL,
            file_size INTEGER NOT NULL,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            thumb_file_id TEXT,
            sizes TEXT NOT NULL,              -- JSON: [[file_id, width, height, bytes], ...]
            spoiler INTEGER NOT NULL,
            perceptual_hash TEXT,             -- 64 bits, 16 hex digits
            state TEXT NOT NULL,              -- pending, ready, failed
            reason TEXT,
            claims INTEGER NOT NULL DEFAULT 0,
            due_at REAL NOT NULL DEFAULT 0,   -- when a failed download is tried again
            UNIQUE (origin_chat_id, message_id)
        );
        CREATE INDEX photos_by_chat ON photos (chat_id, sent_at, message_id);
        CREATE INDEX photos_by_file ON photos (file_unique_id);
        CREATE INDEX photos_by_event ON photos (event_id);
        CREATE INDEX photos_pending ON photos (id, due_at) WHERE state = 'pending';
        CREATE INDEX photos_pending_by_chat ON photos (chat_id, id) WHERE state = 'pending';
        CREATE TABLE embeddings (
            photo_id INTEGER NOT NULL REFERENCES photos(id) ON DELETE CASCADE,
            model TEXT NOT NULL,
            vector BLOB NOT NULL,             -- little-endian float32, unit length
            PRIMARY KEY (photo_id, model)
        );
        CREATE TABLE clusterings (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL UNIQUE REFERENCES chats(id),
            event_id INTEGER NOT NULL,
            model TEXT NOT NULL,
            k INTEGER NOT NULL,
            photos INTEGER NOT NULL,
            leftover INTEGER NOT NULL,
            made_at REAL NOT NULL
        );
        CREATE TABLE albums (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            clustering_id INTEGER NOT NULL REFERENCES clusterings(id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            name TEXT NOT NULL,
            size INTEGER NOT NULL,
            tightness REAL NOT NULL,
            posted INTEGER NOT NULL DEFAULT 0, -- how many of its photos have been posted so far
            UNIQUE (clustering_id, number)
        );
        CREATE TABLE album_photos (
            album_id INTEGER NOT NULL REFERENCES albums(id) ON DELETE CASCADE,
            rank INTEGER NOT NULL,            -- 1 is nearest to the centroid
            photo_id INTEGER NOT NULL REFERENCES photos(id) ON DELETE CASCADE,
            PRIMARY KEY (album_id, rank)
        );
        CREATE INDEX album_photos_by_photo ON album_photos (photo_id);
        """
    )


@migrations()
def m003_forgetting(db: Database) -> None:
    """Who and what is not to be remembered, since when the bot is out of a chat, and what waits for a button.

    Statement by statement: a script would commit the transaction that a step runs in.
    """
    for statement in (
        "ALTER TABLE chats ADD COLUMN left_at REAL",  # the grace of a chat that was left earlier begins now
        "UPDATE chats SET left_at = strftime('%s', 'now') + 0.0 WHERE state = 'left'",
        "ALTER TABLE chats ADD COLUMN forgotten_until REAL",  # photos sent before are not taken up again
        """CREATE TABLE opted_out (
               chat_id INTEGER NOT NULL,     -- no reference: a wish outlives the chat's row
               user_id INTEGER NOT NULL,
               since REAL NOT NULL,
               PRIMARY KEY (chat_id, user_id)
           )""",
        """CREATE TABLE forgotten (          -- messages, not photos: an edit must not bring one back
               origin_chat_id INTEGER NOT NULL,
               message_id INTEGER NOT NULL,
               media_group_id TEXT,
               at REAL NOT NULL,
               PRIMARY KEY (origin_chat_id, message_id)
           )""",
        """CREATE INDEX forgotten_by_media_group ON forgotten (origin_chat_id, media_group_id)
               WHERE media_group_id IS NOT NULL""",
        """CREATE TABLE confirmations (      -- /forget all, until its button is pressed
               id INTEGER PRIMARY KEY AUTOINCREMENT,
               chat_id INTEGER NOT NULL,
               asker_id INTEGER,             -- NULL: an admin who wrote in the group's name
               asked_at REAL NOT NULL
           )""",
        "CREATE INDEX photos_by_sender ON photos (chat_id, sender_id)",
        "CREATE INDEX photos_by_age ON photos (sent_at)",
        "CREATE INDEX events_by_photo ON events (photo_id) WHERE photo_id IS NOT NULL",
        "CREATE INDEX events_by_chat ON events (chat_id)",
    ):
        db.execute(statement)


@migrations()
def m004_chat_settings(db: Database) -> None:
    """What admins set for a chat, or for one topic of it."""
    db.execute(
        """CREATE TABLE chat_settings (
               chat_id INTEGER NOT NULL,     -- no reference: a chat may be set up before its first photo
               thread_id INTEGER NOT NULL,   -- 0: the whole chat; 1: the General topic
               name TEXT NOT NULL,
               value TEXT NOT NULL,          -- JSON
               PRIMARY KEY (chat_id, thread_id, name)
           )"""
    )


@migrations()
def m005_where_answers_are(db: Database) -> None:
    """In which chat the messages of a send are: ids count anew in a supergroup, and a log is another chat."""
    for statement in (
        "ALTER TABLE sends ADD COLUMN chat_id INTEGER",
        """UPDATE sends SET chat_id = (
               SELECT e.chat_id FROM events e WHERE e.id = sends.event_id AND e.chat_id = e.origin_chat_id)""",
        "CREATE INDEX sends_by_chat ON sends (chat_id, at)",
    ):
        db.execute(statement)


@migrations()
def m006_muted(db: Database) -> None:
    """Photos that are never matched again in their chat."""
    db.execute("ALTER TABLE photos ADD COLUMN muted INTEGER NOT NULL DEFAULT 0")
    db.execute("CREATE INDEX photos_muted ON photos (chat_id, file_unique_id) WHERE muted = 1")


@migrations()
def m007_albums_stay(db: Database) -> None:
    """Names that people gave, and albums that rest until a sorting finds them again. `albums.name` is the topic."""
    for statement in (
        "ALTER TABLE albums ADD COLUMN given_name TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE albums ADD COLUMN word TEXT NOT NULL DEFAULT ''",  # from captions of its photos
        "ALTER TABLE albums ADD COLUMN missed INTEGER NOT NULL DEFAULT 0",  # sortings since it rests
    ):
        db.execute(statement)


@migrations()
def m008_fingerprints(db: Database) -> None:
    """What tells copies and edits of a picture from what is only alike; the 64-bit hash is too coarse for that."""
    db.execute("ALTER TABLE photos ADD COLUMN fingerprint BLOB")  # NULL: looked at before there was one


@migrations()
def m009_askers(db: Database) -> None:
    """In which chats a person has asked something."""
    db.execute("CREATE INDEX events_by_asker ON events (chat_id, asker_id) WHERE asker_id IS NOT NULL")


@migrations()
def m010_word_vectors(db: Database) -> None:
    """The vocabulary that albums are named with, as a model sees it: made once, as that takes a while."""
    db.execute(
        """CREATE TABLE word_vectors (
               model TEXT PRIMARY KEY,
               digest TEXT NOT NULL,         -- of the texts that were embedded
               vectors BLOB NOT NULL         -- little-endian float32, one row after the other, unit length
           )"""
    )


@migrations()
def m011_not_same(db: Database) -> None:
    """What answers have told, line by line, so that a line can be taken back; and the pairs that are not the same."""
    for statement in (
        """CREATE TABLE answer_lines (
               event_id INTEGER NOT NULL REFERENCES events(id) ON DELETE CASCADE,
               number INTEGER NOT NULL,      -- as it stands before the line, from 1
               query_id INTEGER NOT NULL REFERENCES photos(id) ON DELETE CASCADE,
               photo_id INTEGER NOT NULL REFERENCES photos(id) ON DELETE CASCADE,
               tier INTEGER NOT NULL,
               percent INTEGER NOT NULL,
               again INTEGER NOT NULL,
               later INTEGER NOT NULL,
               place INTEGER,                -- of its picture among the answer's messages, from 0; NULL: words alone
               PRIMARY KEY (event_id, number)
           )""",
        "CREATE INDEX answer_lines_by_query ON answer_lines (query_id)",
        "CREATE INDEX answer_lines_by_photo ON answer_lines (photo_id)",
        """CREATE TABLE answer_copies (      -- the photos that a line stands for, one of each file
               event_id INTEGER NOT NULL,
               number INTEGER NOT NULL,
               photo_id INTEGER NOT NULL REFERENCES photos(id) ON DELETE CASCADE,
               PRIMARY KEY (event_id, number, photo_id),
               FOREIGN KEY (event_id, number) REFERENCES answer_lines (event_id, number) ON DELETE CASCADE
           )""",
        "CREATE INDEX answer_copies_by_photo ON answer_copies (photo_id)",
        """CREATE TABLE not_same (           -- files (Telegram's file_unique_id), so that it holds for forwards, too
               chat_id INTEGER NOT NULL,
               file_a TEXT NOT NULL,         -- never above file_b
               file_b TEXT NOT NULL,
               at REAL NOT NULL,
               PRIMARY KEY (chat_id, file_a, file_b)
           )""",
        "CREATE INDEX not_same_by_b ON not_same (chat_id, file_b)",
    ):
        db.execute(statement)
