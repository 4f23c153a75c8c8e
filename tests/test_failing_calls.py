"""What goes wrong on the way to Telegram: which calls are made again, which never, and who has to wait for it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from bot import indexing
from bot.sandbox.faults import Kind
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from tests.conftest import Start
from tests.fakes import GREEN, RED, MeanColour, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO

pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after` will be")  # PTB reads it in RetryAfter
SENDS = ("sendMessage", "sendPhoto", "sendMediaGroup")
FATE_UNKNOWN: tuple[Kind, ...] = ("dropped_before", "dropped_after", "500", "502")


@dataclass(frozen=True, slots=True)
class Scene:
    """Chats in which the next question is answered by one certain method."""

    telegram: Telegram
    user: User
    method: str

    def prepare(self, *chats: Chat) -> None:
        """Send the photos that the answer will show."""
        for chat in chats:
            for _ in range({"sendMessage": 0, "sendPhoto": 1, "sendMediaGroup": 2}[self.method]):
                self.telegram.send_photo(chat, self.user, picture(RED), date=LONG_AGO)

    def ask(self, chat: Chat) -> Message:
        """What is to be answered."""
        if self.method == "sendMessage":
            return self.telegram.send_text(chat, self.user, "/help")
        return self.telegram.send_photo(chat, self.user, picture(RED))

    def answers(self, question: Message) -> int:
        """How many times the question was answered; an album is one answer."""
        chat = self.telegram.chats[question["chat"]["id"]]
        replies = [
            message.get("media_group_id", message["message_id"])
            for message in self.telegram.bot_messages(chat)
            if message.get("reply_to_message", {}).get("message_id") == question["message_id"]
        ]
        return len(set(replies))


@pytest.fixture
def scene(telegram: Telegram, ann: User, method: str) -> Scene:
    return Scene(telegram, ann, method)


@pytest.fixture
def other(telegram: Telegram, ann: User) -> Chat:
    return telegram.new_chat("supergroup", "Cooks", members=[ann])


@pytest.mark.parametrize("method", SENDS)
async def test_a_429_is_obeyed_and_the_message_sent_once_while_another_chat_is_answered(
    telegram: Telegram, group: Chat, other: Chat, ann: User, start: Start, memory: Memory, scene: Scene
) -> None:
    async with start():
        scene.prepare(group, other)
        telegram.send_text(other, ann, "/help")  # both chats are known to the limits
        await memory.settled()
        fault = telegram.faults.add(scene.method, "429", seconds=2, when=lambda call: call.chat_id == group.id)
        paused = scene.ask(group)
        await telegram.wait_for(lambda: fault not in telegram.faults.pending)
        meanwhile = scene.ask(other)
        await telegram.wait_for(lambda: scene.answers(meanwhile))
        assert scene.answers(paused) == 0
        await memory.settled()
    assert (scene.answers(paused), scene.answers(meanwhile)) == (1, 1)
    refused, sent = (call for call in telegram.called(scene.method) if call.chat_id == group.id)
    assert sent.at - refused.at >= 2
    assert cut(memory) == 0


@pytest.mark.parametrize("method", SENDS)
async def test_a_message_whose_connection_was_refused_is_sent_later_and_once(
    telegram: Telegram, group: Chat, start: Start, memory: Memory, scene: Scene
) -> None:
    telegram.faults.add(scene.method, "refused")
    async with start():
        scene.prepare(group)
        await memory.settled()
        question = scene.ask(group)
        await memory.settled()
    assert [call.result is None for call in telegram.called(scene.method)] == [True, False]
    assert scene.answers(question) == 1
    assert cut(memory) == 0


@pytest.mark.parametrize("fault", FATE_UNKNOWN)
@pytest.mark.parametrize("method", SENDS)
async def test_a_message_whose_fate_is_unknown_is_counted_and_never_sent_again(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, scene: Scene, fault: Kind
) -> None:
    telegram.faults.add(scene.method, fault)
    async with start():
        scene.prepare(group)
        await memory.settled()
        question = scene.ask(group)
        await memory.settled()
    async with start():
        telegram.send_text(group, ann, "/status")
        await memory.settled()
    assert scene.answers(question) == (1 if fault == "dropped_after" else 0)
    assert len(telegram.called(scene.method)) == (2 if scene.method == "sendMessage" else 1)
    assert cut(memory) == 1
    if scene.method != "sendMessage":
        assert memory.states()[-1] == "unanswered"
    said = telegram.bot_messages(group)[-1]["text"].splitlines()
    assert "1 unanswered (a reply was cut or lost)" in said


def cut(memory: Memory) -> int:
    """How many answers are counted as unanswered."""
    sends = memory.value("SELECT count(*) FROM sends WHERE state = 'unanswered'")
    return int(sends + memory.value("SELECT count(*) FROM inbox WHERE state = 'unanswered'"))


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed download is tried again after a moment."""
    monkeypatch.setattr(indexing, "DOWNLOAD_RETRY", (0.3,))


