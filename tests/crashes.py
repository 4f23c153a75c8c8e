"""The bot as a process that is killed and started again, and what people have sent it: compared at the end."""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from storage.settings import WHOLE_CHAT
from storage.store import Store
from tests.fakes import Colour, picture

OPEN_WORK = """SELECT (SELECT count(*) FROM inbox WHERE state IN ('queued', 'sending'))
    + (SELECT count(*) FROM photos WHERE state = 'pending') + (SELECT count(*) FROM sends WHERE state = 'sending')
    + (SELECT count(*) FROM events WHERE state = 'waiting')"""
Kind = Literal["photo", "command", "question"]


@dataclass
class Child:
    """The bot's process."""

    url: str
    telegram: Telegram
    database: Path
    process: asyncio.subprocess.Process | None = None
    ends: list[int] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """What all processes have logged."""
        return self.database.with_suffix(".log")

    def set_up(self, chats: Sequence[Chat]) -> None:
        """Before the first start: whatever is alike is answered, also where one person sent both within a moment."""
        store = Store(self.database)
        for chat in chats:
            store.settings.put(chat.id, WHOLE_CHAT, {"leeway": 0, "strictness": "normal"})
        store.close()

    async def start(self) -> None:
        """Start a process on the same database."""
        arguments = ("-m", "tests.child", self.url, self.telegram.token, str(self.database))
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *arguments, cwd=Path(__file__).parent.parent, stderr=log
            )

    def kill(self) -> None:
        """SIGKILL, at this moment."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)

    async def ended(self) -> None:
        """Wait until the process is gone."""
        assert self.process is not None
        self.ends.append(await self.process.wait())

    async def revive(self) -> None:
        """Start it again whenever it ends."""
        while True:
            await self.ended()
            await self.start()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the child's database from outside."""
        with closing(sqlite3.connect(self.database, timeout=10)) as connection:
            return connection.execute(sql).fetchall()

    def is_quiet(self) -> bool:
        """Nothing is left to be done."""
        return self.telegram.updates.unconfirmed() == 0 and self.rows(OPEN_WORK) == [(0,)]

    async def quiet(self) -> None:
        """Wait until nothing is left to be done."""
        await self.telegram.wait_for(self.is_quiet, 120)

    async def has_photos(self, count: int) -> None:
        """Wait until so many photos are stored."""
        await self.telegram.wait_for(lambda: self._photos() == count, 60)

    def _photos(self) -> int:
        try:
            return int(self.rows("SELECT count(*) FROM photos")[0][0])
        except sqlite3.OperationalError:
            return 0  # there is no such table yet


@dataclass
class Sent:
    """Something that may be answered: a photo or an album with its colours, or a command.

    A command that needs no job is known to the store by its update.
    """

    kind: Kind
    chat: Chat
    messages: list[Message]
    colours: set[Colour]
    update_id: int

    @property
    def target(self) -> tuple[int, int]:
        """What the answer replies to: chat and message."""
        return self.chat.id, self.messages[0]["message_id"]


@dataclass
class People:
    """They send, and remember what they sent."""

    telegram: Telegram
    chats: list[Chat]
    users: list[User]
    sent: list[Sent] = field(default_factory=list)

    def photo(self, chat: Chat, *colours: Colour) -> None:
        """One photo, or several as an album."""
        album = f"people{len(self.sent)}" if len(colours) > 1 else None
        user = self.users[len(self.sent) % len(self.users)] if chat.type != "private" else chat.members[0]
        messages = [self.telegram.send_photo(chat, user, picture(colour, (100, 75)), album=album) for colour in colours]
        self._note("photo", chat, messages, {hue(colour) for colour in colours})

    def document(self, chat: Chat, colour: Colour) -> None:
        """An image as a file."""
        data = picture(colour, (100, 75))
        self._note("photo", chat, [self.telegram.send_document(chat, chat.members[0], data)], {hue(colour)})

    def forward(self, chat: Chat) -> None:
        """A photo of any chat comes again, with the same file."""
        photo = random.choice([sent for sent in self.sent if len(sent.colours) == 1])
        message = self.telegram.forward(photo.messages[0], chat, chat.members[0])
        self._note("photo", chat, [message], photo.colours)

    def command(self, chat: Chat, text: str) -> None:
        """A command that is answered at once."""
        self._note("command", chat, [self.telegram.send_text(chat, chat.members[0], text)], set())

    def question(self, chat: Chat, text: str, about: Sent | None = None) -> None:
        """A command that a job answers."""
        reply_to = about.target[1] if about else None
        self._note("question", chat, [self.telegram.send_text(chat, chat.members[0], text, reply_to=reply_to)], set())

    def _note(self, kind: Kind, chat: Chat, messages: list[Message], colours: set[Colour]) -> None:
        self.sent.append(Sent(kind, chat, messages, colours, self.telegram.updates.next_id - 1))

    def expect_answer(self, sent: Sent) -> bool:
        """A photo is answered where an earlier one of its chat shares a colour with it; a command always."""
        before = self.sent[: self.sent.index(sent)]
        return sent.kind != "photo" or any(one.chat is sent.chat and one.colours & sent.colours for one in before)


