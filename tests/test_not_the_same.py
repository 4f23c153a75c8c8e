"""The button "not the same", and `/notsame`: what is taken back sticks to the pair of pictures, for good."""

import pytest

from bot import texts
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from bot.texts import notsame
from tests.conftest import Start
from tests.fakes import GREEN, RED, Colour, picture
from tests.memory import Memory
from tests.test_album_buttons import buttons, told
from tests.test_answers import LONG_AGO, SHADES, link, links
from tests.test_gone import log_emptied


async def answered(telegram: Telegram, chat: Chat, memory: Memory, colours: list[Colour], asked: User) -> list[Message]:
    """Photos that are like each other are there, and one more comes: what the bot answers."""
    for number, colour in enumerate(colours):
        telegram.send_photo(chat, chat.members[0], picture(colour), date=LONG_AGO + number)
    await memory.settled()
    telegram.send_photo(chat, asked, picture(RED))
    await memory.settled()
    return telegram.bot_messages(chat)


def press(telegram: Telegram, chat: Chat, message: Message, word: str, user: User) -> None:
    """Someone presses a button under a message."""
    telegram.press(chat, message["message_id"], buttons(message)[word], user)


def pairs(memory: Memory) -> list[tuple[int, str, str]]:
    return [tuple(row) for row in memory.ask("SELECT chat_id, file_a, file_b FROM not_same ORDER BY 1, 2, 3")]


@pytest.mark.parametrize("who", ["sender", "admin"])
async def test_what_is_taken_back_stays_so_after_a_restart_in_both_directions_and_for_forwards(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, who: str
) -> None:
    async with start():
        first = telegram.send_photo(group, ann, picture(SHADES[0]), date=LONG_AGO)
        await memory.settled()
        second = telegram.send_photo(group, ben, picture(RED))
        await memory.settled()
        (answer,) = telegram.bot_messages(group)
        assert list(buttons(answer)) == ["Not similar"]
        press(telegram, group, answer, "Not similar", ben if who == "sender" else ann)
        await memory.settled()
        assert told(telegram) == [notsame.noted()]
        assert telegram.bot_messages(group) == []  # it had nothing else to say
    async with start():
        for message in (second, first):
            telegram.delete_message(group, message["message_id"])
            telegram.forward(message, group, ann)
            await memory.settled()
    said = [(message["text"], links(message)) for message in telegram.bot_messages(group)]
    assert [text.split(":")[0] for text, _ in said] == ["Same photo"] * 2  # each as itself, neither as the other
    assert [found for _, found in said] == [[link(second)], [link(first)]]


