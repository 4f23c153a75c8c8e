"""The log: answers go to another chat, as long as the one who chose it runs both; else nowhere."""

import json

import pytest

from bot import texts
from bot.choices import THERE
from bot.log_chat import OFFERED_FOR
from bot.sandbox import params
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from bot.texts import layout, log_chat, privacy, settings
from tests.conftest import Start, lookback
from tests.fakes import GREEN, RED, picture
from tests.memory import Memory
from tests.test_album_buttons import buttons, told
from tests.test_answers import LONG_AGO, SHADES, link, links
from tests.test_forgetting import said
from tests.test_settings import opened, press, stored


@pytest.fixture
def log(telegram: Telegram, ann: User) -> Chat:
    """A group that Ann runs as well, without Ben."""
    return telegram.new_chat("supergroup", "Admins' room", members=[ann], admins=[ann])


async def chosen(telegram: Telegram, group: Chat, log: Chat, user: User, memory: Memory) -> Message:
    """Someone offers a chat as the log, and takes it in the other: the message of /settings then."""
    telegram.send_text(log, user, "/settings log")
    await memory.settled()
    message = await opened(telegram, group, user, memory)
    return await press(telegram, group, message, f"set:0:log:{THERE}", user, memory)


async def answered(telegram: Telegram, chat: Chat, sender: User, memory: Memory, *, like: int = 1) -> Message:
    """A photo comes that is like earlier ones."""
    for shade in SHADES[:like]:
        telegram.send_photo(chat, sender, picture(shade), date=LONG_AGO)
    await memory.settled()
    photo = telegram.send_photo(chat, sender, picture(RED))
    await memory.settled()
    return photo


def photos_in(telegram: Telegram, chat: Chat) -> list[Message]:
    """What the bot has answered there with photos."""
    return [message for message in telegram.bot_messages(chat) if "photo" in message]


@pytest.mark.parametrize("kind", ["supergroup", "private"])
async def test_answers_go_to_the_log_with_the_name_and_the_link_of_what_they_answer_and_none_is_given_here(
    telegram: Telegram, group: Chat, log: Chat, ann: User, ben: User, start: Start, memory: Memory, kind: str
) -> None:
    there = log if kind == "supergroup" else telegram.new_chat("private", members=[ann])
    async with start():
        shown = await chosen(telegram, group, there, ann, memory)
        photo = await answered(telegram, group, ben, memory, like=3)
        telegram.send_photo(group, ben, picture(GREEN))  # is like nothing
        await memory.settled()
    assert told(telegram) == [settings.saved()]
    assert f"✓ {settings.option('log', THERE)}" in buttons(shown)
    assert photos_in(telegram, group) == []
    answer = photos_in(telegram, there)
    assert len(answer) == 3
    assert answer[0]["caption"].startswith("Ben sent a photo in Hikers.")
    assert links(answer[0])[0] == link(photo)
    assert "reply_to_message" not in answer[0]
    (call,) = telegram.called("sendMediaGroup")
    assert call.params["disable_notification"] is True


async def test_a_log_of_a_basic_group_names_without_a_link(
    telegram: Telegram, log: Chat, ann: User, start: Start, memory: Memory
) -> None:
    basic = telegram.new_chat("group", "Walkers", members=[ann], admins=[ann])
    async with start():
        await chosen(telegram, basic, log, ann, memory)
        await answered(telegram, basic, ann, memory)
    (answer,) = photos_in(telegram, log)
    assert answer["caption"].startswith("Ann sent a photo in Walkers.")
    assert links(answer) == []


