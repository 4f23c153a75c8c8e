"""Every command and every button, in German and Russian: nothing that a chat gets to read is left in English."""

import re
from pathlib import Path
from typing import Any

import pytest

from bot import texts
from bot.app import build, running
from bot.config import Settings
from bot.limits import Limits
from bot.sandbox.door_inprocess import InProcess
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.catalogues import extracted
from tests.conftest import lookback
from tests.fakes import MeanColour, picture
from tests.memory import Memory
from tests.test_answers import LONG_AGO

WORDS = {
    "cluster": ["x", "2", "99"],
    "album": ["", "1", "77"],
    "rename": ["", "1 Ζ", "1", "77 Ζ"],
    "forget": ["", "me", "all", "x"],
    "remember": ["", "me"],
    "language": ["", "xx"],
    "find": ["", "red", "red -green", "-red", "since:x", "from:Nobody red", "until:2001 red", "in:x red", "красный"],
    "settings": ["", "log"],
}
"""What may follow a command; nothing, where it is not named here."""
MOST_PRESSES = 12
ALPHABETS = {"de": r"[A-Za-zÄÖÜäöüß]", "ru": r"[А-Яа-яЁё]"}


def english() -> list[str]:
    """Pieces of the English sentences that are long enough to be no accident."""
    found = set()
    for message in extracted():
        for text in message.id if isinstance(message.id, tuple) else (message.id,):
            found |= {piece.strip() for piece in re.split(r"\{\w+\}|<code>.*?</code>|<[^>]+>|/find [a-z ]+|/\w+", text)}
    return sorted(piece for piece in found if len(piece) >= 9 and " " in piece)


ENGLISH = english()


def buttons(message: dict[str, Any]) -> list[dict[str, str]]:
    return [button for row in message.get("reply_markup", {}).get("inline_keyboard", []) for button in row]


def read(telegram: Telegram, chat: Chat) -> list[str]:
    """All that the bot has written: messages, also as they were before an edit, buttons, answers to presses."""
    found = []
    for call in telegram.calls:
        found += [str(call.params[name]) for name in ("text", "caption") if call.params.get(name)]
        found += [button["text"] for button in buttons(call.params)]
        media = call.params.get("media") or []
        found += [one["caption"] for one in (media if isinstance(media, list) else [media]) if one.get("caption")]
    return found


@pytest.mark.parametrize("code", sorted(ALPHABETS))
@pytest.mark.parametrize("command", [*texts.PRIVATE_COMMANDS])
async def test_a_command_and_its_buttons_say_nothing_in_english(
    telegram: Telegram, group: Chat, ann: User, memory: Memory, tmp_path: Path, command: str, code: str
) -> None:
    settings = Settings(token=telegram.token, database=tmp_path / "lookback.db", album_wait=0.15, cluster_albums=1)
    patient = Limits(per_group=1000)  # or each test would wait for its minute
    made = build(settings, request=InProcess(telegram), clip=MeanColour(), limits=patient)
    async with running(made) as app:
        await lookback(app).manners.change(group.id, language=code)
        for shade in range(6):
            telegram.send_photo(group, ann, picture((0, 255 - shade, 0)), date=LONG_AGO)
            photo = telegram.send_photo(group, ann, picture((255 - shade, 0, 0)), date=LONG_AGO)
        await memory.settled()
        if command in ("album", "albums", "rename"):
            telegram.send_text(group, ann, "/cluster 2")
            await memory.settled()
        for words in WORDS.get(command, [""]):
            telegram.send_text(group, ann, f"/{command} {words}".strip())
            telegram.send_text(group, ann, f"/{command} {words}".strip(), reply_to=photo["message_id"])
            await memory.settled()
        await press_all(telegram, group, ann, memory)
    seen = read(telegram, group)
    assert seen
    assert [(piece, text) for text in seen for piece in ENGLISH if piece in text] == []
    assert any(re.search(ALPHABETS[code], text) for text in seen)


async def press_all(telegram: Telegram, chat: Chat, user: User, memory: Memory) -> None:
    """Press each button that there is, once, but not another language."""
    pressed: set[tuple[int, str]] = set()
    for _ in range(MOST_PRESSES):
        left = [
            (message["message_id"], button["callback_data"])
            for message in telegram.bot_messages(chat)
            for button in buttons(message)
            if "language:" not in button["callback_data"]
        ]
        new = next((one for one in left if one not in pressed), None)
        if new is None:
            return
        pressed.add(new)
        telegram.press(chat, *new, user)
        await memory.settled()
