"""Joins the parts; opens in `post_init`, closes in `post_shutdown`. The list of handlers is in `bot.routes`."""

import logging
import os
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from telegram import LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.ext import ApplicationBuilder, Defaults
from telegram.request import BaseRequest, HTTPXRequest
from telegram.warnings import PTBDeprecationWarning

from bot import texts, vocabulary
from bot.answers import Answers
from bot.clustering import Clustering
from bot.config import Settings
from bot.correcting import Correcting
from bot.dismissing import Dismissing
from bot.finding import Finding
from bot.finds import Finds
from bot.forgetting import Forgetting, Keeping
from bot.inbox import Inbox, Wanted
from bot.indexing import Indexer
from bot.inlining import Inlining
from bot.introducing import introduce
from bot.jobs import Jobs
from bot.languages import Languages
from bot.limits import Limits
from bot.log_chat import LogChat
from bot.lookback import Lookback
from bot.manners import ChatManners
from bot.matching import Matching
from bot.memberships import Memberships
from bot.muting import Muting
from bot.overviews import Overviews
from bot.photos import Photos, Rules
from bot.picturing import Picturing
from bot.polling import ListeningBot, watch
from bot.routes import ALLOWED_UPDATES, App, add_handlers
from bot.sending import Sender
from bot.setting_up import SettingUp
from bot.showing import Shower
from bot.sorting import Sorting
from bot.texts import language
from bot.thresholds import Thresholds
from bot.thumbnails import Thumbnails
from bot.turns import Turns
from bot.unasked import Unasked
from bot.undoing import Undoing
from bot.vision.clip import Clip
from bot.vision.model import ImageModel
from bot.worker import Workers

logger = logging.getLogger(__name__)


def build(
    settings: Settings,
    *,
    request: BaseRequest | None = None,
    clip: ImageModel | None = None,
    limits: Limits | None = None,
) -> App:
    """Join the whole bot. The arguments stand in for Telegram, the model and the limits in tests and the sandbox."""
    limits, workers = limits or Limits(), Workers()
    commands = {*texts.ADMIN_COMMANDS, *texts.PRIVATE_COMMANDS}
    rules = Rules(settings.threshold, settings.answer_photos, settings.album_wait, settings.fresh)
    photos = Photos(workers, clip or Clip(settings.model, settings.device), rules)

    def stop() -> None:  # before PTB waits for what is in work
        limits.close()
        photos.closing.set()

    inbox = Inbox(Wanted(settings.allowed_chats, commands), on_stop=stop)
    manners = ChatManners(photos)
    languages = Languages(manners)
    app = _application(settings, inbox, request, Turns(languages))
    sender = Sender(limits)
    shower = Shower(app.bot, sender, workers)
    sorting, muting, thumbnails = Sorting(photos), Muting(photos), Thumbnails(app.bot)
    overviews = Overviews(photos, sorting)
    clustering = Clustering(app.bot, photos, sorting, sender, shower, thumbnails, settings.cluster_albums)
    picturing = Picturing(photos, overviews, shower, thumbnails)
    thresholds = Thresholds(photos, manners)
    matching, finding = Matching(photos, manners, muting, thresholds), Finding(photos, muting, thresholds)
    dismissing, undoing = Dismissing(photos), Undoing(app.bot, photos)
    answers = Answers(photos, matching, dismissing, sender, shower, problem=lambda: indexer.problem)
    log_chat = LogChat(app.bot, photos, manners)
    unasked = Unasked(photos, manners, languages, matching, shower, answers, log_chat)
    quick = {"photo": unasked.photo, "similar": answers.similar, "stats": picturing.stats}
    long = {"cluster": clustering.cluster, "album": clustering.album, "map": picturing.map}
    finds = Finds(app.bot, photos, finding, sender, shower, problem=lambda: indexer.problem)
    jobs = Jobs(workers, languages, {"quick": quick, "words": {"find": finds.find}, "long": long})
    indexer = Indexer(
        app.bot, workers, photos.model, batch=settings.batch, max_pixels=settings.max_pixels, on_ready=jobs.wake
    )
    keeping = Keeping(settings.retention_days, settings.grace_days)
    forgetting = Forgetting(photos, keeping, on_forgotten=thumbnails.forget)
    lookback = Lookback(
        photos,
        sender,
        shower,
        indexer,
        jobs,
        inbox,
        forgetting,
        manners,
        undoing,
        log_chat,
        SettingUp(photos, manners, log_chat),
        muting,
        sorting,
        overviews,
        finding,
        Inlining(photos, finding, Memberships(app.bot), inbox.wanted.allows),
        Correcting(app.bot, photos, dismissing, sender, shower, undoing),
    )
    add_handlers(app, lookback)
    app.bot_data["lookback"] = lookback
    app.post_init = partial(_open, lookback, settings)
    app.post_stop = partial(_stop, lookback)
    app.post_shutdown = partial(_close, lookback)
    return app


