"""From a pending photo to its embedding: download, decode, hash, embed in micro-batches, commit.

The database is the queue: only a bounded look-ahead is in memory, so a flood of photos waits on disk.
Everything blocking runs in a worker; the model loads in a thread of its own, again and again until it can.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from telegram import Bot
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.memory import give_back, settle
from bot.timing import tell, timed
from bot.vision.fingerprint import fingerprint
from bot.vision.images import BadImage, decode, perceptual_hash
from bot.vision.model import ImageModel, ModelUnavailable
from bot.waiting import changed_or_due
from bot.worker import Workers
from storage.photos import Embedded
from storage.rows import PendingPhoto, Size
from storage.store import Store

DOWNLOAD_LIMIT = 20_000_000
"""Bytes that getFile hands over at most (Bot API, getFile: 20 MB)."""
DOWNLOADS = 6
LOAD_RETRY = (5.0, 30.0, 120.0, 600.0)
"""Seconds between attempts to load the model; the last one repeats. One attempt can take a minute."""
DOWNLOAD_RETRY = (2.0, 10.0, 60.0, 300.0, 600.0)
SHORT_READS = 3
"""A file that arrives cut this often is decoded as it is: perhaps it was stored so."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A photo ready for the model: `pixels` of shape (3, s, s) float32."""

    photo: PendingPhoto
    pixels: NDArray[np.float32]
    perceptual_hash: str
    fingerprint: bytes


class ShortRead(Exception):
    """Fewer bytes arrived than Telegram said the file has."""


def candidates(photo: PendingPhoto, input_size: int) -> list[Size]:
    """What to download, best first: the smallest size that covers the model's square input, then larger last.

    A document (whose dimensions Telegram doesn't tell) comes before its thumbnail. Nothing above 20 MB.
    """
    possible = [size for size in photo.sizes if size.bytes <= DOWNLOAD_LIMIT]
    if photo.is_document:
        return possible
    covering = [size for size in possible if min(size.width, size.height) >= input_size]
    rest = [size for size in possible if size not in covering]
    return [*sorted(covering, key=_area), *sorted(rest, key=_area, reverse=True)]


def _area(size: Size) -> int:
    return size.width * size.height


