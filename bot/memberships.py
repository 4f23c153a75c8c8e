"""Who is in a chat for sure at this moment: asked of Telegram, and what it does not say counts as no.

getChatMember is only guaranteed to work for others where the bot is an admin (Bot API, getChatMember), so both are
asked: whether the bot is one, and whether the person is in.
"""

import asyncio
import time

from telegram import Bot, ChatMember, ChatMemberRestricted
from telegram.error import TelegramError

KEPT = 3.0
"""Seconds for which an answer is kept. Each letter that someone types is a query; this makes one round of calls of
them, and is shorter than it takes to leave a chat and to look for what was seen there."""
IN = (ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER)
ADMIN = ChatMember.ADMINISTRATOR


class Memberships:
    """One question at a time for each person in each chat; several that come meanwhile share its answer."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._asked: dict[tuple[int, int], tuple[float, asyncio.Task[ChatMember | None]]] = {}

    async def confirmed(self, chat_id: int, user_id: int) -> bool:
        """Whether a person is in a chat; their own chat with the bot is theirs."""
        if chat_id > 0:
            return chat_id == user_id
        mine, theirs = await asyncio.gather(self._member(chat_id, self._bot.id), self._member(chat_id, user_id))
        return mine is not None and mine.status == ADMIN and theirs is not None and _is_in(theirs)

    async def _member(self, chat_id: int, user_id: int) -> ChatMember | None:
        self._let_go()
        key = chat_id, user_id
        if key not in self._asked:
            self._asked[key] = time.monotonic(), asyncio.create_task(self._ask(chat_id, user_id))
        return await asyncio.shield(self._asked[key][1])  # who gives up waiting does not take the answer from others

    async def _ask(self, chat_id: int, user_id: int) -> ChatMember | None:
        try:
            return await self._bot.get_chat_member(chat_id, user_id)
        except TelegramError:
            return None

    def _let_go(self) -> None:
        """Of what is older than `KEPT`."""
        oldest = time.monotonic() - KEPT
        for key in [key for key, (at, _) in self._asked.items() if at < oldest]:
            del self._asked[key]


def _is_in(member: ChatMember) -> bool:
    return member.status in IN or (isinstance(member, ChatMemberRestricted) and member.is_member)
