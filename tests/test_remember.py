"""What is remembered of which messages: rows and vectors in the database, and what never gets there."""

import io
import json

import numpy as np
import pytest

from bot.sandbox.state import ANONYMOUS_ID, Chat, User
from bot.sandbox.telegram import Telegram
from bot.vision.fingerprint import fingerprint
from bot.vision.images import decode, perceptual_hash
from tests.conftest import Start, lookback
from tests.fakes import BLUE, GREEN, RED, TEAL, MeanColour, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO
from tests.test_loop import PHOTOS

FISH = (PHOTOS / "fish-01.jpg").read_bytes()


async def test_the_row_of_a_photo_holds_what_telegram_said_of_it(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        sent = telegram.send_photo(group, ann, picture(RED, (1600, 1200)), caption="At sea", spoiler=True)
        await memory.settled()
        disk = memory.bytes_on_disk()
    row = memory.photo(sent)
    small, *_, large = sent["photo"]
    assert row["chat_id"] == row["origin_chat_id"] == group.id
    assert (row["message_id"], row["thread_id"]) == (sent["message_id"], None)
    assert (row["sender_id"], row["sender_name"], row["sent_at"]) == (ann.id, "Ann", sent["date"])
    assert (row["caption"], row["media_group_id"], row["spoiler"], row["is_document"]) == ("At sea", None, 1, 0)
    assert (row["file_id"], row["file_unique_id"]) == (large["file_id"], large["file_unique_id"])
    assert (row["width"], row["height"], row["file_size"]) == (1280, 960, large["file_size"])
    assert small["width"] == 90
    assert row["thumb_file_id"] == small["file_id"]
    assert [size[0] for size in json.loads(row["sizes"])] == [size["file_id"] for size in sent["photo"]]
    assert row["state"] == "ready"
    assert memory.value("SELECT model FROM embeddings") == "mean-colour"
    for size in sent["photo"]:
        content = telegram.files.content(size["file_id"])
        assert content is not None
        assert content[200:300] not in disk


@pytest.mark.parametrize(("side", "letter"), [(64, "s"), (224, "m"), (300, "x"), (900, "y"), (5000, "y")])
async def test_the_smallest_size_that_covers_the_models_input_is_downloaded(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, side: int, letter: str
) -> None:
    async with start(clip=MeanColour(input_size=side)):
        sent = telegram.send_photo(group, ann, picture(RED, (1600, 1200)))
        await memory.settled()
    assert [call.params["file_id"][-1] for call in telegram.called("getFile")] == [letter]
    assert memory.photo(sent)["file_id"][-1] == "y"


async def test_vector_and_hashes_are_those_of_the_size_that_was_downloaded(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    model = MeanColour(input_size=200)
    async with start(clip=model):
        sent = telegram.send_photo(group, ann, FISH)
        await memory.settled()
    (call,) = telegram.called("getFile")
    content = telegram.files.content(call.params["file_id"])
    assert content is not None
    image = decode(content)
    np.testing.assert_array_equal(memory.vector(sent), model.embed_images([model.prepare(image)])[0])
    assert memory.photo(sent)["perceptual_hash"] == perceptual_hash(image)
    assert memory.photo(sent)["fingerprint"] == fingerprint(image)


async def test_a_smaller_size_is_taken_where_the_best_one_cannot_be_had(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(clip=MeanColour(input_size=224)):
        sent = telegram.send_photo(group, ann, picture(RED, (1600, 1200)))
        telegram.files.forget(sent["photo"][1]["file_id"])
        await memory.settled()
    assert [call.params["file_id"][-1] for call in telegram.called("getFile")] == ["m", "x"]
    assert memory.photo(sent)["state"] == "ready"


def heic(colour: tuple[int, int, int]) -> bytes:
    pillow_heif = pytest.importorskip("pillow_heif")
    encoded = io.BytesIO()
    pillow_heif.from_bytes("RGB", (64, 48), bytes(colour) * 64 * 48).save(encoded)
    return encoded.getvalue()


@pytest.mark.parametrize("kind", ["jpeg", "png", "heic"])
async def test_an_image_that_is_sent_as_a_file_is_remembered_under_the_files_ids(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, kind: str
) -> None:
    data = heic(BLUE) if kind == "heic" else picture(BLUE, kind=kind.upper())
    async with start():
        sent = telegram.send_document(group, ann, data, file_name=f"a.{kind}", mime_type=f"image/{kind}")
        await memory.settled()
    row = memory.photo(sent)
    assert (row["state"], row["is_document"]) == ("ready", 1)
    assert (row["file_id"], row["file_unique_id"]) == (sent["document"]["file_id"], sent["document"]["file_unique_id"])
    assert [call.params["file_id"] for call in telegram.called("getFile")] == [sent["document"]["file_id"]]
    assert np.argmax(memory.vector(sent)) == 2


async def test_a_file_that_no_one_can_read_is_looked_at_through_its_thumbnail(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    document = telegram.files.add_document(b"\0\0\0\x18ftypheic, or so it says")
    document |= {"mime_type": "image/heic", "thumbnail": telegram.files.add_photo(picture(GREEN))[1]}
    async with start():
        sent = telegram.post(group, ann, {"document": document})
        telegram.deliver(group, sent)
        await memory.settled()
    assert np.argmax(memory.vector(sent)) == 1
    assert memory.photo(sent)["thumb_file_id"] == document["thumbnail"]["file_id"]


async def test_a_file_above_20_mb_is_looked_at_through_its_thumbnail_and_without_one_fails_with_a_reason(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        big = telegram.send_document(group, ann, picture(GREEN), claimed_size=20_000_001)
        bare = telegram.files.add_document(b"raw", 30_000_000) | {"mime_type": "image/x-raw"}
        unseen = telegram.post(group, ann, {"document": bare})
        telegram.deliver(group, unseen)
        await memory.settled()
    assert [call.params["file_id"] for call in telegram.called("getFile")] == [
        big["document"]["thumbnail"]["file_id"]
    ]  # fmt: skip
    assert np.argmax(memory.vector(big)) == 1
    row = memory.photo(unseen)
    assert (row["state"], row["reason"]) == ("failed", "every size of it is above 20 MB")


async def test_an_unreadable_file_is_one_failed_row_and_stops_no_other(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        broken = telegram.send_document(group, ann, b"no image at all", mime_type="image/jpeg")
        whole = telegram.send_photo(group, ann, picture(RED))
        await memory.settled()
    assert memory.photo(broken)["state"] == "failed"
    assert memory.photo(broken)["reason"] == "it is no picture of a known format"
    assert memory.photo(whole)["state"] == "ready"


async def test_a_forward_of_a_known_photo_costs_neither_a_download_nor_the_model(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory
) -> None:
    private, model = telegram.new_chat("private", members=[ben]), MeanColour()
    async with start(clip=model):
        first = telegram.send_photo(group, ann, FISH)
        await memory.settled()
        again = telegram.forward(first, private, ben)
        await memory.settled()
    assert len(telegram.called("getFile")) == 1
    assert model.batches == [1]
    np.testing.assert_array_equal(memory.vector(again), memory.vector(first))
    assert memory.photo(again)["perceptual_hash"] == memory.photo(first)["perceptual_hash"]
    assert memory.photo(again)["fingerprint"] == memory.photo(first)["fingerprint"]
    assert memory.photo(again)["fingerprint"]
    assert (memory.photo(again)["chat_id"], memory.photo(again)["sender_name"]) == (private.id, "Ben")


async def test_two_copies_that_come_at_once_are_looked_at_once(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    model = MeanColour()
    async with start(clip=model):
        first = telegram.send_photo(group, ann, FISH)
        again = telegram.forward(first, group, ann)
        await memory.settled()
    assert len(telegram.called("getFile")) == 1
    assert model.batches == [1]
    assert memory.photo(again)["state"] == "ready"


async def test_channel_posts_are_remembered_in_silence_and_answered_in_the_linked_group(
    telegram: Telegram, group: Chat, start: Start, memory: Memory
) -> None:
    channel = telegram.new_chat("channel", "Sea news")
    async with start() as app:
        await lookback(app).manners.change(group.id, leeway=0)  # the channel posts twice within a moment
        first = telegram.channel_post(channel, picture(RED), linked=group, caption="One")
        await memory.settled()
        telegram.channel_post(channel, picture(RED), linked=group)
        await memory.settled()
    row = memory.photo(first)
    assert (row["chat_id"], row["sender_name"], row["sender_id"], row["caption"]) == (
        channel.id, "Sea news", None, "One",
    )  # fmt: skip
    forwarded = memory.photo(group.messages[1])
    assert (forwarded["chat_id"], forwarded["sender_name"]) == (group.id, "Sea news")
    assert telegram.bot_messages(channel) == []
    (answer,) = telegram.bot_messages(group)
    assert "100% · Sea news" in answer["caption"]


async def test_an_edited_channel_post_is_remembered_anew(telegram: Telegram, start: Start, memory: Memory) -> None:
    channel = telegram.new_chat("channel", "Sea news")
    async with start():
        post = telegram.channel_post(channel, picture(RED), caption="Before")
        await memory.settled()
        telegram.edit_photo(channel, post | {"caption": "After"}, picture(GREEN))
        await memory.settled()
    assert np.argmax(memory.vector(post)) == 1
    assert memory.photo(post)["caption"] == "After"
    assert memory.value("SELECT count(*) FROM photos") == 1


async def test_an_edited_photo_is_remembered_anew_and_not_answered(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        sent = telegram.send_photo(group, ann, picture(GREEN))
        await memory.settled()
        edited = telegram.edit_photo(group, sent, picture(RED))
        await memory.settled()
        assert telegram.bot_messages(group) == []
        assert np.argmax(memory.vector(edited)) == 0
        assert memory.photo(edited)["file_id"] == edited["photo"][-1]["file_id"] != sent["photo"][-1]["file_id"]
        assert memory.value("SELECT count(*) FROM photos") == 2
        telegram.send_photo(group, ann, picture(GREEN))
        await memory.settled()
    assert telegram.bot_messages(group) == []  # the green one is gone


async def test_an_edited_caption_or_spoiler_is_taken_over_without_another_look(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    model = MeanColour()
    async with start(clip=model):
        sent = telegram.send_photo(group, ann, picture(RED), caption="Before")
        await memory.settled()
        telegram.edit_caption(group, sent, "After")
        hidden = sent | {"caption": "After", "has_media_spoiler": True, "edit_date": sent["date"]}
        telegram.deliver(group, hidden, "edited_message")
        await memory.settled()
    assert (memory.photo(sent)["caption"], memory.photo(sent)["spoiler"]) == ("After", 1)
    assert model.batches == [1]
    assert telegram.bot_messages(group) == []


async def test_a_photo_that_becomes_known_by_an_edit_is_remembered_and_not_answered(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        telegram.send_photo(group, ann, picture(RED), date=LONG_AGO)
        await memory.settled()
        unheard = telegram.post(group, ann, {"photo": telegram.files.add_photo(picture(RED))})
        telegram.edit_caption(group, unheard, "Now you know")
        await memory.settled()
    assert memory.photo(unheard)["caption"] == "Now you know"
    assert memory.states()[-1] == "silent"
    assert telegram.bot_messages(group) == []


async def test_an_anonymous_admin_is_named_as_the_group(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start():
        sent = telegram.send_photo(group, ann, picture(RED), anonymous=True)
        await memory.settled()
    row = memory.photo(sent)
    assert (row["sender_name"], row["sender_id"]) == ("Hikers", ANONYMOUS_ID)


async def test_photos_of_a_private_chat_are_remembered_and_answered(
    telegram: Telegram, ann: User, start: Start, memory: Memory
) -> None:
    private = telegram.new_chat("private", members=[ann])
    async with start():
        first = telegram.send_photo(private, ann, picture(TEAL), date=LONG_AGO)
        telegram.send_photo(private, ann, picture(TEAL))
        await memory.settled()
    assert memory.photo(first)["chat_id"] == ann.id
    assert [message["photo"] for message in telegram.bot_messages(private)] == [first["photo"]]
