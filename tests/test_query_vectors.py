"""Near is what lies above what the chat's photos score with words that nobody asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.query_vectors import BACKGROUND, SAMPLE, SIGMAS, Wanted, floor, near, unit_sum


def rows(*values: tuple[float, ...]) -> NDArray[np.float32]:
    found = np.asarray(values, np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


RED, GREEN, YELLOW = rows((1, 0, 0), (0, 1, 0), (1, 1, 0))
WORDS = rows((0, 0, 1))


def wanted(
    plus: NDArray[np.float32] | None = None, minus: NDArray[np.float32] | None = None,
    photo: NDArray[np.float32] | None = None,
) -> Wanted:  # fmt: skip
    return Wanted(plus, minus, photo, related=0.9)


def test_the_floor_is_the_mean_and_some_deviations_of_the_background() -> None:
    photos, background = rows((1, 0), (0.6, 0.8)), rows((1, 0), (0.8, 0.6))
    cosines = np.asarray([1.0, 0.8, 0.6, 0.96])
    lowest, deviation = floor(photos, background)
    assert deviation == pytest.approx(cosines.std(), abs=1e-6)
    assert lowest == pytest.approx(cosines.mean() + SIGMAS * cosines.std(), abs=1e-6)


def test_the_floor_of_many_photos_is_that_of_an_even_sample() -> None:
    photos = np.repeat(rows((1, 0), (0, 1)), 3 * SAMPLE, axis=0)
    assert floor(photos, rows((1, 0))) == pytest.approx((0.5 + SIGMAS * 0.5, 0.5), abs=0.01)


def test_the_best_come_first_and_the_far_not_at_all() -> None:
    photos = np.stack([GREEN, YELLOW, RED])
    assert list(near(wanted(RED), photos, WORDS)) == [2, 1]
    assert list(near(wanted(unit_sum(np.stack([RED, GREEN]))), photos, WORDS)) == [1, 0, 2]
    assert list(near(wanted(rows((-1, 0.2, 0))[0]), np.stack([RED, YELLOW]), WORDS)) == []


def test_what_shows_more_of_what_is_not_wanted_is_left_out_and_the_rest_is_moved_back() -> None:
    photos = np.stack([GREEN, YELLOW, RED])
    assert list(near(wanted(RED), photos, WORDS)) == [2, 1]
    assert list(near(wanted(RED, minus=GREEN), photos, WORDS)) == [2]
    less_green = rows((1, 0.9, 0))[0]
    assert list(near(wanted(RED, minus=GREEN), np.stack([less_green, RED]), WORDS)) == [1, 0]


def test_beside_a_photo_what_is_related_to_it_counts_and_words_decide_the_order() -> None:
    photos = rows((1, 0.05, 0), (1, 0.3, 0), (0, 0, 1), (0, 1, 0))
    assert list(near(wanted(photo=RED), photos, WORDS)) == [0, 1]
    assert next(iter(near(wanted(photo=RED, plus=GREEN), photos, WORDS))) in (1, 3)
    assert 2 not in near(wanted(photo=RED, plus=GREEN), photos, WORDS)
    assert list(near(wanted(photo=RED, minus=GREEN), photos, WORDS)) == [0, 1]


def test_without_photos_or_parts_nothing_is_near() -> None:
    assert list(near(wanted(RED), np.empty((0, 3), np.float32), WORDS)) == []
    assert list(near(wanted(), np.stack([RED]), WORDS)) == []
    assert unit_sum(np.empty((0, 3), np.float32)) is None
    assert unit_sum(np.stack([RED, -RED])) is None


@given(st.integers(1, 60), st.integers(0, 2**32 - 1), st.booleans())
def test_what_is_near_is_sorted_by_its_score_and_stands_above_the_floor(count: int, seed: int, minus: bool) -> None:
    random = np.random.default_rng(seed)
    photos, texts = (_units(random.normal(size=(n, 8))) for n in (count, 2))
    background = _units(random.normal(size=(20, 8)))
    order = near(wanted(texts[0], minus=texts[1] if minus else None), photos, background)
    score = photos @ texts[0] - (photos @ texts[1] if minus else 0)
    assert list(score[order]) == sorted(score[order], reverse=True)
    above = photos @ texts[0] > floor(photos, background)[0] + 1e-6
    assert set(order) == set(np.flatnonzero(above & (score > 0) if minus else above))


def _units(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def test_the_background_is_words_of_many_kinds_each_once() -> None:
    assert len(set(BACKGROUND)) == len(BACKGROUND) == 100
