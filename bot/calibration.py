"""From which cosine on photos are related: the model's own threshold, and how a chat's photos raise it. Pure numpy.

In a group of cat photos every cat is similar to every other, so the best match says little. Two things say more. How
far it stands out of the crowd of the next best: speaker verification normalises scores so (Auckenthaler et al. 2000),
and CSLS does against hubs (Conneau et al. 2018). And how often a photo of this very chat would stand out as far.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CROWD = 5
"""Of the photos next to the best match, those that make the crowd."""
WEIGHT = 0.3
"""How much of the crowd's mean cosine is taken off; measured (README): more hides photos that have several related
ones, less finds fewer of the photos that show the same thing again in a chat of one subject."""
SHARE = 1 / 3
"""Of a chat's photos, those that may be answered as related."""
DOUBT = 20
"""Photos' worth of trust in the model's threshold: the share is SHARE·(1 + DOUBT/n) of n photos."""
FEWEST = 20
"""Photos below which a chat tells nothing."""
SAMPLE = 200
"""Photos that are compared with all others: the time is that of so many searches, however large the chat."""
GROWTH = 0.1
"""By which part a chat has to grow, or shrink, until it is looked at again."""
DIFFERING = 0.1
"""Of the bits that both photos are sure of, those in which the hashes of one picture may differ."""
SURE = 8
"""Bits of that kind below which a hash tells nothing, as that of a blank picture."""
TONE = 6
"""Grey levels by which the tones of one picture may differ; all three as `bot.tiers` has them for SAME."""
CHUNK = 4096


@dataclass(frozen=True, slots=True)
class Kin:
    """What tells that two photos of a chat are of one picture, or of one moment; one entry a photo, in one order.

    Attributes:
        hashes, sure: (n,) uint64, perceptual hashes, and which of their bits stand out of noise; 0 where unknown.
        tones: (n, t) of each whole photo.
        events: (n,) int64, equal for the photos of an album; negative: of none.
        senders: (n,) int64, negative: nobody in particular.
        times: (n,) float64, Unix seconds.
    """

    hashes: NDArray[np.uint64]
    sure: NDArray[np.uint64]
    tones: NDArray[np.float32]
    events: NDArray[np.int64]
    senders: NDArray[np.int64]
    times: NDArray[np.float64]

    def of(self, rows: NDArray[np.int64], among: slice, leeway: float) -> NDArray[np.bool_]:
        """(m, k): whether photos are kin of some among all, themselves included.

        Args:
            leeway: seconds within which the photos of one sender are of one moment.
        """
        found = self._of_one_picture(rows, among)
        found |= rows[:, None] == np.arange(*among.indices(len(self.times)))[None]
        found |= (self.events[rows, None] == self.events[None, among]) & (self.events[rows, None] >= 0)
        same = (self.senders[rows, None] == self.senders[None, among]) & (self.senders[rows, None] >= 0)
        found |= same & (np.abs(self.times[rows, None] - self.times[None, among]) <= leeway)
        return found

    def _of_one_picture(self, rows: NDArray[np.int64], among: slice) -> NDArray[np.bool_]:
        sure = self.sure[rows, None] & self.sure[None, among]
        differing = np.bitwise_count((self.hashes[rows, None] ^ self.hashes[None, among]) & sure)
        bits = np.bitwise_count(sure)
        found: NDArray[np.bool_] = (bits >= SURE) & (differing <= DIFFERING * bits)
        for tone in self.tones.T:
            found &= np.abs(tone[rows, None] - tone[None, among]) <= TONE
        return found


@dataclass(frozen=True, slots=True)
class Bar:
    """What a match has to reach: a threshold, and standing out of its crowd by a level (None: by nothing)."""

    threshold: float
    level: float | None = None

    def over(self, cosines: Sequence[float]) -> float:
        """The cosine from which on photos are related to one photo.

        Args:
            cosines: of the best matches, falling; those beyond 1 + CROWD don't count.
        """
        if self.level is None:
            return self.threshold
        crowd = sum(max(0.0, cosine) for cosine in cosines[1 : 1 + CROWD]) / CROWD
        return max(self.threshold, self.level + WEIGHT * crowd)


def stretched(threshold: float, factor: float) -> float:
    """A threshold whose distance from 1 is multiplied: 1 - cosine is half the squared distance of unit vectors, so this
    scales every model's distances alike."""
    return 1 - factor * (1 - threshold)


def is_due(photos: int, seen: int) -> bool:
    """Whether a chat of so many photos should be looked at again, that had `seen` the last time."""
    return abs(photos - seen) > GROWTH * seen


def level(
    vectors: NDArray[np.float32], kin: Kin, *, leeway: float, seed: int = 0, share: float = SHARE
) -> float | None:
    """The level out of which at most a share of the chat's photos stand; None where there are too few.

    The share is larger while photos are few: `share`·(1 + DOUBT/n), as if DOUBT photos more had said that the model's
    threshold is right.

    Args:
        vectors: (n, d) unit rows: all photos of one chat. A seeded sample is compared with all; kin is left out.
    """
    count = len(vectors)
    if count < FEWEST:
        return None
    rows = np.sort(np.random.default_rng(seed).choice(count, min(count, SAMPLE), replace=False))
    scores = stand_out(nearest(vectors, kin, rows, leeway))
    return float(np.quantile(scores, 1 - min(1.0, share * (1 + DOUBT / count)), method="higher"))


def nearest(vectors: NDArray[np.float32], kin: Kin, rows: NDArray[np.int64], leeway: float) -> NDArray[np.float32]:
    """(m, 1 + CROWD): the best cosines of some photos to photos that are no kin of theirs, falling; -1 where none."""
    best = np.full((len(rows), 1 + CROWD), -1, np.float32)
    for start in range(0, len(vectors), CHUNK):
        among = slice(start, start + CHUNK)
        cosines = vectors[rows] @ vectors[among].T
        cosines[kin.of(rows, among, leeway)] = -1
        both = np.concatenate([best, cosines], axis=1)
        best = np.partition(both, both.shape[1] - 1 - CROWD, axis=1)[:, -1 - CROWD :]
    return -np.sort(-best, axis=1)


def stand_out(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    """(m,): by how much the best of each row, (m, 1 + CROWD) falling, stands out of the rest."""
    crowd = np.clip(cosines[:, 1:], 0, None).mean(axis=1)
    return np.asarray(cosines[:, 0] - WEIGHT * crowd, np.float32)
