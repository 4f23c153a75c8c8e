"""`/settings`, and the buttons under it: one message, edited in place."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from functools import partial

from telegram import Bot, CallbackQuery, Chat, Message, Update
from telegram.constants import ChatType
from telegram.ext import ContextTypes

from bot import texts
from bot.choices import DONE, MAIN, PAGES, THERE, View, values
from bot.handlers.buttons import groups, pressed, tell
from bot.handlers.incoming import place, thread_of
from bot.handlers.rights import RightsUnknown, is_admin, runs_the_chat
from bot.log_chat import Choice
from bot.lookback import Lookback
from bot.manners import GENERAL, WHOLE_CHAT
from bot.settings_keyboard import keyboard
from bot.texts import log_chat, settings
from bot.texts.language import current, speaking

Context = ContextTypes.DEFAULT_TYPE


class SettingsHandlers:
    """Everyone may read how the bot behaves; only admins change it, and that is asked at every press."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback
        self._manners = lookback.manners
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def command(self, update: Update, context: Context) -> None:
        """`/settings`: with buttons for an admin, as a text for everyone else."""
        message = update.effective_message
        assert message is not None
        if [word.lower() for word in context.args or []] == ["log"]:
            await self._lookback.reply(update, place(update), await self._offer(context.bot, message))
            return
        topic = _topic(message)
        view = await self._view(message.chat, topic, WHOLE_CHAT if topic is None else topic)
        refusal = await _refusal_of(context.bot, message)
        text = settings.about(view) + (f"\n\n{refusal}" if refusal else "")
        buttons = None if refusal else keyboard(view, MAIN)
        await self._lookback.reply(update, place(update), text, keyboard=buttons)

    async def _offer(self, bot: Bot, message: Message) -> str:
        """`/settings log`: this chat may become the log of another one."""
        refusal = await _refusal_of(bot, message)
        if refusal is not None:
            return refusal
        if message.from_user is None or message.sender_chat is not None:
            return log_chat.needs_a_person()
        self._lookback.log_chat.offer(message.from_user.id, message.chat.id)
        return log_chat.offered()

    async def button(self, update: Update, context: Context) -> None:
        """A button under it: another page, or an option that is set."""
        query, message = pressed(update)
        async with self._turns[message.chat.id]:  # of two presses the second is shown what the first has set
            refusal = await _refusal(context.bot, message.chat, query.from_user.id)
            if refusal is None:
                refusal = await self._pressed(context, query, message)
            if refusal is not None:
                await tell(self._lookback, query, refusal)

    async def _pressed(self, context: Context, query: CallbackQuery, message: Message) -> str | None:
        """Why it has no effect; None where it has."""
        thread, page, option = int(groups(context)[0]), groups(context)[1], groups(context)[2]
        topic, chat = _topic(message), message.chat
        for_topic = thread != WHOLE_CHAT
        known = page in PAGES and not (for_topic and PAGES[page].whole_chat)
        if (for_topic and thread != topic) or not (known or (page in (MAIN, DONE) and option is None)):
            return settings.outdated()
        if option is not None:
            refusal = await self._set(chat.id, thread, page, option, query.from_user.id)
            if refusal is not None:
                return refusal
            page = PAGES[page].then or page
        view = await self._view(chat, topic, thread)
        await self._show(context.bot, message, view, page, query, is_set=option is not None)
        return None

    async def _set(self, chat_id: int, thread: int, page: str, option: str, user_id: int) -> str | None:
        """Why nothing was set; None where it was."""
        if (page, option) == ("log", THERE):
            try:
                return _LOG[await self._lookback.log_chat.choose(chat_id, user_id)]()
            except RightsUnknown:
                return texts.rights_unknown()
        chosen = values(page, option, for_topic=thread != WHOLE_CHAT)
        if chosen is None:
            return settings.outdated()
        await self._manners.change(chat_id, thread, **chosen)
        return None

    async def _show(
        self, bot: Bot, message: Message, view: View, page: str, query: CallbackQuery, *, is_set: bool
    ) -> None:
        with speaking(view.manners.language or current()):  # it may just have been chosen
            text = settings.about(view) if page in (MAIN, DONE) else settings.page(view, page)
            buttons = keyboard(view, page)
            await tell(self._lookback, query, settings.saved() if is_set else None)
        edit = partial(bot.edit_message_text, text, message.chat.id, message.message_id, reply_markup=buttons)
        await self._lookback.sender.attempt(message.chat.id, edit)

    async def _view(self, chat: Chat, topic: int | None, thread: int) -> View:
        if topic is None:  # topics were switched off: what was set for the General one must not stay in force unseen
            await self._manners.drop(chat.id, GENERAL)
        photos, own = self._lookback.photos, await self._manners.own(chat.id, thread)
        manners = await self._manners.of(chat.id, thread)
        return View(topic, thread, manners, own, photos.rules.answer_photos, photos.clock())


_LOG: dict[Choice, Callable[[], str | None]] = {
    Choice.SET: lambda: None, Choice.NOTHING_OFFERED: log_chat.not_offered,
    Choice.SAME_CHAT: log_chat.is_this_chat, Choice.NOT_BOTH: log_chat.not_yours,
}  # fmt: skip
"""What is said of choosing a log."""


def _topic(message: Message) -> int | None:
    """The forum topic of a message, the General one included; None outside forums."""
    return thread_of(message) or GENERAL if message.chat.is_forum else None


async def _refusal_of(bot: Bot, message: Message) -> str | None:
    try:
        return None if await runs_the_chat(bot, message) else settings.for_members()
    except RightsUnknown:
        return texts.rights_unknown()


async def _refusal(bot: Bot, chat: Chat, user_id: int) -> str | None:
    """Why someone may not press; None where they may. A button is pressed by a person, never in a group's name."""
    if chat.type == ChatType.PRIVATE:
        return None
    try:
        return None if await is_admin(bot, chat.id, user_id) else settings.only_admins()
    except RightsUnknown:
        return texts.rights_unknown()
