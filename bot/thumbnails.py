"""The 90-px pictures for overviews, fetched when needed and kept in memory only: pixels are never stored."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

from telegram import Bot
from telegram.error import TelegramError

from bot.photos import PhotoRow
from bot.pictures import Tile

KEPT = 600
"""Files in memory: about 3 kB each."""
AT_ONCE = 6


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
                file = await self._bot.get_file(file_id)
                data = bytes(await file.download_as_bytearray())
        except TelegramError:
            return None
        kept[file_id] = data
        while len(kept) > KEPT:
            kept.popitem(last=False)
        return data
