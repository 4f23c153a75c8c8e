"""What is read from the words after `/find`."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import queries
from bot.queries import Query, QueryError, from_json, is_other_script, parse


def at(year: int, month: int, day: int) -> float:
    return datetime(year, month, day, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("typed", "plus", "minus"),
    [
        ("sunset at the beach", ["sunset at the beach"], []),
        ("-n people beach", ["beach"], ["people"]),
        ("beach -n people", ["beach"], ["people"]),
        ("beach +snow −people", ["beach", "snow"], ["people"]),
        ("beach –people —dogs", ["beach"], ["people", "dogs"]),
        ('-n "two men" -n trees sky', ["sky"], ["two men", "trees"]),
        ('house +"red car" -“old man”', ["house", "red car"], ["old man"]),
        ("a beach +snow at night", ["a beach at night", "snow"], []),
        ("beach - people", ["beach"], ["people"]),
        ("well-known t-shirt", ["well-known t-shirt"], []),
        ("-night", [], ["night"]),
        ("  many \n blanks ", ["many blanks"], []),
        ('"" beach', ["beach"], []),
        ("time: 10:30", ["time: 10:30"], []),
        ("море", ["море"], []),
    ],
)
def test_words_are_added_and_subtracted(typed: str, plus: list[str], minus: list[str]) -> None:
    assert parse(typed) == Query(plus=tuple(plus), minus=tuple(minus))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("from:@Ann", Query(senders=("Ann",))),
        ("FROM: Ann", Query(senders=("Ann",))),
        ('from:"Ann Smith" from:me', Query(senders=("Ann Smith", "me"))),
        ("since:2025", Query(since=at(2025, 1, 1))),
        ("until:2025", Query(until=at(2026, 1, 1))),
        ("since:2025-01 until:2025-06", Query(since=at(2025, 1, 1), until=at(2025, 7, 1))),
        ("until:2024-02", Query(until=at(2024, 3, 1))),
        ("until:2024-12", Query(until=at(2025, 1, 1))),
        ("since:2024-2-29 until:2024-02-29", Query(since=at(2024, 2, 29), until=at(2024, 3, 1))),
        ("in:here", Query(topic="here")),
        ("in:General", Query(topic="general")),
        ("in:42 fish", Query(plus=("fish",), topic=42)),
    ],
)
def test_filters_are_read(typed: str, expected: Query) -> None:
    assert parse(typed) == expected


@pytest.mark.parametrize(
    ("typed", "error", "text"),
    [
        ("beach +", queries.Unfinished, "+"),
        ("beach -n", queries.Unfinished, "-"),
        ("from:", queries.Unfinished, "from"),
        ("from: since:2025", queries.Unfinished, "from"),
        ("since:yesterday", queries.NoDate, "yesterday"),
        ("since:2025-13", queries.NoDate, "2025-13"),
        ("until:2025-02-30", queries.NoDate, "2025-02-30"),
        ("since:0007", queries.NoDate, "0007"),
        ("until:9999", queries.NoDate, "9999"),
        ("in:garden", queries.NoTopic, "garden"),
        ("in:-5", queries.NoTopic, "-5"),
        ("since:2025-06 until:2025-05", queries.UpsideDown, ""),
        ("x" * 201, queries.TooLong, "x" * 201),
    ],
)
def test_what_can_not_be_understood_is_named(typed: str, error: type[QueryError], text: str) -> None:
    with pytest.raises(error) as raised:
        parse(typed)
    assert raised.value.text == text


@given(st.text(max_size=250) | st.text('+-−n "abfrom:since2until025in', max_size=60))
def test_any_text_is_a_query_or_an_error_and_a_query_can_be_kept(typed: str) -> None:
    try:
        query = parse(typed)
    except QueryError:
        return
    assert from_json(query.as_json()) == query
    assert all(part.strip() == part != "" for part in (*query.plus, *query.minus, *query.senders))
    assert query.since is None or query.until is None or query.since < query.until


PARTS = st.lists(st.text("abcdéф ", min_size=1, max_size=12).map(str.strip).filter(bool), max_size=3)


@given(PARTS, PARTS)
def test_every_part_comes_out_as_it_was_put_in(plus: list[str], minus: list[str]) -> None:
    typed = " ".join([*(f'+"{part}"' for part in plus), *(f'-n "{part}"' for part in minus)])
    read = parse(typed)
    assert (read.plus, read.minus) == tuple(tuple(" ".join(part.split()) for part in parts) for parts in (plus, minus))


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("beach", False),
        ("Strände, 2 cafés!", False),
        ("пляж", True),
        ("海滩", True),
        ("شاطئ", True),
        ("παραλία", True),
        ("🏖", False),
    ],
)
def test_a_script_that_is_not_latin_is_known_by_its_letters(text: str, other: bool) -> None:
    assert is_other_script(text) is other
