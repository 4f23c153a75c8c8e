"""Which language is spoken in a chat: the one chosen there; else, alone with a person, their app's; else English."""

import logging

from bot.manners import ChatManners
from bot.texts.language import SOURCE, known

MOST_TOLD = 10_000
"""People whose app's language is kept in mind."""

logger = logging.getLogger(__name__)


class Languages:
    """What a person's app tells is kept in memory only: a chat alone with a person follows it, and stores nothing."""

    def __init__(self, manners: ChatManners) -> None:
        self._manners = manners
        self._told: dict[int, str] = {}

    async def of(self, chat_id: int) -> str:
        """The code of the language to speak in a chat; English where that can't be read: it only adorns."""
        try:
            chosen = (await self._manners.of(chat_id)).language
        except Exception:
            logger.exception("chat %s: its language can't be read", chat_id)
            chosen = None
        return known(chosen) or self._told.get(chat_id, SOURCE)

    def told(self, user_id: int, tag: str | None) -> None:
        """A person wrote in their own chat with the bot, or in an inline query, and this is their app's language.

        Args:
            tag: IETF language tag (Bot API, User.language_code).
        """
        self._told.pop(user_id, None)
        if (code := known(tag)) is not None:
            self._told[user_id] = code
        if len(self._told) > MOST_TOLD:
            self._told.pop(next(iter(self._told)))

    async def added(self, chat_id: int, tag: str | None) -> None:
        """Someone added the bot to a chat: theirs is its language, unless one was chosen there before."""
        code = known(tag)
        if code in (None, SOURCE):
            return
        try:
            if (await self._manners.of(chat_id)).language is None:
                await self._manners.change(chat_id, language=code)
        except Exception:
            logger.exception("chat %s: its language can't be stored", chat_id)
