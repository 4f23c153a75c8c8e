"""`/language`: who may choose, what is offered, and that it is spoken at once."""

import pytest

from bot import texts
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from bot.texts import choosing_language
from bot.texts.language import LANGUAGES, speaking
from tests.conftest import Start
from tests.memory import Memory

RUSSIAN, GERMAN = "Теперь я говорю здесь по-русски.", "Ab jetzt spreche ich hier Deutsch."


def said(telegram: Telegram, chat: Chat) -> list[str]:
    return [message["text"] for message in telegram.bot_messages(chat)]


def told(telegram: Telegram) -> list[str]:
    return [call.params.get("text", "") for call in telegram.called("answerCallbackQuery")]


def offered(message: dict[str, object]) -> dict[str, str]:
    """What each button under a message says, and its data."""
    rows = message["reply_markup"]["inline_keyboard"]  # type: ignore[index]
    return {button["text"]: button["callback_data"] for row in rows for button in row}


async def test_an_admin_is_offered_each_language_by_its_name_and_a_press_changes_it(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_text(group, ann, "/language")
        await memory.settled()
        (question,) = telegram.bot_messages(group)
        assert list(offered(question)) == ["✓ English", "Deutsch", "Español", "Français", "Русский"]
        for name in ("Русский", "Русский"):  # pressed twice
            telegram.press(group, question["message_id"], offered(question)[name], ann)
            await memory.settled()
        (question,) = telegram.bot_messages(group)
        telegram.send_text(group, ann, "/language")
        await memory.settled()
    assert told(telegram) == [RUSSIAN] * 2
    assert question["text"] == said(telegram, group)[-1] == "На каком языке мне здесь говорить?"
    assert list(offered(question)) == ["English", "Deutsch", "Español", "Français", "✓ Русский"]


@pytest.mark.parametrize("wish", ["de", "DE", "Deutsch", "german", "немецкий", "de-AT"])
async def test_a_language_may_be_named_at_once(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, wish: str
) -> None:
    async with start():
        telegram.send_text(group, ann, f"/language {wish}")
        await memory.settled()
    assert said(telegram, group) == [GERMAN]


@pytest.mark.parametrize("wish", ["xx", "Klingon", "../../etc", "de ru"])
async def test_one_that_is_not_spoken_is_refused_in_a_sentence(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, wish: str
) -> None:
    async with start():
        telegram.send_text(group, ann, f"/language {wish}")
        await memory.settled()
    assert said(telegram, group) == [choosing_language.unknown()]
    assert all(name in choosing_language.unknown() for name in LANGUAGES.values())
    assert memory.value("SELECT count(*) FROM chat_settings") == 0


async def test_members_are_told_that_it_is_for_admins_and_change_nothing(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        for text in ("/language", "/language de"):
            telegram.send_text(group, ben, text)
        telegram.send_text(group, ann, "/language")
        await memory.settled()
        question = telegram.bot_messages(group)[-1]
        telegram.press(group, question["message_id"], offered(question)["Deutsch"], ben)
        await memory.settled()
    assert sorted(said(telegram, group)) == sorted([*[choosing_language.only_admins()] * 2, choosing_language.which()])
    assert told(telegram) == [choosing_language.only_admins()]
    assert memory.value("SELECT count(*) FROM chat_settings") == 0


async def test_where_rights_can_not_be_confirmed_nothing_changes(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_text(group, ann, "/language")
        await memory.settled()
        (question,) = telegram.bot_messages(group)
        telegram.faults.add("getChatMember", "500", times=2)
        telegram.press(group, question["message_id"], offered(question)["Deutsch"], ann)
        telegram.send_text(group, ann, "/language de")
        await memory.settled()
    assert told(telegram) == [texts.rights_unknown()]
    assert said(telegram, group)[1:] == [texts.rights_unknown()]
    assert memory.value("SELECT count(*) FROM chat_settings") == 0


async def test_an_anonymous_admin_may_and_someone_in_a_channels_name_may_not(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    channel = telegram.new_chat("channel", "News", members=[ben])
    async with start():
        telegram.send_text(group, ann, "/language de", anonymous=True)
        await memory.settled()
        telegram.say(group, ben, {"text": "/language ru", "sender_chat": channel.json()})
        await memory.settled()
    with speaking("de"):
        assert said(telegram, group) == [GERMAN, choosing_language.only_admins()]


@pytest.mark.parametrize("data", ["language:xx", "language:", "language:de:1", "language:DE", "language"])
async def test_a_press_that_was_made_up_changes_nothing(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, data: str
) -> None:
    async with start():
        telegram.send_text(group, ann, "/language")
        await memory.settled()
        telegram.press(group, telegram.bot_messages(group)[0]["message_id"], data, ann)
        await memory.settled()
    assert memory.value("SELECT count(*) FROM chat_settings") == 0


async def test_alone_with_the_bot_everyone_may(telegram: Telegram, ben: User, start: Start, memory: Memory) -> None:
    private = telegram.new_chat("private", "Ben", members=[ben])
    async with start():
        telegram.send_text(private, ben, "/language ru")
        await memory.settled()
        telegram.send_text(private, ben, "hello")
        await memory.settled()
    assert said(telegram, private)[0] == RUSSIAN
    assert "/help" in said(telegram, private)[1]
    assert "фотографии" in said(telegram, private)[1]
