"""The current language: what is said in it, and that it stays with the task that it was set for."""

import asyncio

import pytest

from bot.texts.language import LANGUAGES, _, current, known, ngettext, pgettext, speaking

GNUS = ["{count} gnu", "{count} gnus"]


def test_english_is_spoken_where_nothing_else_was_chosen() -> None:
    assert current() == "en"
    assert _("Photo {number}") == "Photo {number}"
    assert [ngettext("{count} photo", "{count} photos", count) for count in (1, 2)] == [
        "{count} photo",
        "{count} photos",
    ]
    assert pgettext("link", "open") == "open"


def test_a_sentence_without_a_translation_stays_english_in_every_language() -> None:
    for code in LANGUAGES:
        with speaking(code):
            assert _("no such sentence") == "no such sentence"
            assert [ngettext("{count} gnu", "{count} gnus", count) for count in (1, 5)] == [
                "{count} gnu",
                "{count} gnus",
            ]


@pytest.mark.parametrize("code", [None, "", "xx", "../../etc"])
def test_an_unknown_language_is_english(code: str | None) -> None:
    with speaking("ru"):
        with speaking(code):
            assert current() == "en"
        assert current() == "ru"
    assert current() == "en"


@pytest.mark.parametrize(
    ("tag", "code"),
    [("de", "de"), ("de-AT", "de"), ("pt-br", None), ("RU", "ru"), ("es_MX", "es"), (None, None), ("", None)],
)
def test_the_language_of_a_person_is_known_by_its_tag(tag: str | None, code: str | None) -> None:
    assert known(tag) == code


async def test_tasks_that_run_side_by_side_each_keep_their_language() -> None:
    async def say(code: str) -> list[str]:
        with speaking(code):
            heard = []
            for _turn in range(3):
                await asyncio.sleep(0)
                heard.append(current())
            return heard

    codes = list(LANGUAGES) * 3
    assert await asyncio.gather(*(say(code) for code in codes)) == [[code] * 3 for code in codes]
    assert current() == "en"
