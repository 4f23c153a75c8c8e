"""`@bot sunset` in any chat: an inline query."""

import asyncio
import logging
from functools import partial

from telegram import InlineQuery, InlineQueryResultCachedPhoto, InlineQueryResultsButton, Update
from telegram.ext import ContextTypes

from bot.inlining import Why
from bot.lookback import Lookback
from bot.texts import inline

Context = ContextTypes.DEFAULT_TYPE

PATIENCE = 8.0
"""Seconds after which nobody waits for an answer any more: Telegram refuses it after about 10."""
TYPING = 0.2
"""Seconds that an answer waits for the next letter: nothing is read from the store for words that are not whole yet."""
START = "inline"
"""What the button above the results hands to /start."""

logger = logging.getLogger(__name__)


class InlineHandlers:
    """Of each person only the last query is answered: they are typing, and each letter is a new one."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback
        self._answering: dict[int, asyncio.Task[None]] = {}

    async def asked(self, update: Update, _: Context) -> None:
        """Answer it, unless a newer one comes."""
        query = update.inline_query
        assert query is not None
        user_id = query.from_user.id
        if (older := self._answering.get(user_id)) is not None:
            older.cancel()
        task = self._answering[user_id] = asyncio.create_task(self._answer(query))
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
            if self._answering.get(user_id) is task:
                del self._answering[user_id]
        if not task.cancelled():
            task.result()

    async def _answer(self, query: InlineQuery) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.sleep(TYPING if query.query and not query.offset else 0)
                found = await self._lookback.inlining.find(query.from_user.id, query.query, query.offset)
        except TimeoutError:
            logger.info("an inline query took too long, and is not answered")
            return
        results = [InlineQueryResultCachedPhoto(str(photo.id), photo.file_id) for photo in found.photos]
        # Personal, and kept by no cache: what someone may see is decided anew each time.
        answer = partial(
            query.answer, results, cache_time=0, is_personal=True, next_offset=found.next_offset,
            button=None if query.offset else InlineQueryResultsButton(_button(found.why), start_parameter=START),
        )  # fmt: skip
        await self._lookback.sender.attempt(query.from_user.id, answer)


def _button(why: Why | None) -> str:
    match why:
        case Why.NO_CHAT:
            return inline.button_no_chat()
        case Why.NO_WORDS:
            return inline.button_no_words()
        case Why.NOT_UNDERSTOOD:
            return inline.button_not_understood()
        case Why.NOTHING_NEAR:
            return inline.button_nothing_near()
        case None:
            return inline.button_about()
