"""`/forget`, `/remember me` and `/privacy`, by everyone who may and everyone who may not."""

from collections.abc import Callable

import pytest

from bot import texts
from bot.photos import StoreError
from bot.sandbox import params
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from bot.texts import privacy
from tests.conftest import Start, lookback
from tests.fakes import BLUE, GREEN, RED, MeanColour, picture
from tests.memory import Memory
from tests.test_album_buttons import buttons, told
from tests.test_albums_in_chat import send, shades
from tests.test_answers import LONG_AGO


def said(telegram: Telegram, chat: Chat) -> list[str]:
    """What the bot has written."""
    return [message["text"] for message in telegram.bot_messages(chat) if "text" in message]


def remembered(memory: Memory) -> list[tuple[int, int]]:
    """Chat and message of every photo that is stored."""
    return [tuple(row) for row in memory.ask("SELECT origin_chat_id, message_id FROM photos ORDER BY id")]


def at(*messages: Message) -> list[tuple[int, int]]:
    return [(message["chat"]["id"], message["message_id"]) for message in messages]


async def test_privacy_tells_this_chats_figures(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(retention_days=90, grace_days=1):
        send(telegram, group, [RED, GREEN])
        await memory.settled()
        telegram.send_text(group, ann, "/privacy")
        await memory.settled()
    async with start():
        telegram.send_text(group, ann, "/privacy")
        await memory.settled()
    by_age, for_ever = said(telegram, group)
    for words in ("2 photos of this", "For 90 days after", "after 1 day,", "the person who runs this bot", "backup"):
        assert words in by_age
    for words in ("Until it is forgotten", "after 30 days"):
        assert words in for_ever


@pytest.mark.parametrize("who", ["sender", "admin", "anonymous admin"])
async def test_a_photo_is_forgotten_by_its_sender_and_by_admins(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, who: str
) -> None:
    async with start():
        photo, other = (telegram.send_photo(group, ben, picture(colour), date=LONG_AGO) for colour in (RED, GREEN))
        await memory.settled()
        asker = ben if who == "sender" else ann
        telegram.send_text(
            group, asker, "/forget", reply_to=photo["message_id"], anonymous=who == "anonymous admin"
        )  # fmt: skip
        await memory.settled()
        telegram.edit_caption(group, photo, "again")
        telegram.send_photo(group, ben, picture(RED))
        await memory.settled()
    assert said(telegram, group) == [privacy.forgotten(1, album=False)]
    assert len(telegram.bot_messages(group)) == 1  # the red one has nothing like it any more
    assert at(photo)[0] not in remembered(memory)
    assert at(other)[0] in remembered(memory)


async def test_another_member_can_have_nothing_of_others_forgotten(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        photo = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        unnamed = telegram.send_photo(group, ann, picture(GREEN), date=LONG_AGO, anonymous=True)
        await memory.settled()
        for target in (photo, unnamed):
            telegram.send_text(group, ben, "/forget", reply_to=target["message_id"])
        telegram.send_text(group, ben, "/forget all")
        await memory.settled()
    assert sorted(said(telegram, group)) == sorted([*[privacy.only_sender_or_admin()] * 2, privacy.only_admins()])
    assert remembered(memory) == at(photo, unnamed)


@pytest.mark.parametrize("fails", ["lacks it", "error 500"])
async def test_where_the_server_does_not_say_who_is_an_admin_nothing_changes_but_ones_own(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, fails: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if fails == "lacks it":
        monkeypatch.delitem(params.KNOWN, "getChatMember")
    else:
        telegram.faults.add("getChatMember", "500", times=100)
    async with start():
        photo, own = (telegram.send_photo(group, who, picture(RED), date=LONG_AGO) for who in (ben, ann))
        await memory.settled()
        for text in ("/forget", "/forget all"):
            telegram.send_text(group, ann, text, reply_to=photo["message_id"])
        await memory.settled()
        assert said(telegram, group) == [texts.rights_unknown()] * 2
        assert remembered(memory) == at(photo, own)
        telegram.send_text(group, ann, "/forget", reply_to=own["message_id"])
        await memory.settled()
    assert remembered(memory) == at(photo)


async def test_a_member_of_an_album_takes_the_album_with_it_and_late_members_too(
    telegram: Telegram, group: Chat, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        first, second = (
            telegram.send_photo(group, ben, picture(c), date=LONG_AGO, album="7") for c in (RED, GREEN)
        )  # fmt: skip
        alone = telegram.send_photo(group, ben, picture(BLUE), date=LONG_AGO)
        await memory.settled()
        telegram.send_text(group, ben, "/forget", reply_to=second["message_id"])
        await memory.settled()
        telegram.send_photo(group, ben, picture(RED), album="7")
        await memory.settled()
    assert said(telegram, group) == [privacy.forgotten(2, album=True)]
    assert "whole album" in said(telegram, group)[0]
    assert remembered(memory) == at(alone)
    assert first["media_group_id"] == second["media_group_id"]


async def test_forget_without_a_photo_or_under_an_answer_says_what_to_reply_to(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        for date in (LONG_AGO, None):
            telegram.send_photo(group, ann, picture(RED), date=date)
            await memory.settled()
        (answer,) = telegram.bot_messages(group)
        words = telegram.send_text(group, ann, "hello")
        for text, target in (("/forget", None), ("/forget", words), ("/forget it", None), ("/forget", answer)):
            telegram.send_text(group, ann, text, reply_to=target and target["message_id"])
            await memory.settled()
        telegram.send_text(group, ann, "/remember")
        await memory.settled()
    assert said(telegram, group) == [
        *[privacy.forget_usage()] * 3, privacy.not_my_answer(), privacy.remember_usage(),
    ]  # fmt: skip
    assert len(remembered(memory)) == 2


async def test_forget_me_forgets_all_of_mine_here_and_stores_nothing_until_remember_me(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Cooks", members=[ann, ben])
    async with start():
        send(telegram, group, [RED, GREEN])  # ann's
        kept = [telegram.send_photo(group, ben, picture(RED), date=LONG_AGO)]
        await memory.settled()
        kept.append(telegram.send_photo(other, ann, picture(RED), date=LONG_AGO))
        await memory.settled()
        telegram.send_text(group, ann, "/forget me")
        await memory.settled()
        refused = telegram.send_photo(group, ann, picture(RED))
        telegram.send_text(group, ben, "/similar", reply_to=refused["message_id"])
        await memory.settled()
        assert remembered(memory) == at(*kept)
    async with start():
        telegram.send_photo(group, ann, picture(GREEN), date=LONG_AGO)
        telegram.send_text(group, ann, "/remember me")
        again = telegram.send_photo(group, ann, picture(BLUE), date=LONG_AGO)
        telegram.send_text(group, ann, "/remember me")
        await memory.settled()
    assert said(telegram, group) == [
        privacy.person_forgotten(2), privacy.not_to_be_remembered(), privacy.remembered_again(),
        privacy.remembered_anyway(),
    ]  # fmt: skip
    assert remembered(memory) == at(*kept, again)


async def test_a_supergroup_keeps_who_opted_out_of_the_group(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    basic = telegram.new_chat("group", "Hikers", members=[ann], admins=[ann])
    async with start():
        telegram.send_text(basic, ann, "/forget me")
        await memory.settled()
        moved = telegram.migrate(basic)
        await memory.settled()
        telegram.send_photo(moved, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        assert remembered(memory) == []
        telegram.send_text(moved, ann, "/privacy")
        await memory.settled()
    assert "Photos of yours are not stored here" in said(telegram, moved)[0]


async def test_who_writes_in_the_groups_name_is_nobody_in_particular(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO, anonymous=True)
        for text in ("/forget me", "/remember me"):
            telegram.send_text(group, ann, text, anonymous=True)
        await memory.settled()
    assert said(telegram, group) == [privacy.nobody_in_particular()] * 2
    assert len(remembered(memory)) == 1
    assert memory.ask("SELECT * FROM opted_out") == []


async def asked_all(telegram: Telegram, chat: Chat, memory: Memory, asker: User, **more: bool) -> dict[str, str]:
    """Four photos are there, and someone has asked that all be forgotten: the buttons."""
    send(telegram, chat, [RED, GREEN] * 2)
    await memory.settled()
    telegram.send_text(chat, asker, "/forget all", **more)
    await memory.settled()
    return buttons(telegram.bot_messages(chat)[-1])


@pytest.mark.parametrize("kind", ["group", "private"])
async def test_forget_all_is_confirmed_by_the_one_who_asked(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, kind: str
) -> None:
    chat = group if kind == "group" else telegram.new_chat("private", members=[ben])
    asker = ann if kind == "group" else ben
    other = telegram.new_chat("supergroup", "Cooks", members=[ann])
    async with start():
        kept = telegram.send_photo(other, ann, picture(RED), date=LONG_AGO)
        words = await asked_all(telegram, chat, memory, asker)
        question = telegram.bot_messages(chat)[-1]
        assert question["text"] == privacy.confirm(4, by_any_admin=False)
        assert len(remembered(memory)) == 5
        for _ in range(2):  # pressed twice
            telegram.press(chat, question["message_id"], words[privacy.button_forget()], asker)
        await memory.settled()
        new = telegram.send_photo(chat, asker, picture(RED))
        await memory.settled()
    assert told(telegram) == [privacy.forgetting(), privacy.question_over()]
    assert telegram.bot_messages(chat)[-1]["text"] == privacy.chat_forgotten(4)
    assert "reply_markup" not in telegram.bot_messages(chat)[-1]
    assert remembered(memory) == at(kept, new)
    assert memory.ask("SELECT * FROM confirmations") == []


async def test_the_buttons_of_forget_all_refuse_everyone_else(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    carl = telegram.add_user("Carl")
    group.members, group.admins = [*group.members, carl], [ann, carl]
    async with start():
        words = await asked_all(telegram, group, memory, ann)
        question = telegram.bot_messages(group)[-1]["message_id"]
        for user in (ben, carl):
            telegram.press(group, question, words[privacy.button_forget()], user)
        await memory.settled()
        telegram.demote(group, ann)
        telegram.press(group, question, words[privacy.button_forget()], ann)
        await memory.settled()
        telegram.faults.add("getChatMember", "500")
        telegram.press(group, question, words[privacy.button_forget()], ann)
        await memory.settled()
    assert told(telegram) == [
        *[privacy.only_asker_confirms()] * 2, privacy.only_admins_confirm(), texts.rights_unknown(),
    ]  # fmt: skip
    assert len(remembered(memory)) == 4


async def test_what_an_anonymous_admin_asks_any_admin_confirms_and_members_do_not(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        words = await asked_all(telegram, group, memory, ann, anonymous=True)
        question = telegram.bot_messages(group)[-1]
        assert question["text"] == privacy.confirm(4, by_any_admin=True)
        for user in (ben, ann):
            telegram.press(group, question["message_id"], words[privacy.button_forget()], user)
            await memory.settled()
    assert told(telegram) == [privacy.only_admins_confirm(), privacy.forgetting()]
    assert remembered(memory) == []


async def test_keep_it_keeps_everything_and_ends_the_question(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        words = await asked_all(telegram, group, memory, ann)
        question = telegram.bot_messages(group)[-1]["message_id"]
        for word in (privacy.button_keep(), privacy.button_forget()):
            telegram.press(group, question, words[word], ann)
            await memory.settled()
    assert told(telegram) == [privacy.kept(), privacy.question_over()]
    assert telegram.bot_messages(group)[-1]["text"] == privacy.kept()
    assert len(remembered(memory)) == 4


async def test_a_button_of_another_chat_or_an_old_one_forgets_nothing(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Cooks", members=[ann], admins=[ann])
    async with start() as app:
        words = await asked_all(telegram, group, memory, ann)
        theirs = await asked_all(telegram, other, memory, ann)
        telegram.press(
            other, telegram.bot_messages(other)[-1]["message_id"], words[privacy.button_forget()], ann
        )  # fmt: skip
        await memory.settled()
        photos = lookback(app).photos
        photos.clock = lambda: telegram.clock() + 3700
        telegram.press(
            other, telegram.bot_messages(other)[-1]["message_id"], theirs[privacy.button_forget()], ann
        )  # fmt: skip
        await memory.settled()
    assert told(telegram) == [privacy.question_over()] * 2
    assert len(remembered(memory)) == 8


@pytest.mark.parametrize("moment", ["before the press is heard", "in the middle"])
async def test_a_restart_between_the_press_and_its_end_does_it_all_the_same(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, moment: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("storage.forgetting.STEP", 1)
    async with start() as app:
        words = await asked_all(telegram, group, memory, ann)
        if moment == "in the middle":
            _die_after(lookback(app).photos.store.forgetting, 2, monkeypatch)
            press(telegram, group, words, ann)
            await telegram.wait_for(lambda: len(remembered(memory)) == 2)
    if moment == "before the press is heard":
        press(telegram, group, words, ann)
    monkeypatch.undo()
    async with start():
        await memory.settled()
        await telegram.wait_for(lambda: telegram.bot_messages(group)[-1]["text"].startswith("Forgotten"))
    assert remembered(memory) == []
    assert memory.ask("SELECT * FROM confirmations") == []


def press(telegram: Telegram, chat: Chat, words: dict[str, str], user: User) -> None:
    telegram.press(chat, telegram.bot_messages(chat)[-1]["message_id"], words[privacy.button_forget()], user)


def _die_after(rows: object, steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk refuses from the third step on, as far as the program can tell: its row stays queued."""
    done: list[int] = []
    step: Callable[..., int] = rows.step_of_chat  # type: ignore[attr-defined]

    def dies(*args: int) -> int:
        if len(done) == steps:
            raise StoreError("The disk is gone.")
        done.append(step(*args))
        return done[-1]

    monkeypatch.setattr(rows, "step_of_chat", dies)


async def test_forget_from_a_backlog_is_done_and_answered(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        photo = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
    telegram.send_text(group, ann, "/forget", reply_to=photo["message_id"], date=LONG_AGO)
    async with start():
        await memory.settled()
    assert said(telegram, group) == [privacy.forgotten(1, album=False)]
    assert remembered(memory) == []


async def test_a_photo_that_is_being_embedded_does_not_come_back(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    model = MeanColour(seconds=0.6)
    other = telegram.new_chat("supergroup", "Cooks", members=[ann])
    async with start(clip=model):
        photo = telegram.send_photo(group, ann, picture(RED))
        twin = telegram.forward(photo, other, ann)
        await telegram.wait_for(lambda: telegram.called("download"))
        telegram.send_text(group, ann, "/forget", reply_to=photo["message_id"])
        await telegram.wait_for(lambda: said(telegram, group))
        assert model.batches == []  # still at it
        await memory.settled()
    assert remembered(memory) == at(twin)
    assert memory.value("SELECT count(*) FROM embeddings") == 1
    assert memory.ask("SELECT * FROM events WHERE chat_id = ?", group.id) == []


async def test_an_answer_that_waits_for_its_turn_is_made_anew_without_the_forgotten_photo(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        gone = telegram.send_photo(group, ben, picture(RED), date=LONG_AGO)
        stays = telegram.send_photo(group, ann, picture((250, 5, 5)), date=LONG_AGO)
        await memory.settled()
        lookback(app).sender.limits.pause(group.id, 0.8)
        telegram.send_photo(group, ann, picture((252, 3, 3)))
        await telegram.wait_for(lambda: lookback(app).sender.limits.waiting(group.id))
        telegram.send_text(group, ben, "/forget", reply_to=gone["message_id"])
        await telegram.wait_for(lambda: remembered(memory)[0] == at(stays)[0])
        await memory.settled()
    (answer,) = [message for message in telegram.bot_messages(group) if "photo" in message]
    assert answer["photo"] == stays["photo"]
    assert "Ben" not in answer["caption"]
    sent = [call for call in telegram.calls if call.method.startswith("send")]
    assert not [call for call in sent if gone["photo"][-1]["file_id"] in str(call.params)]


async def test_albums_lose_what_is_forgotten_and_their_buttons_go_on(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    private = telegram.new_chat("private", members=[ann])
    async with start():
        reds = send(telegram, private, shades(RED, 12))
        greens = send(telegram, private, [GREEN] * 3)
        await memory.settled()
        telegram.send_text(private, ann, "/cluster 2")
        await memory.settled()
        overview = telegram.bot_messages(private)[0]
        (more,) = buttons(overview).values()
        first = memory.value("SELECT photo_id FROM album_photos ORDER BY album_id, rank LIMIT 1")
        shown = memory.value("SELECT message_id FROM photos WHERE id = ?", first)
        for message_id in (shown, *(message["message_id"] for message in greens)):
            telegram.send_text(private, ann, "/forget", reply_to=message_id)
        await memory.settled()
        assert [tuple(row) for row in memory.ask("SELECT number, size, posted FROM albums")] == [(1, 11, 9)]
        telegram.send_text(private, ann, "/album 2")
        telegram.press(private, overview["message_id"], more, ann)
        await memory.settled()
        (now,) = buttons(telegram.messages(private)[overview["message_id"] - 1]).values()
        telegram.press(private, overview["message_id"], now, ann)
        await memory.settled()
    assert told(telegram) == [privacy.press_again(), texts.coming()]
    assert texts.album_unknown(2, 1) in said(telegram, private)
    last = [message for message in telegram.bot_messages(private) if "photo" in message][-2:]
    assert last[0]["caption"].startswith("Album 1 · 11 photos, 10 to 11")
    assert len(reds) == 12
