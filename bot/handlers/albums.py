"""`/cluster`, `/album`, and the buttons under an overview."""

import json
from dataclasses import replace
from functools import partial

from telegram import CallbackQuery, Message, Update
from telegram.ext import ContextTypes

from bot import texts
from bot.handlers.incoming import chat_row, place, question, thread_of
from bot.handlers.rights import RightsUnknown, is_admin
from bot.lookback import Lookback
from bot.photos import NewEvent

Context = ContextTypes.DEFAULT_TYPE
MOST_ALBUMS = 999


class AlbumHandlers:
    """The work itself is a job; here it is asked for."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback

    async def cluster(self, update: Update, context: Context) -> None:
        """`/cluster`, or `/cluster 5` for a fixed number of albums."""
        k = _number(context.args or [])
        if k == 0:
            await self._lookback.reply(update, place(update), texts.cluster_number_wrong())
            return
        asked = question(update, "cluster", json.dumps({"k": k}))
        if await self._lookback.photos.is_sorting(asked.chat.id):
            await self._lookback.reply(update, place(update), texts.cluster_under_way())
            return
        await self._ask(update, asked)

    async def album(self, update: Update, context: Context) -> None:
        """`/album 3`: an album of the last clustering."""
        asked, chat = question(update, "album"), update.effective_chat
        assert chat is not None
        last = await self._lookback.photos.last_clustering(chat.id)
        count = len(await self._lookback.photos.albums(last)) if last else 0
        number = _number(context.args or [])
        if last is None or not number:
            await self._lookback.reply(update, place(update), texts.album_needs_number(count))
        elif number > count:
            await self._lookback.reply(update, place(update), texts.album_unknown(number, count))
        else:
            await self._ask(update, replace(asked, request=_request(last.id, number, 0, None)))

    async def button(self, update: Update, context: Context) -> None:
        """An album's button: its first photos, or the next ones."""
        query, message = _pressed(update)
        clustering_id, number, offset = (int(group) for group in _groups(context))
        last = await self._lookback.photos.last_clustering(message.chat.id)
        albums = await self._lookback.photos.albums(last) if last else []
        if last is None or last.id != clustering_id or not 0 < number <= len(albums):
            await self._answer(query, texts.albums_outdated())
            return
        shown = offset < albums[number - 1].posted
        await self._answer(query, texts.already_shown() if shown else texts.coming())
        request = _request(last.id, number, offset, message.message_id)
        now = self._lookback.photos.clock()
        chat, thread_id = chat_row(message.chat), thread_of(message)
        asker_id = query.from_user.id
        await self._ask(update, NewEvent(chat, "album", message.message_id, thread_id, asker_id, None, request, now))

    async def stop(self, update: Update, context: Context) -> None:
        """The stop button: for the one who asked, and for admins."""
        query, message = _pressed(update)
        event = await self._lookback.photos.event(int(_groups(context)[0]))
        if event is None or event.chat_id != message.chat.id:
            await self._answer(query, texts.albums_outdated())
            return
        try:
            may = event.asker_id == query.from_user.id or await is_admin(
                context.bot, message.chat.id, query.from_user.id
            )
        except RightsUnknown:
            await self._answer(query, texts.rights_unknown())
            return
        if may:
            await self._lookback.photos.stop(event.id)
        await self._answer(query, texts.stopping() if may else texts.only_asker_stops())

    async def _ask(self, update: Update, asked: NewEvent) -> None:
        await self._lookback.photos.ask(asked, update.update_id)
        self._lookback.wake()

    async def _answer(self, query: CallbackQuery, text: str) -> None:
        chat_id = query.message.chat.id if query.message else query.from_user.id
        await self._lookback.sender.attempt(chat_id, partial(query.answer, text))


def _number(args: list[str]) -> int | None:
    """The number after a command: None where there is none, 0 where it is no good."""
    if not args:
        return None
    sane = len(args) == 1 and args[0].isascii() and args[0].isdigit()
    return number if sane and (number := int(args[0][:4])) <= MOST_ALBUMS else 0


def _request(clustering_id: int, number: int, offset: int, keyboard: int | None) -> str:
    return json.dumps({"clustering": clustering_id, "number": number, "offset": offset, "keyboard": keyboard})


def _groups(context: Context) -> tuple[str, ...]:
    """What the pattern of the button's data caught."""
    assert context.matches
    return tuple(context.matches[0].groups())


def _pressed(update: Update) -> tuple[CallbackQuery, Message]:
    """The press of a button, and the message it is under."""
    query = update.callback_query
    assert query is not None
    if not isinstance(query.message, Message):
        raise TypeError("the button's message is no longer accessible")
    return query, query.message
