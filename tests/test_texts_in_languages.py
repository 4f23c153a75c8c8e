"""What test_texts.py proves of English, in every language: valid HTML within Telegram's limits, whatever the names."""

import inspect
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import texts
from bot.sandbox.entities import parse
from bot.texts import layout, privacy
from bot.texts.language import LANGUAGES, load, speaking
from tests.test_texts import ALBUMS, LINES, NAMES, plain

load()
CODES = st.sampled_from(sorted(LANGUAGES))
COUNTS = st.integers(0, 10**6)
NO_SENTENCES = ("__init__", "language", "layout")


def sentences() -> dict[str, Callable[[], str]]:
    """Every public function of bot/texts that says something by itself."""
    found = {}
    for path in sorted((Path(texts.__file__).parent).glob("*.py")):
        if path.stem in NO_SENTENCES:
            continue
        module = import_module(f"bot.texts.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and not name.startswith("_")
            if own and not inspect.signature(function).parameters:
                found[f"{path.stem}.{name}"] = function
    return found


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_sentence_is_valid_html_within_a_message_and_differs_from_the_english_one(code: str) -> None:
    assert len(sentences()) > 40
    for name, sentence in sentences().items():
        with speaking(code):
            said = sentence()
        assert "  " not in plain(said, texts.MESSAGE_LIMIT)
        assert (said == sentence()) is (code == "en"), name


@given(CODES, st.lists(LINES, min_size=1, max_size=10))
def test_an_answer_fits_in_every_language(code: str, lines: list[texts.Line]) -> None:
    with speaking(code):
        caption = texts.answer(lines)
    plain(caption, texts.CAPTION_LIMIT)
    _, entities = parse(caption, "HTML")
    assert [entity["url"] for entity in entities] == [line.link for line in lines if line.link]


@given(CODES, st.lists(ALBUMS, min_size=1, max_size=60), COUNTS, st.booleans(), st.integers(0, 9), st.integers(0, 99))
def test_the_list_of_an_overview_fits_in_every_language(
    code: str, albums: list[texts.AlbumLine], leftover: int, stopped: bool, cut_albums: int, minutes: int
) -> None:
    with speaking(code):
        caption = texts.overview(albums, leftover, stopped=stopped, cut_albums=cut_albums, minutes=minutes)
    plain(caption, texts.CAPTION_LIMIT)


@given(CODES, ALBUMS, st.integers(1, 10**6), st.integers(0, 9))
def test_the_caption_of_an_album_fits_in_every_language(
    code: str, album: texts.AlbumLine, first: int, more: int
) -> None:
    with speaking(code):
        caption = texts.album_caption(album, first, first + more) + "\n" + texts.album_unlinked(more)
    plain(caption, texts.CAPTION_LIMIT)


@given(CODES, NAMES, NAMES)
def test_reasons_are_escaped_in_every_language(code: str, model: str, reason: str) -> None:
    with speaking(code):
        plain(texts.photo_failed(reason), texts.MESSAGE_LIMIT)
        plain(texts.photo_failed(f"Telegram refuses the file: {reason}"), texts.MESSAGE_LIMIT)
        plain(texts.photo_waits(f"The model {model} cannot be used: {reason}; do."), texts.MESSAGE_LIMIT)


@given(CODES, COUNTS, st.none() | st.integers(1, 10**4), st.integers(0, 10**4), st.booleans())
def test_what_privacy_says_fits_in_every_language(
    code: str, count: int, retention: int | None, grace: int, out: bool
) -> None:
    with speaking(code):
        seen = plain(privacy.about(texts.stored(), count, retention, grace, opted_out=out), texts.MESSAGE_LIMIT)
        assert layout.number(count) in seen
        for said in (privacy.person_forgotten, privacy.chat_forgotten):
            plain(said(count), texts.MESSAGE_LIMIT)
        plain(privacy.confirm(count, by_any_admin=out), texts.MESSAGE_LIMIT)
        plain(privacy.forgotten(count, album=out), texts.MESSAGE_LIMIT)
