"""No inline query shows a photo of a chat that the one who asks is not in: random histories of chats and memberships.

People come and go, the bot is made an admin and is one no more, files wander between chats by forwards, some photos
are forgotten. Whatever anyone asks, each photo that they are shown is one that was sent in a chat in which they are at
that moment, in which the bot is an admin, and in which they have sent a photo or asked something.
"""

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot import memberships
from bot.app import build, running
from bot.config import Settings
from bot.limits import Limits
from bot.sandbox.door_inprocess import InProcess
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from tests.fakes import BLUE, GREEN, RED, MeanColour, picture
from tests.memory import Memory

CHATS, PEOPLE = 3, 3
COLOURS = [RED, GREEN, BLUE, (250, 60, 10)]
WORDS = ["", "red", "green -blue", "red +blue", "from:me", "red from:Person-1", "since:2000", "purple"]
WHAT = [
    "photo", "photo", "photo", "spoiler", "document", "forward", "ask", "ask", "ask", "leave", "join", "restrict",
    "free", "admin", "demote", "remove", "return", "forget", "forget me", "find",
]  # fmt: skip
Step = tuple[str, int, int, int]
STEPS = st.tuples(
    st.sampled_from(WHAT), st.integers(0, CHATS - 1), st.integers(0, PEOPLE - 1), st.integers(0, 50)
)  # fmt: skip
FULL: list[Step] = [("photo", chat, person, chat + person) for chat in range(CHATS) for person in range(PEOPLE)]
"""Everyone has sent a photo to every chat."""


@dataclass
class History:
    """The chats, who was seen in each, and the photos of each that may be shown."""

    telegram: Telegram
    memory: Memory
    chats: list[Chat] = field(default_factory=list)
    people: list[User] = field(default_factory=list)
    sent: list[list[Message]] = field(default_factory=lambda: [[] for _ in range(CHATS)])
    asked: list[set[int]] = field(default_factory=lambda: [set() for _ in range(CHATS)])
    kept: list[list[Message]] = field(default_factory=lambda: [[] for _ in range(CHATS)])
    out: set[tuple[int, int]] = field(default_factory=set)
    shown: int = 0

    def begin(self) -> None:
        """Groups with everyone in them, where the bot is an admin."""
        self.people = [self.telegram.add_user(f"Person-{number}") for number in range(PEOPLE)]
        for number in range(CHATS):
            chat = self.telegram.new_chat(
                "supergroup", f"Chat-{number}", members=list(self.people), bot_status="administrator"
            )
            self.chats.append(chat)

    async def take(self, step: Step) -> None:
        """One step; where it makes no sense, it is left out."""
        what, number, who, this = step
        chat, person = self.chats[number], self.people[who]
        is_in = person in chat.members and chat.bot_status != "kicked"
        if what in ("photo", "spoiler", "document", "forward", "find", "forget", "forget me"):
            if is_in:
                self._say(what, number, person, this)
        elif what == "ask":
            await self._ask(person, WORDS[this % len(WORDS)])
        elif what == "leave":
            chat.members = [member for member in chat.members if member != person]
        elif what == "join" and person not in chat.members:
            chat.members = [*chat.members, person]
        elif what in ("restrict", "free"):
            self.telegram.restrict(chat, person, **({"can_send_photos": False} if what == "restrict" else {}))
        elif what in ("admin", "demote") and chat.bot_status != "kicked":
            chat.bot_status = "administrator" if what == "admin" else "member"
        elif what == "remove" and chat.bot_status != "kicked":
            self.telegram.remove_bot(chat, person)
        elif what == "return" and chat.bot_status == "kicked":
            self.telegram.add_bot(chat, person, "administrator" if this % 2 else "member")
        await self.memory.settled(30)

    def _say(self, what: str, number: int, person: User, this: int) -> None:
        chat = self.chats[number]
        if what == "find":
            self.telegram.send_text(chat, person, "/find red")
            self.asked[number].add(person.id)
        elif what == "forget me":
            self.telegram.send_text(chat, person, "/forget me")
            self.out.add((number, person.id))
            self.kept[number] = [one for one in self.kept[number] if one["from"]["id"] != person.id]
            self.asked[number].discard(person.id)
        elif what == "forget" and (mine := [one for one in self.sent[number] if one["from"]["id"] == person.id]):
            gone = mine[this % len(mine)]
            self.telegram.send_text(chat, person, "/forget", reply_to=gone["message_id"])
            self.kept[number] = [one for one in self.kept[number] if one is not gone]
        elif what in ("photo", "spoiler", "document", "forward"):
            self._send(what, number, person, this)

    def _send(self, what: str, number: int, person: User, this: int) -> None:
        chat, data = self.chats[number], picture(COLOURS[this % len(COLOURS)])
        elsewhere = self.sent[(number + 1) % CHATS]
        if what == "document":
            message = self.telegram.send_document(chat, person, data)
        elif what == "forward" and elsewhere:
            message = self.telegram.forward(elsewhere[this % len(elsewhere)], chat, person)
        else:
            message = self.telegram.send_photo(chat, person, data, spoiler=what == "spoiler")
        self.sent[number].append(message)
        if (number, person.id) not in self.out:
            self.kept[number].append(message)

    def _allowed(self, person: User) -> set[str]:
        """The photos that a person may be shown now, by their file ids."""
        return {
            message["photo"][-1]["file_id"]
            for number, chat in enumerate(self.chats)
            if person in chat.members and chat.bot_status == "administrator" and self._knows(person, number)
            for message in self.kept[number]
            if "photo" in message and not message.get("has_media_spoiler")
        }

    def _knows(self, person: User, number: int) -> bool:
        is_sender = any(message["from"]["id"] == person.id for message in self.kept[number])
        return is_sender or person.id in self.asked[number]

    async def _ask(self, person: User, words: str) -> None:
        query_id = self.telegram.ask_inline(person, words)
        await self.telegram.wait_for(lambda: self.telegram.inline_results(query_id) is not None)
        found = self.telegram.inline_results(query_id) or []
        allowed = self._allowed(person)
        assert {result["photo_file_id"] for result in found} <= allowed
        assert not any(name in str(found) for name in ("Person-", "Chat-", "t.me"))
        call = self.telegram.inline_queries[query_id]["call"]
        assert (call["is_personal"], call["cache_time"]) == (True, 0)
        if words == "":
            assert {result["photo_file_id"] for result in found} == allowed
        self.shown += len(found)


