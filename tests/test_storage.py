"""The store: each behaviour on a database in memory, or on a file where a file matters."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import clusterings
from storage.errors import NewerDatabase, StoreError
from storage.photos import MAX_CLAIMS, Embedded
from storage.rows import ChatRow, NewAlbum, NewEvent, NewPhoto, Size
from storage.store import Store
from storage.vectors import from_blobs, to_blob

GROUP = ChatRow(-1001, "supergroup", "Hikers")
OTHER = ChatRow(-1002, "supergroup", "Cooks")
NOW = 1_000_000.0


@pytest.fixture
def store() -> Iterator[Store]:
    opened = Store(":memory:")
    yield opened
    opened.close()


def photo(
    message_id: int, *, chat: ChatRow = GROUP, unique: str | None = None, sent_at: float = NOW, **more: object
) -> NewPhoto:
    unique = unique or f"u{chat.id}:{message_id}"
    new = NewPhoto(
        chat=chat, message_id=message_id, thread_id=None, sender_id=1, sender_name="Ann", sent_at=sent_at, caption="",
        media_group_id=None, is_document=False, file_id=f"f{unique}", file_unique_id=unique, file_size=10, width=4,
        height=3, thumb_file_id="t", sizes=(Size("s", 4, 3, 10),), spoiler=False, answerable=True,
    )  # fmt: skip
    return replace(new, **more)  # type: ignore[arg-type]


class Turns:
    """Takes turns with update ids that count up."""

    def __init__(self, store: Store) -> None:
        self.store, self.next_id = store, 1

    def accept(self) -> int:
        self.next_id += 1
        assert self.store.inbox.accept(self.next_id, GROUP.id, "{}", NOW)
        return self.next_id

    def remember(self, new: NewPhoto, *, model: str = "m", now: float = NOW, fresh: float = 120) -> int:
        found = self.store.remember(new, self.accept(), model, now, 1.5, fresh)
        assert found is not None
        return found


@pytest.fixture
def turns(store: Store) -> Turns:
    return Turns(store)


def embed(store: Store, *, model: str = "m", vector: tuple[float, ...] = (1, 0)) -> int:
    claimed = store.photos.claim(NOW, 100, [], [])
    store.photos.embedded([Embedded(one, "00" * 8, np.array(vector, np.float32)) for one in claimed], model)
    return len(claimed)


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    return list(store.db.execute(sql))


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=64).filter(lambda v: np.linalg.norm(v) > 1e-3))
def test_a_vector_survives_the_blob(values: list[float]) -> None:
    vector = np.array(values, np.float32)
    vector /= np.linalg.norm(vector)
    assert np.array_equal(from_blobs([to_blob(vector)])[0], vector)


def test_a_blob_is_little_endian_float32() -> None:
    assert to_blob(np.array([1, 0], np.float32)) == b"\x00\x00\x80\x3f\x00\x00\x00\x00"


@pytest.mark.parametrize("bad", [[np.nan, 0], [2, 0], [0, 0], [[1, 0]]])
def test_what_is_no_unit_vector_is_refused(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="unit length"):
        to_blob(np.array(bad, np.float32))


def test_an_update_is_accepted_once_and_remembered_for_48_hours_after_it_is_done(store: Store) -> None:
    assert store.inbox.accept(7, 1, "{}", NOW)
    assert not store.inbox.accept(7, 1, "{}", NOW)
    store.inbox.finish(7, NOW)
    assert not store.inbox.accept(7, 1, "{}", NOW)
    store.inbox.forget_done(NOW + 47 * 3600)
    assert not store.inbox.accept(7, 1, "{}", NOW)
    store.inbox.forget_done(NOW + 49 * 3600)
    assert store.inbox.accept(7, 1, "{}", NOW)


def test_rows_go_out_in_order_of_arrival_not_of_update_id(store: Store) -> None:
    for update_id in (900, 5, 70):
        store.inbox.accept(update_id, 1, "{}", NOW)
    assert [row.update_id for row in store.inbox.queued(0, 10)] == [900, 5, 70]


def test_a_turn_stores_the_photo_and_ends_the_row_in_one_transaction(store: Store, turns: Turns) -> None:
    turns.remember(photo(1))
    assert rows(store, "SELECT count(*) FROM inbox") == [(0,)]
    assert rows(store, "SELECT state, message_id FROM photos") == [("pending", 1)]


def test_a_turn_taken_twice_stores_one_photo(store: Store, turns: Turns) -> None:
    update_id = turns.accept()
    assert store.remember(photo(1), update_id, "m", NOW, 1.5, 120) is not None
    assert store.remember(photo(1), update_id, "m", NOW, 1.5, 120) is None
    assert rows(store, "SELECT count(*) FROM photos") == [(1,)]


def test_a_known_file_copies_its_vector_in_another_chat_too(store: Store, turns: Turns) -> None:
    turns.remember(photo(1, unique="same"))
    embed(store, vector=(0, 1))
    again = turns.remember(photo(9, chat=OTHER, unique="same"))
    assert store.photos.vectors_of([again], "m").tolist() == [[0, 1]]
    assert store.photos.claim(NOW, 10, [], []) == []


def test_a_vector_of_another_model_is_not_copied_and_not_searched(store: Store, turns: Turns) -> None:
    turns.remember(photo(1, unique="same"))
    embed(store, model="old")
    turns.remember(photo(2, unique="same"), model="new")
    assert [one.file_unique_id for one in store.photos.claim(NOW, 10, [], [])] == ["same"]
    assert len(store.photos.all(GROUP.id, "new").ids) == 0
    assert len(store.photos.all(GROUP.id, "old").ids) == 1


def test_pending_twins_get_their_vector_with_the_first(store: Store, turns: Turns) -> None:
    first, twin = turns.remember(photo(1, unique="same")), turns.remember(photo(2, unique="same"))
    claimed = store.photos.claim(NOW, 1, [], [])
    store.photos.embedded([Embedded(claimed[0], "00" * 8, np.array([1, 0], np.float32))], "m")
    assert len(store.photos.vectors_of([first, twin], "m")) == 2


def test_another_caption_keeps_the_vector_and_another_picture_drops_it(store: Store, turns: Turns) -> None:
    kept = turns.remember(photo(1))
    embed(store)
    assert turns.remember(photo(1, caption="new words")) == kept
    assert rows(store, "SELECT caption, state FROM photos") == [("new words", "ready")]
    turns.remember(photo(1, unique="other"))
    assert rows(store, "SELECT file_unique_id, state FROM photos") == [("other", "pending")]
    assert rows(store, "SELECT count(*) FROM embeddings") == [(0,)]


def test_an_edit_while_the_old_picture_is_embedded_does_not_get_its_vector(store: Store, turns: Turns) -> None:
    turns.remember(photo(1, unique="old"))
    claimed = store.photos.claim(NOW, 1, [], [])
    turns.remember(photo(1, unique="new"))
    store.photos.embedded([Embedded(claimed[0], "00" * 8, np.array([1, 0], np.float32))], "m")
    assert rows(store, "SELECT state FROM photos") == [("pending",)]
    assert rows(store, "SELECT count(*) FROM embeddings") == [(0,)]


def test_earlier_means_a_smaller_date_and_message_id_whatever_was_embedded_first(store: Store, turns: Turns) -> None:
    late = turns.remember(photo(5, sent_at=NOW + 5))
    early = turns.remember(photo(3, sent_at=NOW + 3))
    same_second = turns.remember(photo(4, sent_at=NOW + 5))
    embed(store)
    assert store.photos.earlier(GROUP.id, "m", [late]).ids.tolist() == [early, same_second]
    assert store.photos.earlier(GROUP.id, "m", [early]).ids.tolist() == []


def test_nothing_crosses_chats(store: Store, turns: Turns) -> None:
    mine = turns.remember(photo(1))
    theirs = turns.remember(photo(1, chat=OTHER))
    embed(store)
    assert store.photos.all(GROUP.id, "m").ids.tolist() == [mine]
    assert store.photos.shown(GROUP.id, [theirs]) == []


def test_an_album_is_one_event_whose_wait_starts_again_with_each_arrival(store: Store, turns: Turns) -> None:
    for at, message_id in enumerate((12, 11, 13)):
        turns.remember(photo(message_id, media_group_id="g"), now=NOW + at)
    embed(store)
    assert store.events.due(NOW + 3.4, 10, ["photo"], []) == []
    (event,) = store.events.due(NOW + 3.5, 10, ["photo"], [])
    assert event.message_id == 11
    assert len(store.photos.of_event(event.id)) == 3


def test_an_event_waits_for_its_photos_and_for_the_chats_earlier_ones(store: Store, turns: Turns) -> None:
    turns.remember(photo(1))
    turns.remember(photo(2))
    first, second = store.photos.claim(NOW, 2, [], [])
    done = [Embedded(second, "00" * 8, np.array([1, 0], np.float32))]
    store.photos.embedded(done, "m")
    assert store.events.due(NOW, 10, ["photo"], []) == []
    store.photos.failed(first, "unreadable")
    assert [event.message_id for event in store.events.due(NOW, 10, ["photo"], [])] == [1, 2]


def test_a_photo_whose_download_is_put_off_holds_nobody_up(store: Store, turns: Turns) -> None:
    stuck = turns.remember(photo(1))
    turns.remember(photo(2))
    store.photos.postpone(stuck, NOW + 60, "no connection")
    embed(store)
    assert [event.message_id for event in store.events.due(NOW, 10, ["photo"], [])] == [2]


def test_an_old_photo_is_remembered_and_stale(store: Store, turns: Turns) -> None:
    turns.remember(photo(1, sent_at=NOW - 121))
    assert rows(store, "SELECT state FROM events") == [("stale",)]


def test_an_intent_is_taken_once_released_and_lost(store: Store, turns: Turns) -> None:
    turns.remember(photo(1))
    embed(store)
    (event,) = store.events.due(NOW, 1, ["photo"], [])
    assert store.events.begin(event.id, "answer", GROUP.id, NOW)
    assert not store.events.begin(event.id, "answer", GROUP.id, NOW)
    store.events.release(event.id, "answer")
    assert store.events.begin(event.id, "answer", GROUP.id, NOW)
    store.events.lose(event.id, "answer", NOW)
    assert not store.events.begin(event.id, "answer", GROUP.id, NOW)
    assert store.chats.counts(GROUP.id, "m").unanswered == 1
    assert store.events.due(NOW, 1, ["photo"], []) == []


def test_what_was_being_sent_when_the_program_ended_is_counted_and_not_due_again(store: Store, turns: Turns) -> None:
    turns.remember(photo(1))
    embed(store)
    (event,) = store.events.due(NOW, 1, ["photo"], [])
    store.events.begin(event.id, "answer", GROUP.id, NOW)
    store.inbox.mark(turns.accept(), "sending")
    assert store.events.recover(NOW) == 2
    assert store.events.due(NOW, 1, ["photo"], []) == []
    assert store.inbox.queued(0, 10) == []
    assert store.chats.counts(GROUP.id, "m").unanswered == 2


def test_a_cut_album_of_a_clustering_leaves_the_clustering_to_go_on(store: Store, turns: Turns) -> None:
    question = NewEvent(GROUP, "cluster", 1, None, 1, None, "{}", NOW)
    event_id = store.ask(question, None, turns.accept(), "m", NOW, 120)
    assert event_id is not None
    store.events.begin(event_id, "album:1", GROUP.id, NOW)
    store.events.recover(NOW)
    assert [event.id for event in store.events.due(NOW, 1, ["cluster"], [])] == [event_id]
    assert store.events.cut(event_id) == ["album:1"]


def test_a_question_about_a_photo_from_before_remembers_it_without_an_answer_of_its_own(
    store: Store, turns: Turns
) -> None:
    question = NewEvent(GROUP, "similar", 9, None, 1, None, "{}", NOW)
    store.ask(question, photo(3, sent_at=NOW - 9999), turns.accept(), "m", NOW, 120)
    embed(store)
    assert [event.kind for event in store.events.due(NOW, 9, ["photo", "similar"], [])] == ["similar"]


def test_migration_moves_all_once_whichever_chat_says_it_first(store: Store, turns: Turns) -> None:
    old, new = ChatRow(-5, "group", "Hikers"), ChatRow(-1005, "supergroup", "Hikers")
    turns.remember(photo(1, chat=old))
    assert store.migrate(old, new, turns.accept(), NOW)
    assert not store.migrate(old, new, turns.accept(), NOW)
    late = turns.remember(photo(2, chat=old))
    turns.remember(photo(1, chat=new, sent_at=NOW + 9))
    embed(store)
    assert rows(store, "SELECT DISTINCT chat_id FROM photos") == [(new.id,)]
    (shown,) = store.photos.shown(new.id, [late])
    assert (shown.chat_id, shown.origin_chat_id) == (new.id, old.id)
    (event, *_) = store.events.due(NOW, 9, ["photo"], [])
    assert event.reply_to is None


def test_a_failed_migration_of_a_chat_changes_nothing(store: Store, turns: Turns) -> None:
    old, new = ChatRow(-5, "group", "Hikers"), ChatRow(-1005, "supergroup", "Hikers")
    turns.remember(photo(1, chat=old))
    store.db.execute("CREATE TRIGGER refuse BEFORE UPDATE OF chat_id ON events BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(sqlite3.IntegrityError):
        store.migrate(old, new, turns.accept(), NOW)
    assert rows(store, "SELECT chat_id FROM photos") == [(old.id,)]


def test_removed_from_a_chat_its_waiting_answers_are_stale(store: Store, turns: Turns) -> None:
    turns.remember(photo(1))
    store.leave(GROUP, turns.accept(), NOW)
    assert rows(store, "SELECT state FROM events") == [("stale",)]
    assert rows(store, "SELECT state FROM chats") == [("left",)]
    turns.remember(photo(2))
    assert rows(store, "SELECT state FROM chats") == [("member",)]


def test_a_photo_that_ends_the_program_again_and_again_is_given_up(store: Store, turns: Turns) -> None:
    turns.remember(photo(1))
    for _ in range(MAX_CLAIMS - 1):
        store.photos.claim(NOW, 1, [], [])
    assert store.photos.give_up_killers() == 0
    store.photos.claim(NOW, 1, [], [])
    assert store.photos.give_up_killers() == 1


def test_the_last_clustering_replaces_the_one_before_whose_albums_rest(store: Store, turns: Turns) -> None:
    photos = [turns.remember(photo(n)) for n in (1, 2, 3)]
    event_id = store.ask(NewEvent(GROUP, "cluster", 9, None, 1, None, "{}", NOW), None, turns.accept(), "m", NOW, 120)
    assert event_id is not None
    event = store.events.get(event_id)
    assert event is not None
    for albums in ([NewAlbum((photos[0],), 1.0)], [NewAlbum((photos[2], photos[1]), 0.9)]):
        kept = store.clusterings.keep(event, "m", 2, 3, 1, albums, NOW)
    (album,) = store.clusterings.albums(kept)
    assert store.clusterings.photos(album.id, 0, 10) == [photos[2], photos[1]]
    assert store.clusterings.photos(album.id, 1, 10) == [photos[1]]
    assert rows(store, "SELECT number, size, missed FROM albums ORDER BY number") == [(1, 1, 1), (2, 2, 0)]
    assert rows(store, "SELECT count(*) FROM album_photos") == [(3,)]


def sort(store: Store, turns: Turns, *albums: NewAlbum) -> list[tuple[int, int, str, int]]:
    """Keep these albums as a new clustering; id, number, given name and sortings missed of all that there are then."""
    event_id = store.ask(NewEvent(GROUP, "cluster", 9, None, 1, None, "{}", NOW), None, turns.accept(), "m", NOW, 120)
    event = store.events.get(event_id or 0)
    assert event is not None
    store.clusterings.keep(event, "m", 2, 3, 1, albums, NOW)
    return rows(store, "SELECT id, number, given_name, missed FROM albums ORDER BY number")


def test_albums_that_go_on_keep_number_and_given_name_and_others_rest_for_three_sortings(
    store: Store, turns: Turns
) -> None:
    first, second, third = (turns.remember(photo(n)) for n in (1, 2, 3))
    two = sort(store, turns, NewAlbum((first,), 1.0), NewAlbum((second,), 1.0))[1]
    assert store.clusterings.rename(GROUP.id, 2, "Hikes") == ""
    assert store.clusterings.rename(OTHER.id, 1, "Hikes") is store.clusterings.rename(GROUP.id, 3, "Hikes") is None
    for missed in (1, 2, 3):
        found = sort(store, turns, NewAlbum((second, third), 0.9, continues=two[0]))
        two = found[1]
        assert [row[1:] for row in found] == [(1, "", missed), (2, "Hikes", 0)]
        assert [album.photo_ids for album in store.clusterings.earlier(GROUP.id)] == [(first,), (second, third)]
        last = store.clusterings.last(GROUP.id)
        assert [album.number for album in store.clusterings.albums(last.id if last else 0)] == [2]
    found = sort(store, turns, NewAlbum((third,), 0.9), NewAlbum((first,), 0.9, continues=-5))
    assert [row[1:] for row in found] == [(1, "", 0), (2, "Hikes", 1), (3, "", 0)]  # 1 is free again
    for _ in range(4):
        found = sort(store, turns)
    assert [row[1:] for row in found] == [(2, "Hikes", 5)]
    assert [row[1:] for row in sort(store, turns, NewAlbum((second,), 0.9, continues=found[0][0]))] == [(2, "Hikes", 0)]
    assert rows(store, "PRAGMA foreign_key_check") == []


def test_only_so_many_albums_rest_and_those_with_names_first(
    store: Store, turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusterings, "MOST_RESTING", 2)
    photos = [turns.remember(photo(n)) for n in range(1, 5)]
    sort(store, turns, *(NewAlbum((photo_id,), 1.0) for photo_id in photos))
    store.clusterings.rename(GROUP.id, 4, "Hikes")
    assert [row[1:] for row in sort(store, turns)] == [(1, "", 1), (4, "Hikes", 1)]


def test_a_newer_database_is_refused_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "lookback.db"
    opened = Store(path)
    opened.db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('lookback', 'm999', '')"
    )
    opened.close()
    with pytest.raises(NewerDatabase, match=r"newer Lookback .*LOOKBACK_DATABASE"):
        Store(path)


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "lookback.db"
    path.write_bytes(b"not a database, only some text that is long enough to be read as a header" * 10)
    with pytest.raises(StoreError, match="can't be opened"):
        Store(path)


def test_a_file_is_write_ahead_logged_synced_and_guarded(tmp_path: Path) -> None:
    opened = Store(tmp_path / "lookback.db")
    found = {
        name: opened.db.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    opened.close()


def test_a_backup_of_an_open_database_is_whole_and_never_overwrites(tmp_path: Path) -> None:
    opened = Store(tmp_path / "lookback.db")
    Turns(opened).remember(photo(1))
    opened.backup(tmp_path / "copy.db")
    opened.close()
    copy = Store(tmp_path / "copy.db")
    assert copy.check() == []
    assert rows(copy, "SELECT message_id FROM photos") == [(1,)]
    with pytest.raises(StoreError, match="exists already"):
        copy.backup(tmp_path / "lookback.db")
    copy.close()


def test_the_schema_is_pleasant_at_a_plain_prompt(store: Store) -> None:
    tables = {"chats", "inbox", "photos", "embeddings", "events", "sends", "clusterings", "albums", "album_photos"}
    assert tables <= set(store.db.table_names())
    assert {"chat_id", "message_id", "file_unique_id", "sent_at"} <= set(store.db["photos"].columns_dict)
    assert store.db["embeddings"].foreign_keys[0].other_table == "photos"
