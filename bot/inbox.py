"""The durable update queue: an update is committed to the store before Telegram is told that it arrived.

It stands where python-telegram-bot expects an `asyncio.Queue`. Its updater confirms a batch only after every `put`
has returned, so `put` returns when the update is on disk; `task_done` only frees a place, it never ends a row,
because PTB calls it for an update whose handler failed as well.
"""

import asyncio
import json
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable

from telegram import Bot, Message, Update
from telegram.constants import ChatType
from telegram.error import NetworkError

from bot.worker import Worker
from storage.errors import StoreError
from storage.rows import InboxRow
from storage.store import Store

BOUND = 64
"""Updates in work at a time: PTB starts a task for each one that `get` returns."""
PAGE = 64
MOST_PASSING = 200
"""Inline queries that wait for a place; each is of another person."""
RETRIES = (0.1, 0.5)
"""Seconds between attempts to commit, before Telegram is left to keep the update."""
UNDO_SIGNS = frozenset({"✖", "✖\ufe0f", "✕", "×", "❌", "x", "X", "х", "Х"})
"""What takes an answer of the bot back, in reply to it; the last two are Cyrillic."""
QUOTED = ("message_id", "date", "chat")
"""What stays of a message that is replied to: which one it is."""
PAUSE = 5.0
"""Seconds before a store that can't be read is tried again."""

logger = logging.getLogger(__name__)


class Wanted:
    """Which updates are kept at all: photos, our commands, buttons, service messages, of the allowed chats; and what
    is said to the bot alone, until it is answered.

    Other people's chatter is never written to disk.
    """

    def __init__(self, allowed: Iterable[int], commands: Iterable[str]) -> None:
        self._allowed = set(allowed)
        self._commands = frozenset(commands)

    def allow_as(self, old: int, new: int) -> None:
        """A group of the list has become a supergroup, with another id."""
        if old in self._allowed:
            self._allowed.add(new)

    def allows(self, chat_id: int) -> bool:
        """Whether the bot works for this chat."""
        return not self._allowed or chat_id in self._allowed

    def __call__(self, update: Update, username: str) -> bool:
        """Whether to keep this update; `username` is the bot's own, without @."""
        chat = update.effective_chat
        if chat is None:
            return False
        message = update.effective_message
        if message is not None and update.callback_query is None:
            self._note_migration(message)
        if not self.allows(chat.id):
            return False
        if update.callback_query is not None or update.my_chat_member is not None:
            return True
        return message is not None and self._wants(message, username)

    def _note_migration(self, message: Message) -> None:
        if message.migrate_to_chat_id is not None:
            self.allow_as(message.chat.id, message.migrate_to_chat_id)
        if message.migrate_from_chat_id is not None:
            self.allow_as(message.migrate_from_chat_id, message.chat.id)

    def _wants(self, message: Message, username: str) -> bool:
        if message.migrate_to_chat_id is not None or message.migrate_from_chat_id is not None:
            return True
        alone = message.chat.type == ChatType.PRIVATE and bool(message.text)
        return (
            has_picture(message) or alone or self._is_command(message.text or "", username)
            or takes_back(message, username)
        )  # fmt: skip

    def _is_command(self, text: str, username: str) -> bool:
        if not text.startswith("/"):
            return False
        name, _, addressee = text.split(maxsplit=1)[0][1:].partition("@")
        return name.lower() in self._commands and addressee.lower() in ("", username.lower())


def has_picture(message: Message) -> bool:
    """A photo, or an image that was sent as a file (not an animation, which Telegram also offers as one)."""
    if message.animation is not None:
        return False
    document = message.document
    return bool(message.photo) or (document is not None and (document.mime_type or "").startswith("image/"))


def takes_back(message: Message, username: str) -> bool:
    """Whether this is nothing but ✖ in reply to the bot itself; `username` is the bot's own, without @."""
    target = message.reply_to_message
    is_own = target is not None and target.from_user is not None and target.from_user.username == username
    return is_own and message.text in UNDO_SIGNS


def _body(update: Update, username: str) -> str:
    """The update as JSON, without the words of others that it quotes; a photo replied to stays, for `/similar`."""
    body = update.to_dict()
    for part in (part for part in body.values() if isinstance(part, dict)):
        for name in ("quote", "external_reply"):
            part.pop(name, None)
    target = update.effective_message.reply_to_message if update.effective_message else None
    if target is not None and not has_picture(target):
        by_bot = target.from_user is not None and target.from_user.username == username
        for part in (part for part in body.values() if isinstance(part, dict) and "reply_to_message" in part):
            quoted = part["reply_to_message"]
            part["reply_to_message"] = {name: quoted[name] for name in (*QUOTED, *(["from"] if by_bot else []))}
    return json.dumps(body)


