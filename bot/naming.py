"""What an album is of: the word of a vocabulary that fits its photos, or none rather than a silly one. Pure numpy.

A photo's score for a word is the cosine of the two less the mean cosine of the chat's photos to the word: what all
photos of a chat have in common names no album, and words that are near to every picture gain nothing by it. An album's
score is half the mean of its photos' scores, half their lower quartile, so that no word wins by a few photos alone.

Each model has its own scale of cosines between pictures and texts, so the floors are of ranks and deviations. They were
set with pocket (tests/measure_names.py), and hold a name back that should not stand there:
the word must stand out from the vocabulary (`STANDS_OUT`), fit most photos for themselves (`FITTING`, `AMONG_FIRST`),
and part the album's photos from the chat's others (`PARTS`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Scores = NDArray[np.float64]
Rows = NDArray[np.int64]

FEWEST = 3
"""Photos that an album with a name has at least: two may be alike by accident."""
STANDS_OUT = 4.0
"""Standard deviations by which the album's mean score for the word is above that for all words, at least."""
AMONG_FIRST = 0.03
"""The part of the vocabulary, best first, among which a photo's own ranking has a word that fits it."""
FITTING = 2 / 3
"""The part of an album's photos that the word must fit, at least."""
PARTS = 0.95
"""Probability that a photo of the album has a higher score for the word than another photo (ROC AUC), at least."""
NEAR = 0.9
"""Words with this part of the best score are as good as equal: "tools", "pliers". The most typical of them is taken."""
TYPICAL = 8
"""Best words whose mean says which is typical: "tools" is near to all of those that tools bring up."""
SAMPLE = 200
"""Photos of an album that are looked at, and four times as many others: bounds time and memory."""


@dataclass(frozen=True, slots=True)
class _Found:
    word: int
    deviations: float


def topics(albums: Sequence[Sequence[int]], vectors: Vectors, words: Vectors) -> list[int | None]:
    """For each album the row of the word that names it, or None; no word names two albums.

    Args:
        albums: rows of the album's photos, nearest to the centroid first.
        vectors: (n, d) unit rows, of all photos of the chat.
        words: (m, d) unit rows.
    """
    found = [_topic(np.asarray(rows, np.int64), vectors, words) for rows in albums]
    best: dict[int, float] = {}
    for one in found:
        if one is not None:
            best[one.word] = max(best.get(one.word, 0.0), one.deviations)
    return [one.word if one is not None and one.deviations == best[one.word] else None for one in found]


def _topic(rows: Rows, vectors: Vectors, words: Vectors) -> _Found | None:
    others = _spread(np.setdiff1d(np.arange(len(vectors)), rows), 4 * SAMPLE)
    if len(rows) < FEWEST or not len(others):
        return None
    mean = vectors.mean(axis=0, dtype=np.float64)
    scores = (vectors[_spread(rows, SAMPLE)] - mean) @ words.T.astype(np.float64)
    album = (scores.mean(axis=0) + np.quantile(scores, 0.25, axis=0)) / 2
    word = _typical(album, words)
    deviations = _deviations(scores.mean(axis=0), word)
    fits = _part_fitting(scores, word) >= FITTING
    if deviations < STANDS_OUT or not fits or _parts(scores[:, word], (vectors[others] - mean) @ words[word]) < PARTS:
        return None
    return _Found(word, deviations)


def _spread(rows: Rows, most: int) -> Rows:
    """So many of the rows, evenly from all over them."""
    return rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(np.int64)]


def _typical(album: Scores, words: Vectors) -> int:
    """Of the words that are as good as the best one, that which is nearest to the mean of the best."""
    best = np.argsort(-album, kind="stable")[:TYPICAL]
    equal = best[album[best] >= NEAR * album[best[0]]] if album[best[0]] > 0 else best[:1]
    return int(equal[np.argmax(words[equal] @ words[best].mean(axis=0))])


def _deviations(scores: Scores, word: int) -> float:
    deviation = float(scores.std())
    return (float(scores[word]) - float(scores.mean())) / deviation if deviation > 1e-6 else 0.0


def _part_fitting(scores: Scores, word: int) -> float:
    """Of the photos, those that have the word among the first of their own."""
    better = (scores > scores[:, [word]]).sum(axis=1)
    return float((better < AMONG_FIRST * scores.shape[1]).mean())


def _parts(inside: Scores, outside: Scores) -> float:
    return float((inside[:, None] > outside[None, :]).mean())
