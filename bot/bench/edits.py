"""What happens to a photo between two times it is sent: re-encoded, resized, cropped, framed, captioned, covered.

Pure Pillow; every choice (where a crop lies, which words) comes from the random generator that is passed in.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random

from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from bot.bench.lettering import bar, chat, meme, words
from bot.tiers import Tier

Picture = Image.Image
QUALITY = 90
"""JPEG quality of an edited photo: what phones and editors save with."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One way to change a photo, and the tier that the changed one should get."""

    name: str
    expected: Tier
    make: Callable[[Picture, Random], Picture]
    quality: int = QUALITY

    def __call__(self, photo: Picture, random: Random) -> bytes:
        """The edited photo as JPEG."""
        return jpeg(self.make(photo, random), self.quality)


@dataclass(frozen=True, slots=True)
class Rivalry:
    """Two pictures that look alike and are not the same: none of the tiers is right."""

    name: str
    make: Callable[[Picture, Random], tuple[Picture, Picture]]


def jpeg(picture: Picture, quality: int = QUALITY) -> bytes:
    """Encoded as JPEG."""
    encoded = io.BytesIO()
    picture.convert("RGB").save(encoded, "JPEG", quality=quality)
    return encoded.getvalue()


def _as_it_is(photo: Picture, _: Random) -> Picture:
    return photo


def _resized(photo: Picture, _: Random, side: int) -> Picture:
    scale = side / max(photo.size)
    return photo.resize((round(photo.width * scale), round(photo.height * scale)), Image.Resampling.LANCZOS)


def _cropped(photo: Picture, random: Random, part: float) -> Picture:
    """Width and height each lose this part; what is left may lie anywhere."""
    width, height = round(photo.width * (1 - part)), round(photo.height * (1 - part))
    left, top = random.randint(0, photo.width - width), random.randint(0, photo.height - height)
    return photo.crop((left, top, left + width, top + height))


def _captioned(photo: Picture, random: Random, above: bool) -> Picture:
    return bar(photo, words(random), above=above)


def _framed(photo: Picture, random: Random) -> Picture:
    """A phone's screenshot of the photo opened in a gallery: status bar, title, black above and below, buttons."""
    screen = Image.new("RGB", (1080, 2340), "black")
    shown = ImageOps.contain(photo, (1080, 1860))
    screen.paste(shown, ((1080 - shown.width) // 2, (2340 - shown.height) // 2))
    draw = ImageDraw.Draw(screen)
    draw.text((48, 24), f"{random.randint(10, 23)}:{random.randint(10, 59)}", "white", font_size=44)
    draw.rounded_rectangle((960, 30, 1030, 66), 8, outline="white", width=4)
    draw.text((150, 130), words(random)[:24], "white", font_size=52)
    for number in range(4):
        left = 120 + 240 * number
        draw.ellipse((left, 2200, left + 70, 2270), outline="white", width=6)
    return screen


def _stuck(photo: Picture, random: Random) -> Picture:
    """A round yellow face of a quarter of the shorter side."""
    side = min(photo.size) // 4
    left, top = random.randint(0, photo.width - side), random.randint(0, photo.height - side)
    covered = photo.copy()
    draw = ImageDraw.Draw(covered)
    draw.ellipse((left, top, left + side, top + side), "#ffcc22", "#aa7700", max(2, side // 40))
    for eye in (0.32, 0.68):
        x, y, radius = left + eye * side, top + 0.38 * side, 0.07 * side
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), "#553300")
    box = (left + 0.25 * side, top + 0.3 * side, left + 0.75 * side, top + 0.8 * side)
    draw.arc(box, 20, 160, "#553300", max(2, side // 20))
    return covered


def _bright(photo: Picture, _: Random, factor: float) -> Picture:
    return ImageEnhance.Brightness(photo).enhance(factor)


def _grey(photo: Picture, _: Random) -> Picture:
    return ImageOps.grayscale(photo).convert("RGB")


def _mirrored(photo: Picture, _: Random) -> Picture:
    return ImageOps.mirror(photo)


def _lettered(photo: Picture, random: Random) -> Picture:
    return meme(photo, words(random), words(random))


def _other_bar(photo: Picture, random: Random) -> tuple[Picture, Picture]:
    return bar(photo, words(random), above=True), bar(photo, words(random), above=True)


def _other_meme(photo: Picture, random: Random) -> tuple[Picture, Picture]:
    return meme(photo, words(random), words(random)), meme(photo, words(random), words(random))


def _other_line(photo: Picture, random: Random) -> tuple[Picture, Picture]:
    top = words(random)
    return meme(photo, top, words(random)), meme(photo, top, words(random))


def _other_chat(_: Picture, random: Random) -> tuple[Picture, Picture]:
    """Has nothing of the photo in it."""
    return chat(random), chat(random)


SAME = tuple(
    [Edit(f"re-JPEG at {quality}", Tier.SAME, _as_it_is, quality) for quality in (90, 70, 50)]
    + [Edit(f"resized to {side}", Tier.SAME, partial(_resized, side=side)) for side in (1280, 800, 320)]
)
CROPS = tuple(
    Edit(f"cropped by {part} %", Tier.EDITED, partial(_cropped, part=part / 100)) for part in (5, 10, 20)
)  # fmt: skip
OTHERS = (
    Edit("caption bar above", Tier.EDITED, partial(_captioned, above=True)),
    Edit("caption bar below", Tier.EDITED, partial(_captioned, above=False)),
    Edit("captions on it", Tier.EDITED, _lettered),
    Edit("screenshot frame", Tier.EDITED, _framed),
    Edit("mirrored", Tier.EDITED, _mirrored),
    Edit("brighter by 30 %", Tier.EDITED, partial(_bright, factor=1.3)),
    Edit("darker by 30 %", Tier.EDITED, partial(_bright, factor=0.7)),
    Edit("black and white", Tier.EDITED, _grey),
    Edit("sticker on top", Tier.EDITED, _stuck),
)
EDITS = (*SAME, *CROPS, *OTHERS)
FLOOR = (*SAME, *CROPS[:2])
"""The edits over which recall and precision must reach the floors."""
RIVALRIES = (
    Rivalry("meme, other captions", _other_meme),
    Rivalry("meme, one of two captions differs", _other_line),
    Rivalry("meme, other caption bar", _other_bar),
    Rivalry("screenshots of two chats", _other_chat),
)
