"""`/cluster`, `/album`, and the buttons under an overview."""

import json
from dataclasses import replace

from telegram import Bot, Message, Update
from telegram.ext import ContextTypes

from bot import keyboards, texts
from bot.handlers.buttons import groups, pressed, tell
from bot.handlers.incoming import chat_row, place, question, thread_of
from bot.handlers.rights import RightsUnknown, is_admin, may_change_info
from bot.lookback import Lookback
from bot.photos import NewEvent
from bot.sorting import NAME_LIMIT, NameTooLong, NoName, NoSuchAlbum
from bot.texts import album_names, privacy
from bot.titles import line

Context = ContextTypes.DEFAULT_TYPE
MOST_ALBUMS = 999
HIGHEST_NUMBER = 9999
"""Of an album: those that rest have theirs as well."""


class AlbumHandlers:
    """The work itself is a job; here it is asked for."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback

    async def cluster(self, update: Update, context: Context) -> None:
        """`/cluster`, or `/cluster 5` for a fixed number of albums."""
        k = _number(context.args or [], MOST_ALBUMS)
        if k == 0:
            await self._lookback.reply(update, place(update), texts.cluster_number_wrong())
            return
        asked = question(update, "cluster", json.dumps({"k": k}))
        if await self._lookback.sorting.is_under_way(asked.chat.id):
            await self._lookback.reply(update, place(update), texts.cluster_under_way())
            return
        await self._ask(update, asked)

    async def album(self, update: Update, context: Context) -> None:
        """`/album 3`: an album of the last clustering."""
        asked, chat = question(update, "album"), update.effective_chat
        assert chat is not None
        last = await self._lookback.sorting.last(chat.id)
        known = [album.number for album in await self._lookback.sorting.albums(last)] if last else []
        number = _number(context.args or [], HIGHEST_NUMBER)
        if last is None or not number:
            await self._lookback.reply(update, place(update), texts.album_needs_number(known))
        elif number not in known:
            await self._lookback.reply(update, place(update), texts.album_unknown(number, known))
        else:
            await self._ask(update, replace(asked, request=_request(last.id, number, 0, None)))

    async def listed(self, update: Update, _: Context) -> None:
        """`/albums`: all albums of the last clustering, with the buttons of the overview."""
        chat = update.effective_chat
        assert chat is not None
        last = await self._lookback.sorting.last(chat.id)
        albums = await self._lookback.sorting.albums(last) if last else []
        if last is None or not albums:
            await self._lookback.reply(update, place(update), texts.album_none())
            return
        text = album_names.albums_listed([line(album) for album in albums], last.leftover)
        await self._lookback.reply(update, place(update), text, keyboard=keyboards.albums(last.id, albums))

    async def rename(self, update: Update, context: Context) -> None:
        """`/rename 3 Summer hikes`, by those who may rename the group; `/rename 3` takes the name away again."""
        message, args = update.effective_message, context.args or []
        assert message is not None
        number = _number(args[:1], HIGHEST_NUMBER)
        if not number:
            text = album_names.rename_usage()
        else:
            text = await self._renamed(context.bot, message, number, " ".join(args[1:]))
        await self._lookback.reply(update, place(update), text, even_late=True)

    async def _renamed(self, bot: Bot, message: Message, number: int, name: str) -> str:
        """What became of it."""
        try:
            if not await may_change_info(bot, message):
                return album_names.only_who_may_change_info()
            given, before = await self._lookback.sorting.rename(message.chat.id, number, name)
        except RightsUnknown:
            return album_names.naming_rights_unknown()
        except NoName:
            return album_names.rename_usage()
        except NameTooLong as error:
            return album_names.name_too_long(error.length, NAME_LIMIT)
        except NoSuchAlbum as error:
            return texts.album_unknown(number, error.known)
        if given:
            return album_names.renamed(number, given)
        return album_names.name_taken_away(number, before) if before else album_names.no_given_name(number)

    async def button(self, update: Update, context: Context) -> None:
        """An album's button: its first photos, or the next ones."""
        query, message = pressed(update)
        clustering_id, number, offset = (int(group) for group in groups(context))
        last = await self._lookback.sorting.last(message.chat.id)
        albums = await self._lookback.sorting.albums(last) if last else []
        album = next((album for album in albums if album.number == number), None)
        if last is None or last.id != clustering_id or album is None:
            await tell(self._lookback, query, texts.albums_outdated())
            return
        await tell(self._lookback, query, _what_comes(offset, album.posted))
        request = _request(last.id, number, offset, message.message_id)
        now = self._lookback.photos.clock()
        chat, thread_id = chat_row(message.chat), thread_of(message)
        asker_id = query.from_user.id
        await self._ask(update, NewEvent(chat, "album", message.message_id, thread_id, asker_id, None, request, now))

    async def stop(self, update: Update, context: Context) -> None:
        """The stop button: for the one who asked, and for admins."""
        query, message = pressed(update)
        event = await self._lookback.photos.event(int(groups(context)[0]))
        if event is None or event.chat_id != message.chat.id:
            await tell(self._lookback, query, texts.albums_outdated())
            return
        try:
            may = event.asker_id == query.from_user.id or await is_admin(
                context.bot, message.chat.id, query.from_user.id
            )
        except RightsUnknown:
            await tell(self._lookback, query, texts.rights_unknown())
            return
        if may:
            await self._lookback.photos.stop(event.id)
        await tell(self._lookback, query, texts.stopping() if may else texts.only_asker_stops())

    async def _ask(self, update: Update, asked: NewEvent) -> None:
        await self._lookback.photos.ask(asked, update.update_id)
        self._lookback.wake()


def _what_comes(offset: int, posted: int) -> str:
    """A button is behind what was posted where it was pressed before, and ahead where photos were forgotten."""
    if offset == posted:
        return texts.coming()
    return texts.already_shown() if offset < posted else privacy.press_again()


def _number(args: list[str], most: int) -> int | None:
    """The number after a command: None where there is none, 0 where it is no good."""
    if not args:
        return None
    sane = len(args) == 1 and args[0].isascii() and args[0].isdigit()
    return number if sane and (number := int(args[0][:5])) <= most else 0


def _request(clustering_id: int, number: int, offset: int, keyboard: int | None) -> str:
    return json.dumps({"clustering": clustering_id, "number": number, "offset": offset, "keyboard": keyboard})
