"""The picture of a map: its size, its tiles, nothing of a spoiler, and names that fit."""

import io
from itertools import combinations, pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageColor

from bot.pictures import Spot, Tile, map_of
from bot.pictures import map as drawn
from bot.pictures.drawing import PAPER
from tests.test_pictures import opened, plain, stripes

Points = NDArray[np.float64]
COLOUR_BLIND = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
"""What linear RGB looks like (Machado, Oliveira and Fernandes 2009, table 1, severity 1.0)."""


def scattered(count: int) -> Points:
    return np.random.default_rng(count).normal(size=(count, 2))


def noise(seed: int) -> bytes:
    """A small picture that no JPEG makes smaller."""
    pixels = np.frombuffer(Random(seed).randbytes(90 * 90 * 3), np.uint8).reshape(90, 90, 3)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def spots(data: bytes | None, count: int, *, spoiler: bool = False, album: int | None = None) -> list[Spot]:
    return [Spot(Tile(data, spoiler), album)] * count


def pixels(picture: bytes) -> NDArray[np.int64]:
    return np.asarray(opened(picture, "JPEG"), np.int64)


def share(picture: bytes, colour: tuple[int, int, int]) -> float:
    """The part of a picture that has a colour."""
    return float((np.abs(pixels(picture) - colour).max(axis=2) < 16).mean())


@pytest.mark.parametrize("count", [4, 58, 300])
def test_a_map_shows_each_photo_once_at_a_size_that_a_phone_shows(count: int) -> None:
    picture = map_of(spots(plain("red"), count), scattered(count), [])
    height, width, _ = pixels(picture).shape
    assert width == 1280
    assert height <= 1.5 * width
    side = (share(picture, (254, 0, 0)) * width * height / count) ** 0.5
    assert side >= 61  # 64, less the soft edge of each tile and its round corners


def test_three_hundred_photos_of_noise_are_within_a_megabyte() -> None:
    noisy = [Spot(Tile(noise(seed), False), seed % 12) for seed in range(300)]
    assert len(map_of(noisy, scattered(300), [f"{number}. Somewhere nice" for number in range(12)])) <= 1_000_000


def test_nothing_of_a_spoiler_is_left_but_its_colours() -> None:
    for count in (4, 300):
        shown, hidden = (
            pixels(map_of(spots(stripes(), count, spoiler=spoiler), scattered(count), []))
            for spoiler in (False, True)
        )  # fmt: skip
        black = [(one.max(axis=2) < 16).mean() for one in (shown, hidden)]
        assert black[0] > 0.1
        assert black[1] == 0


def test_a_photo_that_is_not_to_be_had_is_a_neutral_square() -> None:
    missing = map_of(spots(None, 20), scattered(20), [])
    assert missing == map_of(spots(b"no picture", 20, spoiler=True), scattered(20), [])
    assert share(missing, (0xD8, 0xDD, 0xE2)) > 0.2


def test_albums_are_tinted_apart_and_photos_of_none_stand_on_paper() -> None:
    points = scattered(40)
    some = [Spot(Tile(plain("black"), False), number % 2 if number < 30 else None) for number in range(40)]
    one, other = (tuple(round(0.75 * part + 0.25 * 255) for part in Image.new("RGB", (1, 1), tint).getpixel((0, 0)))
                  for tint in drawn.TINTS[:2])  # fmt: skip
    tinted, untinted = map_of(some, points, ["Cats", "Dogs"]), map_of(spots(plain("black"), 40), points, [])
    paper = Image.new("RGB", (1, 1), PAPER).getpixel((0, 0))
    for colour in (one, other):
        assert share(tinted, colour) > 0.05
        assert share(untinted, colour) == 0
    assert share(untinted, paper) > share(tinted, paper) > 0.02


def test_neighbouring_regions_have_colours_of_their_own_as_far_as_there_are_any() -> None:
    assert sorted(drawn._tints([(number, 0) for number in range(8)])) == sorted(drawn.TINTS)
    twelve = drawn._tints([(number, 0) for number in range(12)])
    assert max(twelve.count(tint) for tint in drawn.TINTS) == 2
    assert all(one != other for one, other in pairwise(twelve))


def lab(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE L*a*b* of linear RGB, white D65."""
    xyz = colour @ np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]).T
    root = np.cbrt(xyz / (0.9505, 1, 1.089))
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


@pytest.mark.parametrize("sight", [None, *COLOUR_BLIND])
def test_any_two_tints_are_told_apart_with_every_kind_of_colour_vision(sight: str | None) -> None:
    seen = np.eye(3) if sight is None else np.array(COLOUR_BLIND[sight])
    shades = [np.array(drawn._mixed(ImageColor.getrgb(tint), (255, 255, 255), 0.25)) / 255 for tint in drawn.TINTS]
    linear = [((shade + 0.055) / 1.055) ** 2.4 for shade in shades]
    places = [lab(np.clip(seen @ shade, 0, 1)) for shade in linear]
    assert min(float(np.linalg.norm(one - other)) for one, other in combinations(places, 2)) > 10  # 2.3 is noticed


@settings(deadline=None, max_examples=15)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=6))
@example(["1. Рыбы и аквариумы", "2. שלום עליכם", "3. غروب الشمس", "🐟", "", "Sunsets over the sea " * 9])
def test_no_name_breaks_a_map(names: list[str]) -> None:
    some = [Spot(Tile(None, False), number % len(names)) for number in range(30)]
    assert pixels(map_of(some, scattered(30), names)).shape[1] == 1280
