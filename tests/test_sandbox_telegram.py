"""The fake Telegram is faithful where the bot can notice: Telegram's own refusals, and what it takes note of.

The texts are those of the Bot API server (tdlib/telegram-bot-api, Client.cpp) and of TDLib; through both doors.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import InputFile
from telegram.request import HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.sandbox import entities
from bot.sandbox.door_http import serve
from bot.sandbox.door_inprocess import InProcess
from bot.sandbox.people import PERMISSIONS
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.fakes import BLUE, GREEN, RED, picture

Ask = Callable[..., Awaitable[Any]]
HOURS = 3600
LONG_BUTTON, EMPTY_BUTTON = ({"inline_keyboard": [[{"text": "x", "callback_data": data}]]} for data in ("é" * 33, ""))


@pytest.fixture(params=["in process", "over HTTP"])
async def ask(request: pytest.FixtureRequest, telegram: Telegram) -> AsyncIterator[Ask]:
    """Call a method as python-telegram-bot does: the result, or Telegram's description of the refusal."""
    async with serve(telegram) as url:
        client = HTTPXRequest() if request.param == "over HTTP" else InProcess(telegram)

        async def call(method: str, **params: Any) -> Any:
            given = RequestData([RequestParameter.from_input(name, value) for name, value in params.items()])
            _, body = await client.do_request(f"{url}/bot{telegram.token}/{method}", "POST", given)
            answer = json.loads(body)
            return answer["result"] if answer["ok"] else answer["description"]

        await client.initialize()
        yield call
        await client.shutdown()


def expect_violation(telegram: Telegram, *noted: str) -> None:
    """This test makes wrong calls on purpose: these were noted, and fail it no more."""
    assert telegram.violations == list(noted)
    telegram.violations.clear()


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("getChat", {}), ("getChatAdministrators", {}), ("leaveChat", {}), ("sendMessage", {"text": "x"}),
        ("sendMediaGroup", {"media": [{"type": "photo", "media": "AgAC000001s"}] * 2}),
    ],
)  # fmt: skip
async def test_an_unknown_chat(ask: Ask, method: str, params: dict[str, Any]) -> None:
    for chat_id in (-5, "@nobody"):
        assert await ask(method, chat_id=chat_id, **params) == "Bad Request: chat not found"
    assert await ask(method, **params) == "Bad Request: chat_id is empty"


@pytest.mark.parametrize(
    ("kind", "status", "refusal"),
    [
        ("group", "kicked", "Forbidden: bot was kicked from the group chat"),
        ("supergroup", "kicked", "Forbidden: bot was kicked from the supergroup chat"),
        ("channel", "kicked", "Forbidden: bot was kicked from the channel chat"),
        ("group", "left", "Forbidden: bot is not a member of the group chat"),
        ("supergroup", "left", "Forbidden: bot is not a member of the supergroup chat"),
        ("private", "kicked", "Forbidden: bot was blocked by the user"),
        ("channel", "member", "Bad Request: need administrator rights in the channel chat"),
    ],
)
async def test_where_the_bot_is_out(
    telegram: Telegram, ann: User, ask: Ask, kind: str, status: str, refusal: str
) -> None:
    chat = telegram.new_chat(kind, "Chat", members=[ann], bot_status=status)
    assert await ask("sendMessage", chat_id=chat.id, text="hello") == refusal


async def test_a_group_that_became_a_supergroup_tells_its_new_id(
    telegram: Telegram, ann: User, ben: User, ask: Ask
) -> None:
    group = telegram.new_chat("group", "Hikers", members=[ann, ben])
    new = telegram.migrate(group)
    assert await ask("sendMessage", chat_id=group.id, text="hello") == (
        "Bad Request: group chat was upgraded to a supergroup chat"
    )
    status, body = await telegram.call("sendMessage", {"chat_id": group.id, "text": "hello"}, {})
    assert (status, f'"migrate_to_chat_id": {new.id}' in body.decode()) == (400, True)


