"""The commands. Each imports what it needs inside, so that `lookback --help` answers at once.

Whatever stops a command is said in one sentence: exit code 2 for a wrong setting or argument, 1 for the rest.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot import __version__

if TYPE_CHECKING:
    from bot.config import Settings


class Refused(click.ClickException):
    """One sentence for the person at the terminal."""


class Misused(Refused):
    """A setting or an argument has to be changed, so trying again is of no use."""

    exit_code = 2


@click.group()
@click.version_option(__version__, prog_name="lookback")
def cli() -> None:
    """Lookback remembers the photos of a Telegram group, answers a photo with the most similar earlier ones,
    and makes albums of them.

    Settings are environment variables or lines of a file named .env; LOOKBACK_TOKEN is the one you need.
    """


@cli.command()
def run() -> None:
    """Start the bot and keep it running."""
    settings = load_settings()
    _set_up_logs(settings)
    with refusals(settings):
        settings.require_token()
        settings.require_folder()
        _require_model(settings)
        from bot.app import run as run_bot

        sys.exit(run_bot(settings))


@cli.command()
def models() -> None:
    """Show which models are usable here, without a download."""
    from bot import checkpoints
    from bot.texts.layout import megabytes

    settings = load_settings()
    found = checkpoints.here(settings.model)
    width = max(len(checkpoint.name) for checkpoint in found) if found else 0
    for checkpoint in found:
        click.echo(f"{checkpoint.name:<{width}}  {megabytes(checkpoint.size):>9}  {checkpoint.where}")
    click.echo(f"\n{_availability(settings.model)}")


@cli.command()
def doctor() -> None:
    """Check token, privacy mode, model, database, disk."""
    from bot.doctor import examine

    settings = load_settings()
    _set_up_logs(settings, "ERROR")
    wrong = 0
    for finding in examine(settings):
        wrong += not finding.ok
        click.echo(f"{'ok' if finding.ok else '!!'}  {finding.topic}: {finding.text}")
    if wrong:
        raise Refused(f"{wrong} {'thing needs' if wrong == 1 else 'things need'} attention, marked !! above.")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path) -> None:
    """Copy the database to FILE, even while the bot runs."""
    settings = load_settings()
    if file.exists():
        raise Misused(f"{file} exists already and is left as it is: name a new file.")
    if not settings.database.is_file():
        raise Misused(f"There is no database at {settings.database}: set LOOKBACK_DATABASE to yours.")
    with refusals(settings):
        _copy(settings.database, file)
    click.echo(f"{file} is a whole copy of {settings.database}.")


@cli.command()
@click.option(
    "--photos",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Fill the group with the photos of this folder instead of the sample ones.",
)
@click.option("--empty", is_flag=True, help="Start with a group in which nothing was sent yet.")
@click.option(
    "--db",
    "database",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the chats and the bot's database in this file (and a folder beside it), and go on there next time.",
)
@click.option("--model", default="pocket", show_default=True, help="The CLIP model, named as in LOOKBACK_MODEL.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the page; 0 takes any that is free. [8377]")
@click.option("--no-browser", is_flag=True, help="Print the page's address and open no browser.")
@click.option("--no-limits", is_flag=True, help="Without Telegram's limit of 20 messages a minute in a group.")
def sandbox(
    photos: Path | None, empty: bool, database: Path | None, model: str, port: int | None, no_browser: bool,
    no_limits: bool,
) -> None:  # fmt: skip
    """Try the bot in a group chat in your browser, with real photos and no token."""
    if empty and photos:
        raise Misused("--empty and --photos exclude each other: choose one.")
    settings = _sandbox_settings(model)
    with refusals(settings):
        _require_model(settings)
        click.echo("Starting …", err=True)
        from bot.sandbox.stage import Wishes, play

        wishes = Wishes(photos, empty, database, model, port, limits=not no_limits)
        play(wishes, browser=not no_browser)


@cli.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> None:
    """Measure how good Lookback is, and print the README's tables."""
    from bot.bench.cli import bench as measurements

    measurements.main(list(arguments), prog_name="lookback bench", standalone_mode=False)


