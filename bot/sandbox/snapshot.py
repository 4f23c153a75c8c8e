"""What the page shows when it opens: people, chats and the last messages of each, as JSON."""

from typing import Any

from bot.sandbox.state import Chat
from bot.sandbox.telegram import Telegram

PAGE = 60
"""Messages of a chat that are sent at once; older ones when the reader scrolls there."""


class Snapshot:
    """Reads the state; changes nothing."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    def whole(self) -> dict[str, Any]:
        """Everything the page starts with."""
        people = [user.json() for user in self._telegram.users.values() if not user.is_bot]
        return {
            "bot": self._telegram.bot.json(),
            "people": people,
            "chats": [self.chat(chat) | self.before(chat) for chat in self._telegram.chats.values()],
            "commands": self._telegram.commands,
            "work": [{"kind": event.kind, "data": event.data} for event in self._telegram.feed.recent()],
        }

    def chat(self, chat: Chat) -> dict[str, Any]:
        """A chat without its messages."""
        return chat.json() | {
            "members": [user.id for user in chat.members],
            "admins": [user.id for user in chat.admins],
            "topics": [{"id": number, "name": name} for number, name in chat.topics.items()],
            "bot_status": chat.bot_status,
            "reactions": chat.reactions,
        }

    def before(self, chat: Chat, message_id: int = 0) -> dict[str, Any]:
        """Up to a page of messages older than `message_id`, oldest first; 0 means the newest."""
        ids = sorted(number for number in chat.messages if not message_id or number < message_id)
        return {"messages": [chat.messages[number] for number in ids[-PAGE:]], "older": len(ids) > PAGE}
