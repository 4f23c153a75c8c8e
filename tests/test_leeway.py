"""The leeway for one person's own photos, and how many photos an answer shows: as a chat has set it."""

import time

import pytest

from bot.sandbox.state import ANONYMOUS_ID, Chat, Message, User
from bot.sandbox.telegram import Telegram
from tests.conftest import Start, lookback
from tests.fakes import RED, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO, SHADES


def answers(telegram: Telegram, chat: Chat) -> list[Message]:
    return telegram.bot_messages(chat)


@pytest.mark.parametrize(
    ("leeway", "ago", "answered"),
    [(None, 290, False), (None, 320, True), (60, 50, False), (60, 80, True), (0, 1, True), (3600, 3500, False)],
)
async def test_photos_of_one_person_within_the_leeway_are_not_matched(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, leeway: int | None, ago: float,
    answered: bool,
) -> None:  # fmt: skip
    now = time.time()
    async with start(fresh=100_000) as app:
        if leeway is not None:
            await lookback(app).manners.change(group.id, leeway=leeway)
        for date in (now - ago, now):
            telegram.send_photo(group, ann, picture(RED), date=date)
            await memory.settled()
    assert len(answers(telegram, group)) == int(answered)


async def test_what_another_person_sent_just_before_is_found_beside_it(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
        of_ben = telegram.send_photo(group, ben, picture(RED))
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    first, second = answers(telegram, group)
    assert second["reply_to_message"]["message_id"] != first["reply_to_message"]["message_id"]
    assert second["photo"] == of_ben["photo"]


async def test_admins_and_channels_that_share_an_id_are_told_apart_by_name(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(RED), anonymous=True)
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED), anonymous=True)
        await memory.settled()
        assert answers(telegram, group) == []
        channel = {"sender_chat": {"id": -100777, "type": "channel", "title": "News"}}
        sizes = {"photo": telegram.files.add_photo(picture(RED))}
        shared = User(ANONYMOUS_ID, "Group", "GroupAnonymousBot", is_bot=True)
        telegram.deliver(group, telegram.post(group, shared, channel | sizes))
        await memory.settled()
    assert len(answers(telegram, group)) == 2


async def test_who_asks_finds_their_own_photos_as_well(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(RED))
        photo = telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
        telegram.send_text(group, ann, "/similar", reply_to=photo["message_id"])
        await memory.settled()
    assert len(answers(telegram, group)) == 1


async def test_alone_with_the_bot_every_photo_is_ones_own_so_there_is_no_leeway_until_it_is_set(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    private = telegram.new_chat("private", members=[ann])
    async with start() as app:
        for _ in range(2):
            telegram.send_photo(private, ann, picture(RED))
            await memory.settled()
        assert len(answers(telegram, private)) == 1
        await lookback(app).manners.change(private.id, leeway=300)
        telegram.send_photo(private, ann, picture(RED))
        await memory.settled()
    assert len(answers(telegram, private)) == 1


async def test_a_chat_and_a_topic_set_how_many_photos_an_answer_shows(
    telegram: Telegram, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    forum = telegram.new_chat("supergroup", "Forum", members=[ann, ben], forum=True)
    telegram.post(forum, ann, {"text": "message 1"})
    topic = telegram.create_topic(forum)
    async with start(answer_photos=4) as app:
        for shade in SHADES:
            telegram.send_photo(forum, ann, picture(shade), date=LONG_AGO)
        await memory.settled()
        counts = []
        for photos, place in ((None, None), (2, None), (6, topic)):
            await lookback(app).manners.change(forum.id, place, photos=photos)
            before = len(answers(telegram, forum))
            telegram.send_photo(forum, ben, picture(RED), topic=place)
            await memory.settled()
            counts.append(len(answers(telegram, forum)) - before)
        asked = telegram.send_photo(forum, ann, picture(RED), topic=topic, date=LONG_AGO)
        await memory.settled()
        before = len(answers(telegram, forum))
        telegram.send_text(forum, ben, "/similar", reply_to=asked["message_id"])
        await memory.settled()
        counts.append(len(answers(telegram, forum)) - before)
    assert counts == [4, 2, 6, 2]
