"""Albums: by hand, by their properties, and on real photos as the pocket model sees them."""

import csv
import tracemalloc
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import normalized_mutual_info_score

from bot.albums import AllTheSame, Clustering, TooFewPhotos, TooManyAlbums, make_albums
from bot.sandbox.sample import PHOTOS
from bot.vision.clip import Clip
from bot.vision.images import decode

KINDS = ("fish", "monument", "tool", "windmill")
Vectors = NDArray[np.float32]


def unit(rows: NDArray[np.floating] | list[list[float]]) -> Vectors:
    given = np.asarray(rows, np.float64)
    made: Vectors = (given / np.linalg.norm(given, axis=1, keepdims=True)).astype(np.float32)
    return made


def around(centre: int, count: int, similarity: float, rng: np.random.Generator) -> Vectors:
    """Rows (count, 384) with this cosine to each other, near enough: a common axis, and noise of their own."""
    common = np.zeros(384)
    common[centre] = similarity**0.5
    return unit(common + (1 - similarity) ** 0.5 * unit(rng.normal(size=(count, 384))))


def groups(made: Clustering) -> list[set[int]]:
    return [set(album.members) for album in made.albums]


def labels(made: Clustering, count: int) -> NDArray[np.int64]:
    """The album of each row; all leftover photos are one cluster more."""
    found = np.full(count, -1)
    for number, album in enumerate(made.albums):
        found[list(album.members)] = number
    return found


@pytest.fixture(scope="module")
def seen() -> tuple[Vectors, list[str]]:
    """Embeddings and labels of the photos of four kinds, by file name."""
    model = Clip("pocket", "cpu")
    model.load()
    with (PHOTOS / "photos.csv").open(encoding="utf-8") as file:
        rows = sorted((row["file"], row["label"]) for row in csv.DictReader(file) if row["label"] in KINDS)
    prepared = [model.prepare(decode((PHOTOS / name).read_bytes())) for name, _ in rows]
    vectors = np.vstack([model.embed_images([one]) for one in prepared])
    return vectors, [label for _, label in rows]


@pytest.mark.parametrize("seed", range(4))
def test_real_photos_are_sorted_by_what_they_show(seen: tuple[Vectors, list[str]], seed: int) -> None:
    vectors, kinds = seen
    made = make_albums(vectors, k=None, seed=seed)
    assert len(made.leftover) <= 3
    assert normalized_mutual_info_score(kinds, labels(made, len(kinds))) >= 0.80


def test_a_model_with_other_cosines_gives_the_same_albums(seen: tuple[Vectors, list[str]]) -> None:
    """Every cosine c becomes (1 + c) / 2, about as crowded as the cosines of OpenAI's CLIP."""
    vectors, _ = seen
    crowded = unit(np.hstack([vectors, np.ones((len(vectors), 1), np.float32)]))
    for k in (3, None):
        there, here = make_albums(crowded, k=k), make_albums(vectors, k=k)
        assert (there.k, there.leftover) == (here.k, here.leftover)
        assert groups(there) == groups(here)


def test_what_fits_nowhere_is_left_over(seen: tuple[Vectors, list[str]]) -> None:
    vectors, kinds = seen
    strangers = unit(np.random.default_rng(0).normal(size=(6, vectors.shape[1])))
    made = make_albums(np.vstack([vectors, strangers]), k=4)
    assert set(range(len(kinds), len(kinds) + 6)) <= set(made.leftover)
    assert sum(len(album.members) for album in made.albums) >= len(kinds) - 4


def test_two_pairs_and_a_stranger_by_hand() -> None:
    rows = unit([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0.8, 0.6, 0, 0], [0, 0, 0.8, 0.6]])
    # Ten pairs: twice 0.8, once -0.6, seven times 0: the background is 0, and 0.8 is more than half of the way to 1.
    made = make_albums(rows, k=3)
    assert [album.members for album in made.albums] == [(0, 3), (1, 4)]
    assert [album.tightness for album in made.albums] == pytest.approx([0.9**0.5] * 2)  # cos of half the angle
    assert (made.k, made.leftover) == (3, (2,))
    assert groups(make_albums(rows, k=2)) == [{0, 3}, {1, 4}]


