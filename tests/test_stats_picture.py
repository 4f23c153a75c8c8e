"""The picture of the figures: bars as long as what they stand for, and nothing that people write breaks it."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import ImageColor

from bot.pictures import Bar, Bars, Tile, stats_of
from bot.pictures import stats as drawn
from tests.test_map_picture import pixels
from tests.test_pictures import plain, stripes

FIGURES = [("12,345", "photos"), ("20", "people"), ("1,057", "sent again"), ("24 Nov 2026", "first photo")]


def over_time(*values: int) -> Bars:
    return Bars("Photos by month", tuple(Bar("Jan", value, str(value), "2024") for value in values))


def bars_in(picture: bytes) -> NDArray[np.bool_]:
    """Where a picture has the colour of bars."""
    return np.abs(pixels(picture) - ImageColor.getrgb(drawn.BAR)).max(axis=2) < 30


def runs(line: NDArray[np.bool_]) -> list[int]:
    """Lengths of what is true without a gap."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(int), [0]])))
    return [int(end - start) for start, end in edges.reshape(-1, 2)]


def test_upright_bars_are_as_high_as_what_they_count() -> None:
    blue = bars_in(stats_of(FIGURES, over_time(100, 50, 0, 1, 25), []))
    heights = [int(column.sum()) for column in blue.T]
    tallest = max(heights)
    tops = [heights[drawn.LEFT + round((number + 0.5) * drawn.WIDEST)] for number in range(5)]
    assert tops == pytest.approx([tallest, tallest / 2, 0, drawn.LEAST, tallest / 4], abs=4)


def test_bars_in_rows_are_as_long_as_what_they_count() -> None:
    people = Bars("Photos by person", tuple(Bar("Ann", value, str(value)) for value in (80, 40, 1)))
    blue = bars_in(stats_of(FIGURES, over_time(1), [people]))
    first = drawn.LEFT + drawn.NAMES + 1
    inside = np.flatnonzero(blue[:, first])
    parts = np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1)
    middles = [int(part.mean()) for part in parts if len(part) > 10]
    lengths = [runs(blue[middle, first - 3 :])[0] for middle in middles]
    assert len(lengths) == 3
    assert lengths == pytest.approx([lengths[0], lengths[0] / 2, lengths[0] / 80], abs=4)


@pytest.mark.parametrize("count", [1, 12, 24, 71])
def test_a_chart_stays_within_its_card(count: int) -> None:
    blue = bars_in(stats_of(FIGURES, over_time(*range(1, count + 1)), []))
    across = np.flatnonzero(blue.any(axis=0))
    assert across[0] >= drawn.LEFT
    assert across[-1] <= drawn.RIGHT
    bottom = np.flatnonzero(blue.any(axis=1))[-1]
    assert len(runs(blue[bottom - 3])) == count


def test_everything_at_its_longest_is_within_the_limits_of_a_photo() -> None:
    long = Bar("Александра Константинопольская " * 4, 10**9, "1,000,000,000", tile=Tile(plain("red"), False))
    some = [Bars("Heading", (long,) * 8, "… and 1,234,567 more"), Bars("Heading", (long,) * 5)]
    picture = stats_of([("1,234,567,890", "photographs and more")] * 4, over_time(*range(24)), some)
    height, width, _ = pixels(picture).shape
    assert width == 1280
    assert height <= 2 * width
    assert len(picture) < 1_000_000


def test_the_cover_of_an_album_that_is_a_spoiler_is_hidden() -> None:
    black = []
    for spoiler in (False, True):
        albums = Bars("Biggest albums", (Bar("Album 1", 2, "2", tile=Tile(stripes(), spoiler)),) * 5)
        black.append(int((pixels(stats_of([("1", "photo")], over_time(1), [albums])).max(axis=2) < 6).sum()))
    assert black[0] - black[1] > 5 * 500


@settings(deadline=None, max_examples=20)
@given(st.text(max_size=60), st.integers(1, 10**12))
@example("שלום עליכם", 1)
@example("🦊🐟", 3)
@example("\u202eevil\n\x00", 3)
def test_no_name_breaks_it(name: str, value: int) -> None:
    some = [Bars("Photos by person", (Bar(name, value, f"{value:,}"), Bar(name, 1, "1")), "… and 3 more")]
    assert pixels(stats_of([(f"{value:,}", "photos")], over_time(value), some)).shape[1] == 1280
