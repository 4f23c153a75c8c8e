"""The pictures that the bot makes: sizes that Telegram takes, nothing of a spoiler shown, no text that breaks them."""

import io
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from bot.pictures import Row, Tile, as_photo, contact_sheet, drawing
from bot.pictures import sheet as contact
from bot.sandbox.sample import PHOTOS
from bot.vision.images import BadImage

FISH = (PHOTOS / "fish-01.jpg").read_bytes()


def saved(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def plain(colour: str, size: tuple[int, int] = (90, 60)) -> bytes:
    return saved(Image.new("RGB", size, colour))


def stripes() -> bytes:
    """Black and white, four pixels wide each: three of each in a quarter of the picture."""
    return saved(Image.fromarray(np.tile(np.repeat([0, 255], 4), (96, 12)).astype(np.uint8)))


def opened(data: bytes, kind: str) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    assert image.format == kind
    return image.convert("RGB")


def tile(sheet: bytes, row: int, column: int, *, columns: int = 8) -> NDArray[np.int64]:
    """The pixels (h, w, 3) in the middle of a tile, without its rounded corners."""
    side = (1280 - 2 * drawing.MARGIN - (columns - 1) * contact.GAP) // columns
    title = drawing.TITLE * 3 // 2
    top = drawing.MARGIN + row * (title + side + drawing.MARGIN) + title
    left = drawing.MARGIN + column * (side + contact.GAP)
    inside = (left + side // 8, top + side // 8, left + side * 7 // 8, top + side * 7 // 8)
    return np.asarray(opened(sheet, "JPEG").crop(inside), np.int64)


def eight(tile: Tile) -> bytes:
    return contact_sheet([Row("Album 1", (tile,) * 8)])


@pytest.fixture
def no_system_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(drawing, "FONTS", ())
    monkeypatch.setattr(drawing, "BOLD_FONTS", ())
    drawing.font_of.cache_clear()
    yield
    drawing.font_of.cache_clear()


def test_a_sheet_has_a_row_an_album_and_a_column_a_photo() -> None:
    colours = ("red", "lime", "blue", "yellow", "cyan", "magenta", "black", "white")
    sheet = contact_sheet(
        [
            Row("Album 1", tuple(Tile(plain(colour), False) for colour in colours)),
            Row("Album 2", (Tile(plain("blue"), False), Tile(plain("red"), False))),
        ]
    )
    assert opened(sheet, "JPEG").width == 1280
    assert np.abs(tile(sheet, 0, 0) - (255, 0, 0)).max() < 12
    assert np.abs(tile(sheet, 0, 7) - (255, 255, 255)).max() < 12
    assert np.abs(tile(sheet, 1, 0) - (0, 0, 255)).max() < 12
    assert np.abs(tile(sheet, 1, 2) - (0xEC, 0xEF, 0xF2)).max() < 12


def test_a_row_shows_no_more_than_eight_photos() -> None:
    assert contact_sheet([Row("Album 1", (Tile(FISH, False),) * 11)]) == eight(Tile(FISH, False))


def test_a_sheet_of_sixty_photos_is_within_the_limits_of_a_photo() -> None:
    thumbnail = as_photo(FISH, max_side=90)
    sheet = contact_sheet([Row(f"Album {number}", (Tile(thumbnail, False),) * 5) for number in range(12)])
    width, height = opened(sheet, "JPEG").size
    assert width + height <= 10_000
    assert height <= 20 * width
    assert len(sheet) < 1_000_000  # bytes


def test_a_spoiler_keeps_its_colours_and_nothing_else() -> None:
    shown, hidden = eight(Tile(stripes(), False)), eight(Tile(stripes(), True))
    assert tile(shown, 0, 0).std() > 100
    grey = tile(hidden, 0, 0).mean(axis=2)
    assert np.quantile(grey, 0.9) - np.quantile(grey, 0.1) < 40  # the dots are few
    assert 90 < np.median(grey) < 165


def test_a_photo_that_is_not_to_be_had_is_a_neutral_square() -> None:
    missing = eight(Tile(None, False))
    assert missing == eight(Tile(b"no picture", True)) == eight(Tile(FISH[:700], False))
    corner = tile(missing, 0, 0)[:10, :10]
    assert np.abs(corner - (0xD8, 0xDD, 0xE2)).max() < 6


def test_a_long_title_is_cut_where_the_picture_ends() -> None:
    font = drawing.font_of(drawing.TITLE, bold=True)
    assert drawing.cut("Album 1", font, 500) == "Album 1"
    cut = drawing.cut("Sunsets over the sea " * 9, font, 500)
    assert cut.startswith("Sunsets over") and cut.endswith("…")
    assert font.getlength(cut) <= 500


def test_signs_that_a_font_lacks_are_left_out_and_letters_never() -> None:
    font = drawing.font_of(30)
    assert drawing.drawable("Рыбы \U0001f41f\ufe0f\u200d \U000f1234日本\x07", font) == "Рыбы  日本"


@settings(deadline=None, max_examples=20)
@given(st.text(max_size=80))
@example("Рыбы 🐟 и 🏝️ · 👨‍👩‍👧 · 日本 · ‮abc")
@example("a" * 5000)
@example("\n\n\t\x00")
def test_no_text_breaks_a_picture(text: str) -> None:
    small = plain("red", (20, 20))
    assert opened(contact_sheet([Row(text, (Tile(small, False),))]), "JPEG").width == 1280


def test_an_accent_that_is_a_sign_of_its_own_stays() -> None:
    font = drawing.font_of(30)
    assert drawing.fitted("Андреи\u0306 Ren\u0065\u0301e", font, 500) == "Андрей Renée"


def test_lone_surrogates_break_nothing_either() -> None:
    assert drawing.drawable("a\ud83d", drawing.font_of(30)) == "a"


@pytest.mark.usefixtures("no_system_fonts")
def test_without_any_font_on_the_machine_text_is_still_drawn() -> None:
    picture = opened(contact_sheet([Row("Album 1: рыбы 🐟", ())]), "JPEG")
    assert np.asarray(picture).min() < 60


@pytest.mark.parametrize(
    "size", [(1, 1), (90, 60), (4000, 3000), (3000, 4000), (6000, 20), (1, 3000), (1280, 64), (21, 1)]
)
def test_any_shape_becomes_a_photo_that_telegram_takes(size: tuple[int, int]) -> None:
    width, height = opened(as_photo(plain("red", size)), "JPEG").size
    assert max(width, height) == min(1280, max(size))
    assert max(width, height) <= 20 * min(width, height)


def test_a_padded_photo_is_whole_in_the_middle_of_white() -> None:
    pixels = np.asarray(opened(as_photo(plain("blue", (1000, 10))), "JPEG"), np.int64)
    assert pixels.shape == (50, 1000, 3)
    assert np.abs(pixels[25] - (0, 0, 255)).max() < 30
    assert np.abs(pixels[[2, 47]] - 255).max() < 12


def test_a_photo_of_another_size_can_be_asked_for() -> None:
    assert opened(as_photo(FISH, max_side=90), "JPEG").width == 90


@pytest.mark.parametrize("data", [b"", b"no picture", FISH[:700]])
def test_what_is_no_picture_becomes_no_photo(data: bytes) -> None:
    with pytest.raises(BadImage):
        as_photo(data)
