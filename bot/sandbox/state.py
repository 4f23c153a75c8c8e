"""What Telegram knows: people, chats, messages; and how a message looks as JSON (Bot API, Message)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.feed import Feed
from bot.sandbox.files import Files
from bot.sandbox.updates import Updates

Message = dict[str, Any]
ANONYMOUS_ID = 1087968824
"""GroupAnonymousBot, in whose name anonymous admins send (Bot API, Message.sender_chat)."""
SERVICE_ID = 777000
"""Telegram, in whose name posts of a linked channel are forwarded."""


@dataclass(frozen=True, slots=True)
class User:
    """A person, or a bot."""

    id: int
    first_name: str
    username: str | None = None
    is_bot: bool = False
    language_code: str | None = None

    def json(self) -> dict[str, Any]:
        """As a User object."""
        known = {
            "id": self.id, "is_bot": self.is_bot, "first_name": self.first_name, "username": self.username,
            "language_code": self.language_code,
        }  # fmt: skip
        return {name: value for name, value in known.items() if value is not None}


@dataclass(slots=True)
class Chat:
    """A chat. `bot_status` is the bot's: member, administrator, restricted, left, kicked;
    `topics` are names by thread id. `rights` of admins where they are not the usual ones, and what `restricted` members
    may, are by user id, the bot's `reactions` by message id; `available_reactions` None means all.
    """

    id: int
    type: str
    title: str
    members: list[User] = field(default_factory=list)
    admins: list[User] = field(default_factory=list)
    forum: bool = False
    topics: dict[int, str] = field(default_factory=dict)
    bot_status: str = "member"
    can_send_photos: bool = True
    upgraded_to: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    next_message_id: int = 1
    can_send_messages: bool = True
    can_change_info: bool = True
    rights: dict[str, list[str]] = field(default_factory=dict)
    restricted: dict[str, dict[str, bool]] = field(default_factory=dict)
    reactions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    available_reactions: list[str] | None = None

    def json(self) -> dict[str, Any]:
        """As a Chat object."""
        if self.type == "private":
            return {"id": self.id, "type": self.type, "first_name": self.title}
        forum = {"is_forum": True} if self.forum else {}
        return {"id": self.id, "type": self.type, "title": self.title} | forum


class World:
    """The state behind both doors. `clock` gives Unix seconds."""

    def __init__(self, clock: Callable[[], float], *, privacy: bool) -> None:
        self.clock = clock
        self.bot = User(123456, "Lookback", "lookback_bot", is_bot=True)
        self.token = "123456:sandbox"
        self.can_read_all_group_messages = not privacy
        self.files, self.updates, self.feed = Files(), Updates(), Feed()
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.chats: dict[int, Chat] = {}
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.webhook: dict[str, Any] = {}
        self.queries: dict[str, dict[str, Any]] = {}
        self.inline_queries: dict[str, dict[str, Any]] = {}
        self.actions: list[tuple[int, str]] = []
        self.violations: list[str] = []
        self.numbers: Counter[str] = Counter()

    def number(self, kind: str) -> int:
        """The next number of a kind (users, groups …), from 1."""
        self.numbers[kind] += 1
        return self.numbers[kind]

    def post(self, chat: Chat, sender: User | None, content: dict[str, Any], *, date: float | None = None) -> Message:
        """Put a message into a chat, without an update."""
        message: Message = {"message_id": chat.next_message_id, "date": int(date or self.clock()), "chat": chat.json()}
        chat.next_message_id += 1
        if sender is not None:
            message["from"] = sender.json()
        message |= content
        chat.messages[message["message_id"]] = message
        self.feed.publish("message", chat_id=chat.id, message=message)
        return message

    def replace(self, chat: Chat, message: Message) -> Message:
        """Put an edited message in the place of the old one."""
        chat.messages[message["message_id"]] = message
        self.feed.publish("edited", chat_id=chat.id, message=message)
        return message

    def remove(self, chat: Chat, message_ids: list[int]) -> list[int]:
        """Take messages out of a chat; which of them were there."""
        gone = [number for number in message_ids if chat.messages.pop(number, None) is not None]
        self.feed.publish("deleted", chat_id=chat.id, message_ids=gone)
        return gone

    def deliver(self, chat: Chat, message: Message, kind: str = "message") -> int | None:
        """Tell the bot of a message where Telegram would: not where it is out, not past privacy mode."""
        if chat.bot_status in ("left", "kicked") or not self._hears(chat, message):
            return None
        return self.updates.add(kind, message)

    def _hears(self, chat: Chat, message: Message) -> bool:
        """Privacy mode: commands, replies to the bot and service messages only (core.telegram.org/bots/features)."""
        if chat.type not in ("group", "supergroup") or chat.bot_status == "administrator":
            return True
        if self.can_read_all_group_messages:
            return True
        reply = message.get("reply_to_message", {}).get("from", {}).get("id") == self.bot.id
        service = any(name.startswith(("migrate_", "new_chat", "left_chat")) for name in message)
        return reply or service or str(message.get("text", "")).startswith("/")
