"""The state of the sandbox's Telegram in a folder beside the bot's database, so that both go on together next time."""

import asyncio
import contextlib
import json
import os
from collections import Counter, deque
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram

VERSION = 1
EVERY = 1.0
"""Seconds between two saves at least."""
SKIPPED = 1_000
"""Ids that are left out after a load: the bot may know some that were used after the last save before a crash."""
PASSING = ("call", "stage", "facts", "action", "heartbeat")
"""Events that change nothing which is kept."""


class StateError(Exception):
    """A kept state that can't be used; str() is one sentence for the person at the terminal."""


def beside(database: Path) -> Path:
    """The folder of the state that belongs to a database."""
    return database.with_name(f"{database.name}.telegram")


def load(telegram: Telegram, folder: Path) -> bool:
    """Take back what `keep` has saved; False where there is nothing.

    Raises:
        StateError: it is damaged, of a newer version, or missing beside a database that exists.
    """
    path = folder / "world.json"
    if not path.exists():
        database = folder.with_name(folder.name.removesuffix(".telegram"))
        if database.exists():
            raise StateError(f"{database} is the database of a bot elsewhere, not of a sandbox: name a new file.")
        return False
    try:
        _restore(telegram, json.loads(path.read_text(encoding="utf-8")), folder)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StateError(
            f"The chats kept in {folder} can't be read ({type(error).__name__}): name a new file."
        ) from None
    return True


async def keep(telegram: Telegram, folder: Path) -> None:
    """Save whenever something has changed, at most once a second, and a last time when this is cancelled."""
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    with telegram.feed.listen() as queue:
        try:
            await _save(telegram, folder)
            while True:
                event = await queue.get()
                if event is None or event.kind not in PASSING:
                    await asyncio.sleep(EVERY)
                    _empty(queue)
                    await _save(telegram, folder)
        finally:
            await asyncio.shield(_save(telegram, folder))


def _empty(queue: "asyncio.Queue[Any]") -> None:
    with contextlib.suppress(asyncio.QueueEmpty):
        while True:
            queue.get_nowait()


async def _save(telegram: Telegram, folder: Path) -> None:
    state = _state(telegram)  # messages are replaced, never changed, so the thread reads what is true now
    await asyncio.to_thread(_write, telegram, folder, state)


def _state(telegram: Telegram) -> dict[str, Any]:
    users = [asdict(user) for user in telegram.users.values()]
    return {
        "version": VERSION, "users": users, "chats": [_chat(chat) for chat in telegram.chats.values()],
        "updates": [telegram.updates.next_id, telegram.updates.kept()], "commands": dict(telegram.commands),
        "queries": dict(telegram.queries), "numbers": dict(telegram.numbers), "files": telegram.files.state(),
    }  # fmt: skip


def _chat(chat: Chat) -> dict[str, Any]:
    plain = {name: getattr(chat, name) for name in Chat.__slots__}
    plain |= {"members": [user.id for user in chat.members], "admins": [user.id for user in chat.admins]}
    return plain | {"messages": list(chat.messages.values()), "topics": list(chat.topics.items())}


def _write(telegram: Telegram, folder: Path, state: dict[str, Any]) -> None:
    """Originals first, each once, then the state, in the place of the old one in one step."""
    names = {
        number: _original(telegram, folder, number) for number in sorted({one["number"] for one in state["files"]})
    }
    part = folder / "world.json.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump(state | {"originals": list(names.items())}, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / "world.json")


def _original(telegram: Telegram, folder: Path, number: int) -> str:
    """Where an original is: a photo of the visitor's own folder stays there."""
    source = telegram.files.originals[number]
    if isinstance(source, bytes):
        path = folder / "photos" / f"{number:06}"
        path.write_bytes(source)
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
    telegram.files.restore(state["files"], dict(originals))


def _chat_again(telegram: Telegram, plain: dict[str, Any]) -> Chat:
    users = {name: [telegram.users[number] for number in plain[name]] for name in ("members", "admins")}
    messages = {message["message_id"]: message for message in plain["messages"]}
    next_message_id = plain["next_message_id"] + SKIPPED
    topics = dict(plain["topics"])
    return Chat(**plain | users | {"messages": messages, "topics": topics, "next_message_id": next_message_id})
