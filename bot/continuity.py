"""Which album of a new sorting goes on with which earlier one, so that numbers and names stay. Pure numpy and scipy.

Judged by the photos that both sortings knew. Of a new album, the part that was in the earlier one says how right the
earlier name still is; where it is less than half, the cosine of the two centroids, each less the mean of all photos,
may make up for it. Where several claims meet, the assignment with the largest sum of overlaps (Jaccard index) is
taken: of an album that was split, the biggest part goes on with it; of albums that were merged, the biggest goes on.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Mean = NDArray[np.float64]

CLAIM = 0.5
"""The part at least, or the mean of part and cosine: fewer photos, but the same direction."""
TIE = 1e-3
"""Weight of the cosine beside the overlap: it decides only between overlaps that are as good as equal."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An album as it was; `missed` is how many sortings have passed without it, `photo_ids` those still remembered."""

    number: int
    photo_ids: frozenset[int]
    missed: int = 0


def continued(
    before: Sequence[Earlier], after: Sequence[Sequence[int]], vectors: Mapping[int, Vectors]
) -> list[int | None]:
    """For each new album, the place in `before` of the one that it goes on with; each is gone on with once.

    Args:
        after: photo ids of the new albums.
        vectors: (d,) unit vectors of all photos that were sorted, by id.
    """
    from scipy.optimize import linear_sum_assignment

    rows = sorted(range(len(after)), key=lambda row: (-len(after[row]), min(after[row], default=0)))
    columns = sorted(range(len(before)), key=lambda column: (before[column].missed, before[column].number))
    found: list[int | None] = [None] * len(after)
    if not rows or not columns:
        return found
    score = _scores([before[column] for column in columns], [after[row] for row in rows], vectors)
    for row, column in zip(*linear_sum_assignment(score, maximize=True), strict=True):
        if score[row, column] > 0:
            found[rows[row]] = columns[column]
    return found


def _scores(
    before: Sequence[Earlier], after: Sequence[Sequence[int]], vectors: Mapping[int, Vectors]
) -> NDArray[np.float64]:
    """(new, earlier): the overlap of each pair, a little more for what is near and early; 0 where there is no claim."""
    common = _common(before, after)
    old_sizes = np.array([len(album.photo_ids) for album in before])
    until = max((max(album.photo_ids, default=0) for album in before), default=0)
    new_sizes = np.array([sum(photo_id <= until for photo_id in album) for album in after])
    cosine = _cosines([sorted(album.photo_ids) for album in before], after, vectors)
    part = common / np.maximum(new_sizes[:, None], 1)
    jaccard = common / np.maximum(new_sizes[:, None] + old_sizes - common, 1)
    first = TIE * TIE * np.linspace(1, 0, len(before))
    held = (common > 0) & (np.maximum(part, (part + cosine) / 2) >= CLAIM)
    scores: NDArray[np.float64] = np.where(held, jaccard + TIE * cosine + first, 0)
    return scores


def _common(before: Sequence[Earlier], after: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """(new, earlier): photos in both."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for column, album in enumerate(before):
        for photo_id in album.photo_ids:
            places[photo_id].append(column)
    common = np.zeros((len(after), len(before)))
    for row, photo_ids in enumerate(after):
        for column, count in Counter(column for photo_id in photo_ids for column in places[photo_id]).items():
            common[row, column] = count
    return common


def _cosines(
    before: Sequence[Sequence[int]], after: Sequence[Sequence[int]], vectors: Mapping[int, Vectors]
) -> NDArray[np.float64]:
    """(new, earlier): cosine of the centroids less the mean of all photos, from 0; 0 where no vector is known."""
    mean: Mean = np.mean([vectors[photo_id] for photo_id in sorted(vectors)], axis=0, dtype=np.float64)
    old, new = (np.stack([_centred(album, vectors, mean) for album in albums]) for albums in (before, after))
    return np.clip(new @ old.T, 0, 1)


def _centred(photo_ids: Sequence[int], vectors: Mapping[int, Vectors], mean: Mean) -> Mean:
    known = [vectors[photo_id] for photo_id in photo_ids if photo_id in vectors]
    if not known:
        return np.zeros_like(mean)
    centred: Mean = np.mean(known, axis=0, dtype=np.float64) - mean
    length = np.linalg.norm(centred)
    return centred / length if length > 1e-9 else centred
