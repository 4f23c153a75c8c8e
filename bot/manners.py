"""How the bot behaves in a chat, as its admins have set it: read at each answer, kept in the store."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from bot.photos import Photos
from storage.settings import GENERAL, WHOLE_CHAT, Value

__all__ = ["GENERAL", "WHOLE_CHAT", "ChatManners", "Manners", "Mode", "Strictness"]

logger = logging.getLogger(__name__)


class Mode(StrEnum):
    """What a photo that came is answered with."""

    ANSWER = "answer"
    SAME = "same"  # only where the same photo, or an edit of it, was sent before
    REACTION = "reaction"
    DEMAND = "demand"  # nothing; /similar and /find are answered
    OFF = "off"  # new photos are not even remembered


class Strictness(StrEnum):
    """From which similarity on photos count as related; AUTO is calibrated to the chat."""

    LOOSE = "loose"
    NORMAL = "normal"
    STRICT = "strict"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Manners:
    """Of a chat, or of a topic of it.

    Attributes:
        photos: how many photos an answer shows at most; None: as many as LOOKBACK_ANSWER_PHOTOS says.
        leeway: seconds within which photos of one author are not matched with each other.
        quiet_from, quiet_until: hours of the day, 0 to 23, between which nothing is answered unasked; None: no such.
        utc_offset: minutes by which the chat's clock is ahead of UTC.
        log_chat: the chat where answers go instead of here; None: here.
        log_setter: id of the admin of both chats who set that.
        language: code of one of `bot.texts.language.LANGUAGES`; None: not chosen yet.
    """

    mode: Mode = Mode.ANSWER
    strictness: Strictness = Strictness.AUTO
    photos: int | None = None
    leeway: int = 300
    quiet_from: int | None = None
    quiet_until: int | None = None
    utc_offset: int = 0
    log_chat: int | None = None
    log_setter: int | None = None
    language: str | None = None

    @property
    def quiet(self) -> tuple[int, int] | None:
        """From which hour to which nothing is answered unasked; None: at no time."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        return self.quiet_from, self.quiet_until

    def is_quiet(self, now: float) -> bool:
        """Whether nothing is answered unasked at this moment (Unix seconds)."""
        if self.quiet is None:
            return False
        start, end = self.quiet
        hour = int(now // 60 + self.utc_offset) // 60 % 24
        return start <= hour < end if start < end else hour >= start or hour < end


_KINDS: Mapping[str, Callable[[Any], Any]] = {"mode": Mode, "strictness": Strictness, "language": str}


_ALONE: Mapping[str, Value] = {"leeway": 0}
"""In a chat with one person (whose id it has, a positive number) every photo is of the same person."""


class ChatManners:
    """Reads and changes what is set."""

    def __init__(self, photos: Photos) -> None:
        self._photos = photos

    async def of(self, chat_id: int, thread_id: int | None = None) -> Manners:
        """The manners in a chat, or in a topic of it (None: outside all topics)."""
        settings = self._photos.store.settings
        stored = await self._photos.workers.store(settings.of, chat_id, thread_id or WHOLE_CHAT)
        return read({**_ALONE, **stored} if chat_id > 0 else stored)

    async def at(self, chat_id: int, thread_id: int | None) -> Manners:
        """The manners where a message is: outside all topics is the General topic of a forum."""
        return await self.of(chat_id, thread_id or GENERAL)

    async def own(self, chat_id: int, thread_id: int) -> frozenset[str]:
        """The names of what is set for a topic itself."""
        return await self._photos.workers.store(self._photos.store.settings.names, chat_id, thread_id)

    async def drop(self, chat_id: int, thread_id: int) -> None:
        """Let go of all that is set for a topic."""
        await self._photos.workers.store(self._photos.store.settings.drop, chat_id, thread_id)

    async def change(self, chat_id: int, thread_id: int | None = None, /, **values: Value) -> None:
        """Set some values, of a topic or (None) of the whole chat; None takes one back to its default.

        Raises:
            StoreError: nothing was changed.
        """
        assert values.keys() <= {field.name for field in fields(Manners)}
        await self._photos.workers.store(self._photos.store.settings.put, chat_id, thread_id or WHOLE_CHAT, values)


def read(values: Mapping[str, Value]) -> Manners:
    """Manners from stored values; one that means nothing here (of another version) counts as not set."""
    known: dict[str, Any] = {}
    for field in fields(Manners):
        if field.name in values:
            try:
                known[field.name] = _KINDS.get(field.name, int)(values[field.name])
            except (TypeError, ValueError):
                logger.warning("the setting %s = %r means nothing here", field.name, values[field.name])
    return Manners(**known)
