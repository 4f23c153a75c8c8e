"""What a visitor of the page does: send, press, delete. What can't be done is one sentence."""

import asyncio
import json
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import time_ns
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox import refusals, sample
from bot.sandbox.entities import utf16_length
from bot.sandbox.refusals import Refusal
from bot.sandbox.state import Chat, User
from bot.sandbox.telegram import Telegram

MOST_PHOTOS = 30
MOST_TEXT, MOST_CAPTION = 4096, 1024
"""UTF-16 code units (core.telegram.org/method/help.getConfig)."""
ALBUM = 10
"""Photos that an app sends as one album at most."""


class Wrong(Exception):
    """A wish that can't be met; str() is the sentence for the page."""


@dataclass(slots=True)
class Wish:
    """What the composer sends: `fields` as JSON, pictures by name and bytes in their order."""

    fields: dict[str, Any] = field(default_factory=dict)
    pictures: list[tuple[str, bytes]] = field(default_factory=list)


async def read(request: web.Request) -> Wish:
    """The multipart form of the composer: a part `fields` of JSON, parts `photo`, and `sample` names in between."""
    if not request.content_type.startswith("multipart/"):
        raise ValueError("no form")
    wish = Wish()
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        if part.name == "photo":
            wish.pictures.append((part.filename or "photo.jpg", bytes(await part.read())))
        elif part.name == "sample":
            wish.pictures.append(_sample(await part.text()))
        else:
            wish.fields = json.loads(await part.text())
    return wish


def _sample(name: str) -> tuple[str, bytes]:
    if name not in {row["file"] for row in sample.rows()}:
        raise Wrong(f"There is no sample photo named {name}.")
    return name, sample.read(name)


def chat_of(telegram: Telegram, chat_id: object) -> Chat:
    """A chat by its id.

    Raises:
        Wrong: there is none.
    """
    chat = telegram.chats.get(int(str(chat_id)))
    if chat is None:
        raise Wrong("This chat does not exist any more; reload the page.")
    return chat


def _text(wish: Wish) -> str:
    """What was typed; half of a surrogate pair, which is no character, becomes one that says so."""
    text = str(wish.fields.get("text") or "").strip().encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    most = MOST_CAPTION if wish.pictures else MOST_TEXT
    if utf16_length(text) > most:
        raise Wrong(f"That is longer than the {most:,} characters that Telegram takes in one message.")
    return text


class Visitor:
    """Acts in the name of the member whom the page's reader has chosen."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    async def send(self, wish: Wish) -> list[int]:
        """Send a text, or photos with the text as their caption; the ids of the new messages.

        Raises:
            Wrong: nothing to send, no such chat or member, too many photos, or a file that is no picture.
        """
        chat, user = self._who(wish.fields)
        where = {"reply_to": wish.fields.get("reply_to"), "topic": wish.fields.get("topic")}
        if where["topic"] is not None and where["topic"] not in chat.topics:
            raise Wrong("This topic does not exist any more; reload the page.")
        text = _text(wish)
        if wish.pictures:
            return await self._send_pictures(chat, user, wish, text, where)
        if not text:
            raise Wrong("There is nothing to send.")
        return [self._telegram.send_text(chat, user, text, **where)["message_id"]]

    def _who(self, fields: dict[str, Any]) -> tuple[Chat, User]:
        chat = chat_of(self._telegram, fields["chat"])
        for user in chat.members:
            if user.id == fields["user"]:
                return chat, user
        raise Wrong("You are not a member of this chat.")

    async def _send_pictures(self, chat: Chat, user: User, wish: Wish, text: str, where: dict[str, Any]) -> list[int]:
        if len(wish.pictures) > MOST_PHOTOS:
            raise Wrong(f"That is more than {MOST_PHOTOS} photos at once.")
        if wish.fields.get("as_file"):
            contents: list[dict[str, Any]] = [{"document": await self._document(*picture)} for picture in wish.pictures]
        else:
            contents = [{"photo": await self._sizes(*picture)} for picture in wish.pictures]
        return self._post(chat, user, contents, text, spoiler=bool(wish.fields.get("spoiler")), where=where)

    async def _sizes(self, name: str, data: bytes) -> list[dict[str, Any]]:
        try:
            return await asyncio.to_thread(self._telegram.files.add_photo, data)
        except Refusal as refusal:
            if refusals.DIMENSIONS in str(refusal):
                raise Wrong(f"{name} is too long and thin for a photo: send it as a file.") from None
            raise Wrong(f"{name} is not a picture that can be read.") from None

    async def _document(self, name: str, data: bytes) -> dict[str, Any]:
        described = await asyncio.to_thread(self._telegram.files.add_document, data)
        if "thumbnail" not in described:
            self._telegram.files.drop(described["file_id"])
            raise Wrong(f"{name} is not a picture that can be read.")
        return described | {"file_name": name, "mime_type": mimetypes.guess_type(name)[0] or "image/jpeg"}

    def _post(
        self, chat: Chat, user: User, contents: Sequence[dict[str, Any]], text: str, *, spoiler: bool,
        where: dict[str, Any],
    ) -> list[int]:  # fmt: skip
        """All photos at once, as an app does; each ten are an album, and the first carries the caption."""
        sent = list[int]()
        for start in range(0, len(contents), ALBUM):
            album = contents[start : start + ALBUM]
            shared = {"media_group_id": f"{time_ns()}{start}"} if len(album) > 1 else {}
            for content in album:
                caption = {"caption": text} if text and not sent else {}
                hidden = {"has_media_spoiler": True} if spoiler and "photo" in content else {}
                message = self._telegram.say(chat, user, content | shared | caption | hidden, **where)
                sent.append(message["message_id"])
        return sent

    def press(self, fields: dict[str, Any]) -> str:
        """Press an inline button; the id of its callback query.

        Raises:
            Wrong: the button is gone.
        """
        chat, user = self._who(fields)
        message = chat.messages.get(fields["message"], {})
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        if not any(button.get("callback_data") == fields["data"] for row in rows for button in row):
            raise Wrong("This button is gone.")
        return self._telegram.press(chat, fields["message"], fields["data"], user)

    def delete(self, fields: dict[str, Any]) -> list[int]:
        """Delete messages of one's own, or as an admin any.

        Raises:
            Wrong: one is somebody else's.
        """
        chat, user = self._who(fields)
        for number in fields["messages"]:
            sender = chat.messages.get(number, {}).get("from", {}).get("id")
            if sender != user.id and user not in chat.admins:
                raise Wrong("Only its sender or an admin can delete this.")
        return self._telegram.remove(chat, fields["messages"])
