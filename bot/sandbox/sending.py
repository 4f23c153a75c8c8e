"""The methods that put messages into a chat, with what Telegram refuses of them."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox import entities, refusals
from bot.sandbox.faults import Call
from bot.sandbox.people import People
from bot.sandbox.refusals import Refusal, Violation
from bot.sandbox.state import Chat, Message

TEXT_LIMIT, CAPTION_LIMIT, BUTTON_LIMIT, ALBUM_LIMIT = 4096, 1024, 64, 10
GENERAL_TOPIC = 1


@dataclass(frozen=True, slots=True)
class FloodRule:
    """Messages a group takes in a window of seconds; an album counts its length (teloxide#515)."""

    messages: int = 20
    seconds: float = 60.0


class Sending(People):
    """`sendMessage`, `sendPhoto`, `sendDocument`, `sendMediaGroup`."""

    flood: FloodRule | None = None

    def chat_of(self, call: Call) -> Chat:
        """The chat a call is about.

        Raises:
            Refusal: there is none, it has become a supergroup, or the bot is out.
        """
        if call.params.get("chat_id") in (None, ""):
            raise Refusal(refusals.CHAT_EMPTY)
        chat = self.chats.get(call.params["chat_id"])
        if chat is None:
            raise Refusal(refusals.CHAT_NOT_FOUND)
        if chat.upgraded_to is not None:
            raise refusals.upgraded(chat.upgraded_to)
        if chat.bot_status in ("kicked", "left"):
            told = refusals.KICKED if chat.bot_status == "kicked" else refusals.LEFT
            raise Refusal(refusals.BLOCKED if chat.type == "private" else told.format(chat.type), 403)
        return chat

    def chat_for(self, call: Call, content: str, permission: str) -> Chat:
        """The chat to which something is sent, where the bot may send such content.

        Raises:
            Refusal: as `chat_of`, or for lack of rights.
        """
        chat = self.chat_of(call)
        if chat.type == "channel" and chat.bot_status != "administrator":
            raise Refusal(refusals.NO_CHANNEL_RIGHTS)
        if not self.may(chat, permission):
            raise Refusal(refusals.NO_RIGHTS.format(content))
        return chat

    def send_message_call(self, call: Call) -> Message:
        """`sendMessage`."""
        chat = self.chat_for(call, "text messages", "can_send_messages")
        return self._put(chat, call, [self.text_content(call.params)])[0]

    def send_photo_call(self, call: Call) -> Message:
        """`sendPhoto`, by file id or upload."""
        chat = self.chat_for(call, "photos", "can_send_photos")
        content = self.photo_content(call.params.get("photo"), call.files, "photo") | self.caption_content(call.params)
        if call.params.get("has_spoiler"):
            content["has_media_spoiler"] = True
        return self._put(chat, call, [content])[0]

    def send_document_call(self, call: Call) -> Message:
        """`sendDocument`, by file id or upload."""
        chat = self.chat_for(call, "documents", "can_send_documents")
        content = self.document_content(call.params.get("document"), call.files, "document")
        content |= self.caption_content(call.params)
        return self._put(chat, call, [content])[0]

    def send_media_group_call(self, call: Call) -> list[Message]:
        """`sendMediaGroup`: one message an item, one media_group_id."""
        media = call.params.get("media") or []
        if not isinstance(media, list):
            raise Violation(refusals.NOT_JSON.format("media"))
        if not 1 <= len(media) <= ALBUM_LIMIT:
            raise Violation(refusals.ALBUM_TOO_LONG if media else refusals.ALBUM_EMPTY)
        chat = self.chat_for(call, "photos", "can_send_photos")
        if len(media) == 1:  # Telegram sends it as an ordinary message, against its own documentation
            self.violations.append("sendMediaGroup: an album has 2–10 items")
        if len({item.get("type") for item in media}) > 1:
            raise Refusal(refusals.ALBUM_MIXED)
        album = {"media_group_id": f"bot{self.number('album')}"} if len(media) > 1 else {}
        return self._put(chat, call, [self.media_content(item, call.files) | album for item in media])

    def media_content(self, item: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
        """What an InputMediaPhoto or an InputMediaDocument puts into a message."""
        if item.get("type") == "document":
            return self.document_content(item.get("media"), files, None) | self.caption_content(item)
        if item.get("type") != "photo":
            raise Refusal(f"media type {item.get('type')} is not known to this fake")
        content = self.photo_content(item.get("media"), files, None) | self.caption_content(item)
        return content | ({"has_media_spoiler": True} if item.get("has_spoiler") else {})

    def photo_content(self, media: Any, files: dict[str, bytes], part: str | None) -> dict[str, Any]:
        """The sizes of a photo given by file id, by `attach://name`, or as the part of an upload."""
        data = _uploaded(media, files, part)
        if data is not None:
            return {"photo": self.files.add_photo(data)}
        if not isinstance(media, str):
            raise Refusal(refusals.WRONG_FILE)
        return {"photo": self.files.photo(media)}

    def document_content(self, media: Any, files: dict[str, bytes], part: str | None) -> dict[str, Any]:
        """A document, given in the same ways."""
        data = _uploaded(media, files, part)
        if data is not None:
            return {"document": self.files.add_document(data)}
        if not isinstance(media, str):
            raise Refusal(refusals.WRONG_FILE)
        return {"document": self.files.document(media)}

    def text_content(self, params: dict[str, Any]) -> dict[str, Any]:
        """Text, entities and buttons of a message."""
        plain, found = _formatted(params, "text", "entities")
        if not plain.strip():
            raise Refusal(refusals.EMPTY)
        if entities.utf16_length(plain) > TEXT_LIMIT:
            raise Violation(refusals.TOO_LONG)
        return {"text": plain} | ({"entities": found} if found else {})

    def caption_content(self, params: dict[str, Any]) -> dict[str, Any]:
        """Caption and its entities."""
        plain, found = _formatted(params, "caption", "caption_entities")
        if entities.utf16_length(plain) > CAPTION_LIMIT:
            raise Violation(refusals.CAPTION_TOO_LONG)
        return ({"caption": plain} if plain else {}) | ({"caption_entities": found} if found else {})

    def buttons(self, params: dict[str, Any]) -> dict[str, Any]:
        """An inline keyboard, with its data checked."""
        markup = params.get("reply_markup")
        if not markup:
            return {}
        if not isinstance(markup, dict):
            raise Violation(refusals.NOT_JSON.format("reply keyboard markup"))
        for row in markup["inline_keyboard"]:
            for button in row:
                if "url" not in button and not 1 <= len(button.get("callback_data", "").encode()) <= BUTTON_LIMIT:
                    raise Violation(refusals.BUTTON_INVALID)
        return {"reply_markup": markup} if markup["inline_keyboard"] else {}

    def _put(self, chat: Chat, call: Call, contents: list[dict[str, Any]]) -> list[Message]:
        """Check where it goes and how many went there, then put it there."""
        where = self._where(chat, call.params) | self.buttons(call.params)
        self._spend(chat, len(contents))
        return [self.post(chat, self.bot, content | where) for content in contents]

    def _where(self, chat: Chat, params: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        thread = params.get("message_thread_id")
        if thread is not None:
            if thread == GENERAL_TOPIC or thread not in chat.topics:
                raise Refusal(refusals.THREAD_NOT_FOUND)
            found |= {"message_thread_id": thread, "is_topic_message": True}
        reply = params.get("reply_parameters")
        if reply:
            target = chat.messages.get(reply["message_id"])
            if target is not None:
                found["reply_to_message"] = {k: v for k, v in target.items() if k != "reply_to_message"}
            elif not reply.get("allow_sending_without_reply"):
                raise Refusal(refusals.REPLY_NOT_FOUND)
        return found

    def _spend(self, chat: Chat, weight: int) -> None:
        if self.flood is None or chat.type == "private":
            return
        now, since = self.clock(), self.clock() - self.flood.seconds
        sent = [message["date"] for message in chat.messages.values() if self.is_mine(message)]
        recent = sorted(date for date in sent if date > since)
        if len(recent) + weight > self.flood.messages:
            frees = recent[min(len(recent), len(recent) + weight - self.flood.messages) - 1]
            raise refusals.flood(max(1, int(frees + self.flood.seconds - now) + 1))

    def is_mine(self, message: Message) -> bool:
        return bool(message.get("from", {}).get("id") == self.bot.id)


def _uploaded(media: Any, files: dict[str, bytes], part: str | None) -> bytes | None:
    """The upload that `attach://name` means, or the part of this name."""
    name = media.removeprefix("attach://") if isinstance(media, str) and media.startswith("attach://") else part
    return files.get(name) if name is not None else None


def _formatted(params: dict[str, Any], text: str, where: str) -> tuple[str, list[entities.Entity]]:
    """Text and entities, by a parse mode or given as they are."""
    given = params.get(text) or ""
    if params.get("parse_mode") or not params.get(where):
        return entities.parse(given, params.get("parse_mode"))
    return entities.trimmed(given, params[where])
