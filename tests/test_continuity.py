"""Which album goes on with which: by hand, and whatever the sortings were."""

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.continuity import Earlier, continued

Vectors = NDArray[np.float32]


def seen(*photo_ids: int, seed: int = 0) -> dict[int, Vectors]:
    """Vectors that say nothing about the albums."""
    rows = np.random.default_rng(seed).normal(size=(max(photo_ids, default=0) + 1, 16))
    return {photo_id: (rows[photo_id] / np.linalg.norm(rows[photo_id])).astype(np.float32) for photo_id in photo_ids}


def apart(*groups: range | list[int]) -> dict[int, Vectors]:
    """Vectors of which those of a group are the same, and those of two groups at right angles."""
    eye = np.eye(len(groups), dtype=np.float32)
    return {photo_id: eye[number] for number, group in enumerate(groups) for photo_id in group}


def earlier(number: int, photo_ids: range | list[int] | set[int], missed: int = 0) -> Earlier:
    return Earlier(number, frozenset(photo_ids), missed)


def lists(*albums: range) -> list[list[int]]:
    return [list(album) for album in albums]


def test_what_has_not_changed_goes_on() -> None:
    before = [earlier(1, range(5)), earlier(2, range(5, 9))]
    assert continued(before, lists(range(5, 9), range(5)), seen(*range(9))) == [1, 0]


def test_an_album_grows_by_photos_that_are_new() -> None:
    before = [earlier(4, range(3)), earlier(7, range(3, 6))]
    assert continued(before, [[0, 1, 2, *range(6, 90)]], seen(*range(90))) == [0]


def test_of_a_split_album_the_bigger_part_goes_on() -> None:
    assert continued([earlier(1, range(10))], lists(range(4), range(4, 10)), seen(*range(10))) == [None, 0]


def test_of_merged_albums_the_biggest_goes_on() -> None:
    before = [earlier(1, range(3)), earlier(2, range(3, 10))]
    assert continued(before, lists(range(10)), apart(range(3), range(3, 10))) == [1]


def test_of_two_equal_albums_that_are_merged_the_one_with_the_lower_number_goes_on() -> None:
    before = [earlier(9, range(4)), earlier(3, range(4, 8))]
    assert continued(before, lists(range(8)), seen(*range(8))) == [1]


def test_an_album_with_hardly_anything_of_an_earlier_one_is_a_new_one() -> None:
    before = [earlier(1, range(10)), earlier(2, range(10, 40))]
    after = [[0, 1, *range(20, 40)], [*range(2, 5), *range(40, 60)], list(range(10, 20))]
    vectors = apart(range(5), range(10, 20), range(20, 40), range(40, 60))
    # The first is of photos of 2, mostly; the second has no other old photos than those of 1; the last is a part of 2.
    assert continued(before, after, vectors) == [1, 0, None]


def test_less_than_half_of_the_photos_is_enough_in_the_same_direction_only() -> None:
    before = [earlier(1, range(4)), earlier(2, range(11, 12))]
    assert continued(before, [[0, 1, 4, 5, 6]], apart(range(7), range(7, 12))) == [0]
    assert continued(before, [[0, 1, 4, 5, 6]], apart(range(4), range(4, 7), range(7, 12))) == [None]
    assert continued(before, [[0, 1, 4, 5]], apart(range(4), range(4, 12))) == [0]  # half


def test_an_album_that_rested_comes_back_and_gives_way_to_one_that_did_not() -> None:
    before = [earlier(1, range(6), missed=2), earlier(5, range(20, 26))]
    assert continued(before, lists(range(20, 26), range(6)), seen(*range(6), *range(20, 26))) == [1, 0]
    same = [earlier(1, range(6), missed=1), earlier(5, range(6))]
    assert continued(same, lists(range(6)), seen(*range(6))) == [1]


def test_without_albums_before_or_after_nothing_goes_on() -> None:
    assert continued([], lists(range(4)), seen(*range(4))) == [None]
    assert continued([earlier(1, range(4))], [], seen(*range(4))) == []


def test_photos_without_a_vector_count_as_members() -> None:
    before = [earlier(1, [1, 2, 3]), earlier(2, [4, 5, 6])]
    assert continued(before, [[1, 2, 3], [5, 6]], seen(5, 6)) == [0, 1]


@st.composite
def sortings(draw: st.DrawFn) -> tuple[list[Earlier], list[list[int]], dict[int, Vectors]]:
    """Two sortings of the same photos, of whatever numbers of albums, with some left over and some new."""
    count = draw(st.integers(1, 30))
    old = draw(st.lists(st.integers(0, 4), min_size=count, max_size=count))
    new = draw(st.lists(st.integers(0, 4), min_size=count + 3, max_size=count + 3))
    before = [
        earlier(number, members)
        for number in range(1, 5)
        if (members := {photo_id for photo_id, album in enumerate(old) if album == number})
    ]
    after = [[photo_id for photo_id, album in enumerate(new) if album == number] for number in range(1, 5)]
    return before, [album for album in after if album], seen(*range(count + 3), seed=draw(st.integers(0, 99)))


@settings(deadline=None)
@given(sortings(), st.randoms(use_true_random=False))
def test_the_order_of_albums_and_of_their_photos_decides_nothing(
    made: tuple[list[Earlier], list[list[int]], dict[int, Vectors]], random: Random
) -> None:
    before, after, vectors = made
    pairs = {
        (before[place].number, frozenset(album))
        for album, place in zip(after, continued(before, after, vectors), strict=True)
        if place is not None
    }
    random.shuffle(before)
    after = [random.sample(album, len(album)) for album in random.sample(after, len(after))]
    again = continued(before, after, dict(sorted(vectors.items(), reverse=True)))
    assert pairs == {
        (before[place].number, frozenset(album)) for album, place in zip(after, again, strict=True) if place is not None
    }


@settings(deadline=None)
@given(sortings())
def test_each_album_goes_on_once_and_only_where_it_shares_photos(
    made: tuple[list[Earlier], list[list[int]], dict[int, Vectors]],
) -> None:
    before, after, vectors = made
    found = continued(before, after, vectors)
    places = [place for place in found if place is not None]
    assert len(found) == len(after)
    assert len(set(places)) == len(places)
    for album, place in zip(after, found, strict=True):
        assert place is None or before[place].photo_ids & set(album)


@settings(deadline=None)
@given(sortings())
def test_the_same_sorting_again_leaves_every_number_in_place(
    made: tuple[list[Earlier], list[list[int]], dict[int, Vectors]],
) -> None:
    before, _, vectors = made
    again = [sorted(album.photo_ids) for album in before]
    assert continued(before, again, vectors) == list(range(len(before)))


@settings(deadline=None)
@given(st.lists(st.integers(1, 12), min_size=2, max_size=4), st.integers(0, 99))
def test_a_split_leaves_the_name_with_the_biggest_part_and_a_merge_brings_it_back(sizes: list[int], seed: int) -> None:
    ends = np.cumsum([0, *sizes])
    parts = [list(range(ends[number], ends[number + 1])) for number in range(len(sizes))]
    vectors = seen(*range(ends[-1]), seed=seed)
    found = continued([earlier(8, range(ends[-1]))], parts, vectors)
    (heir,) = (number for number, place in enumerate(found) if place == 0)
    assert sizes[heir] == max(sizes)
    split = [earlier(8 if number == heir else 20 + number, part) for number, part in enumerate(parts)]
    (place,) = continued(split, [list(range(ends[-1]))], vectors)
    if 2 * max(sizes) >= sum(sizes):
        assert place is not None
    assert place is None or sizes[place] == max(sizes)
