"""What the photos show decides: the small model and real photos, through the whole bot."""

import csv

import numpy as np
import pytest
from sklearn.metrics import normalized_mutual_info_score

from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from bot.vision.clip import Clip
from bot.vision.images import decode
from tests.conftest import Start, lookback
from tests.memory import Memory
from tests.test_albums_in_chat import albums_of
from tests.test_answers import LONG_AGO
from tests.test_loop import PHOTOS


@pytest.fixture(scope="module")
def pocket() -> Clip:
    """The model that ships with the bot, loaded once for all tests here."""
    return Clip("pocket")


def labelled(*kinds: str) -> list[tuple[str, bytes]]:
    """What each photo shows, and its bytes; with no kinds given, all photos."""
    with (PHOTOS / "photos.csv").open(newline="") as file:
        rows = [(row["label"], row["file"]) for row in csv.DictReader(file)]
    return [(label, (PHOTOS / name).read_bytes()) for label, name in rows if not kinds or label in kinds]


def send(telegram: Telegram, chat: Chat, user: User, photos: list[tuple[str, bytes]]) -> dict[int, str]:
    """Send photos that are too old to be answered; what each message shows."""
    return {
        telegram.send_photo(chat, user, data, date=LONG_AGO + number)["message_id"]: label
        for number, (label, data) in enumerate(photos)
    }


def recomputed(memory: Memory, chat: Chat, asked: Message) -> list[tuple[float, Message]]:
    """Every earlier photo with its cosine to the one that was asked about, best first, from the database alone."""
    own = memory.vector(asked).astype(float)
    rows = memory.ask(
        """SELECT p.message_id, e.vector FROM photos p JOIN embeddings e ON e.photo_id = p.id
           WHERE p.chat_id = ? AND (p.sent_at, p.message_id) < (?, ?)""",
        chat.id, asked["date"], asked["message_id"],
    )  # fmt: skip
    found = [(float(np.frombuffer(row["vector"], "<f4") @ own), chat.messages[row["message_id"]]) for row in rows]
    return sorted(found, key=lambda pair: -pair[0])


async def test_the_first_answers_to_a_fish_are_fish_in_the_order_of_the_database(
    telegram: Telegram, ann: User, start: Start, memory: Memory, pocket: Clip
) -> None:
    chat = telegram.new_chat("private", members=[ann])
    fish = labelled("fish")
    others = [pair for pair in labelled() if pair[0] != "fish"]
    async with start(clip=pocket) as app:
        await lookback(app).manners.change(chat.id, strictness="normal")
        shows = send(telegram, chat, ann, [*fish[:7], *others, *fish[10:]])
        await memory.settled(120)
        asked = []
        for _, data in fish[7:10]:
            asked.append(telegram.send_photo(chat, ann, data))
            await memory.settled(120)
    for message in asked:
        shows[message["message_id"]] = "fish"
        sent = telegram.bot_messages(chat)
        answer = [m for m in sent if m["reply_to_message"]["message_id"] == message["message_id"]]
        expected = [m for similarity, m in recomputed(memory, chat, message) if similarity >= pocket.threshold][:5]
        assert [m["photo"] for m in answer] == [m["photo"] for m in expected]
        assert [shows[m["message_id"]] for m in expected] == ["fish"] * 5


async def test_a_stored_vector_is_the_models_vector_of_the_size_that_was_downloaded(
    telegram: Telegram, ann: User, group: Chat, start: Start, memory: Memory, pocket: Clip
) -> None:
    async with start(clip=pocket):
        sent = [telegram.send_photo(group, ann, data, date=LONG_AGO) for _, data in labelled("windmill")]
        await memory.settled(120)
    downloaded = {call.params["file_id"] for call in telegram.called("getFile")}
    for message in sent:
        (size,) = (size for size in message["photo"] if size["file_id"] in downloaded)
        content = telegram.files.content(size["file_id"])
        assert content is not None
        (vector,) = pocket.embed_images([pocket.prepare(decode(content))])
        assert float(vector @ memory.vector(message)) >= 0.999
    vectors = [memory.vector(message) for message in sent]
    assert max(float(a @ b) for a in vectors for b in vectors if a is not b) < 0.999  # and no two are the same


async def test_cluster_finds_fish_monuments_tools_and_windmills_without_being_told_how_many(
    telegram: Telegram, ann: User, start: Start, memory: Memory, pocket: Clip
) -> None:
    chat = telegram.new_chat("private", members=[ann])
    async with start(clip=pocket):
        shows = send(telegram, chat, ann, labelled("fish", "monument", "tool", "windmill"))
        await memory.settled(120)
        telegram.send_text(chat, ann, "/cluster")
        await memory.settled(120)
    albums = albums_of(memory)
    album_of = {message_id: number for number, members in enumerate(albums, 1) for message_id in members}
    assert len(shows) == 38
    assert memory.value("SELECT leftover FROM clusterings") == len(shows) - len(album_of)
    found = normalized_mutual_info_score(list(shows.values()), [album_of.get(message_id, 0) for message_id in shows])
    print(f"NMI {found:.3f}, {len(albums)} albums, {len(shows) - len(album_of)} left over")
    assert found >= 0.80
