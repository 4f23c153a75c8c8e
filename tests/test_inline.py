"""`@bot sunset` in any chat: photos of one's own chats, for oneself alone, and of no chat that can't be confirmed."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from bot import memberships
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from bot.texts import inline
from bot.vision.model import ModelUnavailable
from tests.conftest import Start
from tests.fakes import BLUE, GREEN, RED, MeanColour, picture
from tests.memory import Memory
from tests.test_albums_in_chat import shades
from tests.test_answers import LONG_AGO

REDDISH, PINK = (255, 60, 0), (255, 0, 60)


@pytest.fixture
def telegram(telegram: Telegram) -> Telegram:
    telegram.supports_inline_queries = True
    return telegram


@pytest.fixture
def club(telegram: Telegram, ann: User, ben: User) -> Chat:
    """A group in which the bot is an admin."""
    return telegram.new_chat("supergroup", "Club", members=[ann, ben], bot_status="administrator")


async def answered(telegram: Telegram, user: User, words: str = "", **more: Any) -> dict[str, Any]:
    """Ask, and wait for the answer: results, next_offset, and the call."""
    query_id = telegram.ask_inline(user, words, **more)
    await telegram.wait_for(lambda: telegram.inline_results(query_id) is not None)
    return {"id": query_id, **telegram.inline_queries[query_id]}


def files(answer: dict[str, Any]) -> list[str]:
    return [result["photo_file_id"] for result in answer["results"]]


def shown(*messages: Message) -> list[str]:
    return [message["photo"][-1]["file_id"] for message in messages]


def button(answer: dict[str, Any]) -> str:
    text: str = answer["call"]["button"]["text"]
    return text


async def test_words_find_photos_of_all_chats_of_ones_own_the_best_first(
    telegram: Telegram, club: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("group", "Other", members=[ann], bot_status="administrator")
    private = telegram.new_chat("private", members=[ann])
    async with start():
        pink, green = (telegram.send_photo(club, ben, picture(colour), date=LONG_AGO) for colour in (PINK, GREEN))
        telegram.send_photo(club, ann, picture(BLUE), date=LONG_AGO)
        red = telegram.send_photo(other, ann, picture(RED), date=LONG_AGO)
        mine = telegram.send_photo(private, ann, picture((255, 30, 30)), date=LONG_AGO)
        await memory.settled()
        found = await answered(telegram, ann, "red")
        without = await answered(telegram, ann, "red -blue")
        hers = await answered(telegram, ben, "red")
    assert files(found) == shown(red, mine, pink)
    assert files(without)[0] == shown(red)[0]
    assert files(hers) == shown(pink)
    assert found["call"]["is_personal"] is True
    assert found["call"]["cache_time"] == 0
    assert found["next_offset"] == ""
    assert button(found) == inline.button_about()
    assert not set(shown(green)) & set(files(found))


async def test_what_is_typed_is_never_written_to_disk(
    telegram: Telegram, club: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(club, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        await answered(telegram, ann, "periwinkle")
        assert b"periwinkle" not in memory.bytes_on_disk()
    assert b"periwinkle" not in memory.bytes_on_disk()


@pytest.mark.parametrize(
    "reason", ["bot is no admin", "left", "restricted and out", "stranger", "not allowed", "no answer", "bot out"]
)
async def test_a_chat_that_can_not_be_confirmed_shows_nothing(
    telegram: Telegram, club: Chat, ann: User, ben: User, start: Start, memory: Memory, reason: str
) -> None:
    settings: dict[str, Any] = {"allowed_chats": [club.id, 17]} if reason == "not allowed" else {}
    asker = telegram.add_user("Eve") if reason == "stranger" else ann
    async with start(**settings):
        telegram.send_photo(club, ann, picture(RED), date=LONG_AGO)
        telegram.send_photo(club, ben, picture(GREEN), date=LONG_AGO)
        await memory.settled()
    async with start(**(settings | {"allowed_chats": [17]} if settings else {})):
        if reason == "bot is no admin":
            club.bot_status = "member"
        elif reason == "left":
            club.members = [ben]
        elif reason == "restricted and out":
            telegram.restrict(club, ann, can_send_photos=False)
            club.members = [ben]
        elif reason == "no answer":
            telegram.faults.add("getChatMember", "500", times=2)
        elif reason == "bot out":
            telegram.remove_bot(club, ben)
            await memory.settled()
        found = await answered(telegram, asker, "red")
    assert found["results"] == []
    assert button(found) == inline.button_no_chat()


async def test_a_restricted_member_is_a_member(
    telegram: Telegram, club: Chat, ann: User, start: Start, memory: Memory
) -> None:
    telegram.restrict(club, ann, can_send_photos=False)
    async with start():
        sent = telegram.send_photo(club, ann, picture(RED), date=LONG_AGO)
        telegram.send_photo(club, ann, picture(GREEN), date=LONG_AGO)
        await memory.settled()
        assert files(await answered(telegram, ann, "red")) == shown(sent)


async def test_who_only_asked_something_is_known_and_who_did_nothing_is_not(
    telegram: Telegram, club: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        sent = telegram.send_photo(club, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        assert button(await answered(telegram, ben)) == inline.button_no_chat()
        telegram.send_text(club, ben, "/find red")
        await memory.settled()
        assert files(await answered(telegram, ben)) == shown(sent)


async def test_membership_is_asked_anew_after_seconds_and_shared_by_what_is_typed_meanwhile(
    telegram: Telegram, club: Chat, ann: User, start: Start, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start():
        telegram.send_photo(club, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        for words in ("r", "re", "red"):
            await answered(telegram, ann, words)
        assert len(telegram.called("getChatMember")) == 2  # the bot's own, and hers
        monkeypatch.setattr(memberships, "KEPT", 0.0)
        club.members = []
        assert (await answered(telegram, ann, "red"))["results"] == []
    assert len(telegram.called("getChatMember")) == 4


async def test_without_words_the_latest_come_first_without_files_spoilers_and_muted(
    telegram: Telegram, club: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        first, second, muted = (
            telegram.send_photo(club, ann, picture(colour), date=LONG_AGO + number)
            for number, colour in enumerate((RED, GREEN, BLUE))
        )
        telegram.send_photo(club, ann, picture(PINK), date=LONG_AGO + 5, spoiler=True)
        telegram.send_document(club, ann, picture(REDDISH), date=LONG_AGO + 6)
        telegram.send_text(club, ann, "/mute", reply_to=muted["message_id"])
        await memory.settled()
        telegram.forward(first, club, ann, date=LONG_AGO + 9)
        await memory.settled()
        latest = await answered(telegram, ann, "  ")
        red = await answered(telegram, ann, "red")
    assert files(latest) == shown(first, second)
    assert files(red) == shown(first)


async def test_pages_of_fifty_follow_by_their_offset(
    telegram: Telegram, club: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        for number, colour in enumerate(shades(RED, 60)):
            telegram.send_photo(club, ann, picture(colour), date=LONG_AGO + number)
        await memory.settled(30)
        first = await answered(telegram, ann)
        second = await answered(telegram, ann, offset=first["next_offset"])
        forged = [await answered(telegram, ann, offset=offset) for offset in ("9999", "-3", "x", "٣")]
    assert (len(files(first)), first["next_offset"]) == (50, "50")
    assert (len(files(second)), second["next_offset"]) == (10, "")
    assert len({*files(first), *files(second)}) == 60
    assert "button" not in second["call"]
    assert [len(files(one)) for one in forged] == [0, 50, 50, 50]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("purple", inline.button_nothing_near),
        ("red from:nobody", inline.button_nothing_near),
        ("red in:here", inline.button_not_understood),
        ("since:soon", inline.button_not_understood),
        ("-red", inline.button_not_understood),
    ],
)
async def test_what_finds_nothing_says_why(
    telegram: Telegram, club: Chat, ann: User, start: Start, memory: Memory, words: str, expected: Any
) -> None:
    async with start():
        for colour in (RED, GREEN):
            telegram.send_photo(club, ann, picture(colour), date=LONG_AGO)
        await memory.settled()
        found = await answered(telegram, ann, words)
    assert (found["results"], button(found)) == ([], expected())


class Speechless(MeanColour):
    """A model whose text tower can't be had."""

    def embed_texts(self, texts: object) -> Any:
        raise ModelUnavailable("The hub can't be reached. Set LOOKBACK_MODEL=pocket.")


