"""The use cases of muting: a template, a screenshot or a logo that a chat does not want matched, ever again.

The mark is on the photo and on each copy of its file; it goes with the photo when that is forgotten.
"""

from collections.abc import Sequence

from bot.photos import NewPhoto, PhotoError, Photos
from storage.muting import Muting as Rows


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
        """Take a mute back; False where there was none.

        Raises:
            StoreError: nothing was changed.
        """
        return await self._store(self._rows.set, chat_id, [file_unique_id], muted=False) > 0

    async def senders(self, chat_id: int, file_unique_id: str) -> list[int | None]:
        """The ids of those who have sent a file in a chat; empty where it is not remembered there."""
        return await self._store(self._rows.senders, chat_id, file_unique_id)

    async def heard(self, photo_ids: Sequence[int]) -> list[int]:
        """Those of some photos that are not muted, in their order."""
        muted = set(await self._store(self._rows.among, photo_ids))
        return [photo_id for photo_id in photo_ids if photo_id not in muted]
