"""The event loop ticks while the model and KMeans work: the one absolute time that a test may check."""

import asyncio
import csv
import time

import numpy as np

from bot.albums import make_albums
from bot.sandbox.sample import PHOTOS
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from bot.vision.clip import Clip
from tests.conftest import Start, lookback

LONGEST_STALL = 0.1


class Ticker:
    """Sleeps 5 ms again and again, and keeps the longest delay beyond it, in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def run(self) -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.005)
            self.longest = max(self.longest, time.perf_counter() - begun - 0.005)

    async def __aenter__(self) -> "Ticker":
        self._task = asyncio.create_task(self.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()


def photos(count: int) -> list[bytes]:
    with (PHOTOS / "photos.csv").open(newline="") as file:
        names = [row["file"] for row in csv.DictReader(file)]
    return [(PHOTOS / names[number % len(names)]).read_bytes() for number in range(count)]


async def test_the_loop_never_stalls_while_64_photos_are_embedded_and_kmeans_runs(
    telegram: Telegram, group: Chat, ann: User, start: Start
) -> None:
    vectors = np.random.default_rng(0).normal(size=(4000, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    async with start(clip=Clip("pocket")) as app:
        parts = lookback(app)
        async with Ticker() as first:
            telegram.send_photo(group, ann, photos(1)[0])
            await telegram.wait_for(lambda: parts.indexer.embedded >= 1, 120)
            # scikit-learn's first import belongs to the warm-up as well
            await parts.photos.workers.albums(make_albums, vectors[:200], k=3)
        print(f"longest stall of the first imports and the first photo: {1000 * first.longest:.0f} ms")
        for data in photos(64):  # the fake's own scaling happens here, before the clock runs
            telegram.send_photo(group, ann, data)
        async with Ticker() as ticker:
            clustering = asyncio.create_task(parts.photos.workers.albums(make_albums, vectors, k=None))
            await telegram.wait_for(lambda: parts.indexer.embedded >= 65, 120)
            await clustering
        print(f"longest stall at work: {1000 * ticker.longest:.0f} ms")
        assert parts.indexer.embedded >= 65
        assert ticker.longest < LONGEST_STALL
