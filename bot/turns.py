"""Which updates wait for each other, and which don't."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable
from typing import Any

from telegram import ChatMember, Update
from telegram.constants import ChatType
from telegram.ext import BaseUpdateProcessor

from bot.inbox import BOUND, UNDO_SIGNS
from bot.languages import Languages
from bot.texts.language import SOURCE, speaking

OUT = (ChatMember.LEFT, ChatMember.BANNED)


class Turns(BaseUpdateProcessor):
    """A chat's turns are taken in order; they only store rows. Commands and buttons have no turn to wait for.

    Each is taken in the language of its chat, so that whatever is said in it is said in that.
    """

    def __init__(self, languages: Languages) -> None:
        super().__init__(max_concurrent_updates=BOUND)
        self._languages = languages
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Run one update, under its chat's lock unless it asks something."""
        with speaking(await self._language(update) if isinstance(update, Update) else SOURCE):
            if isinstance(update, Update) and update.effective_chat and not _asks(update):
                async with self._turns[update.effective_chat.id]:
                    await coroutine
            else:
                await coroutine

    async def _language(self, update: Update) -> str:
        chat, user = update.effective_chat, update.effective_user
        tag = user.language_code if user else None
        if user is not None and (chat is None or chat.type == ChatType.PRIVATE):
            self._languages.told(user.id, tag)
        elif chat is not None and _is_addition(update):
            await self._languages.added(chat.id, tag)
        place = chat or user
        return SOURCE if place is None else await self._languages.of(place.id)

    async def initialize(self) -> None:
        """Nothing to set up."""

    async def shutdown(self) -> None:
        """Nothing to close."""


def _is_addition(update: Update) -> bool:
    change = update.my_chat_member
    return change is not None and change.new_chat_member.status not in OUT and change.old_chat_member.status in OUT


def _asks(update: Update) -> bool:
    text = update.effective_message.text if update.effective_message else None
    return update.callback_query is not None or (text or "").startswith("/") or text in UNDO_SIGNS
