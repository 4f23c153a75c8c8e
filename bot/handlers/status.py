"""`/status`: what is remembered here, and what is wrong."""

from telegram import Update
from telegram.ext import ContextTypes

from bot import texts
from bot.handlers.incoming import place
from bot.handlers.rights import Rights, own_rights
from bot.lookback import Lookback
from bot.texts import log_chat, settings

Context = ContextTypes.DEFAULT_TYPE


class StatusHandlers:
    """Facts from the store and from Telegram."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback

    async def status(self, update: Update, context: Context) -> None:
        """`/status`."""
        chat = update.effective_chat
        assert chat is not None
        photos = self._lookback.photos
        counts, disk = await photos.counts(chat.id), await photos.disk()
        problems = _problems(await own_rights(context.bot, chat))
        manners = await self._lookback.manners.at(chat.id, place(update).thread_id)
        if manners.log_chat is not None and not await self._lookback.log_chat.confirmed(chat.id, manners):
            problems = (*problems, log_chat.lost())
        now = texts.Status(
            counts.photos, counts.without_vector, counts.pending, counts.failed, counts.muted, counts.unanswered,
            photos.model.id, self._lookback.indexer.problem, *disk, counts.last_update_at, problems,
            settings.unusual(manners),
        )  # fmt: skip
        await self._lookback.reply(update, place(update), texts.status(now))


def _problems(rights: Rights) -> tuple[str, ...]:
    found = [texts.privacy_problem()] if rights.hears_photos is False else []
    found += [texts.media_problem()] if rights.may_send_photos is False else []
    unknown = None in (rights.hears_photos, rights.may_send_photos)
    return (*found, texts.rights_not_checked()) if unknown else tuple(found)
