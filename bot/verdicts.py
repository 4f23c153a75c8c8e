"""Same, edited or related: what becomes of a photo's nearest neighbours. Pure numpy.

Copies of one picture stand together, so that a picture that was sent ten times takes one place of an answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.similar import NOISE
from bot.tiers import Tier, judge

MOST = 16
"""Pictures that `shows` judges at most, some milliseconds each."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A photo as it is compared: one of an event (then `similarity` is 1), or one that may be like it.

    Attributes:
        at: date and message id, which order the photos of a chat.
        vector: (d,) unit length.
        similarity: cosine to the event's photo.
    """

    id: int
    file: str
    fingerprint: bytes | None
    at: tuple[float, int]
    vector: NDArray[np.float32]
    similarity: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Copies of one picture that are like an event's photo, earliest first, each a file of its own."""

    query: Picture
    tier: Tier
    copies: tuple[Picture, ...]


def compare(query: Picture, near: Sequence[Picture], threshold: float, top: int) -> list[Neighbour]:
    """What the pictures nearest to one photo are to it: the same ones together, then edits, then related ones.

    Args:
        near: best first.
        threshold: cosine from which on a picture is related that is neither same nor edited.
        top: neighbours of each tier at most.
    """
    tiers = _judged(query, near)
    same, edited = ([one for one, tier in zip(near, tiers, strict=True) if tier == wanted] for wanted in _SURE)
    related = [
        one for one, tier in zip(near, tiers, strict=True)
        if tier not in _SURE and one.similarity >= threshold - NOISE
    ]  # fmt: skip
    found = [Neighbour(query, Tier.SAME, _earliest_first(same))] if same else []
    for tier, pictures in ((Tier.EDITED, edited), (Tier.RELATED, related)):
        found += [Neighbour(query, tier, copies) for copies in gather(pictures, top)]
    return found


_SURE = (Tier.SAME, Tier.EDITED)


def gather(pictures: Sequence[Picture], top: int) -> list[tuple[Picture, ...]]:
    """The first `top` different pictures of a ranking, each with its copies, earliest first."""
    left = list(pictures)
    groups: list[tuple[Picture, ...]] = []
    while left and len(groups) < top:
        copies = _copies(left[0], left[1:])
        groups.append(_earliest_first([left[0], *copies]))
        left = [one for one in left[1:] if one not in copies]
    return groups


def _copies(first: Picture, others: Sequence[Picture]) -> list[Picture]:
    """Only what is nearer to the first than that is to the event's photo can be a copy: most are never judged."""
    near = [one for one in others if float(one.vector @ first.vector) >= first.similarity]
    return [one for one, tier in zip(near, _judged(first, near), strict=True) if tier == Tier.SAME]


def shows(query: Picture, near: Sequence[Picture], others: Sequence[Picture]) -> list[Picture]:
    """Those of some pictures of which a photo is a copy or an edit; the `MOST` nearest are judged.

    Args:
        near: the photo's neighbours. What is farther than half of them is not judged (the guard of `bot.tiers`).
    """
    if not others or not len(query.vector):
        return [one for one in others if one.file == query.file]
    cosines = np.stack([one.vector for one in others]) @ query.vector
    least = float(np.median([one.similarity for one in near])) if near else -1.0
    wanted = [others[row] for row in np.argsort(-cosines, kind="stable")[:MOST] if cosines[row] >= least - NOISE]
    return [one for one, tier in zip(wanted, _judged(query, wanted), strict=True) if tier in _SURE]


def without(found: Sequence[Neighbour], others: Sequence[Picture]) -> list[Neighbour]:
    """Neighbours, but for copies and edits of some pictures."""
    return [one for one in found if not shows(one.copies[0], (), others)]


def best(found: Iterable[Neighbour], top: int) -> list[Neighbour]:
    """The `top` neighbours of several photos of one event: by tier, then by likeness; no picture twice."""
    chosen: list[Neighbour] = []
    files: set[str] = set()
    for one in sorted(found, key=_place):
        own = {picture.file for picture in one.copies}
        if len(chosen) < top and not own & files:
            chosen.append(one)
            files |= own
    return chosen


def _place(one: Neighbour) -> tuple[int, tuple[float, int], float]:
    """Same photos in the order of the event's own, all others by likeness."""
    own = one.query.at if one.tier == Tier.SAME else (0.0, 0)
    return -one.tier, own, -one.copies[0].similarity


def _judged(query: Picture, others: Sequence[Picture]) -> list[Tier | None]:
    """What fingerprints tell; a photo that has none yet is neither same nor edited, unless its file is the same."""
    known = [one for one in others if one.fingerprint is not None]
    told: dict[int, Tier | None] = {}
    if query.fingerprint is not None and known:
        cosines = np.stack([one.vector for one in known]) @ query.vector
        judged = judge(query.fingerprint, [one.fingerprint for one in known if one.fingerprint is not None], cosines)
        told = {one.id: tier for one, tier in zip(known, judged, strict=True)}
    return [Tier.SAME if one.file == query.file else told.get(one.id) for one in others]


def _earliest_first(pictures: Iterable[Picture]) -> tuple[Picture, ...]:
    return tuple(sorted(pictures, key=lambda one: one.at))
