"""The sandbox as a whole: a Telegram and its page on one port, and the real bot that talks Bot API to it over HTTP."""

import asyncio
import logging
import secrets
import shutil
import signal
import socket
import tempfile
import time
import webbrowser
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import click
from filelock import FileLock, Timeout
from pydantic import SecretStr

from bot.app import build, running
from bot.config import Settings
from bot.limits import Limits
from bot.routes import App
from bot.sandbox import cast, keeping, seed
from bot.sandbox.door_http import serve
from bot.sandbox.page import Page
from bot.sandbox.sending import FloodRule
from bot.sandbox.telegram import Telegram

PORT = 8377
"""Where the page is when nothing else is there."""
LOOK = 0.5
"""Seconds between two looks at how far the bot is."""
UNLIMITED = 1_000_000
CALLS = 100
SEEDED = "seeded"
"""Counted among the state's numbers once the group has been filled."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command was asked for. `port` None: the usual one, or any that is free."""

    photos: Path | None = None
    empty: bool = False
    database: Path | None = None
    model: str = "pocket"
    port: int | None = None
    limits: bool = True


class StageError(Exception):
    """The sandbox can't start; str() is one sentence for the person at the terminal."""


class Sandbox:
    """A page that is being served at `url`, and the bot that `live` runs."""

    def __init__(self, wishes: Wishes, telegram: Telegram, page: Page, url: str, database: Path, *, kept: bool) -> None:
        self.telegram, self.url = telegram, url
        self._wishes, self._page, self._database, self._kept = wishes, page, database, kept

    async def live(self) -> None:
        """Seed the group and run the bot, until cancelled.

        Raises:
            SeedError, StoreError, ModelUnavailable: one sentence for the person at the terminal.
        """
        beside = [self._seed()]
        if self._wishes.database is not None:
            beside.append(keeping.keep(self.telegram, keeping.beside(self._wishes.database)))
        tasks = [asyncio.create_task(one) for one in beside]
        try:
            with _timings(self._page):
                async with running(self._bot()) as app:
                    if not self._kept:  # who tries the bot is every member, and sends a photo twice to see it found
                        for chat_id in list(self.telegram.chats):
                            await app.bot_data["lookback"].manners.change(chat_id, leeway=0)
                    await self._watch(app, tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _bot(self) -> App:
        settings = Settings(
            token=SecretStr(self.telegram.token), api_url=self.url, database=self._database, model=self._wishes.model
        )
        limits = Limits() if self._wishes.limits else Limits(per_group=UNLIMITED, overall=UNLIMITED)
        return build(settings, limits=limits)

    async def _seed(self) -> None:
        if self._kept:
            return
        people = cast.found(self.telegram)
        if self._wishes.photos is not None:
            await seed.folder(self.telegram, people, self._wishes.photos)
        elif self._wishes.empty:
            people.group.bot_status = "left"
            self.telegram.add_bot(people.group, people.people[0])  # it says hello, as in any new group
        else:
            await seed.story(self.telegram, people)
        self.telegram.number(SEEDED)

    async def _watch(self, app: App, tasks: list["asyncio.Task[None]"]) -> None:
        """Show on the page how far the bot is; end with the first of the tasks that fails."""
        parts = app.bot_data["lookback"]
        while True:
            for task in tasks:
                if task.done():
                    task.result()
            counts = [await parts.photos.counts(chat_id) for chat_id in list(self.telegram.chats)]
            self._page.tell(
                stage="ready" if parts.indexer.loaded else "loading",
                problem=parts.indexer.problem,
                model=self._wishes.model,
                remembered=sum(one.photos - one.pending - one.failed for one in counts),
                waiting=sum(one.pending for one in counts) + self._unread(),
                failed=sum(one.failed for one in counts),
                limits="20 a minute, as in Telegram" if self._wishes.limits else "as fast as it goes",
                database=str(self._wishes.database) if self._wishes.database else None,
            )  # fmt: skip
            await asyncio.sleep(LOOK)

    def _unread(self) -> int:
        return self.telegram.updates.unconfirmed()


@asynccontextmanager
async def opened(wishes: Wishes) -> AsyncIterator[Sandbox]:
    """Serve the page; the bot lives once `live` is called.

    Raises:
        SeedError, StateError, OSError: a folder, a kept state, or the port can't be used.
    """
    telegram = Telegram()
    telegram.token = f"{telegram.bot.id}:{secrets.token_urlsafe(24)}"  # no other site in this browser knows it
    telegram.flood = FloodRule() if wishes.limits else None
    telegram.calls = deque(maxlen=CALLS)  # what tests look at; here it would hold every upload for ever
    with _folder(wishes.database) as database, _locked(wishes.database):
        kept = wishes.database is not None and _kept(telegram, database)
        if not kept:
            await _prepare(telegram, wishes)
        page = Page(telegram)
        page.tell(stage="starting")
        async with serve(telegram, port=_port(wishes.port), routes=page.routes()) as url:
            yield Sandbox(wishes, telegram, page, url, database, kept=kept)


def _kept(telegram: Telegram, database: Path) -> bool:
    """Take back the state beside a database; False where there is none.

    Raises:
        StateError: it is unusable, or its group was filled only in part.
    """
    folder = keeping.beside(database)
    if not keeping.load(telegram, folder):
        return False
    if not telegram.numbers[SEEDED]:
        raise StageError(
            f"The group in {database} was not filled to its end: delete {database.name} and {folder.name}, or name "
            "another file with --db."
        )
    return True


async def _prepare(telegram: Telegram, wishes: Wishes) -> None:
    """A new world, once it is known that it can be filled."""
    seed.accept_heic()
    if wishes.photos is not None:
        await asyncio.to_thread(seed.found, wishes.photos)
    cast.enter(telegram)


def _port(wished: int | None) -> int:
    """The wished port, else the usual one, else 0: any that is free.

    Raises:
        StageError: the wished one is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT if wished is None else wished))
        except OSError as error:
            if wished is None:
                return 0
            raise StageError(f"Port {wished} can't be used ({error.strerror}): name another one with --port.") from None
    return PORT if wished is None else wished


@contextmanager
def _folder(database: Path | None) -> Iterator[Path]:
    """The database that was asked for, or one that is gone at the end."""
    if database is not None:
        yield database
        return
    folder = Path(tempfile.mkdtemp(prefix="lookback-sandbox-"))
    try:
        yield folder / "lookback.db"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(database: Path | None) -> Iterator[None]:
    """One sandbox at a time keeps its chats beside a database.

    Raises:
        StageError: another one does, or nothing can be written there.
    """
    if database is None:
        yield
        return
    lock = FileLock(database.with_name(f"{database.name}.lock"), blocking=False)
    try:
        held = lock.acquire()
    except Timeout:
        raise StageError(f"Another sandbox is using {database}: stop it, or name another file.") from None
    except OSError as error:
        raise StageError(f"The chats can't be kept in {database} ({error.strerror}): name another file.") from None
    with held:
        try:
            yield
        finally:
            with suppress(OSError):  # Windows: not while it is open
                Path(lock.lock_file).unlink()


def play(wishes: Wishes, *, browser: bool) -> None:
    """Run the sandbox until Ctrl-C or a signal ends it.

    Raises:
        StageError, SeedError, StateError, StoreError: one sentence for the person at the terminal.
    """
    with suppress(KeyboardInterrupt):
        asyncio.run(_play(wishes, browser=browser))
    click.echo("\nStopped.", err=True)


async def _play(wishes: Wishes, *, browser: bool) -> None:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with suppress(asyncio.CancelledError):
        async with opened(wishes) as sandbox:
            click.echo(f"The sandbox is at {sandbox.url} – Ctrl-C ends it.", err=True)
            if browser:
                await asyncio.to_thread(webbrowser.open, sandbox.url)
            await sandbox.live()


class _Timings(logging.Handler):
    """Hands the records of `bot.timing` to the page; they may come from any thread."""

    def __init__(self, page: Page, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(logging.DEBUG)
        self._page, self._loop = page, loop

    def emit(self, record: logging.LogRecord) -> None:
        """Publish one stage."""
        told = {name: getattr(record, name, None) for name in ("stage", "chat_id", "message_ids", "count")}
        seconds = getattr(record, "seconds", 0.0)
        publish = self._page.telegram.feed.publish
        self._loop.call_soon_threadsafe(lambda: publish("stage", ms=1000 * seconds, at=time.time(), **told))


@contextmanager
def _timings(page: Page) -> Iterator[None]:
    logger, handler = logging.getLogger("bot.timing"), _Timings(page, asyncio.get_running_loop())
    level, propagates = logger.level, logger.propagate
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagates
