"""The same photos give the same albums, whatever the order in which they came."""

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.albums import make_albums
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from storage.photos import Embedded
from storage.rows import PendingPhoto
from storage.store import Store
from tests.conftest import Start
from tests.fakes import picture
from tests.memory import Memory
from tests.test_albums_in_chat import albums_of
from tests.test_answers import LONG_AGO
from tests.test_storage import GROUP, NOW, Turns, photo


async def test_the_same_photos_give_the_same_albums_in_whatever_order_they_came(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    colours = np.random.default_rng(5).integers(0, 256, (24, 3))
    messages = [
        telegram.post(group, ann, {"photo": telegram.files.add_photo(picture(tuple(colour)))}, date=LONG_AGO + n // 3)
        for n, colour in enumerate(colours)
    ]
    found = []
    for seed in (1, 2):
        random.Random(seed).shuffle(messages)
        database = memory.path.with_name(f"{seed}.db")
        other = Memory(database, telegram)
        async with start(cluster_albums=0, database=database):
            for message in messages:
                telegram.deliver(group, message)
            await other.settled()
            telegram.send_text(group, ann, "/cluster 5")
            await other.settled()
        found.append(albums_of(other))
        assert [row["message_id"] for row in other.ask("SELECT message_id FROM photos ORDER BY id")] == [
            message["message_id"] for message in messages
        ]
    assert found[0] == found[1]
    assert len(found[0]) > 1


VECTORS: NDArray[np.float32] = np.abs(np.random.default_rng(9).normal(size=(16, 4))).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)


def albums_after(order: list[int]) -> list[tuple[int, ...]]:
    """The message ids of the albums of 16 photos that were stored in this order."""
    store = Store(":memory:")
    turns, message_of = Turns(store), {}
    for number in order:
        new = photo(number, chat=GROUP, sent_at=NOW + number // 5)
        photo_id = turns.remember(new)
        pending = PendingPhoto(photo_id, GROUP.id, new.message_id, new.file_unique_id, False, new.sizes)
        store.photos.embedded([Embedded(pending, "0" * 16, VECTORS[number])], "m")
        message_of[photo_id] = number
    known = store.photos.all(GROUP.id, "m")
    made = make_albums(known.vectors, k=4)
    store.close()
    return [tuple(message_of[int(known.ids[row])] for row in album.members) for album in made.albums]


IN_ORDER = albums_after(list(range(16)))


@given(st.permutations(range(16)))
@settings(max_examples=20, deadline=None)
def test_albums_do_not_depend_on_the_order_of_insertion(order: list[int]) -> None:
    assert IN_ORDER
    assert albums_after(order) == IN_ORDER
