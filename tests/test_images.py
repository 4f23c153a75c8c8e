"""Every picture ends as upright RGB or as BadImage; a perceptual hash knows a photo again."""

from __future__ import annotations

import contextlib
import io
import struct
import sys
import threading
import time
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from bot.sandbox.sample import PHOTOS
from bot.vision.images import BadImage, decode, middle, perceptual_hash

FISH = PHOTOS / "fish-01.jpg"
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def corners() -> Image.Image:
    """40 × 20: left half red, right half blue."""
    image = Image.new("RGB", (40, 20), RED)
    image.paste(BLUE, (20, 0, 40, 20))
    return image


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    value = image.getpixel((x, y))
    assert isinstance(value, tuple)
    return value  # type: ignore[return-value]


def near(left: tuple[int, ...], right: tuple[int, ...], tolerance: int = 12) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(left, right, strict=True))


def tiff_16(values: np.ndarray) -> bytes:
    return saved(Image.fromarray(values), "TIFF")


def png_16_rgb(colour: tuple[int, int, int], size: tuple[int, int] = (4, 4)) -> bytes:
    """Pillow cannot write 16-bit RGB, so the file is made by hand."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\0" + struct.pack(">3H", *colour) * size[0]) * size[1]
    header = struct.pack(">IIBBBBB", *size, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_the_usual_formats_become_rgb(format: str) -> None:
    image = decode(saved(corners(), format))
    assert (image.mode, image.size) == ("RGB", (40, 20))
    assert near(pixel(image, 5, 10), RED, 24)
    assert near(pixel(image, 35, 10), BLUE, 24)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "LA", "RGBA", "I;16", "I", "F"])
def test_every_mode_of_a_tiff_keeps_a_grey_picture_grey(mode: str) -> None:
    grey = Image.new("L", (16, 16), 255)
    grey.paste(0, (8, 0, 16, 16))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    elif mode == "CMYK":
        image = grey.convert("RGB").convert("CMYK")
    else:
        image = grey.convert(mode)
    result = decode(saved(image, "TIFF"))
    assert result.mode == "RGB"
    assert near(pixel(result, 2, 8), WHITE)
    assert near(pixel(result, 13, 8), (0, 0, 0))


def test_a_cmyk_jpeg_has_its_colours() -> None:
    result = decode(saved(corners().convert("CMYK"), "JPEG", quality=95))
    assert near(pixel(result, 5, 10), RED, 24)
    assert near(pixel(result, 35, 10), BLUE, 24)


def test_16_bit_greyscale_is_scaled_and_not_clipped_to_white() -> None:
    ramp = np.linspace(0, 65535, 256, dtype=np.uint16).reshape(1, 256).repeat(4, axis=0)
    for data in (saved(Image.fromarray(ramp), "PNG"), tiff_16(ramp)):
        row = np.asarray(decode(data))[0, :, 0].astype(int)
        assert np.abs(row - np.arange(256)).max() <= 1


def test_a_dark_16_bit_photo_stays_dark() -> None:
    data = saved(Image.fromarray(np.full((8, 8), 2570, np.uint16)), "PNG")
    assert pixel(decode(data), 0, 0) == (10, 10, 10)


def test_16_bit_colour_is_scaled() -> None:
    assert near(pixel(decode(png_16_rgb((65535, 32768, 2570))), 1, 1), (255, 128, 10), 1)


def test_floats_from_zero_to_one_are_a_picture() -> None:
    values = np.linspace(0, 1, 256, dtype=np.float32).reshape(1, 256)
    row = np.asarray(decode(tiff_16(values)))[0, :, 0].astype(int)
    assert np.abs(row - np.arange(256)).max() <= 1


def test_floats_without_a_number_do_no_harm() -> None:
    values = np.array([[np.nan, np.inf, -np.inf, 1.0]], np.float32)
    assert np.asarray(decode(tiff_16(values)))[0, :, 0].tolist() == [0, 0, 0, 255]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_lies_on_white(mode: str) -> None:
    image = Image.new("RGBA", (20, 10), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (10, 0, 20, 10))
    result = decode(saved(image.convert(mode), "PNG"))
    assert pixel(result, 3, 5) == WHITE
    assert pixel(result, 15, 5) == (0, 0, 0)


def test_half_transparent_black_on_white_is_grey() -> None:
    image = decode(saved(Image.new("RGBA", (4, 4), (0, 0, 0, 128)), "PNG"))
    assert near(pixel(image, 0, 0), (127, 127, 127), 1)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_an_animation_the_first_frame_counts(format: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, GREEN, BLUE)]
    data = saved(frames[0], format, save_all=True, append_images=frames[1:])
    assert near(pixel(decode(data), 8, 8), RED, 6)


def test_a_phone_s_multi_picture_file_is_a_photo() -> None:
    data = saved(corners(), "MPO", save_all=True, append_images=[Image.new("RGB", (40, 20))])
    assert near(pixel(decode(data), 5, 10), RED, 24)


# What the eight orientations of EXIF make of a picture that is red at the left and blue at the right.
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(
    ("orientation", "red", "blue"),
    [
        (1, "left", "right"),
        (2, "right", "left"),
        (3, "right", "left"),
        (4, "left", "right"),
        (5, "top", "bottom"),
        (6, "top", "bottom"),
        (7, "bottom", "top"),
        (8, "bottom", "top"),
    ],
)
def test_photos_are_turned_upright(format: str, orientation: int, red: str, blue: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    result = decode(saved(corners(), format, exif=exif))
    width, height = result.size
    assert result.size == ((40, 20) if orientation < 5 else (20, 40))
    at = {
        "left": (2, height // 2),
        "right": (width - 3, height // 2),
        "top": (width // 2, 2),
        "bottom": (width // 2, height - 3),
    }
    assert near(pixel(result, *at[red]), RED, 24)
    assert near(pixel(result, *at[blue]), BLUE, 24)


@pytest.mark.parametrize("exif", [b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0", b"\0" * 30])
def test_damaged_metadata_leaves_the_photo(exif: bytes) -> None:
    assert decode(saved(corners(), "JPEG", exif=exif)).size == (40, 20)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (3, 60000)])
def test_extreme_shapes_are_pictures(size: tuple[int, int]) -> None:
    image = decode(saved(Image.new("RGB", size, GREEN), "PNG"))
    assert image.size == size
    assert len(perceptual_hash(image)) == 16


def test_the_middle_of_a_line_is_kept() -> None:
    image = Image.new("RGB", (1000, 2), RED)
    image.paste(BLUE, (484, 0, 516, 2))
    part = middle(image, 16)
    assert part.size == (32, 2)
    assert part.getcolors() == [(64, BLUE)]
    assert middle(corners(), 16).size == (40, 20)
    assert middle(image.transpose(Image.Transpose.ROTATE_90), 16).size == (2, 32)


def test_heic_is_read() -> None:
    pytest.importorskip("pillow_heif")
    image = decode(heic(corners().resize((128, 64), Image.Resampling.NEAREST)))
    assert (image.mode, image.size) == ("RGB", (128, 64))
    assert near(pixel(image, 20, 32), RED, 24)


def test_heic_is_turned_once() -> None:
    pytest.importorskip("pillow_heif")
    exif = Image.Exif()
    exif[0x0112] = 6
    image = decode(heic(corners().resize((128, 64), Image.Resampling.NEAREST), exif=exif.tobytes()))
    assert image.size == (64, 128)
    assert near(pixel(image, 32, 10), RED, 24)


def test_heic_beyond_the_pixel_limit_is_refused() -> None:
    pytest.importorskip("pillow_heif")
    with pytest.raises(BadImage, match="limit"):
        decode(heic(corners().resize((128, 64))), max_pixels=8000)


def test_without_its_package_heic_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(BadImage, match="heic extra"):
        decode(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100)


def heic(image: Image.Image, **options: bytes) -> bytes:
    import pillow_heif

    buffer = io.BytesIO()
    pillow_heif.from_pillow(image).save(buffer, quality=90, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"hello", "no picture"),
        (b"%PDF-1.7\n" + b"0" * 200, "no picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "no picture"),
        (b"P6 2 2 255\n" + b"0" * 12, "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
        (b"\x89PNG\r\n\x1a\n", "no picture"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100, "damaged|no picture|cut off"),
    ],
)
def test_what_is_no_picture_is_said_to_be_none(data: bytes, reason: str) -> None:
    with pytest.raises(BadImage, match=reason):
        decode(data)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "BMP"])
def test_a_file_that_is_cut_off_is_refused(format: str) -> None:
    with Image.open(FISH) as photo:
        data = saved(photo.convert("RGB"), format)
    with pytest.raises(BadImage):
        decode(data[: len(data) // 2])


def test_half_a_jpeg_is_called_cut_off() -> None:
    data = FISH.read_bytes()
    with pytest.raises(BadImage, match=r"^the file is cut off$"):
        decode(data[: len(data) // 2])


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(BadImage, match=r"^0\.0 MB are more than the limit of 0 MB$"):
        decode(FISH.read_bytes(), max_bytes=1000)
    with pytest.raises(BadImage, match=r"^20\.0 MB are more than the limit of 20 MB$"):
        decode(b"\0" * (20 * 2**20 + 1))


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    data = saved(Image.new("1", (12000, 12000)), "PNG")
    started = time.process_time()
    with pytest.raises(BadImage, match=r"^12,000 × 12,000 pixels are more than the limit$"):
        decode(data)
    assert time.process_time() - started < 0.1


def test_a_decompression_bomb_is_a_bad_image() -> None:
    data = saved(Image.new("1", (20000, 20000)), "PNG")
    with pytest.raises(BadImage, match="more pixels than the limit"):
        decode(data)


def test_the_pixel_limit_is_inclusive() -> None:
    data = saved(corners(), "PNG")
    assert decode(data, max_pixels=800).size == (40, 20)
    with pytest.raises(BadImage):
        decode(data, max_pixels=799)


def test_pillow_s_warnings_are_not_the_user_s() -> None:
    malformed = FISH.read_bytes()
    malformed = malformed[:2] + b"\xff\xe2\x00\x10MPF\0II*\0\x08\0\0\0\0\0" + malformed[2:]
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        decode(malformed)
        with pytest.raises(BadImage):
            decode(saved(Image.new("1", (10000, 10000)), "PNG"))
    assert [str(warning.message) for warning in seen] == []


def test_decoding_is_safe_in_threads() -> None:
    files = [path.read_bytes() for path in sorted(PHOTOS.glob("*.jpg"))[:12]]
    expected = [decode(data).tobytes() for data in files]
    failures: list[str] = []

    def work(offset: int) -> None:
        for index in range(len(files)):
            place = (index + offset) % len(files)
            if decode(files[place]).tobytes() != expected[place]:
                failures.append(f"photo {place}")

    threads = [threading.Thread(target=work, args=(offset,)) for offset in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def only_image_or_bad(data: bytes) -> None:
    try:
        image = decode(data, max_pixels=1_000_000)
    except BadImage as error:
        assert 0 < len(str(error)) < 100
        return
    assert image.mode == "RGB"
    assert 0 < image.width * image.height <= 1_000_000


SEEDS = {
    "jpeg": saved(corners(), "JPEG"),
    "png": saved(corners().convert("RGBA"), "PNG"),
    "palette": saved(corners().convert("P"), "PNG"),
    "webp": saved(corners(), "WEBP"),
    "gif": saved(corners(), "GIF", save_all=True, append_images=[Image.new("RGB", (40, 20))]),
    "tiff": saved(corners(), "TIFF", compression="tiff_lzw"),
    "bmp": saved(corners(), "BMP"),
    "avif": saved(corners(), "AVIF"),
}
MAGIC = [data[:16] for data in SEEDS.values()] + [b"", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"]


def test_a_lab_picture_has_its_colours_or_is_a_bad_image() -> None:
    spaces = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    lab = ImageCms.profileToProfile(corners(), *spaces, outputMode="LAB")
    assert lab is not None
    data = saved(lab, "TIFF")
    only_image_or_bad(data)  # which of the two depends on Pillow's age
    with contextlib.suppress(BadImage):
        assert near(pixel(decode(data), 5, 10), RED)


@settings(max_examples=150, deadline=5000)
@given(st.sampled_from(MAGIC), st.binary(max_size=400))
def test_random_bytes_are_an_image_or_a_bad_image(magic: bytes, rest: bytes) -> None:
    only_image_or_bad(magic + rest)


@settings(max_examples=400, deadline=5000)
@given(
    st.sampled_from(sorted(SEEDS)),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=12),
    st.integers(0, 2000),
    st.binary(max_size=20),
)
def test_a_damaged_file_is_an_image_or_a_bad_image(
    kind: str, changes: list[tuple[int, int]], cut: int, tail: bytes
) -> None:
    data = bytearray(SEEDS[kind])
    for place, value in changes:
        data[place % len(data)] = value
    only_image_or_bad(bytes(data[: len(data) - cut % len(data)]) + tail)


def distance(left: str, right: str) -> int:
    return (int(left, 16) ^ int(right, 16)).bit_count()


def test_a_perceptual_hash_is_sixteen_hex_digits() -> None:
    value = perceptual_hash(decode(FISH.read_bytes()))
    assert len(value) == 16
    assert int(value, 16).bit_count() == 32  # half of the frequencies lie above their median


def test_a_photo_sent_again_smaller_and_worse_has_nearly_the_same_hash() -> None:
    for path in sorted(PHOTOS.glob("*.jpg")):
        photo = decode(path.read_bytes())
        small = photo.resize((photo.width // 2, photo.height // 2))
        again = decode(saved(small, "JPEG", quality=40))
        assert distance(perceptual_hash(photo), perceptual_hash(again)) <= 8, path.name


def test_different_photos_have_different_hashes() -> None:
    hashes = [perceptual_hash(decode(path.read_bytes())) for path in sorted(PHOTOS.glob("*.jpg"))]
    distances = [distance(a, b) for i, a in enumerate(hashes) for b in hashes[:i]]
    assert np.median(distances) > 24
    assert sum(d <= 8 for d in distances) <= 1  # tool-02 and tool-11 may be one picture


def test_plain_pictures_share_one_hash() -> None:
    hashes = {perceptual_hash(Image.new("RGB", (60, 40), colour)) for colour in (RED, WHITE, (1, 2, 3))}
    assert hashes == {"0" * 16}
