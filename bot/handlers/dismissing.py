"""The button "not the same" under an answer, and `/notsame` in reply to one."""

from functools import partial

from telegram import Message, Update
from telegram.constants import ChatType
from telegram.ext import ContextTypes

from bot import texts
from bot.correcting import Standing
from bot.handlers.buttons import groups, pressed, tell
from bot.handlers.incoming import place
from bot.handlers.rights import RightsUnknown, is_admin, runs_the_chat
from bot.handlers.undo import is_for
from bot.lookback import Lookback
from bot.texts import notsame
from bot.undoing import SentRow

Context = ContextTypes.DEFAULT_TYPE
MOST = 10
"""Lines of an answer at most."""


class NotSameHandlers:
    """It is for the one whom the answer was for, and for admins; the answer itself shows that it is done."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback, self._correcting = lookback, lookback.correcting

    async def button(self, update: Update, context: Context) -> None:
        """A line's button. Which answer it is follows from the message, so its data can name no other."""
        query, message = pressed(update)
        sent = await self._answer(message, message)
        if sent is None:
            await tell(self._lookback, query, notsame.over())
            return
        try:
            mine = message.chat.type == ChatType.PRIVATE or query.from_user.id == sent.asker_id
            may = mine or await is_admin(context.bot, message.chat.id, query.from_user.id)
        except RightsUnknown:
            await tell(self._lookback, query, texts.rights_unknown())
            return
        done = may and await self._correcting.take_out(await self._standing(sent, message), int(groups(context)[0]))
        await tell(self._lookback, query, _outcome(may=may, done=done))

    async def command(self, update: Update, context: Context) -> None:
        """`/notsame`, with the number of a line where there are several."""
        message = update.effective_message
        assert message is not None
        target = message.reply_to_message
        numbers = _numbers(context.args or [])
        if target is None or target.from_user is None or target.from_user.id != context.bot.id or numbers is None:
            await self._say(update, notsame.usage())
            return
        sent = await self._answer(message, target)
        problem = notsame.over() if sent is None else await self._refusal(message, sent)
        if problem is None and sent is not None:
            problem = await self._take_out(sent, target, numbers)
        if problem is not None:
            await self._say(update, problem)
            return
        delete = partial(message.get_bot().delete_message, message.chat.id, message.message_id)
        await self._lookback.sender.attempt(message.chat.id, delete)  # where the bot is an admin who may

    async def _take_out(self, sent: SentRow, target: Message, numbers: list[int]) -> str | None:
        """What is wrong; None where it is done."""
        known = await self._correcting.numbers(sent)
        if not numbers and len(known) > 1:
            return notsame.which()
        wanted = [number for number in numbers or known if number in known]
        for number in wanted:
            await self._correcting.take_out(await self._standing(sent, target), number)
        return None if wanted else notsame.over()

    async def _refusal(self, message: Message, sent: SentRow) -> str | None:
        try:
            may = is_for(message, [sent]) or await runs_the_chat(message.get_bot(), message)
        except RightsUnknown:
            return texts.rights_unknown()
        return None if may else notsame.only_sender_or_admin()

    async def _answer(self, message: Message, target: Message) -> SentRow | None:
        found = await self._lookback.undoing.holding(message.chat.id, target.message_id)
        return found[0] if found else None

    async def _standing(self, sent: SentRow, message: Message) -> Standing:
        """As it is now; in a log, the first line says what is answered, and stays."""
        event = await self._lookback.photos.event(sent.event_id)
        in_log = event is not None and event.chat_id != sent.chat_id
        words = (message.caption_html if message.photo else message.text_html) or ""
        return Standing(sent, bool(message.photo), words.split("\n")[0] if in_log and words else None)

    async def _say(self, update: Update, text: str) -> None:
        await self._lookback.reply(update, place(update), text)


def _outcome(*, may: bool, done: bool) -> str:
    if not may:
        return notsame.only_sender_or_admin()
    return notsame.noted() if done else notsame.over()


def _numbers(args: list[str]) -> list[int] | None:
    """The numbers after the command; None where something else is among them."""
    sane = all(arg.isascii() and arg.isdigit() and len(arg) <= 2 for arg in args) and len(args) <= MOST
    return [int(arg) for arg in args] if sane else None
