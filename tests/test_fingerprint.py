"""Fingerprints: of fixed length, the same each time, hash bits and nothing else."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from bot.vision.fingerprint import LENGTH, VERSION, BadFingerprint, fingerprint, unpack

PHOTOS = Path(__file__).parent.parent / "bot" / "sandbox" / "photos"


@settings(max_examples=25, deadline=None)
@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 80), st.integers(1, 80), st.just(3))),
)
def test_any_picture_has_a_fingerprint_of_one_length_and_always_the_same(pixels: np.ndarray) -> None:
    image = Image.fromarray(pixels)
    made = fingerprint(image)
    assert (len(made), made[0]) == (LENGTH, VERSION)
    assert fingerprint(image) == made
    assert len(unpack(made).xy) <= made[1]


@pytest.mark.parametrize("colour", ["black", "white", "#7f7f7f", "#ff0000"])
def test_a_plain_picture_has_no_place_worth_a_hash(colour: str) -> None:
    assert len(unpack(fingerprint(Image.new("RGB", (640, 480), colour))).xy) == 0


def test_a_photo_has_many_places_and_all_lie_in_it() -> None:
    found = unpack(fingerprint(Image.open(PHOTOS / "cat-01.jpg")))
    assert len(found.xy) > 50
    assert (found.xy >= 0).all()
    assert (found.xy <= found.size).all()


@pytest.mark.parametrize("size", [(1, 5000), (5000, 1), (1, 1), (3, 2)])
def test_sides_of_any_ratio_are_taken(size: tuple[int, int]) -> None:
    assert len(fingerprint(Image.new("RGB", size))) == LENGTH


@given(st.binary(max_size=2 * LENGTH))
def test_bytes_that_are_no_fingerprint_are_refused(data: bytes) -> None:
    if len(data) == LENGTH and data[0] == VERSION:
        return
    with pytest.raises(BadFingerprint):
        unpack(data)


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK"])
def test_the_mode_of_the_picture_does_not_matter(mode: str) -> None:
    assert len(fingerprint(Image.new(mode, (400, 300)))) == LENGTH
