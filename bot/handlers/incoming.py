"""From Telegram's objects to plain values."""

from collections.abc import Sequence

from telegram import Chat, Message, PhotoSize, Update
from telegram.constants import ChatType

from bot.inbox import has_picture
from bot.photos import ChatRow, NewEvent, NewPhoto, Size
from bot.showing import Place

GENERAL_TOPIC = 1
"""The thread id of a forum's General topic; sent back, Telegram refuses it (telegram-bot-api#447)."""


def chat_row(chat: Chat) -> ChatRow:
    """A chat as the store keeps it."""
    return ChatRow(chat.id, chat.type, chat.title or chat.full_name or "")


def thread_of(message: Message) -> int | None:
    """The forum topic of a message; plain reply threads are no topics (openclaw#874)."""
    thread_id = message.message_thread_id if message.is_topic_message else None
    return None if thread_id == GENERAL_TOPIC else thread_id


def place_of(message: Message) -> Place:
    """Where a reply to this message goes."""
    return Place(message.chat.id, thread_of(message), message.message_id)


def place(update: Update) -> Place:
    """Where a reply to this update goes."""
    message = update.effective_message
    assert message is not None  # the handlers' filters let only messages through
    return place_of(message)


def sender_name(message: Message) -> str:
    """Who is to be named: a person, or the chat in whose name it was sent (channels, anonymous admins)."""
    if message.sender_chat is not None:
        return message.sender_chat.title or message.sender_chat.full_name or ""
    return message.from_user.full_name if message.from_user else ""


def new_photo(message: Message) -> NewPhoto | None:
    """The photo, or the image sent as a file, that a message holds."""
    if message.photo:
        return _photo(message, message.photo)
    document = message.document
    if document is None or not has_picture(message):
        return None
    thumbnail = document.thumbnail
    itself = Size(document.file_id, 0, 0, document.file_size or 0)
    sizes = (itself, *_sizes([thumbnail] if thumbnail else []))
    return _values(message, itself, document.file_unique_id, sizes, is_document=True)


def _photo(message: Message, offered: Sequence[PhotoSize]) -> NewPhoto:
    sizes = _sizes(offered)
    largest = max(range(len(offered)), key=lambda at: offered[at].width * offered[at].height)
    return _values(message, sizes[largest], offered[largest].file_unique_id, sizes, is_document=False)


def _sizes(offered: Sequence[PhotoSize]) -> tuple[Size, ...]:
    return tuple(Size(size.file_id, size.width, size.height, size.file_size or 0) for size in offered)


def _values(message: Message, shown: Size, unique_id: str, sizes: tuple[Size, ...], *, is_document: bool) -> NewPhoto:
    smallest = min((size for size in sizes if size.width), key=lambda size: size.width * size.height, default=None)
    return NewPhoto(
        chat=chat_row(message.chat),
        message_id=message.message_id,
        thread_id=thread_of(message),
        sender_id=message.from_user.id if message.from_user else None,
        sender_name=sender_name(message),
        sent_at=message.date.timestamp(),
        caption=message.caption or "",
        media_group_id=message.media_group_id,
        is_document=is_document,
        file_id=shown.file_id,
        file_unique_id=unique_id,
        file_size=shown.bytes,
        width=shown.width,
        height=shown.height,
        thumb_file_id=smallest.file_id if smallest else None,
        sizes=sizes,
        spoiler=bool(message.has_media_spoiler),
        answerable=message.chat.type != ChatType.CHANNEL,
    )


def question(update: Update, kind: str, request: str = "{}") -> NewEvent:
    """A question asked by a command."""
    message = update.effective_message
    assert message is not None
    return NewEvent(
        chat=chat_row(message.chat),
        kind=kind,
        message_id=message.message_id,
        thread_id=thread_of(message),
        asker_id=message.from_user.id if message.from_user else None,
        photo_id=None,
        request=request,
        sent_at=message.date.timestamp(),
    )
