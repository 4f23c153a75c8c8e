"""What every handler of a button needs: who pressed what, and a word for them."""

from functools import partial

from telegram import CallbackQuery, Message, Update
from telegram.ext import ContextTypes

from bot.lookback import Lookback

Context = ContextTypes.DEFAULT_TYPE


def pressed(update: Update) -> tuple[CallbackQuery, Message]:
    """The press of a button, and the message it is under."""
    query = update.callback_query
    assert query is not None
    if not isinstance(query.message, Message):
        raise TypeError("the button's message is no longer accessible")
    return query, query.message


def groups(context: Context) -> tuple[str, ...]:
    """What the pattern of the button's data caught."""
    assert context.matches
    return tuple(context.matches[0].groups())


async def tell(lookback: Lookback, query: CallbackQuery, text: str | None) -> None:
    """Show a short text to the one who pressed; None only ends their waiting."""
    chat_id = query.message.chat.id if query.message else query.from_user.id
    await lookback.sender.attempt(chat_id, partial(query.answer, text))
