"""Decoding photos that strangers send, and the perceptual hash of a photo. Every input is taken for hostile."""

from __future__ import annotations

import warnings
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

# Pictures that people send. Not EPS (runs Ghostscript), and none of the thirty formats that nobody sends: each is
# a parser for a stranger to try.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
# Telegram's getFile gives no more (core.telegram.org/bots/api#getfile).
MAX_BYTES = 20 * 1024 * 1024

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}


class BadImage(Exception):
    """These bytes are no usable picture. `str()` is a short reason for people: "the file is cut off"."""


def decode(data: bytes, *, max_pixels: int = 50_000_000, max_bytes: int = MAX_BYTES) -> Image.Image:
    """Any picture as RGB, upright: first frame, transparency on white, 16 bits scaled to 8.

    Sizes are checked before a pixel is decoded. JPEG's fast reduced decoding (draft) is left out: it would change
    the pixels, and with them the vectors. Pillow itself refuses more than about 179 million pixels.

    Raises:
        BadImage: for everything that goes wrong, whatever the bytes are.
    """
    if not data:
        raise BadImage("the file is empty")
    if len(data) > max_bytes:
        raise BadImage(f"{len(data) / 2**20:.1f} MB are more than the limit of {max_bytes / 2**20:.0f} MB")
    _ignore_warnings_of_pillow()
    try:
        return _decode(data, max_pixels)
    except BadImage:
        raise
    except Exception as error:
        # The border where one photo may fail: on hostile bytes Pillow's parsers raise nearly anything, from
        # SyntaxError to struct.error, and a wrong photo must never stop the right ones.
        raise BadImage(_reason(error)) from error


def perceptual_hash(image: Image.Image) -> str:
    """64 bits as 16 hex digits; two encodings of one photo differ in few bits, two photos in about half.

    pHash (Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash Functions"): 32 × 32 grey pixels,
    DCT, the 8 × 8 lowest frequencies without the first row and column, each compared with their median. Not the
    ImageHash package: it brings PyWavelets for these eight lines, and scikit-learn has brought scipy already.
    """
    from scipy.fft import dctn

    grey = image.convert("L").resize((32, 32), Image.Resampling.LANCZOS)
    frequencies = dctn(np.asarray(grey, np.float64), norm="ortho")[1:9, 1:9].ravel()
    # Rounded, or a plain picture would be hashed from the noise of the arithmetic.
    frequencies = frequencies.round(6)
    bits = np.packbits(frequencies > np.median(frequencies))
    return bits.tobytes().hex()


def middle(image: Image.Image, aspect: int) -> Image.Image:
    """The middle of an image whose sides differ by more than this factor; any other as it is."""
    width, height = image.size
    longest = aspect * min(width, height)
    if max(width, height) <= longest:
        return image
    left, top = max(0, (width - longest) // 2), max(0, (height - longest) // 2)
    return image.crop((left, top, left + min(width, longest), top + min(height, longest)))


def _decode(data: bytes, max_pixels: int) -> Image.Image:
    with _open(data) as image:
        width, height = image.size
        if width * height > max_pixels:
            raise BadImage(f"{width:,} × {height:,} pixels are more than the limit")
        image.load()
        turn = _TURNS.get(_orientation(image))
        upright = _to_rgb(image)
    return upright.transpose(turn) if turn is not None else upright


def _open(data: bytes) -> ImageFile:
    """Reads the header only."""
    if not _is_heif(data):
        return Image.open(BytesIO(data), formats=_readable())
    try:
        from pillow_heif import HeifImageFile
    except ImportError:
        raise BadImage("HEIC photos can be read only where Lookback has its heic extra") from None
    image: ImageFile = HeifImageFile(BytesIO(data))  # type: ignore[no-untyped-call, unused-ignore]
    return image


@cache
def _readable() -> tuple[str, ...]:
    """Pillow before 11.3, or built without a codec, lacks some."""
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _is_heif(data: bytes) -> bool:
    """By the brands in the first box of an ISO base media file; AVIF is one too, and Pillow's own."""
    if data[4:8] != b"ftyp":
        return False
    box = data[8 : min(int.from_bytes(data[:4]), 256)]
    brands = {box[start : start + 4] for start in range(0, len(box), 4)}
    return bool(brands & _HEIF_BRANDS) and not brands & {b"avif", b"avis"}


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        # Whatever the parser meets in damaged metadata: the picture itself is whole.
        return 1


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode[0] in "IF":  # I, I;16, I;16B, F: more than 8 bits, which convert() would clip to white
        return _scaled(image).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image)
        return white.convert("RGB")
    return image.convert("RGB")


def _scaled(image: Image.Image) -> Image.Image:
    """Grey values of 16 or more bits as 8: white is 65,535, or the white of the range that they keep to."""
    values = np.nan_to_num(np.asarray(image, np.float32), posinf=0, neginf=0)
    if image.mode.startswith("I;16"):
        white = 65535.0
    else:
        brightest = float(values.max())
        usual = (1.0, 255.0, 65535.0) if image.mode == "F" else (255.0, 65535.0)
        white = next((white for white in usual if brightest <= white), brightest)
    return Image.fromarray((values.clip(0, white) * (255 / white)).round().astype(np.uint8))


def _reason(error: Exception) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return "it has more pixels than the limit"
    if isinstance(error, UnidentifiedImageError):
        return "it is no picture of a known format"
    if isinstance(error, EOFError) or "truncated" in str(error).lower():
        return "the file is cut off"
    if isinstance(error, MemoryError):
        return "it does not fit into memory"
    return "the file is damaged"


def _ignore_warnings_of_pillow() -> None:
    """Pillow warns on stderr of what we handle: big pictures (our limit is lower) and damaged metadata.

    At each call, as a filter is global and others reset them. Not `catch_warnings`: it is not safe in threads.
    """
    warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
