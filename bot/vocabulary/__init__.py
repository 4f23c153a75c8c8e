"""The words that albums may be named with: `words.en.txt`, and in the same lines of `words.<language>.txt` the others.

A line is a word or a few, in the form in which it may stand above an album; lines with # name the group below. The
English word is the key that is stored, so lines may be added and moved, in all files alike.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
SOURCE = "en"


@cache
def words(language: str = SOURCE) -> tuple[str, ...]:
    """The vocabulary in one of our languages, always in the same order. Reads a file at the first call."""
    lines = (FOLDER / f"words.{language}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


@cache
def _places() -> dict[str, int]:
    return {word: place for place, word in enumerate(words())}


def translated(word: str, language: str) -> str | None:
    """A word of the vocabulary in another language; None for one that a former version had."""
    place = _places().get(word)
    return None if place is None else words(language)[place]


@cache
def stop_words() -> frozenset[str]:
    """Words that are frequent in captions of whatever subject, in all our languages together."""
    lines = (FOLDER / "stop_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word.casefold() for line in lines if not line.startswith("#") for word in line.split())


def load(languages: Iterable[str]) -> None:
    """Read the files, once. Blocking: app start runs it in a worker."""
    for language in languages:
        words(language)
    _places()
    stop_words()
