"""The sample photos that ship with Lookback (`photos.csv` has label, licence, author and source of each)."""

import csv
from pathlib import Path

PHOTOS = Path(__file__).parent / "photos"


def read(name: str) -> bytes:
    """A sample photo's bytes."""
    return (PHOTOS / name).read_bytes()


def rows() -> list[dict[str, str]]:
    """What `photos.csv` says of every sample photo."""
    with (PHOTOS / "photos.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
