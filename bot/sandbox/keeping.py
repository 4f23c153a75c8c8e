"""The state of the sandbox's Telegram in a folder beside the bot's database, so that both go on together next time."""

import asyncio
import copy
import json
import os
import time
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.sandbox.feed import Event
from bot.sandbox.seed import accept_heic
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram

VERSION = 1
EVERY = 1.0
"""Seconds between two saves at least."""
SKIPPED = 1_000
"""Ids that are left out after a load: the bot may know some that were used after the last save before a crash."""
PASSING = ("stage", "facts", "action", "heartbeat")
"""Events that change nothing which is kept."""
BREATH = 200
"""Pieces of JSON that are written without a pause."""
READING = ("getMe", "getFile", "download", "getChat", "getChatMember", "getChatMemberCount", "sendChatAction")
"""Calls that change nothing which is kept."""


class StateError(Exception):
    """A state that can't be kept or used; str() is one sentence for the person at the terminal."""


def beside(database: Path) -> Path:
    """The folder of the state that belongs to a database."""
    return database.with_name(f"{database.name}.telegram")


def load(telegram: Telegram, folder: Path) -> bool:
    """Take back what `keep` has saved; False where there is nothing.

    Raises:
        StateError: it is damaged, of a newer version, or missing beside a database that exists.
    """
    accept_heic()  # kept photos may be such
    try:
        text = (folder / "world.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        _require_none(folder)
        return False
    except (OSError, ValueError) as error:
        raise _unreadable(folder, error) from None
    try:
        _restore(telegram, json.loads(text), folder)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise _unreadable(folder, error) from None
    return True


def _require_none(folder: Path) -> None:
    database = folder.with_name(folder.name.removesuffix(".telegram"))
    if database != folder and database.exists():
        raise StateError(f"{database} is the database of a bot elsewhere, not of a sandbox: name a new file.")


def _unreadable(folder: Path, error: Exception) -> StateError:
    return StateError(f"The chats kept in {folder} can't be read ({type(error).__name__}): name a new file.")


async def keep(telegram: Telegram, folder: Path) -> None:
    """Save whenever something has changed, at most once a second, and a last time when this is cancelled.

    Raises:
        StateError: the folder can't be written.
    """
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, "keeping") as thread:  # of one: a save that was cancelled ends before the last begins

        def save() -> "asyncio.Future[None]":
            return loop.run_in_executor(thread, _save, telegram, folder, _state(telegram))

        try:
            while True:
                with telegram.feed.listen() as queue:  # afresh: what happened before is in this save
                    await save()
                    await _change(queue)
                await asyncio.sleep(EVERY)
        except asyncio.CancelledError:
            await asyncio.shield(save())
            raise


async def _change(queue: "asyncio.Queue[Event | None]") -> None:
    """Wait for an event that changed something; None, too many of them, is one as well."""
    while (event := await queue.get()) is not None:
        reads = event.kind == "call" and event.data["method"] in READING
        if event.kind not in PASSING and not reads:
            return


def _state(telegram: Telegram) -> dict[str, Any]:
    """What is true now, for a thread to write: messages and updates are replaced, never changed."""
    return {
        "version": VERSION, "users": list(telegram.users.values()),
        "chats": [_chat(chat) for chat in telegram.chats.values()],
        "updates": [telegram.updates.next_id, telegram.updates.kept()], "commands": dict(telegram.commands),
        "queries": dict(telegram.queries), "numbers": dict(telegram.numbers),
    }  # fmt: skip


def _chat(chat: Chat) -> dict[str, Any]:
    plain = {name: copy.copy(getattr(chat, name)) for name in Chat.__slots__}
    plain |= {"members": [user.id for user in chat.members], "admins": [user.id for user in chat.admins]}
    return plain | {"messages": list(chat.messages.values()), "topics": list(chat.topics.items())}


def _save(telegram: Telegram, folder: Path, state: dict[str, Any]) -> None:
    """Originals first, each once, then the state, in the place of the old one in one step."""
    try:
        (folder / "photos").mkdir(parents=True, exist_ok=True)
        _write(telegram, folder, state)
    except OSError as error:
        raise StateError(f"The chats can't be kept in {folder} ({error.strerror}): name another file.") from None


def _write(telegram: Telegram, folder: Path, state: dict[str, Any]) -> None:
    files, last = telegram.files.state(), max(list(telegram.files.originals), default=0)
    names = {number: _original(telegram, folder, number) for number in sorted({one["number"] for one in files})}
    whole = state | {
        "users": [asdict(user) for user in state["users"]], "files": files, "originals": list(names.items()),
        "last_original": last,
    }  # fmt: skip
    part = folder / "world.json.part"
    with part.open("w", encoding="utf-8") as file:
        for number, piece in enumerate(_pieces(whole, 4)):
            file.write(piece)
            if number % BREATH == 0:
                time.sleep(0.0001)  # the event loop waits for the interpreter, and would wait long for its turn
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / "world.json")


def _pieces(value: Any, depth: int) -> Iterator[str]:
    """JSON, each part below `depth` as one piece: quick, and no piece holds the interpreter for long."""
    if not depth or not isinstance(value, dict | list):
        yield json.dumps(value)  # ASCII: half a surrogate pair, as in a file name that is not UTF-8, comes back
        return
    named = isinstance(value, dict)
    yield "{" if named else "["
    for number, part in enumerate(value):
        yield "," * bool(number)
        if named:
            yield f"{json.dumps(str(part))}:"
        yield from _pieces(value[part] if named else part, depth - 1)
    yield "}" if named else "]"


def _original(telegram: Telegram, folder: Path, number: int) -> str:
    """Where an original is: a photo of the visitor's own folder stays there."""
    source = telegram.files.originals[number]
    if isinstance(source, bytes):
        path = folder / "photos" / f"{number:06}"
        with path.open("wb") as file:
            file.write(source)
            file.flush()
            os.fsync(file.fileno())
        telegram.files.originals[number] = path
        return path.name
    return source.name if source.parent == folder / "photos" else str(source.absolute())


def _restore(telegram: Telegram, state: dict[str, Any], folder: Path) -> None:
    if state["version"] > VERSION:
        raise StateError(f"The chats kept in {folder} come from a newer Lookback: update, or name a new file.")
    telegram.users = {one["id"]: User(**one) for one in state["users"]}
    telegram.chats = {one["id"]: _chat_again(telegram, one) for one in state["chats"]}
    next_id, kept = state["updates"]
    telegram.updates.restore(next_id + SKIPPED, deque(kept))
    telegram.commands, telegram.queries = state["commands"], state["queries"]
    telegram.numbers = Counter(state["numbers"])
    originals = {number: folder / "photos" / name for number, name in state["originals"]}
    beyond = {state["last_original"] + SKIPPED: b""}  # no file's: the next number comes after it
    telegram.files.restore(state["files"], originals | beyond)


def _chat_again(telegram: Telegram, plain: dict[str, Any]) -> Chat:
    users = {name: [telegram.users[number] for number in plain[name]] for name in ("members", "admins")}
    messages = {message["message_id"]: message for message in plain["messages"]}
    next_message_id = plain["next_message_id"] + SKIPPED
    topics = dict(plain["topics"])
    return Chat(**plain | users | {"messages": messages, "topics": topics, "next_message_id": next_message_id})
