"""The checks behind `lookback doctor`: each gives one line, `ok` or what to do. Nothing is changed.

One exception: opening a database of an older Lookback brings its tables up to date, as a start would.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot import checkpoints
from bot.config import Settings, SettingsError, unknown_names
from bot.logs import redact
from bot.texts.layout import megabytes

if TYPE_CHECKING:
    from telegram import Bot, User
    from telegram.request import BaseRequest

# Below this the next days of WAL and vectors may not fit; a row with its vector takes a few kB.
LOW_DISK = 200_000_000
# Seconds for each of connect, read, write: a person is waiting, and the bot itself will be more patient.
TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor. `text` is the remedy where `ok` is false."""

    topic: str
    ok: bool
    text: str


def examine(settings: Settings, load: Callable[[Settings], None] | None = None) -> Iterator[Finding]:
    """All checks, quick ones first. `load` loads the configured model or raises."""
    yield from settings_findings()
    yield disk(settings)
    yield database(settings)
    yield from asyncio.run(telegram(settings))
    yield model(settings, load or load_model)


def settings_findings() -> Iterator[Finding]:
    """Names in the environment that look like ours and are not."""
    for name in unknown_names():
        yield Finding("settings", False, f"{name} is set but is no setting of Lookback; correct or remove it")


def disk(settings: Settings) -> Finding:
    """Free space next to the database, the nearest existing folder standing in for one yet to be made."""
    folder = settings.database.absolute().parent
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < LOW_DISK:
        return Finding("disk", False, f"only {megabytes(free)} free in {folder}; make room")
    return Finding("disk", True, f"{megabytes(free)} free in {folder}")


def database(settings: Settings) -> Finding:
    """Can be written to, opens, is of a version that this program knows, and is whole."""
    from storage.store import Store, StoreError

    path = settings.database
    try:
        settings.require_folder()
        if not path.exists():
            return Finding("database", True, f"{path} will be made at the first start")
        store = Store(path)
        try:
            problems = store.check()
        finally:
            store.close()
    except (SettingsError, StoreError) as error:
        return Finding("database", False, str(error))
    if problems:
        return Finding(
            "database",
            False,
            f"{path} is damaged ({problems[0]}); stop the bot and put a backup in its place",
        )
    return Finding("database", True, f"{path} is whole, {megabytes(path.stat().st_size)}")


def model(settings: Settings, load: Callable[[Settings], None]) -> Finding:
    """The name means something and the model loads, which may download it."""
    from bot.vision.model import ModelUnavailable

    if problem := checkpoints.problem(settings.model):
        return Finding("model", False, problem)
    try:
        load(settings)
    except ModelUnavailable as error:
        return Finding("model", False, str(error))
    return Finding("model", True, f"{settings.model} loads")


def load_model(settings: Settings) -> None:
    """Load the image tower of the configured model.

    Raises:
        ModelUnavailable: it cannot be loaded.
    """
    from bot.vision.clip import Clip

    Clip(settings.model, device=settings.device).load()


async def telegram(settings: Settings, request: BaseRequest | None = None) -> list[Finding]:
    """Token, privacy mode, commands and webhook, as far as the server tells."""
    from telegram import Bot
    from telegram.error import InvalidToken, TelegramError
    from telegram.request import HTTPXRequest

    try:
        token = settings.require_token()
    except SettingsError as error:
        return [Finding("token", False, str(error))]
    request = request or HTTPXRequest(connect_timeout=TIMEOUT, read_timeout=TIMEOUT, write_timeout=TIMEOUT)
    bot = Bot(token, base_url=f"{settings.api_url}/bot", request=request, get_updates_request=request)
    try:
        async with bot:
            me = await bot.get_me()
            findings = [Finding("token", True, f"this is @{me.username}"), _privacy(me), _inline(me)]
            return [*findings, await _commands(bot), *([await _webhook(bot)] if settings.webhook_url else [])]
    except InvalidToken:
        return [Finding("token", False, unknown_token(settings))]
    except TelegramError as error:
        return [Finding("token", False, unreachable(settings, error))]


def unknown_token(settings: Settings) -> str:
    """What to do when getMe refuses the token."""
    who = "Telegram" if settings.api_url.endswith("//api.telegram.org") else settings.api_url
    return f"{who} does not know this token; copy it again from @BotFather (/mybots, API Token) into LOOKBACK_TOKEN."


def unreachable(settings: Settings, error: Exception) -> str:
    """What to do when the Bot API server does not answer."""
    reason = redact(" ".join(str(error).split()).rstrip("."), settings.secrets())
    return (
        f"{settings.api_url} could not be asked ({reason}); look at the network of this machine, or set "
        "LOOKBACK_API_URL if your Bot API server is elsewhere."
    )


def _privacy(me: User) -> Finding:
    """core.telegram.org/bots/features#privacy-mode."""
    if me.can_read_all_group_messages is False:
        return Finding(
            "privacy mode",
            False,
            "is on, so photos are seen only in groups where the bot is an administrator; in @BotFather send "
            f"/setprivacy, choose @{me.username}, Disable, then remove and re-add the bot in each group",
        )
    return Finding("privacy mode", True, "off" if me.can_read_all_group_messages else "the server does not tell")


def _inline(me: User) -> Finding:
    """core.telegram.org/bots/inline: off until @BotFather is told. No fault: the bot works without it."""
    if me.supports_inline_queries is False:
        return Finding(
            "inline mode",
            True,
            f"is off; for people to find their chats' photos from anywhere by @{me.username} and words, send "
            f"/setinline to @BotFather, choose @{me.username}, and a placeholder such as: sunset at the beach; it "
            "shows photos of chats where the bot is an admin",
        )
    return Finding("inline mode", True, "on" if me.supports_inline_queries else "the server does not tell")


async def _commands(bot: Bot) -> Finding:
    """Registered for groups, private chats or everywhere."""
    from telegram import BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
    from telegram.error import TelegramError

    names: set[str] = set()
    try:
        for scope in (None, BotCommandScopeAllGroupChats(), BotCommandScopeAllPrivateChats()):
            names |= {command.command for command in await bot.get_my_commands(scope=scope)}
    except TelegramError:
        return Finding("commands", True, "the server does not tell")
    if not names:
        return Finding("commands", False, "none is registered; start the bot once with `lookback run`")
    return Finding("commands", True, " ".join(f"/{name}" for name in sorted(names)))


async def _webhook(bot: Bot) -> Finding:
    """Only asked where a webhook is set up: what Telegram says of its last try."""
    from telegram.error import TelegramError

    try:
        info = await bot.get_webhook_info()
    except TelegramError:
        return Finding("webhook", True, "the server does not tell")
    if info.last_error_message:
        return Finding("webhook", False, f"Telegram's last try failed: {info.last_error_message}")
    return Finding("webhook", True, f"{info.pending_update_count} updates are waiting")
