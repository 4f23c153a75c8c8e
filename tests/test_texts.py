"""Every sentence within Telegram's limits and its HTML, whatever people are called."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import texts
from bot.sandbox.entities import parse
from bot.texts import album_names, layout, privacy

NASTY = [
    "",
    "  \n ",
    "<b>Bobby</b> & </a> \"Tables\" 'n'",
    "👩‍👩‍👧‍👦" * 40,
    "\u202eevil",
    "שלום עליכם",
    "x" * 300,
    "é" * 300,
    "&lt;&amp;&#39;",
    "<",
]
NAMES = st.text(max_size=300) | st.sampled_from(NASTY)
LINES = st.builds(
    texts.Line,
    number=st.integers(1, 10),
    tier=st.sampled_from(["same", "edited", "related"]),
    percent=st.integers(0, 100),
    who=NAMES,
    sent_at=st.floats(0, 4e9),
    link=st.none() | st.integers(1, 2**31).map(lambda number: f"https://t.me/c/9999999999/{number}"),
    shown=st.booleans(),
    again=st.sampled_from([0, 1, 2, 100_000]),
    later=st.booleans(),
)
ALBUMS = st.builds(
    texts.AlbumLine, number=st.integers(1, 999), name=NAMES, size=st.integers(1, 10**6), percent=st.integers(0, 100)
)
RTL_NAME = texts.Line(1, "related", 90, "שלום", 0, None, True)


def plain(text: str, limit: int) -> str:
    """What a reader sees; refused where Telegram would refuse it."""
    seen, _ = parse(text, "HTML")
    assert 0 < layout.utf16_length(seen) <= limit
    return seen


@given(st.lists(LINES, min_size=1, max_size=10))
@example([RTL_NAME] * 10)
def test_an_answer_fits_names_everyone_and_links_what_can_be_linked(drawn: list[texts.Line]) -> None:
    lines = [replace(line, number=rank) for rank, line in enumerate(sorted(drawn, key=_surest_first), 1)]
    caption = texts.answer(lines)
    seen = [text for text in plain(caption, texts.CAPTION_LIMIT).split("\n") if not text.startswith("Similar photo")]
    left_out = sum(int(text.split()[2]) for text in seen if text.startswith("… and "))
    told = [text for text in seen if re.match(r"\d+\. |Same ", text)]
    assert len(told) + left_out == len(lines)
    _, entities = parse(caption, "HTML")
    assert [entity["url"] for entity in entities] == [line.link for line in lines[: len(told)] if line.link]
    for line, text in zip(lines, told, strict=False):
        who = layout.cut(" ".join(line.who.split()) or "someone", layout.NAME_LIMIT)
        rank = f"{line.number}. " if len(lines) > 1 or line.tier == "related" else ""
        assert text.startswith(rank + WORDS[line.tier].format(percent=line.percent))
        assert who.strip() in text
        assert text.endswith("open") is (line.link is not None)


WORDS = {"same": "Same photo: ", "edited": "Same picture, edited: ", "related": "{percent}% · "}


def _surest_first(line: texts.Line) -> int:
    return list(WORDS).index(line.tier)


@pytest.mark.parametrize(
    ("again", "later", "said"),
    [
        (0, False, "Same photo: Ann sent it on 1 Jan 1970"),
        (1, False, "Same photo: Ann sent it first, on 1 Jan 1970, and it came once more since"),
        (1234, False, "Same photo: Ann sent it first, on 1 Jan 1970, and it came 1,234 times more since"),
        (0, True, "Same photo: Ann sent it again on 1 Jan 1970"),
        (1, True, "Same photo: Ann sent it again on 1 Jan 1970, and it came once more since"),
        (2, True, "Same photo: Ann sent it again on 1 Jan 1970, and it came 2 times more since"),
    ],
)
def test_a_same_photo_is_told_with_who_sent_it_first_and_how_often_since(again: int, later: bool, said: str) -> None:
    line = texts.Line(1, "same", 100, "Ann", 0, None, shown=False, again=again, later=later)
    assert texts.answer([line]) == said


def test_each_tier_has_its_words_and_only_the_related_ones_a_heading_and_per_cent() -> None:
    lines = [texts.Line(1, "same", 100, "Ann", 0, None, shown=False), texts.Line(2, "edited", 97, "Ben", 0, None, True),
             texts.Line(3, "related", 86, "Cem", 0, None, shown=True)]  # fmt: skip
    assert texts.answer(lines).split("\n") == [
        "1. Same photo: Ann sent it on 1 Jan 1970", "2. Same picture, edited: Ben sent it on 1 Jan 1970",
        "Similar photo from before:", "3. 86% · Cem · 1 Jan 1970", "(shown here: 2, 3)",
    ]  # fmt: skip
    assert texts.answer(lines[1:2]) == "Same picture, edited: Ben sent it on 1 Jan 1970"


@given(st.lists(ALBUMS, min_size=1, max_size=60), st.integers(0, 10**6), st.booleans(), st.integers(0, 9))
def test_the_list_of_an_overview_fits_and_counts_the_albums_it_has_no_room_for(
    albums: list[texts.AlbumLine], leftover: int, stopped: bool, cut_albums: int
) -> None:
    caption = texts.overview(albums, leftover, stopped=stopped, cut_albums=cut_albums)
    heading, *seen = plain(caption, texts.CAPTION_LIMIT).split("\n")
    assert heading == ("1 album" if len(albums) == 1 else f"{len(albums)} albums")
    listed = [line for line in seen if line.endswith("% alike")]
    left_out = [int(line.split()[2]) for line in seen if line.startswith("… and ")]
    assert len(listed) + sum(left_out) == len(albums)
    assert ("Stopped." in seen[-1]) is stopped
    assert ("nowhere." in seen[-1]) is (leftover > 0)


@given(ALBUMS, st.integers(1, 10**6), st.integers(0, 9))
def test_the_caption_of_an_album_fits(album: texts.AlbumLine, first: int, more: int) -> None:
    seen = plain(texts.album_caption(album, first, first + more), texts.CAPTION_LIMIT - 100)
    assert seen.endswith(f"{album.percent}% alike")
    title = f"Album {album.number}: {layout.isolated(album.name)}" if album.name else f"Album {album.number}"
    assert texts.row_title(album) == f"{title} · {layout.photos(album.size)} · {album.percent}% alike"


@given(st.lists(ALBUMS, min_size=1, max_size=60), st.integers(0, 10**6))
def test_the_list_of_albums_fits_and_says_what_to_do_with_it(albums: list[texts.AlbumLine], leftover: int) -> None:
    seen = plain(album_names.albums_listed(albums, leftover), texts.MESSAGE_LIMIT).split("\n")
    listed = [line for line in seen if line.endswith("% alike")]
    left_out = [int(line.split()[2]) for line in seen if line.startswith("… and ")]
    assert len(listed) + sum(left_out) == len(albums)
    assert ("nowhere." in "".join(seen)) is (leftover > 0)
    first = albums[0].number
    assert seen[-2:] == ["", f"/album {first} shows one; /rename {first} with a name after it gives it that name."]


@given(st.integers(1, 9999), NAMES, st.integers(1, 10**6))
def test_a_button_has_a_name_and_what_is_left_within_its_room(number: int, name: str, left: int) -> None:
    text = texts.button_more(number, name, left)
    assert layout.utf16_length(text) <= 30
    assert text.endswith(f": {layout.number(left)} more")
    if not name:
        assert text.startswith(f"Album {number}:")


@given(NAMES, NAMES, st.lists(NAMES, max_size=5))
def test_what_status_and_failures_quote_is_escaped_and_fits(model: str, problem: str, problems: list[str]) -> None:
    now = texts.Status(1, 2, 3, 4, 5, 6, model, problem or None, 10**6, 10**12, None, tuple(problems))
    plain(texts.status(now), texts.MESSAGE_LIMIT)
    plain(texts.photo_failed(problem), texts.MESSAGE_LIMIT)
    plain(texts.photo_waits(problem), texts.MESSAGE_LIMIT)


def test_a_status_that_is_far_too_long_is_cut_at_a_line() -> None:
    problems = tuple(f"{number}. {'<problem>' * 30}" for number in range(40))
    now = texts.Status(1, 0, 0, 0, 0, 0, "m", None, 1, 1, 0.0, problems)
    seen = plain(texts.status(now), texts.MESSAGE_LIMIT).split("\n")
    assert seen[-1].startswith("… and ")
    assert seen[-2].endswith("<problem>")


@given(st.text(max_size=80), st.integers(1, 60))
def test_a_cut_keeps_what_fits_and_never_half_a_sign(text: str, limit: int) -> None:
    kept = layout.cut(text, limit)
    assert layout.utf16_length(kept) <= limit
    assert kept == text or (kept.endswith("…") and text.startswith(kept[:-1]))
    if layout.utf16_length(text) <= limit:
        assert kept == text


@given(st.text("a<&", max_size=40), st.lists(st.text("b>;", max_size=30), max_size=9), st.integers(12, 90))
def test_lines_that_do_not_fit_are_counted(head: str, lines: list[str], limit: int) -> None:
    text = layout.fit(escape(head), [escape(line) for line in lines], "", limit)
    assert layout.utf16_length(layout.visible(text)) <= limit


def test_a_name_that_is_written_from_right_to_left_turns_nothing_around_it() -> None:
    assert layout.name("Ann") == "Ann"
    assert layout.name("שלום") == "\u2068שלום\u2069"
    assert layout.name("\u202eevil") == "\u2068\u202eevil\u2069"


SENTENCES = {
    "start": texts.start(),
    "help": texts.help_text(),
    "stored": texts.stored(),
    "not understood": texts.not_understood(),
    "joined": texts.joined(False, False),
    "privacy": texts.privacy_problem(),
    "media": texts.media_problem(),
    "rights not checked": texts.rights_not_checked(),
    "nothing similar": texts.nothing_similar(),
    "needs a photo": texts.similar_needs_a_photo(),
    "waits": texts.photo_waits(None),
    "begins": texts.cluster_begins(3),
    "choosing": texts.cluster_progress(3, "choose", 0.5),
    "sorting": texts.cluster_progress(3, "sort", 1),
    "too few": texts.cluster_too_few(0, 4),
    "too many": texts.cluster_too_many(9, 5),
    "all the same": texts.cluster_all_same(5),
    "none": texts.cluster_none(5),
    "under way": texts.cluster_under_way(),
    "number": texts.cluster_number_wrong(),
    "unlinked": texts.album_unlinked(2),
    "no albums": texts.album_none(),
    "unknown album": texts.album_unknown(3, [1]),
    "which album": texts.album_needs_number([2, 1]),
    "rename": album_names.rename_usage(),
    "renamed": album_names.renamed(3, "Hikes"),
    "name taken away": album_names.name_taken_away(3, "Hikes"),
    "no given name": album_names.no_given_name(3),
    "name too long": album_names.name_too_long(61, 60),
    "not yours to name": album_names.only_who_may_change_info(),
    "naming not checked": album_names.naming_rights_unknown(),
    "sorry": texts.sorry(),
    "about": privacy.about(texts.stored(), 3, None, 0, opted_out=True),
    "about, by age": privacy.about(texts.stored(), 1, 1, 30, opted_out=False),
    "forget": privacy.forget_usage(),
    "not my answer": privacy.not_my_answer(),
    "forgotten": privacy.forgotten(1, album=False),
    "album forgotten": privacy.forgotten(3, album=True),
    "none forgotten": privacy.forgotten(0, album=False),
    "only sender": privacy.only_sender_or_admin(),
    "person forgotten": privacy.person_forgotten(1),
    "nobody": privacy.nobody_in_particular(),
    "only admins": privacy.only_admins(),
    "chat forgotten": privacy.chat_forgotten(1),
    "again": privacy.remembered_again(),
    "anyway": privacy.remembered_anyway(),
    "remember": privacy.remember_usage(),
    "not to be remembered": privacy.not_to_be_remembered(),
}


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_a_sentence_is_valid_html_with_one_blank_between_words_and_an_end(sentence: str) -> None:
    seen = plain(sentence, texts.MESSAGE_LIMIT)
    assert "  " not in seen
    assert seen[0].isupper() or seen[0].isdigit()
    assert seen[-1] in ".…%"


@pytest.mark.parametrize(
    "sentence",
    [texts.coming(), texts.stopping(), texts.only_asker_stops(), texts.rights_unknown(), texts.albums_outdated(),
     texts.already_shown(), privacy.forgetting(), privacy.kept(), privacy.question_over(), privacy.press_again(),
     privacy.only_asker_confirms(), privacy.only_admins_confirm()],
)  # fmt: skip
def test_what_a_press_is_told_is_short_plain_text(sentence: str) -> None:
    assert 0 < len(sentence) <= 200  # Bot API, answerCallbackQuery
    assert parse(sentence, "HTML") == (sentence, [])


def test_counts_have_their_plurals() -> None:
    assert [layout.photos(count) for count in (0, 1, 2, 1234)] == ["0 photos", "1 photo", "2 photos", "1,234 photos"]
    few = [texts.cluster_too_few(count, 4) for count in (0, 1, 3)]
    assert few == [
        "There is no photo here yet; albums need at least 4.",
        "There is 1 photo here; albums need at least 4.",
        "There are 3 photos here; albums need at least 4.",
    ]
    album = texts.AlbumLine(1, "", 2, 90)
    overviews = [texts.overview([album] * n, n, stopped=False, cut_albums=0) for n in (1, 2)]
    assert [parse(text, "HTML")[0].splitlines()[0] for text in overviews] == ["1 album", "2 albums"]
    assert [text.splitlines()[-1] for text in overviews] == ["1 photo fits nowhere.", "2 photos fit nowhere."]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2024, 3, 9, 23, 59, tzinfo=UTC), "9 Mar 2024"),
        (datetime(1999, 12, 31, tzinfo=UTC), "31 Dec 1999"),
        (datetime(2026, 11, 1, tzinfo=UTC), "1 Nov 2026"),
    ],
)
def test_a_date_is_written_as_people_do_in_utc(moment: datetime, day: str) -> None:
    assert layout.day(moment.timestamp()) == day


@pytest.mark.parametrize(
    ("chat", "origin", "link"),
    [
        (-1001234567890, -1001234567890, "https://t.me/c/1234567890/7"),
        (-1001234567890, -42, None),  # from before the group became a supergroup
        (-42, -42, None),
        (42, 42, None),
    ],
)
def test_only_messages_of_supergroups_that_were_sent_there_have_a_link(chat: int, origin: int, link: str) -> None:
    assert texts.message_link(chat, origin, 7) == link


@pytest.mark.parametrize(
    ("hears", "may_send", "asked_for"),
    [(True, True, []), (None, None, []), (False, True, ["/setprivacy"]), (True, False, ["not allowed to send photos"])],
)
def test_the_greeting_names_only_what_is_known_to_be_wrong(
    hears: bool | None, may_send: bool | None, asked_for: list[str]
) -> None:
    text = texts.joined(hears, may_send)
    assert [words for words in ("/setprivacy", "not allowed to send photos") if words in text] == asked_for


@pytest.mark.parametrize(("size", "words"), [(0, "0.0 MB"), (1_550_000, "1.6 MB"), (12_345_000_000, "12.3 GB")])
def test_bytes_are_told_in_units_for_people(size: int, words: str) -> None:
    assert texts.megabytes(size) == words
