"""The 90-px pictures for overviews, fetched when needed and kept in memory only: pixels are never stored."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

from telegram import Bot
from telegram.error import RetryAfter, TelegramError

from bot.photos import PhotoRow
from bot.pictures import Tile

KEPT = 600
"""Files in memory: about 3 kB each."""
AT_ONCE = 6
LONGEST_PAUSE = 60.0
"""Seconds."""


class Thumbnails:
    """A small cache of files by `file_id`, least recently used out first."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._downloads = asyncio.Semaphore(AT_ONCE)

    async def tiles(self, photos: Sequence[PhotoRow]) -> tuple[Tile, ...]:
        """One tile a photo; without data where Telegram does not hand the picture over."""
        data = await asyncio.gather(*(self._fetch(photo.thumb_file_id) for photo in photos))
        return tuple(Tile(one, photo.spoiler) for one, photo in zip(data, photos, strict=True))

    def forget(self) -> None:
        """Let go of every picture: one of them was forgotten, and the others are soon fetched again."""
        self._kept = OrderedDict()  # another one: what is being fetched goes into the old

    async def _fetch(self, file_id: str | None) -> bytes | None:
        if file_id is None:
            return None
        kept = self._kept
        if file_id in kept:
            kept.move_to_end(file_id)
            return kept[file_id]
        try:
            async with self._downloads:
                data = await self._download(file_id)
        except TelegramError:
            return None
        kept[file_id] = data
        while len(kept) > KEPT:
            kept.popitem(last=False)
        return data

    async def _download(self, file_id: str) -> bytes:
        """Once more after a pause that Telegram asks for: a map is hundreds of files."""
        try:
            file = await self._bot.get_file(file_id)
        except RetryAfter as error:
            # The public property is an int or a timedelta by an environment variable (PTB 22.2), and warns.
            await asyncio.sleep(min(error._retry_after.total_seconds(), LONGEST_PAUSE))
            file = await self._bot.get_file(file_id)
        return bytes(await file.download_as_bytearray())
