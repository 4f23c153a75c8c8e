"""`kill -9` at any moment: no photo lost, none stored twice, and an answer at most once.

The application runs as a child process against the HTTP door. The parent sends, kills, starts again, and at last
compares the database and the chat with what was sent.
"""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.door_http import serve
from bot.sandbox.faults import Call
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Dropped, Moment, Telegram
from tests.fakes import BLUE, GREEN, RED, Colour, picture

YELLOW, CYAN = (255, 255, 0), (0, 255, 255)
PALETTE = (RED, GREEN, BLUE, YELLOW, CYAN)
"""Any two have a cosine of at most 0.71, and the fake model's threshold is 0.9."""
KILLS = 30


@dataclass
class Child:
    """The bot's process."""

    url: str
    telegram: Telegram
    database: Path
    process: asyncio.subprocess.Process | None = None
    log: list[bytes] = field(default_factory=list)

    async def start(self) -> None:
        arguments = ("-m", "tests.child", self.url, self.telegram.token, str(self.database))
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=Path(__file__).parent.parent, stderr=asyncio.subprocess.DEVNULL
        )

    def kill(self) -> None:
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)

    async def ended(self) -> int:
        assert self.process is not None
        return await self.process.wait()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the child's database from outside."""
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            return connection.execute(sql).fetchall()

    def is_quiet(self) -> bool:
        """Nothing is left to be done."""
        if self.telegram.updates.unconfirmed():
            return False
        open_work = """SELECT (SELECT count(*) FROM inbox WHERE state IN ('queued', 'sending'))
            + (SELECT count(*) FROM photos WHERE state = 'pending')
            + (SELECT count(*) FROM sends WHERE state = 'sending')
            + (SELECT count(*) FROM events WHERE state = 'waiting')"""
        return self.rows(open_work) == [(0,)]


@dataclass
class Sent:
    """What people have sent: each event is a photo or an album, with its colours."""

    telegram: Telegram
    chats: list[Chat]
    people: list[User]
    events: list[tuple[Chat, list[Message], set[Colour]]] = field(default_factory=list)
    helps: int = 0
    albums: int = 0

    def photo(self, chat: Chat, *colours: Colour) -> None:
        """One photo, or several as an album."""
        self.albums += 1
        album = f"people{self.albums}" if len(colours) > 1 else None
        user = self.people[self.albums % len(self.people)]
        messages = [self.telegram.send_photo(chat, user, small(colour), album=album) for colour in colours]
        self.events.append((chat, messages, {hue(colour) for colour in colours}))

    def forward(self, chat: Chat) -> None:
        """A photo of any chat comes again, with the same file."""
        _, messages, colours = random.choice([event for event in self.events if len(event[2]) == 1])
        self.events.append((chat, [self.telegram.forward(messages[0], chat, self.people[0])], colours))

    def help(self, chat: Chat) -> None:
        self.helps += 1
        self.telegram.send_text(chat, self.people[0], "/help")

    def expects_answer(self, number: int) -> bool:
        """Whether an earlier event of the same chat shares a colour with this one."""
        chat, _, colours = self.events[number]
        return any(before[0] is chat and before[2] & colours for before in self.events[:number])


def hue(colour: Colour) -> Colour:
    """The colour of the palette of which this is a shade."""
    red, green, blue = (255 if part > 127 else 0 for part in colour)
    return red, green, blue


def small(colour: Colour) -> bytes:
    return picture(colour, (100, 75))


@pytest.fixture
async def child(telegram: Telegram, tmp_path: Path) -> AsyncIterator[Child]:
    async with serve(telegram) as url:
        made = Child(url, telegram, tmp_path / "lookback.db")
        await made.start()
        yield made
        if made.process is not None and made.process.returncode is None:
            made.kill()
            await made.ended()


@pytest.fixture
def sent(telegram: Telegram) -> Sent:
    people = [telegram.add_user(name) for name in ("Ann", "Ben", "Cleo")]
    chats = [
        telegram.new_chat("supergroup", f"Group {number}", members=people, admins=people[:1]) for number in range(3)
    ]
    return Sent(telegram, chats, people)


def answers(telegram: Telegram, chat: Chat) -> Counter[int]:
    """How many times each message was replied to with photos; an album is one reply."""
    replies = {
        (message["reply_to_message"]["message_id"], message.get("media_group_id", message["message_id"]))
        for message in telegram.bot_messages(chat)
        if "photo" in message
        and "reply_to_message" in message
        and "/cluster" not in message["reply_to_message"].get("text", "")
    }
    return Counter(target for target, _ in replies)


def compare(child: Child, sent: Sent) -> int:
    """Check all that was promised; how many answers there are."""
    stored = child.rows("SELECT origin_chat_id, message_id FROM photos")
    wanted = [(chat.id, message["message_id"]) for chat, messages, _ in sent.events for message in messages]
    assert sorted(stored) == sorted(wanted), "every photo is stored once"
    assert child.rows("SELECT count(*) FROM photos WHERE state != 'ready'") == [(0,)]
    assert child.rows("SELECT count(*) FROM embeddings") == [(len(wanted),)]
    cut = set(child.rows("SELECT e.origin_chat_id, e.message_id FROM sends s JOIN events e ON e.id = s.event_id"
                         " WHERE s.state = 'unanswered'"))  # fmt: skip
    counted = {chat.id: answers(child.telegram, chat) for chat in sent.chats}
    total = 0
    for number, (chat, messages, _) in enumerate(sent.events):
        found = counted[chat.id].pop(messages[0]["message_id"], 0)
        total += found
        if (chat.id, messages[0]["message_id"]) in cut:
            assert found <= 1, "a cut answer is not repeated"
        else:
            assert found == sent.expects_answer(number), f"event {number} has {found} answers"
    assert not any(counted.values()), "nothing else was answered"
    helped = sum(
        "In reply" in str(m.get("text")) or "/similar" in str(m.get("text"))
        for c in sent.chats
        for m in child.telegram.bot_messages(c)
    )
    ((lost,),) = child.rows("SELECT count(*) FROM inbox WHERE state = 'unanswered'")
    assert sent.helps - lost <= helped <= sent.helps
    return total


