"""Albums that get names by themselves: from what they show, said in each language, and from captions."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from bot import vocabulary, word_vectors
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from bot.texts.albums import cluster_progress
from bot.vision.clip import Clip
from bot.vision.model import ModelUnavailable
from tests.conftest import Start
from tests.fakes import BLUE, GREEN, RED, Colour, MeanColour, picture
from tests.memory import Memory
from tests.test_album_buttons import buttons
from tests.test_albums_in_chat import albums_of, send, shades
from tests.test_albums_stay import ask, overview
from tests.test_answers import LONG_AGO
from tests.test_gone import log_emptied
from tests.test_meaning import labelled
from tests.test_meaning import send as send_labelled

THINGS = {"fire engines": RED, "meadows": GREEN, "swimming pools": BLUE}


@dataclass
class Naming(MeanColour):
    """It knows the colours of a few things; all others are grey to it.

    `asked` are the texts that it embedded, `for_words` the seconds that it took for each batch of them.
    """

    asked: list[str] = field(default_factory=list)
    for_words: float = 0.0

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        time.sleep(self.for_words)
        self.asked.extend(texts)
        things = {f"a photo of {thing}": colour for thing, colour in THINGS.items()}
        rows = np.asarray([things.get(text, (1, 1, 1)) for text in texts], np.float32)
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@dataclass
class Speechless(MeanColour):
    """Its text tower can't be had."""

    error: Exception = field(default_factory=lambda: ModelUnavailable("no text tower"))

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise self.error


@pytest.fixture
def private(telegram: Telegram, ann: User) -> Chat:
    return telegram.new_chat("private", members=[ann])


async def test_albums_are_called_by_what_they_show(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(clip=Naming(), cluster_albums=1):
        send(telegram, group, [*shades(RED, 5), *shades(GREEN, 4), BLUE, BLUE])
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 3")
    assert overview(telegram, group) == [
        "Album 1: Fire engines · 5 photos", "Album 2: Meadows · 4 photos", "Album 3 · 2 photos",
    ]  # fmt: skip
    first, *posted = telegram.bot_messages(group)
    assert list(buttons(first)) == ["Meadows", "Album 3"]
    assert posted[0]["caption"].startswith("Album 1: Fire engines · 5 photos · ")


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("de", ["Album 1: Feuerwehrautos", "Album 2: Wiesen"]),
        ("fr", ["Album 1\u00a0: Camions de pompiers", "Album 2\u00a0: Prairies"]),
        ("ru", ["Альбом 1: Пожарные машины", "Альбом 2: Луга"]),
        ("es", ["Álbum 1: Camiones de bomberos", "Álbum 2: Prados"]),
    ],
)
async def test_a_name_is_said_in_the_language_of_the_moment(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, language: str, titles: list[str]
) -> None:
    async with start(clip=Naming(), cluster_albums=0):
        send(telegram, group, [*shades(RED, 5), *shades(GREEN, 4)])
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 2", f"/language {language}", "/albums")
    listed = telegram.bot_messages(group)[-1]
    assert [line.split(" · ")[0] for line in listed["text"].splitlines()[1:3]] == titles
    assert list(buttons(listed)) == [title.split(": ")[1] for title in titles]
    assert [row["name"] for row in memory.ask("SELECT name FROM albums ORDER BY number")] == ["fire engines", "meadows"]


