"""The other methods, and the table of all of them."""

import re
from collections.abc import Callable
from typing import Any

from bot.sandbox import refusals
from bot.sandbox.faults import Call
from bot.sandbox.refusals import Refusal
from bot.sandbox.sending import Sending
from bot.sandbox.state import Chat, Message

COMMAND = re.compile(r"^[a-z0-9_]{1,32}$")
SCOPES = {
    "default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat", "chat_administrators",
    "chat_member",
}  # fmt: skip


class Methods(Sending):
    """What each method does, once its parameters are known to be there."""

    def table(self) -> dict[str, Callable[[Call], Any]]:
        """Method names, as in the Bot API; getUpdates is asynchronous and elsewhere."""
        return {
            "getMe": self._get_me, "setWebhook": self._set_webhook, "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
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
            "leaveChat": self._leave,
        }  # fmt: skip

    def _get_me(self, _: Call) -> dict[str, Any]:
        return self.bot.json() | {
            "can_join_groups": True, "can_read_all_group_messages": self.can_read_all_group_messages,
            "supports_inline_queries": False,
        }  # fmt: skip

    def _set_webhook(self, call: Call) -> bool:
        self.webhook = dict(call.params)
        return True

    def _delete_webhook(self, _: Call) -> bool:
        self.webhook = {}
        return True

    def _webhook_info(self, _: Call) -> dict[str, Any]:
        pending, url = self.updates.unconfirmed(), self.webhook.get("url", "")
        return {"url": url, "has_custom_certificate": False, "pending_update_count": pending}

    def _set_commands(self, call: Call) -> bool:
        commands = call.params.get("commands") or []
        if len(commands) > 100 or not all(COMMAND.match(one["command"]) for one in commands):
            raise Refusal("BOT_COMMAND_INVALID")
        if not all(1 <= len(one["description"]) <= 256 for one in commands):
            raise Refusal("BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[self._scope(call)] = commands
        self.feed.publish("commands", commands=self.commands)
        return True

    def _delete_commands(self, call: Call) -> bool:
        self.commands.pop(self._scope(call), None)
        return True

    def _get_commands(self, call: Call) -> list[dict[str, str]]:
        return self.commands.get(self._scope(call), [])

    def _scope(self, call: Call) -> str:
        scope = str((call.params.get("scope") or {"type": "default"})["type"])
        if scope not in SCOPES:
            raise Refusal("can't parse BotCommandScope: Unsupported type specified")
        return scope

    def _get_file(self, call: Call) -> dict[str, Any]:
        return self.files.described(call.params.get("file_id", ""))

    def _own(self, call: Call) -> tuple[Chat, Message]:
        """The message that is to be edited."""
        chat = self.chat_of(call)
        message = chat.messages.get(call.params.get("message_id", 0))
        if message is None:
            raise Refusal(refusals.EDIT_NOT_FOUND)
        if not self._is_mine(message):
            raise Refusal(refusals.CANT_EDIT)
        return chat, message

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
        if not self.remove(chat, [call.params.get("message_id", 0)]):
            raise Refusal("message to delete not found")
        return True

    def _delete_all(self, call: Call) -> bool:
        chat = self.chat_of(call)
        self.remove(chat, call.params.get("message_ids") or [])
        return True

    def _answer_query(self, call: Call) -> bool:
        query_id, text = str(call.params.get("callback_query_id")), call.params.get("text") or ""
        if query_id not in self.queries:
            raise Refusal(refusals.OLD_QUERY)
        if len(text) > 200:
            raise Refusal("MESSAGE_TOO_LONG")
        del self.queries[query_id]
        self.feed.publish("answered", query_id=query_id, text=text, alert=bool(call.params.get("show_alert")))
        return True

    def _action(self, call: Call) -> bool:
        chat = self.chat_of(call)
        thread = call.params.get("message_thread_id")
        if thread is not None and thread not in chat.topics:
            raise Refusal(refusals.THREAD_NOT_FOUND)
        self.actions.append((chat.id, call.params["action"]))
        self.feed.publish("action", chat_id=chat.id, thread_id=thread, action=call.params["action"])
        return True

    def _react(self, call: Call) -> bool:
        chat = self.chat_of(call)
        if call.params.get("message_id") not in chat.messages:
            raise Refusal("message to react not found")
        return True

    def _get_chat(self, call: Call) -> dict[str, Any]:
        chat = self.chat_of(call)
        permissions = {"can_send_messages": True, "can_send_photos": chat.can_send_photos}
        full = {"accent_color_id": 0, "max_reaction_count": 11, "permissions": permissions}
        return chat.json() | full | {"accepted_gift_types": dict.fromkeys(_GIFTS, False)}

    def _get_member(self, call: Call) -> dict[str, Any]:
        chat = self.chat_of(call)
        user = self.users.get(call.params.get("user_id", 0))
        if user is None:
            raise Refusal("user not found")
        return self.member(chat, user)

    def _member_count(self, call: Call) -> int:
        return len(self.chat_of(call).members) + 1

    def _get_admins(self, call: Call) -> list[dict[str, Any]]:
        chat = self.chat_of(call)
        return [self.member(chat, user) for user in chat.admins]

    def _leave(self, call: Call) -> bool:
        self.chat_of(call).bot_status = "left"
        return True


_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
