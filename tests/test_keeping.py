"""Deadlines: photos go by age, and chats some time after the bot was removed."""

import time

import pytest

from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.conftest import Start, lookback
from tests.fakes import GREEN, RED, picture
from tests.memory import Memory

DAY = 86400.0


async def test_photos_older_than_the_retention_go_at_start_and_each_hour(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.forgetting.STEP", 1)
    monkeypatch.setattr("bot.forgetting.SWEEP_EVERY", 0.5)
    now = time.time()
    async with start():
        for days in (5, 4, 3, 1):
            telegram.send_photo(group, ann, picture(RED), date=now - days * DAY)
        await memory.settled()
    async with start(retention_days=2) as app:
        await telegram.wait_for(lambda: memory.value("SELECT count(*) FROM photos") == 1)
        lookback(app).photos.clock = lambda: now + 1.5 * DAY
        await telegram.wait_for(lambda: memory.value("SELECT count(*) FROM photos") == 0)
    assert memory.value("SELECT count(*) FROM events") == memory.value("SELECT count(*) FROM embeddings") == 0


async def test_without_a_retention_nothing_goes_by_age(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(RED), date=86400)
        await memory.settled()
    async with start() as app:
        await lookback(app).forgetting.sweep()
    assert memory.value("SELECT count(*) FROM photos") == 1


async def test_a_chat_that_the_bot_was_removed_from_goes_after_the_grace(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Cooks", members=[ann])
    async with start(grace_days=3) as app:
        for chat in (group, other):
            telegram.send_photo(chat, ann, picture(RED), date=time.time() - 1000)
        await memory.settled()
        telegram.remove_bot(group, ann)
        await memory.settled()
        forgetting = lookback(app).forgetting
        lookback(app).photos.clock = lambda: time.time() + 2.9 * DAY
        await forgetting.sweep()
        assert memory.value("SELECT count(*) FROM photos WHERE chat_id = ?", group.id) == 1
        lookback(app).photos.clock = lambda: time.time() + 3.1 * DAY
        await forgetting.sweep()
    assert [row["id"] for row in memory.ask("SELECT id FROM chats")] == [other.id]
    assert memory.value("SELECT chat_id FROM photos") == other.id
    assert b"Hikers" not in memory.bytes_on_disk()


async def test_a_bot_that_is_added_again_within_the_grace_has_kept_everything(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        kept = telegram.send_photo(group, ann, picture(GREEN), date=time.time() - 1000)
        await memory.settled()
        telegram.remove_bot(group, ann)
        await memory.settled()
        telegram.add_bot(group, ann)
        await memory.settled()
        lookback(app).photos.clock = lambda: time.time() + 400 * DAY
        await lookback(app).forgetting.sweep()
        lookback(app).photos.clock = time.time
        telegram.send_photo(group, ann, picture(GREEN))
        await memory.settled()
    assert telegram.bot_messages(group)[-1]["photo"] == kept["photo"]
