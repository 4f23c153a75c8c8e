"""The figures of a chat as one picture: what there is in all, a chart over time, and bars for people and albums."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PIL import Image, ImageDraw

from bot.pictures.drawing import INK, MARGIN, PAPER, TITLE, WIDTH, fitted, font_of, rounded, saved
from bot.pictures.tiles import Tile, square

CARD, BAR, MUTED = "#ffffff", "#4477aa", "#566573"
"""Grounds and bars; the bars' blue and the grey of small letters stand out from white by more than 4.5 : 1."""
PADDING, GAP = 32, 20
LEFT, RIGHT = MARGIN + PADDING, WIDTH - MARGIN - PADDING
"""Of what is in a card."""
HEAD = 72
"""Pixels from the heading of a card to what is under it."""
FIGURE, LABEL, SMALL = 64, 32, 28
"""Pixels of letters: about 20, 10 and 9 points where a phone shows 1280 pixels in 390 points."""
CHART = 330
WIDEST = 120
ROW = 68
NAMES = 400
"""Pixels for the names beside bars."""
NAMELESS = "–"
LEAST = 4
"""Pixels of the bar of something, next to something much larger."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A value, and how it is written; `tile` stands before its label, `under` is a second line below it."""

    label: str
    value: int
    text: str
    under: str = ""
    tile: Tile | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars under a heading; `more` says what is left out."""

    heading: str
    bars: tuple[Bar, ...]
    more: str = ""


def stats_of(figures: Sequence[tuple[str, str]], over_time: Bars, others: Sequence[Bars]) -> bytes:
    """A JPEG, 1280 pixels wide.

    Args:
        figures: a number and its name, up to four.
        over_time: upright bars, one a period.
        others: bars from left to right, a row each.
    """
    blocks: list[_Block] = [_Figures(figures), _Chart(over_time), *(_Rows(bars) for bars in others)]
    heights = [block.height + 2 * PADDING for block in blocks]
    sheet = Image.new("RGB", (WIDTH, sum(heights) + GAP * (len(blocks) - 1) + 2 * MARGIN), PAPER)
    top = MARGIN
    for block, height in zip(blocks, heights, strict=True):
        sheet.paste(CARD, (MARGIN, top), rounded(WIDTH - 2 * MARGIN, height, 24))
        block.draw(sheet, top + PADDING)
        top += height + GAP
    return saved(sheet, quality=90)


class _Block(Protocol):
    """What is in a card."""

    @property
    def height(self) -> int:
        """Pixels."""

    def draw(self, sheet: Image.Image, top: int) -> None:
        """Put it there."""


class _Figures:
    """Large numbers side by side, as large as they all fit, their names under them."""

    def __init__(self, figures: Sequence[tuple[str, str]]) -> None:
        self._figures = figures
        sizes = range(FIGURE, LABEL, -4)
        self._size = next((size for size in sizes if sum(self._widths(size)) + self._gaps <= RIGHT - LEFT), LABEL)
        self.height = FIGURE + LABEL + 28

    @property
    def _gaps(self) -> int:
        return 2 * GAP * (len(self._figures) - 1)

    def _widths(self, size: int) -> list[float]:
        large, small = font_of(size, bold=True), font_of(LABEL)
        return [max(large.getlength(figure), small.getlength(name)) for figure, name in self._figures]

    def draw(self, sheet: Image.Image, top: int) -> None:
        draw, widths = ImageDraw.Draw(sheet), self._widths(self._size)
        spare = (RIGHT - LEFT - sum(widths)) / max(1, len(widths) - 1)
        left = float(LEFT)
        for (figure, name), width in zip(self._figures, widths, strict=True):
            draw.text((left, top + FIGURE), figure, INK, font_of(self._size, bold=True), anchor="ls")
            _text(draw, (round(left), top + FIGURE + 20), name, LABEL, RIGHT - LEFT, MUTED)
            left += width + min(spare, 6 * GAP)


class _Chart:
    """Upright bars over time, as many of their labels as have room."""

    def __init__(self, bars: Bars) -> None:
        self._heading, self._bars, self._font = bars.heading, bars.bars, font_of(SMALL)
        self._pitch = min(WIDEST, (RIGHT - LEFT) / len(bars.bars))
        self._most = max(bar.value for bar in bars.bars)
        self.height = HEAD + CHART + 2 * SMALL + 24

    def draw(self, sheet: Image.Image, top: int) -> None:
        draw, ground = ImageDraw.Draw(sheet), top + HEAD + CHART
        _text(draw, (LEFT, top), self._heading, TITLE, RIGHT - LEFT, bold=True)
        for number, bar in enumerate(self._bars):
            left = LEFT + number * self._pitch
            box = (left + self._pitch * 0.12, ground - self._length(bar), left + self._pitch * 0.88, ground)
            if bar.value:
                draw.rectangle(box, BAR)
        draw.line((LEFT, ground + 1, RIGHT, ground + 1), MUTED, 2)
        self._values(draw, ground)
        self._labels(draw, [bar.label for bar in self._bars], ground + 12)
        self._labels(draw, [bar.under for bar in self._bars], ground + 16 + SMALL)

    def _length(self, bar: Bar) -> int:
        return _length(bar.value, self._most, CHART - SMALL - 16)

    def _values(self, draw: ImageDraw.ImageDraw, ground: int) -> None:
        """Above every bar where all fit, else above the tallest only."""
        fit = all(self._font.getlength(bar.text) < self._pitch - 4 for bar in self._bars)
        tallest = [bar.value for bar in self._bars].index(self._most)
        for number, bar in enumerate(self._bars):
            if number == tallest or (fit and bar.value):
                self._centred(draw, number, bar.text, ground - self._length(bar) - SMALL - 8, INK)

    def _labels(self, draw: ImageDraw.ImageDraw, labels: Sequence[str], top: int) -> None:
        """From left to right, without those that would touch the one before."""
        free = float(LEFT)
        for number, label in enumerate(labels):
            half = self._font.getlength(label) / 2
            if label and self._middle(number, half) - half >= free - 1:
                self._centred(draw, number, label, top, MUTED)
                free = self._middle(number, half) + half + SMALL / 2

    def _centred(self, draw: ImageDraw.ImageDraw, number: int, text: str, top: int, ink: str) -> None:
        middle = self._middle(number, self._font.getlength(text) / 2)
        draw.text((middle, top), text, ink, self._font, anchor="ma")

    def _middle(self, number: int, half: float) -> float:
        """Of a text of that width above or below a bar: the bar's own, as far as the card has room."""
        return min(max(LEFT + (number + 0.5) * self._pitch, LEFT + half), RIGHT - half)


