"""The modes of `/settings`, at work: what a photo that came is met with in each of them."""

import pytest

from bot.manners import GENERAL
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from bot.texts import privacy
from bot.vision.clip import Clip
from tests.conftest import Start, lookback
from tests.fakes import GREEN, RED, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO
from tests.test_forgetting import at, remembered, said
from tests.test_tiers_in_chat import cropped, edited, shipped


@pytest.fixture(scope="module")
def pocket() -> Clip:
    """The model that ships with the bot, loaded once for all tests here."""
    return Clip("pocket")


async def sent_twice(
    telegram: Telegram, chat: Chat, sender: User, memory: Memory, *, topic: int | None = None
) -> Message:
    """A red photo long ago, and one now: the one of now."""
    telegram.send_photo(chat, sender, picture(RED), date=LONG_AGO, topic=topic)
    await memory.settled()
    photo = telegram.send_photo(chat, sender, picture(RED), topic=topic)
    await memory.settled()
    return photo


@pytest.mark.parametrize("kind", ["supergroup", "private"])
async def test_only_when_asked_remembers_in_silence_and_answers_commands(
    telegram: Telegram, ann: User, start: Start, memory: Memory, kind: str
) -> None:
    chat = telegram.new_chat(kind, "Chat", members=[ann])
    async with start() as app:
        await lookback(app).manners.change(chat.id, mode="demand")
        photo = await sent_twice(telegram, chat, ann, memory)
        assert telegram.bot_messages(chat) == []
        assert len(remembered(memory)) == 2
        telegram.send_text(chat, ann, "/similar", reply_to=photo["message_id"])
        await memory.settled()
    assert len(telegram.bot_messages(chat)) == 1


async def test_off_neither_remembers_nor_answers_and_knows_what_it_knew(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        before = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO, caption="before")
        other = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        await lookback(app).manners.change(group.id, mode="off")
        new = telegram.send_photo(group, ann, picture(RED), caption="meanwhile")
        for member in (GREEN, GREEN):
            telegram.send_photo(group, ann, picture(member), album="7")
        await memory.settled()
        telegram.edit_caption(group, new, "meanwhile, edited")
        telegram.edit_caption(group, before, "after")  # of what is known already an edit is followed
        await memory.settled()
        assert remembered(memory) == at(before, other)
        assert memory.photo(before)["caption"] == "after"
        assert telegram.bot_messages(group) == []
        telegram.send_text(group, ann, "/similar", reply_to=new["message_id"])
        await memory.settled()
        telegram.send_text(group, ann, "/similar", reply_to=before["message_id"])
        await memory.settled()
        assert remembered(memory) == at(before, other)
    assert said(telegram, group) == [privacy.not_to_be_remembered()]
    assert telegram.bot_messages(group)[1]["photo"] == other["photo"]
    assert b"meanwhile" not in memory.bytes_on_disk()


