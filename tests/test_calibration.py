"""The threshold of a chat: its maths, how it does on real photos, and what a group of one subject sees of it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.calibration import CHUNK, CROWD, FEWEST, Bar, Kin, is_due, level, nearest, stand_out, stretched
from bot.photos import EventRow
from bot.sandbox.state import Chat as Room
from bot.sandbox.state import User
from bot.sandbox.telegram import Telegram
from bot.thresholds import Thresholds
from bot.vision.clip import Clip
from tests.backgrounds import Chat, looked_at, mean, sample, tripled
from tests.conftest import Start, lookback
from tests.fakes import MeanColour, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO
from tests.test_muting import shown


def rows(count: int, seed: int = 0, size: int = 8) -> NDArray[np.float32]:
    """Unit rows."""
    made = np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def kin(count: int, **given: object) -> Kin:
    """No two photos have anything to do with each other, but for what is given."""
    scattered = np.random.default_rng(1).integers(0, 2**63, count).astype(np.uint64)
    values = {
        "hashes": scattered, "sure": np.full(count, 2**64 - 1, np.uint64),
        "tones": np.zeros((count, 2), np.float32), "events": np.full(count, -1), "senders": np.full(count, -1),
        "times": np.zeros(count),
    }  # fmt: skip
    return Kin(**values | {name: np.asarray(value, values[name].dtype) for name, value in given.items()})


def test_photos_of_one_picture_album_or_moment_are_kin_and_so_is_each_of_itself() -> None:
    one, another, every = 0xFFFFFFFF, 0xAAAA << 40, 2**64 - 1
    given = kin(
        8, hashes=[1, 2**63, one, one ^ 0x3F, one << 32, another, 1, one],
        sure=[1, every, every, every, every, every, 1, every], tones=[[0, 0], *[[9, 9]] * 6, [9, 16]],
        events=[-1, -1, 5, -1, 5, -1, -1, -1], senders=[-1, 7, 8, 8, 7, 7, -1, -1],
        times=[0, 0, 0, 1000, 0, 301, 0, 0],
    )  # fmt: skip
    found = given.of(np.arange(8), slice(None), 300)
    pairs = {(a, b) for a in range(8) for b in range(a + 1, 8) if found[a, b]}
    assert pairs == {(2, 3), (2, 4), (1, 4)}  # file, hash and tone, album, sender within 300 s
    assert found.diagonal().all()
    assert np.array_equal(found, found.T)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 40), st.integers(0, 5), st.integers(1, 7))
def test_the_nearest_are_those_of_a_plain_sort_in_chunks_as_well(count: int, seed: int, chunk: int) -> None:
    vectors, related = rows(count, seed), kin(count, events=np.arange(count) // 2)
    wanted = np.full((count, CROWD + 1), -1, np.float32)
    for row in range(count):
        others = [float(vectors[row] @ vectors[other]) for other in range(count) if other // 2 != row // 2]
        best = sorted(others, reverse=True)[: CROWD + 1]
        wanted[row, : len(best)] = best
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.calibration.CHUNK", chunk)
        found = nearest(vectors, related, np.arange(count), 0)
    assert count < CHUNK  # so the patch made the difference
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_a_bar_is_never_below_the_models_threshold_and_rises_with_the_crowd() -> None:
    bar = Bar(0.8, 0.6)
    assert bar.over([]) == 0.8
    assert bar.over([0.99]) == 0.8
    assert bar.over([0.95, 0.5, 0.5, 0.5, 0.5, 0.5, 1.0]) == 0.8
    assert bar.over([0.95, 0.9, 0.9, 0.9, 0.9, 0.9, 0.2]) == pytest.approx(0.6 + 0.3 * 0.9)
    assert bar.over([0.95, 0.9, 0.9, 0.9, 0.9, -0.9]) == pytest.approx(0.6 + 0.3 * 0.9 * 4 / 5)
    assert Bar(0.8).over([0.95, 0.9, 0.9, 0.9, 0.9, 0.9]) == 0.8


def test_the_presets_stretch_the_distance_to_an_identical_photo() -> None:
    assert [stretched(0.8, factor) for factor in (1.5, 1.0, 0.5)] == pytest.approx([0.7, 0.8, 0.9])
    assert [stretched(1.0, factor) for factor in (1.5, 1.0, 0.5)] == [1.0, 1.0, 1.0]


def test_a_chat_is_looked_at_again_when_it_has_grown_or_shrunk_by_a_tenth() -> None:
    assert [is_due(now, 100) for now in (89, 90, 100, 110, 111)] == [True, False, False, False, True]
    assert is_due(1, 0)


def test_too_few_photos_tell_nothing() -> None:
    assert level(rows(FEWEST - 1), kin(FEWEST - 1), leeway=0) is None
    assert level(rows(FEWEST), kin(FEWEST), leeway=0) is not None


@settings(max_examples=20, deadline=None)
@given(st.integers(FEWEST, 400), st.integers(0, 3))
def test_at_most_the_share_of_photos_stands_out_and_the_share_shrinks_as_photos_come(count: int, seed: int) -> None:
    vectors, related = rows(count, seed), kin(count)
    found = level(vectors, related, leeway=0)
    assert found is not None
    scores = stand_out(nearest(vectors, related, np.arange(count), 0))
    allowed = (1 + 20 / count) / 3
    assert np.mean(scores > found) <= allowed + (0.12 if count > 200 else 1e-9)  # a sample of 200 is that sure
    assert found == level(vectors, related, leeway=0)  # the same sample each time


def test_photos_of_one_picture_do_not_raise_the_level() -> None:
    vectors = rows(60)
    copies = np.concatenate([vectors, vectors[:20]])
    plain = level(vectors, kin(60), leeway=0)
    known = level(copies, kin(80, events=[*range(60), *range(20)]), leeway=0, share=(1 + 20 / 60) / (1 + 20 / 80) / 3)
    unknown = level(copies, kin(80), leeway=0)
    assert plain is not None
    assert known is not None
    assert unknown is not None
    assert known == pytest.approx(plain, abs=0.05)
    assert unknown > plain + 0.15


@pytest.fixture(scope="module")
def seen() -> Chat:
    """The sandbox's photos as the small model sees them."""
    pocket = Clip("pocket")
    pocket.load()
    return looked_at(pocket, sample())


