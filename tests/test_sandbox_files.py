"""The fake's files: Telegram's sizes of a photo, few of them in memory, and the same ones after a restart."""

import io
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bot.sandbox import files as module
from bot.sandbox.files import Cache, Files
from bot.sandbox.refusals import Refusal
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram
from tests.fakes import RED, picture


def noise(size: tuple[int, int], seed: int = 0) -> bytes:
    """A JPEG as hard to encode as a photo."""
    rough = np.random.default_rng(seed).integers(0, 255, (size[1] // 8 + 1, size[0] // 8 + 1, 3), dtype=np.uint8)
    encoded = io.BytesIO()
    Image.fromarray(rough).resize(size, Image.Resampling.BICUBIC).save(encoded, "JPEG", quality=90)
    return encoded.getvalue()


def sides(described: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(size["width"], size["height"]) for size in described]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4000, 3000), [(90, 68), (320, 240), (800, 600), (1280, 960)]),
        ((1280, 720), [(90, 51), (320, 180), (800, 450), (1280, 720)]),
        ((500, 1000), [(45, 90), (160, 320), (400, 800), (500, 1000)]),
        ((320, 200), [(90, 56), (320, 200)]),
        ((64, 48), [(64, 48)]),
    ],
)
def test_the_sizes_are_telegrams_smallest_first_and_none_is_enlarged(
    size: tuple[int, int], expected: list[tuple[int, int]]
) -> None:
    files = Files()
    made = files.add_photo(noise(size))
    assert np.abs(np.subtract(sides(made), expected)).max() <= 1
    for one in made:
        data = files.content(one["file_id"])
        assert data is not None
        assert len(data) == one["file_size"]
        with Image.open(io.BytesIO(data)) as image:
            assert (image.format, image.size) == ("JPEG", (one["width"], one["height"]))
    assert len({one["file_unique_id"] for one in made}) == len(made)


def test_a_turned_photo_is_upright_in_every_size() -> None:
    encoded, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6  # turn right by a quarter (Exif 2.3, Orientation)
    Image.new("RGB", (2000, 1000), RED).save(encoded, "JPEG", exif=exif)
    assert sides(Files().add_photo(encoded.getvalue())) == [(45, 90), (160, 320), (400, 800), (640, 1280)]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_other_kinds_are_encoded_as_jpeg(kind: str) -> None:
    files = Files()
    data = files.content(files.add_photo(picture(RED, kind=kind))[-1]["file_id"])
    assert data is not None
    assert data.startswith(b"\xff\xd8")


@pytest.mark.parametrize("data", [b"", b"no image", picture(RED)[:200], noise((900, 900))[:-5000]])
def test_what_is_no_photo_is_refused_and_leaves_nothing(data: bytes) -> None:
    files = Files()
    with pytest.raises(Refusal, match="IMAGE_PROCESS_FAILED"):
        files.add_photo(data)
    assert files.state() == []
    assert files.originals == {}


def test_twelve_megapixels_cost_little() -> None:
    data, files = noise((4000, 3000)), Files()
    seconds = []
    for _ in range(3):
        begun = time.perf_counter()
        files.add_photo(data)
        seconds.append(time.perf_counter() - begun)
    assert min(seconds) < 0.5  # 0.13 s on an idle core; decoding all of it for each size takes 0.6 s there


def test_bytes_that_were_dropped_are_made_again_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CACHE", 1)  # each new entry drops the one before
    files, plenty = Files(), Files()
    plenty._cache = Cache(64_000_000)
    for seed in range(3):
        data = noise((1600, 1200), seed)
        for few, many in zip(files.add_photo(data), plenty.add_photo(data), strict=True):
            assert few == many
    for one in files.state():
        assert files.content(one["file_id"]) == plenty.content(one["file_id"])


def test_the_cache_holds_no_more_than_it_should_and_drops_what_was_used_longest_ago() -> None:
    cache = Cache(30)
    for name in "abc":
        cache.put(name, name.encode() * 10)
    assert cache.get("a") == b"a" * 10
    cache.put("d", b"d" * 10)
    assert [name for name in "abcd" if cache.get(name)] == ["a", "c", "d"]
    cache.put("a", b"a" * 30)
    assert [name for name in "abcd" if cache.get(name)] == ["a"]


def test_a_folder_of_photos_is_not_kept_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CACHE", 1_000_000)
    files = Files()
    for seed in range(8):
        path = tmp_path / f"{seed}.jpg"
        path.write_bytes(noise((1280, 960), seed))
        files.add_photo(path)
    assert all(isinstance(source, Path) for source in files.originals.values())
    assert sum(len(data) for data in files._cache._kept.values()) <= 1_000_000
    assert files.held() > 8 * 200_000


def test_a_photo_whose_file_is_gone_or_another_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CACHE", 1)
    files, path = Files(), tmp_path / "photo.jpg"
    path.write_bytes(noise((1280, 960)))
    smallest, *_, largest = files.add_photo(path)
    path.write_bytes(picture(RED, (100, 80)))
    assert files.content(largest["file_id"]) is not None  # it is the one that is still in the cache
    files.content(smallest["file_id"])
    assert files.content(largest["file_id"]) is None
    path.unlink()
    with pytest.raises(Refusal, match="temporarily unavailable"):
        files.described(largest["file_id"])


def test_a_restored_state_has_the_same_files_and_encodes_nothing_before_it_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, path = Files(), tmp_path / "photo.jpg"
    path.write_bytes(noise((1280, 960)))
    sizes = first.add_photo(path)
    document = first.add_document(noise((400, 300), 1))
    first.forget(sizes[0]["file_id"])
    state = json.loads(json.dumps(first.state()))
    monkeypatch.setattr(module, "_encoded", None)
    again = Files()
    again.restore(state, dict(first.originals))
    monkeypatch.undo()
    assert again.photo(sizes[-1]["file_id"]) == sizes[1:]
    assert again.document(document["file_id"])["file_size"] == document["file_size"]
    for one in first.state():
        assert again.described(one["file_id"]) == first.described(one["file_id"])
        assert again.content(one["file_id"]) == first.content(one["file_id"])
    new = again.add_photo(picture(RED))
    assert new[0]["file_id"] not in {one["file_id"] for one in state}


def test_a_document_has_its_own_bytes_and_a_thumbnail_where_it_is_an_image() -> None:
    files, data = Files(), picture(RED, (1000, 800), "PNG")
    document = files.add_document(data)
    assert files.content(document["file_id"]) == data
    assert max(document["thumbnail"]["width"], document["thumbnail"]["height"]) == 320
    assert files.described(document["file_id"])["file_path"] == f"documents/{document['file_id']}"
    assert "thumbnail" not in files.add_document(b"raw")


@pytest.mark.parametrize(("size", "refused"), [(20_000_000, False), (20_000_001, True)])
def test_more_than_20_mb_are_not_handed_out(size: int, refused: bool) -> None:
    files = Files()
    file_id = files.add_document(b"raw", size)["file_id"]
    try:
        files.described(file_id)
    except Refusal as refusal:
        assert (refused, str(refusal)) == (True, "Bad Request: file is too big")
    else:
        assert not refused


def test_a_forward_has_the_same_files(telegram: Telegram, group: Chat, ann: User, ben: User) -> None:
    sent = telegram.send_photo(group, ann, picture(RED), caption="see #this")
    other = telegram.new_chat("supergroup", "Other", members=[ben])
    forwarded = telegram.forward(sent, other, ben)
    assert forwarded["photo"] == sent["photo"]
    assert forwarded["caption_entities"] == sent["caption_entities"]
