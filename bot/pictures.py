"""Pictures that the bot makes: the overview of albums, a file made into a photo, and a chat message for the README.

Pillow only. Everything here blocks, so it runs in the thread that decodes.
"""

import random
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import pairwise
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

MOSAIC_WIDTH, MOSAIC_HEIGHT = 800, 840
MOSAIC_GAP = 4
CAPTION, LEADING = 30, 42
WALL, BUBBLE, CAPTION_INK = "#a9c79a", "#effdde", "#101a10"

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


def chat_picture(photos: Sequence[bytes], caption: str) -> bytes:
    """A PNG of one message of the bot: 1 to 10 photos in rows, and the caption's lines under them.

    Raises:
        BadImage: a photo is no usable picture.
    """
    images = [decode(photo) for photo in photos]
    tiles, mosaic_height = _mosaic([image.width / image.height for image in images])
    font = _font(CAPTION)
    lines = list(_wrapped(_drawable(caption, font), font, MOSAIC_WIDTH - 2 * MARGIN))
    text_height = len(lines) * LEADING + MARGIN * 3 // 2 if lines else 0
    message = Image.new("RGB", (MOSAIC_WIDTH, mosaic_height + text_height), BUBBLE)
    for image, (left, top, right, bottom) in zip(images, tiles, strict=True):
        message.paste(ImageOps.fit(image, (right - left, bottom - top), Image.Resampling.LANCZOS), (left, top))
    draw = ImageDraw.Draw(message)
    for number, line in enumerate(lines):
        draw.text((MARGIN, mosaic_height + MARGIN // 2 + number * LEADING), line, CAPTION_INK, font)
    return _saved(_on_wall(message), "PNG")


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


def _mosaic(ratios: Sequence[float]) -> tuple[list[Box], int]:
    """The boxes of photos with these ratios of width to height, in rows of full width, and the height of it all."""
    # A photo alone is shown whole, as in Telegram (an overview of many albums is tall); beside others it is cropped.
    tallest = 0.4 if len(ratios) == 1 else 0.7
    ratios = [min(2.0, max(tallest, ratio)) for ratio in ratios]
    best = min(_splits(len(ratios)), key=lambda counts: _badness(_heights(ratios, counts)))
    boxes: list[Box] = []
    top = 0
    for count, height in zip(best, _heights(ratios, best), strict=True):
        row = ratios[len(boxes) : len(boxes) + count]
        boxes += _row_boxes(row, top, round(height))
        top += round(height) + MOSAIC_GAP
    return boxes, top - MOSAIC_GAP


def _splits(count: int) -> Iterator[tuple[int, ...]]:
    """Every way to part so many photos into rows of at most four."""
    if not count:
        yield ()
    for first in range(1, min(4, count) + 1):
        yield from ((first, *rest) for rest in _splits(count - first))


def _heights(ratios: Sequence[float], counts: Sequence[int]) -> list[float]:
    """The height at which each row, its photos whole, is as wide as the message."""
    heights, start = [], 0
    for count in counts:
        heights.append((MOSAIC_WIDTH - (count - 1) * MOSAIC_GAP) / sum(ratios[start : start + count]))
        start += count
    return heights


def _badness(heights: Sequence[float]) -> float:
    """How far from the wanted height, and how uneven the rows; the first is to be the highest, as the best match."""
    rising = sum(max(0.0, after - before) for before, after in pairwise(heights))
    return abs(sum(heights) - MOSAIC_HEIGHT) + rising + max(heights) - min(heights)


def _row_boxes(ratios: Sequence[float], top: int, height: int) -> Iterator[Box]:
    room, left = MOSAIC_WIDTH - (len(ratios) - 1) * MOSAIC_GAP, 0
    for number, ratio in enumerate(ratios):
        last = number == len(ratios) - 1
        right = MOSAIC_WIDTH if last else left + round(room * ratio / sum(ratios))
        yield left, top, right, top + height
        left = right + MOSAIC_GAP


def _on_wall(message: Image.Image) -> Image.Image:
    width, height = message.size
    picture = Image.new("RGB", (width + 2 * MARGIN, height + 2 * MARGIN), WALL)
    picture.paste(message, (MARGIN, MARGIN), _rounded(width, height, 30))
    return picture


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


def _wrapped(text: str, font: Font, width: int) -> Iterator[str]:
    """Lines no wider than this many pixels; the text's own line ends are kept."""
    for paragraph in text.strip().split("\n") if text.strip() else ():
        line = ""
        for piece in (piece for word in paragraph.split() for piece in _pieces(word, font, width)):
            if line and font.getlength(f"{line} {piece}") > width:
                yield line
                line = piece
            else:
                line = f"{line} {piece}".strip()
        yield line


def _pieces(word: str, font: Font, width: int) -> Iterator[str]:
    """A word that is wider than a line, such as a link, in parts."""
    while word:
        size = max(1, _fitting(word, font, width))
        yield word[:size]
        word = word[size:]


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