def test_members_come_nearest_to_the_centroid_first() -> None:
    # 0°, 37° and 53°: their mean points to 30°.
    rows = unit([[1, 0, 0], [0.8, 0.6, 0], [0.6, 0.8, 0], [0, 0, 1], [0, 0, -1], [0, -0.1, -1], [0, 0.1, -1]])
    made = make_albums(rows, k=3)
    assert (1, 2, 0) in [album.members for album in made.albums]


def test_members_hold_together_by_the_others_and_not_by_themselves() -> None:
    rng = np.random.default_rng(1)
    rows = np.vstack([around(0, 10, 0.8, rng), unit(rng.normal(size=(2, 384)))])
    made = make_albums(rows, k=2)  # the last two share a cluster, each with a cosine of 0.7 to their mean
    assert groups(made) == [set(range(10))]
    assert made.leftover == (10, 11)


def test_a_loose_blob_of_more_than_half_is_no_album() -> None:
    rng = np.random.default_rng(2)
    loose, tight = around(0, 60, 0.36, rng), np.vstack([around(1, 20, 0.8, rng), around(2, 20, 0.8, rng)])
    assert groups(make_albums(np.vstack([loose, tight]), k=3)) == [set(range(60, 80)), set(range(80, 100))]
    assert len(make_albums(np.vstack([loose[:38], tight]), k=3).albums) == 3


def test_of_many_kinds_in_one_cluster_the_biggest_stays() -> None:
    rng = np.random.default_rng(14)
    made = make_albums(np.vstack([around(kind, 7 if kind == 1 else 5, 0.8, rng) for kind in range(5)]), k=1)
    assert groups(made) == [set(range(5, 12))]


def test_a_tight_majority_is_an_album() -> None:
    rng = np.random.default_rng(3)
    made = make_albums(np.vstack([around(0, 30, 0.8, rng), around(1, 8, 0.8, rng)]), k=None)
    assert groups(made) == [set(range(30)), set(range(30, 38))]


def test_one_album_on_request_is_what_most_photos_have_in_common() -> None:
    rng = np.random.default_rng(4)
    made = make_albums(np.vstack([around(0, 12, 0.8, rng), unit(rng.normal(size=(12, 384)))]), k=1)
    assert made.k == 1
    assert groups(made) == [set(range(12))]


@pytest.mark.parametrize(("count", "dimensions"), [(40, 384), (300, 384), (900, 64)])
def test_random_vectors_make_no_albums(count: int, dimensions: int) -> None:
    made = make_albums(unit(np.random.default_rng(5).normal(size=(count, dimensions))), k=None)
    assert made.albums == ()
    assert made.leftover == tuple(range(count))


