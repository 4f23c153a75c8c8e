"""`/settings`, and the buttons under it: one message, edited in place."""

import asyncio
from collections import defaultdict
from functools import partial

from telegram import Bot, CallbackQuery, Chat, Message, Update
from telegram.constants import ChatType
from telegram.ext import ContextTypes

from bot import texts
from bot.choices import DONE, MAIN
from bot.handlers.buttons import groups, pressed, tell
from bot.handlers.incoming import place, thread_of
from bot.handlers.rights import RightsUnknown, is_admin, runs_the_chat
from bot.lookback import Lookback
from bot.manners import GENERAL
from bot.setting_up import NotSet, Press, Shown, Where, Why
from bot.settings_keyboard import keyboard
from bot.texts import log_chat, settings
from bot.texts.language import current, speaking

Context = ContextTypes.DEFAULT_TYPE

WHY = {
    Why.OUTDATED: settings.outdated, Why.NOTHING_OFFERED: log_chat.not_offered,
    Why.SAME_CHAT: log_chat.is_this_chat, Why.NOT_BOTH: log_chat.not_yours,
}  # fmt: skip


class SettingsHandlers:
    """Everyone may read how the bot behaves; only admins change it, and that is asked at every press."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback, self._setting_up = lookback, lookback.setting_up
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def command(self, update: Update, context: Context) -> None:
        """`/settings`: with buttons for an admin, as a text for everyone else."""
        message = update.effective_message
        assert message is not None  # the handlers' filters let only messages through
        if [word.lower() for word in context.args or []] == ["log"]:
            await self._lookback.reply(update, place(update), await self._offer(context.bot, message))
            return
        view = await self._setting_up.view(_where(message))
        refusal = await _refusal_of_command(context.bot, message)
        text = settings.about(view) + (f"\n\n{refusal}" if refusal else "")
        buttons = None if refusal else keyboard(view, MAIN)
        await self._lookback.reply(update, place(update), text, keyboard=buttons)

    async def _offer(self, bot: Bot, message: Message) -> str:
        """`/settings log`: this chat may become the log of another one."""
        refusal = await _refusal_of_command(bot, message)
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
            refusal = await _refusal_of_press(context.bot, message.chat, query.from_user.id)
            if refusal is not None:
                await tell(self._lookback, query, refusal)
            else:
                await self._pressed(context, query, message)

    async def _pressed(self, context: Context, query: CallbackQuery, message: Message) -> None:
        thread, page, option = groups(context)
        press = Press(int(thread), page, option)
        try:
            shown = await self._setting_up.press(_where(message), press, query.from_user.id)
        except NotSet as error:
            await tell(self._lookback, query, WHY[error.why]())
        except RightsUnknown:
            await tell(self._lookback, query, texts.rights_unknown())
        else:
            await self._show(context.bot, query, message, shown)

    async def _show(self, bot: Bot, query: CallbackQuery, message: Message, shown: Shown) -> None:
        view, page = shown.view, shown.page
        with speaking(view.manners.language or current()):  # it may just have been chosen
            text = settings.about(view) if page in (MAIN, DONE) else settings.page(view, page)
            buttons = keyboard(view, page)
            await tell(self._lookback, query, settings.saved() if shown.is_set else None)
        edit = partial(bot.edit_message_text, text, message.chat.id, message.message_id, reply_markup=buttons)
        await self._lookback.sender.attempt(message.chat.id, edit)


def _where(message: Message) -> Where:
    return Where(message.chat.id, thread_of(message) or GENERAL if message.chat.is_forum else None)


async def _refusal_of_command(bot: Bot, message: Message) -> str | None:
    """Why a message may change nothing; None where it may."""
    try:
        return None if await runs_the_chat(bot, message) else settings.for_members()
    except RightsUnknown:
        return texts.rights_unknown()


async def _refusal_of_press(bot: Bot, chat: Chat, user_id: int) -> str | None:
    """Why someone may not press; None where they may. A button is pressed by a person, never in a group's name."""
    if chat.type == ChatType.PRIVATE:
        return None
    try:
        return None if await is_admin(bot, chat.id, user_id) else settings.only_admins()
    except RightsUnknown:
        return texts.rights_unknown()
