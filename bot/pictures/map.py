"""The map of a chat's photos: small pictures laid out by meaning, albums as tinted regions with their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, dist, pi, sqrt

from PIL import Image, ImageColor, ImageDraw, ImageFilter

from bot.layout2d import SMALL, Cell, Points, arrange
from bot.pictures.drawing import INK, MARGIN, PAPER, WIDTH, fitted, font_of, rounded, saved
from bot.pictures.tiles import Tile, square

INSIDE = WIDTH - 2 * MARGIN
FEWEST_COLUMNS = 5
MOST_COLUMNS = 17
"""Tiles of 64 pixels: about 20 points where a phone shows 1280 pixels in 390 points."""
TALL = 1.3
"""Height for width, where there are enough photos for it: a phone is held upright."""
SLACK = 1.2
"""Cells for each photo."""
GAP = 1 / 9
"""Part of a cell that is between two tiles; the tint shows through."""
LABEL = 36
"""Pixels."""
PADDING = 20
"""Pixels beside the letters of a label, both sides together."""
LABEL_CELLS = (4, 6)
"""The longest name of an album of a few photos, and of a larger one."""
TINTS = ("#77aadd", "#ee8866", "#eedd88", "#ffaabb", "#99ddff", "#44bb99", "#bbcc33", "#aaaa00")
"""Paul Tol's "light" scheme: fields under dark text, told apart with every kind of colour vision
(sronpersonalpages.nl/~pault). Regions are named as well, so nothing hangs on the colour alone."""
SOFT = 10.0
"""Pixels of the blur that rounds a region's corners: no more than its tiles stay clear of."""
SHORE = 2.5
"""Pixels."""
BYTES = 1_000_000
QUALITIES = (88, 75, 60, 45)


@dataclass(frozen=True, slots=True)
class Spot:
    """A photo on the map; `album` counts from 0 in the order of the names, None: in none that is named."""

    tile: Tile
    album: int | None


@dataclass(frozen=True, slots=True)
class _Region:
    """An album: what is written there, from which cell on, in how many; and the cells of its photos."""

    title: str
    label: Cell
    width: int
    photos: tuple[Cell, ...]

    @property
    def cells(self) -> list[Cell]:
        """All of it."""
        column, row = self.label
        return [*self.photos, *((column + step, row) for step in range(self.width))]


def map_of(spots: Sequence[Spot], points: Points, names: Sequence[str]) -> bytes:
    """A JPEG of at most `BYTES`, 1280 pixels wide. Spoilers are blurred.

    Args:
        points: places of the spots, (n, 2).
        names: of the albums that are tinted; each has a spot at least.
    """
    scale = _Scale(_columns(len(spots), len(names)))
    albums = [spot.album for spot in spots]
    titles = [scale.title(name, albums.count(album)) for album, name in enumerate(names)]
    widths = [scale.cells(title) for title in titles]
    board = arrange(points, albums, widths, scale.columns, SLACK)
    placed = list(zip(albums, board.photos, strict=True))
    regions = [
        _Region(title, board.labels[number], widths[number], tuple(cell for album, cell in placed if album == number))
        for number, title in enumerate(titles)
    ]
    return _drawn(
        scale, board.rows, regions, [(spot.tile, cell) for spot, (_, cell) in zip(spots, placed, strict=True)]
    )


def _columns(photos: int, names: int) -> int:
    wanted = ceil(sqrt((photos * SLACK + names * SMALL) / TALL))
    return min(max(wanted, FEWEST_COLUMNS), MOST_COLUMNS)


