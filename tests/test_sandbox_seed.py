"""The group that the sandbox starts with: the sample story, or the photos of a folder."""

import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from bot.sandbox import cast, sample, seed
from bot.sandbox.cast import Cast
from bot.sandbox.state import Message
from bot.sandbox.telegram import Telegram
from tests.conftest import Start
from tests.memory import Memory

DAY = 86_400.0
LONG_AGO = 1_600_000_000.0


@pytest.fixture
def people(telegram: Telegram) -> Cast:
    return cast.enter(telegram)


def photos(telegram: Telegram, people: Cast) -> list[Message]:
    return [message for message in telegram.messages(people.group) if "photo" in message]


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """Puts a picture into the folder `photos`; `taken` as EXIF has it, `changed` is the file's own date."""

    def made(name: str, size: int, *, taken: str | None = None, changed: float = LONG_AGO) -> Path:
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        exif = Image.Exif()
        if taken is not None:
            exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
        Image.new("RGB", (size, 20), (size, 90, 30)).save(path, exif=exif)
        os.utime(path, (changed, changed))
        return path

    return made


def test_the_story_is_told_by_three_members_over_months_and_leaves_the_tray_to_the_visitor() -> None:
    lines, known = sample.story(), {row["file"] for row in sample.rows()}
    shown = [line.file for line in lines if line.file]
    assert 35 <= len(shown) <= 45
    assert len(set(shown)) == len(shown)
    assert set(shown) <= known
    assert {line.who for line in lines} == set(cast.NAMES)
    assert [(-line.days_ago, line.time) for line in lines] == sorted((-line.days_ago, line.time) for line in lines)
    assert (lines[0].days_ago > 120, lines[-1].days_ago) == (True, 1)
    tray = [one["file"] for one in sample.tray()]
    assert not set(tray) & set(shown)
    kinds = [name.rsplit("-", 1)[0] for name in tray]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "fish": 4, "monument": 1, "windmill": 1, "tool": 2, "solar-panel": 1, "cat": 1,
    }  # fmt: skip


def test_an_album_of_the_story_is_two_or_three_photos_of_one_member_at_one_time() -> None:
    albums: dict[str, list[sample.Line]] = {}
    for line in sample.story():
        if line.album:
            albums.setdefault(line.album, []).append(line)
    assert len(albums) >= 2
    for lines in albums.values():
        assert 2 <= len(lines) <= 3
        assert len({(line.who, line.days_ago, line.time) for line in lines}) == 1
        assert all(line.file for line in lines)


def test_each_sample_photo_has_a_text_for_those_who_cant_see_it() -> None:
    alts = {row["file"]: row["alt"] for row in sample.rows("alt.csv")}
    files = {path.name for path in sample.PHOTOS.glob("*.jpg")}
    assert set(alts) == files == {row["file"] for row in sample.rows()}
    assert all(alts.values())


async def test_the_bot_remembers_the_whole_story_and_answers_nothing_of_it(
    telegram: Telegram, people: Cast, start: Start, memory: Memory
) -> None:
    async with start():
        await seed.story(telegram, people)
        await memory.settled(30)
        assert memory.value("SELECT count(*) FROM photos WHERE state = 'ready'") == len(photos(telegram, people)) == 40
        assert telegram.bot_messages(people.group) == []
        telegram.send_photo(people.group, people.people[0], sample.read("fish-05.jpg"))
        await memory.settled()
    assert telegram.bot_messages(people.group) != []  # the silence was about age


async def test_the_story_has_its_dates_captions_albums_and_replies(telegram: Telegram, people: Cast) -> None:
    await seed.story(telegram, people)
    told, lines = telegram.messages(people.group), sample.story()
    now = datetime.fromtimestamp(telegram.clock())
    dates = [datetime.fromtimestamp(message["date"]) for message in told]
    assert all(abs((now - date).days - line.days_ago) <= 1 for date, line in zip(dates, lines, strict=True))
    assert [message.get("caption", message.get("text", "")) for message in told] == [line.text for line in lines]
    assert [message["from"]["first_name"] for message in told] == [line.who for line in lines]
    replies = [message for message in told if "reply_to_message" in message]
    assert len(replies) == sum(line.is_reply for line in lines) > 0
    assert all(one["reply_to_message"]["message_id"] == one["message_id"] - 1 for one in replies)
    assert len({message["media_group_id"] for message in told if "media_group_id" in message}) == 2


