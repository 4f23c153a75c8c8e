"""`/find`: words, filters, or a photo with words, to the photos of one chat; every outcome has a sentence."""

import json
import re
from dataclasses import dataclass

import pytest

from bot import texts
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from bot.texts import finding, muting, privacy
from bot.vision.model import ModelUnavailable
from tests.conftest import Start
from tests.fakes import BLUE, GREEN, RED, MeanColour, picture
from tests.memory import Memory
from tests.test_album_buttons import buttons, told
from tests.test_albums_in_chat import file_ids, send, shades
from tests.test_answers import LONG_AGO
from tests.test_commands import Unreachable
from tests.test_texts import plain

DAY = 86400
REDDISH = (255, 60, 0)


def said(telegram: Telegram, chat: Chat) -> list[str]:
    """What the bot has said in a chat, in words or as a caption."""
    return [text for message in telegram.bot_messages(chat) if (text := message.get("text") or message.get("caption"))]


def shown(telegram: Telegram, chat: Chat) -> list[str]:
    """The photos that the bot has shown in a chat, by their file ids."""
    return file_ids([message for message in telegram.bot_messages(chat) if "photo" in message])


async def find(telegram: Telegram, chat: Chat, user: User, memory: Memory, words: str, **more: object) -> Message:
    """Ask, and wait for the answer; the question."""
    asked = telegram.send_text(chat, user, f"/find {words}".strip(), **more)
    await memory.settled()
    return asked


