"""The figures of the README: run `python -m tests.measure`. Prints its command and machine; no timing is a gate.

The real application runs against the fake Telegram in the same process, so the fake's own work (scaling each photo to
Telegram's sizes) is done before a clock starts. Every timing is also given as a ratio to the bare model in this run.
"""

import asyncio
import contextlib
import csv
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from bot.app import build, running
from bot.config import Settings
from bot.limits import Limits
from bot.lookback import Lookback
from bot.photos import ChatRow, NewEvent
from bot.routes import App
from bot.sandbox.door_inprocess import InProcess
from bot.sandbox.sample import PHOTOS
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from bot.vision.clip import Clip
from bot.vision.images import decode
from storage.photos import Embedded
from storage.rows import NewPhoto, Size
from storage.store import Store

MODELS = ("pocket", "ViT-B-32:random")


def photos() -> Iterator[bytes]:
    """The sample photos, again and again, each time a little cropped so that no file is known."""
    with (PHOTOS / "photos.csv").open(newline="") as file:
        names = [row["file"] for row in csv.DictReader(file)]
    while True:
        for name in names:
            yield (PHOTOS / name).read_bytes()


def memory() -> float:
    """Resident memory of this process now, MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


@contextlib.asynccontextmanager
async def bot(model: str, folder: Path) -> AsyncIterator[tuple[Telegram, Chat, User, App]]:
    telegram = Telegram()
    ann = telegram.add_user("Ann")
    chat = telegram.new_chat("private", members=[ann])
    settings = Settings(
        token=telegram.token, database=folder / "lookback.db", model=model, threshold=0.0, album_wait=0.5
    )
    unlimited = Limits(per_group=10**6, per_person=10**6, overall=10**6)  # Telegram's limits are not what is measured
    async with running(build(settings, request=InProcess(telegram), limits=unlimited)) as app:
        yield telegram, chat, ann, app


def parts(app: App) -> Lookback:
    found: Lookback = app.bot_data["lookback"]
    return found


def bare(model: str) -> tuple[float, float]:
    """Seconds an image of the bare model: alone, and in a batch of 16 (prepared before)."""
    clip, source = Clip(model), photos()
    clip.load()
    prepared = [clip.prepare(decode(next(source))) for _ in range(16)]
    clip.embed_images(prepared)
    alone = [_timed(lambda: clip.embed_images(prepared[:1])) for _ in range(10)]
    together = [_timed(lambda: clip.embed_images(prepared)) for _ in range(10)]
    return statistics.median(alone), statistics.median(together) / 16


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


async def storing(model: str, folder: Path) -> None:
    """One by one with their answers, then a burst of 200."""
    source = photos()
    async with bot(model, folder) as (telegram, chat, ann, app):
        at_rest = memory()
        telegram.send_photo(chat, ann, next(source))
        await telegram.wait_for(lambda: parts(app).indexer.embedded >= 1, 120)
        loaded = memory()
        waits = []
        for _ in range(40):
            sent = telegram.post(chat, ann, {"photo": telegram.files.add_photo(next(source))})
            answers = len(telegram.bot_messages(chat))
            begun = time.perf_counter()
            telegram.deliver(chat, sent)
            await telegram.wait_for(lambda answers=answers: len(telegram.bot_messages(chat)) > answers, 60)
            waits.append(time.perf_counter() - begun)
        done = parts(app).indexer.embedded
        burst = [telegram.post(chat, ann, {"photo": telegram.files.add_photo(next(source))}) for _ in range(200)]
        begun = time.perf_counter()
        for message in burst:
            telegram.deliver(chat, message | {"date": message["date"] - 600})
        await telegram.wait_for(lambda: parts(app).indexer.embedded >= done + 200, 600)
        seconds = time.perf_counter() - begun
    alone, together = bare(model)
    median, p95 = statistics.median(waits), sorted(waits)[int(0.95 * len(waits))]
    print(f"\n{model}")
    print(f"  bare model: {1000 * alone:.0f} ms an image alone, {1000 * together:.0f} ms in a batch of 16")
    print(f"  one by one: {1 / statistics.mean(waits):.1f} photos/s stored and answered")
    print(
        f"  update to answer: median {1000 * median:.0f} ms, p95 {1000 * p95:.0f} ms = {p95 / alone:.2f} x bare alone"
    )
    print(
        f"  burst of 200: {200 / seconds:.1f} photos/s stored = {together * 200 / seconds:.2f} x the bare model's rate"
    )
    print(f"  memory: {at_rest:.0f} MB before the model is loaded, {loaded:.0f} MB after the first photo")


async def two_thousand(folder: Path) -> None:
    """Memory after 2,000 photos with pocket."""
    source = photos()
    async with bot("pocket", folder) as (telegram, chat, ann, app):
        for done in range(0, 2000, 100):
            for _ in range(100):
                telegram.send_photo(chat, ann, next(source), date=time.time() - 600)
            await telegram.wait_for(lambda done=done: parts(app).indexer.embedded >= done + 100, 600)
        await asyncio.sleep(5)
        fake = telegram.files.held() / 1e6
        print(
            f"\nmemory 5 s after 2,000 photos (pocket): {memory():.0f} MB, of which {fake:.0f} MB are files of the fake"
        )


def fill(path: Path, count: int, model: str) -> ChatRow:
    """A database with vectors of 20 clusters in noise (384-d) in one chat."""
    random_ = np.random.default_rng(0)
    centres = random_.normal(size=(20, 384))
    rows = centres[random_.integers(20, size=count)] + 0.8 * random_.normal(size=(count, 384))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    store, chat = Store(path), ChatRow(1001, "private", "Ann")
    with store.db.atomic():
        for number in range(count):
            new = NewPhoto(
                chat, number + 10**6, None, 1, "Ann", 1000.0 + number, "", None, False, f"f{number}", f"u{number}", 1,
                4, 3, None, (Size("s", 4, 3, 1),), False, False,
            )  # fmt: skip
            store.inbox.accept(number, chat.id, "{}", 0.0)
            store.remember(new, number, model, 0.0, 0, 0)
    for start in range(0, count, 500):
        claimed = store.photos.claim(1.0, 500, [], [])
        done = [Embedded(one, "0" * 16, rows[start + at]) for at, one in enumerate(claimed)]
        store.photos.embedded(done, model)
    store.close()
    return chat


async def clustering(folder: Path, count: int) -> None:
    """From the command to the kept albums, with k chosen."""
    fill(folder / "lookback.db", count, Clip("pocket").id)
    async with bot("pocket", folder) as (_, chat, _, app):
        photos_, sorting = parts(app).photos, parts(app).sorting
        warm = NewEvent(ChatRow(chat.id, "private", "Ann"), "none", 1, None, 1, None, "{}", time.time())
        taken = []
        for update_id in (10**7, 10**7 + 1):
            await photos_.workers.store(_ask, photos_.store, warm, update_id)
            event_id = await photos_.workers.store(_last_event, photos_.store)
            event = await photos_.event(event_id)
            assert event is not None
            begun = time.perf_counter()
            made = await sorting.sort(event, None, lambda *_: None)
            taken.append(time.perf_counter() - begun)
        albums = await sorting.albums(made)
    print(f"  {count:,} photos: {taken[1]:.2f} s ({taken[0]:.2f} s the first time), k = {made.k}, {len(albums)} albums")


def _ask(store: Store, question: NewEvent, update_id: int) -> None:
    """In one go in the store's thread, so that the bot's own loops don't take the row up."""
    store.inbox.accept(update_id, question.chat.id, "{}", time.time())
    store.ask(question, None, update_id, "", time.time(), 60)