async def play(steps: list[Step]) -> History:
    """Let a history happen to the real application; each step is settled before the next."""
    with tempfile.TemporaryDirectory() as folder:
        telegram, database = Telegram(), Path(folder) / "lookback.db"
        telegram.supports_inline_queries = True
        history = History(telegram, Memory(database, telegram))
        history.begin()
        given_settings = Settings(token=telegram.token, database=database, album_wait=0.0)
        limits = Limits(per_group=10_000, per_person=10_000)
        app = build(given_settings, request=InProcess(telegram), clip=MeanColour(), limits=limits)
        async with running(app):
            for step in steps:
                await history.take(step)
        assert telegram.violations == []
        return history


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer about a membership is kept, or a step would have to wait for it to grow old."""
    monkeypatch.setattr(memberships, "KEPT", -1.0)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(st.lists(STEPS, min_size=4, max_size=20))
@example([*FULL, ("leave", 0, 0, 0), ("ask", 0, 0, 0), ("ask", 0, 0, 1), ("ask", 0, 1, 0)])
@example([*FULL, ("demote", 1, 0, 0), ("ask", 0, 0, 0), ("ask", 0, 0, 1), ("admin", 1, 0, 0), ("ask", 0, 0, 0)])
@example([*FULL, ("restrict", 2, 1, 0), ("leave", 2, 1, 0), ("ask", 0, 1, 0), ("remove", 0, 0, 0), ("ask", 0, 1, 0)])
@example(
    [("photo", 0, 0, 0), ("forward", 2, 1, 0), ("ask", 0, 0, 0), ("ask", 0, 1, 0), ("leave", 2, 1, 0), ("ask", 0, 1, 0)]
)
@example([*FULL, ("forget me", 0, 0, 0), ("ask", 0, 0, 0), ("ask", 0, 1, 0), ("forget", 1, 1, 0), ("ask", 0, 1, 0)])
def test_no_inline_query_shows_what_is_of_another_chat(steps: list[Step]) -> None:
    asyncio.run(play(steps))


def test_the_histories_do_show_something() -> None:
    """Else the property would hold of a bot that never answers."""
    history = asyncio.run(play([*FULL, ("ask", 0, 0, 0), ("ask", 0, 0, 1), ("ask", 0, 2, 4)]))
    assert history.shown == 9 + 4 + 3
