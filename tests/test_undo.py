"""`/undo` and ✖: who may take an answer of the bot back, what goes with it, and what Telegram no longer deletes."""

import pytest

from bot import texts
from bot.inbox import UNDO_SIGNS
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from bot.texts import undo
from tests.conftest import Start
from tests.fakes import BLUE, GREEN, RED, picture
from tests.memory import Memory
from tests.test_albums_in_chat import send
from tests.test_answers import LONG_AGO, SHADES
from tests.test_forgetting import said

TWO_DAYS = 48 * 3600


async def answered(
    telegram: Telegram, chat: Chat, sender: User, memory: Memory, *, like: int = 1, topic: int | None = None
) -> list[Message]:
    """Photos are sent long ago, so many, and then one that is like them; the messages of its answer."""
    before = len(telegram.bot_messages(chat))
    for shade in SHADES[:like]:
        telegram.send_photo(chat, sender, picture(shade), date=LONG_AGO, topic=topic)
    await memory.settled()
    telegram.send_photo(chat, sender, picture(RED), topic=topic)
    await memory.settled()
    answer = telegram.bot_messages(chat)[before:]
    assert answer
    return answer


def age(chat: Chat, message: Message, memory: Memory, seconds: float) -> None:
    """Let a message of the bot, and the record of it, be older."""
    chat.messages[message["message_id"]]["date"] -= int(seconds)
    memory.change("UPDATE sends SET at = at - ?", seconds)


@pytest.mark.parametrize("sign", sorted(UNDO_SIGNS))
async def test_the_sender_of_a_photo_takes_its_answer_back_by_a_sign(
    telegram: Telegram, group: Chat, ben: User, start: Start, memory: Memory, sign: str
) -> None:
    async with start():
        (answer,) = await answered(telegram, group, ben, memory)
        wish = telegram.send_text(group, ben, sign, reply_to=answer["message_id"])
        await memory.settled()
    assert telegram.bot_messages(group) == []
    assert wish["message_id"] in group.messages  # the bot is no admin here, so it can't delete that


async def test_a_bot_that_may_deletes_the_sign_too(
    telegram: Telegram, group: Chat, ben: User, start: Start, memory: Memory
) -> None:
    telegram.promote(group, telegram.bot)
    async with start():
        (answer,) = await answered(telegram, group, ben, memory)
        wish = telegram.send_text(group, ben, "✖", reply_to=answer["message_id"])
        await memory.settled()
        assert wish["message_id"] not in group.messages
        asked = telegram.send_text(group, ben, "/similar", reply_to=1)
        await memory.settled()
        command = telegram.send_text(group, ben, "/undo")
        await memory.settled()
    assert command["message_id"] not in group.messages
    assert asked["message_id"] in group.messages
    assert telegram.bot_messages(group) == []