async def test_a_folder_is_sent_in_the_order_of_its_dates_by_the_members_in_turn(
    telegram: Telegram, people: Cast, put: Callable[..., Path], tmp_path: Path
) -> None:
    put("b.jpg", 101, changed=LONG_AGO + 3 * DAY)
    put("a.jpg", 102, taken="2021:03:04 05:06:07", changed=LONG_AGO)
    put("trip/deep/c.png", 103, changed=LONG_AGO)
    put("trip/d.webp", 104, taken="0000:00:00 00:00:00", changed=LONG_AGO + DAY)
    await seed.folder(telegram, people, tmp_path / "photos")
    sent = photos(telegram, people)
    assert [message["photo"][-1]["width"] for message in sent] == [103, 104, 101, 102]
    assert [message["from"]["first_name"] for message in sent] == ["Ann", "Ben", "Cleo", "Ann"]
    taken = datetime(2021, 3, 4, 5, 6, 7).timestamp()
    assert [message["date"] for message in sent] == [LONG_AGO, LONG_AGO + DAY, LONG_AGO + 3 * DAY, taken]
    assert not any("caption" in message for message in sent)
    assert {type(source) for source in telegram.files.originals.values()} == {type(tmp_path)}  # not held in memory


async def test_what_is_no_photo_is_counted_in_one_sentence(
    telegram: Telegram, people: Cast, put: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put("whole.jpg", 101)
    cut = put("cut.jpg", 900)
    cut.write_bytes(cut.read_bytes()[:700])
    put(".trash/old.jpg", 103)
    (tmp_path / "photos" / "broken.png").write_bytes(b"no picture")
    (tmp_path / "photos" / "notes.txt").write_text("no picture")
    (tmp_path / "photos" / ".hidden").write_text("")
    await seed.folder(telegram, people, tmp_path / "photos")
    assert [message["photo"][-1]["width"] for message in photos(telegram, people)] == [101]
    sentences = [line for line in capsys.readouterr().err.splitlines() if "photo" in line and "%" not in line]
    assert sentences == ["3 files are not photos that can be read and were left out: broken.png, cut.jpg, notes.txt."]


async def test_photos_that_were_copied_just_now_or_bear_an_impossible_date_are_not_answered(
    telegram: Telegram, people: Cast, put: Callable[..., Path], tmp_path: Path, start: Start, memory: Memory
) -> None:
    put("new.jpg", 101, changed=time.time())
    put("ahead.jpg", 102, taken="2099:01:01 00:00:00")
    put("zero.jpg", 103, changed=0)
    async with start():
        await seed.folder(telegram, people, tmp_path / "photos")
        await memory.settled()
    dates = [message["date"] for message in photos(telegram, people)]
    assert dates == sorted(dates)
    assert dates[0] == 1
    assert telegram.clock() - dates[-1] >= seed.SETTLED - 1
    assert memory.value("SELECT count(*) FROM photos WHERE state = 'ready'") == 3
    assert telegram.bot_messages(people.group) == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("empty", "There is no photo in {} that can be read."),
        ("texts", "There is no photo in {} that can be read."),
        ("cut", "There is no photo in {} that can be read."),
        ("nowhere", "{} is not a folder."),
        ("texts/a.txt", "{} is not a folder."),
    ],
)
async def test_a_folder_without_a_photo_is_one_sentence(
    telegram: Telegram, people: Cast, put: Callable[..., Path], tmp_path: Path, name: str, sentence: str
) -> None:
    for folder in ("empty", "texts", "cut"):
        (tmp_path / folder).mkdir()
    (tmp_path / "texts" / "a.txt").write_text("a")
    (tmp_path / "cut" / "a.jpg").write_bytes(put("a.jpg", 900).read_bytes()[:700])
    with pytest.raises(seed.SeedError) as raised:
        await seed.folder(telegram, people, tmp_path / name)
    assert str(raised.value) == sentence.format(tmp_path / name)
    assert photos(telegram, people) == []


async def test_photos_of_iphones_are_sent_where_the_extra_is_installed(
    telegram: Telegram, people: Cast, tmp_path: Path
) -> None:
    heif = pytest.importorskip("pillow_heif")
    heif.from_pillow(Image.new("RGB", (120, 80), "red")).save(tmp_path / "IMG_1.HEIC")
    await seed.folder(telegram, people, tmp_path)
    (sent,) = photos(telegram, people)
    assert (telegram.files.content(sent["photo"][-1]["file_id"]) or b"")[:2] == b"\xff\xd8"  # a JPEG
