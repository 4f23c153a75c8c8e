"""The word that the captions of an album have in common, and the chat's other captions do not."""

import re
from collections import Counter
from collections.abc import Collection, Sequence

LETTERS = 4
"""Of a word at least: shorter ones are seldom names."""
LONGEST = 24
OFTEN = 3
"""Captions of the album that have the word, at least."""
SHARE = 1 / 3
"""Of the album's captions, at least."""
RARER = 4
"""How many times as frequent the word is in the album's captions as in the others, at least."""
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LEFT_OUT = re.compile(r"https?://\S+|www\.\S+|[@/]\w+")
"""Links, people, commands."""


def common_word(inside: Sequence[str], outside: Sequence[str], stop_words: Collection[str]) -> str:
    """A word of the album's captions, as it is mostly written there; empty where none is frequent enough.

    Args:
        inside, outside: captions of the album's photos, and of the chat's other ones; those without are left out.
    """
    here, there = [_words(caption) for caption in inside], [_words(caption) for caption in outside]
    captions = Counter(word for words in here for word in words.keys() - stop_words)
    elsewhere = Counter(word for words in there for word in words)
    fitting = [
        word
        for word, count in captions.items()
        if count >= max(OFTEN, SHARE * len(here)) and count * max(len(there), 1) >= RARER * elsewhere[word] * len(here)
    ]
    if not fitting:
        return ""
    best = max(fitting, key=lambda word: (captions[word], -elsewhere[word], len(word), word))
    forms = Counter(words[best] for words in here if best in words)
    return max(forms, key=lambda form: (forms[form], form))


def same_word(one: str, other: str) -> bool:
    """Whether two words differ in an ending at most: windmill, Windmills."""
    one, other = one.casefold(), other.casefold()
    shorter = min(len(one), len(other))
    return shorter >= 3 and one[: shorter - 1] == other[: shorter - 1] and abs(len(one) - len(other)) <= 2


def _words(caption: str) -> dict[str, str]:
    """The words of a caption, folded, and as they are written there."""
    found = _WORD.findall(_LEFT_OUT.sub(" ", caption))
    return {word.casefold(): word for word in found if LETTERS <= len(word) <= LONGEST}