DOWNLOAD_FAULTS: Sequence[tuple[str, Kind]] = [
    *(("getFile", kind) for kind in ("429", "500", "502", "refused", "dropped_before", "dropped_after")),
    *(("download", kind) for kind in ("500", "502", "refused", "dropped_before", "truncated")),
]


@pytest.mark.parametrize(("method", "fault"), DOWNLOAD_FAULTS)
@pytest.mark.usefixtures("soon")
async def test_a_photo_that_could_not_be_fetched_stays_pending_and_is_fetched_again(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, method: str, fault: Kind
) -> None:
    telegram.faults.add(method, fault)
    async with start():
        photo = telegram.send_photo(group, ann, picture(RED))
        await telegram.wait_for(lambda: memory.ask("SELECT 1 FROM photos WHERE state = 'pending' AND due_at > 0"))
        next_one = telegram.send_photo(group, ann, picture(GREEN))
        await telegram.wait_for(lambda: memory.ask("SELECT 1 FROM photos WHERE state = 'ready'"))
        assert memory.photo(photo)["state"] == "pending"
        assert memory.photo(next_one)["state"] == "ready"
        await memory.settled()
    first, again = (call for call in telegram.called(method) if call.params in known_by(telegram, photo, method))
    assert again.at - first.at >= (1.0 if fault == "429" else 0.3)
    assert memory.photo(photo)["state"] == "ready"
    assert memory.vector(photo) == pytest.approx([1, 0, 0], abs=0.01)


def known_by(telegram: Telegram, photo: Message, method: str) -> list[dict[str, str]]:
    """The parameters of the calls that fetch a photo."""
    if method == "getFile":
        return [{"file_id": size["file_id"]} for size in photo["photo"]]
    return [{"file_path": telegram.files.described(size["file_id"])["file_path"]} for size in photo["photo"]]


@pytest.mark.usefixtures("soon")
async def test_a_file_that_always_arrives_cut_off_ends_as_one_unreadable_photo(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    photo = telegram.send_photo(group, ann, picture(RED))
    paths = known_by(telegram, photo, "download")
    telegram.faults.add("download", "truncated", times=1000, when=lambda call: call.params in paths)
    async with start():
        fine = telegram.send_photo(group, ann, picture(GREEN))
        await memory.settled()
    assert memory.photo(photo)["state"] == "failed"
    assert memory.photo(photo)["reason"]
    assert memory.photo(fine)["state"] == "ready"
    assert memory.states() == ["silent", "silent"]


async def test_a_slow_download_delays_neither_another_chat_nor_a_command(
    telegram: Telegram, group: Chat, other: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(other, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.faults.add("download", "slow", seconds=1.5)
        slow = telegram.send_photo(group, ann, picture(GREEN))
        await telegram.wait_for(lambda: telegram.faults.pending == [])
        telegram.send_photo(other, ann, picture(RED))
        telegram.send_text(group, ann, "/help")
        await telegram.wait_for(lambda: telegram.bot_messages(other) and telegram.bot_messages(group))
        assert memory.photo(slow)["state"] == "pending"
        await memory.settled()
    assert memory.photo(slow)["state"] == "ready"
    assert len(telegram.called("sendPhoto")) == len(telegram.called("sendMessage")) == 1


@pytest.mark.parametrize("fault", ["500", "502", "429", "refused", "dropped_before", "dropped_after"])
async def test_polling_recovers_and_takes_no_update_twice(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, fault: Kind
) -> None:
    async with start(clip=(model := MeanColour())):
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        telegram.faults.add("getUpdates", fault)
        photo = telegram.send_photo(group, ann, picture(RED))
        await telegram.wait_for(lambda: telegram.faults.pending == [])
        telegram.send_text(group, ann, "/help")
        await memory.settled()
    assert len(telegram.called("sendPhoto")) == len(telegram.called("sendMessage")) == 1
    assert memory.value("SELECT count(*) FROM photos") == 2
    assert memory.photo(photo)["state"] == "ready"
    assert sum(model.batches) == 2
