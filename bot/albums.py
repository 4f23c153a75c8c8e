"""Albums: KMeans on the unit sphere, then only what holds together. Pure numpy and scikit-learn.

What holds together is judged against the chat's own background, as every model, and every chat, has its own scale of
similarities. The background is the lower quartile of the cosines between the chat's photos (on the sample): the
similarity of two photos that have nothing to do with each other, as long as no subject fills nearly the whole chat.
Cosines are stretched so that the background is 0 and 1 stays 1. A photo belongs to its album if its stretched cosine
to the centroid of the *other* members is at least 0.5; with a centroid that it made itself it is not compared, as of
two random vectors each has the cosine 0.7 to their mean. An album of more than half of the photos must reach 2/3 on
average, or it is only the blob that the albums were cut from.
"""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]
Progress = Callable[[str, float], None]

NEEDED = 4
"""Photos: with fewer there are no two albums of two."""
MOST_CHOSEN = 20
SAMPLE = 800
"""Photos on which k is chosen: bounds the n × n matrix of the silhouettes (2.6 MB) and the time."""
HELD = 1 / 2
"""A member's stretched cosine to the other members' centroid at least."""
HELD_BLOB = 2 / 3
"""The mean of an album that has more than half of the photos at least."""
HIGHEST_BACKGROUND = 0.99
"""Where nearly all photos are copies of one, the copies are an album and not the background."""
TRIMMED = 0.1
"""Part of an album that is dropped at a time: the centroid moves towards those that stay."""
STARTS = 4
NOISE = 1e-6
"""What float32 loses in a dot product of unit rows."""


class AlbumError(Exception):
    """There are no albums to be had."""


class TooFewPhotos(AlbumError):
    """Fewer photos than albums can be made of."""

    def __init__(self, count: int, needed: int) -> None:
        super().__init__(count, needed)
        self.count, self.needed = count, needed


class TooManyAlbums(AlbumError):
    """More albums wanted than there are photos."""

    def __init__(self, k: int, count: int) -> None:
        super().__init__(k, count)
        self.k, self.count = k, count


class AllTheSame(AlbumError):
    """Every photo has the same vector."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


@dataclass(frozen=True, slots=True)
class Album:
    """Row numbers, nearest to the centroid first; `tightness` is their mean cosine to the unit centroid."""

    members: tuple[int, ...]
    tightness: float


@dataclass(frozen=True, slots=True)
class Clustering:
    """`k` is what KMeans was run with; `albums` (biggest first) and `leftover` (rising) share out all rows."""

    k: int
    albums: tuple[Album, ...]
    leftover: tuple[int, ...]


def make_albums(vectors: Vectors, *, k: int | None, seed: int = 0, progress: Progress | None = None) -> Clustering:
    """Sort photos into albums. The same rows in the same order give the same albums.

    Args:
        vectors: (n, d) unit rows. KMeans depends on their order, so the caller sorts them by something lasting.
        k: clusters to make; None lets the silhouette choose.
        progress: told the stage, "choose" or "sort", and the part of it that is done.

    Raises:
        TooFewPhotos, TooManyAlbums, AllTheSame: in this order of precedence.
    """
    tell = progress or (lambda stage, part: None)
    _check(vectors, k)
    rng = np.random.default_rng(seed)
    sample = vectors[np.sort(rng.choice(len(vectors), min(SAMPLE, len(vectors)), replace=False))]
    centres = _choose(sample, seed, tell) if k is None else None
    chosen = k if centres is None else len(centres)
    assert chosen is not None
    tell("sort", 0.0)
    labels = _sort(vectors, chosen, centres, seed)
    background = _background(sample)
    groups = (_trim(vectors, np.flatnonzero(labels == label), background) for label in range(chosen))
    held = [rows for rows in groups if len(rows) > 1 and not _is_blob(vectors, rows, background)]
    albums = [_album(vectors, rows) for rows in held]
    albums.sort(key=lambda album: (-len(album.members), min(album.members)))
    tell("sort", 1.0)
    return Clustering(chosen, tuple(albums), _rest(len(vectors), albums))


def _check(vectors: Vectors, k: int | None) -> None:
    count = len(vectors)
    if count < NEEDED:
        raise TooFewPhotos(count, NEEDED)
    if k is not None and k > count:
        raise TooManyAlbums(k, count)
    if (vectors @ vectors[0]).min() >= 1 - NOISE:
        raise AllTheSame(count)


def _choose(sample: Vectors, seed: int, tell: Progress) -> Vectors:
    """The centroids (k, d) of the k with the best mean silhouette (Rousseeuw 1987) by cosine distance."""
    from sklearn.metrics import silhouette_score

    tell("choose", 0.0)
    distances = np.clip(1 - sample @ sample.T, 0, None)
    np.fill_diagonal(distances, 0)
    count = len(sample)
    last = min(MOST_CHOSEN, int(2 * count**0.5), count - 1)
    best = -2.0
    found: Vectors = sample.mean(axis=0, keepdims=True)
    for k in range(2, last + 1):
        labels, centres = _kmeans(sample, k, "k-means++", STARTS, seed)
        if 1 < len(np.unique(labels)) < count:
            score = float(silhouette_score(distances, labels, metric="precomputed"))
            if score > best:
                best, found = score, centres
        tell("choose", (k - 1) / (last - 1))
    return found


def _sort(vectors: Vectors, k: int, centres: Vectors | None, seed: int) -> NDArray[np.int32]:
    if centres is not None:
        return _kmeans(vectors, k, centres, 1, seed)[0]
    starts = STARTS if k <= MOST_CHOSEN else 1  # of many centroids no start gets all wrong, and each start takes long
    return _kmeans(vectors, min(k, _distinct(vectors)), "k-means++", starts, seed)[0]


def _kmeans(
    vectors: Vectors, k: int, start: str | Vectors, starts: int, seed: int
) -> tuple[NDArray[np.int32], Vectors]:
    """Labels (n,) and centroids (k, d).

    In one thread: OpenMP's threads add up in an order that is not the same every time, and on a busy machine
    threads that wait for each other took ten times as long.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped, unused-ignore]

    # It warns of photos that differ in the last bits only. Not `catch_warnings`: it is not safe in threads.
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    with threadpool_limits(1):
        made = KMeans(k, init=start, n_init=starts, random_state=seed).fit(vectors)
    return made.labels_, made.cluster_centers_