class Indexer:
    """Two loops: one claims and prepares, one embeds what is prepared. `on_ready` is told after each commit."""

    def __init__(
        self, bot: Bot, workers: Workers, model: ImageModel, *, batch: int, max_pixels: int,
        on_ready: Callable[[], None],
    ) -> None:  # fmt: skip
        self._bot, self._workers, self._model = bot, workers, model
        self._batch, self._max_pixels, self._on_ready = batch, max_pixels, on_ready
        self._in_work: dict[int, str] = {}
        self._prepared: asyncio.Queue[Prepared] = asyncio.Queue()
        self._downloads = asyncio.Semaphore(DOWNLOADS)
        self._changed = asyncio.Event()
        self._loaded = asyncio.Event()
        self._failures: dict[int, int] = {}
        self.problem: str | None = None
        self.embedded = self._tidied = 0

    @property
    def loaded(self) -> bool:
        """Whether the model is there."""
        return self._loaded.is_set()

    def wake(self) -> None:
        """Say that there may be photos to embed."""
        self._changed.set()

    async def run(self, store: Store) -> None:
        """Work until cancelled. An error of the store ends it; started again, it takes up what is pending."""
        self._store = store
        self._in_work.clear()
        self._prepared = asyncio.Queue()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._load())
            tasks.create_task(self._feed(tasks))
            tasks.create_task(self._embed())

    async def _load(self) -> None:
        for attempt in range(1_000_000):
            try:
                await self._workers.load(self._model.load)
            except ModelUnavailable as error:
                if self.problem != str(error):
                    logger.warning("%s", error)
                self.problem = str(error)
                await asyncio.sleep(LOAD_RETRY[min(attempt, len(LOAD_RETRY) - 1)])
            else:
                break
        self.problem = None
        await self._workers.decode(_warm_up)
        logger.info("model %s is ready", self._model.id)
        self._loaded.set()

    async def _feed(self, tasks: asyncio.TaskGroup) -> None:
        await self._loaded.wait()
        while True:
            self._changed.clear()
            room = 2 * self._batch - len(self._in_work)
            claimed = await self._claim(room) if room > 0 else []
            for photo in claimed:
                self._in_work[photo.id] = photo.file_unique_id
                tasks.create_task(self._prepare(photo))
            if not claimed:
                await self._tidy()
                await self._wait()

    async def _tidy(self) -> None:
        """After a burst: 980 MB fell to 550 MB with `pocket` on 2 cores (tests/measure.py)."""
        if not self._in_work and self.embedded - self._tidied >= self._batch:
            self._tidied = self.embedded
            await self._workers.clip(give_back)

    async def _claim(self, room: int) -> list[PendingPhoto]:
        """The next photos; of several with the same file only the first, the others get its vector."""
        busy = list(self._in_work)
        files = set(self._in_work.values())
        claimed = []
        for photo in await self._workers.store(self._store.photos.claim, time.time(), room, busy, list(files)):
            if photo.file_unique_id not in files:
                files.add(photo.file_unique_id)
                claimed.append(photo)
        return claimed

    async def _wait(self) -> None:
        due_at = await self._workers.store(self._store.photos.next_retry, time.time())
        await changed_or_due(self._changed, due_at)

    async def _prepare(self, photo: PendingPhoto) -> None:
        try:
            async with self._downloads:
                prepared = await self._look(photo)
        except BadImage as error:
            await self._fail(photo, str(error))
        except (TelegramError, ShortRead, TimeoutError, OSError) as error:
            await self._postpone(photo, error)
        except Exception as error:  # one photo never stops the others
            logger.exception("photo %s can't be prepared", photo.id)
            await self._fail(photo, f"unexpected {type(error).__name__}")
        else:
            self._prepared.put_nowait(prepared)

    async def _look(self, photo: PendingPhoto) -> Prepared:
        """Try the candidates in turn: a wrong file id, or a file no one can read, leaves the next."""
        reason: Exception = BadImage("every size of it is above 20 MB")
        for size in candidates(photo, self._model.input_size):
            try:
                with timed("download", photo.chat_id, [photo.message_id]):
                    data = await self._download(photo, size)
                with timed("decode", photo.chat_id, [photo.message_id]):
                    pixels, digest, print_ = await self._workers.decode(self._pixels, data)
            except (BadRequest, BadImage) as error:
                reason = error
            else:
                return Prepared(photo, pixels, digest, print_)
        raise reason if isinstance(reason, BadImage) else BadImage(f"Telegram refuses the file: {reason}")

    async def _download(self, photo: PendingPhoto, size: Size) -> bytes:
        file = await self._bot.get_file(size.file_id)
        data = bytes(await file.download_as_bytearray())
        short = bool(file.file_size) and len(data) < (file.file_size or 0)
        if short and self._failures.get(photo.id, 0) < SHORT_READS:
            raise ShortRead(f"{len(data)} of {file.file_size} bytes arrived")
        return data

    def _pixels(self, data: bytes) -> tuple[NDArray[np.float32], str, bytes]:
        image = decode(data, max_pixels=self._max_pixels)
        return self._model.prepare(image), perceptual_hash(image), fingerprint(image)

    async def _embed(self) -> None:
        while True:
            batch = [await self._prepared.get()]
            while len(batch) < self._batch and not self._prepared.empty():
                batch.append(self._prepared.get_nowait())
            await self._embed_batch(batch)

    async def _embed_batch(self, batch: Sequence[Prepared]) -> None:
        begun = time.perf_counter()
        try:
            rows = await self._workers.clip(self._model.embed_images, [item.pixels for item in batch])
        except Exception as error:  # one photo never stops a batch
            logger.exception("a batch of %d can't be embedded", len(batch))
            if len(batch) == 1:
                await self._fail(batch[0].photo, f"the model failed on it ({type(error).__name__})")
                return
            for item in batch:
                await self._embed_batch([item])
            return
        _tell_embedded(batch, time.perf_counter() - begun)
        done = [
            Embedded(item.photo, item.perceptual_hash, row, item.fingerprint)
            for item, row in zip(batch, rows, strict=True)
        ]
        await self._workers.store(self._store.photos.embedded, done, self._model.id)
        self.embedded += len(done)
        logger.info("embedded %d, the first is photo %s", len(done), done[0].photo.id)
        self._settled(*(item.photo for item in batch))

    async def _fail(self, photo: PendingPhoto, reason: str) -> None:
        logger.info("photo %s has no embedding: %s", photo.id, reason)
        await self._workers.store(self._store.photos.failed, photo, reason)
        self._settled(photo)

    async def _postpone(self, photo: PendingPhoto, error: Exception) -> None:
        failures = self._failures[photo.id] = self._failures.get(photo.id, 0) + 1
        delay = DOWNLOAD_RETRY[min(failures, len(DOWNLOAD_RETRY)) - 1]
        if isinstance(error, RetryAfter):
            delay = max(delay, error._retry_after.total_seconds())
        logger.info("photo %s: download failed (%s), again in %.0f s", photo.id, error, delay)
        await self._workers.store(self._store.photos.postpone, photo.id, time.time() + delay, str(error))
        self._in_work.pop(photo.id, None)
        self._changed.set()
        self._on_ready()

    def _settled(self, *photos: PendingPhoto) -> None:
        for photo in photos:
            self._in_work.pop(photo.id, None)
            self._failures.pop(photo.id, None)
        self._changed.set()
        self._on_ready()


def _warm_up() -> None:
    """Scipy takes a second to import, at the first hash: before a photo is claimed, or a program that ends again and
    again within that second would count it among those that kill it."""
    plain = Image.new("RGB", (64, 64))
    perceptual_hash(plain)
    fingerprint(plain)
    settle()


def _tell_embedded(batch: Sequence[Prepared], seconds: float) -> None:
    """A batch may hold photos of several chats."""
    chats: defaultdict[int, list[int]] = defaultdict(list)
    for item in batch:
        chats[item.photo.chat_id].append(item.photo.message_id)
    for chat_id, message_ids in chats.items():
        tell("embed", seconds, chat_id, message_ids)
