"""What a deletion takes with it in the store, and what it leaves."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from storage import forgetting
from storage.photos import Embedded
from storage.rows import ChatRow, NewAlbum, NewEvent, NewPhoto, Size
from storage.store import Store

GROUP, OTHER = ChatRow(-1001, "supergroup", "Hikers"), ChatRow(-1002, "supergroup", "Cooks")
NOW = 1_700_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "lookback.db")
    yield made
    made.close()


def remember(store: Store, number: int, chat: ChatRow = GROUP, **more: Any) -> int | None:
    """Take the turn of a photo with this message id."""
    file_id = f"file-{chat.id}-{number}"
    new = NewPhoto(
        chat=chat, message_id=number, thread_id=None, sender_id=7, sender_name="Ann", sent_at=NOW + number, caption="",
        media_group_id=None, is_document=False, file_id=file_id, file_unique_id=f"unique-{number}", file_size=10,
        width=4, height=3, thumb_file_id=None, sizes=(Size(file_id, 4, 3, 10),), spoiler=False, answerable=True,
    )  # fmt: skip
    update_id = store.db.execute("SELECT coalesce(max(update_id), 0) + 1 FROM (SELECT update_id FROM inbox UNION "
                                 "SELECT update_id FROM inbox_done)").fetchone()[0]  # fmt: skip
    store.inbox.accept(update_id, chat.id, "{}", NOW)
    photo_id = store.remember(replace(new, **more), update_id, "model", NOW + number, 0, 60)
    for pending in store.photos.claim(NOW + 1e6, 10, [], []):
        store.photos.embedded([Embedded(pending, "0" * 16, np.array([0.6, 0.8], np.float32))], "model")
    return photo_id


def clustering(store: Store, *albums: list[int]) -> None:
    asked = NewEvent(GROUP, "cluster", 99, None, 7, None, "{}", NOW)
    event = store.events.get(store.events.ask(asked, GROUP.id, NOW, 60))
    assert event is not None
    made = [NewAlbum(tuple(photo_ids), 0.9) for photo_ids in albums]
    store.clusterings.keep(event, "model", len(albums), sum(map(len, albums)), 0, made, NOW)


def count(store: Store, table: str) -> int:
    return int(store.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_a_photo_goes_with_its_vector_its_event_and_its_place_and_albums_shrink(store: Store) -> None:
    ids = [remember(store, number) for number in range(1, 6)]
    first, second, third, fourth, fifth = (photo_id or 0 for photo_id in ids)
    clustering(store, [first, second, third], [fourth, fifth])
    big = store.clusterings.albums(1)[0]
    store.clusterings.posted(big.id, 2)
    assert store.forgetting.message(GROUP.id, 2, None, NOW) == 1
    assert [(a.size, a.posted) for a in store.clusterings.albums(1)] == [(2, 1), (2, 0)]
    assert store.clusterings.photos(big.id, 1, 10) == [third]
    assert store.forgetting.message(GROUP.id, 4, None, NOW) + store.forgetting.message(GROUP.id, 5, None, NOW) == 2
    assert [a.number for a in store.clusterings.albums(1)] == [1]
    for number in (1, 3):
        store.forgetting.message(GROUP.id, number, None, NOW)
    tables = ("photos", "embeddings", "albums", "album_photos", "clusterings")
    assert {table: count(store, table) for table in tables} == dict.fromkeys(tables, 0)
    assert [row[0] for row in store.db.execute("SELECT kind FROM events")] == ["cluster"]


def test_what_is_forgotten_while_the_albums_are_made_is_in_none_of_them(store: Store) -> None:
    first, second = (remember(store, number) or 0 for number in (1, 2))
    store.forgetting.message(GROUP.id, 2, None, NOW)
    clustering(store, [first, second], [second])
    assert [(a.number, a.size) for a in store.clusterings.albums(1)] == [(1, 1)]


def test_the_same_file_in_another_chat_keeps_its_vector(store: Store) -> None:
    remember(store, 1)
    remember(store, 1, OTHER)
    store.forgetting.message(GROUP.id, 1, None, NOW)
    assert [row[0] for row in store.db.execute("SELECT chat_id FROM photos")] == [OTHER.id]
    assert count(store, "embeddings") == 1


def test_a_forgotten_message_or_album_is_not_taken_up_again(store: Store) -> None:
    remember(store, 1)
    remember(store, 2, media_group_id="album")
    assert store.forgetting.message(GROUP.id, 1, None, NOW) == 1
    assert store.forgetting.message(GROUP.id, 2, "album", NOW) == 1
    assert [remember(store, number) for number in (1, 2)] == [None, None]
    assert remember(store, 3, media_group_id="album") is None  # a member that came late
    assert remember(store, 4, media_group_id="another") is not None
    assert remember(store, 1, OTHER) is not None
    assert store.db.execute("SELECT count(*) FROM inbox").fetchone() == (0,)


def test_an_opted_out_person_is_so_in_one_chat_and_also_after_its_migration(store: Store) -> None:
    group = ChatRow(-5, "group", "Hikers")
    remember(store, 1, group)
    store.forgetting.opt_out(group, 7, NOW)
    store.chats.migrate(group, GROUP, NOW)
    assert [remember(store, 2, chat) for chat in (group, GROUP)] == [None, None]
    assert remember(store, 2, OTHER) is not None
    assert store.forgetting.opt_in(GROUP.id, 7)
    assert not store.forgetting.opt_in(GROUP.id, 7)
    assert remember(store, 3) is not None


def test_long_deletions_are_made_of_bounded_steps(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "STEP", 2)
    for number in range(1, 6):
        remember(store, number)
    until = store.forgetting.begin_chat(GROUP.id, NOW + 6)
    after = remember(store, 7)
    assert [store.forgetting.step_of_chat(GROUP.id, until) for _ in range(4)] == [2, 2, 1, 0]
    assert [row[0] for row in store.db.execute("SELECT id FROM photos")] == [after]
    assert remember(store, 3) is None  # sent before everything was forgotten


def test_only_what_is_older_goes_by_age(store: Store) -> None:
    for number in (1, 2, 3):
        remember(store, number)
    assert [store.forgetting.step_older(NOW + 3) for _ in range(2)] == [2, 0]
    assert [row[0] for row in store.db.execute("SELECT message_id FROM photos")] == [3]


def test_a_chat_that_was_left_goes_after_the_grace_whole_and_keeps_what_it_has_before(store: Store) -> None:
    remember(store, 1)
    remember(store, 1, OTHER)
    store.forgetting.opt_out(GROUP, 8, NOW)
    store.chats.left(GROUP, NOW)
    assert store.forgetting.step_left(NOW) == 0
    store.chats.returned(GROUP.id)
    assert store.forgetting.step_left(NOW + 1) == 0
    store.chats.left(GROUP, NOW)
    assert [store.forgetting.step_left(NOW + 1) for _ in range(3)] == [1, 1, 0]
    assert [row[0] for row in store.db.execute("SELECT id FROM chats")] == [OTHER.id]
    assert [row[0] for row in store.db.execute("SELECT chat_id FROM photos")] == [OTHER.id]
    assert store.forgetting.is_opted_out(GROUP.id, 8)


def test_a_reader_of_the_log_puts_its_emptying_off(store: Store) -> None:
    remember(store, 1)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM photos").fetchall()
        store.forgetting.message(GROUP.id, 1, None, NOW)
        assert not store.forgetting.empty_log()
        reader.execute("COMMIT")
    assert store.forgetting.empty_log()
    assert Path(f"{store.path}-wal").stat().st_size == 0
    assert store.db.execute("PRAGMA busy_timeout").fetchone() == (10_000,)


def test_a_chat_that_an_older_version_saw_the_bot_leave_has_its_grace_before_it(tmp_path: Path) -> None:
    made = Store(tmp_path / "lookback.db")
    made.chats.left(GROUP, NOW)
    for sql in (
        "DROP INDEX photos_by_sender", "DROP INDEX photos_by_age", "DROP INDEX events_by_photo",
        "DROP INDEX events_by_chat", "DROP TABLE opted_out", "DROP TABLE forgotten", "DROP TABLE confirmations",
        "ALTER TABLE chats DROP COLUMN left_at", "ALTER TABLE chats DROP COLUMN forgotten_until",
        "DELETE FROM _sqlite_migrations WHERE name = 'm003_forgetting'",
    ):  # fmt: skip
        made.db.execute(sql)
    made.close()
    with closing(Store(tmp_path / "lookback.db")) as upgraded:
        assert upgraded.db.execute("SELECT abs(left_at - strftime('%s', 'now')) < 60 FROM chats").fetchone() == (1,)


def test_who_is_not_to_be_remembered_has_no_open_question_left_and_others_keep_theirs(store: Store) -> None:
    for chat_id, asker in ((GROUP.id, 7), (GROUP.id, 8), (OTHER.id, 7)):
        store.forgetting.ask(chat_id, asker, NOW)
    store.forgetting.opt_out(GROUP, 7, NOW)
    left = store.db.execute("SELECT chat_id, asker_id FROM confirmations").fetchall()
    assert [tuple(row) for row in left] == [(GROUP.id, 8), (OTHER.id, 7)]
