"""What Telegram answers to a wrong call, in the words of its Bot API server (tdlib/telegram-bot-api)."""

from typing import Any


class Refusal(Exception):
    """A call that has no effect: HTTP status, description, and `ResponseParameters`."""

    def __init__(self, description: str, code: int = 400, **parameters: Any) -> None:
        kind = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}.get(code, "")
        super().__init__(f"{kind}: {description}" if kind and description else kind or description)
        self.code, self.parameters = code, parameters

    def body(self) -> dict[str, Any]:
        """The JSON object of the answer (Bot API, Making requests)."""
        answer = {"ok": False, "error_code": self.code, "description": str(self)}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


def flood(retry_after: int) -> Refusal:
    """Too many messages in a chat."""
    return Refusal(f"Too Many Requests: retry after {retry_after}", 429, retry_after=retry_after)


def upgraded(new_id: int) -> Refusal:
    """A group that has become a supergroup."""
    return Refusal("group chat was upgraded to a supergroup chat", migrate_to_chat_id=new_id)


CHAT_NOT_FOUND = "chat not found"
KICKED = "bot was kicked from the {} chat"
REPLY_NOT_FOUND = "message to be replied not found"
THREAD_NOT_FOUND = "message thread not found"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
EDIT_NOT_FOUND = "message to edit not found"
NO_TEXT_TO_EDIT = "there is no text in the message to edit"
NO_CAPTION_TO_EDIT = "there is no caption in the message to edit"
CANT_EDIT = "message can't be edited"
WRONG_FILE = "wrong file identifier/HTTP URL specified"
DOCUMENT_AS_PHOTO = "can't use file of type Document as Photo"
FILE_TOO_BIG = "file is too big"
FILE_GONE = "wrong file_id or the file is temporarily unavailable"
NO_PHOTO_RIGHTS = "not enough rights to send photos to the chat"
TOO_LONG = "message is too long"
CAPTION_TOO_LONG = "message caption is too long"
EMPTY = "message text is empty"
ALBUM_LENGTH = "media group must include 2-10 items"
OLD_QUERY = "query is too old and response timeout expired or query ID is invalid"
BUTTON_INVALID = "BUTTON_DATA_INVALID"
NOT_AN_IMAGE = "IMAGE_PROCESS_FAILED"