@pytest.mark.parametrize("kinds", [3, 12])
def test_the_silhouette_finds_the_number_of_albums_also_beyond_the_sample(kinds: int) -> None:
    rng = np.random.default_rng(6)
    rows = np.vstack([around(kind, 1000 // kinds, 0.6, rng) for kind in range(kinds)])
    made = make_albums(rows, k=None)
    assert made.k == kinds
    assert sorted(map(min, groups(made))) == [kind * (1000 // kinds) for kind in range(kinds)]
    assert {len(album.members) for album in made.albums} == {1000 // kinds}
    assert make_albums(rows, k=None) == made


def test_few_photos_are_too_few_and_more_albums_than_photos_too_many() -> None:
    rows = unit(np.random.default_rng(7).normal(size=(5, 8)))
    with pytest.raises(TooFewPhotos) as few:
        make_albums(rows[:3], k=5)
    assert (few.value.count, few.value.needed) == (3, 4)
    with pytest.raises(TooFewPhotos):
        make_albums(np.empty((0, 8), np.float32), k=None)
    with pytest.raises(TooManyAlbums) as many:
        make_albums(rows, k=6)
    assert (many.value.k, many.value.count) == (6, 5)
    assert make_albums(rows, k=5).k == 5


def test_one_photo_many_times_is_all_the_same_but_for_float_noise() -> None:
    rng = np.random.default_rng(8)
    rows = unit(np.repeat(rng.normal(size=(1, 384)), 50, axis=0) + rng.normal(scale=1e-6, size=(50, 384)))
    for k in (None, 3):
        with pytest.raises(AllTheSame) as same:
            make_albums(rows, k=k)
        assert same.value.count == 50


@pytest.mark.parametrize(("k", "noise"), [(None, 1e-8), (1, 1e-8), (4, 1e-8), (30, 1e-8), (None, 1e-5), (3, 1e-5)])
def test_copies_of_a_few_photos_make_one_album_each(k: int | None, noise: float) -> None:
    """pytest makes every warning an error, and KMeans warns of fewer different rows than clusters."""
    rows = np.repeat(unit(np.eye(3, 384)), 10, axis=0)
    made = make_albums(unit(rows + np.random.default_rng(9).normal(scale=noise, size=rows.shape)), k=k)
    expected = [] if k == 1 else [set(range(start, start + 10)) for start in (0, 10, 20)]
    assert groups(made) == expected


def test_a_rare_photo_beside_thousands_of_copies() -> None:
    rows = np.repeat(unit(np.random.default_rng(10).normal(size=(1, 384))), 3000, axis=0)
    rows[1234] = unit(np.random.default_rng(11).normal(size=(1, 384)))
    made = make_albums(rows, k=None)
    assert [len(album.members) for album in made.albums] == [2999]
    assert made.leftover == (1234,)
    assert made.albums[0].tightness == pytest.approx(1)


def test_progress_goes_from_choosing_to_sorted() -> None:
    told: list[tuple[str, float]] = []
    rows = unit(np.random.default_rng(12).normal(size=(30, 8)))
    make_albums(rows, k=None, progress=lambda stage, part: told.append((stage, part)))
    assert told == sorted(told)
    assert told[0] == ("choose", 0) and ("choose", 1) in told and told[-2:] == [("sort", 0), ("sort", 1)]
    assert len(told) > 6
    told.clear()
    make_albums(rows, k=3, progress=lambda stage, part: told.append((stage, part)))
    assert told == [("sort", 0), ("sort", 1)]


def test_memory_does_not_grow_with_the_square_of_the_photos() -> None:
    rows = unit(np.random.default_rng(13).normal(size=(8000, 16)))
    make_albums(rows[:100], k=None)  # the imports are not what is measured
    tracemalloc.start()
    try:
        make_albums(rows, k=None)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 64 * 2**20  # bytes; 8000 × 8000 cosines would be 256 MB


@st.composite
def chats(draw: st.DrawFn) -> Vectors:
    """Photos of a few kinds, of many degrees of likeness, some of them twice."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    kinds = rng.normal(size=(draw(st.integers(1, 5)), 12))
    subjects = kinds[rng.integers(len(kinds), size=draw(st.integers(4, 40)))]
    rows = unit(subjects + draw(st.sampled_from([0.05, 0.3, 1.0, 3.0])) * rng.normal(size=subjects.shape))
    rows[rng.integers(len(rows), size=draw(st.integers(0, 3)))] = rows[0]
    return rows


@settings(deadline=None, max_examples=40)
@given(chats(), st.sampled_from([None, 1, 2, 4]))
def test_albums_and_leftover_share_out_all_photos(rows: Vectors, k: int | None) -> None:
    if (rows @ rows[0]).min() >= 1 - 1e-6:
        return
    made = make_albums(rows, k=k)
    shared = [row for album in made.albums for row in album.members] + list(made.leftover)
    assert sorted(shared) == list(range(len(rows)))
    assert list(made.leftover) == sorted(made.leftover)
    assert all(len(album.members) >= 2 for album in made.albums)
    sizes = [len(album.members) for album in made.albums]
    assert sizes == sorted(sizes, reverse=True)
    for album in made.albums:
        members = rows[list(album.members)]
        near = members @ unit(members.sum(axis=0, keepdims=True))[0]
        assert (np.diff(near) <= 2e-5).all()
        assert album.tightness == pytest.approx(float(near.mean()), abs=1e-5)


@settings(deadline=None, max_examples=25)
@given(chats(), st.randoms(use_true_random=False), st.sampled_from([None, 3]))
def test_the_order_in_which_photos_came_changes_no_album(rows: Vectors, random: Random, k: int | None) -> None:
    if (rows @ rows[0]).min() >= 1 - 1e-6:
        return
    came = list(enumerate(rows))  # the number is the lasting key: in the store, date and origin message id
    random.shuffle(came)
    arrived = sorted(came, key=lambda photo: photo[0])
    again = make_albums(np.array([row for _, row in arrived]), k=k)
    assert again == make_albums(rows, k=k)
