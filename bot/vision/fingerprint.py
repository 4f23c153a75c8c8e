"""A photo's fingerprint: hash bits of the whole and of up to 144 places, from which tiers.py tells copies and edits.

A hash of the whole photo dies of a crop, a caption bar or a screenshot's frame, and takes one meme template with two
captions for one photo. So corners and blobs are found (determinant of the Hessian over a pyramid: Lindeberg 1998,
"Feature Detection with Automatic Scale Selection"), as crops and frames leave them where they are, and the patch around
each is hashed as pHash hashes a whole photo: the signs of its lowest DCT frequencies. Two photos are compared by which
patches agree under one shift and scale. Mirroring a patch only turns the signs of its odd horizontal frequencies, so a
mirrored copy needs no fingerprint of its own.

No pixel is stored: signs of frequencies without their amounts, at places where the photo has detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

VERSION = 1
LETTERS, DETAILS = 64, 80
"""Places of lettering (the strongest) and other places (spread over the photo), at most. Letters are so strong that
they would take every place; and it takes many to see that one caption of two differs."""
PLACES = LETTERS + DETAILS
SPREAD = 48
"""Side in pixels of the tiles between which places are spread."""
AREA = 288 * 288
"""Pixels of the grey working copy: of the smallest size that covers a model's 224-pixel input, a little is left out."""
LEVELS = (1.0, 0.7, 0.49, 0.34)
"""Scales of the pyramid. A crop or a frame changes the scale of what is left, by less than half of it as a rule."""
SPAN = 11
"""Side in pixels of the window in which a place has to be the strongest."""
PATCH, STEP = 16, 1.5
"""Samples along a patch, and pixels between them."""
INK = 52.0
"""Mean change in grey levels over two pixels along a line, from which a place looks like lettering."""
FAINT = 1.0
"""Determinant of the Hessian (grey levels per pixel² squared) under which a corner may be JPEG's noise."""

PLACE = np.dtype([("bits", ">u8"), ("x", "u1"), ("y", "u1"), ("flags", "u1")])
HEAD = np.dtype(
    [
        ("version", "u1"), ("places", "u1"), ("width", ">u2"), ("height", ">u2"), ("tone", "u1", 5),
        ("bits", ">u8"), ("sure", ">u8"),
    ]
)  # fmt: skip
LENGTH = HEAD.itemsize + PLACES * PLACE.itemsize
TEXT = 0x80
"""Flag of a place that looks like lettering: near-black beside near-white."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """An unpacked fingerprint: n places with `xy` (n, 2) in pixels of the working copy of `size`."""

    size: tuple[int, int]
    tone: NDArray[np.float32]
    bits: np.uint64
    sure: np.uint64
    place_bits: NDArray[np.uint64]
    xy: NDArray[np.float32]
    text: NDArray[np.bool_]


class BadFingerprint(ValueError):
    """Bytes that this version did not make."""


def fingerprint(image: Image.Image) -> bytes:
    """`LENGTH` bytes that tell copies and edits of a photo; about 8 ms for one of 800 pixels.

    Args:
        image: an upright photo, as `decode` gives it.
    """
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    small = rgb.resize(_working_size(*rgb.size), Image.Resampling.BOX, reducing_gap=2.0)
    ycc = small.convert("YCbCr")
    grey = np.asarray(ycc.getchannel(0), np.float32)
    head, places = np.zeros((), HEAD), np.zeros(PLACES, PLACE)
    found = _places(grey)
    places[: len(found)] = found
    head["version"], head["places"] = VERSION, len(found)
    head["width"], head["height"] = small.size
    head["tone"] = _tone(ycc)
    head["bits"], head["sure"] = _whole(ycc.getchannel(0))
    return head.tobytes() + places.tobytes()


def _tone(ycc: Image.Image) -> tuple[float, ...]:
    """Brightness, contrast, the two mean colour differences, and how colourful: a filter changes one of them."""
    light, blue, red = (
        np.asarray(channel, np.float32) for channel in ycc.resize((64, 64), Image.Resampling.BOX).split()
    )
    colourful = np.hypot(blue - 128, red - 128).mean()
    return float(light.mean()), float(light.std()), float(blue.mean()), float(red.mean()), float(colourful)


def unpack(data: bytes) -> Fingerprint:
    """What `fingerprint` packed.

    Raises:
        BadFingerprint: another length, or another version.
    """
    if len(data) != LENGTH or data[0] != VERSION or data[1] > PLACES:
        raise BadFingerprint("not a fingerprint of this version")
    head = np.frombuffer(data, HEAD, 1)[0]
    places = np.frombuffer(data, PLACE, int(head["places"]), HEAD.itemsize)
    size = (int(head["width"]), int(head["height"]))
    xy = np.stack([places["x"], places["y"]], axis=1).astype(np.float32) * np.array(size, np.float32) / np.float32(255)
    flags = places["flags"]
    return Fingerprint(
        size, head["tone"].astype(np.float32), np.uint64(head["bits"]), np.uint64(head["sure"]),
        places["bits"].astype(np.uint64), xy, (flags & TEXT) > 0,
    )  # fmt: skip


def wholes(data: Sequence[bytes | None]) -> NDArray[np.void]:
    """(n,) of `HEAD`: what n fingerprints, or their beginnings, tell of the whole photos; zeros where there is none."""
    known = [one[: HEAD.itemsize] if one and one[0] == VERSION else None for one in data]
    return np.frombuffer(b"".join(one or bytes(HEAD.itemsize) for one in known), HEAD)


def mirrored(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The bits of the same patches in a photo turned left to right."""
    return np.asarray(bits ^ _ODD, np.uint64)