async def test_every_message_of_an_answer_goes_whichever_was_replied_to(
    telegram: Telegram, group: Chat, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        answer = await answered(telegram, group, ben, memory, like=4)
        telegram.send_text(group, ben, "✖", reply_to=answer[2]["message_id"])
        await memory.settled()
    assert telegram.bot_messages(group) == []
    assert len(telegram.called("deleteMessages")) == 1


@pytest.mark.parametrize("who", ["another member", "an admin", "a channel"])
async def test_the_sign_of_anyone_else_changes_nothing_and_is_met_with_silence(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, who: str
) -> None:
    async with start():
        (answer,) = await answered(telegram, group, ben, memory)
        if who == "a channel":  # all who write as channels have one id, of a bot of Telegram's
            channel = telegram.new_chat("channel", "News", members=[ben])
            reply = {"reply_to_message": answer, "text": "✖", "sender_chat": channel.json()}
            telegram.deliver(group, telegram.post(group, ben, reply))
        else:
            other = ann if who == "an admin" else telegram.add_user("Carl")
            telegram.send_text(group, other, "✖", reply_to=answer["message_id"])
        await memory.settled()
    assert telegram.bot_messages(group) == [answer]


async def test_only_a_sign_alone_in_reply_to_the_bot_is_let_in(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        (answer,) = await answered(telegram, group, ben, memory)
        words = telegram.send_text(group, ann, "secret words")
        updates = memory.value("SELECT count(*) FROM inbox_done")
        for text, target in (("✖", words), ("✖ please", answer), ("xx", answer), ("hello", answer)):
            telegram.send_text(group, ben, text, reply_to=target["message_id"])
        telegram.send_text(group, ben, "✖")
        await memory.settled()
        assert memory.value("SELECT count(*) FROM inbox_done") == updates
        telegram.send_text(group, ben, "/undo", reply_to=words["message_id"])
        await memory.settled()
        assert b"secret words" not in memory.bytes_on_disk()
    assert telegram.bot_messages(group)[0] == answer
    assert said(telegram, group) == [undo.usage()]


@pytest.mark.parametrize("who", ["admin", "anonymous admin", "sender"])
async def test_undo_in_reply_deletes_that_answer(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, who: str
) -> None:
    async with start():
        first = await answered(telegram, group, ben, memory, like=2)
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
        others = [message for message in telegram.bot_messages(group) if message not in first]
        asker, anonymous = (ben if who == "sender" else ann), who == "anonymous admin"
        telegram.send_text(group, asker, "/undo", reply_to=first[1]["message_id"], anonymous=anonymous)
        await memory.settled()
    assert len(others) == 3
    assert telegram.bot_messages(group) == others


async def test_undo_alone_deletes_the_last_answer_of_the_topic_and_then_the_one_before(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    forum = telegram.new_chat("supergroup", "Forum", members=[ann], admins=[ann], forum=True)
    telegram.create_topic(forum)
    topic = telegram.create_topic(forum)
    async with start():
        (first,) = await answered(telegram, forum, ann, memory, topic=topic)
        second = await answered(telegram, forum, ann, memory, like=3)
        telegram.send_text(forum, ann, "/undo", topic=topic)
        await memory.settled()
        assert telegram.bot_messages(forum) == second
        telegram.send_text(forum, ann, "/undo", topic=topic)
        await memory.settled()
        assert said(telegram, forum) == [undo.nothing()]
        telegram.send_text(forum, ann, "/undo")
        await memory.settled()
    assert [message for message in telegram.bot_messages(forum) if "photo" in message] == []
    assert first not in telegram.bot_messages(forum)


async def test_a_member_can_undo_nothing_of_others_and_reads_why(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        (answer,) = await answered(telegram, group, ann, memory)
        for target in (answer["message_id"], None):
            telegram.send_text(group, ben, "/undo", reply_to=target)
            await memory.settled()
    assert telegram.bot_messages(group)[0] == answer
    assert said(telegram, group) == [undo.only_sender_or_admin()] * 2


async def test_where_rights_cannot_be_confirmed_only_ones_own_is_undone(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    telegram.faults.add("getChatMember", "500", times=100)
    async with start():
        (of_ben,) = await answered(telegram, group, ben, memory)
        telegram.send_text(group, ann, "/undo", reply_to=of_ben["message_id"])
        await memory.settled()
        assert said(telegram, group) == [texts.rights_unknown()]
        telegram.send_text(group, ben, "/undo", reply_to=of_ben["message_id"])
        await memory.settled()
    assert of_ben not in telegram.bot_messages(group)


@pytest.mark.parametrize("wish", ["✖", "/undo"])
async def test_what_is_older_than_48_hours_is_said_to_stay(
    telegram: Telegram, group: Chat, ben: User, start: Start, memory: Memory, wish: str
) -> None:
    async with start():
        answer = await answered(telegram, group, ben, memory, like=2)
        for message in answer:
            age(group, message, memory, TWO_DAYS / 2)
        telegram.send_text(group, ben, wish, reply_to=answer[0]["message_id"])
        await memory.settled()
    assert said(telegram, group) == [undo.too_old()]
    assert len(telegram.bot_messages(group)) == 3
    assert telegram.called("deleteMessages") == []


async def test_undo_alone_passes_over_what_is_too_old(
    telegram: Telegram, group: Chat, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        (answer,) = await answered(telegram, group, ben, memory)
        age(group, answer, memory, TWO_DAYS)
        telegram.promote(group, ben)
        telegram.send_text(group, ben, "/undo")
        await memory.settled()
    assert said(telegram, group) == [undo.nothing()]


async def test_what_telegram_does_not_delete_is_said_to_stay(
    telegram: Telegram, group: Chat, ben: User, start: Start, memory: Memory
) -> None:
    telegram.faults.add("deleteMessages", "500")
    async with start():
        (answer,) = await answered(telegram, group, ben, memory)
        telegram.send_text(group, ben, "✖", reply_to=answer["message_id"])
        await memory.settled()
        assert said(telegram, group) == [undo.refused()]
        telegram.send_text(group, ben, "✖", reply_to=answer["message_id"])
        await memory.settled()
    assert answer not in telegram.bot_messages(group)


async def test_with_the_overview_of_cluster_its_albums_go_and_an_album_goes_alone(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        send(telegram, group, [RED, GREEN, BLUE] * 2)
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 3")
        await memory.settled()
        overview, *albums = telegram.bot_messages(group)
        telegram.send_text(group, ann, "/undo", reply_to=albums[2]["message_id"])
        await memory.settled()
        assert telegram.bot_messages(group) == [overview, *albums[:2], *albums[4:]]
        telegram.send_text(group, ann, "/undo", reply_to=overview["message_id"])
        await memory.settled()
    assert telegram.bot_messages(group) == []


async def test_an_undone_overview_stops_the_albums_that_are_still_to_come(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    telegram.faults.add("sendMediaGroup", "slow", seconds=0.4)
    async with start():
        send(telegram, group, [RED, GREEN, BLUE] * 2)
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 3")
        await telegram.wait_for(lambda: telegram.called("sendMediaGroup"))
        (overview,) = telegram.bot_messages(group)
        telegram.send_text(group, ann, "/undo", reply_to=overview["message_id"])
        await memory.settled()
    assert len(telegram.called("sendMediaGroup")) == 1
    assert len(telegram.bot_messages(group)) == 2  # the album that was on its way


async def test_a_help_text_goes_by_undo_in_reply_of_an_admin(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_text(group, ben, "/help")
        await memory.settled()
        (help_text,) = telegram.bot_messages(group)
        telegram.send_text(group, ben, "✖", reply_to=help_text["message_id"])
        telegram.send_text(group, ann, "/undo", reply_to=help_text["message_id"])
        await memory.settled()
    assert telegram.bot_messages(group) == []


async def test_alone_with_the_bot_a_person_may_take_back_what_they_like(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    private = telegram.new_chat("private", members=[ann])
    async with start():
        for wish in ("✖", "/undo"):
            (answer,) = await answered(telegram, private, ann, memory)
            telegram.send_text(private, ann, wish, reply_to=answer["message_id"])
            await memory.settled()
            assert telegram.bot_messages(private) == []
            for table in ("photos", "events"):
                memory.change(f"DELETE FROM {table}")
        telegram.send_text(private, ann, "x")
        await memory.settled()
    assert said(telegram, private) == [texts.not_understood()]


async def test_after_a_restart_an_answer_is_still_known_and_never_sent_again(
    telegram: Telegram, group: Chat, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        answer = await answered(telegram, group, ben, memory, like=2)
    telegram.send_text(group, ben, "✖", reply_to=answer[0]["message_id"])
    async with start():
        await memory.settled()
    async with start():
        await memory.settled()
    assert telegram.bot_messages(group) == []
    assert memory.states()[-1] == "done"


async def test_a_supergroup_numbers_anew_so_nothing_of_the_group_is_undone_in_it(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    basic = telegram.new_chat("group", "Hikers", members=[ann], admins=[ann])
    async with start():
        (answer,) = await answered(telegram, basic, ann, memory)
        moved = telegram.migrate(basic)
        await memory.settled()
        telegram.send_text(moved, ann, "/help")
        await memory.settled()
        while max(moved.messages) < answer["message_id"]:
            telegram.send_text(moved, ann, "/help")
            await memory.settled()
        moved.messages[answer["message_id"]]["from"] = telegram.bot.json()  # another message by the same number
        telegram.send_text(moved, ann, "✖", reply_to=answer["message_id"])
        telegram.send_text(moved, ann, "/undo")
        await memory.settled()
    assert undo.nothing() in said(telegram, moved)
    assert telegram.called("deleteMessages") == []


async def test_what_nobody_asked_for_makes_no_sound(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        send(telegram, group, [GREEN] * 2)
        await answered(telegram, group, ann, memory)
        await answered(telegram, group, ann, memory, like=2)
        for text in ("/similar", "/cluster 2", "/album 2", "/help"):
            telegram.send_text(group, ann, text, reply_to=1)
            await memory.settled()
    sent = [call.params for call in telegram.calls if call.method in ("sendPhoto", "sendMediaGroup", "sendMessage")]
    assert [bool(params.get("disable_notification")) for params in sent] == [
        True, True,  # the answers
        False, False, True, True,  # /similar; the overview and the two albums of /cluster
        False, False,  # /album and /help
    ]  # fmt: skip
