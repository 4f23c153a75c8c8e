"""`lookback sandbox`, as a process: what it says, keeps, and refuses."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bot.sandbox import cast, keeping, sample
from bot.sandbox.telegram import Telegram
from tests.fakes import with_odd_exif

ROOT = Path(__file__).parent.parent


def sandbox(*options: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", "sandbox", "--no-browser", "--port", "0", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout, check=False)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--empty", "--photos", "."], "--empty and --photos exclude each other: choose one."),
        (["--photos", "nowhere"], "Directory 'nowhere' does not exist"),
        (["--model", "nonsense"], "nonsense"),
        (["--port", "70000"], "70000 is not in the range"),
    ],
)
def test_a_wrong_option_is_one_sentence(options: list[str], said: str) -> None:
    ended = sandbox(*options)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_folder_without_photos_is_one_sentence_and_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    ended = sandbox("--photos", str(tmp_path / "photos"), "--db", str(tmp_path / "x.db"))
    assert ended.returncode == 2
    assert f"There is no photo in {tmp_path / 'photos'} that can be read." in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_a_real_bots_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"somebody's")
    ended = sandbox("--db", str(tmp_path / "x.db"))
    assert ended.returncode == 2
    assert "name a new file" in ended.stderr
    assert (tmp_path / "x.db").read_bytes() == b"somebody's"


def test_a_group_that_was_filled_in_part_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    telegram = Telegram()
    cast.enter(telegram)

    async def cut() -> None:
        keep = asyncio.create_task(keeping.keep(telegram, keeping.beside(tmp_path / "x.db")))
        await asyncio.sleep(0.05)
        keep.cancel()
        await asyncio.gather(keep, return_exceptions=True)

    asyncio.run(cut())
    ended = sandbox("--db", str(tmp_path / "x.db"))
    assert ended.returncode == 2
    assert "was not filled to its end" in ended.stderr


def test_two_sandboxes_do_not_share_a_database(tmp_path: Path) -> None:
    database = tmp_path / "x.db"
    command = [sys.executable, "-m", "bot", "sandbox", "--no-browser", "--port", "0", "--empty", "--db", str(database)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as first:
        assert first.stderr is not None
        while "http://" not in first.stderr.readline():
            assert first.poll() is None
        second = sandbox("--empty", "--db", str(database))
        first.terminate()
    assert second.returncode == 2
    assert f"Another sandbox is using {database}" in second.stderr
    assert not (tmp_path / "x.db.lock").exists()


def test_names_and_photos_as_disks_have_them(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in (b"\xe9t\xe9.jpg", b"whole.jpg"):
        Path(os.fsdecode(bytes(photos) + b"/" + name)).write_bytes(sample.read("fish-01.jpg"))
    (photos / "damaged.jpg").write_bytes(with_odd_exif())
    command = [sys.executable, "-m", "bot", "sandbox", "--no-browser", "--port", "0", "--photos", str(photos)]
    world = keeping.beside(tmp_path / "x.db") / "world.json"
    with subprocess.Popen(
        [*command, "--db", str(tmp_path / "x.db")], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as it:
        ends_at = time.monotonic() + 30
        while not (world.exists() and json.loads(world.read_text())["numbers"].get("seeded")):
            assert it.poll() is None
            assert time.monotonic() < ends_at
            time.sleep(0.1)
        it.terminate()
        assert it.stderr is not None
        said = it.stderr.read()
    assert "1 file is not a photo that can be read and was left out: damaged.jpg." in said
    assert "Traceback" not in said
    telegram = Telegram()
    assert keeping.load(telegram, world.parent)
    assert len([one for one in telegram.messages(cast.found(telegram).group) if "photo" in one]) == 2


def hellos(world: Path) -> list[str]:
    """What bots have said in the kept chats: here, the greeting of a new group."""
    chats = json.loads(world.read_text())["chats"] if world.exists() else []
    return [one["text"] for chat in chats for one in chat["messages"] if one.get("from", {}).get("is_bot")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order_and_the_next_start_goes_on(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "bot", "sandbox", "--no-browser", "--port", "0", "--empty"]
    world = keeping.beside(tmp_path / "x.db") / "world.json"
    for _ in range(2):
        process = subprocess.Popen(
            [*command, "--db", str(tmp_path / "x.db")], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        while "http://" not in process.stderr.readline():
            assert process.poll() is None
        ends_at = time.monotonic() + 30
        while not hellos(world):
            assert process.poll() is None
            assert time.monotonic() < ends_at
            time.sleep(0.1)
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
        assert (process.returncode, said.strip()) == (0, "Stopped.")
    assert len(hellos(world)) == 1
