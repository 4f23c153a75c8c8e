"""The log: another chat, to which the answers of a chat go instead. Only who runs both chats can join them so."""

import logging
from enum import Enum, auto

from telegram import Bot

from bot.admins import RightsUnknown, is_admin
from bot.manners import ChatManners, Manners
from bot.photos import EventRow, Photos

OFFERED_FOR = 3600.0
"""Seconds for which a chat that was offered as a log can be chosen."""
MOST_OFFERED = 1000

logger = logging.getLogger(__name__)


class Choice(Enum):
    """What became of choosing the log."""

    SET = auto()
    NOTHING_OFFERED = auto()
    SAME_CHAT = auto()
    NOT_BOTH = auto()


class LogChat:
    """An admin names the log in the log itself, then takes it from the chat whose answers go there.

    So no chat ever reads what other chats an admin has. What is offered is kept in memory alone.
    """

    def __init__(self, bot: Bot, photos: Photos, manners: ChatManners) -> None:
        self._bot, self._photos, self._manners = bot, photos, manners
        self._offered: dict[int, tuple[int, float]] = {}

    def offer(self, user_id: int, chat_id: int) -> None:
        """An admin of a chat offers it as the log of another chat."""
        self._offered.pop(user_id, None)
        self._offered[user_id] = chat_id, self._photos.clock()
        if len(self._offered) > MOST_OFFERED:
            self._offered.pop(next(iter(self._offered)))

    async def choose(self, chat_id: int, user_id: int) -> Choice:
        """Let the answers of a chat go to the one that this person has offered.

        Raises:
            RightsUnknown: it can't be confirmed that they run both.
        """
        log_chat, at = self._offered.get(user_id, (0, 0.0))
        if not log_chat or self._photos.clock() - at > OFFERED_FOR:
            return Choice.NOTHING_OFFERED
        if log_chat == chat_id:
            return Choice.SAME_CHAT
        if not await self._runs_both(chat_id, log_chat, user_id):
            return Choice.NOT_BOTH
        await self._manners.change(chat_id, log_chat=log_chat, log_setter=user_id)
        del self._offered[user_id]
        return Choice.SET

    async def confirmed(self, chat_id: int, manners: Manners) -> bool:
        """Whether what is set still holds: who set it still runs both chats, and the bot is in the log."""
        if manners.log_chat is None or manners.log_setter is None:
            return False
        try:
            return await self._runs_both(chat_id, manners.log_chat, manners.log_setter)
        except RightsUnknown:
            logger.info("chat %s: its log can't be confirmed", chat_id)
            return False

    async def source(self, event: EventRow) -> tuple[str, str]:
        """The title of the chat that an event's photo came to, and the name of whoever sent it."""
        store, rows = self._photos.workers.store, self._photos.store
        own = await store(rows.photos.shown, event.chat_id, await store(rows.photos.of_event, event.id))
        return await store(rows.chats.title, event.chat_id), own[0].sender_name if own else ""

    async def _runs_both(self, chat_id: int, log_chat: int, user_id: int) -> bool:
        """A chat alone with the bot is run by its person, whose id it has (Bot API, Chat.id)."""
        return all([one == user_id or await is_admin(self._bot, one, user_id) for one in (chat_id, log_chat)])
