"""`/start`, `/help`, `/status`, and what the bot says when it is added to a group."""

import re
import time

import pytest

from bot import texts
from bot.sandbox import params
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from bot.texts.language import LANGUAGES
from bot.vision.model import ModelUnavailable
from tests.conftest import Start, lookback
from tests.fakes import GREEN, RED, MeanColour, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO

GUARDED = ["getChat", "getChatMember", "setMyCommands", "sendChatAction"]


class Unreachable(MeanColour):
    """A model that never loads."""

    def load(self) -> None:
        raise ModelUnavailable("The model is not here: the hub can't be reached. Set LOOKBACK_MODEL=pocket.")


def said(telegram: Telegram, chat: Chat) -> list[str]:
    return [message["text"] for message in telegram.bot_messages(chat)]


async def test_start_and_help_answer_in_the_topic_and_name_every_command(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    forum = telegram.new_chat("supergroup", "Forum", members=[ann], forum=True)
    telegram.create_topic(forum)
    topic = telegram.create_topic(forum)
    async with start():
        asked = [telegram.send_text(forum, ann, text, topic=topic) for text in ("/start", "/help")]
        await telegram.wait_for(lambda: len(telegram.bot_messages(forum)) == 2)
    by_question = {m["reply_to_message"]["message_id"]: m for m in telegram.bot_messages(forum)}
    begin, help_text = (by_question[message["message_id"]] for message in asked)
    assert begin["text"] == help_text["text"]  # whoever is in the group has nothing to set up any more
    assert [name for name in texts.COMMANDS if f"/{name} " not in help_text["text"]] == []
    assert begin["message_thread_id"] == help_text["message_thread_id"] == topic


async def test_whoever_is_alone_with_the_bot_is_never_met_with_silence(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    private = telegram.new_chat("private", "Ann", members=[ann])
    async with start():
        for text in ("/start", "hello", "/weather"):
            telegram.send_text(private, ann, text)
            await memory.settled()
    begin, *others = said(telegram, private)
    assert "@BotFather" in begin
    assert "/setprivacy" in begin
    assert others == [texts.not_understood()] * 2
    assert memory.value("SELECT count(*) FROM inbox") == 0  # what was said is not kept


async def test_the_commands_are_registered_for_groups_and_for_private_chats(telegram: Telegram, start: Start) -> None:
    async with start():
        await telegram.wait_for(lambda: len(telegram.commands) == 3 * len(LANGUAGES))
    named = {scope: [one["command"] for one in commands] for scope, commands in telegram.commands.items()}
    assert named["all_group_chats"] == [
        "similar", "find", "notsame", "mute", "unmute", "cluster", "album", "albums", "rename", "map", "stats",
        "privacy", "forget", "remember", "status", "help",
    ]  # fmt: skip
    assert named["all_chat_administrators"] == [*named["all_group_chats"], "settings", "undo", "language"]
    assert named["all_private_chats"] == [*named["all_chat_administrators"], "start"]
    for scope in ("all_group_chats", "all_chat_administrators", "all_private_chats"):
        assert [named[f"{scope}/{code}"] for code in LANGUAGES if code != "en"] == [named[scope]] * 4


@pytest.mark.parametrize("text", ["/weather", "/help@other_bot", "help", "//help", "/helpme", "/"])
async def test_other_commands_and_those_of_other_bots_are_ignored(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, text: str
) -> None:
    async with start():
        telegram.send_text(group, ann, text)
        asked = telegram.send_text(group, ann, "/help@lookback_bot")
        await memory.settled()
    (answer,) = telegram.bot_messages(group)
    assert answer["reply_to_message"]["message_id"] == asked["message_id"]


@pytest.mark.parametrize("text", ["/help", "/status", "/cluster", "/similar", "/album"])
async def test_a_question_from_a_backlog_is_not_answered_any_more(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, text: str
) -> None:
    photo = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
    telegram.send_text(group, ann, text, reply_to=photo["message_id"], date=time.time() - 130)
    async with start():
        await memory.settled()
        assert telegram.bot_messages(group) == []
        telegram.send_text(group, ann, text, reply_to=photo["message_id"])
        await memory.settled()
    assert len(telegram.bot_messages(group)) == 1


async def test_an_edited_command_is_not_asked_again(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        asked = telegram.send_text(group, ann, "/help")
        await memory.settled()
        telegram.deliver(group, asked | {"edit_date": asked["date"]}, "edited_message")
        await memory.settled()
    assert len(telegram.bot_messages(group)) == 1


@pytest.mark.parametrize("question", ["/help", "/status", "/start"])
async def test_a_command_never_waits_for_a_photo_of_the_same_chat(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, question: str
) -> None:
    model = MeanColour(seconds=1.0)
    async with start(clip=model):
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await telegram.wait_for(lambda: telegram.called("download"))
        telegram.send_text(group, ann, question)
        await telegram.wait_for(lambda: telegram.bot_messages(group))
        assert model.batches == []  # the model is still at work
        await memory.settled()
    assert model.batches == [1]


async def test_status_counts_what_is_remembered_here_and_finds_nothing_wrong(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Cooks", members=[ann])
    before = time.time()
    async with start():
        for chat in (group, group, other):
            telegram.send_photo(chat, ann, picture(RED), date=LONG_AGO)
        telegram.send_document(group, ann, b"no image")
        await memory.settled()
        telegram.send_text(group, ann, "/status")
        await telegram.wait_for(lambda: telegram.bot_messages(group))
    heading, photos, failed, model, disk, last, *rest = said(telegram, group)[0].splitlines()
    assert (heading, photos, failed) == ("Lookback", "3 photos remembered", "1 unreadable")
    assert model == "Model: mean-colour"
    used, free = re.fullmatch(r"Database: ([\d,.]+) MB, ([\d,.]+) [MG]B free on its disk", disk).groups()  # type: ignore[union-attr]
    assert 0 < float(used) < 10
    assert float(free.replace(",", "")) > 0
    minutes = {time.strftime("%d %b %Y %H:%M", time.gmtime(at)).lstrip("0") for at in (before, time.time())}
    assert last.removeprefix("Last photo or question: ").removesuffix(" UTC") in minutes
    assert rest == ["", "Nothing is wrong."]


async def test_the_last_update_of_status_is_not_status_itself(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_text(group, ann, "/status")
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        known = memory.value("SELECT last_update_at FROM chats WHERE id = ?", group.id)
        telegram.send_text(group, ann, "/status")
        await memory.settled()
        assert memory.value("SELECT last_update_at FROM chats WHERE id = ?", group.id) == known
    assert "Last photo or question: none yet" in said(telegram, group)[0]
    assert "Last photo or question: none yet" not in said(telegram, group)[1]


async def test_status_tells_what_is_wrong_with_the_model_and_how_many_photos_wait(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(clip=Unreachable()) as app:
        telegram.send_photo(group, ann, picture(RED))
        await telegram.wait_for(lambda: lookback(app).indexer.problem and memory.states() == ["waiting"])
        telegram.send_text(group, ann, "/status")
        await telegram.wait_for(lambda: telegram.bot_messages(group))
    lines = said(telegram, group)[0].splitlines()
    assert "1 waiting" in lines
    assert lines[-1] == "• The model is not here: the hub can't be reached. Set LOOKBACK_MODEL=pocket."


async def test_status_counts_photos_that_only_an_earlier_model_has_seen(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        known = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
    async with start(clip=MeanColour(id="another")):
        telegram.send_photo(group, ann, picture(RED))
        telegram.send_text(group, ann, "/status")
        await memory.settled()
        telegram.send_text(group, ann, "/similar", reply_to=known["message_id"])
        await memory.settled()
    status, unseen = said(telegram, group)
    assert "1 not looked at by the present model" in status.splitlines()
    assert unseen == texts.photo_waits(None)
    assert memory.ask("SELECT DISTINCT model FROM embeddings ORDER BY 1")[1]["model"] == "mean-colour"


async def test_status_counts_answers_whose_reply_was_lost(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    telegram.faults.add("sendPhoto", "dropped_after")
    async with start():
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
        telegram.send_text(group, ann, "/status")
        await memory.settled()
    assert "1 unanswered (a reply was cut or lost)" in telegram.bot_messages(group)[-1]["text"].splitlines()


async def test_status_tells_of_privacy_mode_and_of_missing_rights(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    telegram.can_read_all_group_messages, group.can_send_photos = False, False
    async with start():
        telegram.send_text(group, ann, "/status")
        await memory.settled()
        group.bot_status = "administrator"
        telegram.send_text(group, ann, "/status")
        await memory.settled()
    as_member, as_admin = said(telegram, group)
    assert as_member.splitlines()[-3:] == [
        "What is wrong", f"• {texts.privacy_problem()}", f"• {texts.media_problem()}",
    ]  # fmt: skip
    assert as_admin.splitlines()[-1] == "Nothing is wrong."


@pytest.mark.parametrize(("privacy", "may_send"), [(False, True), (True, True), (False, False)])
async def test_on_being_added_the_bot_says_in_one_message_what_it_stores_and_what_is_wrong(
    telegram: Telegram, ann: User, start: Start, memory: Memory, privacy: bool, may_send: bool
) -> None:
    telegram.can_read_all_group_messages = not privacy
    chat = telegram.new_chat("supergroup", "New", members=[ann], bot_status="left")
    chat.can_send_photos = may_send
    async with start():
        telegram.add_bot(chat, ann)
        await memory.settled()
    (text,) = said(telegram, chat)
    assert texts.stored() in text
    assert ("/setprivacy" in text) is privacy
    assert (texts.media_problem() in text) is not may_send


async def test_being_made_an_admin_or_added_to_a_channel_is_no_reason_to_speak(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    channel = telegram.new_chat("channel", "News", members=[ann], bot_status="left")
    async with start():
        telegram.add_bot(group, ann, "administrator")
        telegram.add_bot(channel, ann, "administrator")
        telegram.add_bot(group, ann)
        await memory.settled()
    assert telegram.bot_messages(group) == telegram.bot_messages(channel) == []


@pytest.mark.parametrize("method", GUARDED)
async def test_the_bot_works_with_a_server_that_lacks_a_method(
    telegram: Telegram,
    group: Chat,
    ann: User,
    start: Start,
    memory: Memory,
    method: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(params.KNOWN, method)
    telegram.can_read_all_group_messages = False
    group.bot_status = "left"
    async with start():
        telegram.add_bot(group, ann)
        await memory.settled()
        group.bot_status = "member"
        telegram.can_read_all_group_messages = True
        telegram.send_photo(group, ann, picture(GREEN), date=LONG_AGO)
        telegram.send_photo(group, ann, picture(GREEN))
        await memory.settled()
        telegram.send_text(group, ann, "/status")
        await memory.settled()
    joined, answer, status = telegram.bot_messages(group)
    assert "/setprivacy" in joined["text"]  # the update itself has told what the bot is in this group
    assert "photo" in answer
    unknown = method in ("getChat", "getChatMember")
    assert (texts.rights_not_checked() in status["text"]) is unknown


async def test_the_bot_works_with_a_server_that_always_fails_at_what_only_adorns(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    for method in GUARDED:
        telegram.faults.add(method, "500", times=1000)
    async with start():
        known = telegram.send_photo(group, ann, picture(GREEN), date=LONG_AGO)
        await memory.settled()
        telegram.send_photo(group, ann, picture(GREEN))
        telegram.send_text(group, ann, "/status")
        telegram.send_text(group, ann, "/similar", reply_to=known["message_id"])
        await memory.settled()
    assert len(telegram.bot_messages(group)) == 3
    assert memory.states() + memory.states("similar") == ["stale", "done", "done"]