async def test_thirty_kills_at_random_moments_lose_nothing_and_repeat_nothing(
    telegram: Telegram, child: Child, sent: Sent
) -> None:
    random.seed(20261123)
    sending = asyncio.create_task(keep_sending(sent))
    for _ in range(KILLS):
        seen = len(telegram.calls)
        await telegram.wait_for(lambda seen=seen: len(telegram.calls) > seen + 3, 60)
        await asyncio.sleep(random.uniform(0.0, 0.8))
        child.kill()
        assert await child.ended() == -signal.SIGKILL
        await child.start()
    sending.cancel()
    await telegram.wait_for(child.is_quiet, 120)
    total = compare(child, sent)
    expected = sum(sent.expects_answer(number) for number in range(len(sent.events)))
    assert len(sent.events) > 100
    assert total > 0.7 * expected, "most answers were not cut, or the test proves nothing"


async def keep_sending(sent: Sent) -> None:
    """Photos, albums, forwards and commands, in no order."""
    for chat in sent.chats:
        sent.photo(chat, RED)
    while True:
        chat = random.choice(sent.chats)
        match random.randrange(10):
            case 0 | 1:
                sent.photo(chat, *random.sample(PALETTE, random.randint(2, 3)))
            case 2:
                sent.forward(chat)
            case 3:
                sent.help(chat)
            case _:
                sent.photo(chat, random.choice(PALETTE))
        await asyncio.sleep(random.uniform(0.05, 0.25))


METHODS = (
    "getMe", "getUpdates", "setMyCommands", "getFile", "sendMessage", "sendPhoto", "sendMediaGroup", "sendChatAction",
    "editMessageMedia", "editMessageCaption", "editMessageReplyMarkup", "answerCallbackQuery", "getChatMember",
    "getChat",
)  # fmt: skip


@dataclass
class Killer:
    """Kills the child once, at one moment of one method. Before the effect, the call has none."""

    child: Child
    method: str
    moment: Moment
    fired: bool = False

    def __call__(self, call: Call, moment: Moment) -> None:
        if self.fired or call.method != self.method:
            return
        if call.method == "getUpdates":
            self._kill_at_poll(call, moment)
        elif moment == self.moment:
            self.fired = True
            self.child.kill()
            if moment == "before":
                raise Dropped(reached=True)

    def _kill_at_poll(self, call: Call, moment: Moment) -> None:
        """The effect of a poll is at its beginning: it confirms what came before (nothing, with the first one)."""
        if moment == "after" or not call.params.get("offset"):
            return
        self.fired = True
        self.child.kill()
        if self.moment == "after":
            self.child.telegram.updates.confirm(call.params["offset"])
        raise Dropped(reached=True)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("method", METHODS)
async def test_a_kill_at_a_call_loses_nothing_and_repeats_nothing(
    telegram: Telegram, child: Child, sent: Sent, method: str, moment: Moment
) -> None:
    killer = Killer(child, method, moment)
    telegram.on_call = killer
    revival = asyncio.create_task(revive(child))
    chat = sent.chats[0]
    try:
        await converse(telegram, child, sent, chat)
    finally:
        revival.cancel()
        await asyncio.gather(revival, return_exceptions=True)
    assert killer.fired, f"{method} was never called"
    compare(child, sent)
    captions = Counter(
        str(message.get("caption")) for message in telegram.bot_messages(chat) if "alike" in str(message.get("caption"))
    )
    assert max(captions.values(), default=1) == 1, "no album was posted twice"


async def revive(child: Child) -> None:
    while True:
        await child.ended()
        await child.start()


async def converse(telegram: Telegram, child: Child, sent: Sent, chat: Chat) -> None:
    """A scene in which the bot makes every call that it knows."""
    chat.bot_status = "left"
    telegram.add_bot(chat, sent.people[0])
    sent.help(chat)
    for shade in range(5):
        sent.photo(chat, (255 - shade, 0, 0))
    for shade in range(4):
        sent.photo(chat, (0, 0, 255 - shade))
    sent.photo(chat, GREEN, YELLOW)
    await telegram.wait_for(child_has_photos(child, 11), 60)
    await telegram.wait_for(child.is_quiet, 60)
    telegram.send_text(chat, sent.people[0], "/status")
    await telegram.wait_for(child.is_quiet, 60)
    telegram.send_text(chat, sent.people[0], "/cluster")
    await telegram.wait_for(child.is_quiet, 60)
    overview = next((m for m in telegram.bot_messages(chat) if "album:" in str(m.get("reply_markup"))), None)
    if overview is not None:
        data = overview["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        telegram.press(chat, overview["message_id"], data, sent.people[1])
        await telegram.wait_for(child.is_quiet, 60)


def child_has_photos(child: Child, count: int) -> Any:
    def has() -> bool:
        try:
            return child.rows("SELECT count(*) FROM photos") == [(count,)]
        except sqlite3.Error:
            return False  # not made yet

    return has
