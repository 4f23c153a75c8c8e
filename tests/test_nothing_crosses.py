"""Nobody sees anything of a chat they are not in: random histories of several chats, every call of the bot read.

Three chats have members of their own. Files wander between them by forwards; buttons are pressed with the data of
other chats' buttons. What the bot calls for a chat may name only what was sent there; what is remembered in the end
is what was sent and not forgotten there.
"""

import asyncio
import re
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.app import build, running
from bot.config import Settings
from bot.limits import Limits
from bot.sandbox.door_inprocess import InProcess
from bot.sandbox.faults import Call
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from tests.conftest import lookback
from tests.fakes import BLUE, GREEN, RED, MeanColour, picture
from tests.memory import Memory
from tests.test_album_buttons import buttons

CHATS = 3
COLOURS = [RED, GREEN, BLUE, (250, 10, 10)]
Step = tuple[str, int, int, int]
WORDS = ["red", "green -blue", "from:me in:general", "since:2000", "from:me +red"]
WHAT = [
    "photo", "photo", "photo", "document", "forward", "forward", "similar", "find", "cluster", "album", "press",
    "forged", "forget", "forget me", "forget all", "remember me", "privacy", "migrate",
    "map", "stats", "notsame", "mute", "unmute",
]  # fmt: skip
TWO_SORTED: list[Step] = [
    *[("photo", number, colour, 0) for number in (0, 1) for colour in (0, 1, 2) * 2],
    ("forward", 1, 0, 0), ("cluster", 0, 0, 0), ("cluster", 1, 0, 0),
]  # fmt: skip
"""Two chats with photos of three colours each, sorted into albums that are still to be posted."""
TAKEN_BACK: list[Step] = [
    ("photo", 0, 0, 0), ("forward", 1, 0, 0), ("forward", 0, 0, 0), ("forward", 1, 0, 0), ("notsame", 1, 0, 0),
    ("forged", 0, 0, 1), ("press", 0, 0, 0), ("forget", 0, 0, 0), ("forward", 0, 0, 1), ("forget all", 1, 0, 0),
]  # fmt: skip
"""Copies of one file in two chats, and answers about them that are said to be wrong."""
STEPS = st.tuples(st.sampled_from(WHAT), st.integers(0, CHATS - 1), st.integers(0, 50), st.integers(0, 50))


@dataclass
class History:
    """The chats, what the bot may show in each, and what it has to remember."""

    telegram: Telegram
    memory: Memory
    chats: list[Chat] = field(default_factory=list)
    people: list[tuple[User, User]] = field(default_factory=list)
    sent: list[list[Message]] = field(default_factory=lambda: [[] for _ in range(CHATS)])
    kept: list[set[tuple[int, int]]] = field(default_factory=lambda: [set() for _ in range(CHATS)])
    out: set[int] = field(default_factory=set)
    ids: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def begin(self) -> None:
        """Groups with an admin and a member each, whose names are nowhere else; their titles, too."""
        for number in range(CHATS):
            admin, member = (self.telegram.add_user(f"{role}-of-{number}") for role in ("Admin", "Member"))
            self.people.append((admin, member))
            chat = self.telegram.new_chat("group", f"Title-of-{number}", members=[admin, member], admins=[admin])
            self.chats.append(chat)
            self.ids[number].add(chat.id)

    def take(self, step: Step) -> None:
        """One step; where there is nothing that it could be about, it is left out."""
        what, number, this, other = step
        chat, admin, member = self.chats[number], *self.people[number]
        if what in ("photo", "document"):
            self._note(number, self._send(what, chat, member, COLOURS[this % len(COLOURS)]))
        elif what == "forward" and (there := self.sent[other % CHATS]):
            self._note(number, self.telegram.forward(there[this % len(there)], chat, member))
        elif what in ("similar", "forget", "mute", "unmute") and (here := self._here(number)):
            target = here[this % len(here)]
            self.telegram.send_text(chat, admin, f"/{what}", reply_to=target["message_id"])
            if what == "forget":
                self.kept[number].discard(_at(target))
        elif what == "notsame" and (mine := self.telegram.bot_messages(chat)):
            self.telegram.send_text(chat, admin, "/notsame 1", reply_to=mine[this % len(mine)]["message_id"])
        elif what == "find":
            self.telegram.send_text(chat, member, f"/find {WORDS[this % len(WORDS)]}")
        elif what in ("cluster", "album", "privacy", "map", "stats"):
            self.telegram.send_text(chat, member, f"/{what}" + (" 2" if what == "album" else ""))
        elif what in ("forget me", "remember me"):
            self.telegram.send_text(chat, member, f"/{what}")
            self.kept[number] -= self.kept[number] if what == "forget me" else set()
            (self.out.add if what == "forget me" else self.out.discard)(number)
        elif what == "forget all":
            self.telegram.send_text(chat, admin, "/forget all", anonymous=this % 2 == 1)
        elif what in ("press", "forged"):
            self._press(number, number if what == "press" else other % CHATS, this)
        elif what == "migrate" and chat.type == "group":
            self.chats[number] = self.telegram.migrate(chat)
            self.ids[number].add(self.chats[number].id)

    def _send(self, what: str, chat: Chat, member: User, colour: tuple[int, int, int]) -> Message:
        send = self.telegram.send_photo if what == "photo" else self.telegram.send_document
        return send(chat, member, picture(colour), caption=f"caption of {chat.title}")

    def _note(self, number: int, message: Message) -> None:
        self.sent[number].append(message)
        if number not in self.out:
            self.kept[number].add(_at(message))

    def _here(self, number: int) -> list[Message]:
        """What can be replied to: not what was sent before a migration."""
        return [message for message in self.sent[number] if message["chat"]["id"] == self.chats[number].id]

    def _press(self, number: int, source: int, which: int) -> None:
        """The admin of a chat presses a button with the data of one of a chat's buttons, under a message of the bot."""
        mine = self.telegram.bot_messages(self.chats[number])
        shown = self.telegram.bot_messages(self.chats[source])
        theirs = [data for message in shown for data in buttons(message).values()]
        if not mine or not theirs:
            return
        data = theirs[which % len(theirs)]
        self.telegram.press(self.chats[number], mine[which % len(mine)]["message_id"], data, self.people[number][0])
        if source == number and data.startswith("forget:") and data.endswith(":yes"):
            self.kept[number].clear()

    def check(self) -> None:
        """Every call names only what belongs to its chat; every chat remembers what is its own."""
        for call in self.telegram.calls:
            for number in range(CHATS):
                if call.chat_id in self.ids[number]:
                    self._check_call(number, f"{call.params}")
            if call.method == "answerCallbackQuery":
                assert not re.search(r"-of-\d|t\.me|file", str(call.params))
        rows = self.memory.ask("SELECT chat_id, origin_chat_id, message_id FROM photos")
        for number, chat in enumerate(self.chats):
            stored = {(row["origin_chat_id"], row["message_id"]) for row in rows if row["chat_id"] == chat.id}
            assert stored == self.kept[number]
        for row in self.memory.ask("SELECT * FROM not_same"):
            known = "SELECT count(DISTINCT file_unique_id) FROM photos WHERE chat_id = ? AND file_unique_id IN (?, ?)"
            files = {row["file_a"], row["file_b"]}
            assert self.memory.value(known, row["chat_id"], row["file_a"], row["file_b"]) == len(files)
        assert self.telegram.violations == []

    def check_fetched(self, number: int, calls: list[Call]) -> None:
        """Files that were fetched for a chat's picture were sent there."""
        for call in calls:
            if call.method == "getFile":
                self._check_call(number, f"{call.params}")

    def _check_call(self, number: int, said: str) -> None:
        own = {file_id for message in self.sent[number] for file_id in _files(message)}
        every = {file_id for sent in self.sent for message in sent for file_id in _files(message)}
        assert [file_id for file_id in every - own if f"'{file_id}'" in said or f'"{file_id}"' in said] == []
        assert {int(found) for found in re.findall(r"-of-(\d)", said)} <= {number}
        links = {-1_000_000_000_000 - int(found) for found in re.findall(r"t\.me/c/(\d+)/", said)}
        assert links <= self.ids[number]


