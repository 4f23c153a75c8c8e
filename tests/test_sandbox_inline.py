"""Inline mode of the local Telegram: what is delivered, and what is refused, in Telegram's own words."""

from typing import Any

import pytest
from telegram import Bot, InlineQueryResultArticle, InlineQueryResultCachedPhoto, InlineQueryResultsButton
from telegram import InputTextMessageContent as Words
from telegram.error import BadRequest

from bot.sandbox.door_http import serve
from bot.sandbox.door_inprocess import InProcess
from bot.sandbox.state import User
from bot.sandbox.telegram import Telegram
from tests.fakes import RED, picture


@pytest.fixture
def world() -> Telegram:
    """One in which violations are expected."""
    made = Telegram()
    made.supports_inline_queries = True
    return made


@pytest.fixture
def eve(world: Telegram) -> User:
    return world.add_user("Eve")


def bot_of(world: Telegram) -> Bot:
    return Bot(world.token, request=InProcess(world), get_updates_request=InProcess(world))


def photo_of(world: Telegram) -> str:
    found: str = world.files.add_photo(picture(RED))[-1]["file_id"]
    return found


async def test_a_query_is_delivered_answered_once_and_its_result_sent_by_the_one_who_asked(
    world: Telegram, eve: User
) -> None:
    chat = world.new_chat("group", "Elsewhere", members=[eve], bot_status="left")
    async with serve(world) as url:
        bot = Bot(world.token, base_url=f"{url}/bot")
        async with bot:
            query_id = world.ask_inline(eve, "sunset", offset="50", chat_type="group")
            (update,) = await bot.get_updates(allowed_updates=["inline_query"])
            asked = update.inline_query
            assert asked is not None
            assert (asked.from_user.id, asked.query, asked.offset, asked.chat_type) == (eve.id, "sunset", "50", "group")
            results = [InlineQueryResultCachedPhoto("7", photo_of(world))]
            button = InlineQueryResultsButton("How?", start_parameter="inline")
            await asked.answer(results, cache_time=0, is_personal=True, next_offset="100", button=button)
            with pytest.raises(BadRequest, match="Query is too old"):
                await asked.answer(results)
    message = world.choose(chat, eve, query_id, "7")
    assert message["via_bot"]["id"] == world.bot.id
    assert message["from"]["id"] == eve.id
    assert message["photo"] == world.files.photo(results[0].photo_file_id)
    assert world.violations == []


def photos(world: Telegram, *ids: str) -> list[InlineQueryResultCachedPhoto]:
    return [InlineQueryResultCachedPhoto(one, photo_of(world)) for one in ids]


@pytest.mark.parametrize(
    ("ids", "more", "refusal"),
    [
        ([str(number) for number in range(51)], {}, "Results_too_much"),
        (["1", "1"], {}, "Result_id_duplicate"),
        (["é" * 33], {}, "Result_id_invalid"),
        (["1"], {"next_offset": "x" * 65}, "Next_offset_invalid"),
        (["1"], {"button": InlineQueryResultsButton("How?", start_parameter="no blanks")}, "Start_param_invalid"),
    ],
)
async def test_what_no_bot_should_answer_is_refused_and_noted(
    world: Telegram, eve: User, ids: list[str], more: dict[str, Any], refusal: str
) -> None:
    query_id = world.ask_inline(eve, "sunset")
    async with bot_of(world) as bot:
        with pytest.raises(BadRequest, match=refusal):
            await bot.answer_inline_query(query_id, photos(world, *ids), **more)
    assert len(world.violations) == 1
    assert world.inline_results(query_id) is None


async def test_files_that_are_no_photos_and_kinds_that_it_does_not_know_are_refused(world: Telegram, eve: User) -> None:
    query_id, document = world.ask_inline(eve, "sunset"), world.files.add_document(picture(RED))["file_id"]
    async with bot_of(world) as bot:
        for file_id in (document, "AgACnonsense"):
            with pytest.raises(BadRequest):
                await bot.answer_inline_query(query_id, [InlineQueryResultCachedPhoto("1", file_id)])
        with pytest.raises(BadRequest, match="not known to this fake"):
            await bot.answer_inline_query(query_id, [InlineQueryResultArticle("1", "Title", Words("words"))])


async def test_an_answer_that_comes_late_is_refused(world: Telegram, eve: User) -> None:
    query_id = world.ask_inline(eve, "sunset")
    world.inline_queries[query_id]["at"] -= 11
    async with bot_of(world) as bot:
        for asked in (query_id, "404"):
            with pytest.raises(BadRequest, match="Query is too old"):
                await bot.answer_inline_query(asked, [])


async def test_get_me_tells_of_it_and_without_it_nothing_is_delivered(world: Telegram, eve: User) -> None:
    async with bot_of(world) as bot:
        assert (await bot.get_me()).supports_inline_queries is True
        world.supports_inline_queries = False
        assert (await bot.get_me()).supports_inline_queries is False
        world.ask_inline(eve, "sunset")
        assert await bot.get_updates() == ()
