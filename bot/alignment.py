"""Which places of two fingerprints agree, under one shift and scale of the whole photo: what is left of a copy that was
cropped, framed, captioned, mirrored. Turned photos are not looked for.

Two pairs of alike places propose a shift and a scale; the proposal that most pairs follow is kept (RANSAC, Fischler and
Bolles 1981, with every pair of the closest tried instead of random ones, so that the answer is always the same).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

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
"""Pixels of the working copy by which agreeing places may be off."""
SCALES = (0.3, 3.4)
COMPARED = np.uint64(0x7FFFFFFFFFFFFFFF)
"""All bits of a patch but the first, its mean."""

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Alignment:
    """query = scale · candidate + shift (the candidate mirrored before, unless `upright`).

    `share` is of the places that both photos could show; `offset` is how far the corners of the two photos are
    apart, in widths of the photo; `changed` counts places in spots where nothing agrees (a sticker);
    `other_lettering` those of lettering on both sides in one spot where none agrees (another caption).
    """

    upright: bool
    agreeing: int
    share: float
    offset: float
    changed: int
    other_lettering: int


@dataclass(frozen=True, slots=True)
class _Move:
    """here = scale · there + shift."""

    scale: float
    shift: Floats

    def __call__(self, there: Floats) -> Floats:
        return np.asarray(self.scale * there + self.shift, np.float32)


def align(query: Fingerprint, candidate: Fingerprint) -> Alignment | None:
    """The alignment, straight or mirrored, under which most places agree; None where no two pairs propose one."""
    turned_over = candidate.xy * np.array([-1, 1], np.float32) + np.array([candidate.size[0], 0], np.float32)
    mirror = replace(candidate, place_bits=mirrored(candidate.place_bits), xy=turned_over)
    found = [_aligned(query, candidate, upright=True), _aligned(query, mirror, upright=False)]
    return max((one for one in found if one is not None), key=lambda one: one.agreeing, default=None)


def _aligned(query: Fingerprint, candidate: Fingerprint, *, upright: bool) -> Alignment | None:
    apart = np.bitwise_count((query.place_bits[:, None] ^ candidate.place_bits[None, :]) & COMPARED)
    move = _proposed(query.xy, candidate.xy, apart)
    if move is None:
        return None
    agree = _agree(query.xy, candidate.xy, apart, move)
    rows, columns = np.nonzero(agree)
    if len(rows) >= 3:  # the proposal came from few pairs; all that follow it tell better
        move = _fitted(query.xy[rows], candidate.xy[columns])
        agree = _agree(query.xy, candidate.xy, apart, move)
    return _described(query, candidate, agree, move, upright=upright)


def _agree(here: Floats, there: Floats, apart: NDArray[np.uint8], move: _Move) -> Flags:
    off = np.abs(here[:, None] - move(there)[None]).max(axis=2)
    return np.asarray((off <= TOLERANCE * max(1.0, move.scale)) & (apart <= LOOSE))


def _proposed(here: Floats, there: Floats, apart: NDArray[np.uint8]) -> _Move | None:
    """The move that most of the closest pairs follow."""
    rows, columns = np.nonzero(apart <= CLOSE)
    order = np.argsort(apart[rows, columns], kind="stable")[:PROPOSALS]
    here, there = here[rows[order]], there[columns[order]]
    first, second = np.triu_indices(len(here), 1)
    step_here, step_there = here[first] - here[second], there[first] - there[second]
    length = (step_there**2).sum(axis=1)
    good = length > APART**2
    first, second, step_here, step_there, length = (
        part[good] for part in (first, second, step_here, step_there, length)
    )
    scale = (step_here * step_there).sum(axis=1) / length
    off = np.abs(step_here - scale[:, None] * step_there).max(axis=1)
    good = (scale > SCALES[0]) & (scale < SCALES[1]) & (off < TOLERANCE)
    if not good.any():
        return None
    first, second, scale = first[good], second[good], scale[good, None]
    shift = (here[first] + here[second] - scale * (there[first] + there[second])) / 2
    follow = np.abs(here[None] - scale[:, None] * there[None] - shift[:, None]).max(axis=2) <= TOLERANCE
    most = follow[int(np.argmax(follow.sum(axis=1)))]
    return _fitted(here[most], there[most])


def _fitted(here: Floats, there: Floats) -> _Move:
    """Least squares."""
    middle_here, middle_there = here.mean(axis=0), there.mean(axis=0)
    centred = there - middle_there
    scale = float(((here - middle_here) * centred).sum() / max(float((centred**2).sum()), 1e-6))
    return _Move(scale, np.asarray(middle_here - scale * middle_there, np.float32))


def _described(
    query: Fingerprint, candidate: Fingerprint, agree: Flags, move: _Move, *, upright: bool
) -> Alignment:  # fmt: skip
    moved, corner = move(candidate.xy), move(np.array(candidate.size, np.float32))
    size = np.array(query.size, np.float32)
    here, there = np.any(agree, axis=1), np.any(agree, axis=0)
    shown_here, shown_there = _inside(query.xy, move.shift, corner), _inside(moved, np.zeros(2, np.float32), size)
    agreeing = int(min(here.sum(), there.sum()))
    alone = (_alone(query.xy, here, shown_here), _alone(moved, there, shown_there))
    letters = (
        query.xy[_mostly_alone(query.xy, here, np.logical_and(shown_here, query.text))],
        moved[_mostly_alone(moved, there, np.logical_and(shown_there, candidate.text))],
    )
    return Alignment(
        upright=upright,
        agreeing=agreeing,
        share=agreeing / max(1, min(int(shown_here.sum()), int(shown_there.sum()))),
        offset=float(np.abs(np.stack([move.shift, corner - size])).max() / size[0]),
        changed=int(max(part.sum() for part in alone)),
        other_lettering=_in_one_spot(*letters),
    )


def _inside(xy: Floats, low: Floats, high: Floats) -> Flags:
    return np.asarray(((xy >= low) & (xy <= high)).all(axis=1))


def _alone(xy: Floats, agreeing: Flags, among: Flags, reach: float = 24, least: int = 3, part: float = 0.0) -> Flags:
    """Places around which, within `reach` pixels, there are `least` places and no more than this part agrees."""
    near = (np.abs(xy[:, None] - xy[None]).max(axis=2) <= reach) & among[None, :]
    count, agree = near.sum(axis=1), (near & agreeing[None, :]).sum(axis=1)
    return np.asarray(among & ~agreeing & (count >= least) & (agree <= part * count))


def _mostly_alone(xy: Floats, agreeing: Flags, among: Flags) -> Flags:
    """The same for lettering, where a letter of another caption may agree by chance."""
    return _alone(xy, agreeing, among, reach=36, least=4, part=0.2)


def _in_one_spot(here: Floats, there: Floats) -> int:
    """How many places of each have one of the other near; of both counts the smaller."""
    near = np.abs(here[:, None] - there[None]).max(axis=2, initial=0) < 30
    return int(min(near.any(axis=1).sum(), near.any(axis=0).sum()))
