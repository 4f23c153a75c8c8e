"""The tiers: copies and edits of a photo are told from other photos, and one meme template from its captions."""

import io
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from bot.bench.lettering import bar, chat, meme
from bot.tiers import Tier, judge
from bot.vision.fingerprint import LENGTH, VERSION, fingerprint

PHOTOS = Path(__file__).parent.parent / "bot" / "sandbox" / "photos"
NAMES = ("cat-01", "coffee-01", "dam-01", "fish-03", "rocket-01", "solar-panel-01")


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


@pytest.mark.parametrize("part", [0.05, 0.1, 0.2])
@pytest.mark.parametrize("anchor", [(0, 0), (1, 0), (0.5, 0.5), (1, 1)])
@pytest.mark.parametrize("name", NAMES)
def test_a_cropped_photo_is_an_edit_wherever_the_crop_lies(name: str, part: float, anchor: tuple[float, float]) -> None:
    whole = photo(name)
    width, height = round(whole.width * (1 - part)), round(whole.height * (1 - part))
    left, top = round(anchor[0] * (whole.width - width)), round(anchor[1] * (whole.height - height))
    cropped = whole.crop((left, top, left + width, top + height))
    assert tier(sent_again(cropped), whole) is Tier.EDITED


@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_a_photo_under_or_over_a_caption_bar_is_an_edit(name: str, above: bool) -> None:
    assert (
        tier(sent_again(bar(photo(name), "nobody ordering the last biscuit", above=above)), photo(name)) is Tier.EDITED
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_photo_with_a_sticker_on_it_is_an_edit(name: str) -> None:
    covered = photo(name)
    side = min(covered.size) // 3
    left, top = covered.width // 2 - side // 2, covered.height // 2 - side // 2
    ImageDraw.Draw(covered).ellipse((left, top, left + side, top + side), "#ffcc22", "black", 4)
    assert tier(sent_again(covered), photo(name)) is Tier.EDITED


@pytest.mark.parametrize("name", NAMES)
def test_one_meme_template_with_two_captions_is_neither(name: str) -> None:
    template = photo(name).resize((640, 640 * photo(name).height // photo(name).width))
    one = meme(template, "my cat seeing the printer", "grandma after seven alarms")
    other = meme(template, "nobody explaining the gym", "the bus losing a parking space")
    assert tier(sent_again(other), one) is None
    assert tier(sent_again(one, 60), one) is Tier.SAME


@pytest.mark.parametrize("name", NAMES)
def test_a_meme_of_which_one_caption_of_two_differs_is_neither(name: str) -> None:
    template = photo(name).resize((640, 640 * photo(name).height // photo(name).width))
    one = meme(template, "my cat seeing the printer", "grandma after seven alarms")
    other = meme(template, "my cat seeing the printer", "the bus losing a parking space")
    assert tier(sent_again(other), one) is None


@pytest.mark.parametrize("seed", range(4))
def test_screenshots_of_two_chats_are_neither_and_one_sent_again_is_the_same(seed: int) -> None:
    one, other = chat(Random(f"{seed} one")), chat(Random(f"{seed} other"))
    assert tier(sent_again(other), one) is None
    assert tier(sent_again(one.resize((540, 1000))), one) is Tier.SAME


@pytest.mark.parametrize("colour", ["black", "white", "#7799bb"])
def test_plain_pictures_are_judged_neither_for_there_is_nothing_to_tell_them_by(colour: str) -> None:
    assert tier(sent_again(Image.new("RGB", (800, 600), colour), 50), Image.new("RGB", (800, 600), colour)) is None
    noisy = Image.effect_noise((800, 600), 3).convert("RGB")
    assert tier(Image.effect_noise((800, 600), 3).convert("RGB"), noisy) is None


def test_the_judgement_does_not_depend_on_who_asks_whom(others: list[bytes]) -> None:
    for name in NAMES:
        whole = photo(name)
        edit = sent_again(whole.crop((0, 0, whole.width * 9 // 10, whole.height)))
        assert tier(edit, whole) is tier(whole, edit) is Tier.EDITED
    row = np.ones(len(others), np.float32)
    assert judge(others[0], others, row) == [judge(one, others[:1], row[:1])[0] for one in others]


def test_weak_evidence_counts_only_in_the_upper_half_of_the_shortlist(monkeypatch: pytest.MonkeyPatch) -> None:
    query, candidates = (
        fingerprint(photo("cat-01")),
        [fingerprint(photo("cat-01")), *3 * [fingerprint(photo("dam-01"))]],
    )
    last = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
    assert judge(query, candidates, last)[0] is Tier.SAME
    monkeypatch.setattr("bot.tiers.PLENTY", 1000)
    assert judge(query, candidates, last)[0] is None
    assert judge(query, candidates, last[::-1].copy())[0] is Tier.SAME


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
