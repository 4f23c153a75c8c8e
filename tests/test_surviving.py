"""What Telegram does to chats: groups become supergroups, the bot is removed and comes back, limits are reached."""

import asyncio

import pytest

from bot.limits import Limits
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.conftest import Start, lookback
from tests.fakes import BLUE, GREEN, RED, MeanColour, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO, SHADES, link, links


@pytest.fixture
def basic(telegram: Telegram, ann: User, ben: User) -> Chat:
    """A group that is no supergroup yet."""
    return telegram.new_chat("group", "Hikers", members=[ann, ben], admins=[ann])


@pytest.mark.parametrize("new_first", [False, True])
async def test_photos_move_with_their_group_and_only_those_sent_since_are_linked(
    telegram: Telegram, basic: Chat, ann: User, start: Start, memory: Memory, new_first: bool
) -> None:
    async with start():
        before = [telegram.send_photo(basic, ann, picture(colour), date=LONG_AGO) for colour in (BLUE, RED)]
        await memory.settled()
        moved = telegram.migrate(basic, new_first=new_first)
        await memory.settled()
        after = telegram.send_photo(moved, ann, picture(SHADES[0]), date=LONG_AGO + 1)
        await memory.settled()
        asked = telegram.send_photo(moved, ann, picture(RED))
        await memory.settled()
    assert after["message_id"] == before[1]["message_id"]  # the supergroup counts anew
    answer = telegram.bot_messages(moved)
    assert [message["photo"] for message in answer] == [before[1]["photo"], after["photo"]]
    assert [line.endswith("open") for line in answer[0]["caption"].splitlines()[1:]] == [False, True]
    assert links(answer[0]) == [link(after)]
    assert answer[0]["reply_to_message"]["message_id"] == asked["message_id"]
    rows = memory.ask("SELECT chat_id, origin_chat_id FROM photos ORDER BY sent_at, message_id")
    assert [tuple(row) for row in rows[:3]] == [(moved.id, basic.id)] * 2 + [(moved.id, moved.id)]
    chats = {row["id"]: (row["state"], row["migrated_to"]) for row in memory.ask("SELECT * FROM chats")}
    assert chats == {basic.id: ("migrated", moved.id), moved.id: ("member", None)}


