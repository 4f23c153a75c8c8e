"""Reasons that are stored or logged in English, said again in the language of the chat."""

import ast
from pathlib import Path

import pytest

from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from bot.texts import reasons
from bot.texts.language import LANGUAGES, load, speaking
from bot.vision.images import BadImage, decode
from bot.vision.model import unavailable
from tests.conftest import Start, lookback
from tests.memory import Memory

load()
ROOT = Path(__file__).parent.parent
TRANSLATED = [code for code in LANGUAGES if code != "en"]
HOST = "huggingface.co"
CAUSES = [
    "its weights are not on this machine and HF_HUB_OFFLINE forbids to fetch them",
    f"{HOST} gives it only to accounts that asked for it",
    f"{HOST} has no such model",
    f"its weights are not on this machine and {HOST} answers 503",
    f"its weights are not on this machine and {HOST} cannot be reached",
    "open_clip has no weights mine for ViT-B-32, only openai",
    "there is no folder /models/mine",
    "/models/mine has no open_clip_config.json",
    "/models/mine has no weights (*.safetensors, *.bin or *.pth)",
]


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_way_to_fail_that_is_written_in_the_code_is_known(code: str) -> None:
    with speaking(code):
        assert [clause for clause in written() if reasons.of_photo(clause) == clause] == []


def written() -> list[str]:
    """The clauses that photos fail with; what is put into one is written as 7."""
    found = []
    for name in ("bot/vision/images.py", "bot/indexing.py"):
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in FAILING:
                found += [text for one in node.args if (text := clause_of(one))]
            if isinstance(node, ast.FunctionDef) and node.name == "_reason":
                returns = [one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value]
                found += [text for one in returns if (text := clause_of(one))]
    assert len(found) > 12
    return found


FAILING = ("BadImage", "_fail")


def clause_of(node: ast.expr) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "7" for one in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_what_was_put_into_a_reason_stays_in_it_with_the_numbers_of_the_language() -> None:
    with pytest.raises(BadImage) as raised:
        decode(b"\xff" * 3_250_586, max_bytes=2 * 2**20)
    with speaking("de"):
        assert reasons.of_photo(str(raised.value)) == "3,1 MB sind mehr als die erlaubten 2 MB"
        assert reasons.of_photo("12,000 × 9,000 pixels are more than the limit").startswith("12.000 × 9.000 Pixel")
        assert reasons.of_photo("unexpected {kind}: {0}") == "unerwartet: {kind}: {0}"
    assert reasons.of_photo(str(raised.value)) == str(raised.value)


@pytest.mark.parametrize("code", TRANSLATED)
@pytest.mark.parametrize("cause", CAUSES)
def test_a_model_that_can_not_be_used_is_explained_with_its_way_out(code: str, cause: str) -> None:
    problem = str(unavailable("ViT-B-32", cause))
    with speaking(code):
        told = reasons.of_model(problem)
    assert "ViT-B-32" in told
    assert "LOOKBACK_MODEL=pocket" in told
    assert cause not in told
    assert not {"cannot", "only", "weights"} & set(told.split())


def test_what_nobody_foresaw_is_told_as_it_is() -> None:
    with speaking("ru"):
        assert reasons.of_photo("the moon is full") == "the moon is full"
        assert reasons.of_model("No model today.") == "No model today."
        assert "the moon is full" in reasons.of_model(str(unavailable("x", "the moon is full")))


async def test_a_photo_that_can_not_be_read_is_explained_in_the_language_of_the_chat(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start() as app:
        await lookback(app).manners.change(group.id, language="ru")
        photo = telegram.send_document(group, ann, b"no image")
        await memory.settled()
        telegram.send_text(group, ann, "/similar", reply_to=photo["message_id"])
        await memory.settled()
    (answer,) = telegram.bot_messages(group)
    assert answer["text"] == "Эту картинку не получилось рассмотреть: формат не распознан."