@pytest.mark.parametrize(
    ("permission", "method", "refusal"),
    [
        ("can_send_messages", "sendMessage", "text messages"),
        ("can_send_photos", "sendPhoto", "photos"),
        ("can_send_photos", "sendMediaGroup", "photos"),
        ("can_send_documents", "sendDocument", "documents"),
    ],
)
async def test_a_restricted_bot_is_told_what_it_may_not_send(
    telegram: Telegram, group: Chat, ask: Ask, permission: str, method: str, refusal: str
) -> None:
    photo = telegram.files.add_photo(picture(RED))[0]["file_id"]
    document = telegram.files.add_document(picture(RED))["file_id"]
    content: dict[str, Any] = {
        "sendMessage": {"text": "hello"}, "sendPhoto": {"photo": photo}, "sendDocument": {"document": document},
        "sendMediaGroup": {"media": [{"type": "photo", "media": photo}] * 2},
    }[method]  # fmt: skip
    telegram.restrict(group, telegram.bot, **{permission: False})
    refused = await ask(method, chat_id=group.id, **content)
    assert refused == f"Bad Request: not enough rights to send {refusal} to the chat"
    told = await ask("getChatMember", chat_id=group.id, user_id=telegram.bot.id)
    assert (told["status"], told[permission]) == ("restricted", False)
    telegram.restrict(group, telegram.bot)
    assert await ask(method, chat_id=group.id, **content) != refused


async def test_what_nobody_may_send_an_admin_may(telegram: Telegram, group: Chat, ask: Ask) -> None:
    group.can_send_messages = False
    refusal = "Bad Request: not enough rights to send text messages to the chat"
    assert await ask("sendMessage", chat_id=group.id, text="hello") == refusal
    assert (await ask("getChat", chat_id=group.id))["permissions"]["can_send_messages"] is False
    telegram.promote(group, telegram.bot)
    assert (await ask("sendMessage", chat_id=group.id, text="hello"))["text"] == "hello"


async def test_members_by_their_status(telegram: Telegram, group: Chat, ann: User, ben: User, ask: Ask) -> None:
    stranger = telegram.add_user("Zoe")

    async def status(user: User) -> dict[str, Any]:
        found: dict[str, Any] = await ask("getChatMember", chat_id=group.id, user_id=user.id)
        return found

    assert [(await status(user))["status"] for user in (ann, ben, stranger)] == ["administrator", "member", "left"]
    telegram.restrict(group, ben, can_send_photos=False)
    restricted = await status(ben)
    assert restricted["status"] == "restricted"
    assert [name for name in PERMISSIONS if not restricted[name]] == ["can_send_photos"]
    telegram.promote(group, ben, "can_delete_messages")
    promoted = await status(ben)
    assert promoted["status"] == "administrator"
    assert [name for name, value in promoted.items() if value is True] == ["can_delete_messages"]
    telegram.demote(group, ben)
    telegram.restrict(group, ben)
    assert (await status(ben))["status"] == "member"
    assert await ask("getChatMember", chat_id=group.id, user_id=999) == "Bad Request: user not found"


async def test_admins_are_listed_with_the_bot_when_it_is_one(
    telegram: Telegram, group: Chat, ann: User, ask: Ask
) -> None:
    async def ids() -> list[int]:
        return [one["user"]["id"] for one in await ask("getChatAdministrators", chat_id=group.id)]

    assert await ids() == [ann.id]
    telegram.promote(group, telegram.bot)
    assert await ids() == [ann.id, telegram.bot.id]
    assert [next(iter(update)) for update in telegram.updates.kept()] == ["update_id"]
    assert telegram.updates.kept()[0]["my_chat_member"]["new_chat_member"]["can_delete_messages"] is True


