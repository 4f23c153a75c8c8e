"""An album that someone sends is one event: waited for from its arrival, answered once, never with itself."""

import asyncio

from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.conftest import Start, lookback
from tests.fakes import BLUE, GREEN, RED, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO, SHADES


async def test_an_album_is_answered_once_under_its_first_message(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        first = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        album = [telegram.send_photo(group, ann, picture(colour), album="a") for colour in (GREEN, RED, RED)]
        await memory.settled()
    (answer,) = telegram.bot_messages(group)
    assert answer["photo"] == first["photo"]
    assert answer["reply_to_message"]["message_id"] == album[0]["message_id"]
    assert memory.states() == ["stale", "done"]
    assert len({memory.photo(message)["event_id"] for message in album}) == 1
    assert {memory.photo(message)["media_group_id"] for message in album} == {"a"}


async def test_the_members_of_an_album_never_match_each_other(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        await lookback(app).manners.change(group.id, leeway=0)  # or they would not, being of one person
        for _ in range(4):
            telegram.send_photo(group, ann, picture(RED), album="a")
        await memory.settled()
        assert telegram.bot_messages(group) == []
        assert memory.states() == ["silent"]
        telegram.send_photo(group, ann, picture(RED), album="b")
        await memory.settled()
    assert len(telegram.bot_messages(group)) == 4


async def test_an_earlier_photo_counts_with_its_best_similarity_to_any_member(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        reddish = telegram.send_photo(group, ann, picture(SHADES[5]), date=LONG_AGO)
        green = telegram.send_photo(group, ann, picture(GREEN), date=LONG_AGO)
        blue = telegram.send_photo(group, ann, picture(BLUE), date=LONG_AGO)
        await memory.settled()
        for colour in (RED, GREEN):
            telegram.send_photo(group, ann, picture(colour), album="a")
        await memory.settled()
    answer = telegram.bot_messages(group)
    assert [message["photo"] for message in answer] == [green["photo"], reddish["photo"]]
    assert blue["photo"] not in [message["photo"] for message in answer]
    assert [line[:8] for line in answer[0]["caption"].splitlines()[1:]] == ["1. 100% ", "2. 94% ·"]


async def test_the_wait_begins_at_arrival_so_that_slow_downloads_do_not_split_an_album(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        for colour in (RED, GREEN):
            telegram.send_photo(group, ann, picture(colour), date=LONG_AGO)
        await memory.settled()
        # the second download ends long after the wait of 0.15 s
        slow = telegram.send_photo(group, ann, picture(GREEN), album="a")
        sizes = {size["file_id"] for size in slow["photo"]}
        telegram.faults.add(
            "download", "slow", seconds=0.6, when=lambda call: call.params["file_path"].split("/")[1] in sizes
        )
        telegram.send_photo(group, ann, picture(RED), album="a")
        await memory.settled()
    answer = telegram.bot_messages(group)
    assert telegram.faults.pending == []
    assert len(answer) == 2
    assert len({message["media_group_id"] for message in answer}) == 1


async def test_each_arrival_renews_the_wait(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(album_wait=0.4):
        for colour in (RED, GREEN, BLUE):
            telegram.send_photo(group, ann, picture(colour), date=LONG_AGO)
        await memory.settled()
        for colour in (RED, GREEN, BLUE):  # the last one comes later than 0.4 s after the first
            telegram.send_photo(group, ann, picture(colour), album="a")
            await asyncio.sleep(0.25)
        await memory.settled()
    assert len(telegram.called("sendMediaGroup")) == 1
    assert len(telegram.bot_messages(group)) == 3


async def test_files_and_photos_of_one_album_are_one_event_and_a_spoiler_hides_one_of_them(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(RED), album="a", date=LONG_AGO, spoiler=True)
        telegram.send_document(group, ann, picture(RED), album="a", date=LONG_AGO)
        await memory.settled()
        telegram.send_document(group, ann, picture(RED), album="b")
        telegram.send_photo(group, ann, picture(RED), album="b")
        await memory.settled()
    answer = telegram.bot_messages(group)
    assert [message.get("has_media_spoiler") for message in answer] == [True, None]
    assert memory.states() == ["stale", "done"]


async def test_albums_of_two_chats_with_the_same_id_are_two_events(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Cooks", members=[ann])
    async with start():
        for chat in (group, other):
            telegram.send_photo(chat, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        for chat in (group, other):
            telegram.send_photo(chat, ann, picture(RED), album="a")
        await memory.settled()
    assert [len(telegram.bot_messages(chat)) for chat in (group, other)] == [1, 1]