def _application(settings: Settings, inbox: Inbox, request: BaseRequest | None, turns: Turns) -> App:
    # PTB warns of its own `RetryAfter.retry_after` whenever Telegram asks for a pause; we read the timedelta behind it.
    warnings.filterwarnings("ignore", message=".*retry_after.*", category=PTBDeprecationWarning)
    defaults = Defaults(parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True))
    # Wide pools and patient timeouts: PTB's defaults give up a photo upload or a busy pool within seconds.
    ordinary = request or HTTPXRequest(
        connection_pool_size=64, pool_timeout=30, read_timeout=30, write_timeout=30, media_write_timeout=120
    )
    polling = request or HTTPXRequest(connection_pool_size=2, pool_timeout=10, read_timeout=20)
    bot = ListeningBot(
        settings.require_token(), base_url=f"{settings.api_url}/bot", base_file_url=f"{settings.api_url}/file/bot",
        request=ordinary, get_updates_request=polling, defaults=defaults,
    )  # fmt: skip
    builder: Any = ApplicationBuilder().bot(bot).update_queue(inbox).job_queue(None)
    app: App = builder.concurrent_updates(turns).build()
    return app


async def _open(lookback: Lookback, settings: Settings, app: App) -> None:
    """Before the first poll: the store, and the loops that work from it. The model loads meanwhile."""
    photos = lookback.photos
    await photos.workers.load(language.load)
    await photos.workers.load(vocabulary.load, language.LANGUAGES)
    await photos.open(settings.database)
    for old, new in await photos.migrations():
        lookback.inbox.wanted.allow_as(old, new)
    lookback.inbox.open(app.bot, photos.store, photos.workers.store)
    lookback.jobs.start(
        photos.store,
        partial(lookback.indexer.run, photos.store),
        lookback.forgetting.run,
        partial(introduce, app.bot),
        partial(watch, app.bot, partial(_end, app)),
    )
    logger.info("Lookback is up as @%s, model %s, database %s", app.bot.username, photos.model.id, settings.database)


def _end(app: App) -> None:
    app.bot_data["silent"] = True
    app.stop_running()


async def _stop(lookback: Lookback, _: App) -> None:
    await lookback.jobs.stop()


async def _close(lookback: Lookback, _: App) -> None:
    """Also after a start that failed halfway."""
    await lookback.jobs.stop()
    await lookback.photos.close()
    lookback.photos.workers.close()


@asynccontextmanager
async def running(app: App) -> AsyncIterator[App]:
    """Poll and work until the block ends, in the order of `Application.run_polling` but on a loop that runs already."""
    assert app.updater is not None
    try:
        await app.initialize()
        await app.post_init(app)  # type: ignore[misc]
        await app.updater.start_polling(allowed_updates=ALLOWED_UPDATES)
        await app.start()
        yield app
    finally:
        if app.updater.running:
            await app.updater.stop()
        if app.running:
            await app.stop()
            await app.post_stop(app)  # type: ignore[misc]
        await app.shutdown()
        await app.post_shutdown(app)  # type: ignore[misc]


def run(settings: Settings) -> int:
    """Run until a signal; the exit code (1 where polling was silent for too long, for the supervisor)."""
    app = build(settings)
    if settings.webhook_url is None:
        app.run_polling(allowed_updates=ALLOWED_UPDATES, bootstrap_retries=-1)
    else:
        app.run_webhook(**webhook(settings), bootstrap_retries=-1)
    code = 1 if app.bot_data.get("silent") else 0
    if app.bot_data["lookback"].photos.workers.load.busy:
        # All is closed but a model that is being fetched, for minutes perhaps; Python would wait for its thread.
        logging.shutdown()
        os._exit(code)
    return code


def webhook(settings: Settings) -> dict[str, Any]:
    """The arguments of PTB's webhook. One connection at a time keeps the order (Bot API, setWebhook)."""
    assert settings.webhook_url is not None
    assert settings.webhook_secret is not None
    return {
        "listen": settings.webhook_listen,
        "port": settings.webhook_port,
        "url_path": urlsplit(settings.webhook_url).path.lstrip("/"),
        "webhook_url": settings.webhook_url,
        "secret_token": settings.webhook_secret.get_secret_value(),
        "max_connections": 1,
        "allowed_updates": ALLOWED_UPDATES,
    }
