"""Refresh the translations from the sentences in the code: `python -m tests.catalogues`.

What is new is added without a translation, what nobody says any more goes, and French gets its typography; the exit
code is 1 while a translation is missing. Where sentences are looked for is set in pyproject.toml, in the form that
`pybabel extract -F` reads.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot.texts.language import LANGUAGES, LOCALES, SOURCE

ROOT = Path(__file__).parent.parent
TEMPLATE = LOCALES / "lookback.pot"
MADE = datetime(2026, 11, 24, tzinfo=UTC)
"""Fixed, or each refreshing would change every catalogue."""
HEADER = "# {} of Lookback's sentences.\n# Distributed under the license of Lookback (MIT).\n#"


def extracted() -> Catalog:
    """The sentences that stand in the code."""
    found = _empty(None)
    found.header_comment = HEADER.format("Template")
    found.fuzzy = False
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]
    methods = [(mapping["pattern"], mapping["method"]) for mapping in config["mappings"]]
    for file, _line, text, comments, context in extract_from_dir(ROOT, methods, comment_tags=["Translators:"]):
        message = found.add(text, locations=[(file, 0)], auto_comments=comments, context=context)
        message.flags -= {"python-format"}  # "{percent}% alike" is none
    for message in found:
        message.locations = sorted(set(message.locations))
    return found


def _empty(code: str | None) -> Catalog:
    return Catalog(code, None, "lookback", project="Lookback", version="", msgid_bugs_address="", creation_date=MADE)


def path(code: str) -> Path:
    return LOCALES / code / "LC_MESSAGES" / "lookback.po"


def stored(code: str) -> Catalog:
    """The catalogue of a language as it is in the repository; an empty one where there is none."""
    if not path(code).exists():
        return _empty(code)
    return read(path(code), code)


def read(file: Path, code: str | None) -> Catalog:
    """A catalogue, or (without a language) the template."""
    with file.open("rb") as opened:
        return read_po(opened, locale=code, domain="lookback")


def refreshed(code: str, template: Catalog) -> Catalog:
    """A language's catalogue with exactly the sentences of the template."""
    found = stored(code)
    found.update(deepcopy(template), no_fuzzy_matching=True)  # it takes over the messages themselves
    found.obsolete.clear()
    found.header_comment = HEADER.format(f"{found.locale.english_name} translation")
    if code == "fr":
        for message in found:
            message.string = _in_french_print(message.string) if message.id else message.string
    found.fuzzy, found.revision_date = False, MADE
    found.last_translator, found.language_team = "Lookback", found.locale.english_name
    return found


def _in_french_print(text: Any) -> Any:
    """With curly apostrophes, and with blanks before signs at which no line may break; for each plural form."""
    if not isinstance(text, str):
        return tuple(_in_french_print(form) for form in text) if text else text
    text = re.sub(r"(?<=\S) (?=[;?!])", "\u202f", text.replace("'", "’"))
    return re.sub(r"(?<=\S) (?=[:»])|(?<=«) ", "\u00a0", text)


def untranslated(catalogue: Catalog) -> Iterator[Message]:
    """Messages that lack their text, or a plural form of it."""
    for message in catalogue:
        forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if message.id and not (all(forms) and len(forms) == (catalogue.num_plurals if message.pluralizable else 1)):
            yield message


def _write(catalogue: Catalog, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("wb") as file:
        write_po(file, catalogue, width=120, sort_by_file=True, include_lineno=False, ignore_obsolete=True)


def main() -> int:
    """Write the template and every catalogue; say what is still to be translated."""
    template, missing = extracted(), 0
    _write(template, TEMPLATE)
    for code in LANGUAGES.keys() - {SOURCE}:
        catalogue = refreshed(code, template)
        _write(catalogue, path(code))
        left = list(untranslated(catalogue))
        missing += len(left)
        print(f"{code}: {len(catalogue)} sentences, {len(left)} to be translated")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