async def test_off_holds_in_its_topic_alone_and_again_after_a_restart(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    forum = telegram.new_chat("supergroup", "Forum", members=[ann], admins=[ann], forum=True)
    telegram.post(forum, ann, {"text": "message 1"})
    here, there = telegram.create_topic(forum), telegram.create_topic(forum)
    async with start() as app:
        await lookback(app).manners.change(forum.id, here, mode="off")
    async with start() as app:
        telegram.send_photo(forum, ann, picture(RED), topic=here)
        kept = [telegram.send_photo(forum, ann, picture(GREEN), topic=topic) for topic in (there, None)]
        await memory.settled()
        assert remembered(memory) == at(*kept)
        await lookback(app).manners.change(forum.id, GENERAL, mode="off")
        await lookback(app).manners.change(forum.id, here, mode="demand")
        await lookback(app).manners.change(forum.id, mode="off")
        kept.append(telegram.send_photo(forum, ann, picture(RED), topic=here))
        for topic in (there, None):
            telegram.send_photo(forum, ann, picture(RED), topic=topic)
        await memory.settled()
    assert remembered(memory) == at(*kept)


async def test_a_supergroup_has_the_mode_of_the_group(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    basic = telegram.new_chat("group", "Hikers", members=[ann], admins=[ann])
    async with start() as app:
        await lookback(app).manners.change(basic.id, mode="off")
        moved = telegram.migrate(basic)
        await memory.settled()
        telegram.send_photo(moved, ann, picture(RED))
        await memory.settled()
    assert remembered(memory) == []


async def test_a_reaction_stands_for_an_answer(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        await lookback(app).manners.change(group.id, mode="reaction")
        photo = await sent_twice(telegram, group, ann, memory)
        telegram.send_photo(group, ann, picture(GREEN))  # is like nothing
        await memory.settled()
    assert telegram.bot_messages(group) == []
    assert list(group.reactions) == [str(photo["message_id"])]
    assert memory.states() == ["stale", "done", "silent"]


async def test_an_album_gets_one_reaction(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        await lookback(app).manners.change(group.id, mode="reaction")
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        first, _ = (telegram.send_photo(group, ann, picture(RED), album="7") for _ in range(2))
        await memory.settled()
    assert list(group.reactions) == [str(first["message_id"])]


@pytest.mark.parametrize("fails", ["none allowed", "not this one", "429", "500", "dropped_after"])
async def test_a_reaction_that_is_refused_is_silence_and_never_tried_again(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, fails: str
) -> None:
    if fails in ("429", "500", "dropped_after"):
        telegram.faults.add("setMessageReaction", fails)  # type: ignore[arg-type]
    else:
        group.available_reactions = [] if fails == "none allowed" else ["👍"]
    async with start() as app:
        await lookback(app).manners.change(group.id, mode="reaction")
        await sent_twice(telegram, group, ann, memory)
        assert memory.states() == ["stale", "silent"]
    async with start():
        await memory.settled()
    assert len(telegram.called("setMessageReaction")) == 1
    assert telegram.bot_messages(group) == []


async def test_undo_looks_past_a_reaction(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        await sent_twice(telegram, group, ann, memory)
        await lookback(app).manners.change(group.id, mode="reaction")
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
        telegram.send_text(group, ann, "/undo")
        await memory.settled()
    assert telegram.bot_messages(group) == []


def forms(telegram: Telegram, chat: Chat, sender: User, first: Message) -> dict[str, Message]:
    """The same photo, an edit of it, and one that is only like another, sent now."""
    return {
        "same": telegram.forward(first, chat, sender),
        "edited": telegram.send_photo(chat, sender, edited("fish-02", cropped)),
        "related": telegram.send_photo(chat, sender, shipped("windmill-02")),
    }


async def each_tier(telegram: Telegram, chat: Chat, ann: User, ben: User, memory: Memory) -> dict[str, Message]:
    """Two photos long ago, and what is like them now, in each of the three ways."""
    first = telegram.send_photo(chat, ann, shipped("fish-02"), date=LONG_AGO)
    telegram.send_photo(chat, ann, shipped("windmill-01"), date=LONG_AGO)
    await memory.settled(60)
    sent = forms(telegram, chat, ben, first)
    await memory.settled(60)
    return sent


async def test_only_the_same_photo_answers_copies_and_edits_and_nothing_that_is_only_alike(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, pocket: Clip
) -> None:
    async with start(clip=pocket) as app:
        await lookback(app).manners.change(group.id, mode="same", strictness="loose")
        sent = await each_tier(telegram, group, ann, ben, memory)
        replied = {message["reply_to_message"]["message_id"] for message in telegram.bot_messages(group)}
        assert replied == {sent[tier]["message_id"] for tier in ("same", "edited")}
        await lookback(app).manners.change(group.id, mode="answer")
        again = telegram.send_photo(group, telegram.add_user("Cleo"), shipped("windmill-03"))
        await memory.settled(60)
    assert telegram.bot_messages(group)[-1]["reply_to_message"]["message_id"] == again["message_id"]  # it would be


async def test_the_reaction_tells_how_sure_it_is(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, pocket: Clip
) -> None:
    async with start(clip=pocket) as app:
        await lookback(app).manners.change(group.id, mode="reaction", strictness="loose")
        sent = await each_tier(telegram, group, ann, ben, memory)
    given = {int(number): one["emoji"] for number, (one,) in group.reactions.items()}
    assert given == {
        sent["same"]["message_id"]: "💯", sent["edited"]["message_id"]: "✍", sent["related"]["message_id"]: "👀",
    }  # fmt: skip
    assert telegram.bot_messages(group) == []
