"""What people do in the chats: the side of Telegram that tests, and the sandbox's page, act on."""

from typing import Any

from bot.sandbox import entities
from bot.sandbox.state import ANONYMOUS_ID, SERVICE_ID, Chat, Message, User, World

MIME_JPEG = "image/jpeg"
RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_pin_messages",
    "can_post_stories", "can_edit_stories", "can_delete_stories",
)  # fmt: skip
USUAL_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_change_info",
    "can_invite_users", "can_pin_messages",
)  # fmt: skip
"""What an admin gets who is made one in an app."""
PERMISSIONS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_react_to_messages", "can_edit_tag", "can_change_info", "can_invite_users",
    "can_pin_messages", "can_manage_topics",
)  # fmt: skip
"""Of a restricted member (Bot API, ChatMemberRestricted)."""


class People(World):
    """Every method acts at once, and queues the updates that the bot would get."""

    def add_user(self, first_name: str, username: str | None = None, language_code: str | None = None) -> User:
        """A new person; `language_code` is an IETF tag, which not every app tells."""
        user = User(1000 + self.number("user"), first_name, username, language_code=language_code)
        self.users[user.id] = user
        return user

    def new_chat(
        self, kind: str, title: str = "", *, members: list[User] | None = None, admins: list[User] | None = None,
        forum: bool = False, bot_status: str = "member",
    ) -> Chat:  # fmt: skip
        """A new chat with the bot in it; a private one has the id of its first member."""
        members = [*(members or []), *(admin for admin in admins or [] if admin not in (members or []))]
        number = self.number("group")
        chat_id = {"private": members[0].id if members else 0, "group": -number}.get(kind, -1_001_000_000_000 - number)
        name = members[0].first_name if kind == "private" else title
        chat = Chat(chat_id, kind, name, members, admins or [], forum, bot_status=bot_status)
        self.chats[chat.id] = chat
        return chat

    def create_topic(self, chat: Chat, name: str = "Topic") -> int:
        """A new forum topic; its thread id is the id of the message that opened it."""
        number = chat.next_message_id
        service = {"forum_topic_created": {"name": name, "icon_color": 0}, "message_thread_id": number}
        self.post(chat, chat.members[0], service)
        chat.topics[number] = name
        return number

    def send_text(self, chat: Chat, user: User, text: str, **more: Any) -> Message:
        """Someone writes a text (see `say` for `reply_to`, `topic`, `date`, `anonymous`)."""
        return self.say(chat, user, {"text": text}, **more)

    def send_photo(
        self, chat: Chat, user: User, data: bytes | list[dict[str, Any]], *, caption: str | None = None,
        album: str | None = None, spoiler: bool = False, **more: Any,
    ) -> Message:  # fmt: skip
        """Someone sends a photo: bytes, or the sizes that `files` made of them; `album` is a media_group_id."""
        sizes = self.files.add_photo(data) if isinstance(data, bytes) else data
        return self.say(chat, user, {"photo": sizes} | _extras(caption, album, spoiler), **more)

    def send_document(
        self, chat: Chat, user: User, data: bytes, *, file_name: str = "photo.jpg", mime_type: str = MIME_JPEG,
        caption: str | None = None, album: str | None = None, claimed_size: int | None = None, **more: Any,
    ) -> Message:  # fmt: skip
        """Someone sends a file; `claimed_size` makes it as large as a test needs."""
        document = self.files.add_document(data, claimed_size) | {"file_name": file_name, "mime_type": mime_type}
        return self.say(chat, user, {"document": document} | _extras(caption, album, spoiler=False), **more)

    def forward(self, message: Message, chat: Chat, user: User, **more: Any) -> Message:
        """Someone forwards a message: same files, another message id."""
        origin = {"type": "user", "date": message["date"], "sender_user": message.get("from", user.json())}
        names = ("photo", "document", "caption", "text", "has_media_spoiler")
        kept = {name: message[name] for name in names if name in message}
        return self.say(chat, user, kept | {"forward_origin": origin}, **more)

    def channel_post(
        self, channel: Chat, data: bytes, *, linked: Chat | None = None, caption: str | None = None
    ) -> Message:
        """A channel posts a photo, which a linked group gets as an automatic forward."""
        content = entities.with_typed({"photo": self.files.add_photo(data)} | _extras(caption, None, spoiler=False))
        post = self.post(channel, None, content | {"sender_chat": channel.json()})
        self.deliver(channel, post, "channel_post")
        if linked is not None:
            self.users.setdefault(SERVICE_ID, User(SERVICE_ID, "Telegram"))
            forwarded = content | {"sender_chat": channel.json(), "is_automatic_forward": True}
            self.deliver(linked, self.post(linked, self.users[SERVICE_ID], forwarded))
        return post

    def edit_photo(self, chat: Chat, message: Message, data: bytes) -> Message:
        """Someone replaces the picture of a message."""
        return self._edit(chat, message, {"photo": self.files.add_photo(data)})

    def edit_caption(self, chat: Chat, message: Message, caption: str) -> Message:
        """Someone replaces the caption of a message."""
        kept = {name: value for name, value in message.items() if name != "caption_entities"}
        return self._edit(chat, kept, entities.with_typed({"caption": caption}))

    def _edit(self, chat: Chat, message: Message, changed: dict[str, Any]) -> Message:
        edited = message | changed | {"edit_date": int(self.clock())}
        self.replace(chat, edited)
        self.deliver(chat, edited, "edited_channel_post" if chat.type == "channel" else "edited_message")
        return edited

    def delete_message(self, chat: Chat, message_id: int) -> None:
        """Someone deletes a message: bots are not told (tdlib/telegram-bot-api#286)."""
        self.remove(chat, [message_id])

    def press(self, chat: Chat, message_id: int, data: str, user: User) -> str:
        """Someone presses a button under a message; the id of the callback query."""
        query_id = str(self.number("query"))
        query = {"id": query_id, "from": user.json(), "chat_instance": str(chat.id), "data": data}
        query |= {"message": chat.messages[message_id]}
        self.queries[query_id] = query
        self.updates.add("callback_query", query)
        return query_id

    def add_bot(self, chat: Chat, user: User, status: str = "member") -> None:
        """Someone adds the bot, or makes it an admin."""
        self._change_bot(chat, user, status)

    def remove_bot(self, chat: Chat, user: User) -> None:
        """Someone removes the bot."""
        self._change_bot(chat, user, "kicked")

    def promote(self, chat: Chat, user: User, *rights: str) -> None:
        """Someone becomes an admin, with these rights or the usual ones; the bot is told of its own."""
        chat.rights = chat.rights | {str(user.id): list(rights or USUAL_RIGHTS)}
        if user.id == self.bot.id:
            self._change_bot(chat, chat.members[0], "administrator")
        elif user not in chat.admins:
            chat.admins = [*chat.admins, user]

    def demote(self, chat: Chat, user: User) -> None:
        """Someone is an admin no more."""
        chat.rights = {key: rights for key, rights in chat.rights.items() if key != str(user.id)}
        chat.admins = [one for one in chat.admins if one != user]
        if user.id == self.bot.id:
            self._change_bot(chat, chat.members[0], "member")

    def restrict(self, chat: Chat, user: User, **permissions: bool) -> None:
        """Someone may do only this from now on; what is not named stays allowed, and nothing named frees them."""
        others = {key: value for key, value in chat.restricted.items() if key != str(user.id)}
        chat.restricted = others | ({str(user.id): permissions} if permissions else {})
        if user.id == self.bot.id:
            self._change_bot(chat, chat.members[0], "restricted" if permissions else "member")

    def may(self, chat: Chat, right: str) -> bool:
        """Whether the bot has this right of an admin, or this permission of a member."""
        if chat.type == "private":
            return right in PERMISSIONS
        if chat.bot_status == "administrator":
            return right in PERMISSIONS or right in chat.rights.get(str(self.bot.id), USUAL_RIGHTS)
        if right not in PERMISSIONS:
            return False
        if chat.bot_status == "restricted" and not chat.restricted.get(str(self.bot.id), {}).get(right, True):
            return False
        return bool(getattr(chat, right, True))

    def _change_bot(self, chat: Chat, user: User, status: str) -> None:
        old, chat.bot_status = chat.bot_status, status
        change = {"chat": chat.json(), "from": user.json(), "date": int(self.clock())}
        change |= {"old_chat_member": self.member(chat, self.bot, old), "new_chat_member": self.member(chat, self.bot)}
        self.updates.add("my_chat_member", change)

    def migrate(self, chat: Chat, *, new_first: bool = False) -> Chat:
        """A group becomes a supergroup: new id, new numbering, a service message in each."""
        new = self.new_chat(
            "supergroup", chat.title, members=chat.members, admins=chat.admins, bot_status=chat.bot_status
        )
        owner = chat.members[0]
        chat.upgraded_to = new.id
        told = [
            (chat, self.post(chat, owner, {"migrate_to_chat_id": new.id})),
            (new, self.post(new, owner, {"migrate_from_chat_id": chat.id})),
        ]
        for where, message in reversed(told) if new_first else told:
            self.deliver(where, message)
        return new

    def member(self, chat: Chat, user: User, status: str | None = None) -> dict[str, Any]:
        """As a ChatMember object."""
        status = status or (chat.bot_status if user.id == self.bot.id else _status(chat, user))
        found: dict[str, Any] = {"user": user.json(), "status": status}
        if status == "administrator":
            rights = chat.rights.get(str(user.id), USUAL_RIGHTS)
            return found | {name: name in rights for name in RIGHTS}
        if status == "restricted":
            told = chat.restricted.get(str(user.id), {})
            is_member = user.id == self.bot.id or user in chat.members
            return found | {"is_member": is_member, "until_date": 0} | dict.fromkeys(PERMISSIONS, True) | told
        return found | ({"until_date": 0} if status == "kicked" else {})

    def say(
        self, chat: Chat, user: User, content: dict[str, Any], *, reply_to: int | None = None,
        topic: int | None = None, date: float | None = None, anonymous: bool = False,
    ) -> Message:  # fmt: skip
        """Someone sends what `content` holds; `anonymous` is an admin in the group's name."""
        if topic is not None:
            content |= {"message_thread_id": topic, "is_topic_message": True}
        if reply_to is not None and reply_to in chat.messages:
            replied = chat.messages[reply_to]
            content |= {"reply_to_message": {k: v for k, v in replied.items() if k != "reply_to_message"}}
        if anonymous:
            content |= {"sender_chat": chat.json()}
            user = User(ANONYMOUS_ID, "Group", "GroupAnonymousBot", is_bot=True)
        message = self.post(chat, user, entities.with_typed(content), date=date)
        self.deliver(chat, message)
        return message


def _status(chat: Chat, user: User) -> str:
    if user in chat.admins:
        return "administrator"
    if str(user.id) in chat.restricted:
        return "restricted"
    return "member" if user in chat.members else "left"


def _extras(caption: str | None, album: str | None, spoiler: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"caption": caption, "media_group_id": album, "has_media_spoiler": spoiler or None}
    return {name: value for name, value in found.items() if value is not None}
