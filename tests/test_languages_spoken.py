"""Commands, answers, buttons and errors in the language of their chat, through the local Telegram."""

import re
from typing import Any

import pytest

from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from bot.texts import privacy
from bot.texts.language import LANGUAGES, load, speaking
from bot.texts.layout import day, megabytes, number, photos
from tests.conftest import Start, lookback
from tests.fakes import BLUE, GREEN, RED, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO

load()


@pytest.fixture
async def other(telegram: Telegram, ann: User, ben: User) -> Chat:
    return telegram.new_chat("supergroup", "Köche", members=[ann, ben], admins=[ann])


def said(telegram: Telegram, chat: Chat) -> list[str]:
    return [message.get("text") or message.get("caption", "") for message in telegram.bot_messages(chat)]


def buttons(message: dict[str, Any]) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


async def test_an_answer_its_names_dates_and_links_are_in_the_language_of_the_chat(
    telegram: Telegram, group: Chat, other: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        await lookback(app).manners.change(group.id, language="de")
        await lookback(app).manners.change(other.id, language="ru")
        for chat in (group, other):
            telegram.send_photo(chat, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        for chat in (group, other):
            telegram.send_photo(chat, ann, picture(RED))
        await memory.settled()
    assert "9. März 2024 · öffnen" in said(telegram, group)[0]
    assert "9 мар. 2024\u202fг. · открыть" in said(telegram, other)[0]


async def test_many_chats_at_once_are_each_answered_in_their_own_language(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    chats = {code: telegram.new_chat("supergroup", code, members=[ann], admins=[ann]) for code in LANGUAGES}
    words = {"en": "Reply to", "de": "Antworte", "es": "Responde", "fr": "Réponds", "ru": "Ответь"}
    async with start() as app:
        for code, chat in chats.items():
            await lookback(app).manners.change(chat.id, language=code)
        for _ in range(4):
            for chat in chats.values():
                telegram.send_text(chat, ann, "/similar")
                telegram.send_text(chat, ann, "/forget")
        await memory.settled()
    for code, chat in chats.items():
        assert len(said(telegram, chat)) == 8
        assert [text for text in said(telegram, chat) if not text.startswith(words[code])] == []


async def test_jobs_that_work_side_by_side_keep_their_languages_apart_also_after_a_restart(
    telegram: Telegram, group: Chat, other: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        await lookback(app).manners.change(group.id, language="de")
        await lookback(app).manners.change(other.id, language="ru")
        for chat in (group, other):
            for colour in (GREEN, BLUE):
                telegram.send_photo(chat, ann, picture(colour), date=LONG_AGO)
        await memory.settled()
    async with start():
        for chat in (group, other):
            telegram.send_text(chat, ann, "/cluster")
        await memory.settled()
    assert said(telegram, group) == ["Hier gibt es erst 2 Fotos; für Alben braucht es mindestens 4."]
    assert said(telegram, other) == ["Здесь 2 фотографии; для альбомов нужно не меньше 4."]


async def test_albums_their_buttons_and_the_press_are_in_the_language_of_the_chat(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=1) as app:
        await lookback(app).manners.change(group.id, language="ru")
        for shade in range(12):
            telegram.send_photo(group, ann, picture((0, 255 - shade, 0)), date=LONG_AGO)
            telegram.send_photo(group, ann, picture((255 - shade, 0, 0)), date=LONG_AGO)
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 2")
        await memory.settled()
        overview = telegram.bot_messages(group)[0]
        assert overview["caption"].splitlines()[0] == "2 альбома"
        assert overview["caption"].splitlines()[1].startswith("Альбом 1 · 12 фотографий · сходство ")
        assert "Альбом 1: ещё 2" in buttons(overview)
        data = overview["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        telegram.press(group, overview["message_id"], data, ann)
        await memory.settled()
    assert telegram.called("answerCallbackQuery")[-1].params["text"] == "Сейчас будет …"
    assert re.search(r"12 фотографий, с 11 по 12 · сходство", said(telegram, group)[-2])


async def test_the_greeting_is_in_the_language_of_whoever_added_the_bot_and_stays_the_chats(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    ivan = telegram.add_user("Иван", language_code="ru")
    chat = telegram.new_chat("supergroup", "Поход", members=[ivan, ann], admins=[ivan], bot_status="left")
    async with start():
        telegram.add_bot(chat, ivan)
        await memory.settled()
        telegram.send_text(chat, ann, "/help")
        await memory.settled()
    assert said(telegram, chat)[0].startswith("Привет! С этого момента я запоминаю фотографии")
    assert "/cluster – разложить фотографии этого чата по альбомам" in said(telegram, chat)[1]


async def test_being_made_an_admin_by_someone_changes_no_language(
    telegram: Telegram, group: Chat, start: Start, memory: Memory, ann: User
) -> None:
    ivan = telegram.add_user("Иван", language_code="ru")
    async with start():
        telegram.add_bot(group, ivan, "administrator")
        await memory.settled()
        telegram.send_text(group, ann, "/similar")
        await memory.settled()
    assert said(telegram, group)[-1].startswith("Reply to a photo")


async def test_alone_with_a_person_their_apps_language_is_spoken_and_not_stored(
    telegram: Telegram, start: Start, memory: Memory
) -> None:
    greta = telegram.add_user("Greta", language_code="de-AT")
    private = telegram.new_chat("private", members=[greta])
    async with start():
        telegram.send_text(private, greta, "/similar")
        telegram.send_photo(private, greta, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.send_photo(private, greta, picture(RED))
        await memory.settled()
    assert said(telegram, private) == [
        "Antworte auf ein Foto mit /similar, und ich suche ähnliche.",
        "Ein ähnliches Foto von früher:\n1. 100\u00a0% · Greta · 9. März 2024",
    ]
    assert memory.value("SELECT count(*) FROM chat_settings") == 0


async def test_an_inline_query_is_answered_in_the_language_of_the_app_or_the_one_chosen_alone_with_the_bot(
    telegram: Telegram, group: Chat, start: Start, memory: Memory
) -> None:
    telegram.supports_inline_queries = True
    greta = telegram.add_user("Greta", language_code="de")
    private = telegram.new_chat("private", members=[greta])
    async with start() as app:
        await lookback(app).manners.change(group.id, language="fr")  # a chat's language is not a person's
        words = [await above_results(telegram, greta)]
        telegram.send_text(private, greta, "/language ru")
        await memory.settled()
        words.append(await above_results(telegram, greta))
    assert words == ["Kein Chat zu zeigen: warum?", "Нечего показать: почему?"]


async def above_results(telegram: Telegram, user: User) -> str:
    """What the button above the results of an inline query says."""
    query_id = telegram.ask_inline(user, "")
    await telegram.wait_for(lambda: telegram.inline_results(query_id) is not None)
    text: str = telegram.inline_queries[query_id]["call"]["button"]["text"]
    return text


async def test_what_goes_wrong_is_told_in_the_language_of_the_chat(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start() as app:
        await lookback(app).manners.change(group.id, language="fr")
        telegram.send_text(group, ann, "/album x")
        await memory.settled()
        telegram.faults.add("getChatMember", "500")
        telegram.send_text(group, ann, "/forget all")
        await memory.settled()
    assert said(telegram, group)[0] == "Il n’y a pas encore d’albums\u202f; /cluster en fait."
    assert said(telegram, group)[1].startswith("Je n’ai pas pu vérifier")


async def test_the_menus_of_commands_are_in_every_language(telegram: Telegram, start: Start) -> None:
    async with start():
        await telegram.wait_for(lambda: len(telegram.commands) == 3 * len(LANGUAGES))
    for scope in ("all_group_chats", "all_chat_administrators", "all_private_chats"):
        about = {
            code: {one["command"]: one["description"] for one in commands}["help"]
            for code in LANGUAGES
            for name, commands in telegram.commands.items()
            if name == (scope if code == "en" else f"{scope}/{code}")
        }
        assert about == {
            "en": "what Lookback does", "de": "was Lookback macht", "es": "qué hace Lookback",
            "fr": "ce que fait Lookback", "ru": "что умеет Lookback",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "counted"),
    [
        ("de", ["0 Fotos", "1 Foto", "2 Fotos", "5 Fotos", "21 Fotos", "1.234 Fotos"]),
        ("es", ["0 fotos", "1 foto", "2 fotos", "5 fotos", "21 fotos", "1.234 fotos"]),
        ("fr", ["0 photo", "1 photo", "2 photos", "5 photos", "21 photos", "1\u202f234 photos"]),
        (
            "ru",
            ["0 фотографий", "1 фотография", "2 фотографии", "5 фотографий", "21 фотография", "1\u00a0234 фотографии"],
        ),
    ],
)
def test_counts_have_the_plural_forms_of_each_language(code: str, counted: list[str]) -> None:
    with speaking(code):
        assert [photos(count) for count in (0, 1, 2, 5, 21, 1234)] == counted


def test_russian_has_its_three_forms_in_whole_sentences() -> None:
    with speaking("ru"):
        assert [privacy.person_forgotten(count).split(".")[0] for count in (1, 2, 5, 11, 21, 22)] == [
            "Забыто: 1 твоя фотография", "Забыто: 2 твои фотографии", "Забыто: 5 твоих фотографий",
            "Забыто: 11 твоих фотографий", "Забыто: 21 твоя фотография", "Забыто: 22 твои фотографии",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("en", ["9 Mar 2024", "1,234", "1.6 MB", "12.3 GB"]),
        ("de", ["9. März 2024", "1.234", "1,6 MB", "12,3 GB"]),
        ("es", ["9 mar 2024", "1.234", "1,6 MB", "12,3 GB"]),
        ("fr", ["9 mars 2024", "1\u202f234", "1,6 Mo", "12,3 Go"]),
        ("ru", ["9 мар. 2024\u202fг.", "1\u00a0234", "1,6 МБ", "12,3 ГБ"]),
    ],
)
def test_dates_numbers_and_sizes_are_written_as_each_language_does(code: str, written: list[str]) -> None:
    with speaking(code):
        assert [day(LONG_AGO), number(1234), megabytes(1_550_000), megabytes(12_345_000_000)] == written