@pytest.mark.parametrize(
    ("method", "params", "refusal"),
    [
        ("sendMessage", {"text": "😀" * 2049}, "Bad Request: message is too long"),
        ("sendMessage", {"text": "<b>x", "parse_mode": "HTML"}, "Bad Request: can't parse entities: Can't find end tag "
            'corresponding to start tag "b"'),
        ("sendMessage", {"text": "é<x>y</x>", "parse_mode": "HTML"},
            'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 2'),
        ("sendMessage", {"text": "a < b", "parse_mode": "HTML"},
            'Bad Request: can\'t parse entities: Unsupported start tag "" at byte offset 2'),
        ("sendMessage", {"text": "a <", "parse_mode": "HTML"},
            "Bad Request: can't parse entities: Unclosed start tag at byte offset 2"),
        ("sendMessage", {"text": "x</b>", "parse_mode": "HTML"},
            "Bad Request: can't parse entities: Unexpected end tag at byte offset 1"),
        ("sendMessage", {"text": "<b>x</i>", "parse_mode": "HTML"},
            'Bad Request: can\'t parse entities: Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("sendMessage", {"text": "x", "reply_markup": LONG_BUTTON},
            "Bad Request: BUTTON_DATA_INVALID"),
        ("sendMessage", {"text": "x", "reply_markup": EMPTY_BUTTON},
            "Bad Request: BUTTON_DATA_INVALID"),
        ("sendPhoto", {"caption": "😀" * 513}, "Bad Request: message caption is too long"),
        ("sendMediaGroup", {"media": []}, "Bad Request: there are no messages to send"),
        ("sendMediaGroup", {"media": [{}] * 11}, "Bad Request: too many messages to send as an album"),
        ("sendMediaGroup", {"media": "["}, "Bad Request: can't parse media JSON object"),
        ("sendMessage", {"text": "x", "reply_markup": "{"},
            "Bad Request: can't parse reply keyboard markup JSON object"),
        ("deleteMessages", {"message_ids": list(range(101))}, "Bad Request: too many message identifiers specified"),
        ("answerCallbackQuery", {"text": "😀" * 101}, "Bad Request: MESSAGE_TOO_LONG"),
        ("setMyCommands", {"commands": [{"command": "Upper", "description": "x"}]}, "Bad Request: BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "x", "description": "y" * 257}]},
            "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"),
    ],
)  # fmt: skip
async def test_what_no_bot_should_send_is_refused_and_fails_its_test(
    telegram: Telegram, group: Chat, ann: User, ask: Ask, method: str, params: dict[str, Any], refusal: str
) -> None:
    more: dict[str, Any] = {} if method == "setMyCommands" else {"chat_id": group.id}
    if method == "sendPhoto":
        more["photo"] = telegram.files.add_photo(picture(RED))[0]["file_id"]
    if method == "answerCallbackQuery":
        asked = telegram.send_text(group, ann, "x")
        more = {"callback_query_id": telegram.press(group, asked["message_id"], "data", ann)}
    assert await ask(method, **more, **params) == refusal
    assert telegram.bot_messages(group) == []
    expect_violation(telegram, f"{method}: {refusal}")


async def test_an_unknown_parameter_and_an_album_of_one_pass_and_fail_their_test(
    telegram: Telegram, group: Chat, ask: Ask
) -> None:
    photo = telegram.files.add_photo(picture(RED))[0]["file_id"]
    (sent,) = await ask("sendMediaGroup", chat_id=group.id, media=[{"type": "photo", "media": photo}])
    assert "media_group_id" not in sent
    assert (await ask("sendMessage", chat_id=group.id, text="x", colour="red"))["text"] == "x"
    expect_violation(
        telegram, "sendMediaGroup: an album has 2–10 items", "sendMessage: unknown parameter colour"
    )  # fmt: skip


@pytest.mark.parametrize("text", ["😀" * 2048, "<b>" + "x" * 4096 + "</b>", "x" * 4096 + "   "])
async def test_the_longest_text_passes(group: Chat, ask: Ask, text: str) -> None:
    sent = await ask("sendMessage", chat_id=group.id, text=text, parse_mode="HTML")
    assert entities.utf16_length(sent["text"]) == 4096


