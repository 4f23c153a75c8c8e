"""Fakes that a test can check by hand: a model that sees nothing but colour, and pictures of one colour."""

import io
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

RED, GREEN, BLUE, ORANGE, TEAL = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 128, 0), (0, 128, 128)
Colour = tuple[int, int, int]
WORDS: dict[str, Colour] = {"red": RED, "green": GREEN, "blue": BLUE, "orange": ORANGE, "teal": TEAL}


def picture(colour: Colour, size: tuple[int, int] = (400, 300), kind: str = "JPEG") -> bytes:
    """An image of one colour."""
    encoded = io.BytesIO()
    Image.new("RGB", size, colour).save(encoded, kind)
    return encoded.getvalue()


def with_odd_exif() -> bytes:
    """A JPEG whose Exif says that it lies on its side, and has a text where a number belongs: Pillow turns it only by
    writing the Exif again, and raises struct.error."""
    text = b"2020:01:01 00:00:00\0"
    entries = struct.pack("<HHII", 0x0100, 2, len(text), 38) + struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 0) + text
    encoded = io.BytesIO()
    Image.new("RGB", (40, 30), RED).save(encoded, "JPEG", exif=exif)
    return encoded.getvalue()


@dataclass
class MeanColour:
    """An ImageModel whose embedding is the mean colour, made a unit vector: red and green have cosine 0.

    `seconds` is how long it takes for a batch, `batches` how large each was.
    """

    id: str = "mean-colour"
    input_size: int = 64
    threshold: float = 0.9
    english_only: bool = True
    seconds: float = 0.0
    batches: list[int] = field(default_factory=list)

    def load(self) -> None:
        """Nothing to load."""

    def prepare(self, image: Image.Image) -> NDArray[np.float32]:
        """A single pixel: (3, 1, 1)."""
        mean = np.asarray(image, np.float32).reshape(-1, 3).mean(axis=0)
        return mean.reshape(3, 1, 1)

    def embed_images(self, batch: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Unit rows, (n, 3)."""
        time.sleep(self.seconds)
        self.batches.append(len(batch))
        rows = np.stack(list(batch)).reshape(len(batch), 3) + np.float32(1e-3)
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, (n, 3): the colour that a text names, else grey, which is as near to each colour."""
        rows = np.asarray([WORDS.get(text.lower(), (1, 1, 1)) for text in texts], np.float32).reshape(-1, 3)
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
