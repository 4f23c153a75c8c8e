"""`/undo`, and ✖ in reply to an answer."""

from functools import partial

from telegram import Message, Update
from telegram.constants import ChatType
from telegram.ext import ContextTypes, filters

from bot import texts
from bot.handlers.incoming import place, thread_of
from bot.handlers.rights import RightsUnknown, runs_the_chat
from bot.inbox import takes_back
from bot.lookback import Lookback
from bot.texts import undo
from bot.undoing import Outcome, SentRow

Context = ContextTypes.DEFAULT_TYPE


class _TakesBack(filters.MessageFilter):
    def filter(self, message: Message) -> bool:
        return takes_back(message, message.get_bot().username)


TAKES_BACK = _TakesBack()
"""✖, in reply to a message of the bot."""


class UndoHandlers:
    """An answer is deleted by the one whom it answers, and by admins. Done is seen, so nothing is said of it."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback
        self._undoing = lookback.undoing

    async def sign(self, update: Update, _: Context) -> None:
        """✖: from anyone but the one whom it answers it is chatter, and changes nothing."""
        message, target = _parts(update)
        assert target is not None
        answer = await self._undoing.holding(message.chat.id, target.message_id)
        if answer and is_for(message, answer):
            await self._tell(update, await self._undoing.take_back(answer))

    async def command(self, update: Update, context: Context) -> None:
        """`/undo` in reply to an answer, or alone."""
        message, target = _parts(update)
        if target is not None and (target.from_user is None or target.from_user.id != context.bot.id):
            await self._say(update, undo.usage())
            return
        answer = await self._meant(message, target)
        refusal = await self._refusal(message, answer)
        if refusal is not None:
            await self._say(update, refusal)
        elif answer:
            await self._tell(update, await self._undoing.take_back(answer))
        elif target is not None:  # a help text, a status: they are not kept
            sent_at = target.date.timestamp()
            await self._tell(update, await self._undoing.delete(message.chat.id, [target.message_id], sent_at))
        else:
            await self._say(update, undo.nothing())

    async def _meant(self, message: Message, target: Message | None) -> list[SentRow]:
        if target is None:
            return await self._undoing.last(message.chat.id, thread_of(message))
        return await self._undoing.holding(message.chat.id, target.message_id)

    async def _refusal(self, message: Message, answer: list[SentRow]) -> str | None:
        """Why someone may not; None where they may."""
        try:
            may = is_for(message, answer) or await runs_the_chat(message.get_bot(), message)
        except RightsUnknown:
            return texts.rights_unknown()
        return None if may else undo.only_sender_or_admin()

    async def _tell(self, update: Update, outcome: Outcome) -> None:
        match outcome:
            case Outcome.TOO_OLD:
                await self._say(update, undo.too_old())
            case Outcome.REFUSED:
                await self._say(update, undo.refused())
            case Outcome.DELETED:
                message, _ = _parts(update)
                delete = partial(message.get_bot().delete_message, message.chat.id, message.message_id)
                await self._lookback.sender.attempt(message.chat.id, delete)  # where the bot is an admin who may

    async def _say(self, update: Update, text: str) -> None:
        await self._lookback.reply(update, place(update), text)


def _parts(update: Update) -> tuple[Message, Message | None]:
    """The message, and the one that it replies to."""
    message = update.effective_message
    assert message is not None  # the handlers' filters let only messages through
    return message, message.reply_to_message


def is_for(message: Message, answer: list[SentRow]) -> bool:
    """Whether an answer was meant for the sender of a message: whoever writes as a channel has no id of their own."""
    if not answer:
        return False
    if message.chat.type == ChatType.PRIVATE:
        return True
    if message.sender_chat is not None and message.sender_chat.id != message.chat.id:
        return False
    return message.from_user is not None and message.from_user.id == answer[0].asker_id