def _distinct(vectors: Vectors) -> int:
    return len({row.tobytes() for row in vectors.round(5) + 0.0})


def _background(sample: Vectors) -> float:
    """The lower quartile of the cosines of all pairs."""
    quartile = np.quantile((sample @ sample.T)[np.triu_indices(len(sample), 1)], 0.25)
    return min(HIGHEST_BACKGROUND, float(quartile))


def _trim(vectors: Vectors, rows: Rows, background: float) -> Rows:
    """The rows that stay when those too far from the centroid of the others are dropped, the farthest first."""
    while len(rows) > 1:
        near = _to_the_others(vectors[rows], background)
        far = np.argsort(near, kind="stable")[: max(1, int(TRIMMED * len(rows)))]
        far = far[near[far] < HELD]
        if not len(far):
            return rows
        rows = np.delete(rows, far)
    return rows


def _is_blob(vectors: Vectors, rows: Rows, background: float) -> bool:
    return len(rows) > len(vectors) / 2 and _to_the_others(vectors[rows], background).mean() < HELD_BLOB


def _to_the_others(members: Vectors, background: float) -> NDArray[np.float64]:
    """(m,) stretched cosine of each row to the centroid of the other rows.

    The inner product is replaced by (x·y - background) / (1 - background), which leaves x·x = 1.
    """
    others = (members.sum(axis=0, dtype=np.float64) - members) / (len(members) - 1)
    similar = np.einsum("ij,ij->i", members, others) - background
    squared = np.einsum("ij,ij->i", others, others) - background
    near: NDArray[np.float64] = similar / np.sqrt((1 - background) * np.maximum(squared, NOISE))
    return near


def _album(vectors: Vectors, rows: Rows) -> Album:
    centroid = vectors[rows].sum(axis=0, dtype=np.float64)
    near = (vectors[rows] @ centroid) / max(float(np.linalg.norm(centroid)), NOISE)
    order = np.argsort(-near.round(5), kind="stable")  # equal photos stay in the caller's order
    return Album(tuple(int(row) for row in rows[order]), min(1.0, float(near.mean())))


def _rest(count: int, albums: Iterable[Album]) -> tuple[int, ...]:
    shown = {row for album in albums for row in album.members}
    return tuple(row for row in range(count) if row not in shown)
