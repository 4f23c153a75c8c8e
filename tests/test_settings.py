"""`/settings`: what each button sets, who may press it, and what a client can't do with data of its own."""

import pytest

from bot import texts
from bot.choices import AS_CHAT, PAGES
from bot.manners import GENERAL, WHOLE_CHAT, Manners, Mode
from bot.sandbox import params
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from bot.texts import settings
from bot.texts.language import speaking
from tests.conftest import Start, lookback
from tests.memory import Memory
from tests.test_album_buttons import buttons, told
from tests.test_forgetting import said


@pytest.fixture
def forum(telegram: Telegram, ann: User, ben: User) -> Chat:
    made = telegram.new_chat("supergroup", "Forum", members=[ann, ben], admins=[ann], forum=True)
    telegram.post(made, ann, {"text": "message 1, whose id is the General topic's"})
    return made


async def opened(
    telegram: Telegram, chat: Chat, user: User, memory: Memory, *, topic: int | None = None, anonymous: bool = False
) -> Message:
    """Someone sends /settings: the answer."""
    telegram.send_text(chat, user, "/settings", topic=topic, anonymous=anonymous)
    await memory.settled()
    return telegram.bot_messages(chat)[-1]


async def press(telegram: Telegram, chat: Chat, message: Message, data: str, user: User, memory: Memory) -> Message:
    """Someone presses a button with this data: the message then."""
    telegram.press(chat, message["message_id"], data, user)
    await memory.settled()
    return chat.messages[message["message_id"]]


def stored(memory: Memory, chat: Chat) -> dict[tuple[int, str], str]:
    """What is set in a chat: JSON by topic and name."""
    rows = memory.ask("SELECT thread_id, name, value FROM chat_settings WHERE chat_id = ?", chat.id)
    return {(row["thread_id"], row["name"]): row["value"] for row in rows}


def ticked(message: Message) -> list[str]:
    return [text.removeprefix("✓ ") for text in buttons(message) if text.startswith("✓ ")]


