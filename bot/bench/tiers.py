"""How good the tiers are: edits of real photos, sent through the fake Telegram, and looked for among all the others.

The path is the product's own: the size that indexing downloads, its fingerprint and embedding, the shortlist by cosine
(`bot/similar.py`), the judgement (`bot/tiers.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, UnidentifiedImageError

from bot.bench.edits import EDITS, RIVALRIES, jpeg
from bot.bench.sight import Seen, see, shown
from bot.sandbox.refusals import Refusal
from bot.similar import rank
from bot.tiers import SHORTLIST, Tier, judge
from bot.vision.model import ImageModel

LARGE = 1280
"""Pixels of the longer side from which a photo is edited; smaller ones are only among the others."""
TUNING = 4
"""One photo of so many, by the SHA-256 of its file name, was used to choose the numbers of bot/tiers.py."""
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".avif")

Progress = Callable[[Iterable[Path]], Iterable[Path]]


@dataclass(frozen=True, slots=True)
class Case:
    """One photo that was sent and what came of it: the tier of the photo that it was made of, None where there was
    none to find or it was not found, and the tiers wrongly given to others. `place` of the right one on the shortlist,
    from 1; 0 where it is not on it."""

    edit: str
    photo: str
    expected: Tier | None
    found: Tier | None
    wrong: tuple[Tier, ...]
    place: int


class NoPhotos(Exception):
    """The folder holds too little to measure on; the text says what."""


def part_of(name: str) -> str:
    """Which part a photo belongs to: "tuning" or "held-out"."""
    return "tuning" if int(hashlib.sha256(name.encode()).hexdigest(), 16) % TUNING == 0 else "held-out"


def photos_in(folder: Path, part: str, most: int | None = None) -> tuple[list[Path], list[Path]]:
    """The photos to edit, `most` of them at most, and the others; both of one part ("all" for both parts).

    Raises:
        NoPhotos: nothing to edit, or nothing to mistake it for.
    """
    large, small = list[Path](), list[Path]()
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in SUFFIXES and part in ("all", part_of(path.name)):
            (large if _longer_side(path) >= LARGE else small).append(path)
    if not large or len(large) + len(small) < 2:
        raise NoPhotos(
            f"{folder} needs two photos at least, one of them of {LARGE} pixels: run deploy/bench-photos {folder}"
        )
    return large[:most], [*large[most:], *small] if most else small


def _longer_side(path: Path) -> int:
    try:
        with Image.open(path) as image:
            return max(image.size)
    except (UnidentifiedImageError, OSError):
        return 0


class Gallery:
    """What was sent before: one photo a row."""

    def __init__(self, seen: Sequence[Seen]) -> None:
        self._fingerprints = [one.fingerprint for one in seen]
        self._vectors = np.stack([one.vector for one in seen])
        self._rows = np.arange(len(seen))

    def asked(self, query: Seen, *, without: int | None = None) -> dict[int, Tier | None]:
        """The shortlist of a photo, best first, with its tiers; `without` one row, as if it had never been sent."""
        rows = self._rows if without is None else np.delete(self._rows, without)
        found = rank(query.vector[None], rows, self._vectors[rows], top=SHORTLIST, threshold=-1.0)
        cosines = np.array([match.similarity for match in found], np.float32)
        tiers = judge(query.fingerprint, [self._fingerprints[match.id] for match in found], cosines)
        return {match.id: tier for match, tier in zip(found, tiers, strict=True)}


def measure(folder: Path, model: ImageModel, *, part: str, most: int | None, progress: Progress) -> list[Case]:
    """Every edit of every large photo, and every photo alone, looked for among all.

    Raises:
        NoPhotos: the folder holds too little.
    """
    large, others = photos_in(folder, part, most)
    paths, seen = list[Path](), list[Seen]()
    for path in progress([*large, *others]):
        try:
            seen += see([path.read_bytes()], model)
            paths.append(path)
        except Refusal:  # Telegram takes no photo like that
            continue
    gallery = Gallery(seen)
    cases = [_alone(gallery, row, path.name, seen[row]) for row, path in enumerate(paths)]
    for path in progress([path for path in large if path in paths]):
        cases += _edited(gallery, paths.index(path), path, model)
        cases += _rivals(path, model)
    return cases


def _alone(gallery: Gallery, row: int, name: str, photo: Seen) -> Case:
    """A photo that was never sent before: nothing is right."""
    tiers = gallery.asked(photo, without=row)
    return Case("never sent before", name, None, None, _claims(tiers.values()), 0)


def _edited(gallery: Gallery, row: int, path: Path, model: ImageModel) -> list[Case]:
    photo = shown(path.read_bytes())
    made = [edit(photo, Random(f"{path.name} {edit.name}")) for edit in EDITS]
    cases = []
    for edit, query in zip(EDITS, see(made, model), strict=True):
        tiers = gallery.asked(query)
        place = [*tiers].index(row) + 1 if row in tiers else 0
        found = tiers.pop(row, None)
        cases.append(Case(edit.name, path.name, edit.expected, found, _claims(tiers.values()), place))
    return cases


def _rivals(path: Path, model: ImageModel) -> list[Case]:
    """Pairs that are not the same, each with a copy of the first (half the size, JPEG at 70) that is."""
    photo = shown(path.read_bytes())
    cases = []
    for rivalry in RIVALRIES:
        one, other = rivalry.make(photo, Random(f"{path.name} {rivalry.name}"))
        copy = one.resize((one.width // 2, one.height // 2))
        first, second, again = see([jpeg(one), jpeg(other), jpeg(copy, 70)], model)
        gallery = Gallery([first])
        cases.append(Case(rivalry.name, path.name, None, None, _claims(gallery.asked(second).values()), 0))
        same = gallery.asked(again)[0]
        cases.append(Case(f"{rivalry.name}: the same again", path.name, Tier.SAME, same, (), 1))
    return cases


def _claims(tiers: Iterable[Tier | None]) -> tuple[Tier, ...]:
    return tuple(tier for tier in tiers if tier is not None)