def _at(message: Message) -> tuple[int, int]:
    return message["chat"]["id"], message["message_id"]


def _files(message: dict[str, Any]) -> list[str]:
    sizes = message.get("photo", []) + ([message["document"]] if "document" in message else [])
    return [size["file_id"] for size in sizes]


async def play(steps: list[Step]) -> None:
    """Let a history happen to the real application; each step is settled before the next."""
    with tempfile.TemporaryDirectory() as folder:
        telegram, database = Telegram(), Path(folder) / "lookback.db"
        history = History(telegram, Memory(database, telegram))
        history.begin()
        given = Settings(token=telegram.token, database=database, album_wait=0.0, cluster_albums=0)
        app = build(given, request=InProcess(telegram), clip=MeanColour(), limits=Limits(per_group=10_000))
        async with running(app):
            for chat in history.chats:  # so that more is answered
                await lookback(app).manners.change(chat.id, leeway=0)
            for step in steps:
                before = len(telegram.calls)
                history.take(step)
                await history.memory.settled(30)
                if step[0] in ("map", "stats"):  # what is in a picture is what was fetched for it
                    history.check_fetched(step[1], telegram.calls[before:])
        history.check()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, min_size=4, max_size=16))
@example([("photo", number % 2, number, 0) for number in range(26)] + [("find", 0, 3, 0), ("forged", 1, 0, 0)])
@example([*TWO_SORTED, ("album", 0, 0, 0), ("album", 1, 0, 0), ("press", 1, 0, 0), ("similar", 1, 0, 0)])
@example([*TWO_SORTED, ("map", 1, 0, 0), ("stats", 1, 0, 0), ("forget", 1, 0, 0), ("map", 1, 0, 0), ("stats", 0, 0, 0)])
@example(TWO_SORTED + [("forged", 1, number, 0) for number in range(6)])
@example(TWO_SORTED + [("forget all", 0, 1, 0)] + [("forged", 1, number, 0) for number in range(8)])
@example(TWO_SORTED + [("forget all", 0, 1, 0)] + [("press", 0, number, 0) for number in range(8)])
@example(TAKEN_BACK)
@example([("photo", 0, 0, 0), ("forget me", 0, 0, 0), ("migrate", 0, 0, 0), ("photo", 0, 0, 0), ("forward", 1, 0, 0)])
@example([("photo", 0, 0, 0), ("forward", 1, 0, 0), ("forget", 0, 0, 0), ("photo", 1, 0, 0), ("forward", 0, 0, 1)])
def test_nothing_of_one_chat_reaches_another_whatever_happens(steps: list[Step]) -> None:
    asyncio.run(play(steps))