async def test_the_first_page_says_in_sentences_what_is_set_and_leads_to_every_page_and_back(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(answer_photos=3):
        message = await opened(telegram, group, ann, memory)
        for words in ("is answered with them", "up to 3 photos", "within 5 minutes", "no quiet hours"):
            assert words in message["text"]
        first = buttons(message)
        assert "Photos per answer: 3" in first
        for text, data in first.items():
            if text == settings.button_done():
                continue
            page = await press(telegram, group, message, data, ann, memory)
            assert page["text"] != message["text"]
            back = await press(telegram, group, message, buttons(page)[settings.button_back()], ann, memory)
            assert (back["text"], list(buttons(back))) == (message["text"], list(first))
        done = await press(telegram, group, message, first[settings.button_done()], ann, memory)
    assert buttons(done) == {}
    assert done["text"] == message["text"]
    assert len(telegram.bot_messages(group)) == 1  # edited in place


@pytest.mark.parametrize("page", PAGES)
async def test_every_option_sets_its_value_and_is_ticked_then_also_after_a_restart(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, page: str
) -> None:
    words = []
    async with start() as app:
        message = await opened(telegram, group, ann, memory)
        for option, values in PAGES[page].options.items():
            shown = await press(telegram, group, message, f"set:0:{page}:{option}", ann, memory)
            manners = await lookback(app).manners.of(group.id)
            assert {name: getattr(manners, name) for name in values} == values
            with speaking(manners.language):
                words.append(settings.saved())
            if PAGES[page].then is None:
                assert len(ticked(shown)) == 1
                assert buttons(shown)[f"✓ {ticked(shown)[0]}"] == f"set:0:{page}:{option}"
    async with start() as app:
        assert await lookback(app).manners.of(group.id) == manners
    assert told(telegram) == words


async def test_other_quiet_hours_are_chosen_in_two_steps(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        message = await opened(telegram, group, ann, memory)
        for data in ("set:0:quiet", "set:0:from", "set:0:from:21", "set:0:until:6", "set:0:clock", "set:0:clock:330"):
            message = await press(telegram, group, message, data, ann, memory)
        manners = await lookback(app).manners.of(group.id)
    assert (manners.quiet, manners.utc_offset) == ((21, 6), 330)
    assert "From 21:00 to 06:00 (UTC+5:30) nothing is answered unasked" in message["text"]
    assert list(buttons(message))[-2:] != []
    assert any(text.endswith("UTC+5:30") for text in buttons(message))


async def test_a_member_reads_the_settings_and_has_no_buttons(
    telegram: Telegram, group: Chat, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        message = await opened(telegram, group, ben, memory)
    assert settings.for_members() in message["text"]
    assert "is answered with them" in message["text"]
    assert buttons(message) == {}


async def test_an_anonymous_admin_gets_the_buttons_and_presses_them_as_a_person(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        message = await opened(telegram, group, ann, memory, anonymous=True)
        assert buttons(message)
        await press(telegram, group, message, "set:0:mode:demand", ben, memory)
        assert stored(memory, group) == {}
        await press(telegram, group, message, "set:0:mode:demand", ann, memory)
    assert stored(memory, group) == {(WHOLE_CHAT, "mode"): '"demand"'}
    assert told(telegram) == [settings.only_admins(), settings.saved()]


async def test_who_is_an_admin_is_asked_at_every_press(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        message = await opened(telegram, group, ann, memory)
        before = await press(telegram, group, message, "set:0:mode", ann, memory)
        telegram.demote(group, ann)
        for data in ("set:0:mode:off", "set:0:main", "set:0:done"):
            assert await press(telegram, group, message, data, ann, memory) == before
    assert stored(memory, group) == {}
    assert told(telegram) == [settings.only_admins()] * 3


@pytest.mark.parametrize("fails", ["lacks it", "error 500"])
async def test_where_rights_cannot_be_confirmed_nothing_changes(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, fails: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    async with start():
        message = await opened(telegram, group, ann, memory)
        if fails == "lacks it":
            monkeypatch.delitem(params.KNOWN, "getChatMember")
        else:
            telegram.faults.add("getChatMember", "500", times=100)
        assert await press(telegram, group, message, "set:0:mode:off", ann, memory) == message
        told_now = await opened(telegram, group, ann, memory)
    assert stored(memory, group) == {}
    assert told(telegram) == [texts.rights_unknown()]
    assert texts.rights_unknown() in told_now["text"]
    assert buttons(told_now) == {}


@pytest.mark.parametrize(
    "data",
    [
        "set:0:mode:dance", "set:0:photos:0", "set:0:photos:11", "set:0:photos:-1", "set:0:leeway:1", "set:0:from:24",
        "set:0:clock:1", "set:0:quiet:1-2", "set:0:language:tlh", "set:0:nowhere", "set:0:nowhere:1", "set:0:main:1",
        "set:0:done:1", f"set:0:mode:{AS_CHAT}", "set:1:mode:off", "set:1:main", "set:7:mode:off", "set:999:mode",
    ],
)  # fmt: skip
async def test_data_that_no_button_of_ours_has_sets_nothing_and_says_so(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, data: str
) -> None:
    async with start():
        message = await opened(telegram, group, ann, memory)
        assert await press(telegram, group, message, data, ann, memory) == message
    assert stored(memory, group) == {}
    assert told(telegram) == [settings.outdated()]


@pytest.mark.parametrize(
    "data", ["set:-1:mode", "set:0:mode:same:same", "set:0", "set:0:MODE", f"set:0:mode:{'x' * 40}"]
)
async def test_data_of_another_form_is_no_button(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, data: str
) -> None:
    async with start():
        message = await opened(telegram, group, ann, memory)
        assert await press(telegram, group, message, data, ann, memory) == message
    assert stored(memory, group) == {}
    assert memory.ask("SELECT * FROM inbox") == []


async def test_a_button_changes_the_chat_that_it_is_pressed_in_alone(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Cooks", members=[ann, ben], admins=[ben])
    async with start():
        here, there = (
            await opened(telegram, group, ann, memory), await opened(telegram, other, ben, memory)
        )  # fmt: skip
        await press(telegram, group, here, "set:0:mode:off", ann, memory)
        await press(telegram, other, there, "set:0:mode:off", ann, memory)
    assert stored(memory, group) == {(WHOLE_CHAT, "mode"): '"off"'}
    assert stored(memory, other) == {}


async def test_alone_with_the_bot_a_person_sets_what_they_like(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    private = telegram.new_chat("private", members=[ann])
    async with start() as app:
        message = await opened(telegram, private, ann, memory)
        await press(telegram, private, message, "set:0:mode:demand", ann, memory)
        assert (await lookback(app).manners.of(private.id)).mode is Mode.DEMAND
    assert telegram.called("getChatMember") == []


async def test_a_topic_is_set_by_itself_and_taken_back_to_what_the_chat_has(
    telegram: Telegram, forum: Chat, ann: User, start: Start, memory: Memory
) -> None:
    topic, other = telegram.create_topic(forum), telegram.create_topic(forum)
    async with start() as app:
        message = await opened(telegram, forum, ann, memory, topic=topic)
        manners = lookback(app).manners
        assert ticked(message) == [settings.button_this_topic()]
        assert f"Answers: {settings.option('mode', 'off')}" not in buttons(message)
        await press(telegram, forum, message, f"set:{topic}:mode:off", ann, memory)
        assert (await manners.at(forum.id, topic)).mode is Mode.OFF
        assert (await manners.at(forum.id, other)).mode is (await manners.at(forum.id, None)).mode is Mode.ANSWER
        whole = await press(telegram, forum, message, buttons(message)[settings.button_whole_chat()], ann, memory)
        assert ticked(whole) == [settings.button_whole_chat()]
        await press(telegram, forum, message, "set:0:mode:demand", ann, memory)
        assert (await manners.at(forum.id, topic)).mode is Mode.OFF
        shown = await press(telegram, forum, message, f"set:{topic}:mode:{AS_CHAT}", ann, memory)
        assert ticked(shown) == [settings.option("mode", AS_CHAT)]
        assert (await manners.at(forum.id, topic)).mode is Mode.DEMAND
    assert stored(memory, forum) == {(WHOLE_CHAT, "mode"): '"demand"'}


async def test_the_general_topic_is_a_topic_too(
    telegram: Telegram, forum: Chat, ann: User, start: Start, memory: Memory
) -> None:
    topic = telegram.create_topic(forum)
    async with start() as app:
        message = await opened(telegram, forum, ann, memory)
        assert buttons(message)[f"✓ {settings.button_this_topic()}"] == f"set:{GENERAL}:main"
        await press(telegram, forum, message, f"set:{GENERAL}:mode:off", ann, memory)
        manners = lookback(app).manners
        assert (await manners.at(forum.id, None)).mode is Mode.OFF
        assert (await manners.at(forum.id, topic)).mode is Mode.ANSWER
        forum.forum = False  # topics are switched off: nothing stays in force that can't be seen
        plain = await opened(telegram, forum, ann, memory)
        assert (await manners.at(forum.id, None)).mode is Mode.ANSWER
    assert ticked(plain) == []
    assert stored(memory, forum) == {}


async def test_a_topics_button_in_another_topic_and_what_no_topic_has_of_its_own_are_refused(
    telegram: Telegram, forum: Chat, ann: User, start: Start, memory: Memory
) -> None:
    topic, other = telegram.create_topic(forum), telegram.create_topic(forum)
    async with start():
        message = await opened(telegram, forum, ann, memory, topic=topic)
        hostile = [
            f"set:{other}:mode:off", f"set:{GENERAL}:mode:off", f"set:{topic}:language:de", f"set:{topic}:clock:60",
            f"set:{topic}:clock", f"set:{topic}:from:{AS_CHAT}",
        ]  # fmt: skip
        for data in hostile:
            assert await press(telegram, forum, message, data, ann, memory) == message
    assert stored(memory, forum) == {}
    assert told(telegram) == [settings.outdated()] * len(hostile)


async def test_a_topic_can_be_without_the_quiet_hours_of_its_chat(
    telegram: Telegram, forum: Chat, ann: User, start: Start, memory: Memory
) -> None:
    topic = telegram.create_topic(forum)
    async with start() as app:
        message = await opened(telegram, forum, ann, memory, topic=topic)
        await press(telegram, forum, message, "set:0:quiet:22-7", ann, memory)
        shown = await press(telegram, forum, message, f"set:{topic}:quiet:off", ann, memory)
        assert ticked(shown) == [settings.option("quiet", "off")]
        manners = lookback(app).manners
        assert (await manners.at(forum.id, topic)).quiet is None
        assert (await manners.at(forum.id, None)).quiet == (22, 7)


async def test_the_language_is_spoken_at_once(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        message = await opened(telegram, group, ann, memory)
        shown = await press(telegram, group, message, "set:0:language:ru", ann, memory)
        assert (await lookback(app).manners.of(group.id)).language == "ru"
    assert ticked(shown) == ["Русский"]
    assert "Русский" in shown["text"]


async def test_status_says_why_photos_go_unanswered(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        telegram.send_text(group, ann, "/status")
        await memory.settled()
        await lookback(app).manners.change(group.id, mode="off", quiet_from=22, quiet_until=7)
        telegram.send_text(group, ann, "/status")
        await memory.settled()
    usual, unusual = said(telegram, group)
    off = Manners(mode=Mode.OFF, quiet_from=22, quiet_until=7)
    for sentence in settings.unusual(off):
        assert sentence not in usual
        assert sentence in unusual
    assert len(settings.unusual(off)) == 2
