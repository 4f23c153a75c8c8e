"""What was sent in the group before the visitor came: the sample story, or a folder of the visitor's own photos."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image
from tqdm import tqdm

from bot.sandbox import sample
from bot.sandbox.cast import Cast
from bot.sandbox.refusals import Refusal
from bot.sandbox.telegram import Telegram

logger = logging.getLogger(__name__)

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".gif", ".bmp", ".tif", ".tiff")
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
        SeedError: there is no photo in it.
    """
    photos = await asyncio.to_thread(lambda: sorted(_dated(path), key=lambda one: (one.at, one.path)))
    skipped: list[Path] = []
    for number, photo in enumerate(tqdm(photos, desc="Sending the photos", unit="photo")):
        try:
            sizes = await asyncio.to_thread(telegram.files.add_photo, photo.path)
        except (Refusal, OSError):
            skipped.append(photo.path)
            continue
        person = cast.people[number % len(cast.people)]
        telegram.send_photo(cast.group, person, sizes, date=photo.at)
    if len(skipped) == len(photos):
        raise SeedError(f"There is no photo in {path} that can be read.")
    if skipped:
        logger.warning(
            "%d files could not be read as photos and were left out, the first is %s", len(skipped), skipped[0]
        )


def _dated(path: Path) -> Iterator[Dated]:
    for file in path.rglob("*"):
        if file.suffix.lower() in SUFFIXES and file.is_file() and not file.name.startswith("."):
            yield Dated(_taken(file) or file.stat().st_mtime, file)


def _taken(file: Path) -> float | None:
    """When the camera took it, in the local time of this machine (Exif 2.3, DateTimeOriginal), if it says so."""
    try:
        with Image.open(file) as image:
            exif = image.getexif()
        text = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
        return datetime.strptime(str(text), TAKEN).astimezone().timestamp() if text else None
    except Exception:  # Pillow raises many kinds for broken files; sending it will tell
        return None