async def test_an_empty_text(group: Chat, ask: Ask) -> None:
    for text in ("", "  \n", "<b></b>"):
        refused = await ask("sendMessage", chat_id=group.id, text=text, parse_mode="HTML")
        assert refused == "Bad Request: message text is empty"


async def test_documents_by_upload_and_again_by_file_id(telegram: Telegram, group: Chat, ask: Ask) -> None:
    data = picture(RED, kind="PNG")
    first = await ask("sendDocument", chat_id=group.id, document=InputFile(data, "red.png"), caption="A file")
    known = first["document"]
    assert telegram.files.content(known["file_id"]) == data
    again = await ask("sendDocument", chat_id=group.id, document=known["file_id"])
    assert again["document"]["file_unique_id"] == known["file_unique_id"]
    assert again["message_id"] != first["message_id"]
    wrong = "Bad Request: wrong file identifier/HTTP URL specified"
    assert await ask("sendDocument", chat_id=group.id, document="BQAC999999") == wrong
    assert await ask("sendPhoto", chat_id=group.id, photo=known["file_id"]) == (
        "Bad Request: can't use file of type Document as Photo"
    )
    photo = telegram.files.add_photo(data)[0]["file_id"]
    assert await ask("sendDocument", chat_id=group.id, document=photo) == (
        "Bad Request: can't use file of type Photo as Document"
    )


async def test_an_album_has_one_id_an_item_and_one_group_id(telegram: Telegram, group: Chat, ask: Ask) -> None:
    known = telegram.files.add_photo(picture(RED))[-1]["file_id"]
    media = [{"type": "photo", "media": known}, {"type": "photo", "media": "attach://new", "has_spoiler": True}]
    sent = await ask("sendMediaGroup", chat_id=group.id, media=media, new=InputFile(picture(GREEN), attach=False))
    assert sent[1]["message_id"] == sent[0]["message_id"] + 1
    assert len({one["media_group_id"] for one in sent}) == 1
    assert [one.get("has_media_spoiler") for one in sent] == [None, True]


async def test_an_album_of_documents_and_none_of_both(telegram: Telegram, group: Chat, ask: Ask) -> None:
    photo = {"type": "photo", "media": telegram.files.add_photo(picture(RED))[-1]["file_id"]}
    document = {"type": "document", "media": telegram.files.add_document(b"raw")["file_id"]}
    sent = await ask("sendMediaGroup", chat_id=group.id, media=[document, document])
    assert ["document" in one for one in sent] == [True, True]
    assert await ask("sendMediaGroup", chat_id=group.id, media=[photo, document]) == (
        "Bad Request: document can't be mixed with other media types"
    )


async def test_entities_that_are_given_as_they_are(group: Chat, ask: Ask) -> None:
    bold = {"type": "bold", "offset": 2, "length": 3}
    sent = await ask("sendMessage", chat_id=group.id, text="  bold  ", entities=[bold])
    assert (sent["text"], sent["entities"]) == ("bold", [bold | {"offset": 0}])


async def test_a_file_of_more_than_20_mb_is_not_handed_out(telegram: Telegram, ask: Ask) -> None:
    big = telegram.files.add_document(b"raw", 20_000_001)["file_id"]
    assert await ask("getFile", file_id=big) == "Bad Request: file is too big"
    assert await ask("getFile", file_id="AgAC999999s") == (
        "Bad Request: wrong file_id or the file is temporarily unavailable"
    )


async def test_a_reaction_is_kept_beside_the_message_and_told(
    telegram: Telegram, group: Chat, ann: User, ask: Ask
) -> None:
    message = telegram.send_photo(group, ann, picture(RED))
    before, number = dict(message), message["message_id"]
    with telegram.feed.listen() as queue:
        assert await ask("setMessageReaction", chat_id=group.id, message_id=number, reaction=[emoji("👍")]) is True
        events = [queue.get_nowait() for _ in range(queue.qsize())]
    assert group.reactions == {str(number): [emoji("👍")]}
    assert group.messages[number] == before
    (told,) = (event.data for event in events if event is not None and event.kind == "reaction")
    assert told == {"chat_id": group.id, "message_id": number, "reactions": [emoji("👍")]}
    assert await ask("setMessageReaction", chat_id=group.id, message_id=number) is True
    assert group.reactions == {}


