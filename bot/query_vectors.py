"""From the vectors of a query to the photos that are near it: arithmetic of unit vectors, and what counts as near.

A text and a photo are never as near as two photos, and each model has its own scale. So the floor for words is found
by what the chat's photos score with words that nobody asked for: their mean, and `SIGMAS` standard deviations more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.similar import NOISE

Vector = NDArray[np.float32]

SIGMAS = 2.5
"""Measured with `pocket` on bot/sandbox/photos (`python -m tests.measure_finding`): of 32 things that are shown there
28 are answered, of 30 that are not 7; at 2.0 it is 29 and 14, at 3.0 23 and 5."""
SAMPLE = 2000
"""Photos that the floor is measured on at most, taken evenly from all."""

BACKGROUND = tuple(
    """apple airport baby ball bedroom beach bird boat book bridge building bus butterfly cake car chair child church
    city clock cloud computer cow crowd dance desert dinner dog door dress drink face farm fence fire food forest
    garden glass grass hand hat horse hospital hotel house insect island jacket kitchen lake lamp letter lion map
    market meeting menu money mountain museum music night office painting park party phone picnic plant poster rain
    restaurant river road room school sea sheep ship shoe shop sky sleep snow sport spider stage street sunset table
    team text toy train tree truck wall wedding window""".split()  # noqa: SIM905
)
"""Everyday words of many kinds: what a photo scores with them is what it scores with anything."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The vectors of a query: (d,) unit rows, None where there is no such part.

    Attributes:
        plus, minus: all texts of one sign, summed. photo: the photo that the words are added to.
        related: cosine from which two photos count as related.
    """

    plus: Vector | None
    minus: Vector | None
    photo: Vector | None
    related: float


def unit_sum(rows: Vector) -> Vector | None:
    """The sum of (n, d) rows as a unit vector (d,); None for none, or where they cancel each other out."""
    if not len(rows):
        return None
    total = rows.astype(np.float64).sum(axis=0)
    length = float(np.linalg.norm(total))
    return None if length < NOISE else (total / length).astype(np.float32)


def floor(photos: Vector, background: Vector) -> tuple[float, float]:
    """The cosine above which a photo has something to do with a text, and the deviation of the cosines.

    Args:
        photos: (n, d) unit rows, n ≥ 1. background: (m, d) unit rows of texts.
    """
    some = photos[:: max(1, -(-len(photos) // SAMPLE))]
    cosines = some @ background.T
    deviation = float(cosines.std())
    return float(cosines.mean()) + SIGMAS * deviation, deviation


def near(wanted: Wanted, photos: Vector, background: Vector) -> NDArray[np.intp]:
    """The rows of `photos` (n, d) that are near a query, best first; equal scores keep their order.

    The score is the sum of the cosines to the parts, with their signs (the arithmetic is rclip's). Cosines to a photo
    differ more than those to words, so they are weighted to differ alike, or the words would not be heard.

    Near is what lies above the floor for words, and shows what is wanted more than what is not; beside a photo also
    what is related to it.
    """
    if not len(photos):
        return np.empty(0, np.intp)
    lowest, deviation = floor(photos, background)
    score, is_near = np.zeros(len(photos)), np.zeros(len(photos), bool)
    minus = None if wanted.minus is None else photos @ wanted.minus
    if wanted.plus is not None:
        cosines = photos @ wanted.plus
        score += cosines
        is_near = cosines > lowest + NOISE
        if minus is not None:
            is_near &= cosines > minus
    if minus is not None:
        score -= minus
    if wanted.photo is not None:
        cosines = photos @ wanted.photo
        spread = float(cosines.std())
        score += cosines * (deviation / spread if spread > NOISE and deviation > NOISE else 1.0)
        is_near |= cosines >= wanted.related - NOISE
    rows = np.flatnonzero(is_near)
    return rows[np.argsort(-score[rows], kind="stable")]
