"""The small pictures in memory: fetched once, and let go of when one is forgotten."""

from bot.pictures import Tile
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from bot.thumbnails import Thumbnails
from tests.conftest import Start, lookback
from tests.fakes import GREEN, RED
from tests.memory import Memory
from tests.test_albums_in_chat import send
from tests.test_map import fetched


async def test_what_was_being_fetched_while_something_was_forgotten_is_not_kept(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        send(telegram, group, [RED, GREEN])
        await memory.settled()
        ids = [row[0] for row in memory.ask("SELECT id FROM photos")]
        photos = lookback(app).photos
        rows = await photos.workers.store(photos.store.photos.shown, group.id, ids)
        thumbnails, known = Thumbnails(app.bot), len(fetched(telegram))
        telegram.faults.add("getFile", "slow", seconds=0.3)
        fetching = app.create_task(thumbnails.tiles(rows))
        await telegram.wait_for(lambda: len(fetched(telegram)) == known + 2)
        thumbnails.forget()
        tiles = await fetching
        assert tiles == await thumbnails.tiles(rows) == await thumbnails.tiles(rows)
        assert isinstance(tiles[0], Tile)
        assert tiles[0].data != tiles[1].data
    assert len(fetched(telegram)) == known + 4  # twice each, not thrice


async def test_a_pause_that_telegram_asks_for_leaves_no_gap_and_a_second_one_does(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        send(telegram, group, [RED])
        await memory.settled()
        photos = lookback(app).photos
        rows = await photos.workers.store(photos.store.photos.shown, group.id, [1])
        for times, is_there in ((1, True), (2, False)):
            telegram.faults.add("getFile", "429", seconds=1, times=times)
            (tile,) = await Thumbnails(app.bot).tiles(rows)
            assert (tile.data is not None) is is_there
