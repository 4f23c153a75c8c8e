"""How `/cluster` and `/album` are answered: one message that tells the progress and becomes the overview, and albums.

Every message is a step in the store. After a restart the steps that were sent are not sent again, one that was cut
is counted and left out, and the rest goes on.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from telegram import Bot, InlineKeyboardMarkup, InputMediaPhoto
from telegram.constants import ChatAction

from bot import keyboards, texts
from bot.albums import AlbumError, AllTheSame, TooFewPhotos, TooManyAlbums
from bot.photos import EventRow, Photos
from bot.pictures import Row, contact_sheet
from bot.sending import AlreadySent, Lost, Priority, Sender, Stale
from bot.showing import Place, Shower
from bot.sorting import PAGE, AlbumPage, AlbumRow, ClusteringRow, Sorting
from bot.thumbnails import Thumbnails
from bot.tickets import StepTicket
from bot.timing import timed
from bot.titles import line

Edit = Callable[..., Awaitable[object]]

EDIT_EVERY = 3.0
"""Seconds between two edits of the progress message: edits count against Telegram's limits as well."""
OVERVIEW_TILES = 60
ROW_TILES = 8
OVERVIEW_ROWS = 12


class Clustering:
    """The jobs of the kinds `cluster` and `album`. One at a time in each chat."""

    def __init__(
        self,
        bot: Bot,
        photos: Photos,
        sorting: Sorting,
        sender: Sender,
        shower: Shower,
        thumbnails: Thumbnails,
        albums_at_once: int,
    ) -> None:
        self._bot, self._photos, self._sorting, self._sender, self._shower = bot, photos, sorting, sender, shower
        self._thumbnails, self._albums_at_once = thumbnails, albums_at_once
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def cluster(self, event: EventRow) -> None:
        """Answer `/cluster`."""
        async with self._turns[event.chat_id]:
            message_id = await self._first_message(event)
            try:
                made = await self._sorting.made_by(event) or await self._sort(event, message_id)
            except AlbumError as error:
                await self._edit(event, message_id, _sentence(error))
            else:
                await self._present(event, message_id, made)
            await self._photos.end(event)

    async def _first_message(self, event: EventRow) -> int | None:
        """Send the message that tells the progress, or find it again after a restart."""
        known = await self._photos.sent_in(event, "progress")
        if known is not None:
            return known[0] if event.reply_to is not None else None
        count = await self._photos.count(event.chat_id)
        text, place = texts.cluster_begins(count), Place.of(event)
        (message,) = await self._shower.say(StepTicket.of(self._photos, event, "progress"), place, text)
        return message.message_id

    async def _sort(self, event: EventRow, message_id: int | None) -> ClusteringRow:
        """Run the clustering, and tell its progress meanwhile."""
        k = json.loads(event.request).get("k")
        count = await self._photos.count(event.chat_id)
        stages: list[tuple[str, float]] = []
        telling = asyncio.create_task(self._tell(event, message_id, count, stages))
        try:
            return await self._sorting.sort(event, k, lambda stage, part: stages.append((stage, part)))
        finally:
            telling.cancel()

    async def _tell(
        self, event: EventRow, message_id: int | None, count: int, stages: Sequence[tuple[str, float]]
    ) -> None:
        told = 0
        while True:
            await asyncio.sleep(EDIT_EVERY)
            if len(stages) > told:
                told = len(stages)
                await self._edit(event, message_id, texts.cluster_progress(count, *stages[-1]))

    async def _present(self, event: EventRow, message_id: int | None, made: ClusteringRow) -> None:
        """Turn the first message into the overview, post the first albums, and leave buttons for the others."""
        albums = await self._sorting.albums(made)
        if not albums:
            await self._edit(event, message_id, texts.cluster_none(made.photos))
            return
        stop = keyboards.stop(event.id)
        pictured = await self._overview(event, message_id, made, albums, stop)
        stopped = await self._post_albums(event, albums[: self._albums_at_once])
        cut = len(await self._photos.cut_steps(event))
        albums = await self._sorting.albums(made)
        lines = [line(album) for album in albums]
        caption = texts.overview(lines, made.leftover, stopped=stopped, cut_albums=cut)
        await self._edit(event, message_id, caption, keyboards.albums(made.id, albums), caption_of_photo=pictured)

    async def _overview(
        self,
        event: EventRow,
        message_id: int | None,
        made: ClusteringRow,
        albums: Sequence[AlbumRow],
        keyboard: InlineKeyboardMarkup,
    ) -> bool:
        """Put the contact sheet into the first message; without a picture the list alone. Whether it has one."""
        if message_id is None:
            return False
        minutes = self._minutes(event.chat_id, albums[: self._albums_at_once])
        lines = [line(album) for album in albums]
        caption = texts.overview(lines, made.leftover, stopped=False, cut_albums=0, minutes=minutes)
        with timed("picture", event.chat_id, [event.message_id]):
            sheet = await self._photos.workers.decode(contact_sheet, await self._rows(event.chat_id, albums))
        media = InputMediaPhoto(sheet, caption=caption)
        edit = partial(self._bot.edit_message_media, media, event.chat_id, message_id, reply_markup=keyboard)
        if await self._sender.attempt(event.chat_id, edit):
            return True
        await self._edit(event, message_id, caption, keyboard)
        return False

    def _minutes(self, chat_id: int, albums: Sequence[AlbumRow]) -> int:
        """How long the posting takes by Telegram's limit for a group; 0 where it goes at once."""
        messages = sum(min(album.size, PAGE) for album in albums)
        limits = self._sender.limits
        return 0 if messages <= limits.room(chat_id) else -(-messages // limits.per_group)

    async def _rows(self, chat_id: int, albums: Sequence[AlbumRow]) -> list[Row]:
        shown = albums[:OVERVIEW_ROWS]
        per_row = min(ROW_TILES, OVERVIEW_TILES // len(shown))
        pages = [await self._sorting.page(chat_id, album, 0, per_row) for album in shown]
        return [Row(texts.row_title(line(page.album)), await self._thumbnails.tiles(page.photos)) for page in pages]

    async def _post_albums(self, event: EventRow, albums: Sequence[AlbumRow]) -> bool:
        """Post albums one after the other; True where someone pressed stop meanwhile."""
        for album in albums:
            if await self._stopped(event):
                return True
            page = await self._sorting.page(event.chat_id, album, 0)
            if not page.photos:
                continue  # forgotten meanwhile
            try:
                await self._post(event, f"album:{album.number}", page, end=False)
            except Stale:
                return True  # stopped while it waited for its turn
            except (AlreadySent, Lost):
                continue  # sent before a restart, or counted as cut: either way not again
        return await self._stopped(event)

    async def _post(self, event: EventRow, step: str, page: AlbumPage, *, end: bool) -> None:
        place = Place(event.chat_id, event.thread_id, None)
        await self._shower.action(place, ChatAction.UPLOAD_PHOTO)
        pictures = await self._shower.pictures(page.photos)
        caption = texts.album_caption(line(page.album), page.first, page.last)
        if hidden := len(page.photos) - len(pictures):
            caption += "\n" + texts.album_unlinked(hidden)
        showing = [photo.id for photo in page.photos]
        ticket, shown = StepTicket.of(self._photos, event, step, end=end, showing=showing), tuple(pictures.values())
        dropped = self._photos.stopping[event.id]
        await self._shower.show(ticket, place, shown, caption, Priority.ALBUM, dropped=dropped, silent=not end)
        await self._sorting.posted(page)

    async def _stopped(self, event: EventRow) -> bool:
        now = await self._photos.event(event.id)
        return now is None or bool(json.loads(now.request).get("stopped"))

    async def album(self, event: EventRow) -> None:
        """Answer `/album 3`, or the button of an album or of its next page."""
        asked = json.loads(event.request)
        async with self._turns[event.chat_id]:
            clustering = await self._sorting.last(event.chat_id)
            if clustering is None or clustering.id != asked["clustering"]:
                return
            album = next((a for a in await self._sorting.albums(clustering) if a.number == asked["number"]), None)
            # Two presses of a button, or /album in between: what it stands for is in the chat already.
            if album is not None and (asked["keyboard"] is None or asked["offset"] == album.posted):
                page = await self._sorting.page(event.chat_id, album, asked["offset"])
                if page.photos:
                    await self._post(event, "answer", page, end=True)
            if asked["keyboard"] is not None:
                await self._refresh(event.chat_id, asked["keyboard"], clustering)

    async def _refresh(self, chat_id: int, message_id: int, clustering: ClusteringRow) -> None:
        keyboard = keyboards.albums(clustering.id, await self._sorting.albums(clustering))
        edit = self._bot.edit_message_reply_markup
        await self._sender.attempt(chat_id, partial(edit, chat_id, message_id, reply_markup=keyboard))

    async def _edit(
        self,
        event: EventRow,
        message_id: int | None,
        text: str,
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        caption_of_photo: bool = False,
    ) -> None:
        """Change the first message; after a restart it may be a photo already where a text was expected."""
        if message_id is None:
            return
        as_text = partial(self._bot.edit_message_text, text)
        as_caption = partial(self._bot.edit_message_caption, caption=text)
        calls: tuple[Edit, Edit] = (as_caption, as_text) if caption_of_photo else (as_text, as_caption)
        for call in calls:
            edit = partial(call, chat_id=event.chat_id, message_id=message_id, reply_markup=keyboard)
            if await self._sender.attempt(event.chat_id, edit):
                return


def _sentence(error: AlbumError) -> str:
    match error:
        case TooFewPhotos():
            return texts.cluster_too_few(error.count, error.needed)
        case TooManyAlbums():
            return texts.cluster_too_many(error.k, error.count)
        case AllTheSame():
            return texts.cluster_all_same(error.count)
    raise error
