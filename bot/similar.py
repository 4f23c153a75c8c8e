"""Ranking by cosine similarity: exact, on unit rows, so that a dot product is the cosine."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOISE = 1e-6
"""What float32 loses in a dot product of unit rows; an identical photo still counts as 1."""


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate's id and its cosine similarity, from -1 to 1."""

    id: int
    similarity: float


def rank(
    queries: NDArray[np.float32],
    ids: NDArray[np.int64],
    vectors: NDArray[np.float32],
    *,
    top: int,
    threshold: float,
) -> list[Match]:
    """The `top` candidates from `threshold` up, best first; each by its best cosine to any query.

    Args:
        queries: (m, d) unit rows: one photo, or the members of an album.
        ids: (n,) of the candidates.
        vectors: (n, d) unit rows of the candidates. Equal similarities keep this order.

    Returns:
        At most `top` matches, similarity falling.
    """
    if not len(queries) or not len(vectors) or top < 1:
        return []
    best = (vectors @ queries.T).max(axis=1)
    if len(best) > top:
        # All that tie with the last place come along, so that the stable sort decides between them.
        cut = np.partition(best, len(best) - top)[len(best) - top]
        chosen = np.flatnonzero(best >= cut)
    else:
        chosen = np.arange(len(best))
    order = chosen[np.argsort(-best[chosen], kind="stable")][:top]
    found = [Match(int(ids[row]), float(best[row])) for row in order]
    return [match for match in found if match.similarity >= threshold - NOISE]


def percent(similarity: float) -> int:
    """100·max(0, cosine), rounded down (float32's noise taken off first)."""
    return min(100, math.floor(100 * max(0.0, similarity + NOISE)))
