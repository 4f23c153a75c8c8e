"""The other methods, and the table of all of them."""

import re
from collections.abc import Callable
from typing import Any

from telegram.constants import ReactionEmoji

from bot.sandbox import refusals
from bot.sandbox.entities import utf16_length
from bot.sandbox.faults import Call
from bot.sandbox.inline import Inline
from bot.sandbox.refusals import Refusal, Violation
from bot.sandbox.state import Chat, Message

COMMAND = re.compile(r"^[a-z0-9_]{1,32}$")
SCOPES = {
    "default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat", "chat_administrators",
    "chat_member",
}  # fmt: skip


LANGUAGE = re.compile(r"^([a-z]{2})?$")
ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note", "cancel", "record_audio",
    "upload_audio", "pick_up_location",
}  # fmt: skip
REACTIONS = tuple(emoji.value for emoji in ReactionEmoji)
DELETABLE_FOR = 48 * 3600
"""Seconds after which a bot can't delete a message any more (Bot API, deleteMessage)."""
MOST_DELETED = 100
UNDELETABLE = ("migrate_from_chat_id", "supergroup_chat_created", "channel_chat_created", "forum_topic_created")


class Methods(Inline):
    """What each method does, once its parameters are known to be there."""

    def table(self) -> dict[str, Callable[[Call], Any]]:
        """Method names, as in the Bot API; getUpdates is asynchronous and elsewhere."""
        return {
            "getMe": self._get_me, "setWebhook": self.set_webhook_call, "deleteWebhook": self.delete_webhook_call,
            "getWebhookInfo": self.webhook_info_call,
            "setMyCommands": self._set_commands, "deleteMyCommands": self._delete_commands,
            "getMyCommands": self._get_commands, "getFile": self._get_file,
            "sendMessage": self.send_message_call, "sendPhoto": self.send_photo_call,
            "sendDocument": self.send_document_call, "sendMediaGroup": self.send_media_group_call,
            "editMessageText": self._edit_text, "editMessageCaption": self._edit_caption,
            "editMessageMedia": self._edit_media, "editMessageReplyMarkup": self._edit_buttons,
            "deleteMessage": self._delete, "deleteMessages": self._delete_all,
            "answerCallbackQuery": self._answer_query, "sendChatAction": self._action,
            "setMessageReaction": self._react, "getChat": self._get_chat, "getChatMember": self._get_member,
            "getChatMemberCount": self._member_count, "getChatAdministrators": self._get_admins,
            "leaveChat": self._leave, "answerInlineQuery": self.answer_inline_call,
        }  # fmt: skip

    def _get_me(self, _: Call) -> dict[str, Any]:
        return self.bot.json() | {
            "can_join_groups": True, "can_read_all_group_messages": self.can_read_all_group_messages,
            "supports_inline_queries": self.supports_inline_queries,
        }  # fmt: skip

    def _set_commands(self, call: Call) -> bool:
        commands = call.params.get("commands") or []
        if len(commands) > 100 or not all(COMMAND.match(one["command"]) for one in commands):
            raise Violation(refusals.COMMAND_INVALID)
        if not all(1 <= len(one["description"]) <= 256 for one in commands):
            raise Violation(refusals.COMMAND_DESCRIPTION_INVALID)
        self.commands[self._scope(call)] = commands
        self.feed.publish("commands", commands=self.commands)
        return True

    def _delete_commands(self, call: Call) -> bool:
        self.commands.pop(self._scope(call), None)
        self.feed.publish("commands", commands=self.commands)
        return True

    def _get_commands(self, call: Call) -> list[dict[str, str]]:
        return self.commands.get(self._scope(call), [])

    def _scope(self, call: Call) -> str:
        """The key of a list of commands: the scope's type, its ids, and the language, as far as there are any."""
        scope, language = call.params.get("scope") or {"type": "default"}, call.params.get("language_code") or ""
        if not isinstance(scope, dict) or scope.get("type") not in SCOPES:
            raise Refusal(refusals.SCOPE_INVALID)
        if not LANGUAGE.match(language):
            raise Refusal(refusals.LANGUAGE_INVALID)
        if "chat_id" in scope and scope["chat_id"] not in self.chats:
            raise Refusal(refusals.CHAT_NOT_FOUND)
        ids = [str(scope[name]) for name in ("chat_id", "user_id") if name in scope]
        return ":".join([scope["type"], *ids]) + (f"/{language}" if language else "")

    def _get_file(self, call: Call) -> dict[str, Any]:
        return self.files.described(call.params.get("file_id", ""))

    def _own(self, call: Call) -> tuple[Chat, Message]:
        """The message that is to be edited."""
        chat = self.chat_of(call)
        message = self._message(chat, call, refusals.EDIT_NOT_FOUND)
        if not self.is_mine(message):
            raise Refusal(refusals.CANT_EDIT)
        return chat, message

    def _message(self, chat: Chat, call: Call, missing: str) -> Message:
        """The message that a call is about; `missing` is how Telegram says that there is none."""
        if not call.params.get("message_id"):
            raise Refusal(refusals.NO_MESSAGE_ID)
        found = chat.messages.get(call.params["message_id"])
        if found is None:
            raise Refusal(missing)
        return found

    def _edit_text(self, call: Call) -> Message:
        chat, message = self._own(call)
        if "text" not in message:
            raise Refusal(refusals.NO_TEXT_TO_EDIT)
        return self._change(chat, message, call, self.text_content(call.params), ("text", "entities"))

    def _edit_caption(self, call: Call) -> Message:
        chat, message = self._own(call)
        if "photo" not in message and "document" not in message:
            raise Refusal(refusals.NO_CAPTION_TO_EDIT)
        return self._change(chat, message, call, self.caption_content(call.params), ("caption", "caption_entities"))

    def _edit_media(self, call: Call) -> Message:
        chat, message = self._own(call)
        content = self.media_content(call.params["media"], call.files)
        gone = ("text", "entities", "photo", "document", "caption", "caption_entities", "has_media_spoiler")
        return self._change(chat, message, call, content, gone)

    def _edit_buttons(self, call: Call) -> Message:
        chat, message = self._own(call)
        return self._change(chat, message, call, {}, ())

    def _change(
        self, chat: Chat, message: Message, call: Call, content: dict[str, Any], gone: tuple[str, ...]
    ) -> Message:
        """Replace content and buttons (an edit without buttons takes them away)."""
        kept = {name: value for name, value in message.items() if name not in (*gone, "reply_markup", "edit_date")}
        changed = kept | content | self.buttons(call.params)
        if changed == {name: value for name, value in message.items() if name != "edit_date"}:
            raise Refusal(refusals.NOT_MODIFIED)
        return self.replace(chat, changed | {"edit_date": int(self.clock())})

    def _delete(self, call: Call) -> bool:
        chat = self.chat_of(call)
        self._check_delete(chat, self._message(chat, call, refusals.DELETE_NOT_FOUND))
        self.remove(chat, [call.params["message_id"]])
        return True

    def _delete_all(self, call: Call) -> bool:
        chat, numbers = self.chat_of(call), call.params.get("message_ids") or []
        if not numbers:
            raise Refusal(refusals.NO_MESSAGE_IDS)
        if len(numbers) > MOST_DELETED:
            raise Violation(refusals.TOO_MANY_IDS)
        for number in numbers:  # those that are not there are skipped; one that may not be deleted saves the others
            if number in chat.messages:
                self._check_delete(chat, chat.messages[number])
        self.remove(chat, numbers)
        return True

    def _check_delete(self, chat: Chat, message: Message) -> None:
        """TDLib's rules: `can_delete_channel_message`, and `can_revoke_message` elsewhere."""
        channel, is_mine = chat.type in ("supergroup", "channel"), self.is_mine(message)
        if self.clock() >= message["date"] + DELETABLE_FOR:
            raise Refusal(refusals.CANT_DELETE if channel else refusals.CANT_DELETE_FOR_ALL)
        if channel and (any(name in message for name in UNDELETABLE) or message["message_id"] == 1):
            raise Refusal(refusals.CANT_DELETE)
        if chat.type != "private" and not is_mine and not self.may(chat, "can_delete_messages"):
            raise Refusal(refusals.CANT_DELETE if channel else refusals.CANT_DELETE_FOR_ALL)

    def _answer_query(self, call: Call) -> bool:
        query_id, text = str(call.params.get("callback_query_id")), call.params.get("text") or ""
        if query_id not in self.queries:
            raise Refusal(refusals.OLD_QUERY)
        if utf16_length(text) > 200:
            raise Violation(refusals.ANSWER_TOO_LONG)
        del self.queries[query_id]
        self.feed.publish("answered", query_id=query_id, text=text, alert=bool(call.params.get("show_alert")))
        return True

    def _action(self, call: Call) -> bool:
        if str(call.params.get("action", "")).lower() not in ACTIONS:
            raise Refusal(refusals.WRONG_ACTION)
        chat = self.chat_of(call)
        thread = call.params.get("message_thread_id")
        if thread is not None and thread not in chat.topics:
            raise Refusal(refusals.THREAD_NOT_FOUND)
        self.actions.append((chat.id, call.params["action"]))
        self.feed.publish("action", chat_id=chat.id, thread_id=thread, action=call.params["action"])
        return True

    def _react(self, call: Call) -> bool:
        chat, reaction = self.chat_of(call), call.params.get("reaction") or []
        if not all(one.get("type") in ("emoji", "custom_emoji") for one in reaction):
            raise Refusal(refusals.REACTION_TYPE)
        number = self._message(chat, call, refusals.REACT_NOT_FOUND)["message_id"]
        if len(reaction) > 1:  # what a bot may set
            raise Refusal(refusals.REACTIONS_TOO_MANY)
        allowed = REACTIONS if chat.available_reactions is None else chat.available_reactions
        if any(one.get("emoji") not in allowed for one in reaction):
            raise Refusal(refusals.REACTION_INVALID)
        others = {key: value for key, value in chat.reactions.items() if key != str(number)}
        chat.reactions = others | ({str(number): reaction} if reaction else {})
        self.feed.publish("reaction", chat_id=chat.id, message_id=number, reactions=reaction)
        return True

    def _get_chat(self, call: Call) -> dict[str, Any]:
        chat = self.chat_of(call)
        permissions = {
            "can_send_messages": chat.can_send_messages, "can_send_photos": chat.can_send_photos,
            "can_change_info": chat.can_change_info,
        }  # fmt: skip
        full: dict[str, Any] = {"accent_color_id": 0, "max_reaction_count": 11, "permissions": permissions}
        if chat.available_reactions is not None:
            full["available_reactions"] = [{"type": "emoji", "emoji": emoji} for emoji in chat.available_reactions]
        return chat.json() | full | {"accepted_gift_types": dict.fromkeys(_GIFTS, False)}

    def _get_member(self, call: Call) -> dict[str, Any]:
        chat = self.chat_of(call)
        user = self.users.get(call.params.get("user_id", 0))
        if user is None:
            raise Refusal(refusals.USER_NOT_FOUND)
        return self.member(chat, user)

    def _member_count(self, call: Call) -> int:
        return len(self.chat_of(call).members) + 1

    def _get_admins(self, call: Call) -> list[dict[str, Any]]:
        chat = self.chat_of(call)
        own = [self.bot] if chat.bot_status == "administrator" else []
        return [self.member(chat, user) for user in [*chat.admins, *own]]

    def _leave(self, call: Call) -> bool:
        self.chat_of(call).bot_status = "left"
        return True


_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
