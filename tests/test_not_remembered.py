"""What never gets to the disk: other people's chatter, other chats, and what is no photo."""

from typing import Any

import pytest

from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.conftest import Start
from tests.fakes import GREEN, RED, picture
from tests.memory import Memory


async def test_other_peoples_chatter_never_gets_to_the_disk(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        said = telegram.send_text(group, ann, "the code of the door is 4711")
        telegram.send_photo(group, ann, picture(RED), reply_to=said["message_id"], caption="kept words")
        telegram.send_text(group, ann, "/similar", reply_to=said["message_id"])
        telegram.send_text(group, ann, "/weather in Oslo")
        telegram.send_document(group, ann, b"MZ", mime_type="application/zip", caption="zipped words")
        await memory.settled()
        disk = memory.bytes_on_disk()
    assert b"kept words" in disk
    for words in (b"4711", b"Oslo", b"zipped"):
        assert words not in disk


async def test_only_the_allowed_chats_are_remembered(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Strangers", members=[ann])
    async with start(allowed_chats=frozenset({group.id})):
        for chat in (group, other):
            telegram.send_photo(chat, ann, picture(RED), caption=f"in {chat.title}")
            telegram.send_text(chat, ann, "/help")
        await memory.settled()
        disk = memory.bytes_on_disk()
    assert [row["chat_id"] for row in memory.ask("SELECT chat_id FROM photos")] == [group.id]
    assert len(telegram.bot_messages(group)) == 1
    assert telegram.bot_messages(other) == []
    assert b"Strangers" not in disk


@pytest.mark.parametrize("mime_type", ["video/mp4", "image/gif"])
async def test_an_animated_gif_is_no_photo(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, mime_type: str
) -> None:
    file: dict[str, Any] = telegram.files.add_document(picture(RED, kind="GIF")) | {"mime_type": mime_type}
    moving = {"document": file, "animation": file | {"width": 400, "height": 300, "duration": 3}}
    async with start():
        telegram.deliver(group, telegram.post(group, ann, moving))
        telegram.send_photo(group, ann, picture(GREEN))
        await memory.settled()
    assert memory.value("SELECT count(*) FROM photos") == 1
    assert memory.value("SELECT is_document FROM photos") == 0
