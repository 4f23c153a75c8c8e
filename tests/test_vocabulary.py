"""The words that albums may be named with, in all languages alike."""

from collections import Counter

import pytest

from bot import vocabulary
from bot.texts.albums import BUTTON_LIMIT
from bot.texts.language import LANGUAGES

OTHERS = [code for code in LANGUAGES if code != vocabulary.SOURCE]


def lines(language: str) -> list[str]:
    return (vocabulary.FOLDER / f"words.{language}.txt").read_text(encoding="utf-8").splitlines()


def test_there_are_about_a_thousand_words() -> None:
    assert 1000 <= len(vocabulary.words()) <= 1300


def test_there_is_a_file_for_each_language_and_no_other() -> None:
    found = {path.name.split(".")[1] for path in vocabulary.FOLDER.glob("words.*.txt")}
    assert found == set(LANGUAGES)


@pytest.mark.parametrize("language", OTHERS)
def test_each_line_is_the_translation_of_the_same_line(language: str) -> None:
    """The groups' headings stand in the same lines, so a line that was left out in one file is seen."""
    assert len(lines(language)) == len(lines("en"))
    for number, (english, other) in enumerate(zip(lines("en"), lines(language), strict=True), 1):
        assert english.startswith("#") is other.startswith("#"), number
        if english.startswith("#"):
            assert english == other, number


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_there_once_and_may_stand_on_a_button(language: str) -> None:
    found = vocabulary.words(language)
    assert [word for word in found if word != " ".join(word.split()) or not word] == []
    assert [word for word, count in Counter(word.casefold() for word in found).items() if count > 1] == []
    assert [word for word in found if len(word) > BUTTON_LIMIT] == []


def test_what_is_not_latin_is_russian_and_the_other_way_round() -> None:
    for language in LANGUAGES:
        cyrillic = [word for word in vocabulary.words(language) if any("а" <= sign <= "я" for sign in word.lower())]
        assert cyrillic == (list(vocabulary.words("ru")) if language == "ru" else [])


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "windmills"), ("de", "Windmühlen"), ("es", "molinos de viento"), ("fr", "moulins à vent"),
     ("ru", "ветряные мельницы")],
)  # fmt: skip
def test_a_word_is_found_in_each_language(language: str, word: str) -> None:
    assert vocabulary.translated("windmills", language) == word


def test_the_last_word_too_and_one_that_was_taken_out_has_no_translation() -> None:
    assert vocabulary.translated("lasers", "de") == "Laser"
    assert vocabulary.translated("unicorns of old", "de") is None


def test_stop_words_are_folded_and_long_enough_to_matter() -> None:
    found = vocabulary.stop_words()
    assert {"with", "nicht", "porque", "aujourd", "сегодня"} <= found
    assert [word for word in found if word != word.casefold()] == []