async def test_a_name_that_people_gave_comes_first_and_taken_away_shows_the_other_again(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(clip=Naming(), cluster_albums=0):
        send(telegram, group, [*shades(RED, 5), *shades(GREEN, 4)])
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 2", "/rename 1 Brigade", "/cluster 2")
        assert overview(telegram, group)[0] == "Album 1: Brigade · 5 photos"
        await ask(telegram, memory, group, ann, "/rename 1", "/cluster 2")
    assert overview(telegram, group)[0] == "Album 1: Fire engines · 5 photos"


async def captioned(
    telegram: Telegram, memory: Memory, chat: Chat, colours: list[Colour], captions: list[str]
) -> list[int]:
    """Photos with captions that are remembered; the ids of their messages."""
    sent = [
        telegram.send_photo(chat, chat.members[0], picture(colour), caption=caption, date=LONG_AGO)
        for colour, caption in zip(colours, captions, strict=True)
    ]
    await memory.settled()
    return [message["message_id"] for message in sent]


async def test_a_word_of_the_captions_joins_the_name_or_is_the_name(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    async with start(clip=Naming(), cluster_albums=0):
        await captioned(telegram, memory, group, shades(GREEN, 4), ["At Yalding", "Yalding again", "the Yalding", ""])
        captions = ["Fire engine!", "An engine", "Engines", "engine", ""]
        await captioned(telegram, memory, group, shades(RED, 5), captions)
        yellow = [(255, 255, 0), (250, 250, 0), (245, 245, 0)]
        await captioned(telegram, memory, group, yellow, ["lemon <cake>", "lemon tea", "Some lemon"])
        await ask(telegram, memory, group, ann, "/cluster 3")
    assert overview(telegram, group) == [
        "Album 1: Fire engines · 5 photos", "Album 2: Meadows, Yalding · 4 photos", "Album 3: Lemon · 3 photos",
    ]  # fmt: skip


async def test_the_captions_of_one_chat_name_no_album_of_another(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    other = telegram.new_chat("supergroup", "Cooks", members=[ann])
    async with start(clip=Naming(), cluster_albums=0):
        for chat, words in ((group, "At Yalding"), (other, "")):
            await captioned(telegram, memory, chat, shades(GREEN, 4), [words] * 4)
            await captioned(telegram, memory, chat, shades(RED, 5), [""] * 5)
            await ask(telegram, memory, chat, ann, "/cluster 2")
    assert overview(telegram, group)[1] == "Album 2: Meadows, Yalding · 4 photos"
    assert overview(telegram, other)[1] == "Album 2: Meadows · 4 photos"


@pytest.mark.parametrize("how", ["/forget", "/forget me", "edit"])
async def test_a_word_of_captions_goes_with_the_caption_that_is_forgotten(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, how: str
) -> None:
    async with start(clip=Naming(), cluster_albums=0):
        send(telegram, group, [*shades(RED, 5), *shades(GREEN, 4)])
        ids = await captioned(telegram, memory, group, [GREEN] * 3, ["At Yalding", "Yalding again", "the Yalding"])
        await ask(telegram, memory, group, ann, "/cluster 2")
        assert overview(telegram, group)[0] == "Album 1: Meadows, Yalding · 7 photos"
        for number in ids if how != "/forget me" else ids[:1]:
            if how == "edit":
                telegram.edit_caption(group, group.messages[number], "Somewhere")
            else:
                telegram.send_text(group, ann, how, reply_to=number if how == "/forget" else None)
            await memory.settled()
        assert memory.ask("SELECT * FROM albums WHERE word != ''") == []
        if how != "edit":  # which empties no log
            await log_emptied(telegram, memory)
            assert b"Yalding" not in memory.bytes_on_disk()


@pytest.mark.parametrize("error", [ModelUnavailable("gone"), RuntimeError("out of memory"), NotImplementedError()])
async def test_without_a_text_tower_albums_have_no_names_and_nothing_fails(
    telegram: Telegram,
    group: Chat,
    ann: User,
    start: Start,
    memory: Memory,
    error: Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with start(clip=Speechless(error=error), cluster_albums=0):
        send(telegram, group, [*shades(RED, 5), *shades(GREEN, 4)])
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 2")
    assert overview(telegram, group) == ["Album 1 · 5 photos", "Album 2 · 4 photos"]
    assert "albums stay without names" in caplog.text
    assert memory.states("cluster") == ["done"]


async def test_the_words_are_embedded_once_for_a_model_also_after_a_restart(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory
) -> None:
    models = [Naming(), Naming(), Naming(id="another")]
    for model in models:
        async with start(clip=model, cluster_albums=0):
            send(telegram, group, [*shades(RED, 5), *shades(GREEN, 4)])
            await memory.settled()
            assert model.asked == []  # not before albums need it
            await ask(telegram, memory, group, ann, "/cluster 2", "/cluster 2")
            assert [line for line in overview(telegram, group) if "Fire engines" in line]
    every = [f"a photo of {word}" for word in vocabulary.words()]
    assert [model.asked for model in models] == [every, [], every]
    assert memory.ask("SELECT model FROM word_vectors ORDER BY model")[0]["model"] == "another"


async def test_albums_wait_for_the_words_only_so_long_and_have_them_the_next_time(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_vectors, "PATIENCE", 0.1)
    async with start(clip=Naming(for_words=0.002), cluster_albums=0):  # about 0.6 s for all of them
        send(telegram, group, [*shades(RED, 5), *shades(GREEN, 4)])
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 2")
        assert overview(telegram, group)[0] == "Album 1 · 5 photos"
        await telegram.wait_for(lambda: memory.ask("SELECT model FROM word_vectors"))
        await ask(telegram, memory, group, ann, "/cluster 2")
    assert overview(telegram, group)[0] == "Album 1: Fire engines · 5 photos"


async def test_a_stop_while_the_words_are_embedded_is_no_error(
    telegram: Telegram,
    group: Chat,
    ann: User,
    start: Start,
    memory: Memory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(word_vectors, "PATIENCE", 0.1)
    async with start(clip=Naming(for_words=0.02), cluster_albums=0):
        send(telegram, group, [*shades(RED, 5), *shades(GREEN, 4)])
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 2")
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    assert memory.ask("SELECT * FROM word_vectors") == []


def test_what_ships_with_the_words_is_what_pocket_makes_of_them() -> None:
    """`python -m tests.word_vectors` writes it anew after a change of the vocabulary."""
    pocket = Clip("pocket", "cpu")
    vectors = word_vectors.shipped(pocket.id)
    assert vectors is not None
    assert vectors.shape == (len(vocabulary.words()), 384)
    places = range(0, len(vectors), 97)
    made = pocket.embed_texts([word_vectors.PROMPT.format(word=vocabulary.words()[place]) for place in places])
    assert (made * vectors[places]).sum(axis=1).min() >= 0.999
    assert word_vectors.shipped("another model") is None


async def test_the_progress_tells_that_names_are_looked_for(
    telegram: Telegram, group: Chat, ann: User, start: Start, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.clustering.EDIT_EVERY", 0.001)
    async with start(clip=Naming(), cluster_albums=0):
        send(telegram, group, [*shades(RED, 5), *shades(GREEN, 4)])
        await memory.settled()
        await ask(telegram, memory, group, ann, "/cluster 2")
    told = [call.params["text"] for call in telegram.called("editMessageText")]
    assert any(text.startswith(cluster_progress(9, "name", 0.5)[:30]) for text in told)


async def test_real_photos_get_the_names_that_people_would_give(
    telegram: Telegram, private: Chat, ann: User, start: Start, memory: Memory
) -> None:
    """The model that ships with the bot, all photos that do as well; no album is named for what it doesn't show."""
    async with start(clip=Clip("pocket")):
        shows = send_labelled(telegram, private, ann, labelled())
        await memory.settled(240)
        telegram.send_text(private, ann, "/cluster")
        await memory.settled(240)
    topics = [row["name"] for row in memory.ask("SELECT name FROM albums ORDER BY number")]
    main = [max(kinds := [shows[number] for number in album], key=kinds.count) for album in albums_of(memory)]
    named = {topic: kind for topic, kind in zip(topics, main, strict=True) if topic}
    assert named["fish"] == "fish"
    assert {topic for topic, kind in named.items() if kind == "tool"} == {"tools"}
    assert named["solar panels"] == "solar panel"
    right = {
        "fish": {"fish"}, "tool": {"tools"}, "solar panel": {"solar panels", "solar cookers"},
        "monument": {"palaces", "buildings", "towers", "hills", "mountains"}, "windmill": {"towers", "buildings"},
        "buffetset": {"cooking", "cups"}, "pan": {"cooking", "pots and pans"}, "coffee": {"cups", "coffee"},
    }  # fmt: skip
    assert [(topic, kind) for topic, kind in named.items() if topic not in right.get(kind, ())] == []
