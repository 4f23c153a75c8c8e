"""Who is in the sandbox, and in which chats: a group, a forum with topics, and each person's own chat with the bot."""

from dataclasses import dataclass

from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram

NAMES = ("Ann", "Ben", "Cleo")
GROUP, FORUM = "Field trip", "Garden club"
TOPICS = ("Flowers", "Ponds")


@dataclass(frozen=True, slots=True)
class Cast:
    """The members, of whom the first is an admin, and the group that is seeded."""

    people: tuple[User, ...]
    group: Chat


def enter(telegram: Telegram) -> Cast:
    """Make people and chats, without a message in them."""
    people = tuple(telegram.add_user(name, name.lower()) for name in NAMES)
    group = telegram.new_chat("supergroup", GROUP, members=list(people), admins=list(people[:1]))
    forum = telegram.new_chat("supergroup", FORUM, members=list(people), admins=list(people[:1]), forum=True)
    for name in TOPICS:
        telegram.create_topic(forum, name)
    for person in people:
        telegram.new_chat("private", members=[person])
    return Cast(people, group)


def found(telegram: Telegram) -> Cast:
    """The same, in a Telegram that was kept."""
    group = next(chat for chat in telegram.chats.values() if chat.title == GROUP)
    return Cast(tuple(group.members), group)