async def test_find_shows_what_is_near_the_words_in_one_album_with_ranks(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        sent = [
            telegram.send_photo(group, who, picture(colour), date=LONG_AGO + DAY * number)
            for number, (who, colour) in enumerate([(ann, REDDISH), (ben, GREEN), (ben, RED), (ann, BLUE)])
        ]
        await memory.settled()
        asked = await find(telegram, group, ann, memory, "red")
    first, second = telegram.bot_messages(group)
    assert [first["photo"], second["photo"]] == [sent[2]["photo"], sent[0]["photo"]]
    assert first["media_group_id"] == second["media_group_id"]
    assert first["reply_to_message"]["message_id"] == asked["message_id"]
    assert first["caption"] == (
        "2 photos for red, the best first:\n1. Ben · 11 Mar 2024 · open\n2. Ann · 9 Mar 2024 · open"
    )
    links = [entity["url"] for entity in first["caption_entities"] if entity["type"] == "text_link"]
    assert [int(link.rsplit("/")[-1]) for link in links] == [sent[2]["message_id"], sent[0]["message_id"]]
    assert (group.id, "typing") in telegram.actions
    assert memory.states("find") == ["done"]


async def test_words_are_subtracted_and_added(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    orange, red, pink = (255, 110, 0), RED, (255, 0, 120)
    async with start():
        sent = {
            colour: telegram.send_photo(group, ann, picture(colour), date=LONG_AGO)
            for colour in (orange, red, pink, GREEN, BLUE)
        }
        await memory.settled()
        for words in ("red", "-n green red", "red −orange", "red +blue"):
            await find(telegram, group, ann, memory, words)
    expected = [[red, orange, pink], [red, pink, orange], [red, pink], [pink]]
    assert shown(telegram, group) == file_ids([sent[colour] for answer in expected for colour in answer])


async def test_in_reply_to_a_photo_the_words_are_added_to_it(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        dark, light, blue = (
            telegram.send_photo(group, ann, picture(colour), date=LONG_AGO)
            for colour in ((200, 10, 0), (250, 0, 60), BLUE)
        )
        unheard = telegram.post(group, ann, {"photo": telegram.files.add_photo(picture(RED))}, date=LONG_AGO)
        await memory.settled()
        await find(telegram, group, ann, memory, "", reply_to=unheard["message_id"])
        await find(telegram, group, ann, memory, "+blue", reply_to=unheard["message_id"])
    answers = telegram.bot_messages(group)
    assert file_ids(answers[:2]) == file_ids([dark, light])
    assert blue["photo"] in [message["photo"] for message in answers[2:]]
    assert file_ids(answers[2:]).index(file_ids([light])[0]) < file_ids(answers[2:]).index(file_ids([dark])[0])
    assert unheard["photo"] not in [message["photo"] for message in answers]


async def test_a_picture_that_was_sent_again_is_listed_once_with_its_first_sender(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        first = telegram.send_photo(group, ben, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.forward(first, group, ann, date=LONG_AGO + DAY)
        telegram.send_photo(group, ann, picture(GREEN), date=LONG_AGO)
        await memory.settled()
        await find(telegram, group, ann, memory, "red")
    assert said(telegram, group) == ["1 photo for red:\n1. Ben · 9 Mar 2024 · open"]


async def test_a_spoiler_stays_one(telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO, spoiler=True)
        telegram.send_photo(group, ann, picture(REDDISH), date=LONG_AGO)
        telegram.send_photo(group, ann, picture(GREEN), date=LONG_AGO)
        await memory.settled()
        await find(telegram, group, ann, memory, "red")
    assert [message.get("has_media_spoiler", False) for message in telegram.bot_messages(group)] == [True, False]


@dataclass
class Filtered:
    """A forum with photos of two people, two topics and two months, in that order."""

    chat: Chat
    topic: int
    sent: list[Message]


async def filtered(telegram: Telegram, ann: User, ben: User, memory: Memory) -> Filtered:
    forum = telegram.new_chat("supergroup", "Forum", members=[ann, ben], forum=True)
    telegram.create_topic(forum)  # 1, as Telegram numbers General
    topic = telegram.create_topic(forum)
    sent = [
        telegram.send_photo(forum, ann, picture((250, 0, 0)), date=LONG_AGO),
        telegram.send_photo(forum, ben, picture((240, 9, 0)), date=LONG_AGO + DAY, topic=topic),
        telegram.send_photo(forum, ann, picture((230, 20, 0)), date=LONG_AGO + 31 * DAY, topic=topic),
        telegram.send_photo(forum, ben, picture(BLUE), date=LONG_AGO),
    ]
    await memory.settled()
    return Filtered(forum, topic, sent)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("red from:ben", [1]),
        ("red from:@BEN", [1]),
        ("red from:me", [0, 2]),
        ("red from:ann from:ben", [0, 1, 2]),
        ("red since:2024-04", [2]),
        ("red until:2024-03-09", [0]),
        ("red since:2024-03-10 until:2024", [1, 2]),
        ("red in:general", [0]),
        ("red in:1", [0]),
        ("red in:here", [1, 2]),
        ("in:here from:ann", [2]),
        ("from:ben", [1, 3]),
        ("since:2024-03-10", [2, 1]),
    ],
)
async def test_filters_narrow_the_search_and_alone_list_the_latest_first(
    telegram: Telegram, ann: User, ben: User, start: Start, memory: Memory, words: str, expected: list[int]
) -> None:
    async with start():
        given = await filtered(telegram, ann, ben, memory)
        await find(telegram, given.chat, ann, memory, words, topic=given.topic)
    assert shown(telegram, given.chat) == file_ids([given.sent[number] for number in expected])


async def test_who_is_mentioned_without_a_username_is_known_by_id(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    other = telegram.add_user("Ann 👋 Smith")
    chat = telegram.new_chat("supergroup", "Two", members=[ann, other])
    async with start():
        telegram.send_photo(chat, ann, picture(RED), date=LONG_AGO)
        hers = telegram.send_photo(chat, other, picture(REDDISH), date=LONG_AGO)
        telegram.send_photo(chat, ann, picture(BLUE), date=LONG_AGO)
        await memory.settled()
        text = "/find red from:Ann 👋 Smith"
        mention = {"type": "text_mention", "offset": 15, "length": 12, "user": other.json()}
        command = {"type": "bot_command", "offset": 0, "length": 5}
        message = telegram.post(chat, ann, {"text": text, "entities": [command, mention]})
        telegram.deliver(chat, message)
        await memory.settled()
    assert shown(telegram, chat) == file_ids([hers])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", finding.find_needs_words),
        ("-n red", finding.only_minus),
        ("-red from:ann", finding.only_minus),
        ("red +", lambda: finding.unfinished("+")),
        ("red since:soon", lambda: finding.no_date("soon")),
        ("red in:<garden>", lambda: finding.no_topic("<garden>")),
        ("red since:2025 until:2024", finding.upside_down),
        ("red " * 60, lambda: finding.too_long(200)),
        ("red from:nobody", lambda: finding.unknown_sender("nobody")),
        ("red since:2020 until:2021", finding.nothing_fits),
        ("purple", lambda: finding.nothing_near("purple", None)),
        ("<purple>", lambda: finding.nothing_near("<purple>", None)),
        ("фиолетовый", lambda: finding.nothing_near("фиолетовый", finding.english_only())),
    ],
)  # fmt: skip
async def test_what_can_not_be_answered_gets_one_clear_sentence(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, words: str, expected: object
) -> None:
    assert callable(expected)
    async with start():
        for colour in (RED, GREEN):
            telegram.send_photo(group, ann, picture(colour), date=LONG_AGO)
        await memory.settled()
        await find(telegram, group, ann, memory, words)
    assert said(telegram, group) == [plain(expected(), texts.MESSAGE_LIMIT)]


async def test_another_script_is_noted_once_under_what_was_found(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        for colour in (RED, GREEN):
            telegram.send_photo(group, ann, picture(colour), date=LONG_AGO)
        await memory.settled()
        await find(telegram, group, ann, memory, "red -снег")
        await find(telegram, group, ann, memory, "red -snow")
    noted, plainly = said(telegram, group)
    assert noted.split("\n")[2:] == [finding.english_only()]
    assert finding.english_only() not in plainly


async def test_a_chat_without_photos_says_so(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        await find(telegram, group, ann, memory, "red")
    assert said(telegram, group) == [finding.no_photos()]


async def test_what_can_not_be_asked_about_is_explained(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        broken = telegram.send_document(group, ann, picture(RED)[:400])
        template = telegram.send_photo(group, ann, picture(GREEN), date=LONG_AGO)
        telegram.send_text(group, ann, "/mute", reply_to=template["message_id"])
        telegram.send_text(group, ben, "/forget me")
        old = telegram.post(group, ben, {"photo": telegram.files.add_photo(picture(BLUE))}, date=LONG_AGO)
        await memory.settled()
        for target in (broken, template, old):
            await find(telegram, group, ann, memory, "+snow", reply_to=target["message_id"])
    assert said(telegram, group)[2:] == [
        "I could not look at this picture: the file is cut off.", muting.similar_to_muted(),
        privacy.not_to_be_remembered(),
    ]  # fmt: skip
    assert memory.ask("SELECT 1 FROM photos WHERE sender_name = 'Ben'") == []


async def test_an_own_answer_is_nothing_to_ask_about(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        for colour in (RED, GREEN):
            telegram.send_photo(group, ann, picture(colour), date=LONG_AGO)
        await memory.settled()
        await find(telegram, group, ann, memory, "red")
        (answer,) = telegram.bot_messages(group)
        await find(telegram, group, ann, memory, "+blue", reply_to=answer["message_id"])
    assert said(telegram, group)[1:] == [finding.not_this_photo()]


class Speechless(MeanColour):
    """A model whose text tower can't be had."""

    def embed_texts(self, texts: object) -> object:  # type: ignore[override]
        raise ModelUnavailable("The hub can't be reached. Set LOOKBACK_MODEL=pocket.")


async def test_a_text_tower_that_can_not_be_had_is_one_sentence_and_filters_work_without_it(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(clip=Speechless()):
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        await find(telegram, group, ann, memory, "red")
        await find(telegram, group, ann, memory, "from:ann")
    words, filters = said(telegram, group)
    assert words == "I can't look for words now. The hub can't be reached. Set LOOKBACK_MODEL=pocket."
    assert filters.startswith("1 photo from here:\n1. Ann")


async def test_a_photo_that_waits_for_the_model_is_said_to(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.events.PATIENCE", 0.2)
    async with start(clip=Unreachable()):
        sent = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        telegram.send_text(group, ann, "/find +snow", reply_to=sent["message_id"])
        await telegram.wait_for(lambda: telegram.bot_messages(group))
    (answer,) = said(telegram, group)
    assert answer.startswith("This photo is remembered and waits for the model. ")


async def test_more_brings_the_next_ten_once_and_in_their_order(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    private = telegram.new_chat("private", members=[ann])
    async with start(threshold=1.0):
        send(telegram, private, [*shades(RED, 23), GREEN])
        await memory.settled()
        await find(telegram, private, ann, memory, "red")
        *_, more = telegram.bot_messages(private)
        assert more["text"] == "There are 13 more."
        assert list(buttons(more)) == ["Show 10 more"]
        later = telegram.send_photo(private, ann, picture((250, 40, 41)), date=telegram.clock() + 5)
        await memory.settled()
        (data,) = buttons(more).values()
        for _ in range(2):
            telegram.press(private, more["message_id"], data, ann)
        await memory.settled()
        telegram.press(private, more["message_id"], data, ann)
        await memory.settled()
        assert told(telegram)[-1] == texts.already_shown()
        *_, last = telegram.bot_messages(private)
        telegram.press(private, last["message_id"], *buttons(last).values(), ann)
        await memory.settled()
    answers = telegram.bot_messages(private)
    pages = [message for message in answers if "photo" in message]
    ranks = [int(rank) for text in said(telegram, private) for rank in re.findall(r"^(\d+)\. Ann", text, re.MULTILINE)]
    assert ranks == list(range(1, 24))
    assert len(set(file_ids(pages))) == len(pages) == 23
    assert later["photo"] not in [message["photo"] for message in pages]
    assert [message["text"] for message in answers if "text" in message] == ["There are 13 more.", "There are 3 more."]
    assert not any(buttons(message) for message in answers)
    assert memory.states("find").count("done") >= 3


@pytest.mark.parametrize("offset", [0, 1, 11, 20])
async def test_a_page_that_no_button_offers_is_not_given(
    telegram: Telegram, ann: User, start: Start, memory: Memory, offset: int
) -> None:
    private = telegram.new_chat("private", members=[ann])
    async with start(threshold=1.0):
        send(telegram, private, shades(RED, 23))
        await memory.settled()
        await find(telegram, private, ann, memory, "red")
        before = telegram.bot_messages(private)
        (data,) = buttons(before[-1]).values()
        telegram.press(private, before[-1]["message_id"], f"{data.rsplit(':', 1)[0]}:{offset}", ann)
        await memory.settled()
    assert told(telegram) == [finding.too_old()]
    assert telegram.bot_messages(private) == before


async def test_the_button_of_a_search_takes_no_other_buttons_away(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    private = telegram.new_chat("private", members=[ann])
    async with start(threshold=1.0):
        send(telegram, private, shades(RED, 13))
        await memory.settled()
        await find(telegram, private, ann, memory, "red")
        (data,) = buttons(telegram.bot_messages(private)[-1]).values()
        telegram.send_text(private, ann, "/settings")
        settings = await telegram.wait_for(
            lambda: next((one for one in telegram.bot_messages(private) if len(buttons(one)) > 1), None)
        )
        telegram.press(private, settings["message_id"], data, ann)
        await memory.settled()
    assert told(telegram) == [finding.too_old()]
    assert telegram.bot_messages(private)[-1] == settings
    assert not telegram.called("editMessageReplyMarkup")


async def test_a_query_that_turns_the_line_around_turns_nothing_but_itself(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(GREEN), date=LONG_AGO)
        await memory.settled()
        await find(telegram, group, ann, memory, "\u202ered")
    assert said(telegram, group) == ["No photo here is near enough to \u2068\u202ered\u2069."]


async def test_a_short_budget_gets_one_photo_with_links_and_the_button_under_it(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        send(telegram, group, [*shades(RED, 12), GREEN])
        await memory.settled()
        await find(telegram, group, ann, memory, "red")
        await find(telegram, group, ann, memory, "red from:ann")
    *_, short = telegram.bot_messages(group)
    assert len(telegram.bot_messages(group)) == 12
    assert list(buttons(short)) == ["Show 2 more"]
    assert short["caption"].startswith("12 photos for red, the best first:\n1. Ann")
    assert short["caption"].endswith("(shown here: 1)")
    assert len([entity for entity in short["caption_entities"] if entity["type"] == "text_link"]) == 10


@pytest.mark.parametrize("forged", ["find:999:10", "find:{other}:10", "find:{own}:9999", "find:{photo}:10"])
async def test_a_forged_button_shows_nothing(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, forged: str
) -> None:
    elsewhere = telegram.new_chat("supergroup", "Elsewhere", members=[ann])
    async with start():
        for chat in (group, elsewhere):
            send(telegram, chat, [*shades(RED, 12), GREEN])
            await memory.settled()
            await find(telegram, chat, ann, memory, "red")
        kinds = {row["chat_id"]: row["id"] for row in memory.ask("SELECT id, chat_id FROM events WHERE kind = 'find'")}
        photo = memory.value("SELECT min(id) FROM events WHERE kind = 'photo' AND chat_id = ?", group.id)
        data = forged.format(other=kinds[elsewhere.id], own=kinds[group.id], photo=photo)
        before = len(telegram.bot_messages(group))
        telegram.press(group, telegram.bot_messages(group)[-1]["message_id"], data, ann)
        await memory.settled()
    assert len(telegram.bot_messages(group)) == before
    assert told(telegram) == [finding.too_old()]


async def test_an_answer_is_taken_back_with_its_button(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        send(telegram, group, [*shades(RED, 12), GREEN])
        await memory.settled()
        await find(telegram, group, ben, memory, "red")
        first, *_ = telegram.bot_messages(group)
        telegram.send_text(group, ben, "✖", reply_to=first["message_id"])
        await memory.settled()
    assert telegram.bot_messages(group) == []


async def test_the_words_go_after_two_days_and_with_those_who_are_forgotten(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        send(telegram, group, [RED, GREEN])
        await memory.settled()
        await find(telegram, group, ann, memory, "periwinkle")
        await find(telegram, group, ben, memory, "aquamarine")
        assert [word for word in (b"periwinkle", b"aquamarine") if word not in memory.bytes_on_disk()] == []
        telegram.send_text(group, ben, "/forget me")
        await memory.settled()
        requests = [row["request"] for row in memory.ask("SELECT request FROM events WHERE kind = 'find' ORDER BY id")]
        assert json.loads(requests[0])["query"]["plus"] == ["periwinkle"]
        assert requests[1] == "{}"
        memory.change("UPDATE events SET sent_at = sent_at - ?", 2 * DAY + 1)
    async with start():
        await telegram.wait_for(lambda: memory.value("SELECT max(request) FROM events WHERE kind = 'find'") == "{}")


async def test_a_search_that_was_under_way_is_answered_after_a_restart_once(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        send(telegram, group, [*shades(RED, 12), GREEN])
        await memory.settled()
        await find(telegram, group, ann, memory, "red")
    assert len(telegram.bot_messages(group)) == 11
    memory.change("UPDATE events SET state = 'waiting', ended_at = NULL WHERE kind = 'find'")
    memory.change("DELETE FROM sends WHERE step = 'more'")  # as if the program had ended between the two
    async with start():
        await memory.settled()
    assert len(telegram.bot_messages(group)) == 12
    assert list(buttons(telegram.bot_messages(group)[-1])) == ["Show 2 more"]
    assert memory.states("find") == ["done"]
