"""How `/map` and `/stats` are answered: one message with a picture, made anew after a restart unless it was sent."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from telegram.constants import ChatAction

from bot.overviews import ChatFigures, ChatMap, ChatStats, Overviews, Period, TooFewForMap
from bot.photos import EventRow, PhotoRow, Photos
from bot.pictures import Bar, Bars, Spot, Tile, map_of, stats_of
from bot.sending import Priority
from bot.showing import Picture, Place, Shower
from bot.sorting import AlbumRow
from bot.texts import pictures as texts
from bot.texts.layout import number
from bot.thumbnails import Thumbnails
from bot.tickets import StepTicket
from bot.timing import timed
from bot.titles import name


class Picturing:
    """The jobs of the kinds `map` and `stats`. One of each at a time in each chat."""

    def __init__(self, photos: Photos, overviews: Overviews, shower: Shower, thumbnails: Thumbnails) -> None:
        self._photos, self._overviews, self._shower, self._thumbnails = photos, overviews, shower, thumbnails
        self._turns: defaultdict[tuple[int, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def map(self, event: EventRow) -> None:
        """Answer `/map`."""
        place = Place.of(event)
        async with self._turns[event.chat_id, event.kind], self._shower.busy(place, ChatAction.UPLOAD_PHOTO):
            try:
                found = await self._overviews.map(event.chat_id)
            except TooFewForMap as error:
                await self._say(event, texts.map_too_few(error.count, error.needed))
            else:
                picture = await self._map(event, found)
                caption = texts.map_caption(len(found.photos), found.total, is_sorted=found.is_sorted)
                await self._show(event, picture, caption, found.photos, texts.pictures_refused())

    async def stats(self, event: EventRow) -> None:
        """Answer `/stats`."""
        place = Place.of(event)
        async with self._turns[event.chat_id, event.kind], self._shower.busy(place, ChatAction.UPLOAD_PHOTO):
            found = await self._overviews.figures(event.chat_id)
            if found is None:
                await self._say(event, texts.stats_none())
                return
            picture = await self._chart(event, found)
            stats = found.stats
            caption = texts.stats_caption(stats.photos, stats.senders, stats.resent, stats.first_at)
            # Where no picture may be sent the line itself is an answer.
            await self._show(event, picture, caption, found.covers, caption)

    async def _map(self, event: EventRow, found: ChatMap) -> bytes:
        tiles = await self._thumbnails.tiles(found.photos)
        spots = [Spot(tile, album) for tile, album in zip(tiles, found.album_of, strict=True)]
        names = [texts.map_label(album.number, name(album)) for album in found.albums]
        with timed("picture", event.chat_id, [event.message_id]):
            return await self._photos.workers.decode(map_of, spots, found.points, names)

    async def _chart(self, event: EventRow, found: ChatFigures) -> bytes:
        stats, tiles = found.stats, await self._thumbnails.tiles(found.covers)
        facts = texts.figures(stats.photos, stats.senders, stats.resent, stats.first_at)
        over_time = Bars(texts.by_period(found.step), _periods(found.periods, found.step))
        with timed("picture", event.chat_id, [event.message_id]):
            others = [bars for bars in (_people(stats), _albums(found.albums, tiles)) if bars.bars]
            return await self._photos.workers.decode(stats_of, facts, over_time, others)

    async def _say(self, event: EventRow, text: str) -> None:
        await self._shower.say(StepTicket.of(self._photos, event, "answer", end=True), Place.of(event), text)

    async def _show(
        self, event: EventRow, picture: bytes, caption: str, showing: Sequence[PhotoRow], unpictured: str
    ) -> None:
        ticket = StepTicket.of(self._photos, event, "answer", end=True, showing=[photo.id for photo in showing])
        shown = (Picture(picture, spoiler=False),)
        await self._shower.show(ticket, Place.of(event), shown, caption, Priority.COMMAND, unpictured=unpictured)


def _periods(periods: Sequence[Period], step: int) -> tuple[Bar, ...]:
    """The year stands below the first bar of each."""
    years = [None, *(period.year for period in periods)]
    return tuple(
        Bar(
            texts.period(period.year, period.month, step), period.count, number(period.count),
            str(period.year) if step < 12 and period.year != before else "",
        )
        for before, period in zip(years, periods, strict=False)
    )  # fmt: skip


def _people(stats: ChatStats) -> Bars:
    bars = tuple(Bar(texts.person(one.name), one.photos, number(one.photos)) for one in stats.people)
    return Bars(texts.by_person(), bars, texts.others(stats.senders - len(bars)))


def _albums(albums: Sequence[AlbumRow], tiles: Sequence[Tile]) -> Bars:
    bars = [
        Bar(texts.map_label(album.number, name(album)), album.size, number(album.size), tile=tile)
        for album, tile in zip(albums, tiles, strict=True)
    ]
    return Bars(texts.biggest_albums(), tuple(bars))