class _Scale:
    """From cells to pixels."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.pitch = INSIDE // columns
        self.side = round(self.pitch * (1 - GAP))
        self.font = font_of(LABEL, bold=True)
        self._left = (WIDTH - columns * self.pitch) // 2

    def at(self, column: float, row: float) -> tuple[int, int]:
        """The left upper corner of a cell."""
        return self._left + round(column * self.pitch), MARGIN + round(row * self.pitch)

    def title(self, name: str, photos: int) -> str:
        """As much of an album's name as its label holds."""
        most = min(LABEL_CELLS[photos > 3 * SMALL], self.columns - SMALL)
        return fitted(name, self.font, most * self.pitch - PADDING)

    def cells(self, title: str) -> int:
        """How many a label takes."""
        return ceil((self.font.getlength(title) + PADDING) / self.pitch)


def _drawn(scale: _Scale, rows: int, regions: Sequence[_Region], tiles: Sequence[tuple[Tile, Cell]]) -> bytes:
    sheet = Image.new("RGB", (WIDTH, rows * scale.pitch + 2 * MARGIN), PAPER)
    draw = ImageDraw.Draw(sheet)
    for region, tint in zip(regions, _tints([region.label for region in regions]), strict=True):
        _colour(sheet, scale, region.cells, ImageColor.getrgb(tint))
        column, row = region.label
        draw.text(scale.at(column + region.width / 2, row + 0.5), region.title, INK, scale.font, anchor="mm")
    mask, inset = rounded(scale.side, scale.side, scale.side // 10), (scale.pitch - scale.side) // 2
    for tile, cell in tiles:
        left, top = scale.at(*cell)
        sheet.paste(square(tile, scale.side), (left + inset, top + inset), mask)
    return _small(sheet)


def _small(sheet: Image.Image) -> bytes:
    for quality in QUALITIES:
        data = saved(sheet, quality=quality)
        if len(data) <= BYTES:
            break
    return data


def _tints(places: Sequence[Cell]) -> list[str]:
    """A colour for each region: of those used least the one whose nearest region is the farthest away."""
    chosen: list[str] = []
    for place in places:
        used = {tint: [dist(place, places[at]) for at, its in enumerate(chosen) if its == tint] for tint in TINTS}
        least = min(len(away) for away in used.values())
        free = [tint for tint in TINTS if len(used[tint]) == least]
        chosen.append(max(free, key=lambda tint: min(used[tint], default=0.0)))
    return chosen


def _colour(sheet: Image.Image, scale: _Scale, cells: Sequence[Cell], tint: tuple[int, ...]) -> None:
    """A soft region around the cells, with a darker shore."""
    boxes = [(*scale.at(column, row), *scale.at(column + 1, row + 1)) for column, row in cells]
    room = round(3 * SOFT)
    left, top = (min(box[side] for box in boxes) - room for side in (0, 1))
    right, bottom = (max(box[side] for box in boxes) + room for side in (2, 3))
    land = Image.new("L", (right - left, bottom - top))
    draw = ImageDraw.Draw(land)
    for box in boxes:
        draw.rectangle((box[0] - left, box[1] - top, box[2] - left, box[3] - top), 255)
    soft = land.filter(ImageFilter.GaussianBlur(SOFT))
    for colour, inset in ((_mixed(tint, (0, 0, 0), 0.28), 0.0), (_mixed(tint, (255, 255, 255), 0.25), SHORE)):
        sheet.paste(Image.new("RGB", land.size, colour), (left, top), _within(soft, inset))


def _within(soft: Image.Image, inset: float) -> Image.Image:
    """A mask of what is at least so many pixels inside a blurred edge, itself about 1.5 pixels soft.

    Near the edge a Gaussian blur climbs by 255 / (SOFT · √2π) a pixel.
    """
    climb = 255 / (SOFT * sqrt(2 * pi))
    edge = 127.5 + inset * climb
    return soft.point([round(min(255.0, max(0.0, 127.5 + (value - edge) * 170 / climb))) for value in range(256)])


def _mixed(colour: tuple[int, ...], other: tuple[int, ...], part: float) -> tuple[int, ...]:
    return tuple(round(a * (1 - part) + b * part) for a, b in zip(colour, other, strict=True))