class Inbox(asyncio.Queue[object]):
    """Rows go out in the order of arrival; a row that was not ended before a restart goes out again."""

    def __init__(self, wanted: Wanted, *, on_stop: Callable[[], None], clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.wanted = wanted
        self._on_stop = on_stop
        self._clock = clock
        self._signals: deque[object] = deque()
        self._page: deque[InboxRow] = deque()
        self._passing: OrderedDict[int, Update] = OrderedDict()
        self._last = 0
        self._running = 0
        self._changed = asyncio.Event()

    def open(self, bot: Bot, store: Store, worker: Worker) -> None:
        """Take over the opened store; called once, before polling begins."""
        self._bot, self._store, self._worker = bot, store, worker

    async def put(self, item: object) -> None:
        """Commit a wanted update, drop any other.

        Raises:
            NetworkError: it could not be committed. PTB's polling retries on it, and ends without a word on
                anything that is not a TelegramError; a webhook answers 500 and Telegram delivers again.
        """
        if not isinstance(item, Update):
            self._signals.append(item)
            self._on_stop()
        elif item.inline_query is not None:
            self._let_pass(item.inline_query.from_user.id, item)
        elif self.wanted(item, self._bot.username):
            await self._commit(item)
        self._changed.set()

    def _let_pass(self, user_id: int, update: Update) -> None:
        """What people type to find a photo elsewhere is theirs, and old within seconds: it is never written to disk.
        Of one person's only the last waits, and of many people's the latest.
        """
        self._passing.pop(user_id, None)
        self._passing[user_id] = update
        if len(self._passing) > MOST_PASSING:
            self._passing.popitem(last=False)

    async def _commit(self, update: Update) -> None:
        chat_id = update.effective_chat.id if update.effective_chat else None
        for delay in (*RETRIES, None):
            try:
                accept = self._store.inbox.accept
                await self._worker(accept, update.update_id, chat_id, _body(update, self._bot.username), self._clock())
            except StoreError as error:
                if delay is None:
                    raise NetworkError(str(error)) from error
                await asyncio.sleep(delay)
            else:
                return

    async def get(self) -> object:
        """The next update; waits where there is none, or where enough are in work."""
        while True:
            self._changed.clear()
            if self._signals:
                self._running += 1
                return self._signals.popleft()
            if self._running < BOUND and self._passing:
                self._running += 1
                return self._passing.popitem(last=False)[1]
            if self._running < BOUND and (update := await self._next()) is not None:
                self._running += 1
                return update
            await self._changed.wait()

    async def _next(self) -> Update | None:
        """The next update; None where there is none, or where the store can't be read, which is tried again."""
        try:
            return await self._stored()
        except Exception:  # PTB's fetcher would end without a word, and the bot be deaf
            logger.exception("the inbox can't be read; it is tried again in %.0f s", PAUSE)
            asyncio.get_running_loop().call_later(PAUSE, self._changed.set)
            return None

    async def _stored(self) -> Update | None:
        while True:
            if not self._page:
                self._page.extend(await self._worker(self._store.inbox.queued, self._last, PAGE))
            if not self._page:
                return None
            row = self._page.popleft()
            self._last = row.id
            if (update := await self._read(row)) is not None:
                return update

    async def _read(self, row: InboxRow) -> Update | None:
        try:
            return Update.de_json(json.loads(row.body), self._bot)
        except (ValueError, KeyError, TypeError):
            logger.exception("update %s can't be read; it is marked failed", row.update_id)
            await self._worker(self._store.inbox.mark, row.update_id, "failed", "unreadable")
            return None

    def task_done(self) -> None:
        """Free a place."""
        self._running -= 1
        self._changed.set()

    def empty(self) -> bool:
        """Whether PTB has anything to drop at the end: never a stored row."""
        return not self._signals

    def get_nowait(self) -> object:
        """A signal, for PTB's clean-up."""
        if not self._signals:
            raise asyncio.QueueEmpty
        return self._signals.popleft()

    async def join(self) -> None:
        """Wait until what is in work has ended."""
        while self._running > 0:
            self._changed.clear()
            await self._changed.wait()

    async def turn_over(self, update_id: int) -> None:
        """End the row of an update that no handler ended (nothing was to be done for it)."""
        if await self._worker(self._store.inbox.is_queued, update_id):
            await self._worker(self._store.inbox.finish, update_id, self._clock())

    async def failed(self, update_id: int, reason: str) -> None:
        """Say that the turn of an update failed; it is counted, and not taken again."""
        await self._worker(self._store.inbox.mark, update_id, "failed", reason)