def _sandbox_settings(model: str) -> Settings:
    """The sandbox reads nothing from the environment: no token and no database of a real bot gets into it."""
    from pydantic import ValidationError

    from bot.config import Settings, SettingsError

    try:
        settings = Settings(model=model)
    except (ValidationError, SettingsError):
        raise Misused("--model must name a model, like pocket, ViT-B-32:openai or local-dir:/folder.") from None
    _set_up_logs(settings, "WARNING")
    return settings


def load_settings() -> Settings:
    """The settings, or the end of the command."""
    from bot.config import Settings, SettingsError

    try:
        return Settings.load()
    except SettingsError as error:
        raise Misused(str(error)) from None


@contextmanager
def refusals(settings: Settings) -> Iterator[None]:
    """Turn what can stop a start into one sentence; anything else is a bug and passes."""
    try:
        yield
    except click.ClickException:
        raise
    except Exception as error:
        refused = _refusal(error, settings)
        if refused is None:
            raise
        logging.getLogger(__name__).debug("stopped", exc_info=error)
        raise refused from None


def _refusal(error: Exception, settings: Settings) -> Refused | None:
    from bot.config import SettingsError

    if isinstance(error, SettingsError):
        return Misused(str(error))

    from telegram.error import InvalidToken, NetworkError

    from bot.doctor import unknown_token, unreachable
    from bot.vision.model import ModelUnavailable
    from storage.store import StoreError

    if isinstance(error, StoreError | ModelUnavailable):
        return Refused(str(error))
    if type(error).__module__.startswith("bot.sandbox."):
        return Misused(str(error))
    if isinstance(error, InvalidToken):
        return Misused(unknown_token(settings))
    if isinstance(error, NetworkError):
        return Refused(unreachable(settings, error))
    if isinstance(error, OSError) and settings.webhook_url:
        where = f"{settings.webhook_listen}:{settings.webhook_port}"
        return Refused(
            f"The webhook cannot listen on {where} ({error.strerror}): set LOOKBACK_WEBHOOK_LISTEN "
            "or LOOKBACK_WEBHOOK_PORT."
        )
    return None


def _copy(database: Path, file: Path) -> None:
    """The online copy, under another name until it has been checked, so that a cut one never looks whole."""
    from storage.store import Store

    part = file.with_name(f"{file.name}.part")
    try:
        _fill(database, part)
        copy = Store(part)
        try:
            problems = copy.check()
        finally:
            copy.close()
        if problems:
            raise Refused(f"The copy is damaged ({problems[0]}), so none was kept; run `lookback doctor`.")
        part.chmod(0o600)  # who wrote what in which group
        part.rename(file)
    except OSError as error:
        raise Refused(f"{file} cannot be written ({error.strerror}): choose another place.") from None
    finally:
        for left in (part, *(part.with_name(f"{part.name}{end}") for end in ("-wal", "-shm", "-journal"))):
            left.unlink(missing_ok=True)


def _fill(database: Path, target: Path) -> None:
    from tqdm import tqdm

    from storage.store import Store

    target.unlink(missing_ok=True)  # left by a backup that was cut
    store = Store(database)
    try:
        with tqdm(desc="copying", unit=" pages") as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            store.backup(target, show)
    finally:
        store.close()


def _require_model(settings: Settings) -> None:
    """A name that nothing can come of ends the start; a hub that is away does not."""
    from bot import checkpoints
    from bot.config import SettingsError

    if problem := checkpoints.problem(settings.model):
        raise SettingsError(problem)


def _availability(model: str) -> str:
    from bot import checkpoints

    if problem := checkpoints.problem(model):
        return problem
    if any(checkpoints.same(checkpoint.name, model) for checkpoint in checkpoints.here(model)):
        return f"LOOKBACK_MODEL is {model}, which is here."
    if origin := checkpoints.origin(model):
        return f"LOOKBACK_MODEL is {model}, which is not here: the first start downloads it from {origin}."
    return f"LOOKBACK_MODEL is {model}, which needs no weights."


def _set_up_logs(settings: Settings, level: str | None = None) -> None:
    from bot import logs

    logs.set_up(level or settings.log_level, settings.secrets())
