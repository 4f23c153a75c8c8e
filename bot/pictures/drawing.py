"""What all pictures share: paper and ink, fonts, text that fits, and the JPEG."""

import unicodedata
from bisect import bisect_right
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

WIDTH = 1280
MARGIN = 28
TITLE = 40
"""Pixels: about 12 points where a phone shows 1280 pixels in 390 points."""
PAPER, INK, NEUTRAL, FAINT = "#eceff2", "#17212b", "#d8dde2", "#aab3bc"
"""Grey paper: a photo on a white ground keeps its edges."""

FONTS = ("DejaVuSans", "NotoSans-Regular", "LiberationSans-Regular", "Arial")
BOLD_FONTS = ("DejaVuSans-Bold", "NotoSans-Bold", "LiberationSans-Bold", "Arial Bold")


def rounded(width: int, height: int, radius: int) -> Image.Image:
    """A mask; drawn larger and scaled down, as Pillow draws hard edges."""
    mask = Image.new("L", (3 * width, 3 * height))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 3 * width - 1, 3 * height - 1), 3 * radius, 255)
    return mask.resize((width, height), Image.Resampling.BOX)


@cache
def font_of(size: int, *, bold: bool = False) -> Font:
    """A font of this machine with Latin and Cyrillic letters, or Pillow's own."""
    for name in BOLD_FONTS if bold else FONTS:
        try:
            return ImageFont.truetype(f"{name}.ttf", size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def fitted(text: str, font: Font, width: int) -> str:
    """One line of what can be drawn of a text, cut where it is wider than these pixels."""
    composed = unicodedata.normalize("NFC", text)  # or what has its accent as a sign of its own would lose it
    return cut(" ".join(drawable(composed, font).split()), font, width)


def drawable(text: str, font: Font) -> str:
    """Without what would be drawn as an empty box: emoji that the font lacks, and signs that have no shape.

    Letters stay: a box says that something stood there.
    """
    return "".join(sign for sign in text if sign in "\n\t" or not _is_shapeless(sign, font))


@cache
def _is_shapeless(sign: str, font: Font) -> bool:
    kind = unicodedata.category(sign)
    if kind in ("Cc", "Cf", "Cs", "Mn"):
        return True
    return kind in ("So", "Sk", "Cn", "Co") and bytes(font.getmask(sign)) == bytes(font.getmask("\U0010ffff"))


def cut(text: str, font: Font, width: int) -> str:
    """The text, or as much of it as these pixels hold, with an ellipsis."""
    if font.getlength(text) <= width:
        return text
    return text[: _fitting(text, font, width - font.getlength("…"))].rstrip() + "…"


def _fitting(text: str, font: Font, width: float) -> int:
    """How many letters of the text fit into these pixels."""
    return bisect_right(range(1, len(text) + 1), width, key=lambda count: font.getlength(text[:count]))


def saved(image: Image.Image, *, quality: int) -> bytes:
    """As a JPEG."""
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
