"""Files: what was uploaded, and the sizes that Telegram makes of a photo (90, 320, 800, 1280 px; never enlarged)."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.sandbox import refusals
from bot.sandbox.refusals import Refusal

SIZES = (("s", 90), ("m", 320), ("x", 800), ("y", 1280))
"""Type letters and longest sides in pixels (core.telegram.org/api/files, Image thumbnail types)."""
QUALITY = 87
DOWNLOAD_LIMIT = 20_000_000


@dataclass(slots=True)
class StoredFile:
    """One downloadable file. `data` is made when first asked for; `size` may be claimed larger than it is."""

    file_id: str
    unique_id: str
    kind: str
    width: int
    height: int
    size: int
    make: Callable[[], bytes]

    def described(self) -> dict[str, Any]:
        """As a PhotoSize object."""
        return {
            "file_id": self.file_id, "file_unique_id": self.unique_id, "width": self.width, "height": self.height,
            "file_size": self.size,
        }  # fmt: skip


class Files:
    """Every file by its id, and the set of sizes that it belongs to."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}
        self._sets: dict[str, list[StoredFile]] = {}
        self._number = count(1)

    def add_photo(self, data: bytes) -> list[dict[str, Any]]:
        """Take a photo in: the PhotoSize list, smallest first.

        Raises:
            Refusal: the bytes are no image.
        """
        try:
            with Image.open(io.BytesIO(data)) as opened:
                image = ImageOps.exif_transpose(opened).convert("RGB")
        except (UnidentifiedImageError, OSError) as error:
            raise Refusal(refusals.NOT_AN_IMAGE) from error
        number, made, longest = next(self._number), list[StoredFile](), max(image.size)
        for letter, side in SIZES:
            made.append(self._size(image, number, letter, min(side, longest)))
            if side >= longest:
                break
        for file in made:
            self._files[file.file_id], self._sets[file.file_id] = file, made
        return [file.described() for file in made]

    def _size(self, image: Image.Image, number: int, letter: str, side: int) -> StoredFile:
        scaled = image.copy()
        scaled.thumbnail((side, side), Image.Resampling.BICUBIC)
        encoded = io.BytesIO()
        scaled.save(encoded, "JPEG", quality=QUALITY)
        data = encoded.getvalue()
        return StoredFile(
            f"AgAC{number:06}{letter}", f"AQAD{number:06}{letter}", "photo", *scaled.size, len(data), lambda: data
        )

    def add_document(self, data: bytes, claimed_size: int | None = None) -> dict[str, Any]:
        """Take a file in as it is; with a thumbnail where Pillow can read it."""
        number = next(self._number)
        size = len(data) if claimed_size is None else claimed_size
        file = StoredFile(f"BQAC{number:06}", f"AgAD{number:06}", "document", 0, 0, size, lambda: data)
        self._files[file.file_id] = file
        described: dict[str, Any] = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": size}
        try:
            sizes = self.add_photo(data)
        except Refusal:
            return described
        thumbnail = self._files[sizes[min(1, len(sizes) - 1)]["file_id"]]
        thumbnail.kind = "thumbnail"
        return described | {"thumbnail": thumbnail.described()}

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
        return [size.described() for size in self._sets[file_id]]

    def described(self, file_id: str) -> dict[str, Any]:
        """As getFile answers.

        Raises:
            Refusal: above 20 MB, or no such file.
        """
        file = self._files.get(file_id)
        if file is None:
            raise Refusal(refusals.FILE_GONE)
        if file.size > DOWNLOAD_LIMIT:
            raise Refusal(refusals.FILE_TOO_BIG)
        folder = "documents" if file.kind == "document" else "photos"
        return {
            "file_id": file_id, "file_unique_id": file.unique_id, "file_size": len(file.make()),
            "file_path": f"{folder}/{file_id}",
        }  # fmt: skip

    def content(self, path: str) -> bytes | None:
        """The bytes under a `file_path`."""
        file = self._files.get(path.rsplit("/", 1)[-1])
        return None if file is None else file.make()

    def held(self) -> int:
        """Bytes of all files in memory."""
        return sum(file.size for file in self._files.values())

    def forget(self, file_id: str) -> None:
        """Make a file id invalid, as happens to old ones."""
        self._files.pop(file_id, None)