def emoji(character: str) -> dict[str, str]:
    return {"type": "emoji", "emoji": character}


@pytest.mark.parametrize(
    ("reaction", "allowed", "refusal"),
    [
        ([emoji("🦖")], None, "Bad Request: REACTION_INVALID"),
        ([emoji("👍")], ["🔥"], "Bad Request: REACTION_INVALID"),
        ([emoji("👍")], [], "Bad Request: REACTION_INVALID"),
        ([emoji("👍"), emoji("🔥")], None, "Bad Request: REACTIONS_TOO_MANY"),
        ([{"type": "word"}], None, "Bad Request: can't parse ReactionType: invalid reaction type specified"),
    ],
)
async def test_a_wrong_reaction(
    telegram: Telegram, group: Chat, ann: User, ask: Ask, reaction: list[dict[str, str]], allowed: list[str] | None,
    refusal: str,
) -> None:  # fmt: skip
    number = telegram.send_text(group, ann, "x")["message_id"]
    group.available_reactions = allowed
    assert await ask("setMessageReaction", chat_id=group.id, message_id=number, reaction=reaction) == refusal
    assert group.reactions == {}
    missing = await ask("setMessageReaction", chat_id=group.id, message_id=999, reaction=[emoji("👍")])
    assert missing == "Bad Request: message to react not found"


async def test_the_bot_deletes_its_own_young_messages_and_as_an_admin_those_of_others(
    telegram: Telegram, group: Chat, ann: User, ask: Ask
) -> None:
    telegram.send_text(group, ann, "the first message of a supergroup stays")
    others, own = telegram.send_text(group, ann, "x"), await ask("sendMessage", chat_id=group.id, text="y")
    delete = {"chat_id": group.id, "message_id": others["message_id"]}
    assert await ask("deleteMessage", **delete) == "Bad Request: message can't be deleted"
    telegram.promote(group, telegram.bot, "can_pin_messages")
    assert await ask("deleteMessage", **delete) == "Bad Request: message can't be deleted"
    telegram.promote(group, telegram.bot, "can_delete_messages")
    assert await ask("deleteMessage", **delete) is True
    assert await ask("deleteMessage", **delete) == "Bad Request: message to delete not found"
    assert await ask("deleteMessage", chat_id=group.id) == "Bad Request: message identifier is not specified"
    telegram.demote(group, telegram.bot)
    assert await ask("deleteMessage", chat_id=group.id, message_id=own["message_id"]) is True
    assert list(group.messages) == [1]


@pytest.mark.parametrize(
    ("kind", "refusal"),
    [
        ("supergroup", "Bad Request: message can't be deleted"),
        ("group", "Bad Request: message can't be deleted for everyone"),
        ("private", "Bad Request: message can't be deleted for everyone"),
    ],
)
async def test_after_48_hours_nothing_is_deleted_any_more(
    telegram: Telegram, ann: User, ask: Ask, kind: str, refusal: str
) -> None:
    chat = telegram.new_chat(kind, "Chat", members=[ann], bot_status="administrator")
    telegram.send_text(chat, ann, "the first")
    now = telegram.clock()
    young, old = (
        telegram.post(chat, telegram.bot, {"text": "x"}, date=now - age) for age in (47.9 * HOURS, 48.1 * HOURS)
    )
    both = [young["message_id"], old["message_id"]]
    assert await ask("deleteMessages", chat_id=chat.id, message_ids=both) == refusal
    assert await ask("deleteMessages", chat_id=chat.id, message_ids=[both[0], 999]) is True
    assert both[0] not in chat.messages
    assert both[1] in chat.messages
    assert await ask("deleteMessages", chat_id=chat.id, message_ids=[]) == (
        "Bad Request: message identifiers are not specified"
    )