def hue(colour: Colour) -> Colour:
    """The colour of the palette of which this is a shade."""
    red, green, blue = (255 if part > 127 else 0 for part in colour)
    return red, green, blue


@dataclass
class Outcome:
    """What became of all that was sent, by the targets of the replies."""

    expected: set[tuple[int, int]]
    cut: set[tuple[int, int]]
    replies: dict[tuple[int, int], int]


def compare(child: Child, people: People) -> Outcome:
    """Compare the database and the chats with what was sent."""
    photos = [sent for sent in people.sent if sent.kind == "photo"]
    wanted = [(sent.chat.id, message["message_id"]) for sent in photos for message in sent.messages]
    stored = child.rows("SELECT origin_chat_id, message_id FROM photos ORDER BY 1, 2")
    assert stored == sorted(wanted), "every photo is stored once"
    vectors = "SELECT origin_chat_id, message_id FROM photos p JOIN embeddings e ON e.photo_id = p.id"
    assert child.rows(f"{vectors} WHERE p.state = 'ready' ORDER BY 1, 2") == stored, "each has one vector"
    assert child.rows("SELECT state FROM inbox WHERE state != 'unanswered'") == [], "every turn is over"
    assert child.rows("SELECT kind, state, reason FROM events WHERE state IN ('failed', 'stale')") == []
    assert child.rows("PRAGMA integrity_check") == [("ok",)]
    outcome = Outcome(
        {sent.target for sent in people.sent if people.expect_answer(sent)}, unanswered(child, people), replies(people)
    )
    assert set(outcome.replies) <= outcome.expected, "nothing else was answered"
    for target in outcome.expected:
        found = outcome.replies.get(target, 0)
        if target in outcome.cut:
            assert found <= 1, f"{target} was cut, and answered {found} times"
        else:
            assert found == 1, f"{target} was not cut, and answered {found} times"
    return outcome


def unanswered(child: Child, people: People) -> set[tuple[int, int]]:
    """What the store counts as cut: the steps of events, and updates that are answered at once."""
    sql = """SELECT e.origin_chat_id, e.message_id FROM sends s JOIN events e ON e.id = s.event_id
             WHERE s.state = 'unanswered' AND s.step IN ('answer', 'progress')"""
    updates = {update_id for (update_id,) in child.rows("SELECT update_id FROM inbox WHERE state = 'unanswered'")}
    commands = {sent.target for sent in people.sent if sent.update_id in updates and sent.kind == "command"}
    return commands | {(chat_id, message_id) for chat_id, message_id in child.rows(sql)}


def replies(people: People) -> dict[tuple[int, int], int]:
    """How many times each message was replied to; an album is one reply."""
    found: defaultdict[tuple[int, int], set[object]] = defaultdict(set)
    for chat in people.chats:
        for message in people.telegram.bot_messages(chat):
            if "reply_to_message" in message:
                target = chat.id, message["reply_to_message"]["message_id"]
                found[target].add(message.get("media_group_id", message["message_id"]))
    return {target: len(answers) for target, answers in found.items()}
