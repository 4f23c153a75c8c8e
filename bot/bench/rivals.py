"""imagededup (idealo) on the same edits and the same downloads, at its defaults: the yardstick of the field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from bot.bench.edits import EDITS
from bot.bench.sight import downloaded, shown
from bot.bench.tiers import Case, Progress
from bot.sandbox.refusals import Refusal
from bot.tiers import Tier
from bot.vision.images import decode
from bot.vision.torchvision_ops import ensure_torchvision

Encode = Callable[[bytes], Any]
Near = Callable[[Any, Any], bool]


def compare(large: Sequence[Path], others: Sequence[Path], input_size: int, progress: Progress) -> str:
    """Recall and precision of each of its methods, as a Markdown table; a sentence for one that can't run here."""
    ensure_torchvision()
    try:
        from imagededup import methods
    except ImportError as error:
        return f"imagededup is not here ({error}): pip install 'lookback[bench]'."
    lines, notes = ["| imagededup, defaults | recall | precision | over the floor's edits |", "|---|---|---|---|"], []
    able = dict[str, tuple[Encode, Near]]()
    for name, start in (("PHash", _hash), ("DHash", _hash), ("CNN", _network)):
        try:
            able[name] = start(getattr(methods, name))
        except Exception as error:  # its weights come from a hub: anything may be in the way
            notes.append(f"imagededup's {name} was not measured: {type(error).__name__}: {error}")
    cases = _cases(large, others, input_size, able, progress)
    from bot.bench.report import floors, precision, recall

    for name, of in cases.items():
        found, right = floors(of)
        lines.append(f"| {name} | {recall(of):.3f} | {precision(of):.3f} | {found:.3f} at {right:.3f} |")
    return "\n".join([*lines, *notes])


def _hash(method: Any) -> tuple[Encode, Near]:
    """Hamming distance of 10 at most, find_duplicates' own default."""
    hasher = method(verbose=False)
    return (
        lambda data: hasher.encode_image(image_array=np.asarray(decode(data))),
        lambda one, other: hasher.hamming_distance(one, other) <= 10,
    )


def _network(method: Any) -> tuple[Encode, Near]:
    """Cosine similarity of 0.9 at least, find_duplicates' own default."""
    network = method(verbose=False)

    def encode(data: bytes) -> Any:
        row = network.encode_image(image_array=np.asarray(decode(data)))[0]
        return row / np.linalg.norm(row)

    return encode, lambda one, other: float(one @ other) >= 0.9


def _cases(
    large: Sequence[Path], others: Sequence[Path], input_size: int, able: dict[str, tuple[Encode, Near]],
    progress: Progress,
) -> dict[str, list[Case]]:  # fmt: skip
    gallery = dict[str, dict[Path, Any]]((name, {}) for name in able)
    for path in progress([*large, *others]):
        try:
            data = downloaded(path.read_bytes(), input_size)
        except Refusal:
            continue
        for name, (encode, _) in able.items():
            gallery[name][path] = encode(data)
    cases = dict[str, list[Case]]((name, []) for name in able)
    for path in progress(large):
        photo = shown(path.read_bytes())
        for edit in EDITS:
            data = downloaded(edit(photo, Random(f"{path.name} {edit.name}")), input_size)
            for name, (encode, near) in able.items():
                query = encode(data)
                found = [other for other, code in gallery[name].items() if near(query, code)]
                right = Tier.EDITED if path in found else None
                wrong = (Tier.EDITED,) * (len(found) - (path in found))
                cases[name].append(Case(edit.name, path.name, edit.expected, right, wrong, 0))
    return cases
