"""What the photos show decides: words, the small model and the shipped photos, through the whole bot."""

import pytest

from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from bot.texts import finding
from bot.vision.clip import Clip
from tests.conftest import Start
from tests.memory import Memory
from tests.test_find import find, said
from tests.test_loop import PHOTOS
from tests.test_meaning import LONG_AGO


@pytest.fixture(scope="module")
def pocket() -> Clip:
    """The model that ships with the bot, loaded once for all tests here."""
    return Clip("pocket")


async def remembered(telegram: Telegram, chat: Chat, user: User, memory: Memory) -> dict[str, str]:
    """Every shipped photo is sent; their names by file id."""
    names = {}
    for number, file in enumerate(sorted(PHOTOS.glob("*.jpg"))):
        message = telegram.send_photo(chat, user, file.read_bytes(), date=LONG_AGO + number)
        names[message["photo"][-1]["file_id"]] = file.stem
    await memory.settled(60)
    return names


async def test_words_find_what_the_shipped_photos_show(
    telegram: Telegram, ann: User, start: Start, memory: Memory, pocket: Clip
) -> None:
    chat = telegram.new_chat("private", members=[ann])
    answers: dict[str, list[str]] = {}
    async with start(clip=pocket):
        names = await remembered(telegram, chat, ann, memory)
        for words in ("a fish", "a windmill", "solar panels", "cat", "rocket", "fish +coral", "tools -hammer"):
            before = len(telegram.bot_messages(chat))
            await find(telegram, chat, ann, memory, words)
            new = telegram.bot_messages(chat)[before:]
            answers[words] = [names[message["photo"][-1]["file_id"]] for message in new if "photo" in message]
        for words in ("qwertz", "tax return 2019", "a giraffe on a bicycle"):
            await find(telegram, chat, ann, memory, words)
    assert [name.split("-")[0] for name in answers["a fish"]] == ["fish"] * 10
    assert {"windmill-02", "windmill-03", "windmill-04"} <= set(answers["a windmill"][:5])
    assert [name[:11] for name in answers["solar panels"][:3]] == ["solar-panel"] * 3
    assert answers["cat"] == ["cat-01"]
    assert answers["rocket"][0] == "rocket-01"
    assert {name.split("-")[0] for name in answers["fish +coral"]} == {"fish"}
    assert not {"tool-01", "tool-02"} & set(answers["tools -hammer"])
    assert {"tool-10", "tool-11"} <= set(answers["tools -hammer"])
    assert said(telegram, chat)[-3:] == [
        finding.nothing_near(words, None).replace("<b>", "").replace("</b>", "")
        for words in ("qwertz", "tax return 2019", "a giraffe on a bicycle")
    ]
