"""Whether two photos are the same, or one an edit of the other: judged by their fingerprints, guarded by the cosine.

The hash evidence decides: patches that agree under one shift and scale (`bot/alignment.py`). No cosine is compared with
a number, since such numbers fit one model only: the guard is that a candidate is on the shortlist, and that weak
evidence has to come from the upper half of it.

A difference that is lettering in both photos is another caption: the same template, not the same photo. Lettering in
one of them only is a caption that was added: an edit. What is mistaken for lettering (dense black and white texture)
can hide an edit, never make one up. Plain surfaces and soft gradients are never called the same: nothing tells them.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from bot.alignment import Alignment, align
from bot.vision.fingerprint import BadFingerprint, Fingerprint, unpack

SHORTLIST = 64
"""How many candidates, nearest by cosine, are worth judging: an edit is among them, and it costs about 50 ms."""
ENOUGH = 12
"""Agreeing places below which nothing is claimed; of 100,000 unrelated pairs two reached 10."""
PLENTY = 16
"""Agreeing places from which the cosine is not asked."""
SHARE = 0.12
"""Of the places that both photos could show, those that have to agree."""
LETTERING = 6
"""Places of lettering, in one spot and different in both, that make another caption."""

SHIFTED = 0.02
"""Widths by which the corners of a same photo may be apart: rounding, and a hair's breadth of crop."""
CHANGED = 4
"""Places in spots where nothing agrees, that make a sticker."""
TONE = 3.0
"""Grey levels by which brightness, contrast or colour may differ; compression changes 1."""
DIFFERING = 0.05
"""Of the whole photo's bits that stand out of the noise, those that may differ; compression changes none."""


class Tier(IntEnum):
    """How near a photo is to another; the more, the nearer."""

    RELATED = 1
    EDITED = 2
    SAME = 3


def judge(query: bytes, candidates: Sequence[bytes], cosines: NDArray[np.float32]) -> list[Tier | None]:
    """The tier of each candidate: SAME, EDITED, or None where the fingerprints don't tell (never RELATED).

    A fingerprint that this version did not make is judged None.

    Args:
        query: fingerprint of the photo in question.
        candidates: fingerprints of the shortlist, as nearest by cosine.
        cosines: (n,) their cosine similarities to the query.
    """
    if len(candidates) != len(cosines):
        raise ValueError("one cosine per candidate, please")
    wanted = _unpacked(query)
    if wanted is None:
        return [None] * len(candidates)
    half = float(np.median(cosines)) if len(cosines) else 0.0
    return [
        _tier(wanted, _unpacked(candidate), near=float(cosine) >= half)
        for candidate, cosine in zip(candidates, cosines, strict=True)
    ]


def _unpacked(data: bytes) -> Fingerprint | None:
    try:
        return unpack(data)
    except BadFingerprint:
        return None


def _tier(query: Fingerprint, candidate: Fingerprint | None, *, near: bool) -> Tier | None:
    found = align(query, candidate) if candidate is not None else None
    if candidate is None or found is None or (not near and found.agreeing < PLENTY):
        return None
    return _verdict(query, candidate, found)


def _verdict(query: Fingerprint, candidate: Fingerprint, found: Alignment) -> Tier | None:
    if found.agreeing < ENOUGH or found.share < SHARE:
        return None
    if found.other_lettering >= LETTERING:
        return None
    return Tier.SAME if _whole(query, candidate, found) else Tier.EDITED


def _whole(query: Fingerprint, candidate: Fingerprint, found: Alignment) -> bool:
    """Whether nothing but size and compression differs."""
    sure = query.sure & candidate.sure
    differing = int(np.bitwise_count((query.bits ^ candidate.bits) & sure))
    return (
        found.upright
        and found.offset <= SHIFTED
        and found.changed < CHANGED
        and float(np.abs(query.tone - candidate.tone).max()) <= TONE
        and differing <= DIFFERING * int(np.bitwise_count(sure))
    )
