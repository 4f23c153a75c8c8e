"""The parameters of each method: which there are, and what is in the strings that come over the wire."""

import json
from typing import Any

INTEGERS = {
    "chat_id", "message_thread_id", "message_id", "offset", "limit", "timeout", "user_id", "from_chat_id", "cache_time",
    "max_connections",
}  # fmt: skip
BOOLEANS = {
    "disable_notification",
    "protect_content",
    "has_spoiler",
    "show_alert",
    "is_big",
    "is_personal",
    "drop_pending_updates",
}
OBJECTS = {
    "reply_parameters", "reply_markup", "media", "entities", "caption_entities", "link_preview_options",
    "allowed_updates", "commands", "scope", "message_ids", "reaction", "results", "button",
}  # fmt: skip

_SEND = {
    "chat_id", "message_thread_id", "reply_parameters", "disable_notification", "protect_content",
    "business_connection_id", "message_effect_id", "allow_paid_broadcast", "direct_messages_topic_id",
}  # fmt: skip
_EDIT = {"chat_id", "message_id", "inline_message_id", "reply_markup", "business_connection_id"}
_CAPTION = {"caption", "parse_mode", "caption_entities", "show_caption_above_media"}
_TEXT = {"text", "parse_mode", "entities", "link_preview_options"}

KNOWN: dict[str, set[str]] = {
    "getMe": set(),
    "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
    "deleteWebhook": {"drop_pending_updates"},
    "getWebhookInfo": set(),
    "setMyCommands": {"commands", "scope", "language_code"},
    "deleteMyCommands": {"scope", "language_code"},
    "getMyCommands": {"scope", "language_code"},
    "getFile": {"file_id"},
    "sendMessage": _SEND | _TEXT | {"reply_markup"},
    "sendPhoto": _SEND | _CAPTION | {"photo", "has_spoiler", "reply_markup"},
    "sendDocument": _SEND | _CAPTION | {"document", "thumbnail", "disable_content_type_detection", "reply_markup"},
    "sendMediaGroup": _SEND | {"media"},
    "editMessageText": _EDIT | _TEXT,
    "editMessageCaption": _EDIT | _CAPTION,
    "editMessageMedia": _EDIT | {"media", "parse_mode"},  # parse_mode: PTB's Defaults add it, Telegram overlooks it
    "editMessageReplyMarkup": _EDIT | {"parse_mode"},
    "deleteMessage": {"chat_id", "message_id"},
    "deleteMessages": {"chat_id", "message_ids"},
    "answerCallbackQuery": {"callback_query_id", "text", "show_alert", "url", "cache_time"},
    "setWebhook": {
        "url",
        "secret_token",
        "max_connections",
        "allowed_updates",
        "drop_pending_updates",
        "ip_address",
        "certificate",
    },
    "sendChatAction": {"chat_id", "message_thread_id", "action", "business_connection_id"},
    "setMessageReaction": {"chat_id", "message_id", "reaction", "is_big"},
    "getChat": {"chat_id"},
    "getChatMember": {"chat_id", "user_id"},
    "getChatMemberCount": {"chat_id"},
    "getChatAdministrators": {"chat_id"},
    "leaveChat": {"chat_id"},
    "answerInlineQuery": {"inline_query_id", "results", "cache_time", "is_personal", "next_offset", "button"},
}


def decode(raw: dict[str, Any]) -> dict[str, Any]:
    """The values behind the strings of a form; values that are no strings (a JSON body) stay as they are."""
    return {name: _value(name, value) for name, value in raw.items()}


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        if name in OBJECTS:
            return json.loads(value)
        if name in INTEGERS:
            return int(value)
    except ValueError:  # a username, or what the method itself refuses
        return value
    return value.lower() == "true" if name in BOOLEANS else value


def unknown(method: str, params: dict[str, Any], files: dict[str, bytes]) -> list[str]:
    """Parameters that the method does not have. Uploads named by `attach://` are parts, not parameters."""
    attached = json.dumps(params)
    return [name for name in (*params, *files) if name not in KNOWN[method] and f"attach://{name}" not in attached]
