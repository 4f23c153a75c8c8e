"""The tiers: copies and edits of a photo are told from other photos, and one meme template from its captions."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageOps

from bot.tiers import Tier, judge
from bot.vision.fingerprint import LENGTH, VERSION, fingerprint

PHOTOS = Path(__file__).parent.parent / "bot" / "sandbox" / "photos"
NAMES = ("cat-01", "coffee-01", "dam-01", "fish-01", "rocket-01", "windmill-02")


@pytest.fixture(scope="module")
def others() -> list[bytes]:
    """Fingerprints of all shipped photos."""
    return [fingerprint(Image.open(path)) for path in sorted(PHOTOS.glob("*.jpg"))]


def photo(name: str) -> Image.Image:
    return Image.open(PHOTOS / f"{name}.jpg").convert("RGB")


def sent_again(image: Image.Image, quality: int = 70) -> Image.Image:
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=quality)
    return Image.open(encoded).convert("RGB")


def tier(one: Image.Image, other: Image.Image) -> Tier | None:
    return judge(fingerprint(one), [fingerprint(other)], np.ones(1, np.float32))[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_photo_that_was_compressed_again_is_the_same(name: str) -> None:
    assert tier(sent_again(photo(name)), photo(name)) is Tier.SAME


@pytest.mark.parametrize("name", NAMES)
def test_a_mirrored_photo_is_an_edit(name: str) -> None:
    assert tier(ImageOps.mirror(photo(name)), photo(name)) is Tier.EDITED


@pytest.mark.parametrize("name", NAMES)
def test_a_darker_photo_is_an_edit(name: str) -> None:
    assert tier(ImageEnhance.Brightness(photo(name)).enhance(0.7), photo(name)) is Tier.EDITED


def test_two_photos_are_neither_the_same_nor_edits_of_each_other(others: list[bytes]) -> None:
    for row, query in enumerate(others):
        rest = others[:row] + others[row + 1 :]
        assert set(judge(query, rest, np.ones(len(rest), np.float32))) == {None}


@given(st.binary(max_size=64) | st.binary(min_size=LENGTH, max_size=LENGTH))
def test_a_broken_fingerprint_is_judged_as_nothing_and_breaks_nothing(data: bytes) -> None:
    one = np.ones(1, np.float32)
    good = fingerprint(Image.linear_gradient("L"))
    assert judge(data, [good], one)[0] in (None, Tier.EDITED, Tier.SAME)
    if len(data) != LENGTH or data[0] != VERSION:
        assert judge(data, [good], one) == [None]
        assert judge(good, [data], one) == [None]


def test_no_candidate_no_tier() -> None:
    assert judge(fingerprint(photo("cat-01")), [], np.zeros(0, np.float32)) == []


def test_each_candidate_needs_its_cosine() -> None:
    with pytest.raises(ValueError, match="one cosine"):
        judge(b"", [b""], np.zeros(0, np.float32))