async def test_questions_are_answered_where_they_are_asked(
    telegram: Telegram, group: Chat, log: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        await chosen(telegram, group, log, ann, memory)
        photo = await answered(telegram, group, ben, memory)
        telegram.send_text(group, ben, "/similar", reply_to=photo["message_id"])
        await memory.settled()
    assert len(photos_in(telegram, group)) == len(photos_in(telegram, log)) == 1


async def test_who_is_an_admin_of_only_one_of_the_chats_joins_nothing(
    telegram: Telegram, group: Chat, log: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_text(log, ben, "/settings log")  # no admin there
        await memory.settled()
        assert said(telegram, log) == [settings.for_members()]
        telegram.promote(group, ben)
        shown = await opened(telegram, group, ben, memory)
        await press(telegram, group, shown, f"set:0:log:{THERE}", ben, memory)
        telegram.send_text(log, ann, "/settings log")
        await memory.settled()
        await press(telegram, group, shown, f"set:0:log:{THERE}", ben, memory)  # what Ann offered is not Ben's to take
        telegram.demote(log, ann)
        await press(telegram, group, shown, f"set:0:log:{THERE}", ann, memory)
        telegram.promote(log, ann)
        telegram.demote(group, ann)
        await press(telegram, group, shown, f"set:0:log:{THERE}", ann, memory)
    assert stored(memory, group) == {}
    assert told(telegram) == [
        log_chat.not_offered(), log_chat.not_offered(), log_chat.not_yours(), settings.only_admins()
    ]  # fmt: skip


async def test_an_anonymous_admin_has_to_show_who_they_are(
    telegram: Telegram, group: Chat, log: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_text(log, ann, "/settings log", anonymous=True)
        await memory.settled()
        shown = await opened(telegram, group, ann, memory)
        await press(telegram, group, shown, f"set:0:log:{THERE}", ann, memory)
    assert said(telegram, log) == [log_chat.needs_a_person()]
    assert told(telegram) == [log_chat.not_offered()]
    assert stored(memory, group) == {}


async def test_a_chat_is_not_its_own_log_and_an_offer_ends(
    telegram: Telegram, group: Chat, log: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        await chosen(telegram, group, group, ann, memory)
        telegram.send_text(log, ann, "/settings log")
        await memory.settled()
        shown = await opened(telegram, group, ann, memory)
        photos = lookback(app).photos
        now = photos.clock()
        photos.clock = lambda: now + OFFERED_FOR + 10
        await press(telegram, group, shown, f"set:0:log:{THERE}", ann, memory)
    assert told(telegram) == [log_chat.is_this_chat(), log_chat.not_offered()]
    assert stored(memory, group) == {}


async def test_where_rights_cannot_be_confirmed_nothing_is_joined(
    telegram: Telegram, group: Chat, log: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_text(log, ann, "/settings log")
        await memory.settled()
        shown = await opened(telegram, group, ann, memory)
        telegram.faults.add("getChatMember", "500", times=9, when=lambda call: call.chat_id == log.id)
        await press(telegram, group, shown, f"set:0:log:{THERE}", ann, memory)
    assert told(telegram) == [texts.rights_unknown()]
    assert stored(memory, group) == {}


@pytest.mark.parametrize("topic", [False, True])
async def test_a_topic_has_no_log_of_its_own(
    telegram: Telegram, log: Chat, ann: User, start: Start, memory: Memory, topic: bool
) -> None:
    forum = telegram.new_chat("supergroup", "Forum", members=[ann], admins=[ann], forum=True)
    telegram.post(forum, ann, {"text": "message 1"})
    number = telegram.create_topic(forum)
    async with start():
        telegram.send_text(log, ann, "/settings log")
        await memory.settled()
        shown = await opened(telegram, forum, ann, memory, topic=number)
        await press(telegram, forum, shown, f"set:{number if topic else 0}:log:{THERE}", ann, memory)
    assert bool(stored(memory, forum)) is not topic
    assert told(telegram) == [settings.outdated() if topic else settings.saved()]


@pytest.mark.parametrize(
    "what", ["demoted here", "demoted there", "left there", "bot removed", "not confirmed", "lacks it"]
)
async def test_where_the_log_is_not_confirmed_at_that_moment_the_answer_goes_nowhere_and_status_says_so(
    telegram: Telegram, group: Chat, log: Chat, ann: User, ben: User, start: Start, memory: Memory, what: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    async with start():
        await chosen(telegram, group, log, ann, memory)
        match what:
            case "demoted here":
                telegram.demote(group, ann)
            case "demoted there":
                telegram.demote(log, ann)
            case "left there":
                log.members, log.admins = [], []
            case "bot removed":
                telegram.remove_bot(log, ann)
            case "not confirmed":
                telegram.faults.add(
                    "getChatMember", "500", times=99, when=lambda call: call.params["user_id"] == ann.id
                )
            case "lacks it":
                monkeypatch.delitem(params.KNOWN, "getChatMember")
        await answered(telegram, group, ben, memory)
        telegram.send_text(group, ben, "/status")
        await memory.settled()
    assert photos_in(telegram, group) == photos_in(telegram, log) == []
    assert memory.states() == ["stale", "silent"]
    assert log_chat.lost() in telegram.bot_messages(group)[-1]["text"]


async def test_the_log_is_let_go_by_a_button_and_status_says_when_there_is_one(
    telegram: Telegram, group: Chat, log: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        message = await chosen(telegram, group, log, ann, memory)
        telegram.send_text(group, ann, "/status")
        await memory.settled()
        telegram.send_text(group, ann, "/privacy")
        await memory.settled()
        await press(telegram, group, message, "set:0:log:here", ann, memory)
        await answered(telegram, group, ann, memory)
        telegram.send_text(group, ann, "/privacy")
        await memory.settled()
    _, status, told_of_log, told_of_none = said(telegram, group)
    assert "Answers go to another chat" in status
    assert log_chat.lost() not in status
    assert "there photos of this chat are shown" in told_of_log
    assert "shown in that chat alone" in told_of_none
    assert stored(memory, group) == {}
    assert (len(photos_in(telegram, group)), photos_in(telegram, log)) == (1, [])


async def test_the_title_of_the_log_is_read_in_no_other_chat(
    telegram: Telegram, group: Chat, log: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        message = await chosen(telegram, group, log, ann, memory)
        await press(telegram, group, message, "set:0:main", ann, memory)
        await answered(telegram, group, ann, memory)
        telegram.send_text(group, ann, "/status")
        await memory.settled()
    here = [call.params for call in telegram.calls if call.chat_id == group.id]
    assert here
    assert "Admins" not in json.dumps(here)


async def test_a_log_that_becomes_a_supergroup_is_followed_and_so_is_its_chat(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    here, there = (
        telegram.new_chat("group", name, members=[ann], admins=[ann]) for name in ("Walkers", "Log")
    )  # fmt: skip
    async with start():
        await chosen(telegram, here, there, ann, memory)
        moved_log, moved = telegram.migrate(there), telegram.migrate(here)
        await memory.settled()
        await answered(telegram, moved, ann, memory)
    assert photos_in(telegram, moved) == []
    assert len(photos_in(telegram, moved_log)) == 1


async def test_forget_me_of_the_admin_who_chose_it_ends_the_log(
    telegram: Telegram, group: Chat, log: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        await chosen(telegram, group, log, ann, memory)
        telegram.send_text(group, ben, "/forget me")
        await memory.settled()
        assert ("log_setter" in {name for _, name in stored(memory, group)}) is True
        telegram.send_text(group, ann, "/forget me")
        await memory.settled()
        assert stored(memory, group) == {}
    assert privacy.person_forgotten(0) in said(telegram, group)


async def test_of_a_log_that_is_forgotten_nothing_stays_in_the_settings_of_the_others(
    telegram: Telegram, group: Chat, log: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(grace_days=0) as app:
        await chosen(telegram, group, log, ann, memory)
        telegram.send_photo(log, ann, picture(GREEN))
        await memory.settled()
        telegram.remove_bot(log, ann)
        await memory.settled()
        forgetting = lookback(app).forgetting
        photos = lookback(app).photos
        now = photos.clock()
        photos.clock = lambda: now + 10
        await forgetting.sweep()
    assert "log_chat" not in {name for _, name in stored(memory, group)}
    assert str(log.id) not in {row["value"] for row in memory.ask("SELECT value FROM chat_settings")}


async def test_an_answer_in_the_log_is_undone_there_and_looked_past_here(
    telegram: Telegram, group: Chat, log: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        await chosen(telegram, group, log, ann, memory)
        await answered(telegram, group, ben, memory)
        telegram.send_text(group, ann, "/undo")
        await memory.settled()
        assert len(photos_in(telegram, log)) == 1
        telegram.send_text(log, ann, "/undo")
        await memory.settled()
    assert photos_in(telegram, log) == []


def test_an_answer_with_its_head_stays_within_a_caption() -> None:
    lines = [texts.Line(rank, "related", 9, "&" * 32, 0.0, f"https://t.me/c/1/{rank}", True) for rank in range(20)]
    head = log_chat.head("<b>" * 60, "&" * 60, "https://t.me/c/1/2")
    caption = texts.under(head, texts.answer(lines))
    assert texts.utf16_length(layout.visible(caption)) <= texts.CAPTION_LIMIT
    assert caption.splitlines()[0] == head
    assert "… and " in caption