async def test_without_a_text_tower_the_latest_are_still_shown(
    telegram: Telegram, club: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(clip=Speechless()):
        sent = telegram.send_photo(club, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        words, none = await answered(telegram, ann, "red"), await answered(telegram, ann)
    assert (words["results"], button(words)) == ([], inline.button_no_words())
    assert files(none) == shown(sent)


async def test_a_newer_query_of_the_same_person_ends_the_older(
    telegram: Telegram, club: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        for sender, colour in ((ann, RED), (ben, GREEN)):
            telegram.send_photo(club, sender, picture(colour), date=LONG_AGO)
        await memory.settled()
        telegram.faults.add("getChatMember", "slow", times=2, seconds=0.5)
        older = telegram.ask_inline(ann, "gre")
        await telegram.wait_for(lambda: telegram.called("getChatMember"))
        newer = await answered(telegram, ann, "green")
        await asyncio.sleep(0.7)
    assert telegram.inline_results(older) is None
    assert len(newer["results"]) == 1
    assert len(telegram.called("answerInlineQuery")) == 1


async def test_nothing_is_looked_for_while_someone_types(
    telegram: Telegram, club: Chat, ann: User, start: Start, memory: Memory
) -> None:
    model = Counting()
    async with start(clip=model):
        sent = telegram.send_photo(club, ann, picture(RED), date=LONG_AGO)
        telegram.send_photo(club, ann, picture(GREEN), date=LONG_AGO)
        await memory.settled()
        for words in ("r", "re"):
            telegram.ask_inline(ann, words)
            await asyncio.sleep(0.02)
        assert files(await answered(telegram, ann, "red")) == shown(sent)
    assert [texts for texts in model.asked if len(texts) == 1] == [["red"]]


class Counting(MeanColour):
    """A model that notes what it is asked to embed."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[str]] = []

    def embed_texts(self, texts: Sequence[str]) -> Any:
        self.asked.append(list(texts))
        return super().embed_texts(texts)


async def test_a_query_that_telegram_no_longer_waits_for_is_let_go(
    telegram: Telegram, club: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        sent = telegram.send_photo(club, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        late = telegram.ask_inline(ann, "red")
        telegram.inline_queries[late]["at"] -= 60
        await telegram.wait_for(lambda: telegram.called("answerInlineQuery"))
        assert files(await answered(telegram, ann)) == shown(sent)
    assert telegram.inline_results(late) is None


async def test_a_result_that_is_sent_is_remembered_where_it_is_sent_and_not_answered(
    telegram: Telegram, club: Chat, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(club, ann, picture(RED), date=LONG_AGO)
        telegram.send_photo(group, ann, picture(REDDISH), date=LONG_AGO)
        await memory.settled()
        found = await answered(telegram, ann, "")
        here = next(one["id"] for one in found["results"])
        telegram.choose(group, ann, found["id"], here)
        await memory.settled()
    assert telegram.bot_messages(group) == []
    assert memory.value("SELECT count(*) FROM photos WHERE chat_id = ?", group.id) == 2


async def test_the_button_leads_to_an_explanation_and_so_does_privacy(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    private = telegram.new_chat("private", members=[ann])
    async with start():
        found = await answered(telegram, ann)
        telegram.send_text(private, ann, f"/start {found['call']['button']['start_parameter']}")
        await memory.settled()
        telegram.send_text(private, ann, "/privacy")
        await memory.settled()
    about, privacy = (message["text"] for message in telegram.bot_messages(private))
    assert about.startswith("Write @lookback_bot sunset at the beach in any chat")
    assert "where I am an admin, a member of this chat can look among its photos from other chats" in privacy


async def test_a_bot_without_inline_mode_hears_nothing(
    telegram: Telegram, club: Chat, ann: User, start: Start, memory: Memory
) -> None:
    telegram.supports_inline_queries = False
    async with start():
        telegram.send_photo(club, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.ask_inline(ann, "red")
        await memory.settled()
    assert telegram.called("answerInlineQuery") == []
