"""The commands of `lookback bench`."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.vision.model import ImageModel


@click.group()
def bench() -> None:
    """Measure how good Lookback is, and print the README's tables."""


@bench.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", default="pocket", show_default=True, help="The CLIP model, named as in LOOKBACK_MODEL.")
@click.option("--photos", type=click.IntRange(1), help="Edit this many photos at most. [all]")
@click.option(
    "--part", type=click.Choice(["held-out", "tuning", "all"]), default="held-out", show_default=True,
    help="Which part of the photos; the numbers in bot/tiers.py were chosen on the tuning part.",
)  # fmt: skip
@click.option("--rivals", is_flag=True, help="Measure imagededup at its defaults as well (extra: bench).")
@click.option(
    "--json", "output", type=click.Path(dir_okay=False, path_type=Path), help="Write every case to this file."
)
def tiers(folder: Path, model: str, photos: int | None, part: str, rivals: bool, output: Path | None) -> None:
    """Recall and precision of "same" and "edited" on edits of the photos in FOLDER (deploy/bench-photos fetches some).

    Photos of 1280 pixels or more are edited as Telegram and people do it; all are what they may be mistaken for.
    """
    from bot.bench import report
    from bot.bench.tiers import NoPhotos, measure, photos_in
    from bot.vision.model import ModelUnavailable

    command = shlex.join(["lookback", *sys.argv[1:]])
    try:
        loaded = _loaded(model)
        large, others = photos_in(folder, part, photos)
        cases = measure(folder, loaded, part=part, most=photos, progress=_bar)
    except (NoPhotos, ModelUnavailable, ValueError) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{command}\n{report.machine()}\n")
    click.echo(f"Photos edited: {len(large)}, each among {len(large) + len(others) - 1} others. Model: {loaded.id}\n")
    click.echo(report.tables(cases))
    if rivals:
        from bot.bench.rivals import compare

        click.echo(f"\n{compare(large, others, loaded.input_size, _bar)}")
    if output:
        output.write_text(json.dumps(report.as_json(cases, command), indent=1))


def _loaded(name: str) -> ImageModel:
    from bot.vision.clip import Clip

    model = Clip(name)
    model.load()
    return model


def _bar(items: Iterable[Path]) -> Iterable[Path]:
    from tqdm import tqdm

    yield from tqdm(items, unit=" photos", file=sys.stderr)
