"""What was sent in the group before the visitor came: the sample story, or a folder of the visitor's own photos."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from PIL import ExifTags, Image
from tqdm import tqdm

from bot.sandbox import sample
from bot.sandbox.cast import Cast
from bot.sandbox.refusals import Refusal
from bot.sandbox.telegram import Telegram

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".gif", ".bmp", ".tif", ".tiff", ".avif")
SETTLED = 600.0
"""Seconds that a photo of the past is old at least: the bot answers what is newer than `Settings.fresh`."""
NAMED = 5
"""Files that are named when they were left out."""
TAKEN = "%Y:%m:%d %H:%M:%S"


class SeedError(Exception):
    """A folder that can't fill a group; str() is one sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A photo of the folder; `at` in Unix seconds."""

    at: float
    path: Path


async def story(telegram: Telegram, cast: Cast) -> None:
    """Send the story: what it says was sent so many days ago is dated so."""
    now = datetime.fromtimestamp(telegram.clock(), UTC).astimezone()
    people = {person.first_name: person for person in cast.people}
    last: int | None = None
    for line in sample.story():
        hour, minute = map(int, line.time.split(":"))
        sent = (now - timedelta(days=line.days_ago)).replace(hour=hour, minute=minute, second=0)
        more: dict[str, Any] = {"date": sent.timestamp(), "reply_to": last if line.is_reply else None}
        if line.file:
            sizes = await asyncio.to_thread(telegram.files.add_photo, sample.read(line.file))
            message = telegram.send_photo(
                cast.group, people[line.who], sizes, caption=line.text or None,
                album=f"story-{line.album}" if line.album else None, **more,
            )  # fmt: skip
        else:
            message = telegram.send_text(cast.group, people[line.who], line.text, **more)
        last = message["message_id"]


async def folder(telegram: Telegram, cast: Cast, path: Path) -> None:
    """Send the photos of a folder and its subfolders in the order of their dates, the members in turn.

    Raises:
        SeedError: it is no folder, or there is no photo in it.
    """
    photos, left_out = await asyncio.to_thread(found, path)
    latest, sent = telegram.clock() - SETTLED, 0
    for photo in tqdm(photos, desc="Sending the photos", unit="photo"):
        try:
            sizes = await asyncio.to_thread(telegram.files.add_photo, photo.path)
        except (Refusal, OSError):
            left_out.append(photo.path)
            continue
        person = cast.people[sent % len(cast.people)]
        telegram.send_photo(cast.group, person, sizes, date=min(max(photo.at, 1.0), latest))
        sent += 1
    if not sent:
        raise SeedError(f"There is no photo in {path} that can be read.")
    if left_out:
        click.echo(_told(left_out, path), err=True)


def found(path: Path) -> tuple[list[Dated], list[Path]]:
    """The photos of a folder, oldest first, and the files that are none; what is hidden counts as neither.

    Raises:
        SeedError: it is no folder, or there is no photo in it.
    """
    if not path.is_dir():
        raise SeedError(f"{path} is not a folder.")
    accept_heic()
    files = [file for file in path.rglob("*") if file.is_file() and not _is_hidden(file.relative_to(path))]
    dated = {file: _dated(file) for file in files}
    photos = sorted((one for one in dated.values() if one), key=lambda one: (one.at, one.path))
    if not photos:
        raise SeedError(f"There is no photo in {path} that can be read.")
    return photos, [file for file, one in dated.items() if one is None]


def accept_heic() -> None:
    """Let Pillow open the photos of iPhones, where the extra `heic` is installed."""
    with suppress(ImportError):
        from pillow_heif import register_heif_opener

        register_heif_opener()


def _is_hidden(file: Path) -> bool:
    return any(part.startswith(".") for part in file.parts)


def _told(left_out: list[Path], path: Path) -> str:
    names = [str(file.relative_to(path)) for file in sorted(left_out)]
    if len(names) == 1:
        return f"1 file is not a photo that can be read and was left out: {names[0]}."
    more = [f"and {len(names) - NAMED} more"] if len(names) > NAMED else []
    told = ", ".join([*names[:NAMED], *more])
    return f"{len(names)} files are not photos that can be read and were left out: {told}."


def _dated(file: Path) -> Dated | None:
    if file.suffix.lower() not in SUFFIXES:
        return None
    try:
        with Image.open(file) as image:
            return Dated(_taken(image) or file.stat().st_mtime, file)
    except Exception:  # Pillow raises many kinds for broken files
        return None


def _taken(image: Image.Image) -> float | None:
    """When the camera took it, in the local time of this machine (Exif 2.3, DateTimeOriginal), if it says so."""
    try:
        exif = image.getexif()
        text = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
        return datetime.strptime(str(text)[:19], TAKEN).astimezone().timestamp()
    except Exception:  # no date, one of zeros, or damaged: the photo itself may be whole
        return None
