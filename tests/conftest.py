"""The real application against the fake Telegram: what most tests stand on."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from bot.app import build, running
from bot.config import Settings
from bot.lookback import Lookback
from bot.routes import App
from bot.sandbox.door_inprocess import InProcess
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from bot.vision.model import ImageModel
from tests.fakes import MeanColour
from tests.memory import Memory


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", metavar="DIR", help="keep the screenshots of the page there (README's pictures)")


@pytest.fixture
def telegram() -> Iterator[Telegram]:
    """A Telegram on which the bot may make no wrong call."""
    made = Telegram()
    yield made
    assert made.violations == []


@pytest.fixture
def ann(telegram: Telegram) -> User:
    return telegram.add_user("Ann")


@pytest.fixture
def ben(telegram: Telegram) -> User:
    return telegram.add_user("Ben")


@pytest.fixture
def group(telegram: Telegram, ann: User, ben: User) -> Chat:
    return telegram.new_chat("supergroup", "Hikers", members=[ann, ben], admins=[ann])


@pytest.fixture
def memory(telegram: Telegram, tmp_path: Path) -> Memory:
    """The database of the application that `start` starts."""
    return Memory(tmp_path / "lookback.db", telegram)


class Start(Protocol):
    """Starts the application; a second start on the same database is a restart."""

    def __call__(self, *, clip: ImageModel | None = None, **settings: Any) -> AbstractAsyncContextManager[App]: ...


@pytest.fixture
def start(telegram: Telegram, tmp_path: Path) -> Start:
    @asynccontextmanager
    async def begin(*, clip: ImageModel | None = None, **settings: Any) -> AsyncIterator[App]:
        given: dict[str, Any] = {"token": telegram.token, "database": tmp_path / "lookback.db", "album_wait": 0.15}
        made = build(Settings(**given | settings), request=InProcess(telegram), clip=clip or MeanColour())
        async with running(made) as app:
            yield app

    return begin


def lookback(app: App) -> Lookback:
    """The parts of a running application."""
    found: Lookback = app.bot_data["lookback"]
    return found
