"""Pictures that the bot makes: the overview of albums, and a file made into a photo.

Pillow only. Everything here blocks, so it runs in the thread that decodes.
"""

import random
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from math import ceil

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from bot.vision.images import BadImage, decode

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""

SHEET_WIDTH = 1280
COLUMNS = 8
FEWEST_COLUMNS = 5
"""With fewer tiles in a row they do not grow any more: a 90-px picture has no more to show."""
MARGIN, GAP = 28, 10
TITLE = 40
"""Pixels: about 12 points where a phone shows 1280 pixels in 390 points."""
PAPER, INK, NEUTRAL, FAINT = "#eceff2", "#17212b", "#d8dde2", "#aab3bc"
"""Grey paper: a photo on a white ground keeps its edges."""

RATIO = 20
"""Of the sides of a photo at most (Bot API, sendPhoto); width and height together may have 10,000."""

FONTS = ("DejaVuSans", "NotoSans-Regular", "LiberationSans-Regular", "Arial")
BOLD_FONTS = ("DejaVuSans-Bold", "NotoSans-Bold", "LiberationSans-Bold", "Arial Bold")


@dataclass(frozen=True, slots=True)
class Tile:
    """A small picture of a row; `data` is None where it could not be had."""

    data: bytes | None
    spoiler: bool


@dataclass(frozen=True, slots=True)
class Row:
    """An album: its title and its first pictures."""

    title: str
    tiles: tuple[Tile, ...]


def contact_sheet(rows: Sequence[Row]) -> bytes:
    """A JPEG with a row an album: a title, and up to 8 squares under it. Spoilers are blurred."""
    columns = min(COLUMNS, max([FEWEST_COLUMNS, *(len(row.tiles) for row in rows)]))
    side = (SHEET_WIDTH - 2 * MARGIN - (columns - 1) * GAP) // columns
    title_height, font = TITLE * 3 // 2, _font(TITLE, bold=True)
    row_height = title_height + side + MARGIN
    sheet = Image.new("RGB", (SHEET_WIDTH, MARGIN + len(rows) * row_height), PAPER)
    draw = ImageDraw.Draw(sheet)
    mask = _rounded(side, side, side // 14)
    for number, row in enumerate(rows):
        top = MARGIN + number * row_height
        title = _cut(" ".join(_drawable(row.title, font).split()), font, SHEET_WIDTH - 2 * MARGIN)
        draw.text((MARGIN, top), title, INK, font)
        for column, tile in enumerate(row.tiles[:columns]):
            place = (MARGIN + column * (side + GAP), top + title_height)
            sheet.paste(_square(tile, side), place, mask)
    return _saved(sheet, "JPEG", quality=88)


def as_photo(data: bytes, *, max_side: int = 1280) -> bytes:
    """Any readable picture as a JPEG that sendPhoto takes; one longer than 1 : 20 is padded with white.

    Raises:
        BadImage: the bytes are no usable picture.
    """
    image = decode(data)
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    width, height = image.size
    least = ceil(max(width, height) / RATIO)
    if min(width, height) < least:
        image = ImageOps.pad(image, (max(width, least), max(height, least)), color="white")
    return _saved(image, "JPEG", quality=90)


def _square(tile: Tile, side: int) -> Image.Image:
    try:
        image = decode(tile.data) if tile.data is not None else None
    except BadImage:
        image = None
    if image is None:
        return _missing(side)
    square = ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
    return _hidden(square) if tile.spoiler else square


def _hidden(square: Image.Image) -> Image.Image:
    """Nothing but the colours of 4 × 4 fields is left; the dots say that it is hidden, not broken."""
    side = square.width
    fields = square.resize((4, 4), Image.Resampling.BOX).resize(square.size, Image.Resampling.BICUBIC)
    hidden = fields.filter(ImageFilter.GaussianBlur(side / 12))
    draw, dice = ImageDraw.Draw(hidden, "RGBA"), random.Random(0)
    for _ in range(side):
        x, y, radius = dice.uniform(0, side), dice.uniform(0, side), dice.uniform(0.5, 1.5)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), (255, 255, 255, dice.randrange(90, 230)))
    return hidden


def _missing(side: int) -> Image.Image:
    """A grey square with a sun and a mountain: the usual sign for a picture that is not there."""
    square = Image.new("RGB", (side, side), NEUTRAL)
    draw, unit = ImageDraw.Draw(square), side / 10
    draw.ellipse((3 * unit, 3 * unit, 4.2 * unit, 4.2 * unit), FAINT)
    draw.polygon([(2.5 * unit, 7 * unit), (5.5 * unit, 3.6 * unit), (7.8 * unit, 7 * unit)], FAINT)
    return square


def _rounded(width: int, height: int, radius: int) -> Image.Image:
    """A mask; drawn larger and scaled down, as Pillow draws hard edges."""
    mask = Image.new("L", (3 * width, 3 * height))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 3 * width - 1, 3 * height - 1), 3 * radius, 255)
    return mask.resize((width, height), Image.Resampling.BOX)


@cache
def _font(size: int, *, bold: bool = False) -> Font:
    for name in BOLD_FONTS if bold else FONTS:
        try:
            return ImageFont.truetype(f"{name}.ttf", size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def _drawable(text: str, font: Font) -> str:
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


def _cut(text: str, font: Font, width: int) -> str:
    if font.getlength(text) <= width:
        return text
    return text[: _fitting(text, font, width - font.getlength("…"))].rstrip() + "…"


def _fitting(text: str, font: Font, width: float) -> int:
    """How many letters of the text fit into these pixels."""
    return bisect_right(range(1, len(text) + 1), width, key=lambda count: font.getlength(text[:count]))


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
