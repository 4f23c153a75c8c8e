"""`kill -9` at any moment: no photo lost, none stored twice, and an answer at most once.

The application runs as a child process against the HTTP door. The parent sends, kills, starts again, and at last
compares the database and the chats with what was sent.
"""

import asyncio
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from bot.sandbox.door_http import serve
from bot.sandbox.faults import Call
from bot.sandbox.state import Chat
from bot.sandbox.telegram import Dropped, Moment, Telegram
from tests.crashes import Child, People, compare
from tests.fakes import BLUE, GREEN, RED

YELLOW, CYAN = (255, 255, 0), (0, 255, 255)
PALETTE = (RED, GREEN, BLUE, YELLOW, CYAN)
"""Any two have a cosine of at most 0.71, and the fake model's threshold is 0.9."""
KILLS = 30


@pytest.fixture
async def child(telegram: Telegram, people: People, tmp_path: Path) -> AsyncIterator[Child]:
    async with serve(telegram) as url:
        made = Child(url, telegram, tmp_path / "lookback.db")
        made.set_up(people.chats)
        await made.start()
        yield made
        if made.process is not None and made.process.returncode is None:
            made.kill()
            await made.ended()


@pytest.fixture
def people(telegram: Telegram) -> People:
    users = [telegram.add_user(name) for name in ("Ann", "Ben", "Cleo")]
    kinds = ("supergroup", "supergroup", "group")
    chats = [telegram.new_chat(kind, f"Group {n}", members=users, admins=users[:1]) for n, kind in enumerate(kinds)]
    return People(telegram, [*chats, telegram.new_chat("private", members=users[1:2])], users)


async def test_thirty_kills_at_random_moments_lose_nothing_and_repeat_nothing(
    telegram: Telegram, child: Child, people: People
) -> None:
    random.seed(20261123)
    for chat in people.chats:
        people.photo(chat, RED)
    await child.has_photos(len(people.chats))
    sending = asyncio.create_task(keep_sending(people))
    for _ in range(KILLS):
        seen = len(telegram.calls)
        await telegram.wait_for(partial(is_at_work, telegram, seen), 60)
        await asyncio.sleep(random.uniform(0.0, 0.8))
        child.kill()
        await child.ended()
        await child.start()
    sending.cancel()
    await child.quiet()
    outcome = compare(child, people)
    assert child.ends == [-signal.SIGKILL] * KILLS
    assert len(people.sent) > 150
    assert len(outcome.replies) > 0.7 * len(outcome.expected), "most answers were not cut, or this proves nothing"


def is_at_work(telegram: Telegram, seen: int) -> bool:
    """Whether it does more than register its menus, one a language and scope, as at each start."""
    return sum(call.method != "setMyCommands" for call in telegram.calls[seen:]) > 3


async def keep_sending(people: People) -> None:
    """Photos, albums, files, forwards and commands, in no order. `/similar` asks about each chat's first photo."""
    firsts = list(people.sent)
    while True:
        chat = random.choice(people.chats)
        match random.randrange(20):
            case 0 | 1 | 2 | 3:
                people.photo(chat, *random.sample(PALETTE, random.randint(2, 3)))
            case 4 | 5:
                people.forward(chat)
            case 6:
                people.document(chat, random.choice(PALETTE))
            case 7 | 8:
                people.command(chat, random.choice(("/help", "/status")))
            case 9:
                people.question(chat, "/similar", next(sent for sent in firsts if sent.chat is chat))
            case _:
                people.photo(chat, random.choice(PALETTE))
        await asyncio.sleep(random.uniform(0.05, 0.25))


def any_call(_: Call) -> bool:
    return True


def tells_progress(call: Call) -> bool:
    return str(call.params.get("text")).startswith("Sorting 11 photos")


def is_album(call: Call) -> bool:
    return "reply_parameters" not in call.params


METHODS = (
    "getMe", "deleteWebhook", "setMyCommands", "getUpdates", "getFile", "download", "sendMessage", "sendPhoto",
    "sendMediaGroup", "sendChatAction", "editMessageText", "editMessageMedia", "editMessageCaption",
    "editMessageReplyMarkup", "answerCallbackQuery", "getChat", "getChatMember",
)  # fmt: skip
CALLS: dict[str, tuple[str, Callable[[Call], bool]]] = {method: (method, any_call) for method in METHODS}
CALLS |= {"progress": ("sendMessage", tells_progress), "album": ("sendMediaGroup", is_album)}
"""Every type of call that the bot makes, and two kinds of sends that are steps of a longer answer."""


