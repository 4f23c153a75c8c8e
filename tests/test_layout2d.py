"""The layout of a map: nobody's cell is taken twice, and neighbours stay neighbours."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.manifold import trustworthiness

from bot.layout2d import SMALL, Board, arrange, project, shares
from bot.sandbox.sample import PHOTOS
from bot.vision.clip import Clip
from bot.vision.images import decode
from tests.test_albums import around, unit

Vectors = NDArray[np.float32]


@pytest.fixture(scope="module")
def seen() -> Vectors:
    """Embeddings of all sample photos."""
    model = Clip("pocket", "cpu")
    model.load()
    prepared = [model.prepare(decode(file.read_bytes())) for file in sorted(PHOTOS.glob("*.jpg"))]
    return np.vstack([model.embed_images([one]) for one in prepared])


def kept(vectors: Vectors, places: object) -> float:
    """How far the five nearest neighbours of each photo in the plane are near it by their vectors; 1 is best."""
    return float(trustworthiness(vectors, np.asarray(places), n_neighbors=5, metric="cosine"))


def taken(board: Board, widths: list[int]) -> list[tuple[int, int]]:
    """Every cell that a photo or a part of a label has."""
    labels = [(column + step, row) for (column, row), width in zip(board.labels, widths, strict=True)
              for step in range(width)]  # fmt: skip
    return [*board.photos, *labels]


def test_neighbours_by_meaning_are_neighbours_in_the_plane_and_on_the_grid(seen: Vectors) -> None:
    points = project(seen)
    assert kept(seen, points) > 0.955  # 0.969 to 0.977 measured; the first two principal components reach 0.919
    board = arrange(points, [None] * len(seen), [], 9, 1.2)
    assert kept(seen, board.photos) > 0.86  # 0.874 to 0.921 measured: t-SNE takes the last bits of a vector seriously
    shuffled = np.random.default_rng(0).permutation(board.photos)
    assert kept(seen, shuffled) < 0.6


def test_the_same_photos_have_the_same_places_and_another_seed_changes_only_details(seen: Vectors) -> None:
    first = project(seen)
    assert (first == project(seen)).all()
    assert kept(seen, project(seen, seed=3)) > 0.955


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 30])
def test_few_photos_and_copies_of_one_have_places_too(count: int) -> None:
    rng = np.random.default_rng(count)
    for vectors in (unit(rng.normal(size=(count, 8))), unit(np.ones((count, 8)))):
        points = project(vectors)
        assert points.shape == (count, 2)
        assert np.isfinite(points).all()
        board = arrange(points, [None] * count, [], 5, 1.2)
        assert len(set(board.photos)) == count


def test_an_album_is_one_region_around_its_label() -> None:
    rng = np.random.default_rng(1)
    vectors = np.vstack([around(axis, 12, 0.7, rng) for axis in range(5)])
    groups = [number // 12 for number in range(60)]
    board = arrange(project(vectors), groups, [2] * 5, 9, 1.2)
    for group, (column, row) in enumerate(board.labels):
        land = {cell for cell, its in zip(board.photos, groups, strict=True) if its == group}
        land |= {(column, row), (column + 1, row)}
        reached, edge = set(), {(column, row)}
        while edge:
            reached |= edge
            steps = {(x + dx, y + dy) for x, y in edge for dx, dy in ((0, 1), (1, 0), (0, -1), (-1, 0))}
            edge = (steps & land) - reached
        assert reached == land


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_photo_and_no_label_covers_another(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 60))
    columns = data.draw(st.integers(5, 17))
    groups = data.draw(st.lists(st.none() | st.integers(0, 11), min_size=count, max_size=count))
    present = sorted({group for group in groups if group is not None})
    groups = [None if group is None else present.index(group) for group in groups]
    widths = [data.draw(st.integers(1, columns - SMALL)) for _ in present]
    points = np.random.default_rng(count).normal(size=(count, 2))
    board = arrange(points, groups, widths, columns, 1.2)
    cells = taken(board, widths)
    assert len(cells) == len(set(cells)) == count + sum(widths)
    assert all(0 <= column < board.columns and 0 <= row < board.rows for column, row in cells)


def test_photos_of_a_small_album_stand_beside_its_label() -> None:
    points = np.random.default_rng(2).normal(size=(40, 2))
    groups = [0 if number in (3, 30) else None for number in range(40)]
    board = arrange(points, groups, [2], 8, 1.2)
    ((column, row),) = board.labels
    assert [board.photos[3], board.photos[30]] == [(column + 2, row), (column + 3, row)]


@given(st.lists(st.integers(1, 5000), max_size=40), st.integers(1, 300))
@example([1] * 40, 10)
@example([100_000, 1, 1], 300)
def test_the_shares_of_albums_are_in_proportion_and_fill_what_there_is(sizes: list[int], total: int) -> None:
    shown = shares(sizes, total)
    assert sum(shown) == min(total, sum(sizes))
    assert all(0 <= part <= size for part, size in zip(shown, sizes, strict=True))
    if len(sizes) <= total < sum(sizes):
        assert all(part >= 1 for part in shown)
        exact = [(total - len(sizes)) * (size - 1) / (sum(sizes) - len(sizes)) for size in sizes]
        assert all(abs(part - 1 - fair) <= 1 for part, fair in zip(shown, exact, strict=True))
