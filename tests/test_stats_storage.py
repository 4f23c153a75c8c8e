"""What `/stats` counts: by hand, and never across chats."""

import pytest

from storage.stats import PersonCount
from storage.store import Store
from tests import test_storage
from tests.test_storage import GROUP, NOW, OTHER, Turns, photo

store, turns = test_storage.store, test_storage.turns
JUNE = 1_718_000_000.0
"""10 June 2024."""


def test_photos_are_counted_by_month_in_utc(store: Store, turns: Turns) -> None:
    midnight = 1_719_792_000.0  # 1 July 2024, 00:00 UTC
    for number, sent_at in enumerate((JUNE, midnight - 1, midnight, midnight + 40 * 86400), 1):
        turns.remember(photo(number, sent_at=sent_at))
    stats = store.stats.of(GROUP.id, 8)
    assert stats.months == ((2024, 6, 2), (2024, 7, 1), (2024, 8, 1))
    assert (stats.photos, stats.first_at) == (4, JUNE)


def test_a_file_that_comes_again_is_counted_each_time_but_the_first_and_in_its_own_chat_only(
    store: Store, turns: Turns
) -> None:
    for number, unique in enumerate(("a", "b", "a", "a", "b", "c"), 1):
        turns.remember(photo(number, unique=unique))
    turns.remember(photo(1, chat=OTHER, unique="c"))
    assert store.stats.of(GROUP.id, 8).resent == 3
    assert store.stats.of(OTHER.id, 8).resent == 0


def test_people_are_counted_by_their_id_under_their_last_name(store: Store, turns: Turns) -> None:
    names = [(1, "Ann", 5), (2, "Ben", 1), (1, "Ann (Oslo)", 9), (1, "Annie", 7), (3, "Ann", 2)]
    for number, (sender_id, name, at) in enumerate(names, 1):
        turns.remember(photo(number, sender_id=sender_id, sender_name=name, sent_at=NOW + at))
    turns.remember(photo(1, chat=OTHER, sender_id=2, sender_name="Ben elsewhere", sent_at=NOW + 99))
    stats = store.stats.of(GROUP.id, 2)
    assert stats.senders == 3
    assert stats.people == (PersonCount("Ann (Oslo)", 3), PersonCount("Ann", 1))


@pytest.mark.parametrize("sender_id", [None, 136817688, 1087968824, 777000])
def test_channels_and_anonymous_admins_are_told_apart_by_name(
    store: Store, turns: Turns, sender_id: int | None
) -> None:
    for number, name in enumerate(("News", "Hikers", "News"), 1):
        turns.remember(photo(number, sender_id=sender_id, sender_name=name))
    assert store.stats.of(GROUP.id, 8).people == (PersonCount("News", 2), PersonCount("Hikers", 1))


def test_who_has_opted_out_is_not_named_also_while_their_photos_are_still_there(store: Store, turns: Turns) -> None:
    turns.remember(photo(1, sender_id=1, sender_name="Ann"))
    turns.remember(photo(2, sender_id=2, sender_name="Ben"))
    turns.remember(photo(1, chat=OTHER, sender_id=2, sender_name="Ben"))
    store.forgetting.opt_out(GROUP, 2, NOW)
    assert store.stats.of(GROUP.id, 8).people == (PersonCount("Ann", 1),)
    assert store.stats.of(GROUP.id, 8).senders == 1
    assert store.stats.of(OTHER.id, 8).people == (PersonCount("Ben", 1),)


def test_an_empty_chat_has_no_figures(store: Store) -> None:
    stats = store.stats.of(GROUP.id, 8)
    assert (stats.photos, stats.resent, stats.months, stats.senders, stats.people) == (0, 0, (), 0, ())
