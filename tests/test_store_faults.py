"""What goes wrong on the bot's own side: a full disk, a table that can't be written, a handler that raises."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from bot import inbox, jobs, texts
from bot.routes import App
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.conftest import Start, lookback
from tests.fakes import GREEN, RED, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO

SECRET = "/etc/disk0 is broken"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an error of the store has stopped is tried again after a moment."""
    monkeypatch.setattr(jobs, "RESTART", 0.2)
    monkeypatch.setattr(inbox, "PAUSE", 0.2)


@contextmanager
def broken(memory: Memory, *, change: str) -> Iterator[None]:
    """Let SQLite refuse a change ("UPDATE ON photos") to everyone."""
    execute(memory, f"CREATE TRIGGER broken BEFORE {change} BEGIN SELECT RAISE(FAIL, '{SECRET}'); END")
    yield
    execute(memory, "DROP TRIGGER broken")


def execute(memory: Memory, sql: str) -> None:
    with closing(sqlite3.connect(memory.path)) as connection:
        connection.execute(sql)
        connection.commit()


async def limit_disk(app: App, *, full: bool) -> None:
    """Let the database not grow by a page any more (SQLite then says SQLITE_FULL, as on a full disk), or let it."""
    photos = lookback(app).photos
    most = 1 if full else 2**31  # never less than what is taken already
    await photos.workers.store(photos.store.db.execute, f"PRAGMA max_page_count = {most}")


async def test_a_full_disk_leaves_the_updates_with_telegram_until_there_is_room(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    async with start() as app:
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        await limit_disk(app, full=True)
        sent = [telegram.send_photo(group, ann, picture((shade, 255, 0)), date=LONG_AGO) for shade in range(40)]
        await telegram.wait_for(lambda: "update could not be stored: database or disk is full" in caplog.text)
        assert telegram.updates.unconfirmed() > 0
        assert memory.value("SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM photos)") < 41
        await limit_disk(app, full=False)
        asked = telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    assert [memory.photo(photo)["state"] for photo in sent] == ["ready"] * 40
    assert memory.value("SELECT count(*) FROM photos") == 42
    assert memory.value("SELECT count(*) FROM inbox") == 0
    (answer,) = telegram.bot_messages(group)
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]


async def test_an_update_that_cannot_be_committed_is_not_confirmed_and_comes_again(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    async with start():
        await memory.settled()
        with broken(memory, change="INSERT ON inbox"):
            photo = telegram.send_photo(group, ann, picture(RED))
            await telegram.wait_for(lambda: "update could not be stored" in caplog.text)
            assert telegram.updates.unconfirmed() == 1
        await memory.settled()
    assert memory.photo(photo)["state"] == "ready"


async def test_an_inbox_that_cannot_be_read_for_a_while_is_read_afterwards(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    async with start():
        await memory.settled()
        execute(memory, "ALTER TABLE inbox RENAME TO hidden")
        telegram.send_text(group, ann, "words that nobody asked the bot to read")
        await telegram.wait_for(lambda: "the inbox can't be read" in caplog.text)
        execute(memory, "ALTER TABLE hidden RENAME TO inbox")
        photo = telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    assert memory.photo(photo)["state"] == "ready"


@pytest.mark.parametrize("change", ["UPDATE ON photos", "INSERT ON embeddings"])
async def test_an_error_of_the_store_while_indexing_ends_neither_the_bot_nor_the_photo(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, caplog: pytest.LogCaptureFixture,
    change: str,
) -> None:  # fmt: skip
    async with start():
        await memory.settled()
        with broken(memory, change=change):
            photo = telegram.send_photo(group, ann, picture(RED))
            await telegram.wait_for(lambda: "a background loop ended" in caplog.text)
            telegram.send_text(group, ann, "/help")
            await telegram.wait_for(lambda: telegram.bot_messages(group))
            assert memory.photo(photo)["state"] == "pending"
        await memory.settled()
    assert memory.photo(photo)["state"] == "ready"


async def test_an_answer_whose_result_cannot_be_committed_is_not_sent_again_and_counted_at_the_next_start(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        with broken(memory, change="UPDATE ON sends"):
            telegram.send_photo(group, ann, picture(RED))
            await telegram.wait_for(lambda: telegram.bot_messages(group))
            await memory.settled()
    async with start():
        telegram.send_text(group, ann, "/status")
        await memory.settled()
    assert len(telegram.called("sendPhoto")) == 1
    assert "1 unanswered" in telegram.bot_messages(group)[-1]["text"]


async def test_an_answer_whose_intent_cannot_be_committed_is_not_sent(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        with broken(memory, change="INSERT ON sends"):
            telegram.send_photo(group, ann, picture(RED))
            await memory.settled()
        telegram.send_photo(group, ann, picture(GREEN))
        await memory.settled()
        telegram.send_photo(group, ben, picture(GREEN))
        await memory.settled()
        telegram.send_text(group, ann, "/status")
        await memory.settled()
    assert len(telegram.called("sendPhoto")) == 1
    assert memory.states() == ["stale", "failed", "silent", "done"]
    assert "1 unanswered" in telegram.bot_messages(group)[-1]["text"]


async def test_a_command_whose_handler_raises_is_answered_with_one_polite_sentence(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    async with start():
        with broken(memory, change="INSERT ON events"):
            telegram.send_text(group, ann, "/cluster")
            await telegram.wait_for(lambda: telegram.bot_messages(group))
            await memory.settled()
        telegram.send_text(group, ann, "/status")
        await memory.settled()
    sorry, status = telegram.bot_messages(group)
    assert sorry["text"] == texts.sorry()
    assert SECRET in caplog.text
    assert [row["state"] for row in memory.ask("SELECT state, reason FROM inbox")] == ["failed"]
    assert "1 unanswered" in status["text"]


async def test_update_ids_that_restart_at_a_lower_number_are_still_taken(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
    telegram.updates.next_id = 17
    async with start():
        photo = telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    assert memory.photo(photo)["state"] == "ready"
    assert len(telegram.called("sendPhoto")) == 1


@pytest.mark.parametrize(("hours", "photos"), [(47, 1), (49, 2)])
async def test_an_update_id_is_taken_for_the_same_update_for_two_days(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, hours: float, photos: int
) -> None:
    first_id = telegram.updates.next_id
    async with start():
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
    execute(memory, f"UPDATE inbox_done SET done_at = {time.time() - 3600 * hours}")
    telegram.updates.next_id = first_id
    async with start():
        telegram.send_photo(group, ann, picture(GREEN), date=LONG_AGO)
        await memory.settled()
    assert memory.value("SELECT count(*) FROM photos") == photos
