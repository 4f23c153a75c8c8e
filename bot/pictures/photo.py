"""A file made into a photo that Telegram takes."""

from math import ceil

from PIL import Image, ImageOps

from bot.pictures.drawing import saved
from bot.vision.images import decode

RATIO = 20
"""Of the sides of a photo at most (Bot API, sendPhoto); width and height together may have 10,000."""


def as_photo(data: bytes, *, max_side: int = 1280) -> bytes:
    """Any readable picture as a JPEG that sendPhoto takes; one longer than 1 : 20 is padded with white.

    Raises:
        BadImage: the bytes are no usable picture.
    """
    image = decode(data)
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    width, height = image.size
    least = ceil(max(width, height) / RATIO)
    if min(width, height) < least:
        image = ImageOps.pad(image, (max(width, least), max(height, least)), color="white")
    return saved(image, quality=90)
