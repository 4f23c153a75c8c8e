"""`/privacy`, `/forget`, `/remember me`, and the buttons under `/forget all`."""

import asyncio
from collections import defaultdict
from functools import partial

from telegram import Bot, CallbackQuery, Message, Update
from telegram.constants import ChatType
from telegram.ext import ContextTypes

from bot import keyboards, texts
from bot.forgetting import ConfirmationRow
from bot.handlers.buttons import groups, pressed, tell
from bot.handlers.incoming import chat_row, new_photo, place
from bot.handlers.rights import RightsUnknown, is_admin, runs_the_chat, sent_by_same
from bot.lookback import Lookback
from bot.texts import privacy

Context = ContextTypes.DEFAULT_TYPE


class ForgetHandlers:
    """What is asked for is done at once, also where the question comes from a backlog; a restart begins it again."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback
        self._forgetting = lookback.forgetting
        self._answering: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def privacy(self, update: Update, _: Context) -> None:
        """`/privacy`."""
        message = _message(update)
        count = (await self._lookback.photos.counts(message.chat.id)).photos
        asker = message.from_user
        out = asker is not None and await self._forgetting.is_opted_out(message.chat.id, asker.id)
        keeping = self._forgetting.keeping
        logged = (await self._lookback.manners.of(message.chat.id)).log_chat is not None
        text = privacy.about(
            texts.stored(), count, keeping.retention_days, keeping.grace_days, opted_out=out, logged=logged
        )
        await self._lookback.reply(update, place(update), text)

    async def forget(self, update: Update, context: Context) -> None:
        """`/forget` in reply to a photo, `/forget me`, `/forget all`."""
        match [word.lower() for word in context.args or []]:
            case []:
                await self._photo(update, context.bot)
            case ["me"]:
                await self._person(update)
            case ["all"]:
                await self._chat(update, context.bot)
            case _:
                await self._say(update, privacy.forget_usage())

    async def _photo(self, update: Update, bot: Bot) -> None:
        message = _message(update)
        target = message.reply_to_message
        if target is None or new_photo(target) is None:
            await self._say(update, privacy.forget_usage())
        elif target.from_user is not None and target.from_user.id == bot.id:
            await self._say(update, privacy.not_my_answer())
        else:
            await self._say(update, await self._forget_photo(message, target, bot))

    async def _forget_photo(self, message: Message, target: Message, bot: Bot) -> str:
        """What became of it."""
        try:
            may = sent_by_same(message, target) or await runs_the_chat(bot, message)
        except RightsUnknown:
            return texts.rights_unknown()
        if not may:
            return privacy.only_sender_or_admin()
        album = target.media_group_id
        count = await self._forgetting.message(target.chat.id, target.message_id, album)
        return privacy.forgotten(count, album=album is not None)

    async def _person(self, update: Update) -> None:
        message = _message(update)
        if message.from_user is None or message.sender_chat is not None:
            await self._say(update, privacy.nobody_in_particular())
            return
        count = await self._forgetting.person(chat_row(message.chat), message.from_user.id)
        await self._say(update, privacy.person_forgotten(count))

    async def _chat(self, update: Update, bot: Bot) -> None:
        """Ask for a press of the button; the press is where it happens."""
        message = _message(update)
        try:
            may = await runs_the_chat(bot, message)
        except RightsUnknown:
            await self._say(update, texts.rights_unknown())
            return
        if not may:
            await self._say(update, privacy.only_admins())
            return
        anonymous = message.sender_chat is not None or message.from_user is None
        asker_id = None if anonymous or message.from_user is None else message.from_user.id
        number = await self._forgetting.ask(message.chat.id, asker_id)
        count = (await self._lookback.photos.counts(message.chat.id)).photos
        text = privacy.confirm(count, by_any_admin=anonymous)
        await self._lookback.reply(update, place(update), text, keyboard=keyboards.forget(number))

    async def button(self, update: Update, context: Context) -> None:
        """A button under `/forget all`: for the admin who asked; any admin's, where that one was anonymous."""
        query, message = pressed(update)
        async with self._answering[message.chat.id]:  # of two presses the second finds the question answered
            await self._pressed(query, message, context)

    async def _pressed(self, query: CallbackQuery, message: Message, context: Context) -> None:
        number, answer = groups(context)
        asked = await self._forgetting.asked(int(number), message.chat.id)
        if asked is None:
            await tell(self._lookback, query, privacy.question_over())
            return
        refusal = await _refusal(context.bot, message, asked.asker_id, query.from_user.id)
        await tell(self._lookback, query, refusal or (privacy.forgetting() if answer == "yes" else privacy.kept()))
        if refusal is None:
            done = await (self._forget_chat(asked) if answer == "yes" else self._keep_chat(asked))
            edit = partial(context.bot.edit_message_text, done, message.chat.id, message.message_id)
            await self._lookback.sender.attempt(message.chat.id, edit)

    async def _forget_chat(self, asked: ConfirmationRow) -> str:
        return privacy.chat_forgotten(await self._forgetting.chat(asked))

    async def _keep_chat(self, asked: ConfirmationRow) -> str:
        await self._forgetting.keep(asked.id)
        return privacy.kept()

    async def remember(self, update: Update, context: Context) -> None:
        """`/remember me`."""
        message = _message(update)
        if [word.lower() for word in context.args or []] != ["me"]:
            await self._say(update, privacy.remember_usage())
        elif message.from_user is None or message.sender_chat is not None:
            await self._say(update, privacy.nobody_in_particular())
        else:
            was_out = await self._forgetting.welcome(message.chat.id, message.from_user.id)
            await self._say(update, privacy.remembered_again() if was_out else privacy.remembered_anyway())

    async def _say(self, update: Update, text: str) -> None:
        await self._lookback.reply(update, place(update), text, even_late=True)
        self._forgetting.empty_log()  # the update itself, with what it quotes, is in the log until then


def _message(update: Update) -> Message:
    message = update.effective_message
    assert message is not None  # the handlers' filters let only messages through
    return message


async def _refusal(bot: Bot, message: Message, asker_id: int | None, user_id: int) -> str | None:
    """Why someone may not press; None where they may. Asked again: an admin may have ceased to be one."""
    if asker_id not in (None, user_id):
        return privacy.only_asker_confirms()
    if message.chat.type == ChatType.PRIVATE:
        return None
    try:
        return None if await is_admin(bot, message.chat.id, user_id) else privacy.only_admins_confirm()
    except RightsUnknown:
        return texts.rights_unknown()
