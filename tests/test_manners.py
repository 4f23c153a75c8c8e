"""What admins set for a chat or a topic: what is read back, what outranks what, and what a wrong value costs."""

from pathlib import Path

import pytest

from bot.manners import Manners, Mode, Strictness, read
from storage.rows import ChatRow
from storage.store import Store

NOW = 1_700_000_000.0


@pytest.fixture
def store() -> Store:
    return Store(":memory:")


def test_nothing_set_is_the_default(store: Store) -> None:
    assert read(store.settings.of(-1)) == Manners()


def test_a_topic_has_the_chats_value_until_it_has_its_own(store: Store) -> None:
    store.settings.put(-1, 0, {"mode": "same", "leeway": 0})
    store.settings.put(-1, 7, {"mode": "off"})
    assert read(store.settings.of(-1)).mode is Mode.SAME
    assert read(store.settings.of(-1, 7)) == Manners(mode=Mode.OFF, leeway=0)
    assert read(store.settings.of(-1, 8)).mode is Mode.SAME
    assert read(store.settings.of(-2)) == Manners()


def test_none_takes_a_value_back(store: Store) -> None:
    store.settings.put(-1, 7, {"mode": "off"})
    store.settings.put(-1, 7, {"mode": None})
    assert read(store.settings.of(-1, 7)).mode is Mode.ANSWER


def test_what_means_nothing_here_counts_as_not_set() -> None:
    values = {"mode": "dance", "strictness": "strict", "leeway": "soon", "colour": "red"}
    assert read(values) == Manners(strictness=Strictness.STRICT)


def test_settings_follow_a_group_that_becomes_a_supergroup(store: Store) -> None:
    store.settings.put(-1, 0, {"mode": "same", "leeway": 60})
    store.settings.put(-1001, 0, {"leeway": 10})
    store.chats.migrate(ChatRow(-1, "group", "Hikers"), ChatRow(-1001, "supergroup", "Hikers"), NOW)
    assert read(store.settings.of(-1001)) == Manners(mode=Mode.SAME, leeway=10)


def test_settings_go_with_a_chat_that_was_left_too_long_ago(tmp_path: Path) -> None:
    store = Store(tmp_path / "lookback.db")
    store.settings.put(-1, 0, {"mode": "same"})
    store.chats.left(ChatRow(-1, "group", "Hikers"), NOW)
    while store.forgetting.step_left(NOW + 1):
        pass
    assert store.settings.of(-1) == {}
