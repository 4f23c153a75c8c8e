"""The translations: complete, of the right shape, and within Telegram's limits. `python -m tests.catalogues` adds what
is missing to the catalogues, to be translated there."""

import ast
import re
from collections.abc import Iterator
from gettext import c2py

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural

from bot.sandbox.entities import parse
from bot.texts import layout
from bot.texts.albums import BUTTON_LIMIT
from bot.texts.language import LANGUAGES, LOCALES
from tests.catalogues import ROOT, TEMPLATE, extracted, read, stored, untranslated

TRANSLATED = [code for code in LANGUAGES if code != "en"]
PRESS_LIMIT = 200
"""UTF-16 units of what a press of a button is answered (Bot API, answerCallbackQuery)."""
SAFE = 120
"""What is no longer than this in English may be said to a press, and is held to the limit for it."""

Key = tuple[str | None, object]


def keys(catalogue: Catalog) -> set[Key]:
    return {(message.context, message.id) for message in catalogue if message.id}


def originals(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def translations(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def each(code: str) -> Iterator[Message]:
    return (message for message in stored(code) if message.id)


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


def tags(text: str) -> list[str]:
    return re.findall(r"<[^>]*>", text)


def commands(text: str) -> list[str]:
    return sorted(re.findall(r"/\w+|@\w+", text))


def test_the_template_holds_what_is_said_in_the_code() -> None:
    assert keys(read(TEMPLATE, None)) == keys(extracted())


def test_the_template_is_empty() -> None:
    assert [message.id for message in read(TEMPLATE, None) if message.id and any(translations(message))] == []


def test_no_translation_stands_in_the_catalogue_of_another_language() -> None:
    seen: dict[str, str] = {}
    for code in TRANSLATED:
        for text in {text for message in each(code) for text in translations(message)}:
            if len(re.sub(r"\{\w+\}|<[^>]*>|/\w+|\W", "", text)) > 12:
                assert seen.setdefault(text, code) == code, text


def test_there_is_a_catalogue_for_each_language_and_no_other() -> None:
    assert sorted(path.name for path in LOCALES.iterdir() if path.is_dir()) == sorted(TRANSLATED)


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_sentence_is_translated_and_none_is_left_from_before(code: str) -> None:
    catalogue = stored(code)
    assert keys(catalogue) == keys(extracted())
    assert [message.id for message in untranslated(catalogue)] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert not catalogue.obsolete


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_catalogue_has_the_plural_forms_of_its_language(code: str) -> None:
    catalogue = stored(code)
    assert (catalogue.num_plurals, catalogue.plural_expr) == tuple(get_plural(code))
    assert (catalogue.num_plurals == 3) is (code == "ru")


@pytest.mark.parametrize("code", TRANSLATED)
def test_placeholders_tags_and_commands_stay_as_they_are(code: str) -> None:
    wrong = [
        text for message in each(code) for text in translations(message) if not _matches(originals(message)[-1], text)
    ]
    assert wrong == []


def _matches(original: str, text: str) -> bool:
    """A form for one thing alone may leave its count out, as "about a minute" does."""
    same = (tags(original), commands(original)) == (tags(text), commands(text))
    missing = set(placeholders(original)) - set(placeholders(text))
    return same and not set(placeholders(text)) - set(placeholders(original)) and missing <= {"count"}


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_form_that_stands_for_several_counts_names_its_count(code: str) -> None:
    catalogue = stored(code)
    several = [
        form
        for form in range(catalogue.num_plurals)
        if sum(_form(catalogue, count) == form for count in range(1, 200)) > 1
    ]
    wrong = [
        translations(message)[form]
        for message in catalogue
        if message.pluralizable
        for form in several
        if placeholders(originals(message)[-1]) != placeholders(translations(message)[form])
    ]
    assert wrong == []


def _form(catalogue: Catalog, count: int) -> int:
    """Which plural form a count takes, as gettext finds it."""
    return int(c2py(catalogue.plural_expr)(count))


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_are_valid_html_without_stray_blanks(code: str) -> None:
    for message in each(code):
        for original, text in zip((*originals(message), originals(message)[-1]), translations(message), strict=False):
            parse(text, "HTML")  # raises where Telegram would refuse it
            assert text == text.strip()
            assert "  " not in text
            assert (text[-1] in ".…:?!)") is (original[-1] in ".…:?!)"), text


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_chats_admins_are_called_the_same_everywhere_and_french_has_its_typography(code: str) -> None:
    for text in {text for message in each(code) for text in translations(message)}:
        assert not re.search("administrador|administrateur|администратор|Administrator", text), text
        assert code != "fr" or not re.search(r"'|(?<=\S) [:;?!]", text), text


@pytest.mark.parametrize("code", TRANSLATED)
def test_what_a_press_may_be_told_stays_short(code: str) -> None:
    long = [
        text
        for message in each(code)
        if len(layout.visible(originals(message)[-1])) <= SAFE
        for text in translations(message)
        if layout.utf16_length(layout.visible(text)) > PRESS_LIMIT
    ]
    assert long == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_button_fits_beside_another(code: str) -> None:
    buttons = set(_said_by("button"))
    assert buttons
    texts = [text for message in each(code) if originals(message)[0] in buttons for text in translations(message)]
    assert [text for text in texts if len(re.sub(r"\{\w+\}", "123", text)) > BUTTON_LIMIT] == []


def _said_by(prefix: str) -> Iterator[str]:
    """The sentences in functions of bot/texts whose names begin so."""
    for path in sorted((ROOT / "bot" / "texts").glob("*.py")):
        for function in ast.parse(path.read_text()).body:
            if isinstance(function, ast.FunctionDef) and function.name.startswith(prefix):
                for node in ast.walk(function):
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
                        yield from (one.value for one in node.args if isinstance(one, ast.Constant))


CALLS = ("_", "ngettext", "pgettext")


def test_no_sentence_is_glued_where_it_is_translated() -> None:
    """A call with anything but a whole string is not extracted, and would be said in English for ever."""
    wrong = []
    for path in sorted((ROOT / "bot" / "texts").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS):
                continue
            texts = node.args[: 1 if node.func.id == "_" else 2]
            wrong += [f"{path.name}:{node.lineno}" for one in texts if isinstance(one, ast.JoinedStr | ast.BinOp)]
    assert wrong == []
