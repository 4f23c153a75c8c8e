"""Gone means gone: the files are searched for what was forgotten."""

import asyncio
import json

import pytest

from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from bot.texts import privacy
from tests.conftest import Start
from tests.fakes import BLUE, GREEN, RED, picture
from tests.memory import Memory
from tests.test_album_buttons import buttons
from tests.test_answers import LONG_AGO, link, links


@pytest.fixture
def zoe(telegram: Telegram) -> User:
    """Someone whose name is nowhere else."""
    return telegram.add_user("Zoe-Quetzalcoatl")


@pytest.fixture
def hikers(telegram: Telegram, zoe: User, ben: User) -> Chat:
    return telegram.new_chat("supergroup", "Hikers", members=[zoe, ben], admins=[zoe])


def traces(photo: Message, vector: bytes) -> dict[str, bytes]:
    """What would tell of a photo, by what it is."""
    found = {"caption": photo["caption"].encode(), "name": b"Zoe-Quetzalcoatl", "vector": vector}
    for number, size in enumerate(photo["photo"]):
        found |= {f"file_id {number}": size["file_id"].encode(), f"unique {number}": size["file_unique_id"].encode()}
    return found


def found(memory: Memory, traces: dict[str, bytes]) -> list[str]:
    """Which of the traces are in the database, its log, or whatever lies beside them."""
    everything = memory.bytes_on_disk()
    return sorted(name for name, trace in traces.items() if trace in everything)


async def log_emptied(telegram: Telegram, memory: Memory) -> None:
    wal = memory.path.with_name(memory.path.name + "-wal")
    await telegram.wait_for(lambda: wal.stat().st_size == 0)


@pytest.mark.parametrize("how", ["/forget", "/forget me", "/forget all"])
async def test_nothing_of_a_forgotten_photo_is_left_on_disk_while_the_bot_runs(
    telegram: Telegram, hikers: Chat, zoe: User, ben: User, start: Start, memory: Memory, how: str
) -> None:
    telegram.faults.add("sendMessage", "dropped_after")  # an update that goes wrong stays in the inbox
    async with start():
        for number in range(40):  # pages full of others' rows around it
            telegram.send_photo(hikers, ben, picture((0, 200, number)), date=LONG_AGO, caption=f"other {number} " * 9)
        photo = telegram.send_photo(hikers, zoe, picture((201, 99, 7)), date=LONG_AGO, caption="Ixtaccihuatl at dawn")
        await memory.settled()
        telegram.send_text(hikers, zoe, "/similar", reply_to=photo["message_id"])
        telegram.send_photo(hikers, ben, picture((215, 90, 20)))
        telegram.send_text(hikers, ben, "/cluster 2")
        await memory.settled(30)
        traced = traces(photo, memory.vector(photo).astype("<f4").tobytes())
        assert found(memory, traced) == sorted(traced)
        target = None if " " in how else photo["message_id"]
        telegram.send_text(hikers, zoe, how, reply_to=target)
        await memory.settled()
        if how == "/forget all":
            question = telegram.bot_messages(hikers)[-1]
            data = buttons(question)[privacy.button_forget()]
            telegram.press(hikers, question["message_id"], data, zoe)
            await telegram.wait_for(lambda: "Forgotten" in telegram.bot_messages(hikers)[-1].get("text", ""))
            await memory.settled()
        await asyncio.sleep(0.6)
        await log_emptied(telegram, memory)
        assert found(memory, traced) == []
    assert found(memory, traced) == []


async def test_nothing_of_an_opted_out_persons_photo_is_left_after_its_turn(
    telegram: Telegram, hikers: Chat, zoe: User, ben: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_text(hikers, zoe, "/forget me")
        telegram.send_photo(hikers, ben, picture(GREEN), date=LONG_AGO)
        await memory.settled()
        photo = telegram.send_photo(hikers, zoe, picture(RED), caption="Ixtaccihuatl at dawn")
        telegram.edit_caption(hikers, photo, "Ixtaccihuatl at dawn, again")
        await memory.settled()
        telegram.send_text(hikers, ben, "/similar", reply_to=photo["message_id"])
        await memory.settled()
        await asyncio.sleep(0.6)
        await log_emptied(telegram, memory)
        assert found(memory, traces(photo, b"no vector")) == []
    assert memory.value("SELECT count(*) FROM photos") == 1


async def test_a_forgotten_photo_in_one_chat_leaves_its_twin_in_another_whole(
    telegram: Telegram, hikers: Chat, zoe: User, ben: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Cooks", members=[zoe, ben])
    async with start():
        photo = telegram.send_photo(hikers, ben, picture(BLUE), date=LONG_AGO)
        twin = telegram.forward(photo, other, ben, date=LONG_AGO)
        await memory.settled()
        telegram.send_text(hikers, zoe, "/forget", reply_to=photo["message_id"])
        await memory.settled()
        telegram.forward(photo, other, ben)
        await memory.settled()
    (answer,) = telegram.bot_messages(other)
    assert links(answer) == [link(twin)]
    assert len(telegram.called("download")) == 1  # the twin's vector served the second forward


async def test_an_update_that_telegram_delivers_again_does_not_bring_its_photo_back(
    telegram: Telegram, hikers: Chat, zoe: User, start: Start, memory: Memory
) -> None:
    async with start():
        photo = telegram.send_photo(hikers, zoe, picture(RED), date=LONG_AGO)
        (update,) = telegram.updates.kept()
        await memory.settled()
        telegram.send_text(hikers, zoe, "/forget me")
        telegram.send_text(hikers, zoe, "/remember me")
        await memory.settled()
    again = json.loads(json.dumps(update))
    telegram.updates.restore(update["update_id"], type(telegram.updates._kept)([again]))
    async with start():
        await memory.settled()
    assert memory.ask("SELECT * FROM photos WHERE message_id = ?", photo["message_id"]) == []
