"""How remembered photos get into a chat: by `file_id` where Telegram allows it, uploaded again where not.

The Bot API can't show a document's `file_id` as a photo (sendPhoto), so an image that came as a file is fetched by
getFile and uploaded as a photo; above 20 MB, getFile's limit, it is only linked.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from telegram import Bot, InlineKeyboardMarkup, InputMediaPhoto, Message, ReplyParameters
from telegram.error import BadRequest, TelegramError

from bot.indexing import DOWNLOAD_LIMIT
from bot.photos import EventRow, PhotoRow
from bot.pictures import as_photo
from bot.sending import Priority, Sender, Ticket
from bot.vision.images import BadImage
from bot.worker import Workers

logger = logging.getLogger(__name__)

ACTION_EVERY = 4.5
"""Seconds: a chat action lasts 5 (Bot API, sendChatAction)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes: a chat, a topic of it, and the message it replies to."""

    chat_id: int
    thread_id: int | None
    reply_to: int | None

    @classmethod
    def of(cls, event: EventRow) -> "Place":
        """Where an event is answered."""
        return cls(event.chat_id, event.thread_id, event.reply_to)

    @property
    def reply(self) -> ReplyParameters | None:
        """A deleted target is no reason not to answer (peers.md 2.8)."""
        return None if self.reply_to is None else ReplyParameters(self.reply_to, allow_sending_without_reply=True)


@dataclass(frozen=True, slots=True)
class Picture:
    """What sendPhoto takes: a `file_id`, or the bytes of a JPEG."""

    media: str | bytes
    spoiler: bool


class Shower:
    """Sends photos and texts to a place, through the one `Sender`."""

    def __init__(self, bot: Bot, sender: Sender, workers: Workers) -> None:
        self._bot, self._sender, self._workers = bot, sender, workers

    async def pictures(self, photos: Sequence[PhotoRow]) -> dict[int, Picture]:
        """What can be shown of these photos by their ids, in their order."""
        found = {photo.id: await self._picture(photo) for photo in photos}
        return {photo_id: picture for photo_id, picture in found.items() if picture is not None}

    async def _picture(self, photo: PhotoRow) -> Picture | None:
        if not photo.is_document:
            return Picture(photo.file_id, photo.spoiler)
        if photo.file_size > DOWNLOAD_LIMIT:
            return None
        try:
            file = await self._bot.get_file(photo.file_id)
            data = bytes(await file.download_as_bytearray())
            return Picture(await self._workers.decode(as_photo, data), photo.spoiler)
        except (TelegramError, BadImage, OSError) as error:
            logger.info("photo %s can't be shown: %s", photo.id, error)
            return None

    async def show(
        self,
        ticket: Ticket,
        place: Place,
        pictures: Sequence[Picture],
        caption: str,
        priority: Priority,
        *,
        keyboard: InlineKeyboardMarkup | None = None,
        still_wanted: Callable[[], bool] = lambda: True,
        dropped: asyncio.Event | None = None,
        silent: bool = False,
        unpictured: str | None = None,
    ) -> tuple[Message, ...]:
        """Send pictures: a media group, or one photo, or with none the caption alone as a text.

        Args:
            silent: phones make no sound of it: nobody has asked for it at this moment.
            unpictured: what is said instead of the caption where Telegram refuses the pictures.

        Where Telegram refuses the topic (topics were switched off, openclaw#11620) it goes without one; where it
        refuses the pictures (no right to send media, a file id that is gone) the words go alone.

        Raises:
            NotSent, Lost: see `Sender.deliver`. BadRequest: the words alone were refused as well.
        """
        while True:
            call = partial(self._send, place, tuple(pictures), caption, keyboard, silent)
            weight = max(1, len(pictures))
            try:
                return await self._sender.deliver(
                    ticket, place.chat_id, call, weight=weight, priority=priority, still_wanted=still_wanted,
                    dropped=dropped,
                )  # fmt: skip
            except BadRequest as error:
                logger.info("chat %s refused a message: %s", place.chat_id, error)
                if place.thread_id is not None and "thread not found" in str(error):
                    place = replace(place, thread_id=None)
                elif pictures:
                    pictures, caption = (), caption if unpictured is None else unpictured
                else:
                    raise

    async def _send(
        self, place: Place, pictures: tuple[Picture, ...], caption: str, keyboard: InlineKeyboardMarkup | None,
        silent: bool,
    ) -> tuple[Message, ...]:  # fmt: skip
        where: dict[str, Any] = {"chat_id": place.chat_id, "message_thread_id": place.thread_id}
        where |= {"reply_parameters": place.reply, "disable_notification": silent or None}
        if len(pictures) > 1:
            media = [
                InputMediaPhoto(picture.media, caption=caption if not number else None, has_spoiler=picture.spoiler)
                for number, picture in enumerate(pictures)
            ]
            return await self._bot.send_media_group(media=media, **where)
        where |= {"reply_markup": keyboard}
        if pictures:
            photo, spoiler = pictures[0].media, pictures[0].spoiler
            return (await self._bot.send_photo(photo=photo, caption=caption, has_spoiler=spoiler, **where),)
        return (await self._bot.send_message(text=caption, **where),)

    async def say(
        self, ticket: Ticket, place: Place, text: str, priority: Priority = Priority.COMMAND,
        *, keyboard: InlineKeyboardMarkup | None = None,
    ) -> tuple[Message, ...]:  # fmt: skip
        """Send a text."""
        return await self.show(ticket, place, (), text, priority, keyboard=keyboard)

    async def react(self, place: Place, emoji: str) -> bool:
        """React to the message that the place replies to; whether Telegram took it. One try."""
        if place.reply_to is None:
            return False
        call = partial(self._bot.set_message_reaction, place.chat_id, place.reply_to, emoji)
        return await self._sender.attempt(place.chat_id, call)

    async def action(self, place: Place, action: str) -> None:
        """Show that something is on its way, for 5 seconds."""
        call = partial(self._bot.send_chat_action, place.chat_id, action, message_thread_id=place.thread_id)
        await self._sender.attempt(place.chat_id, call)

    @asynccontextmanager
    async def busy(self, place: Place, action: str) -> AsyncIterator[None]:
        """Show all the while that something is on its way."""
        telling = asyncio.create_task(self._repeat(place, action))
        try:
            yield
        finally:
            telling.cancel()

    async def _repeat(self, place: Place, action: str) -> None:
        while True:
            await self.action(place, action)
            await asyncio.sleep(ACTION_EVERY)
