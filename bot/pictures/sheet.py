"""The overview of albums: a row of small pictures for each."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.pictures.drawing import INK, MARGIN, PAPER, TITLE, WIDTH, fitted, font_of, rounded, saved
from bot.pictures.tiles import Tile, square

COLUMNS = 8
FEWEST_COLUMNS = 5
"""With fewer tiles in a row they do not grow any more: a 90-px picture has no more to show."""
GAP = 10


@dataclass(frozen=True, slots=True)
class Row:
    """An album: its title and its first pictures."""

    title: str
    tiles: tuple[Tile, ...]


def contact_sheet(rows: Sequence[Row]) -> bytes:
    """A JPEG with a row an album: a title, and up to 8 squares under it. Spoilers are blurred."""
    columns = min(COLUMNS, max([FEWEST_COLUMNS, *(len(row.tiles) for row in rows)]))
    side = (WIDTH - 2 * MARGIN - (columns - 1) * GAP) // columns
    title_height, font = TITLE * 3 // 2, font_of(TITLE, bold=True)
    row_height = title_height + side + MARGIN
    sheet = Image.new("RGB", (WIDTH, MARGIN + len(rows) * row_height), PAPER)
    draw = ImageDraw.Draw(sheet)
    mask = rounded(side, side, side // 14)
    for number, row in enumerate(rows):
        top = MARGIN + number * row_height
        draw.text((MARGIN, top), fitted(row.title, font, WIDTH - 2 * MARGIN), INK, font)
        for column, tile in enumerate(row.tiles[:columns]):
            place = (MARGIN + column * (side + GAP), top + title_height)
            sheet.paste(square(tile, side), place, mask)
    return saved(sheet, quality=88)
