"""Which photos of a chat are on its map: as many as wanted, by their album and over time, and of no other chat."""

from itertools import pairwise

import pytest

from storage.rows import NewAlbum, NewEvent
from storage.store import Store
from tests import test_storage
from tests.test_storage import GROUP, NOW, OTHER, Turns, embed, photo

store, turns = test_storage.store, test_storage.turns


def remembered(store: Store, turns: Turns, count: int) -> list[int]:
    """Photos with a vector, a minute apart."""
    ids = [turns.remember(photo(number, sent_at=NOW + 60 * number)) for number in range(1, count + 1)]
    embed(store)
    return ids


def sorted_into(store: Store, *albums: list[int]) -> list[int]:
    """Keep these albums; their ids, biggest first."""
    asked = store.events.ask(NewEvent(GROUP, "cluster", 99, None, 1, None, "{}", NOW), GROUP.id, NOW, 60)
    event = store.events.get(asked)
    assert event is not None
    made = [NewAlbum(tuple(ids), 0.9) for ids in albums]
    clustering = store.clusterings.keep(event, "m", len(albums), sum(map(len, albums)), 0, made, NOW)
    return [album.id for album in store.clusterings.albums(clustering)]


def test_of_an_album_those_nearest_to_its_centroid_are_taken_by_date(store: Store, turns: Turns) -> None:
    ids = remembered(store, turns, 6)
    (album,) = sorted_into(store, [ids[4], ids[0], ids[2], ids[1]])
    sample = store.overviews.sample(GROUP.id, "m", [(album, 3), (None, 1)])
    assert store.overviews.sizes(GROUP.id, "m") == {album: 4}
    assert set(sample.ids) - {ids[3], ids[5]} == {ids[0], ids[2], ids[4]}
    assert list(sample.ids) == sorted(sample.ids)
    assert [sample.albums[sample.ids.index(one)] for one in (ids[0], ids[4])] == [album, album]
    assert sample.vectors.shape == (4, 2)


@pytest.mark.parametrize("wanted", [0, 1, 7, 20, 33])
def test_of_those_in_no_album_so_many_are_taken_and_spread_over_the_time(
    store: Store, turns: Turns, wanted: int
) -> None:
    ids = remembered(store, turns, 20)
    sample = store.overviews.sample(GROUP.id, "m", [(None, wanted)])
    assert len(sample.ids) == min(wanted, 20)
    places = [ids.index(one) for one in sample.ids]
    gaps = {after - before for before, after in pairwise(places)}
    assert not gaps or max(gaps) - min(gaps) <= 1


def test_a_photo_without_a_vector_by_the_present_model_is_not_taken(store: Store, turns: Turns) -> None:
    ids = remembered(store, turns, 3)
    (album,) = sorted_into(store, ids)
    turns.remember(photo(9))
    assert store.overviews.sample(GROUP.id, "m", [(None, 9), (album, 9)]).ids == tuple(ids)
    assert store.overviews.sample(GROUP.id, "another", [(None, 9), (album, 9)]).ids == ()
    assert store.overviews.sizes(GROUP.id, "another") == {}


def test_no_photo_and_no_album_of_another_chat_is_seen(store: Store, turns: Turns) -> None:
    ids = remembered(store, turns, 4)
    (album,) = sorted_into(store, ids[:3])
    turns.remember(photo(1, chat=OTHER))
    embed(store)
    assert store.overviews.sizes(OTHER.id, "m") == {}
    assert len(store.overviews.sample(OTHER.id, "m", [(album, 9), (None, 9)]).ids) == 1
    assert store.overviews.sample(OTHER.id, "m", [(album, 9)]).ids == ()
