"""What goes wrong between the bot and Telegram, and on its disk: repeated only where it certainly had no effect."""

import asyncio
import time
from functools import partial

import pytest

from bot.app import App
from bot.sandbox.faults import Kind
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from storage.store import Store
from tests.conftest import Start, lookback
from tests.fakes import GREEN, RED, picture


@pytest.fixture
def other(telegram: Telegram, ann: User, ben: User) -> Chat:
    return telegram.new_chat("supergroup", "Cooks", members=[ann, ben], admins=[ann])


def asked_twice(telegram: Telegram, chat: Chat, user: User) -> None:
    """A photo, and the same again: one answer is due."""
    for _ in range(2):
        telegram.send_photo(chat, user, picture(RED))


async def states(app: App) -> list[str]:
    """The states of all events, in order."""
    photos = lookback(app).photos
    rows = await photos.workers.store(lambda: list(photos.store.db.execute("SELECT state FROM events ORDER BY id")))
    return [row[0] for row in rows]


async def until_states(app: App, *wanted: str) -> None:
    for _ in range(750):
        if await states(app) == list(wanted):
            return
        await asyncio.sleep(0.02)
    assert await states(app) == list(wanted)


async def test_a_429_is_repeated_after_its_pause_and_stops_no_other_chat(
    telegram: Telegram, group: Chat, other: Chat, ann: User, start: Start
) -> None:
    telegram.faults.add("sendPhoto", "429", seconds=1, when=lambda call: call.chat_id == group.id)
    async with start():
        asked_twice(telegram, group, ann)
        await telegram.wait_for(lambda: telegram.called("sendPhoto"))
        begun = time.monotonic()
        asked_twice(telegram, other, ann)
        await telegram.wait_for(lambda: telegram.bot_messages(other))
        assert telegram.bot_messages(group) == []
        await telegram.wait_for(lambda: telegram.bot_messages(group))
        assert time.monotonic() - begun > 0.5
    assert len(telegram.bot_messages(group)) == len(telegram.bot_messages(other)) == 1


async def test_a_call_that_was_never_made_is_made_again(
    telegram: Telegram, group: Chat, ann: User, start: Start
) -> None:
    telegram.faults.add("sendPhoto", "refused")
    async with start() as app:
        asked_twice(telegram, group, ann)
        await telegram.wait_for(lambda: telegram.bot_messages(group))
        await until_states(app, "silent", "done")
    assert len(telegram.called("sendPhoto")) == 2


@pytest.mark.parametrize("kind", ["dropped_before", "dropped_after", "500", "502"])
async def test_a_call_whose_effect_nobody_knows_is_counted_and_never_made_again(
    telegram: Telegram, group: Chat, ann: User, start: Start, kind: Kind
) -> None:
    telegram.faults.add("sendPhoto", kind)
    async with start() as app:
        asked_twice(telegram, group, ann)
        await until_states(app, "silent", "unanswered")
        telegram.send_text(group, ann, "/status")
        await telegram.wait_for(lambda: "1 unanswered" in str(telegram.bot_messages(group)))
    async with start() as app:  # nor after a restart
        await until_states(app, "silent", "unanswered")
        await asyncio.sleep(0.3)
    assert len(telegram.called("sendPhoto")) == 1


async def test_a_lost_reply_to_a_command_is_counted_too(
    telegram: Telegram, group: Chat, ann: User, start: Start
) -> None:
    telegram.faults.add("sendMessage", "dropped_before")
    async with start():
        telegram.send_text(group, ann, "/help")
        await telegram.wait_for(lambda: telegram.called("sendMessage"))
        telegram.send_text(group, ann, "/status")
        await telegram.wait_for(lambda: telegram.bot_messages(group))
    async with start():
        await asyncio.sleep(0.3)
    (status,) = telegram.bot_messages(group)
    assert "1 unanswered" in status["text"]


