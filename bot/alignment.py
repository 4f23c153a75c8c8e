"""Which places of two fingerprints agree, under one shift and scale of the whole photo: what is left of a copy that was
cropped, framed, captioned, mirrored. Turned photos are not looked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.vision.fingerprint import Fingerprint, mirrored

CLOSE = 14
"""Bits of 63 by which two patches of one place differ at most, to propose an alignment."""
LOOSE = 20
"""… and to agree with one."""
PROPOSALS = 60
"""Closest pairs of places that propose."""
APART = 24.0
"""Pixels between two pairs that propose together: nearer ones tell no scale."""
TOLERANCE = 4.0
"""Pixels by which agreeing places may be off."""
SCALES = (0.3, 3.4)

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Alignment:
    """query = scale · candidate + shift (the candidate mirrored before, unless `upright`).

    `share` is of the places that both photos could show; `offset` is how far the corners of the two photos are
    apart, in widths of the photo; `other_lettering` counts places of lettering that differ in one spot.
    """

    upright: bool
    agreeing: int
    share: float
    offset: float
    other_lettering: int


def align(query: Fingerprint, candidate: Fingerprint) -> Alignment | None:
    """The alignment, straight or mirrored, under which most places agree; None where no two pairs propose one."""
    straight = _aligned(query, candidate.place_bits, candidate.xy, candidate, upright=True)
    turned = candidate.xy * np.array([-1, 1], np.float32) + np.array([candidate.size[0], 0], np.float32)
    turned_over = _aligned(query, mirrored(candidate.place_bits), turned, candidate, upright=False)
    if straight is None or turned_over is None:
        return straight or turned_over
    return straight if straight.agreeing >= turned_over.agreeing else turned_over


def _aligned(
    query: Fingerprint, bits: NDArray[np.uint64], xy: Floats, candidate: Fingerprint, *, upright: bool
) -> Alignment | None:
    apart = np.bitwise_count((query.place_bits[:, None] ^ bits[None, :]) & np.uint64(0x7FFFFFFFFFFFFFFF))
    best = _proposal(query, candidate, apart, xy)
    if best is None:
        return None
    scale, shift = best
    off = np.abs(query.xy[:, None] - (scale * xy + shift)[None]).max(axis=2)
    agree = (off <= TOLERANCE * max(1.0, scale)) & (apart <= LOOSE)
    return _described(query, candidate, scale * xy + shift, agree, scale, shift, upright=upright)


def _proposal(
    query: Fingerprint, candidate: Fingerprint, apart: NDArray[np.uint8], xy: Floats
) -> tuple[float, Floats] | None:
    """Scale and shift that most of the closest pairs follow."""
    rows, columns = np.nonzero(apart <= CLOSE)
    order = np.argsort(apart[rows, columns], kind="stable")[:PROPOSALS]
    rows, columns = rows[order], columns[order]
    here, there = query.xy[rows], xy[columns]
    first, second = np.triu_indices(len(rows), 1)
    step_here, step_there = here[first] - here[second], there[first] - there[second]
    length = np.einsum("ij,ij->i", step_there, step_there)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.einsum("ij,ij->i", step_here, step_there) / length
        off = np.abs(step_here - scale[:, None] * step_there).max(axis=1)
    good = (length > APART**2) & (scale > SCALES[0]) & (scale < SCALES[1]) & (off < TOLERANCE)
    if not good.any():
        return None
    first, second, scale = first[good], second[good], scale[good]
    shift = (here[first] + here[second] - scale[:, None] * (there[first] + there[second])) / 2
    residual = np.abs(here[None] - scale[:, None, None] * there[None] - shift[:, None]).max(axis=2)
    within = residual <= TOLERANCE
    most = within.sum(axis=1)
    chosen = int(np.argmax(most))
    return _fitted(here[within[chosen]], there[within[chosen]])


def _fitted(here: Floats, there: Floats) -> tuple[float, Floats]:
    """Least squares."""
    middle_here, middle_there = here.mean(axis=0), there.mean(axis=0)
    centred = there - middle_there
    scale = float(((here - middle_here) * centred).sum() / max(float((centred**2).sum()), 1e-6))
    return scale, np.asarray(middle_here - scale * middle_there, np.float32)


def _described(
    query: Fingerprint, candidate: Fingerprint, moved: Floats, agree: Flags, scale: float, shift: Floats, *,
    upright: bool,
) -> Alignment:  # fmt: skip
    agreeing_here, agreeing_there = agree.any(axis=1), agree.any(axis=0)
    agreeing = int(min(agreeing_here.sum(), agreeing_there.sum()))
    corner = scale * np.array(candidate.size, np.float32) + shift
    shown_here = _inside(query.xy, shift, corner)
    shown_there = _inside(moved, np.zeros(2, np.float32), np.array(query.size, np.float32))
    share = agreeing / max(1, min(int(shown_here.sum()), int(shown_there.sum())))
    offset = float(np.abs(np.stack([shift, corner - np.array(query.size)]) / query.size[0]).max())
    lettering_here = query.text & shown_here & ~agreeing_here
    lettering_there = candidate.text & shown_there & ~agreeing_there
    near = np.abs(query.xy[lettering_here][:, None] - moved[lettering_there][None]).max(axis=2, initial=0) < 16
    other = int(min(near.any(axis=1).sum(), near.any(axis=0).sum()))
    return Alignment(upright, agreeing, share, offset, other)


def _inside(xy: Floats, low: Floats, high: Floats) -> Flags:
    return np.asarray(((xy >= low) & (xy <= high)).all(axis=1))