def _working_size(width: int, height: int) -> tuple[int, int]:
    scale = (AREA / (width * height)) ** 0.5
    return max(16, min(4000, round(width * scale))), max(16, min(4000, round(height * scale)))


def _whole(grey: Image.Image) -> tuple[int, int]:
    """pHash of the whole photo, by signs, and which of them stand out of a plain photo's noise."""
    from scipy.fft import dctn

    values = np.asarray(grey.resize((32, 32), Image.Resampling.BOX), np.float32)
    frequencies = dctn(values, norm="ortho")[:8, :8].ravel()
    frequencies[0] = 0
    return _packed(frequencies[None] > 0)[0], _packed(np.abs(frequencies)[None] > 8)[0]


def _packed(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """(n, 64) to (n,)."""
    return np.packbits(bits, axis=1).view(">u8")[:, 0].astype(np.uint64)


_ODD = _packed((np.arange(64)[None] % 8) % 2 == 1)[0]


def _places(grey: NDArray[np.float32]) -> NDArray[np.void]:
    """The strongest places over all levels, as PLACE."""
    height, width = grey.shape
    found = []
    for level, scale in enumerate(LEVELS):
        size = (round(width * scale), round(height * scale))
        if min(size) < PATCH * STEP + 2:
            break
        plane = grey if level == 0 else _reduced(grey, size)
        found.append(_of_level(plane, level))
    if not found:
        return np.zeros(0, PLACE)
    strength = np.concatenate([strengths for strengths, _ in found])
    places = np.concatenate([places for _, places in found])
    letters = places["flags"] >= TEXT
    details, lettering = np.flatnonzero(~letters), np.flatnonzero(letters)
    chosen = (
        details[_spread(strength[details], places[details], (width, height))[:DETAILS]],
        lettering[np.argsort(-strength[lettering], kind="stable")[:LETTERS]],
    )
    return places[np.concatenate(chosen)]


def _spread(strength: NDArray[np.float32], places: NDArray[np.void], size: tuple[int, int]) -> NDArray[np.int64]:
    """The order in which places are taken: the strongest of each tile, then each tile's second, and so on."""
    columns = places["x"] * (size[0] / 255) // SPREAD
    tiles = columns + 1000 * (places["y"] * (size[1] / 255) // SPREAD)
    by_strength = np.argsort(-strength, kind="stable")
    in_tiles = by_strength[np.argsort(tiles[by_strength], kind="stable")]
    _, first, count = np.unique(tiles[in_tiles], return_index=True, return_counts=True)
    rank = np.empty(len(places), np.int64)
    rank[in_tiles] = np.arange(len(places)) - np.repeat(first, count)
    return np.lexsort((-strength, rank))


def _reduced(grey: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    return np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX), np.float32)


def _of_level(plane: NDArray[np.float32], level: int) -> tuple[NDArray[np.float32], NDArray[np.void]]:
    """Strengths and places of one level of the pyramid."""
    from scipy.ndimage import gaussian_filter

    smooth = gaussian_filter(plane, 1.5)
    strength = _hessian(smooth)
    margin = round(PATCH * STEP / 2)
    inner = strength[margin:-margin, margin:-margin]
    y, x = np.nonzero((_strongest(inner) == inner) & (inner > FAINT))
    strengths = inner[y, x]
    y, x = y + margin, x + margin
    places = np.zeros(len(x), PLACE)
    places["bits"] = _patch_bits(smooth, x, y)
    height, width = plane.shape
    places["x"], places["y"] = np.rint((x + 0.5) * (255 / width)), np.rint((y + 0.5) * (255 / height))
    places["flags"] = level + np.where(_lettering(plane, x, y), TEXT, 0)
    return strengths, places


def _strongest(strength: NDArray[np.float32]) -> NDArray[np.float32]:
    """The maximum over SPAN × SPAN pixels around each; four times as fast as scipy's filter, and within FAINT's rule
    the same: windows are cut at the border."""
    found = np.pad(strength, SPAN // 2)
    for axis in (0, 1):
        reach = 1
        while reach < SPAN:
            step = min(reach, SPAN - reach)
            found = np.maximum(found[step:], found[:-step]) if axis else np.maximum(found[:, step:], found[:, :-step])
            reach += step
    return found


def _hessian(smooth: NDArray[np.float32]) -> NDArray[np.float32]:
    """|Lxx·Lyy - Lxy²|: large at blobs, corners and saddles, small along edges."""
    xx = np.zeros_like(smooth)
    yy = np.zeros_like(smooth)
    xy = np.zeros_like(smooth)
    xx[:, 1:-1] = smooth[:, 2:] - 2 * smooth[:, 1:-1] + smooth[:, :-2]
    yy[1:-1] = smooth[2:] - 2 * smooth[1:-1] + smooth[:-2]
    xy[1:-1, 1:-1] = (smooth[2:, 2:] - smooth[2:, :-2] - smooth[:-2, 2:] + smooth[:-2, :-2]) / 4
    return np.abs(xx * yy - xy * xy)


def _patch_bits(smooth: NDArray[np.float32], x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.uint64]:
    steps = np.rint((np.arange(PATCH) - (PATCH - 1) / 2) * STEP).astype(np.int64)
    patches = smooth[y[:, None, None] + steps[:, None], x[:, None, None] + steps[None, :]]
    basis = _basis()
    frequencies = basis @ patches @ basis.T
    return _packed(frequencies.reshape(len(x), 64) > 0)


@cache
def _basis() -> NDArray[np.float32]:
    """(8, PATCH): the lowest frequencies of the DCT-II. The mean (the first bit) carries nothing but does no harm."""
    at = (np.arange(PATCH) + 0.5) * np.pi / PATCH
    return np.cos(np.arange(8)[:, None] * at).astype(np.float32)


def _lettering(plane: NDArray[np.float32], x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a place looks like lettering: along the line, near-black and near-white take turns."""
    from scipy.ndimage import uniform_filter

    turns = np.zeros_like(plane)
    turns[:, 1:-1] = np.abs(plane[:, 2:] - plane[:, :-2])
    return np.asarray(uniform_filter(turns, (9, 25))[y, x] > INK)