async def test_in_a_private_chat_the_bot_deletes_the_person_s_messages_too(
    telegram: Telegram, ann: User, ask: Ask
) -> None:
    chat = telegram.new_chat("private", members=[ann])
    sent = telegram.send_text(chat, ann, "x")
    assert await ask("deleteMessage", chat_id=chat.id, message_id=sent["message_id"]) is True


async def test_edits(telegram: Telegram, group: Chat, ann: User, ask: Ask) -> None:
    sent = await ask("sendMessage", chat_id=group.id, text="<b>one</b>", parse_mode="HTML")
    where = {"chat_id": group.id, "message_id": sent["message_id"]}
    same = await ask("editMessageText", **where, text="<b>one</b>", parse_mode="HTML")
    assert same == (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )
    assert (await ask("editMessageText", **where, text="one"))["text"] == "one"
    assert await ask("editMessageCaption", **where, caption="x") == (
        "Bad Request: there is no caption in the message to edit"
    )
    photo = await ask("sendPhoto", chat_id=group.id, photo=InputFile(picture(BLUE)), caption="x")
    of_photo = {"chat_id": group.id, "message_id": photo["message_id"]}
    assert await ask("editMessageText", **of_photo, text="x") == "Bad Request: there is no text in the message to edit"
    assert await ask("editMessageText", chat_id=group.id, message_id=99, text="x") == (
        "Bad Request: message to edit not found"
    )
    others = telegram.send_text(group, ann, "x")["message_id"]
    assert await ask("editMessageText", chat_id=group.id, message_id=others, text="y") == (
        "Bad Request: message can't be edited"
    )


async def test_replies_and_topics(telegram: Telegram, ann: User, ask: Ask) -> None:
    forum = telegram.new_chat("supergroup", "Forum", members=[ann], forum=True)
    _, topic = telegram.create_topic(forum), telegram.create_topic(forum)
    send = {"chat_id": forum.id, "text": "x"}
    assert (await ask("sendMessage", **send, message_thread_id=topic))["message_thread_id"] == topic
    for thread in (1, 999):
        assert await ask("sendMessage", **send, message_thread_id=thread) == "Bad Request: message thread not found"
    gone = {"message_id": 999}
    assert await ask("sendMessage", **send, reply_parameters=gone) == "Bad Request: message to be replied not found"
    sent = await ask("sendMessage", **send, reply_parameters=gone | {"allow_sending_without_reply": True})
    assert "reply_to_message" not in sent


async def test_a_query_is_answered_once(telegram: Telegram, group: Chat, ann: User, ask: Ask) -> None:
    sent = await ask("sendMessage", chat_id=group.id, text="x")
    query = telegram.press(group, sent["message_id"], "data", ann)
    assert await ask("answerCallbackQuery", callback_query_id=query, text="😀" * 100) is True
    assert await ask("answerCallbackQuery", callback_query_id=query) == (
        "Bad Request: query is too old and response timeout expired or query ID is invalid"
    )


async def test_actions(telegram: Telegram, group: Chat, ask: Ask) -> None:
    assert await ask("sendChatAction", chat_id=group.id, action="upload_photo") is True
    for action in ("dance", ""):
        assert await ask("sendChatAction", chat_id=group.id, action=action) == (
            "Bad Request: wrong parameter action in request"
        )
    assert telegram.actions == [(group.id, "upload_photo")]