async def test_a_file_that_is_not_to_be_told_as_itself_is_not(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        first = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.forward(first, group, ben)
        await memory.settled()
        (answer,) = telegram.bot_messages(group)
        assert list(buttons(answer)) == ["Not the same"]
        press(telegram, group, answer, "Not the same", ben)
        await memory.settled()
        telegram.forward(first, group, ann)
        await memory.settled()
    assert telegram.bot_messages(group) == []


async def test_other_members_may_not_and_rights_that_nobody_confirms_change_nothing(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    carl = telegram.add_user("Carl")
    group.members.append(carl)
    async with start():
        (answer,) = await answered(telegram, group, memory, [SHADES[0]], ben)
        press(telegram, group, answer, "Not similar", carl)
        await memory.settled()
        telegram.send_text(group, carl, "/notsame", reply_to=answer["message_id"])
        await memory.settled()
        telegram.faults.add("getChatMember", "500", times=2)
        press(telegram, group, answer, "Not similar", ann)
        await memory.settled()
        telegram.send_text(group, ann, "/notsame", reply_to=answer["message_id"])
        await memory.settled()
        assert pairs(memory) == []
    assert told(telegram) == [notsame.only_sender_or_admin(), texts.rights_unknown()]
    said = [message["text"] for message in telegram.bot_messages(group)[1:]]
    assert said == [notsame.only_sender_or_admin(), texts.rights_unknown()]


@pytest.mark.parametrize("who", ["sender", "anonymous admin"])
async def test_notsame_takes_a_numbered_line_out_of_an_album_with_its_picture(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, who: str
) -> None:
    async with start():
        answer = await answered(telegram, group, memory, SHADES[:3], ben)
        assert [buttons(message) for message in answer] == [{}, {}, {}]  # Telegram has none under an album
        pictures = [message["photo"] for message in answer]
        asker, more = (ben, {}) if who == "sender" else (ann, {"anonymous": True})
        telegram.send_text(group, asker, "/notsame", reply_to=answer[1]["message_id"], **more)
        await memory.settled()
        assert telegram.bot_messages(group)[-1]["text"] == notsame.which()
        telegram.send_text(group, asker, "/notsame 2", reply_to=answer[1]["message_id"], **more)
        await memory.settled()
        left = [message for message in telegram.bot_messages(group) if "photo" in message]
        assert [message["photo"] for message in left] == [pictures[0], pictures[2]]
        lines = left[0]["caption"].splitlines()
        assert [line[:2] for line in lines[1:]] == ["1.", "3."]
        telegram.send_text(group, asker, "/notsame 1", reply_to=left[0]["message_id"], **more)
        await memory.settled()
        (last,) = (message for message in telegram.bot_messages(group) if "photo" in message)
        assert last["photo"] == pictures[2]  # it has moved to where the words are
        assert last["caption"].splitlines()[1].startswith("3. ")
        telegram.send_text(group, asker, "/notsame", reply_to=last["message_id"], **more)
        await memory.settled()
        telegram.send_photo(group, ben, picture(GREEN))
        await memory.settled()
    assert [message for message in telegram.bot_messages(group) if "photo" in message] == []
    assert len(pairs(memory)) == 3


async def test_several_lines_in_one_message_have_a_button_each_by_their_number(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    group.can_send_photos = False
    async with start():
        (answer,) = await answered(telegram, group, memory, SHADES[:3], ben)
        assert list(buttons(answer)) == ["1 ≠", "2 ≠", "3 ≠"]
        for word in ("2 ≠", "1 ≠"):
            press(telegram, group, answer, word, ben)
            await memory.settled()
        (now,) = telegram.bot_messages(group)
    assert list(buttons(now)) == ["Not similar"]
    assert len(now["text"].splitlines()) == 2
    assert links(now) == links(answer)[2:]


async def test_the_one_photo_of_an_answer_with_links_makes_room_for_the_next(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        for number, colour in enumerate(SHADES[:3]):
            telegram.send_photo(group, ann, picture(colour), date=LONG_AGO + number)
        await memory.settled()
        await app.bot_data["lookback"].sender.limits.acquire(group.id, 19, 0)
        telegram.send_photo(group, ben, picture(RED))
        await memory.settled()
        (answer,) = telegram.bot_messages(group)
        press(telegram, group, answer, "1 ≠", ben)
        await memory.settled()
        (now,) = telegram.bot_messages(group)
    assert now["photo"] == telegram.messages(group)[1]["photo"]
    assert links(now) == links(answer)[1:]
    assert now["caption"].splitlines()[-1] == "(shown here: 2)"
    assert list(buttons(now)) == ["2 ≠", "3 ≠"]


async def test_an_answer_that_telegram_does_not_delete_any_more_says_that_it_is_taken_back(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        (answer,) = await answered(telegram, group, memory, [SHADES[0]], ben)
        app.bot_data["lookback"].photos.clock = lambda: telegram.clock() + 49 * 3600
        press(telegram, group, answer, "Not similar", ben)
        await memory.settled()
        (now,) = telegram.bot_messages(group)
    assert now["caption"] == notsame.taken_back()
    assert buttons(now) == {}
    assert len(pairs(memory)) == 1


@pytest.mark.parametrize("data", ["notsame:0", "notsame:99", "notsame:100", "notsame:-1", "notsame:1:1", "notsame:"])
async def test_data_that_no_button_of_ours_has_takes_nothing_back(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, data: str
) -> None:
    async with start():
        (answer,) = await answered(telegram, group, memory, [SHADES[0]], ben)
        telegram.press(group, answer["message_id"], data, ben)
        await memory.settled()
    assert pairs(memory) == []
    assert telegram.bot_messages(group) == [answer]
    assert memory.ask("SELECT * FROM inbox") == []


async def test_the_button_is_about_the_answer_that_it_is_under_in_whatever_chat(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Cooks", members=[ann, ben], admins=[ann])
    async with start():
        (answer,) = await answered(telegram, group, memory, [SHADES[0]], ben)
        (theirs,) = await answered(telegram, other, memory, [SHADES[0]], ben)
        telegram.send_text(other, ben, "/help")
        await memory.settled()
        words = telegram.bot_messages(other)[-1]  # no answer about photos: nothing can be taken back of it
        telegram.press(other, words["message_id"], buttons(answer)["Not similar"], ann)
        telegram.send_text(other, ann, "/notsame", reply_to=words["message_id"])
        await memory.settled()
        assert pairs(memory) == []
        telegram.press(other, theirs["message_id"], buttons(answer)["Not similar"], ann)
        await memory.settled()
    assert [pair[0] for pair in pairs(memory)] == [other.id]
    assert telegram.bot_messages(group) == [answer]
    assert told(telegram) == [notsame.over(), notsame.noted()]


@pytest.mark.parametrize("which", ["first", "second"])
async def test_a_forgotten_photo_takes_its_lines_and_its_pairs_with_it(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, which: str
) -> None:
    async with start():
        colours = SHADES[:2] if which == "first" else SHADES[:1]
        earlier = [telegram.send_photo(group, ann, picture(colour), date=LONG_AGO) for colour in colours]
        await memory.settled()
        asked = telegram.send_photo(group, ben, picture(RED))
        await memory.settled()
        answer = telegram.bot_messages(group)[0]
        telegram.send_text(group, ben, "/notsame 1", reply_to=answer["message_id"])
        await memory.settled()
        ((_, *files),) = pairs(memory)
        gone = memory.photo(earlier[0] if which == "first" else asked)["file_unique_id"]
        assert gone in files
        target = earlier[0] if which == "first" else asked
        telegram.send_text(group, ann, "/forget", reply_to=target["message_id"])
        await memory.settled()
        await log_emptied(telegram, memory)
        assert pairs(memory) == []
        assert gone.encode() not in memory.bytes_on_disk()
        if which == "first":
            stays = memory.photo(earlier[1])["id"]
            assert memory.ask("SELECT photo_id FROM answer_lines")[0][0] == stays
        else:
            assert memory.ask("SELECT * FROM answer_lines") == []


async def test_a_button_about_a_forgotten_or_replaced_photo_says_that_it_is_over(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        first = telegram.send_photo(group, ann, picture(SHADES[0]), date=LONG_AGO)
        await memory.settled()
        telegram.send_photo(group, ben, picture(RED))
        await memory.settled()
        (answer,) = telegram.bot_messages(group)
        telegram.edit_photo(group, first, picture(GREEN))
        await memory.settled()
        press(telegram, group, answer, "Not similar", ben)
        await memory.settled()
    assert told(telegram) == [notsame.over()]
    assert pairs(memory) == []


async def test_pairs_outlive_the_migration_to_a_supergroup(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    basic = telegram.new_chat("group", "Hikers", members=[ann], admins=[ann])
    async with start():
        (answer,) = await answered(telegram, basic, memory, [SHADES[0]], ann)
        press(telegram, basic, answer, "Not similar", ann)
        await memory.settled()
        moved = telegram.migrate(basic)
        await memory.settled()
    assert [pair[0] for pair in pairs(memory)] == [moved.id]


async def test_notsame_without_an_answer_of_the_bot_or_with_nonsense_says_what_to_do(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        (answer,) = await answered(telegram, group, memory, [SHADES[0]], ben)
        words = telegram.send_text(group, ann, "hello")
        said = []
        for text, target in (
            ("/notsame", None), ("/notsame", words), ("/notsame it", answer), ("/notsame 1234", answer),
            ("/notsame 9", answer),
        ):  # fmt: skip
            telegram.send_text(group, ben, text, reply_to=target and target["message_id"])
            await memory.settled()
            said.append(telegram.bot_messages(group)[-1]["text"])
    assert said == [notsame.usage()] * 4 + [notsame.over()]
    assert pairs(memory) == []
