"""The language of what is said: gettext catalogues, and the language of the turn or job that is at work.

A sentence is written in English where it is said, `_("Forgotten: {what}.").format(what=…)`, and looked up in the
catalogue of the current language (`locales/<code>/LC_MESSAGES/lookback.po`); one that is missing there stays English.
"""

import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français", "ru": "Русский"}
"""The languages, each by its own name."""
SOURCE = "en"
"""The language in which the sentences stand in the code."""
LOCALES = Path(__file__).parent / "locales"

_current: ContextVar[str] = ContextVar("language", default=SOURCE)
_catalogues: dict[str, gettext.NullTranslations] = {}


def load() -> None:
    """Read the catalogues, once. Blocking (files): app start runs it in a worker."""
    for code in LANGUAGES.keys() - _catalogues.keys():
        _catalogues[code] = catalogue(code)
        # Babel reads its data of a locale at the first use, from a file.
        dates.format_skeleton("yMMMd", locale=locale(code))
        numbers.format_decimal(1000, locale=locale(code))


def catalogue(code: str) -> gettext.NullTranslations:
    """Compiled in memory, so that neither a build step nor a compiled file is needed."""
    path = LOCALES / code / "LC_MESSAGES" / "lookback.po"
    if not path.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def locale(code: str) -> Locale:
    """Babel's locale of one of our languages: how it writes dates and numbers."""
    return Locale.parse(code)


@contextmanager
def speaking(code: str | None) -> Iterator[None]:
    """Say everything within the block in a language; in English where it is None or not one of ours."""
    before = _current.set(code if code in LANGUAGES else SOURCE)
    try:
        yield
    finally:
        _current.reset(before)


def current() -> str:
    """The code of the language that is spoken."""
    return _current.get()


def known(code: str | None) -> str | None:
    """One of our languages for an IETF tag such as `de-AT` (Bot API, User.language_code); None for the others."""
    base = (code or "").replace("_", "-").split("-")[0].lower()
    return base if base in LANGUAGES else None


def named(word: str) -> str | None:
    """The code of a language that someone typed, by its name in any of the languages that we speak, or by its code."""
    wanted = word.strip().casefold()
    names = {locale(code).get_display_name(there): code for code in LANGUAGES for there in LANGUAGES}
    return next((code for name, code in names.items() if name and name.casefold() == wanted), known(wanted))


def _(text: str) -> str:
    """A sentence in the current language."""
    return _spoken().gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """A sentence with a count, in the plural form that the current language has for it."""
    return _spoken().ngettext(one, many, count)


def pgettext(context: str, text: str) -> str:
    """A word that needs a context to be translated."""
    return _spoken().pgettext(context, text)


def N_(text: str) -> str:
    """Mark a sentence for translation that is looked up later, as `_(TABLE[key])`."""
    return text


def _spoken() -> gettext.NullTranslations:
    return _catalogues.get(_current.get(), _PLAIN)


_PLAIN = gettext.NullTranslations()
