"""The sample photos that ship with Lookback, the story that they tell in the seeded group, and what is left to try."""

import csv
from dataclasses import dataclass
from pathlib import Path

PHOTOS = Path(__file__).parent / "photos"
"""`photos.csv` has label, licence, author and source of each, `alt.csv` says what it shows, `story.csv` who sent it."""
TRAY = (
    "fish-11.jpg", "fish-12.jpg", "fish-13.jpg", "fish-14.jpg", "monument-05.jpg", "windmill-02.jpg", "tool-13.jpg",
    "solar-panel-04.jpg", "tool-03.jpg", "cat-01.jpg",
)  # fmt: skip
"""Not in the story, so that a visitor can send them. The last resembles nothing there, and the bot stays silent."""


@dataclass(frozen=True, slots=True)
class Line:
    """A message of the story: `file` or text alone; lines of one `album` were sent together."""

    days_ago: int
    time: str
    who: str
    file: str
    album: str
    text: str
    is_reply: bool


def read(name: str) -> bytes:
    """A sample photo's bytes."""
    return (PHOTOS / name).read_bytes()


def rows(table: str = "photos.csv") -> list[dict[str, str]]:
    """What a table says, a dict for each line."""
    with (PHOTOS / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def story() -> list[Line]:
    """The messages of the seeded group, oldest first; a reply answers the one before it."""
    return [
        Line(int(one["days"]), one["time"], one["who"], one["file"], one["album"], one["text"], one["reply"] == "yes")
        for one in rows("story.csv")
    ]


def tray() -> list[dict[str, str]]:
    """What a visitor can try: file, and what it shows."""
    alts = {one["file"]: one["alt"] for one in rows("alt.csv")}
    return [{"file": name, "alt": alts[name]} for name in TRAY]
