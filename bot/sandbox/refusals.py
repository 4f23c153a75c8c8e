"""What Telegram answers to a wrong call, in the words of its Bot API server (tdlib/telegram-bot-api)."""

from typing import Any

KINDS = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}


class Refusal(Exception):
    """A call that has no effect: HTTP status, description, and `ResponseParameters`."""

    def __init__(self, description: str, code: int = 400, **parameters: Any) -> None:
        kind = KINDS.get(code, "")
        super().__init__(f"{kind}: {description}" if kind and description else kind or description)
        self.code, self.parameters = code, parameters

    def body(self) -> dict[str, Any]:
        """The JSON object of the answer (Bot API, Making requests)."""
        answer = {"ok": False, "error_code": self.code, "description": str(self)}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


class Violation(Refusal):
    """A refusal of what no bot should ever send: it fails the test that caused it."""


def flood(retry_after: int) -> Refusal:
    """Too many messages in a chat."""
    return Refusal(f"Too Many Requests: retry after {retry_after}", 429, retry_after=retry_after)


def upgraded(new_id: int) -> Refusal:
    """A group that has become a supergroup."""
    return Refusal("group chat was upgraded to a supergroup chat", migrate_to_chat_id=new_id)


NOT_UTF8 = "strings must be encoded in UTF-8"
DIMENSIONS = "PHOTO_INVALID_DIMENSIONS"
CONNECTIONS = "invalid max_connections specified"
CHAT_EMPTY = "chat_id is empty"
CHAT_NOT_FOUND = "chat not found"
USER_NOT_FOUND = "user not found"
KICKED = "bot was kicked from the {} chat"
LEFT = "bot is not a member of the {} chat"
BLOCKED = "bot was blocked by the user"
NO_CHANNEL_RIGHTS = "need administrator rights in the channel chat"
REPLY_NOT_FOUND = "message to be replied not found"
THREAD_NOT_FOUND = "message thread not found"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
NO_MESSAGE_ID = "message identifier is not specified"
EDIT_NOT_FOUND = "message to edit not found"
NO_TEXT_TO_EDIT = "there is no text in the message to edit"
NO_CAPTION_TO_EDIT = "there is no caption in the message to edit"
CANT_EDIT = "message can't be edited"
DELETE_NOT_FOUND = "message to delete not found"
NO_MESSAGE_IDS = "message identifiers are not specified"
TOO_MANY_IDS = "too many message identifiers specified"
CANT_DELETE = "message can't be deleted"
CANT_DELETE_FOR_ALL = "message can't be deleted for everyone"
REACT_NOT_FOUND = "message to react not found"
REACTION_TYPE = "can't parse ReactionType: invalid reaction type specified"
REACTION_INVALID = "REACTION_INVALID"
REACTIONS_TOO_MANY = "REACTIONS_TOO_MANY"
WRONG_ACTION = "wrong parameter action in request"
WRONG_FILE = "wrong file identifier/HTTP URL specified"
DOCUMENT_AS_PHOTO = "can't use file of type Document as Photo"
PHOTO_AS_DOCUMENT = "can't use file of type Photo as Document"
FILE_TOO_BIG = "file is too big"
FILE_GONE = "wrong file_id or the file is temporarily unavailable"
NO_RIGHTS = "not enough rights to send {} to the chat"
TOO_LONG = "message is too long"
CAPTION_TOO_LONG = "message caption is too long"
EMPTY = "message text is empty"
ALBUM_EMPTY = "there are no messages to send"
ALBUM_TOO_LONG = "too many messages to send as an album"
ALBUM_MIXED = "document can't be mixed with other media types"
OLD_QUERY = "query is too old and response timeout expired or query ID is invalid"
RESULTS_TOO_MUCH = "RESULTS_TOO_MUCH"
RESULT_ID_INVALID = "RESULT_ID_INVALID"
RESULT_ID_DUPLICATE = "RESULT_ID_DUPLICATE"
OFFSET_INVALID = "NEXT_OFFSET_INVALID"
START_PARAMETER_INVALID = "START_PARAM_INVALID"
ANSWER_TOO_LONG = "MESSAGE_TOO_LONG"
BUTTON_INVALID = "BUTTON_DATA_INVALID"
NOT_AN_IMAGE = "IMAGE_PROCESS_FAILED"
COMMAND_INVALID = "BOT_COMMAND_INVALID"
COMMAND_DESCRIPTION_INVALID = "BOT_COMMAND_DESCRIPTION_INVALID"
SCOPE_INVALID = "can't parse BotCommandScope: Unsupported type specified"
LANGUAGE_INVALID = "invalid language code specified"
NOT_JSON = "can't parse {} JSON object"
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
OTHER_POLL = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = "terminated by setWebhook request"
WEBHOOK_URL = "invalid webhook URL specified"
WEBHOOK_HTTP = "bad webhook: An HTTPS URL must be provided for webhook"
WEBHOOK_PORT = "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
SECRET_TOO_LONG = "secret token is too long"
SECRET_CHARACTERS = "secret token contains unallowed characters"
