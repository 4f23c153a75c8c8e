"""How albums and their overview are shown: topic, spoilers, small pictures, files."""

import io

import numpy as np
from PIL import Image

from bot import clustering
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.conftest import Start
from tests.fakes import GREEN, RED, Colour, picture
from tests.memory import Memory
from tests.test_albums_in_chat import SIX, send
from tests.test_answers import LONG_AGO


def stripes(colour: Colour) -> bytes:
    """Six stripes of a colour on black, of which a blur leaves none."""
    encoded = io.BytesIO()
    striped = Image.new("RGB", (480, 480))
    for left in range(0, 480, 80):
        striped.paste(colour, (left, 0, left + 40, 480))
    striped.save(encoded, "JPEG")
    return encoded.getvalue()


async def test_albums_go_into_the_topic_of_the_question(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    forum = telegram.new_chat("supergroup", "Forum", members=[ann], forum=True)
    telegram.create_topic(forum)
    topic = telegram.create_topic(forum)
    async with start():
        send(telegram, forum, [RED, GREEN] * 2)
        await memory.settled()
        telegram.send_text(forum, ann, "/cluster 2", topic=topic)
        await memory.settled()
    assert [message.get("message_thread_id") for message in telegram.bot_messages(forum)] == [topic] * 5


async def test_spoilers_stay_spoilers_in_an_album_and_are_blurred_in_the_overview(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    black = []
    async with start():
        for spoiler in (False, True):
            chat = telegram.new_chat("private", members=[telegram.add_user("Cleo")])
            for colour in (RED, RED, GREEN, GREEN):
                telegram.send_photo(chat, ann, stripes(colour), date=LONG_AGO, spoiler=spoiler)
            await memory.settled()
            telegram.send_text(chat, chat.members[0], "/cluster 2")
            await memory.settled()
            overview, *album = telegram.bot_messages(chat)
            assert album
            assert {message.get("has_media_spoiler", False) for message in album} == {spoiler}
            sheet = telegram.files.content(overview["photo"][-1]["file_id"])
            assert sheet is not None
            pixels = np.asarray(Image.open(io.BytesIO(sheet)).convert("RGB"))
            black.append(int((pixels.max(axis=2) < 16).sum()))  # titles are written in something lighter
    seen, hidden = black
    assert seen > 10_000
    assert hidden < 100


async def test_the_overview_is_made_of_the_90_px_sizes_which_are_fetched_once(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(cluster_albums=0):
        send(telegram, group, SIX[:3] * 12)
        await memory.settled()
        known = len(telegram.called("getFile"))
        for _ in range(2):
            telegram.send_text(group, ann, "/cluster 3")
            await memory.settled()
    fetched = [call.params["file_id"] for call in telegram.called("getFile")[known:]]
    assert len(fetched) == len(set(fetched)) == 3 * clustering.ROW_TILES <= clustering.OVERVIEW_TILES
    assert {file_id[-1] for file_id in fetched} == {"s"}
    for message in telegram.bot_messages(group):
        assert max(message["photo"][-1]["width"], message["photo"][-1]["height"]) > 1000


async def test_files_in_an_album_are_uploaded_as_photos_and_those_above_20_mb_counted(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        send(telegram, group, [RED, GREEN, GREEN])
        telegram.send_document(group, ann, picture(RED), date=LONG_AGO)
        telegram.send_document(group, ann, picture(RED), claimed_size=20_000_001, date=LONG_AGO)
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 2")
        await memory.settled()
    red = telegram.called("sendMediaGroup")[0]
    assert [len(red.params["media"]), len(red.files)] == [2, 1]
    caption = red.result[0]["caption"].splitlines()
    assert caption[0].startswith("Album 1 · 3 photos · ")
    assert caption[1] == "1 photo can't be shown here again (files over 20 MB, or gone from Telegram)."


async def test_a_lost_reply_to_the_overview_picture_leaves_its_list_and_its_buttons(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    telegram.faults.add("editMessageMedia", "dropped_after")
    async with start(cluster_albums=1):
        send(telegram, group, SIX)
        await memory.settled()
        telegram.send_text(group, ann, "/cluster 2")
        await memory.settled()
    overview = telegram.bot_messages(group)[0]
    assert "photo" in overview
    assert "2 albums" in overview["caption"]
    (row,) = overview["reply_markup"]["inline_keyboard"]
    assert [button["callback_data"].split(":")[0] for button in row] == ["album"]
