"""`/stats`: from the question to the one picture."""

import pytest

from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from bot.texts import pictures as texts
from bot.texts.language import LANGUAGES, speaking
from tests.conftest import Start, lookback
from tests.fakes import BLUE, GREEN, RED, picture
from tests.memory import Memory
from tests.test_albums_in_chat import send, shades
from tests.test_answers import LONG_AGO
from tests.test_map import captions, fetched
from tests.test_map_picture import pixels

DAY = 86400.0


async def test_stats_are_one_picture_in_one_message_with_one_line(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=0) as app:
        sent = send(telegram, group, [*shades(RED, 5), *shades(BLUE, 3)])
        telegram.send_photo(group, ben, picture(GREEN), date=LONG_AGO + 400 * DAY)
        telegram.forward(sent[0], group, ben)
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 2")
        await memory.settled()
        asked = telegram.send_text(group, ann, "/stats")
        await memory.settled()
        figures = await lookback(app).overviews.figures(group.id)
    *_, message = telegram.bot_messages(group)
    assert message["reply_to_message"]["message_id"] == asked["message_id"]
    assert message["caption"] == "10 photos · 2 people · 1 sent again · since 9 Mar 2024"
    content = telegram.files.content(message["photo"][-1]["file_id"])
    assert content is not None
    height, width, _ = pixels(content).shape
    assert max(height, width) == 1280
    assert memory.states("stats") == ["done"]
    assert (group.id, "upload_photo") in telegram.actions
    assert figures is not None
    assert [(one.name, one.photos) for one in figures.stats.people] == [("Ann", 8), ("Ben", 2)]
    assert [album.size for album in figures.albums] == sorted((a.size for a in figures.albums), reverse=True)
    assert sum(period.count for period in figures.periods) == 10


async def test_without_a_photo_a_sentence_says_so(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_text(group, ann, "/stats")
        await memory.settled()
    assert captions(telegram, group) == [texts.stats_none()]


async def test_one_photo_is_enough(telegram: Telegram, ann: User, start: Start, memory: Memory) -> None:
    private = telegram.new_chat("private", members=[ann])
    async with start():
        send(telegram, private, [RED])
        await memory.settled()
        telegram.send_text(private, ann, "/stats")
        await memory.settled()
    assert captions(telegram, private) == ["1 photo · 1 person · since 9 Mar 2024"]


async def test_the_line_and_the_picture_are_in_the_language_of_the_chat(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    drawn = []
    async with start():
        for language in (None, "ru"):
            person = telegram.add_user("Cleo", language_code=language)
            private = telegram.new_chat("private", members=[person])
            send(telegram, private, [RED, GREEN])
            await memory.settled()
            telegram.send_text(private, person, "/stats")
            await memory.settled()
            drawn.append(telegram.bot_messages(private)[0])
    english, russian = (message["caption"] for message in drawn)
    assert english.endswith("since 9 Mar 2024")
    assert "9 мар. 2024" in russian
    assert "фотографии" in russian
    contents = [telegram.files.content(message["photo"][-1]["file_id"]) for message in drawn]
    assert contents[0] != contents[1]


async def test_who_has_opted_out_does_not_appear(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        send(telegram, group, [RED, GREEN])
        telegram.send_photo(group, ben, picture(BLUE), date=LONG_AGO)
        await memory.settled()
        telegram.send_text(group, ben, "/forget me")
        await memory.settled()
        telegram.send_text(group, ann, "/stats")
        await memory.settled()
        figures = await lookback(app).overviews.figures(group.id)
    assert captions(telegram, group)[-1] == "2 photos · 1 person · since 9 Mar 2024"
    assert figures is not None
    assert [one.name for one in figures.stats.people] == ["Ann"]


async def test_stats_go_into_the_topic_of_their_question(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    forum = telegram.new_chat("supergroup", "Forum", members=[ann], forum=True)
    telegram.create_topic(forum)
    topic = telegram.create_topic(forum)
    async with start():
        send(telegram, forum, [RED])
        await memory.settled()
        telegram.send_text(forum, ann, "/stats", topic=topic)
        await memory.settled()
    assert [message["message_thread_id"] for message in telegram.bot_messages(forum)] == [topic]


async def test_a_cover_that_is_forgotten_while_the_picture_is_made_is_not_in_it(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=0):
        sent = send(telegram, group, [*shades(RED, 3), *shades(BLUE, 3)])
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 2")
        await memory.settled()
    async with start():  # with no thumbnail in memory
        known = len(fetched(telegram))
        telegram.faults.add("getFile", "slow", seconds=1.5)
        telegram.send_text(group, ann, "/stats")
        await telegram.wait_for(lambda: len(fetched(telegram)) > known)
        cover = next(m for m in sent if m["photo"][0]["file_id"] == fetched(telegram)[known])
        telegram.send_text(group, ann, "/forget", reply_to=cover["message_id"])
        await memory.settled()
    assert captions(telegram, group)[-1] == "5 photos · 1 person · since 9 Mar 2024"
    assert len(telegram.called("sendPhoto")) == 1


async def test_where_pictures_may_not_be_sent_the_line_goes_alone(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    group.can_send_photos = False
    async with start():
        send(telegram, group, [RED])
        await memory.settled()
        telegram.send_text(group, ann, "/stats")
        await memory.settled()
    (message,) = telegram.bot_messages(group)
    assert message["text"] == "1 photo · 1 person · since 9 Mar 2024"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_written_is_short_in_every_language(language: str) -> None:
    with speaking(language):
        caption = texts.stats_caption(10**9, 10**6, 10**9, LONG_AGO)
        assert "\n" not in caption
        assert len(caption) < 200
        assert texts.period(2024, 4, 12) == "2024"
        for months in (1, 3):
            names = [texts.period(2024, month, months) for month in range(1, 13, months)]
            assert len(set(names)) == 12 // months
            assert max(map(len, names)) <= 8
