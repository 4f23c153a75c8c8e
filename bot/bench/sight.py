"""What the bot makes of a photo: what it would download from Telegram, and that photo's fingerprint and embedding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.indexing import candidates
from bot.sandbox.files import Files
from bot.vision.fingerprint import fingerprint
from bot.vision.images import decode
from bot.vision.model import ImageModel
from storage.rows import PendingPhoto, Size

BATCH = 16


@dataclass(frozen=True, slots=True)
class Seen:
    """A photo as it lies in the store: `vector` is a unit row."""

    fingerprint: bytes
    vector: NDArray[np.float32]


def downloaded(data: bytes, input_size: int) -> bytes:
    """The bytes that the bot would fetch: Telegram's sizes of the photo, and of them the one that indexing chooses."""
    files = Files()
    sizes = tuple(
        Size(size["file_id"], size["width"], size["height"], size["file_size"]) for size in files.add_photo(data)
    )
    chosen = candidates(PendingPhoto(0, 0, 0, "", False, sizes), input_size)[0]
    content = files.content(chosen.file_id)
    assert content is not None
    return content


def see(photos: Iterable[bytes], model: ImageModel) -> Iterator[Seen]:
    """Each photo, sent as these bytes, in their order."""
    waiting = iter(photos)
    while batch := list(islice(waiting, BATCH)):
        images = [decode(downloaded(data, model.input_size)) for data in batch]
        rows = model.embed_images([model.prepare(image) for image in images])
        for image, row in zip(images, rows, strict=True):
            yield Seen(fingerprint(image), row)


def shown(data: bytes) -> Image.Image:
    """The largest size of a photo that Telegram keeps: what people save from a chat, edit, and send again."""
    files = Files()
    content = files.content(files.add_photo(data)[-1]["file_id"])
    assert content is not None
    return decode(content)
