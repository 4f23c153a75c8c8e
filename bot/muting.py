"""The use cases of muting: a template, a screenshot or a logo that a chat does not want matched, ever again.

The mark is on the photo and on each copy of its file; it goes with the photo when that is forgotten. Other files that
show the same picture, or an edit of it, are told by their looks, each time that they are looked at.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.photos import NewPhoto, PhotoError, Photos
from bot.verdicts import Picture, shows
from storage.muting import Muting as Rows
from storage.rows import Look


class NotRemembered(PhotoError):
    """The photo is not to be remembered here, so there is nothing to mark."""


class Muting:
    """What is muted is no candidate for an answer, and is not answered; albums keep it."""

    def __init__(self, photos: Photos) -> None:
        self._photos, self._store = photos, photos.workers.store

    @property
    def _rows(self) -> Rows:
        return self._photos.store.muting  # opened after this was made

    async def mute(self, photo: NewPhoto) -> None:
        """Mute a photo in its chat, for good; one that is new to us is remembered for that.

        Raises:
            NotRemembered: by the wish of its sender or of an admin. StoreError: nothing was changed.
        """
        args = (photo, self._photos.model.id, self._photos.clock())
        if not await self._store(self._photos.store.mute, *args):
            raise NotRemembered

    async def mute_known(self, chat_id: int, file_unique_id: str) -> None:
        """Mute a photo that the chat remembers, by its file.

        Raises:
            StoreError: nothing was changed.
        """
        await self._store(self._rows.set, chat_id, [file_unique_id], muted=True)

    async def unmute(self, chat_id: int, file_unique_id: str) -> bool:
        """Take back the mute of a file, and of what it is a copy or an edit of; False where there was none.

        Raises:
            StoreError: nothing was changed.
        """
        files = {file_unique_id, *(one.file for one in await self._shown_by(chat_id, file_unique_id))}
        return await self._store(self._rows.set, chat_id, list(files), muted=False) > 0

    async def _shown_by(self, chat_id: int, file_unique_id: str) -> list[Picture]:
        """The muted pictures that a file shows."""
        store, model = self._photos.store, self._photos.model.id
        copies = await self._store(store.likeness.other_copies, chat_id, [file_unique_id], [])
        vectors = await self._store(store.photos.vectors_of, [copy.id for copy in copies[:1]], model)
        if not len(vectors):
            return []
        query = _picture(copies[0], vectors[0])
        return await self._photos.workers.search(shows, query, (), await self.pictures(chat_id))

    async def pictures(self, chat_id: int) -> list[Picture]:
        """What is muted in a chat, each file once."""
        looks = await self._store(self._rows.looks, chat_id, self._photos.model.id)
        return [_picture(look, vector) for look, vector in looks]

    async def senders(self, chat_id: int, file_unique_id: str) -> list[int | None]:
        """The ids of those who have sent a file in a chat; empty where it is not remembered there."""
        return await self._store(self._rows.senders, chat_id, file_unique_id)

    async def heard(self, photo_ids: Sequence[int]) -> list[int]:
        """Those of some photos whose files are not muted, in their order."""
        muted = set(await self._store(self._rows.among, photo_ids))
        return [photo_id for photo_id in photo_ids if photo_id not in muted]


def _picture(look: Look, vector: NDArray[np.float32]) -> Picture:
    return Picture(look.id, look.file_unique_id, look.fingerprint, (look.sent_at, look.message_id), vector, 1.0)
