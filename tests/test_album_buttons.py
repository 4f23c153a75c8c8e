"""The buttons under an overview: further albums, more of an album, and stop."""

import pytest

from bot import texts
from bot.sandbox import params
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from tests.conftest import Start
from tests.fakes import BLUE, GREEN, RED
from tests.memory import Memory
from tests.test_albums_in_chat import albums_of, file_ids, send, shades


@pytest.fixture
def private(telegram: Telegram, ann: User) -> Chat:
    """A chat in which more messages a minute are allowed than in a group."""
    return telegram.new_chat("private", members=[ann])


def buttons(message: Message) -> dict[str, str]:
    """What the buttons under a message say, and their data."""
    rows = message.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
    return {button["text"]: button["callback_data"] for row in rows for button in row}


def told(telegram: Telegram) -> list[str]:
    """What those who pressed buttons were told."""
    return [call.params["text"] for call in telegram.called("answerCallbackQuery") if "text" in call.params]


async def test_more_shows_the_photos_of_an_album_beyond_the_first_ten(
    telegram: Telegram, private: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        send(telegram, private, [*shades(RED, 13), *shades(GREEN, 11), BLUE])
        await memory.settled()
        telegram.send_text(private, ann, "/cluster 3")
        await memory.settled()
        overview, *first = telegram.bot_messages(private)
        assert list(buttons(overview)) == ["Album 1: 3 more", "Album 2: 1 more"]
        for data in buttons(overview).values():
            telegram.press(private, overview["message_id"], data, ann)
            await memory.settled()
    assert [
        len([m for m in first if m["media_group_id"] == g]) for g in dict.fromkeys(m["media_group_id"] for m in first)
    ] == [10, 10]
    overview, *posted = telegram.bot_messages(private)
    more = posted[20:]
    expected = [*albums_of(memory)[0][10:], *albums_of(memory)[1][10:]]
    assert file_ids(more) == file_ids([private.messages[message_id] for message_id in expected])
    assert more[0]["caption"].startswith("Album 1 · 13 photos, 11 to 13 · ")
    assert more[3]["caption"].startswith("Album 2 · 11 photos, number 11 · ")
    assert [call.method for call in telegram.calls if call.method.startswith(("sendPhoto", "sendMedia"))] == [
        "sendMediaGroup", "sendMediaGroup", "sendMediaGroup", "sendPhoto",
    ]  # fmt: skip
    assert buttons(overview) == {}
    assert told(telegram) == [texts.coming()] * 2


async def test_a_further_album_has_a_button_that_anyone_may_press_and_that_goes_when_it_is_shown(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=1):
        send(telegram, group, [RED, GREEN, BLUE] * 2)
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 3")
        await memory.settled()
        overview = telegram.bot_messages(group)[0]
        assert list(buttons(overview)) == ["Album 2", "Album 3"]
        telegram.press(group, overview["message_id"], buttons(overview)["Album 3"], ben)
        await memory.settled()
    overview, *posted = telegram.bot_messages(group)
    assert file_ids(posted[2:]) == file_ids([group.messages[message_id] for message_id in albums_of(memory)[2]])
    assert posted[2]["caption"].startswith("Album 3 · 2 photos · ")
    assert list(buttons(overview)) == ["Album 2"]


async def test_an_album_asked_for_by_a_button_goes_into_the_topic_of_the_overview(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    forum = telegram.new_chat("supergroup", "Forum", members=[ann], forum=True)
    telegram.create_topic(forum)
    topic = telegram.create_topic(forum)
    async with start(cluster_albums=0):
        send(telegram, forum, [RED, GREEN] * 2)
        await memory.settled()
        telegram.send_text(forum, ann, "/cluster 2", topic=topic)
        await memory.settled()
        (overview,) = telegram.bot_messages(forum)
        telegram.press(forum, overview["message_id"], buttons(overview)["Album 1"], ann)
        await memory.settled()
    assert [message.get("message_thread_id") for message in telegram.bot_messages(forum)] == [topic] * 3


async def test_a_button_pressed_twice_posts_once(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=0):
        send(telegram, group, [RED, GREEN] * 2)
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 2")
        await memory.settled()
        (overview,) = telegram.bot_messages(group)
        for user in (ann, ben, ann):
            telegram.press(group, overview["message_id"], buttons(overview)["Album 1"], user)
        await memory.settled()
    assert len(telegram.bot_messages(group)) == 3
    assert len(telegram.called("sendMediaGroup")) == 1
    assert len(told(telegram)) == 3
    assert memory.states("album") == ["done", "silent", "silent"]


async def test_a_button_whose_album_was_asked_for_by_command_meanwhile_is_taken_away(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=0):
        send(telegram, group, [RED, GREEN] * 2)
        await memory.settled()
        for text in ("/cluster 2", "/album 1"):
            telegram.send_text(group, ann, text)
            await memory.settled()
        overview = telegram.bot_messages(group)[0]
        telegram.press(group, overview["message_id"], buttons(overview)["Album 1"], ann)
        await memory.settled()
    overview, *posted = telegram.bot_messages(group)
    assert len(posted) == 2
    assert told(telegram) == [texts.already_shown()]
    assert list(buttons(overview)) == ["Album 2"]


async def test_the_buttons_of_an_earlier_clustering_only_say_that_they_are_old(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=0):
        send(telegram, group, [RED, GREEN] * 2)
        await memory.settled()
        for _ in range(2):
            telegram.send_text(group, ann, "/cluster 2")
            await memory.settled()
        old, new = telegram.bot_messages(group)
        telegram.press(group, old["message_id"], buttons(old)["Album 1"], ann)
        await memory.settled()
        assert told(telegram) == [texts.albums_outdated()]
        assert telegram.bot_messages(group) == [old, new]
        telegram.press(group, new["message_id"], buttons(new)["Album 1"], ann)
        await memory.settled()
    assert len(telegram.bot_messages(group)) == 4


async def test_the_buttons_still_work_after_a_restart(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=0):
        send(telegram, group, [RED, GREEN] * 2)
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 2")
        await memory.settled()
    (overview,) = telegram.bot_messages(group)
    telegram.press(group, overview["message_id"], buttons(overview)["Album 2"], ann)
    async with start():
        await memory.settled()
    assert telegram.bot_messages(group)[1]["caption"].startswith("Album 2 · ")


async def pressed_stop(
    telegram: Telegram, group: Chat, asker: User, presser: User, start: Start, memory: Memory
) -> tuple[str, Message]:
    """What someone is told who presses stop while the first of three albums is being sent, and the overview then."""
    telegram.faults.add("sendMediaGroup", "slow", seconds=0.4)
    async with start():
        send(telegram, group, [RED, GREEN, BLUE] * 2)
        await memory.settled()
        telegram.send_text(group, asker, "/cluster 3")
        await telegram.wait_for(lambda: telegram.called("sendMediaGroup"))
        overview = telegram.bot_messages(group)[0]
        assert list(buttons(overview)) == ["Stop"]
        telegram.press(group, overview["message_id"], buttons(overview)["Stop"], presser)
        await memory.settled()
    (answer,) = told(telegram)
    return answer, telegram.bot_messages(group)[0]


@pytest.mark.parametrize("presser", ["asker", "admin"])
async def test_stop_by_the_asker_or_an_admin_ends_the_posting_and_leaves_buttons(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, presser: str
) -> None:
    answer, overview = await pressed_stop(
        telegram, group, ben, {"asker": ben, "admin": ann}[presser], start, memory
    )  # fmt: skip
    assert answer == texts.stopping()
    assert len(telegram.called("sendMediaGroup")) == 1
    assert overview["caption"].splitlines()[-1] == "Stopped."
    assert list(buttons(overview)) == ["Album 2", "Album 3"]


async def test_stop_by_someone_else_is_refused(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    answer, overview = await pressed_stop(telegram, group, ann, ben, start, memory)
    assert answer == texts.only_asker_stops()
    assert len(telegram.called("sendMediaGroup")) == 3
    assert "Stopped." not in overview["caption"]


@pytest.mark.parametrize("fails", ["lacks it", "error 500"])
async def test_stop_is_refused_where_the_server_does_not_say_who_is_an_admin(
    telegram: Telegram,
    group: Chat,
    ann: User,
    ben: User,
    start: Start,
    memory: Memory,
    fails: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if fails == "lacks it":
        monkeypatch.delitem(params.KNOWN, "getChatMember")
    else:
        telegram.faults.add("getChatMember", "500", times=100)
    answer, _ = await pressed_stop(telegram, group, ben, ann, start, memory)  # ann is an admin
    assert answer == texts.rights_unknown()
    assert len(telegram.called("sendMediaGroup")) == 3


async def test_the_asker_stops_where_the_server_does_not_say_who_is_an_admin(
    telegram: Telegram, group: Chat, ben: User, start: Start, memory: Memory
) -> None:
    telegram.faults.add("getChatMember", "500", times=100)
    answer, _ = await pressed_stop(telegram, group, ben, ben, start, memory)
    assert answer == texts.stopping()
    assert len(telegram.called("sendMediaGroup")) == 1


async def test_a_stop_button_of_another_chat_stops_nothing(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Cooks", members=[ann], admins=[ann])
    telegram.faults.add("sendMediaGroup", "slow", seconds=0.4)
    async with start():
        send(telegram, group, [RED, GREEN] * 2)
        await memory.settled()
        telegram.send_text(other, ann, "/help")
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 2")
        await telegram.wait_for(lambda: telegram.called("sendMediaGroup"))
        data = buttons(telegram.bot_messages(group)[0])["Stop"]
        telegram.press(other, telegram.bot_messages(other)[0]["message_id"], data, ann)
        await memory.settled()
    assert told(telegram) == [texts.albums_outdated()]
    assert len(telegram.called("sendMediaGroup")) == 2


@pytest.mark.parametrize(
    "data",
    ["album:1:9:0", "album:1:0:0", "album:1:1:7", f"album:{'9' * 40}:1:0", "stop:999", f"stop:{'9' * 40}", "no button"],
)
async def test_data_that_no_button_of_ours_has_does_no_harm(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, data: str
) -> None:
    async with start(cluster_albums=0):
        send(telegram, group, [RED, GREEN] * 2)
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 2")
        await memory.settled()
        (overview,) = telegram.bot_messages(group)
        telegram.press(group, overview["message_id"], data, ann)
        await memory.settled()
        assert len(telegram.bot_messages(group)) == 1
        telegram.press(group, overview["message_id"], buttons(overview)["Album 2"], ann)
        await memory.settled()
    assert len(telegram.bot_messages(group)) == 3
    assert memory.ask("SELECT * FROM inbox") == []
    assert memory.ask("SELECT * FROM events WHERE state = 'failed'") == []