async def test_a_photo_sent_just_before_the_migration_is_answered_in_the_supergroup_as_a_reply_to_nothing(
    telegram: Telegram, basic: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(clip=MeanColour(seconds=0.3)):
        first = telegram.send_photo(basic, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.send_photo(basic, ann, picture(RED))
        await telegram.wait_for(lambda: len(telegram.called("download")) == 2)
        moved = telegram.migrate(basic)
        await memory.settled()
    (answer,) = telegram.bot_messages(moved)
    assert answer["photo"] == first["photo"]
    assert links(answer) == []
    assert ["reply_parameters" in call.params for call in telegram.called("sendPhoto")] == [False]


async def test_an_answer_that_meets_the_migration_before_its_message_comes_waits_for_it(
    telegram: Telegram, basic: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(basic, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        moved = telegram.new_chat("supergroup", "Hikers", members=[ann])
        basic.upgraded_to = moved.id
        telegram.send_photo(basic, ann, picture(RED))
        await telegram.wait_for(lambda: [call.error for call in telegram.called("sendPhoto")])
        assert memory.states() == ["stale", "waiting"]
        telegram.deliver(moved, telegram.post(moved, ann, {"migrate_from_chat_id": basic.id}))
        await memory.settled()
    assert len(telegram.bot_messages(moved)) == 1
    assert telegram.bot_messages(basic) == []


async def test_the_allowed_chats_follow_a_group_also_after_a_restart(
    telegram: Telegram, basic: Chat, ann: User, start: Start, memory: Memory
) -> None:
    allowed = frozenset({basic.id})
    async with start(allowed_chats=allowed):
        moved = telegram.migrate(basic)
        first = telegram.send_photo(moved, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
    async with start(allowed_chats=allowed):
        telegram.send_photo(moved, ann, picture(RED))
        await memory.settled()
    assert [message["photo"] for message in telegram.bot_messages(moved)] == [first["photo"]]


async def test_similar_about_a_photo_from_before_the_migration_knows_it_by_its_file(
    telegram: Telegram, basic: Chat, ann: User, start: Start, memory: Memory
) -> None:
    model = MeanColour()
    async with start(clip=model):
        before = telegram.send_photo(basic, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        moved = telegram.migrate(basic)
        again = telegram.forward(before, moved, ann)
        telegram.send_text(moved, ann, "/similar", reply_to=again["message_id"])
        await memory.settled()
    assert model.batches == [1]
    assert telegram.bot_messages(moved)[-1]["photo"] == before["photo"]


async def test_removed_and_added_again_the_bot_still_remembers_and_greets_again(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        first = telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.remove_bot(group, ann)
        telegram.send_photo(group, ann, picture(GREEN))
        await memory.settled()
        assert memory.value("SELECT state FROM chats WHERE id = ?", group.id) == "left"
        telegram.add_bot(group, ann)
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    greeting, answer = telegram.bot_messages(group)
    assert "I remember the photos sent here" in greeting["text"]
    assert answer["photo"] == first["photo"]
    assert memory.value("SELECT state FROM chats WHERE id = ?", group.id) == "member"
    assert memory.value("SELECT count(*) FROM photos") == 2


async def test_what_waits_for_an_answer_when_the_bot_is_removed_is_dropped(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(clip=MeanColour(seconds=0.3)):
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED))
        await telegram.wait_for(lambda: len(telegram.called("download")) == 2)
        telegram.remove_bot(group, ann)
        await memory.settled()
    assert memory.states() == ["stale", "stale"]
    assert telegram.called("sendPhoto") == []
    assert memory.value("SELECT count(*) FROM embeddings") == 2


async def test_a_chat_that_throws_the_bot_out_without_a_word_is_not_asked_again_for_the_same_answer(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(clip=MeanColour(seconds=0.2)):
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED))
        await telegram.wait_for(lambda: len(telegram.called("download")) == 2)
        group.bot_status = "kicked"
        await memory.settled()
    assert [call.error for call in telegram.called("sendPhoto")] == [
        "Forbidden: bot was kicked from the supergroup chat"
    ]
    assert memory.states() == ["stale", "stale"]


@pytest.mark.filterwarnings("ignore:.*attribute `retry_after` will be")  # PTB itself reads it in RetryAfter
async def test_a_429_stops_one_chat_and_not_the_others(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Cooks", members=[ann])
    telegram.faults.add("sendPhoto", "429", seconds=1, when=lambda call: call.chat_id == group.id)
    async with start():
        for chat in (group, other):
            telegram.send_photo(chat, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.send_photo(group, ann, picture(RED))
        await telegram.wait_for(lambda: telegram.called("sendPhoto"))
        telegram.send_photo(other, ann, picture(RED))
        await telegram.wait_for(lambda: telegram.bot_messages(other))
        assert telegram.bot_messages(group) == []
        await memory.settled()
    assert len(telegram.bot_messages(group)) == 1
    refused, sent = (call for call in telegram.called("sendPhoto") if call.chat_id == group.id)
    assert sent.at - refused.at >= 1


async def test_albums_keep_to_the_rate_and_let_an_answer_go_first(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    chat = telegram.new_chat("supergroup", "Painters", members=[ann])
    async with start() as app:
        lookback(app).sender.limits = Limits(per_group=5, window=0.8)
        for colour in (RED, GREEN, BLUE, (255, 255, 0)):
            for _ in range(4):
                telegram.send_photo(chat, ann, picture(colour), date=LONG_AGO)
        await memory.settled()
        telegram.send_text(chat, ann, "/cluster 4")
        await telegram.wait_for(lambda: telegram.called("sendMediaGroup"))
        await asyncio.sleep(0.05)  # the second album waits for its turn now
        asked = telegram.send_photo(chat, ann, picture(RED))
        await memory.settled()
    sent = [call for call in telegram.calls if call.method in ("sendMessage", "sendPhoto", "sendMediaGroup")]
    weights = [len(call.params.get("media", [0])) for call in sent]
    assert weights == [1, 4, 1, 4, 4, 4] or weights == [1, 4, 4, 4, 4, 4]
    assert sent[2].params["reply_parameters"]["message_id"] == asked["message_id"]
    for first in sent:
        window = [weight for call, weight in zip(sent, weights, strict=True) if 0 <= call.at - first.at < 0.75]
        assert sum(window) <= 5
