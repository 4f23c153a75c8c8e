"""Which word names an album, by hand: words and photos are directions of a small space."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.naming import topics

Vectors = NDArray[np.float32]
DIMENSIONS = 128


def unit(rows: NDArray[np.floating]) -> Vectors:
    made: Vectors = (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)
    return made


def axes(*numbers: int) -> NDArray[np.float64]:
    return np.eye(DIMENSIONS)[list(numbers)]


WORDS = unit(np.eye(DIMENSIONS)[:100])
"""A hundred words that have nothing to do with each other: word n is the axis n."""


def photos(of: int | list[int], count: int, rng: np.random.Generator) -> Vectors:
    """Photos that show these words, and something of their own."""
    shown = axes(*(of if isinstance(of, list) else [of])).sum(axis=0)
    return unit(shown + 0.05 * rng.normal(size=(count, DIMENSIONS)))


def test_each_album_gets_the_word_that_it_shows() -> None:
    rng = np.random.default_rng(0)
    chat = np.vstack([photos(7, 5, rng), photos(3, 4, rng), photos(50, 6, rng)])
    assert topics([range(5), range(5, 9)], chat, WORDS) == [7, 3]


def test_what_all_photos_of_a_chat_show_names_no_album() -> None:
    rng = np.random.default_rng(1)
    chat = np.vstack([photos([1, 7], 5, rng), photos([1, 3], 20, rng)])
    assert topics([range(5)], chat, WORDS) == [7]


def test_a_word_that_is_near_to_every_picture_gains_nothing_by_it() -> None:
    rng = np.random.default_rng(2)
    chat = np.vstack([photos([0, 0, 7], 5, rng), photos([0, 0, 3], 20, rng)])
    assert topics([range(5)], chat, WORDS) == [7]
    assert topics([range(5)], photos(0, 25, rng), WORDS) == [None]


def test_a_word_that_fits_only_some_of_the_photos_is_no_name() -> None:
    rng = np.random.default_rng(3)
    chat = np.vstack([photos(7, 19, rng), photos(3, 1, rng), photos(50, 60, rng)])
    assert topics([range(20)], chat, WORDS) == [7]
    mixed = np.vstack([photos(7, 12, rng), photos(3, 8, rng), photos(50, 60, rng)])
    assert topics([range(20)], mixed, WORDS) == [None]


def test_a_word_that_fits_the_other_photos_as_well_is_no_name() -> None:
    rng = np.random.default_rng(4)
    alike = np.vstack([photos([7, 9], 5, rng), photos([7, 11], 5, rng), photos(50, 20, rng)])
    assert topics([range(5), range(5, 10)], alike, WORDS) == [9, 11]
    assert topics([range(5)], np.vstack([photos(7, 10, rng), photos(50, 20, rng)]), WORDS) == [None]


def test_noise_has_no_name() -> None:
    rng = np.random.default_rng(5)
    chat = unit(rng.normal(size=(300, DIMENSIONS)))
    albums = [range(start, start + size) for start, size in zip(range(0, 250, 10), [3, 5, 10, 4, 8] * 5, strict=True)]
    assert topics(albums, chat, WORDS) == [None] * 25


def test_of_words_that_fit_as_well_the_most_typical_one_is_taken() -> None:
    """Word 0 lies between 1 to 4, as tools do between hammers, pliers …; the photos show all of them."""
    words = WORDS.copy()
    kinds = axes(*range(101, 105))
    words[1:5] = unit(kinds + 0.8 * axes(100))
    words[0] = unit(kinds.sum(axis=0) / 2 + axes(100))[None]
    rng = np.random.default_rng(6)
    album = unit(axes(100) + 0.6 * kinds[0] + 0.5 * kinds[1:].sum(axis=0) + 0.02 * rng.normal(size=(6, DIMENSIONS)))
    assert topics([range(6)], np.vstack([album, photos(50, 20, rng)]), words) == [0]


def test_one_word_names_one_album() -> None:
    rng = np.random.default_rng(7)
    near, far = photos(7, 5, rng), unit(axes(7) + 0.3 * axes(9) + 0.05 * rng.normal(size=(5, DIMENSIONS)))
    chat = np.vstack([near, far, photos(50, 400, rng)])
    found = topics([range(5), range(5, 10)], chat, WORDS)
    assert found.count(7) == 1


@pytest.mark.parametrize("size", [0, 1, 2])
def test_too_few_photos_have_no_name(size: int) -> None:
    rng = np.random.default_rng(8)
    assert topics([range(size)], np.vstack([photos(7, 5, rng), photos(50, 20, rng)]), WORDS) == [None]


def test_an_album_of_all_photos_has_no_name_and_words_that_are_all_the_same_give_none() -> None:
    rng = np.random.default_rng(9)
    chat = np.vstack([photos(7, 5, rng), photos(50, 20, rng)])
    assert topics([range(25)], chat, WORDS) == [None]
    assert topics([range(5)], chat, np.repeat(unit(np.ones((1, DIMENSIONS))), 100, axis=0)) == [None]


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 99), st.permutations(range(5)))
def test_the_order_of_the_photos_changes_no_name(seed: int, order: list[int]) -> None:
    rng = np.random.default_rng(seed)
    chat = np.vstack([photos(7, 5, rng), photos(3, 5, rng), photos(50, 9, rng)])
    assert topics([order, range(5, 10)], chat, WORDS) == topics([range(5), range(5, 10)], chat, WORDS) == [7, 3]
