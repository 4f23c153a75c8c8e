"""The word that an album's captions have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import vocabulary
from bot.captions import common_word, same_word

STOP = vocabulary.stop_words()
OTHERS = ["Dinner with friends", "The new bike", "Rain again", "Sunday walk", "Look at this!", "Found in the shed"]


@pytest.mark.parametrize(
    ("inside", "word"),
    [
        (["Dive at Dahab", "Dahab, day two", "Goodbye Dahab!"], "Dahab"),
        (["Dive at Dahab", "Dahab, day two"], ""),  # too seldom
        (["DAHAB", "dahab again", "in dahab"], "dahab"),  # as it is mostly written
        (["Look at this!", "This is nice", "Look, this one"], ""),  # what everybody writes
        (["Der Berg heute", "heute am Berg", "Noch ein Berg"], "Berg"),
        (["Vue du col", "Au col", "Le col enfin"], ""),  # three letters
        (["L'aquarium", "À l’aquarium", "aquarium !"], "aquarium"),
        (["https://dahab.example/1", "@dahab", "/dahab"], ""),
        (["#Dahab", "#Dahab2024", "Dahab!"], "Dahab"),
        (["Озеро Байкал", "на Байкал", "Байкал зимой"], "Байкал"),
        (["Sunday walk", "Sunday run", "Sunday swim", "Monday"], "Sunday"),
    ],
)
def test_a_word_that_is_frequent_in_the_album_is_found(inside: list[str], word: str) -> None:
    assert common_word(inside, OTHERS if word != "Sunday" else ["Fish"] * 9, STOP) == word


def test_a_word_that_is_as_frequent_elsewhere_is_none_of_the_albums() -> None:
    inside = ["Hut evening", "Hut morning, Hikers", "At the hut: Hikers", "Hikers"]
    assert common_word(inside, ["Nothing"] * 8, STOP) == "Hikers"
    assert common_word(inside, ["Hikers"] * 2 + ["Nothing"] * 6, STOP) == ""


def test_a_word_must_be_in_a_third_of_the_captions() -> None:
    assert common_word(["Dahab"] * 3 + [sign * 5 for sign in "abcdefg"], OTHERS, STOP) == ""
    assert common_word(["Dahab"] * 3 + [sign * 5 for sign in "abcdef"], OTHERS, STOP) == "Dahab"


def test_without_captions_there_is_no_word() -> None:
    assert common_word([], OTHERS, STOP) == ""
    assert common_word(["Dahab"] * 3, [], STOP) == "Dahab"


@given(st.lists(st.text(max_size=60), max_size=12), st.lists(st.text(max_size=60), max_size=12))
def test_a_word_stands_in_the_captions_and_is_no_stop_word(inside: list[str], outside: list[str]) -> None:
    word = common_word(inside, outside, STOP)
    assert not word or sum(word in caption for caption in inside) >= 1
    assert word.casefold() not in STOP


def test_the_same_word_may_have_another_ending() -> None:
    assert same_word("windmills", "Windmill")
    assert same_word("fish", "Fish")
    assert not same_word("fish", "fisherman")
    assert not same_word("cats", "dogs")
    assert not same_word("", "fish")
