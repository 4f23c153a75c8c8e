"""The one visible list of handlers, and the updates that they need. The first handler that fits gets the update."""

from typing import Any

from telegram import Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot import keyboards, settings_keyboard
from bot.handlers.albums import AlbumHandlers
from bot.handlers.dismissing import NotSameHandlers
from bot.handlers.errors import ErrorHandlers
from bot.handlers.find import FindHandlers
from bot.handlers.forgetting import ForgetHandlers
from bot.handlers.help import HelpHandlers
from bot.handlers.inline import InlineHandlers
from bot.handlers.language import LanguageHandlers
from bot.handlers.membership import MembershipHandlers
from bot.handlers.muting import MuteHandlers
from bot.handlers.photos import PhotoHandlers
from bot.handlers.pictures import PictureHandlers
from bot.handlers.settings import SettingsHandlers
from bot.handlers.similar import SimilarHandlers
from bot.handlers.status import StatusHandlers
from bot.handlers.undo import TAKES_BACK, UndoHandlers
from bot.lookback import Lookback

App = Application[Any, Any, Any, Any, Any, Any]

ALLOWED_UPDATES = [
    Update.MESSAGE, Update.EDITED_MESSAGE, Update.CHANNEL_POST, Update.EDITED_CHANNEL_POST,
    Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER, Update.INLINE_QUERY,
]  # fmt: skip
"""Named, since Telegram otherwise keeps the list of an earlier program with this token (Bot API, getUpdates)."""
LAST = 99
"""The handler group that ends the rows of updates for which nothing was to be done."""


def add_handlers(app: App, lookback: Lookback) -> None:
    """Add every handler, in the order in which they are asked."""
    photos, asked, albums = PhotoHandlers(lookback), HelpHandlers(lookback), AlbumHandlers(lookback)
    forgetting, muting, undo = ForgetHandlers(lookback), MuteHandlers(lookback), UndoHandlers(lookback)
    settings, language = SettingsHandlers(lookback), LanguageHandlers(lookback)
    not_same = NotSameHandlers(lookback)
    drawn, find = PictureHandlers(lookback), FindHandlers(lookback)
    new = filters.UpdateType.MESSAGE
    pictures = filters.PHOTO | filters.Document.IMAGE
    app.add_handlers(
        [
            # What Telegram says about the chat itself, before anything that would store under its old id.
            MessageHandler(filters.StatusUpdate.MIGRATE, MembershipHandlers(lookback).migrated),
            ChatMemberHandler(MembershipHandlers(lookback).changed, ChatMemberHandler.MY_CHAT_MEMBER),
            # Photos, new or edited, from people and channels.
            MessageHandler(pictures, photos.arrived),
            # Questions: new messages only, an edited command is not asked again.
            CommandHandler("start", asked.start, new),
            CommandHandler("help", asked.help, new),
            CommandHandler("status", StatusHandlers(lookback).status, new),
            CommandHandler("similar", SimilarHandlers(lookback).similar, new),
            CommandHandler("find", find.find, new),
            CommandHandler("cluster", albums.cluster, new),
            CommandHandler("album", albums.album, new),
            CommandHandler("albums", albums.listed, new),
            CommandHandler("rename", albums.rename, new),
            CommandHandler("map", drawn.map, new),
            CommandHandler("stats", drawn.stats, new),
            CommandHandler("privacy", forgetting.privacy, new),
            CommandHandler("forget", forgetting.forget, new),
            CommandHandler("remember", forgetting.remember, new),
            CommandHandler("mute", muting.mute, new),
            CommandHandler("unmute", muting.unmute, new),
            CommandHandler("notsame", not_same.command, new),
            CommandHandler("settings", settings.command, new),
            CommandHandler("undo", undo.command, new),
            CommandHandler("language", language.command, new),
            MessageHandler(TAKES_BACK & new, undo.sign),
            MessageHandler(filters.ChatType.PRIVATE & filters.TEXT & new, asked.other),
            # What is written to the bot in other chats.
            InlineQueryHandler(InlineHandlers(lookback).asked),
            # Buttons, by what their data says.
            CallbackQueryHandler(albums.stop, keyboards.STOP),
            CallbackQueryHandler(albums.button, keyboards.ALBUM),
            CallbackQueryHandler(find.more, keyboards.FIND),
            CallbackQueryHandler(forgetting.button, keyboards.FORGET),
            CallbackQueryHandler(not_same.button, keyboards.NOT_SAME),
            CallbackQueryHandler(settings.button, settings_keyboard.SET),
            CallbackQueryHandler(language.button, keyboards.LANGUAGE),
        ]
    )

    async def turn_over(update: Update, _: object) -> None:
        await lookback.inbox.turn_over(update.update_id)

    app.add_handler(TypeHandler(Update, turn_over), group=LAST)
    app.add_error_handler(ErrorHandlers(lookback).on_error)
