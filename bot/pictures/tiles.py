"""A photo as a small square: as it is, hidden as a spoiler, or missing."""

import random
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from bot.pictures.drawing import FAINT, NEUTRAL
from bot.vision.images import BadImage, decode


@dataclass(frozen=True, slots=True)
class Tile:
    """A small picture; `data` is None where it could not be had."""

    data: bytes | None
    spoiler: bool


def square(tile: Tile, side: int) -> Image.Image:
    """The middle of a picture, `side` pixels wide and high; of a spoiler nothing but its colours."""
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
    for _ in range(min(side, side * side // 120)):
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