async def test_commands_are_kept_by_scope_and_language(telegram: Telegram, group: Chat, ann: User, ask: Ask) -> None:
    scopes: list[dict[str, Any]] = [
        {}, {"scope": {"type": "all_group_chats"}}, {"scope": {"type": "all_group_chats"}, "language_code": "de"},
        {"language_code": "de"}, {"scope": {"type": "chat", "chat_id": group.id}},
        {"scope": {"type": "chat_member", "chat_id": group.id, "user_id": ann.id}},
    ]  # fmt: skip
    for number, scope in enumerate(scopes):
        assert await ask("setMyCommands", commands=[{"command": f"c{number}", "description": "x"}], **scope) is True
    named = [[one["command"] for one in await ask("getMyCommands", **scope)] for scope in scopes]
    assert named == [[f"c{number}"] for number in range(len(scopes))]
    assert await ask("deleteMyCommands", **scopes[2]) is True
    assert await ask("getMyCommands", **scopes[2]) == []
    assert len(await ask("getMyCommands", **scopes[1])) == 1
    assert await ask("getMyCommands", scope={"type": "moon"}) == (
        "Bad Request: can't parse BotCommandScope: Unsupported type specified"
    )
    assert await ask("getMyCommands", language_code="german") == "Bad Request: invalid language code specified"
    assert await ask("getMyCommands", scope={"type": "chat", "chat_id": -5}) == "Bad Request: chat not found"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("/similar@lookback_bot now", [("bot_command", "/similar@lookback_bot")]),
        ("😀 #fish by @cleo", [("hashtag", "#fish"), ("mention", "@cleo")]),
        ("see https://example.org/a?b=c.", [("url", "https://example.org/a?b=c")]),
        ("a/b //c #1 mail@example.org", [("email", "mail@example.org")]),
    ],
)
def test_what_people_type_has_entities_in_texts_and_captions(
    telegram: Telegram, group: Chat, ann: User, text: str, kinds: list[tuple[str, str]]
) -> None:
    written = telegram.send_text(group, ann, text)
    captioned = telegram.send_photo(group, ann, picture(RED), caption=text)
    assert [(one["type"], part(text, one)) for one in written["entities"]] == kinds
    assert captioned["caption_entities"] == written["entities"]
    assert telegram.edit_caption(group, captioned, "#new")["caption_entities"] == [
        {"type": "hashtag", "offset": 0, "length": 4}
    ]
    assert "caption_entities" not in telegram.edit_caption(group, captioned, "plain")


def part(text: str, entity: dict[str, Any]) -> str:
    """What an entity covers, its numbers counted in UTF-16 units."""
    units = text.encode("utf-16-le")
    return units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")


PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]) | st.sampled_from("😀<>&\"' "), min_size=1)


@given(st.lists(st.tuples(st.sampled_from(["", "b", "i", "code", "a"]), PLAIN), min_size=1, max_size=8))
def test_html_is_what_it_says_in_utf16_units(pieces: list[tuple[str, str]]) -> None:
    """Escaped text in tags comes back as it was, and each entity covers what its tag held, less the outer space."""
    made, plain, expected = "", "", list[tuple[str, int, int]]()
    for tag, text in pieces:
        attribute = ' href="https://example.org"' if tag == "a" else ""
        escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        made += f"<{tag}{attribute}>{escaped}</{tag}>" if tag else escaped
        expected += [(entities.TAGS[tag], len(plain), len(plain + text))] if tag else []
        plain += text
    parsed, found = entities.parse(made, "HTML")
    assert parsed == plain.strip()
    before = len(plain) - len(plain.lstrip())
    cut = [(kind, max(start, before), min(end, before + len(parsed))) for kind, start, end in expected]
    assert sorted((one["type"], part(parsed, one)) for one in found) == sorted(
        (kind, plain[start:end]) for kind, start, end in cut if start < end
    )


@given(st.text(st.sampled_from("<>/&;ab \"'=😀é"), max_size=20))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parsed, found = entities.parse(text, "HTML")
    except entities.Violation as refusal:
        assert str(refusal).startswith("Bad Request: can't parse entities: ")
    else:
        assert all(one["offset"] + one["length"] <= entities.utf16_length(parsed) for one in found)


@given(st.text())
def test_utf16_lengths(text: str) -> None:
    assert entities.utf16_length(text) == sum(2 if ord(character) > 0xFFFF else 1 for character in text)
