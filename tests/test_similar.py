"""Ranking: hand-computed cases, and the definition itself on drawn ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.similar import Match, percent, rank

EAST, NORTH = np.array([[1, 0]], np.float32), np.array([[0, 1]], np.float32)
FOUR = np.array([[1, 0], [0.6, 0.8], [0, 1], [-1, 0]], np.float32)
IDS = np.array([10, 11, 12, 13], np.int64)


def test_four_points_by_hand() -> None:
    found = rank(EAST, IDS, FOUR, top=3, threshold=-1)
    assert [(match.id, round(match.similarity, 6)) for match in found] == [(10, 1.0), (11, 0.6), (12, 0.0)]


def test_an_album_scores_by_its_best_member() -> None:
    found = rank(np.vstack([EAST, NORTH]), IDS, FOUR, top=4, threshold=0.5)
    assert [(match.id, round(match.similarity, 6)) for match in found] == [(10, 1.0), (12, 1.0), (11, 0.8)]


def test_equal_similarities_keep_the_order_of_the_candidates_also_at_the_cut() -> None:
    same = np.repeat(EAST, 50, axis=0)
    assert [match.id for match in rank(EAST, np.arange(50, dtype=np.int64), same, top=3, threshold=0)] == [0, 1, 2]


def test_nothing_to_compare_is_no_match() -> None:
    nothing = np.empty((0, 2), np.float32)
    assert rank(nothing, IDS, FOUR, top=3, threshold=0) == []
    assert rank(EAST, np.empty(0, np.int64), nothing, top=3, threshold=0) == []


def test_the_threshold_itself_passes() -> None:
    assert rank(EAST, IDS, FOUR, top=4, threshold=0.6) == [Match(10, 1.0), Match(11, pytest.approx(0.6))]


def units(seed: int, count: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 40), st.integers(1, 12), st.floats(-1, 1))
def test_ranking_is_its_definition(seed: int, asked: int, known: int, top: int, threshold: float) -> None:
    queries, vectors = units(seed, asked), units(seed + 1, known)
    found = rank(queries, np.arange(known, dtype=np.int64), vectors, top=top, threshold=threshold)
    best = {row: float((queries @ vectors[row]).max()) for row in range(known)}
    assert len(found) <= top
    assert [match.similarity for match in found] == sorted((match.similarity for match in found), reverse=True)
    for match in found:
        assert match.similarity == pytest.approx(best[match.id], abs=1e-6)
    left_out = [score for row, score in best.items() if row not in {match.id for match in found}]
    if len(found) < top:
        assert all(score < threshold + 1e-5 for score in left_out)
    else:
        assert all(score <= found[-1].similarity + 1e-6 for score in left_out)


@pytest.mark.parametrize(
    ("similarity", "shown"), [(1.0, 100), (0.99999994, 100), (0.999, 99), (0.8, 80), (0.8049, 80), (0, 0), (-0.3, 0)]
)
def test_per_cent_is_rounded_down_but_an_identical_photo_is_100(similarity: float, shown: int) -> None:
    assert percent(similarity) == shown
