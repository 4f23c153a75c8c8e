"""Taking back what the bot has posted: the messages go from the chat, as long as Telegram lets a bot delete them."""

import logging
from collections.abc import Sequence
from enum import Enum, auto

from telegram import Bot
from telegram.error import TelegramError

from bot.photos import Photos
from storage.rows import SentRow
from storage.sends import Sends

__all__ = ["Outcome", "SentRow", "Undoing"]

DELETABLE_FOR = 48 * 3600.0
"""Seconds after which a bot can't delete even its own message any more (Bot API, deleteMessage)."""
MOST = 100
"""Messages that one call deletes at most (Bot API, deleteMessages)."""
WITH_ALL = "progress"
"""The step whose message stands for all of its event: the overview of `/cluster`."""
WHOLE = "find"
"""The kind of event whose messages are one answer: an album, and the button for more."""

logger = logging.getLogger(__name__)


class Outcome(Enum):
    """What became of the wish."""

    DELETED = auto()
    TOO_OLD = auto()
    REFUSED = auto()


class Undoing:
    """An answer is deleted whole: every message of a media group, and with the overview of `/cluster` its albums."""

    def __init__(self, bot: Bot, photos: Photos) -> None:
        self._bot, self._photos = bot, photos
        self._store = photos.workers.store

    @property
    def _rows(self) -> Sends:
        return self._photos.store.sends  # opened after this was made

    async def holding(self, chat_id: int, message_id: int) -> list[SentRow]:
        """The answer that a message of a chat belongs to; empty where it is none that is known."""
        return await self._whole(await self._store(self._rows.holding, chat_id, message_id))

    async def last(self, chat_id: int, thread_id: int | None) -> list[SentRow]:
        """The last answer in a topic of a chat that can still be deleted; empty where there is none."""
        since = self._photos.clock() - DELETABLE_FOR
        return await self._whole(await self._store(self._rows.last, chat_id, thread_id, since))

    async def _whole(self, sent: SentRow | None) -> list[SentRow]:
        if sent is None or (sent.step != WITH_ALL and sent.kind != WHOLE):
            return [] if sent is None else [sent]
        return await self._store(self._rows.of_event, sent.event_id, sent.chat_id)

    async def take_back(self, answer: Sequence[SentRow]) -> Outcome:
        """Delete an answer from its chat, and let what is still being posted for it stop."""
        first = answer[0]
        if first.running:
            await self._photos.stop(first.event_id)
        ids = [message_id for sent in answer for message_id in sent.message_ids]
        outcome = await self.delete(first.chat_id, ids, min(sent.at for sent in answer))
        for sent in answer if outcome is Outcome.DELETED else ():
            await self._store(self._rows.deleted, sent.event_id, sent.step)
        return outcome

    async def delete(self, chat_id: int, message_ids: Sequence[int], sent_at: float) -> Outcome:
        """Delete messages of the bot, the oldest of them sent at `sent_at` (Unix seconds). Those gone already count."""
        if self._photos.clock() - sent_at >= DELETABLE_FOR:
            return Outcome.TOO_OLD
        try:
            for start in range(0, len(message_ids), MOST):
                await self._bot.delete_messages(chat_id, message_ids[start : start + MOST])
        except TelegramError as error:
            logger.info("chat %s: what was posted can't be deleted: %s", chat_id, error)
            return Outcome.REFUSED
        return Outcome.DELETED
