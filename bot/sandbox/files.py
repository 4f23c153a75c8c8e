"""Files: what was uploaded, and the sizes that Telegram makes of a photo (90, 320, 800, 1280 px; never enlarged).

Originals are kept, as bytes or by their path; the sizes are encoded again, to the same bytes, when one is asked for
that is not in the cache. To keep a state: `originals` (bytes or path by number) and `state()`, given back to `restore`.
"""

import io
from collections import OrderedDict
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock, Semaphore
from typing import Any

from PIL import Image, ImageOps

from bot.sandbox import refusals
from bot.sandbox.refusals import Refusal

SIZES = (("s", 90), ("m", 320), ("x", 800), ("y", 1280))
"""Type letters and longest sides in pixels (core.telegram.org/api/files, Image thumbnail types)."""
QUALITY = 87
DOWNLOAD_LIMIT = 20_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
"""What people send; each other format of Pillow's is one more parser for hostile bytes."""
MOST_PIXELS = 100_000_000
"""Above it a picture is not decoded; a JPEG may be larger, as it is decoded at a fraction of its size."""
THINNEST = 20
"""Ratio of the sides (Bot API, sendPhoto)."""
CACHE = 64_000_000
"""Bytes of encoded sizes that are kept."""

Source = bytes | Path


@dataclass(slots=True)
class StoredFile:
    """One downloadable file, made of original `number`. `side` is the longest side in pixels, 0 for the original
    itself; `size` may be claimed larger than it is."""

    file_id: str
    unique_id: str
    kind: str
    number: int
    side: int
    width: int
    height: int
    size: int

    def described(self) -> dict[str, Any]:
        """As a PhotoSize object."""
        return {
            "file_id": self.file_id, "file_unique_id": self.unique_id, "width": self.width, "height": self.height,
            "file_size": self.size,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Encoded:
    """A JPEG of a photo, its longest side, width and height in pixels."""

    data: bytes
    side: int
    width: int
    height: int


class Cache:
    """Bytes by file id, the least recently used dropped first. Threads may share it."""

    def __init__(self, most: int) -> None:
        self._most, self._held, self._lock = most, 0, Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        """What is kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, data: bytes) -> None:
        """Keep this, in the place of what was used longest ago."""
        with self._lock:
            self._held += len(data) - len(self._kept.pop(key, b""))
            self._kept[key] = data
            while self._held > self._most and len(self._kept) > 1:
                self._held -= len(self._kept.popitem(last=False)[1])


class Files:
    """Every file by its id, and the set of sizes that it belongs to."""

    def __init__(self) -> None:
        self.originals: dict[int, Source] = {}
        self._files: dict[str, StoredFile] = {}
        self._sets: dict[int, list[StoredFile]] = {}
        self._cache = Cache(CACHE)
        self._lock, self._busy = Lock(), Semaphore(2)
        self._last = 0

    def add_photo(self, source: Source) -> list[dict[str, Any]]:
        """Take a photo in, as bytes or from a path: the PhotoSize list, smallest first. Threads may call it.

        Raises:
            Refusal: no image, one that can't be read, or one that is too thin.
        """
        encoded = self._encoded(source)
        if max(encoded[-1].width, encoded[-1].height) > THINNEST * min(encoded[-1].width, encoded[-1].height):
            raise Refusal(refusals.DIMENSIONS)
        return self._added(source, encoded)

    def _encoded(self, source: Source) -> list[Encoded]:
        """Two at a time: more would take the machine from the page, and hold many large pictures in memory."""
        with self._busy:
            return _encoded(source)

    def _added(self, source: Source, encoded: list[Encoded]) -> list[dict[str, Any]]:
        number = self._take(source)
        made = [self._size(number, letter, size) for (letter, _), size in zip(SIZES, encoded, strict=False)]
        self._sets[number] = made
        self._files |= {file.file_id: file for file in made}
        return [file.described() for file in made]

    def _take(self, source: Source) -> int:
        with self._lock:
            self._last += 1
            self.originals[self._last] = source
            return self._last

    def _size(self, number: int, letter: str, made: Encoded) -> StoredFile:
        name = f"{number:06}{letter}"
        self._cache.put(f"AgAC{name}", made.data)
        size = len(made.data)
        return StoredFile(f"AgAC{name}", f"AQAD{name}", "photo", number, made.side, made.width, made.height, size)

    def add_document(self, data: bytes, claimed_size: int | None = None) -> dict[str, Any]:
        """Take a file in as it is; with a thumbnail where Pillow can read it."""
        number = self._take(data)
        size = len(data) if claimed_size is None else claimed_size
        file = StoredFile(f"BQAC{number:06}", f"AgAD{number:06}", "document", number, 0, 0, 0, size)
        self._files[file.file_id] = file
        described: dict[str, Any] = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": size}
        try:
            sizes = self._added(data, self._encoded(data))
        except Refusal:
            return described
        thumbnail = self._files[sizes[min(1, len(sizes) - 1)]["file_id"]]
        thumbnail.kind = "thumbnail"
        return described | {"thumbnail": thumbnail.described()}

    def document(self, file_id: str) -> dict[str, Any]:
        """A document sent again by its file id.

        Raises:
            Refusal: no such file, or no document.
        """
        file = self._files.get(file_id)
        if file is None:
            raise Refusal(refusals.WRONG_FILE)
        if file.kind != "document":
            raise Refusal(refusals.PHOTO_AS_DOCUMENT)
        return {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": file.size}

    def photo(self, file_id: str) -> list[dict[str, Any]]:
        """The PhotoSize list to which a photo's file id belongs.

        Raises:
            Refusal: no such file, or one that can't be shown as a photo.
        """
        file = self._files.get(file_id)
        if file is None:
            raise Refusal(refusals.WRONG_FILE)
        if file.kind != "photo":
            raise Refusal(refusals.DOCUMENT_AS_PHOTO)
        return [size.described() for size in self._sets[file.number]]

    def described(self, file_id: str) -> dict[str, Any]:
        """As getFile answers.

        Raises:
            Refusal: above 20 MB, or no such file.
        """
        file = self._files.get(file_id)
        data = self.content(file_id)
        if file is None or data is None:
            raise Refusal(refusals.FILE_GONE)
        if file.size > DOWNLOAD_LIMIT:
            raise Refusal(refusals.FILE_TOO_BIG)
        folder = "documents" if file.kind == "document" else "photos"
        return {
            "file_id": file_id, "file_unique_id": file.unique_id, "file_size": len(data),
            "file_path": f"{folder}/{file_id}",
        }  # fmt: skip

    def content(self, path: str) -> bytes | None:
        """The bytes under a `file_path`, or of a file id; None where there is no such file any more."""
        file = self._files.get(path.rsplit("/", 1)[-1])
        if file is None:
            return None
        found = self._cache.get(file.file_id)
        if found is None:
            try:
                found = self._made(file)
            except (Refusal, OSError):  # the visitor's folder has lost it
                return None
            self._cache.put(file.file_id, found)
        return found

    def _made(self, file: StoredFile) -> bytes:
        """The bytes again, and with them those of the other sizes of the same photo."""
        source = self.originals[file.number]
        if not file.side:
            return source if isinstance(source, bytes) else source.read_bytes()
        made = {one.side: one.data for one in self._encoded(source)}
        for size in self._sets[file.number]:
            if size.side in made:
                self._cache.put(size.file_id, made[size.side])
        if file.side not in made:  # another picture lies at the path by now
            raise Refusal(refusals.NOT_AN_IMAGE)
        return made[file.side]

    def held(self) -> int:
        """Bytes of all files, as they are told to the bot."""
        return sum(file.size for file in self._files.values())

    def drop(self, file_id: str) -> None:
        """Give back a file that was never sent."""
        self.originals.pop(self._files.pop(file_id).number, None)

    def forget(self, file_id: str) -> None:
        """Make a file id invalid, as happens to old ones."""
        self._files.pop(file_id, None)

    def state(self) -> list[dict[str, Any]]:
        """Every file, for `restore`; the originals go along with them."""
        return [asdict(file) for file in list(self._files.values())]  # threads add to it

    def restore(self, files: list[dict[str, Any]], originals: dict[int, Source]) -> None:
        """Take back what `state` gave: the same ids, and nothing is encoded before it is asked for."""
        self.originals, self._last = originals, max(originals, default=0)
        for given in files:
            file = StoredFile(**given)
            self._files[file.file_id] = file
            if file.kind != "document":
                self._sets.setdefault(file.number, []).append(file)


def _opened(source: Source) -> Image.Image:
    Image.init()
    readable = tuple(name for name in FORMATS if name in Image.OPEN)
    image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=readable)
    if image.format != "JPEG" and image.width * image.height > MOST_PIXELS:
        raise Refusal(refusals.NOT_AN_IMAGE)
    return image


def _encoded(source: Source) -> list[Encoded]:
    """Every size of a photo, smallest first: one decoding, then each made of the next larger one.

    Raises:
        Refusal: no image, or one that can't be read to its end.
    """
    try:
        image, longest = _decoded(source)
    except Exception as error:  # on hostile bytes Pillow's parsers raise nearly anything, as struct.error
        raise Refusal(refusals.NOT_AN_IMAGE) from error
    smaller = sum(side < longest for _, side in SIZES)
    made = list[Encoded]()
    for _, side in reversed(SIZES[: smaller + 1]):
        image.thumbnail((side, side), Image.Resampling.BICUBIC, reducing_gap=3.0)
        made.append(_encode(image, min(side, longest)))
    return made[::-1]


def _decoded(source: Source) -> tuple[Image.Image, int]:
    """Upright RGB of the largest size at most, and the original's longest side in pixels."""
    largest = SIZES[-1][1]
    with _opened(source) as opened:
        longest = max(opened.size)
        opened.draft("RGB", (largest, largest))  # a large JPEG is decoded at a fraction of its size
        image = opened if opened.mode == "RGB" else opened.convert("RGB")
        image.thumbnail((largest, largest), Image.Resampling.BICUBIC, reducing_gap=3.0)
        ImageOps.exif_transpose(image, in_place=True)
        return image.convert("RGB") if image is opened else image, longest


def _encode(image: Image.Image, side: int) -> Encoded:
    encoded = io.BytesIO()
    image.save(encoded, "JPEG", quality=QUALITY)
    return Encoded(encoded.getvalue(), side, *image.size)
