"""Same, edited, related: what a photo is answered with, by the small model and real photos, through the whole bot."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageOps

from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram
from bot.vision.clip import Clip
from tests.conftest import Start
from tests.memory import Memory
from tests.test_answers import LONG_AGO, link, links
from tests.test_loop import PHOTOS

DAY = 86400


@pytest.fixture(scope="module")
def pocket() -> Clip:
    """The model that ships with the bot, loaded once for all tests here."""
    return Clip("pocket")


def shipped(name: str) -> bytes:
    """A photo as it ships."""
    return (PHOTOS / f"{name}.jpg").read_bytes()


def edited(name: str, change: Callable[[Image.Image], Image.Image], quality: int = 85) -> bytes:
    """A shipped photo after a change, saved anew."""
    saved = io.BytesIO()
    with Image.open(PHOTOS / f"{name}.jpg") as image:
        change(image.convert("RGB")).save(saved, "JPEG", quality=quality)
    return saved.getvalue()


def as_it_is(image: Image.Image) -> Image.Image:
    return image


def cropped(image: Image.Image) -> Image.Image:
    width, height = image.size
    return image.crop((width // 20, height // 20, width - width // 20, height - height // 20))


async def told(telegram: Telegram, chat: Chat, memory: Memory) -> list[Message]:
    """What the bot has sent, once all is done."""
    await memory.settled(60)
    return telegram.bot_messages(chat)


async def test_a_forward_is_the_same_photo_and_is_told_in_words_with_a_link(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, pocket: Clip
) -> None:
    async with start(clip=pocket):
        first = telegram.send_photo(group, ann, shipped("fish-02"), date=LONG_AGO)
        telegram.send_photo(group, ann, shipped("fish-12"), date=LONG_AGO)  # alike, and no news beside the same one
        await memory.settled(60)
        again = telegram.forward(first, group, ben)
        (answer,) = await told(telegram, group, memory)
    assert answer["text"] == "Same photo: Ann sent it on 9 Mar 2024 · open"
    assert links(answer) == [link(first)]
    assert answer["reply_to_message"]["message_id"] == again["message_id"]


@pytest.mark.parametrize(
    ("change", "quality", "said"),
    [
        (as_it_is, 60, "Same photo: Ann sent it on 9 Mar 2024 · open"),
        (cropped, 85, "Same picture, edited: Ann sent it on 9 Mar 2024 · open"),
        (ImageOps.mirror, 85, "Same picture, edited: Ann sent it on 9 Mar 2024 · open"),
    ],
)
async def test_a_photo_saved_anew_is_the_same_and_a_cropped_or_mirrored_one_is_an_edit(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, pocket: Clip, change: Any,
    quality: int, said: str,
) -> None:  # fmt: skip
    async with start(clip=pocket):
        first = telegram.send_photo(group, ann, shipped("dam-01"), date=LONG_AGO)
        for name in ("fish-02", "windmill-01", "rocket-01", "coffee-01"):
            telegram.send_photo(group, ann, shipped(name), date=LONG_AGO)
        await memory.settled(60)
        telegram.send_photo(group, ben, edited("dam-01", change, quality))
        (answer,) = await told(telegram, group, memory)
    assert answer.get("text", answer.get("caption")) == said
    assert ("photo" in answer) is said.startswith("Same picture, edited")  # an edit is worth comparing
    assert answer.get("photo", first["photo"]) == first["photo"]
    assert links(answer) == [link(first)]


async def test_what_is_only_alike_is_told_in_per_cent_and_what_is_not_in_silence(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, pocket: Clip
) -> None:
    async with start(clip=pocket):
        first = telegram.send_photo(group, ann, shipped("fish-02"), date=LONG_AGO)
        await memory.settled(60)
        telegram.send_photo(group, ben, shipped("fish-10"))
        telegram.send_photo(group, ben, shipped("rocket-01"))
        (answer,) = await told(telegram, group, memory)
    heading, line = answer["caption"].splitlines()
    assert heading == "Similar photo from before:"
    assert line.startswith("1. 95")
    assert line.endswith("% · Ann · 9 Mar 2024 · open")
    assert answer["photo"] == first["photo"]
    assert "ame" not in answer["caption"]


async def test_a_same_photo_names_the_first_sender_and_counts_copies_saved_anew_and_forwarded(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, pocket: Clip
) -> None:
    async with start(clip=pocket):
        anew = telegram.send_photo(group, ann, edited("dam-01", as_it_is, 70), date=LONG_AGO + 9 * DAY)
        telegram.forward(anew, group, ann, date=LONG_AGO + 10 * DAY)
        first = telegram.send_photo(group, ben, shipped("dam-01"), date=LONG_AGO)  # older, though it comes later
        await memory.settled(60)
        telegram.send_photo(group, ann, edited("dam-01", as_it_is, 80))
        (answer,) = await told(telegram, group, memory)
        telegram.forward(first, group, telegram.add_user("Cleo"))
        _, second = await told(telegram, group, memory)
    said = "Same photo: Ben sent it first, on 9 Mar 2024, and it came {} times more since · open"
    assert [answer["text"], second["text"]] == [said.format(2), said.format(3)]
    assert links(answer) == links(second) == [link(first)]


async def test_copies_of_one_photo_take_one_place_among_the_related_ones(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, pocket: Clip
) -> None:
    async with start(clip=pocket):
        first = telegram.send_photo(group, ann, shipped("fish-02"), date=LONG_AGO)
        for number in range(1, 5):
            telegram.forward(first, group, ben, date=LONG_AGO + number)
        for number in range(5, 9):
            telegram.send_photo(group, ben, edited("fish-02", as_it_is, 60 + number), date=LONG_AGO + number)
        other = telegram.send_photo(group, ann, shipped("fish-12"), date=LONG_AGO)
        await memory.settled(60)
        telegram.send_photo(group, ben, shipped("fish-10"))
        answer = await told(telegram, group, memory)
    assert {message["photo"][-1]["file_id"] for message in answer} == {
        message["photo"][-1]["file_id"] for message in (first, other)
    }
    assert sorted(links(answer[0])) == sorted([link(first), link(other)])


async def test_members_of_an_album_are_judged_one_by_one_and_answered_as_one_the_surest_first(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, pocket: Clip
) -> None:
    async with start(clip=pocket):
        dam, fish, cat = (
            telegram.send_photo(group, ann, shipped(name), date=LONG_AGO) for name in ("dam-01", "fish-02", "cat-01")
        )
        await memory.settled(60)
        for data in (shipped("fish-10"), edited("cat-01", ImageOps.mirror), edited("dam-01", as_it_is, 70)):
            asked = telegram.send_photo(group, ben, data, album="7")
        telegram.send_photo(group, ben, edited("dam-01", as_it_is, 60), album="7")  # like another member, too
        answer = await told(telegram, group, memory)
    assert len({message["reply_to_message"]["message_id"] for message in answer}) == 1
    assert answer[0]["reply_to_message"]["message_id"] < asked["message_id"]
    lines = answer[0]["caption"].splitlines()
    assert lines[:3] == [
        "1. Same photo: Ann sent it on 9 Mar 2024 · open",
        "2. Same picture, edited: Ann sent it on 9 Mar 2024 · open",
        "Similar photo from before:",
    ]
    assert lines[3].startswith("3. 95")
    assert lines[4:] == ["(shown here: 2, 3)"]
    assert links(answer[0]) == [link(dam), link(cat), link(fish)]
    assert [message["photo"] for message in answer] == [cat["photo"], fish["photo"]]


async def test_the_same_photo_in_another_chat_is_no_answer(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, pocket: Clip
) -> None:
    other = telegram.new_chat("supergroup", "Cooks", members=[ann])
    async with start(clip=pocket):
        known = telegram.send_photo(other, ann, shipped("dam-01"), date=LONG_AGO)
        await memory.settled(60)
        telegram.forward(known, group, ann)
        await memory.settled(60)
        telegram.send_photo(group, ben, edited("dam-01", as_it_is, 60))
        (answer,) = await told(telegram, group, memory)
    assert telegram.bot_messages(other) == []
    assert links(answer) == [link(telegram.messages(group)[0])]
    assert "since" not in answer["text"]  # the copy in the other chat doesn't count


async def test_where_nothing_can_be_linked_the_same_photo_is_shown(
    telegram: Telegram, ann: User, start: Start, memory: Memory, pocket: Clip
) -> None:
    private = telegram.new_chat("private", members=[ann])
    async with start(clip=pocket):
        first = telegram.send_photo(private, ann, shipped("dam-01"), date=LONG_AGO)
        await memory.settled(60)
        telegram.forward(first, private, ann)
        (answer,) = await told(telegram, private, memory)
    assert answer["photo"] == first["photo"]
    assert answer["caption"] == "Same photo: Ann sent it on 9 Mar 2024"


async def test_similar_tells_later_copies_and_the_related_ones_as_well(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, pocket: Clip
) -> None:
    async with start(clip=pocket):
        asked = telegram.send_photo(group, ann, shipped("fish-02"), date=LONG_AGO)
        for number in (1, 2):
            telegram.forward(asked, group, ben, date=LONG_AGO + number * DAY)
        telegram.send_photo(group, ann, shipped("fish-10"), date=LONG_AGO)
        await memory.settled(60)
        telegram.send_text(group, ann, "/similar", reply_to=asked["message_id"])
        (answer,) = await told(telegram, group, memory)
    first, heading, second, shown = answer["caption"].splitlines()
    assert first == "1. Same photo: Ben sent it again on 10 Mar 2024, and it came once more since · open"
    assert (heading, shown) == ("Similar photo from before:", "(shown here: 2)")
    assert second.startswith("2. 95")


async def test_a_photo_that_could_not_be_looked_at_is_known_by_its_file(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, pocket: Clip
) -> None:
    async with start(clip=pocket):
        first = telegram.send_document(group, ann, shipped("dam-01")[:400], date=LONG_AGO)
        await memory.settled(60)
        telegram.forward(first, group, ben)
        (answer,) = await told(telegram, group, memory)
    assert memory.photo(first)["state"] == "failed"
    assert answer["text"] == "Same photo: Ann sent it on 9 Mar 2024 · open"


async def test_a_photo_from_before_fingerprints_is_known_by_its_file_and_gets_one_when_it_comes_again(
    telegram: Telegram, group: Chat, ann: User, ben: User, start: Start, memory: Memory, pocket: Clip
) -> None:
    async with start(clip=pocket):
        first = telegram.send_photo(group, ann, shipped("dam-01"), date=LONG_AGO)
        await memory.settled(60)
    memory.change("UPDATE photos SET fingerprint = NULL")
    async with start(clip=pocket):
        telegram.send_photo(group, ben, edited("dam-01", as_it_is, 70))
        (unsure,) = await told(telegram, group, memory)
        telegram.forward(first, group, ann)
        _, answer = await told(telegram, group, memory)
        telegram.send_photo(group, telegram.add_user("Cleo"), edited("dam-01", as_it_is, 60))
        *_, second = await told(telegram, group, memory)
    assert unsure["caption"].startswith("Similar photo from before:\n1. 9")  # no fingerprint, no "same"
    assert answer["text"].startswith("Same photo: Ann sent it first, on 9 Mar 2024, and it came once more since")
    assert second["text"].startswith("Same photo: Ann sent it first, on 9 Mar 2024, and it came 2 times more since")
