"""The current language: what is said in it, and that it stays with the task that it was set for."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.languages import MOST_TOLD, Languages
from bot.manners import ChatManners
from bot.photos import Photos, Rules
from bot.texts.language import LANGUAGES, _, current, known, ngettext, pgettext, speaking
from bot.worker import Worker, Workers
from tests.fakes import MeanColour

GROUP, OTHER = -1001, -1002
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


async def test_a_worker_speaks_the_language_of_whoever_asked_it_and_none_afterwards() -> None:
    worker = Worker("test")
    try:

        async def ask(code: str) -> str:
            with speaking(code):
                return await worker(current)

        assert await asyncio.gather(*(ask(code) for code in LANGUAGES)) == list(LANGUAGES)
        assert await worker(current) == "en"
    finally:
        worker.close()


@pytest.fixture
async def languages(tmp_path: Path) -> AsyncIterator[Languages]:
    workers = Workers()
    photos = Photos(workers, MeanColour(), Rules(None, 3, 1.0, 60.0))
    await photos.open(tmp_path / "lookback.db")
    yield Languages(ChatManners(photos))
    await photos.close()
    workers.close()


async def test_the_language_of_whoever_adds_the_bot_is_the_chats_until_another_is_chosen(languages: Languages) -> None:
    assert await languages.of(GROUP) == "en"
    await languages.added(GROUP, "de-AT")
    assert await languages.of(GROUP) == "de"
    await languages.added(GROUP, "ru")  # added again later, by someone else
    assert await languages.of(GROUP) == "de"
    assert await languages.of(OTHER) == "en"


@pytest.mark.parametrize("tag", [None, "pt", "en"])
async def test_nothing_is_stored_where_the_language_is_none_of_ours_or_english_anyway(
    languages: Languages, tag: str | None, tmp_path: Path
) -> None:
    await languages.added(GROUP, tag)
    assert await languages.of(GROUP) == "en"
    with closing(sqlite3.connect(tmp_path / "lookback.db")) as db:
        assert db.execute("SELECT count(*) FROM chat_settings").fetchone() == (0,)


async def test_alone_with_a_person_their_app_tells_the_language_and_the_last_word_counts(languages: Languages) -> None:
    languages.told(7, "ru")
    assert (await languages.of(7), await languages.of(8)) == ("ru", "en")
    languages.told(7, "fr-CA")
    assert await languages.of(7) == "fr"
    languages.told(7, "pt")
    assert await languages.of(7) == "en"


async def test_only_so_many_people_are_kept_in_mind(languages: Languages) -> None:
    for user_id in range(MOST_TOLD + 5):
        languages.told(user_id, "de")
    heard = [await languages.of(user_id) for user_id in (0, 4, 5, MOST_TOLD + 4)]
    assert heard == ["en", "en", "de", "de"]