@dataclass
class Killer:
    """Kills the child once, at one moment of one method. Before the effect, the call has none."""

    child: Child
    method: str
    when: Callable[[Call], bool]
    moment: Moment
    fired: Call | None = None

    def __call__(self, call: Call, moment: Moment) -> None:
        if self.fired or call.method != self.method or not self.when(call):
            return
        if call.method == "getUpdates":
            self._kill_at_poll(call, moment)
        elif moment == self.moment:
            self._kill(call)
            if moment == "before":
                raise Dropped(reached=True)

    def _kill_at_poll(self, call: Call, moment: Moment) -> None:
        """The effect of a poll is at its beginning: it confirms what came before (nothing, with the first one)."""
        if moment == "after" or not call.params.get("offset"):
            return
        self._kill(call)
        if self.moment == "after":
            self.child.telegram.updates.confirm(call.params["offset"])
        raise Dropped(reached=True)

    def _kill(self, call: Call) -> None:
        self.child.kill()
        self.fired = call


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("name", CALLS)
async def test_a_kill_at_a_call_loses_nothing_and_repeats_nothing(
    telegram: Telegram, child: Child, people: People, name: str, moment: Moment
) -> None:
    method, when = CALLS[name]
    killer = Killer(child, method, when, moment)
    telegram.on_call = killer
    revival = asyncio.create_task(child.revive())
    try:
        albums = await converse(telegram, child, people, people.chats[0])
        await telegram.wait_for(lambda: child.ends)  # the last call of the scene may come after all is quiet
        people.command(people.chats[0], "/help")
        await child.quiet()
    finally:
        revival.cancel()
        await asyncio.gather(revival, return_exceptions=True)
    assert killer.fired is not None, f"{name} was never called"
    assert child.ends == [-signal.SIGKILL]
    outcome = compare(child, people)
    check_the_cut(child, people, killer.fired, moment, outcome.replies)
    check_albums(child, people.chats[0], telegram, albums)


def check_the_cut(
    child: Child, people: People, call: Call, moment: Moment, replies: dict[tuple[int, int], int]
) -> None:
    """A send at which the child was killed is counted; before its effect nobody saw it, after it everybody did."""
    if not call.method.startswith("send") or call.method == "sendChatAction":
        return
    sends = child.rows("SELECT count(*) FROM sends WHERE state = 'unanswered'")[0][0]
    assert sends + child.rows("SELECT count(*) FROM inbox WHERE state = 'unanswered'")[0][0] >= 1
    if "reply_parameters" in call.params:
        target = call.params["chat_id"], call.params["reply_parameters"]["message_id"]
        assert replies.get(target, 0) == (moment == "after")


def check_albums(child: Child, chat: Chat, telegram: Telegram, asked: int) -> None:
    """Every album that was asked for is there once, but for one that was cut, which is there at most once."""
    captions = Counter(
        message["caption"]
        for message in telegram.bot_messages(chat)
        if "reply_to_message" not in message and "alike" in message.get("caption", "")
    )
    assert set(captions.values()) <= {1}, "no album was posted twice"
    steps = "s.step LIKE 'album%' OR (e.kind = 'album' AND s.step = 'answer')"
    sql = f"SELECT count(*) FROM sends s JOIN events e ON e.id = s.event_id WHERE s.state = 'unanswered' AND ({steps})"
    cut = child.rows(sql)[0][0]
    assert asked - cut <= len(captions) <= asked


async def converse(telegram: Telegram, child: Child, people: People, chat: Chat) -> int:
    """A scene in which the bot makes every call that it knows; how many albums were asked for."""
    chat.bot_status = "left"
    telegram.add_bot(chat, people.users[0])
    people.command(chat, "/help")
    for shade in range(5):
        people.photo(chat, (255 - shade, 0, 0))
    for shade in range(4):
        people.photo(chat, (0, 0, 255 - shade))
    people.photo(chat, GREEN, YELLOW)
    await child.has_photos(11)
    await child.quiet()
    people.command(chat, "/status")
    people.question(people.chats[1], "/cluster")
    await child.quiet()
    people.question(chat, "/cluster")
    await child.quiet()
    overview = next((m for m in telegram.bot_messages(chat) if "album:" in str(m.get("reply_markup"))), None)
    if overview is None:
        assert child.rows("SELECT step FROM sends WHERE state = 'unanswered'") == [("progress",)]
        return 0
    data = overview["reply_markup"]["inline_keyboard"][-1][-1]["callback_data"]  # the album that was not posted
    telegram.press(chat, overview["message_id"], data, people.users[1])
    await child.quiet()
    return 2