def _last_event(store: Store) -> int:
    return int(store.db.execute("SELECT max(id) FROM events").fetchone()[0])


def first_poll() -> float:
    """Seconds from the start of a process to its first getUpdates, with the model loading beside it."""
    begun = time.perf_counter()
    taken = subprocess.run(
        [sys.executable, "-m", "tests.measure", "first-poll"], capture_output=True, text=True, check=True
    )
    return float(taken.stdout.strip().splitlines()[-1]) - begun


async def child_first_poll() -> None:
    polled: list[float] = []
    telegram = Telegram()
    telegram.on_call = lambda call, _: polled.append(time.perf_counter()) if call.method == "getUpdates" else None
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(token=telegram.token, database=Path(folder) / "lookback.db", model="pocket")
        async with running(build(settings, request=InProcess(telegram))):
            await telegram.wait_for(lambda: polled)
    print(polled[0])


SECTIONS = {
    "first-poll": lambda _: child_first_poll(),
    **{model: partial(storing, model) for model in MODELS},
    "two-thousand": two_thousand,
    "cluster-1000": lambda folder: clustering(folder, 1000),
    "cluster-10000": lambda folder: clustering(folder, 10_000),
}
"""Each runs in a process of its own, so that memory is that of one part."""


def section(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(SECTIONS[name](Path(folder)))


def main() -> None:
    if len(sys.argv) > 1:
        section(sys.argv[1])
        return
    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "?: ?")
    print(f"command: python -m tests.measure   {time.strftime('%Y-%m-%d')}")
    print(
        f"machine: {os.cpu_count()} x {model.split(':')[1].strip()}, Python {platform.python_version()}, "
        f"{platform.platform()}, load {os.getloadavg()[0]:.1f} at the start"
    )
    print(f"start to first poll: {statistics.median(first_poll() for _ in range(3)):.2f} s (median of 3)", flush=True)
    for name in (*MODELS, "two-thousand"):
        subprocess.run([sys.executable, "-m", "tests.measure", name], check=True)
    print("\n/cluster, from the vectors in the database to the kept albums (384 dimensions, k chosen):", flush=True)
    for name in ("cluster-1000", "cluster-10000"):
        subprocess.run([sys.executable, "-m", "tests.measure", name], check=True)


if __name__ == "__main__":
    main()
