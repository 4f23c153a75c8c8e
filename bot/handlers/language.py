"""`/language`, and its buttons."""

from functools import partial

from telegram import Bot, Message, Update
from telegram.constants import ChatType
from telegram.ext import ContextTypes

from bot import keyboards, texts
from bot.handlers.buttons import groups, pressed, tell
from bot.handlers.incoming import place
from bot.handlers.rights import RightsUnknown, is_admin, runs_the_chat
from bot.lookback import Lookback
from bot.texts import choosing_language
from bot.texts.language import named, speaking

Context = ContextTypes.DEFAULT_TYPE


class LanguageHandlers:
    """A chat's language is its admins' to choose; alone with a person, that person's."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback

    async def command(self, update: Update, context: Context) -> None:
        """`/language`, or `/language de`."""
        message = update.effective_message
        assert message is not None  # the handlers' filters let only messages through
        words = context.args or []
        code = named(" ".join(words))
        refusal = await _refusal_of_command(context.bot, message)
        if refusal is not None:
            await self._lookback.reply(update, place(update), refusal)
        elif not words:
            await self._lookback.reply(update, place(update), choosing_language.which(), keyboard=keyboards.languages())
        elif code is None:
            await self._lookback.reply(update, place(update), choosing_language.unknown())
        else:
            await self._lookback.manners.change(message.chat.id, language=code)
            await self._lookback.reply(update, place(update), choosing_language.chosen(code), even_late=True)

    async def button(self, update: Update, context: Context) -> None:
        """One of the languages was pressed."""
        query, message = pressed(update)
        (code,) = groups(context)
        refusal = await _refusal_of_press(context.bot, message, query.from_user.id)
        if refusal is not None:
            await tell(self._lookback, query, refusal)
            return
        await self._lookback.manners.change(message.chat.id, language=code)
        await tell(self._lookback, query, choosing_language.chosen(code))
        with speaking(code):
            text, keyboard = choosing_language.which(), keyboards.languages()
        edit = partial(context.bot.edit_message_text, text, message.chat.id, message.message_id, reply_markup=keyboard)
        await self._lookback.sender.attempt(message.chat.id, edit)


async def _refusal_of_command(bot: Bot, message: Message) -> str | None:
    """Why a message may not change the language; None where it may."""
    try:
        return None if await runs_the_chat(bot, message) else choosing_language.only_admins()
    except RightsUnknown:
        return texts.rights_unknown()


async def _refusal_of_press(bot: Bot, message: Message, user_id: int) -> str | None:
    if message.chat.type == ChatType.PRIVATE:
        return None
    try:
        return None if await is_admin(bot, message.chat.id, user_id) else choosing_language.only_admins()
    except RightsUnknown:
        return texts.rights_unknown()