@pytest.mark.parametrize("kind", ["truncated", "dropped_before", "502"])
async def test_a_failed_download_is_tried_again(
    telegram: Telegram, group: Chat, ann: User, start: Start, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.indexing.DOWNLOAD_RETRY", (0.1,))
    telegram.faults.add("download", kind)
    async with start() as app:
        asked_twice(telegram, group, ann)
        await until_states(app, "silent", "done")
    assert "100%" in telegram.bot_messages(group)[0]["caption"]


@pytest.mark.parametrize("kind", ["429", "500"])
async def test_a_failed_get_file_leaves_the_photo_pending_until_it_works(
    telegram: Telegram, group: Chat, ann: User, start: Start, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.indexing.DOWNLOAD_RETRY", (0.1,))
    telegram.faults.add("getFile", kind, times=2)
    async with start() as app:
        telegram.send_photo(group, ann, picture(RED))
        counts = lookback(app).photos.counts
        await telegram.wait_for(lambda: telegram.called("getFile"))
        assert (await counts(group.id)).pending == 1
        await until_states(app, "silent")
        assert (await counts(group.id)).pending == (await counts(group.id)).failed == 0


async def test_a_slow_download_holds_no_other_chat_up(
    telegram: Telegram, group: Chat, other: Chat, ann: User, start: Start
) -> None:
    telegram.faults.add("download", "slow", seconds=3)
    async with start():
        telegram.send_photo(group, ann, picture(GREEN))
        await telegram.wait_for(lambda: telegram.called("download"))
        asked_twice(telegram, other, ann)
        await telegram.wait_for(lambda: telegram.bot_messages(other), 2)


@pytest.mark.parametrize("kind", ["500", "502", "dropped_before", "429"])
async def test_polling_recovers(telegram: Telegram, group: Chat, ann: User, start: Start, kind: Kind) -> None:
    telegram.faults.add("getUpdates", kind)
    async with start():
        telegram.send_text(group, ann, "/help")
        await telegram.wait_for(lambda: telegram.bot_messages(group))
    assert telegram.faults.pending == []


def pages(store: Store, more: int | None) -> None:
    """Leave room for so many pages more; None for as many as there may be. SQLite's own full disk."""
    used = store.db.execute("PRAGMA page_count").fetchone()[0]
    store.db.execute(f"PRAGMA max_page_count = {used + more if more is not None else 1_000_000_000}")


async def test_a_full_disk_stops_no_polling_and_loses_no_update(
    telegram: Telegram, group: Chat, ann: User, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    async with start() as app:
        photos = lookback(app).photos
        telegram.send_photo(group, ann, picture(RED))
        await until_states(app, "silent")
        await photos.workers.store(pages, photos.store, 0)
        telegram.send_photo(group, ann, picture(RED), caption="long " * 200)
        for _ in range(5):
            telegram.send_photo(group, ann, picture(GREEN), caption="long " * 200)
        await telegram.wait_for(lambda: "could not be stored" in caplog.text, 20)
        assert telegram.updates.unconfirmed() > 0
        await photos.workers.store(pages, photos.store, None)
        await telegram.wait_for(lambda: telegram.updates.unconfirmed() == 0, 30)
        await until_states(app, "silent", "done", "silent", *["done"] * 4)
        assert await photos.workers.store(photos.store.check) == []


async def test_an_error_of_the_store_in_a_background_loop_ends_nothing(
    telegram: Telegram, group: Chat, ann: User, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs.RESTART", 0.1)
    async with start() as app:
        photos = lookback(app).photos
        await photos.workers.store(partial(photos.store.db.execute, "ALTER TABLE embeddings RENAME TO hidden"))
        asked_twice(telegram, group, ann)
        await asyncio.sleep(0.5)
        await photos.workers.store(partial(photos.store.db.execute, "ALTER TABLE hidden RENAME TO embeddings"))
        async with asyncio.timeout(15):
            while (await photos.counts(group.id)).pending:
                lookback(app).wake()
                await asyncio.sleep(0.05)


async def test_update_ids_that_start_again_lower_are_taken_in_their_order(
    telegram: Telegram, group: Chat, ann: User, start: Start
) -> None:
    async with start() as app:
        telegram.send_photo(group, ann, picture(RED))
        await until_states(app, "silent")
    telegram.updates.next_id = 17
    async with start() as app:
        telegram.send_photo(group, ann, picture(RED))
        await until_states(app, "silent", "done")


async def test_a_handler_that_fails_is_marked_and_the_chat_gets_one_sentence(
    telegram: Telegram, group: Chat, ann: User, start: Start
) -> None:
    async with start() as app:
        photos = lookback(app).photos
        await photos.workers.store(partial(photos.store.db.execute, "DROP TABLE clusterings"))
        telegram.send_text(group, ann, "/album 1")
        await telegram.wait_for(lambda: telegram.bot_messages(group))
        rows = await photos.workers.store(lambda: list(photos.store.db.execute("SELECT state, reason FROM inbox")))
    (message,) = telegram.bot_messages(group)
    assert message["text"] == "Something went wrong here, and it is in the log. Please try again."
    assert [row[0] for row in rows] == ["failed"]