class _Rows:
    """A name, a bar and its value in each row."""

    def __init__(self, bars: Bars) -> None:
        self._bars, self._font = bars, font_of(LABEL)
        self._most = max(bar.value for bar in bars.bars)
        self._values = max(self._font.getlength(bar.text) for bar in bars.bars)
        self.height = HEAD + ROW * len(bars.bars) - ROW // 4 + (ROW if bars.more else 0)

    def draw(self, sheet: Image.Image, top: int) -> None:
        draw = ImageDraw.Draw(sheet)
        _text(draw, (LEFT, top), self._bars.heading, TITLE, RIGHT - LEFT, bold=True)
        for number, bar in enumerate(self._bars.bars):
            self._row(sheet, draw, bar, top + HEAD + number * ROW)
        _text(draw, (LEFT, top + HEAD + len(self._bars.bars) * ROW), self._bars.more, LABEL, RIGHT - LEFT, MUTED)

    def _row(self, sheet: Image.Image, draw: ImageDraw.ImageDraw, bar: Bar, top: int) -> None:
        left, side = LEFT, ROW - 12
        if bar.tile is not None:
            sheet.paste(square(bar.tile, side), (left, top - 8), rounded(side, side, side // 10))
            left += side + 16
        _text(draw, (left, top), bar.label, LABEL, LEFT + NAMES - left - 20)
        start, end = LEFT + NAMES, RIGHT - self._values - 16
        length = _length(bar.value, self._most, round(end - start))
        draw.rounded_rectangle((start, top + 2, start + length, top + LABEL + 6), min(4, length // 2), BAR)
        draw.text((start + length + 12, top), bar.text, INK, self._font)


def _length(value: int, most: int, room: int) -> int:
    return max(LEAST, round(room * value / most)) if value else 0


def _text(
    draw: ImageDraw.ImageDraw, place: tuple[int, int], text: str, size: int, width: int, ink: str = INK,
    *, bold: bool = False,
) -> None:  # fmt: skip
    """Write a line, cut where it would be wider; a sign where nothing of it can be drawn."""
    font = font_of(size, bold=bold)
    draw.text(place, fitted(text, font, width) or (text and NAMELESS), ink, font)
