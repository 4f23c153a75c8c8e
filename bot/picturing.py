"""How `/map` is answered: one message with a picture, made anew after a restart unless it was sent."""

import asyncio
from collections import defaultdict

from telegram.constants import ChatAction

from bot.overviews import ChatMap, Overviews, TooFewForMap
from bot.photos import EventRow, Photos
from bot.pictures import Spot, map_of
from bot.sending import Priority
from bot.showing import Picture, Place, Shower
from bot.texts import pictures as texts
from bot.thumbnails import Thumbnails
from bot.tickets import StepTicket
from bot.timing import timed
from bot.titles import name


class Picturing:
    """The job of the kind `map`. One at a time in each chat."""

    def __init__(self, photos: Photos, overviews: Overviews, shower: Shower, thumbnails: Thumbnails) -> None:
        self._photos, self._overviews, self._shower, self._thumbnails = photos, overviews, shower, thumbnails
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def map(self, event: EventRow) -> None:
        """Answer `/map`."""
        place = Place.of(event)
        async with self._turns[event.chat_id], self._shower.busy(place, ChatAction.UPLOAD_PHOTO):
            try:
                found = await self._overviews.map(event.chat_id)
            except TooFewForMap as error:
                ticket = StepTicket.of(self._photos, event, "answer", end=True)
                await self._shower.say(ticket, place, texts.map_too_few(error.count, error.needed))
            else:
                picture = await self._draw(event, found)
                caption = texts.map_caption(len(found.photos), found.total, is_sorted=found.is_sorted)
                await self._show(event, picture, caption, [photo.id for photo in found.photos])

    async def _draw(self, event: EventRow, found: ChatMap) -> bytes:
        tiles = await self._thumbnails.tiles(found.photos)
        spots = [Spot(tile, album) for tile, album in zip(tiles, found.album_of, strict=True)]
        names = [texts.map_label(album.number, name(album)) for album in found.albums]
        with timed("picture", event.chat_id, [event.message_id]):
            return await self._photos.workers.decode(map_of, spots, found.points, names)

    async def _show(self, event: EventRow, picture: bytes, caption: str, showing: list[int]) -> None:
        ticket = StepTicket.of(self._photos, event, "answer", end=True, showing=showing)
        pictures = (Picture(picture, spoiler=False),)
        await self._shower.show(
            ticket, Place.of(event), pictures, caption, Priority.COMMAND, unpictured=texts.pictures_refused()
        )
