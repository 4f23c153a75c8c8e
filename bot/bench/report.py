"""The tables of `lookback bench tiers`, as Markdown, and the machine that they were made on."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bot.bench.edits import EDITS, FLOOR, RIVALRIES
from bot.bench.tiers import Case
from bot.tiers import Tier

RECALL, PRECISION = 0.98, 0.995
"""What same and edited together must reach over the edits of FLOOR."""


def recall(cases: Sequence[Case]) -> float:
    """Of the photos that were there to find, those found as the same or as an edit."""
    return sum(case.found is not None for case in cases) / max(1, len(cases))


def precision(cases: Sequence[Case]) -> float:
    """Of all claims, those of the right photo; 1 where nothing was claimed."""
    right, wrong = sum(case.found is not None for case in cases), sum(len(case.wrong) for case in cases)
    return right / (right + wrong) if right + wrong else 1.0


def floors(cases: Sequence[Case]) -> tuple[float, float]:
    """Recall and precision over re-JPEG, resize and crop of 10 % at most."""
    names = {edit.name for edit in FLOOR}
    counted = [case for case in cases if case.edit in names]
    return recall(counted), precision(counted)


def tier_scores(cases: Sequence[Case], tier: Tier) -> tuple[float, float]:
    """Recall and precision of one tier by itself: an edit that is called the same is wrong here."""
    names = {edit.name for edit in EDITS}
    counted = [case for case in cases if case.edit in names]
    due = [case for case in counted if case.expected is tier]
    hits = sum(case.found is tier for case in due)
    claims = sum((case.found is tier) + sum(wrong is tier for wrong in case.wrong) for case in counted)
    return hits / max(1, len(due)), hits / claims if claims else 1.0


def tables(cases: Sequence[Case]) -> str:
    """All of it."""
    return "\n".join([*_edits(cases), "", *_tiers(cases), "", *_rivals(cases), "", *_floors(cases)])


def _edits(cases: Sequence[Case]) -> list[str]:
    lines = ["| edit | same | edited | missed | wrong photo | recall | precision |", "|---|---|---|---|---|---|---|"]
    for edit in EDITS:
        of = [case for case in cases if case.edit == edit.name]
        counts = [sum(case.found is tier for case in of) for tier in (Tier.SAME, Tier.EDITED, None)]
        wrong = sum(len(case.wrong) for case in of)
        cells = [edit.name, *map(str, counts), str(wrong), f"{recall(of):.3f}", f"{precision(of):.3f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _tiers(cases: Sequence[Case]) -> list[str]:
    lines = ["| tier by itself | recall | precision |", "|---|---|---|"]
    for tier in (Tier.SAME, Tier.EDITED):
        found, right = tier_scores(cases, tier)
        lines.append(f"| {tier.name.lower()} | {found:.3f} | {right:.3f} |")
    return lines


def _rivals(cases: Sequence[Case]) -> list[str]:
    lines = ["| must not be taken for one photo | taken for it | of | the same again, found |", "|---|---|---|---|"]
    for rivalry in RIVALRIES:
        of = [case for case in cases if case.edit == rivalry.name]
        again = [case for case in cases if case.edit == f"{rivalry.name}: the same again"]
        lines.append(f"| {rivalry.name} | {sum(bool(case.wrong) for case in of)} | {len(of)} | {recall(again):.3f} |")
    alone = [case for case in cases if case.edit == "never sent before"]
    lines.append(f"| a photo never sent before | {sum(bool(case.wrong) for case in alone)} | {len(alone)} | – |")
    return lines


def _floors(cases: Sequence[Case]) -> list[str]:
    found, right = floors(cases)
    reached = "reached" if found >= RECALL and right >= PRECISION else "NOT reached"
    return [
        "Same and edited together, over re-JPEG, resize and crop up to 10 %: "
        f"recall {found:.4f}, precision {right:.4f} (floors {RECALL} and {PRECISION}: {reached})."
    ]


def machine() -> str:
    """Processor, cores in use, versions."""
    libraries = ", ".join(f"{name} {_version(name)}" for name in ("numpy", "scipy", "pillow", "torch"))
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{_processor()}, {os.cpu_count()} cores, {platform.system()}, Python {python}, {libraries}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(none)"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def as_json(cases: Sequence[Case], command: str) -> dict[str, Any]:
    """Every case, for whoever wants to look closer."""
    found, right = floors(cases)
    return {
        "command": command, "machine": machine(), "floors": {"recall": found, "precision": right},
        "cases": [asdict(case) for case in cases],
    }  # fmt: skip