def test_in_a_mixed_group_calibration_costs_few_answers_and_they_are_right_more_often(seen: Chat) -> None:
    own, calibrated = mean(seen, 0.8, 1.0, 5), mean(seen, 0.8, None, 5)
    print(own, calibrated)
    assert own.answered >= 0.55
    assert calibrated.answered >= 0.45
    assert calibrated.right >= own.right + 0.02
    assert calibrated.right >= 0.95
    assert calibrated.found >= 0.88


def test_in_a_group_of_fish_not_every_fish_is_similar_to_every_other_and_one_that_comes_again_is_found(
    seen: Chat,
) -> None:
    fish = tripled(seen.only("fish"))
    own, calibrated = mean(fish, 0.8, 1.0, 7), mean(fish, 0.8, None, 7)
    print(own, calibrated)
    assert own.answered >= 0.95
    assert calibrated.answered <= 0.7
    assert calibrated.found >= 0.97


def reds(count: int) -> list[bytes]:
    """Photos that are all alike for the fake model: cosines of 0.95 and more."""
    random = np.random.default_rng(3)
    return [picture((255, int(random.integers(0, 80)), int(random.integers(0, 80)))) for _ in range(count)]


@pytest.mark.parametrize(("strictness", "least", "most"), [("auto", 1, 6), ("normal", 10, 10)])
async def test_a_group_of_one_subject_is_answered_seldom_unless_it_wants_the_models_own_threshold(
    telegram: Telegram, group: Room, ann: User, ben: User, start: Start, memory: Memory, strictness: str, least: int,
    most: int,
) -> None:  # fmt: skip
    async with start(answer_photos=1) as app:
        await lookback(app).manners.change(group.id, strictness=strictness, leeway=0)
        *known, asked = [
            telegram.send_photo(group, ann, data, date=LONG_AGO + number) for number, data in enumerate(reds(40))
        ]
        await memory.settled(30)
        for data in reds(50)[40:]:
            telegram.send_photo(group, ben, data)
            await memory.settled()
        assert least <= len(shown(telegram, group)) <= most
        before = len(shown(telegram, group))
        telegram.send_text(group, ben, "/similar", reply_to=asked["message_id"])
        await memory.settled()
    assert len(shown(telegram, group)) == before + 1  # who asks gets the most similar one
    assert len(known) == 39


async def test_the_threshold_of_the_environment_stands_for_the_models_own_and_a_topic_has_its_own_strictness(
    telegram: Telegram, group: Room, start: Start
) -> None:
    async with start(threshold=0.5, clip=MeanColour(threshold=0.9)) as app:
        manners = lookback(app).manners
        thresholds = Thresholds(lookback(app).photos, manners)
        await manners.change(group.id, 7, strictness="strict")
        await manners.change(group.id, strictness="loose")
        came = EventRow(1, group.id, "photo", 1, None, None, None, "{}", 0.0, "waiting", group.id)
        in_topic, asked = replace(came, thread_id=7), replace(came, thread_id=7, kind="similar")
        bars = [await thresholds.of(event, 0) for event in (came, in_topic, asked)]
        assert bars == [Bar(0.25), Bar(0.75), Bar(0.75)]
        await manners.change(group.id, strictness=None)
        assert await thresholds.of(came, 0) == Bar(0.5)  # no photos, no level
