"""How `/find` is answered: the best as one album with their ranks, and a button where there are more.

An album can't carry a button (Bot API, sendMediaGroup has no reply_markup), so a short message after it does. Both
count against the group's budget; where that is short, one photo stands for all, with links to the others and the
button under it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from telegram import Bot
from telegram.constants import ChatAction

from bot import keyboards, texts
from bot.finding import PAGE, Finding, NoPhotos, Page, Request, UnknownSender, request_of
from bot.matching import Muted
from bot.photos import EventRow, PhotoRow, Photos, Unreadable, Unseen
from bot.sending import AlreadySent, Priority, Sender
from bot.showing import Place, Shower
from bot.texts import finding, muting
from bot.tickets import StepTicket
from bot.timing import timed
from bot.vision.model import ModelUnavailable

ACTION_LASTS = 4.5
"""Seconds after which a chat action is shown again (it lasts 5): the text tower may have to be fetched first."""


class Finds:
    """The job of the kind `find`. Every outcome has its sentence, but a button that is pressed twice."""

    def __init__(
        self, bot: Bot, photos: Photos, found: Finding, sender: Sender, shower: Shower,
        problem: Callable[[], str | None],
    ) -> None:  # fmt: skip
        self._bot, self._photos, self._finding, self._sender, self._shower = bot, photos, found, sender, shower
        self._problem = problem

    async def find(self, event: EventRow) -> None:
        """Answer `/find`, or its button for more."""
        asked = request_of(event)
        if asked is None or await self._is_repeated(event, asked):
            return
        async with self._visibly(event):
            answer = await self._found(event, asked)
        if isinstance(answer, str):
            await self._shower.say(self._ticket(event, end=True), _place(event, asked), answer)
        else:
            await self._show(event, asked, answer)
        await self._put_away(event, asked)

    async def _is_repeated(self, event: EventRow, asked: Request) -> bool:
        return asked.keyboard is not None and await self._finding.asked_before(event)

    @asynccontextmanager
    async def _visibly(self, event: EventRow) -> AsyncIterator[None]:
        """Show in the chat that something is on its way, until the block ends."""

        async def tell() -> None:
            while True:
                await self._shower.action(Place.of(event), ChatAction.TYPING)
                await asyncio.sleep(ACTION_LASTS)

        telling = asyncio.create_task(tell())
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    async def _found(self, event: EventRow, asked: Request) -> Page | str:
        """The photos, or the sentence that says why there are none."""
        try:
            page = await self._finding.find(event, asked)
        except Unreadable as error:
            return texts.photo_failed(str(error))
        except Muted:
            return muting.similar_to_muted()
        except Unseen:
            return texts.photo_waits(self._problem())
        except UnknownSender as error:
            return finding.unknown_sender(str(error))
        except NoPhotos:
            return finding.nothing_fits() if asked.query.is_filtered else finding.no_photos()
        except ModelUnavailable as error:
            return finding.words_unavailable(str(error))
        return page if page.photos else finding.nothing_near(asked.query.echo, self._note(asked))

    def _note(self, asked: Request) -> str | None:
        words = " ".join((*asked.query.plus, *asked.query.minus))
        return finding.english_only() if self._finding.may_not_understand(words) else None

    async def _show(self, event: EventRow, asked: Request, page: Page) -> None:
        """The album and the message with the button are two steps: after a restart the first is not sent again."""
        with timed("answer", event.chat_id, [event.message_id]):
            pictures = await self._shower.pictures(page.photos)
            keyboard = keyboards.more_found(event.id, asked.offset + PAGE, page.left)
            if self._sender.limits.room_of_chat(event.chat_id) < len(pictures) + (keyboard is not None):
                pictures = dict(list(pictures.items())[:1])
            shown = list(pictures.values())
            apart = keyboard is not None and len(shown) > 1
            caption = self._caption(asked, page, list(pictures))
            ticket = self._ticket(event, end=not apart, showing=[photo.id for photo in page.photos])
            send = partial(self._shower.show, ticket, _place(event, asked), shown, caption, Priority.COMMAND)
            try:
                await send(keyboard=None if apart else keyboard)
            except AlreadySent:
                if not apart:
                    raise
        if apart:
            place = Place(event.chat_id, event.thread_id, None)
            ticket = StepTicket.of(self._photos, event, "more", end=True)
            await self._shower.show(
                ticket, place, (), finding.more_left(page.left), Priority.COMMAND, keyboard=keyboard, silent=True
            )

    def _ticket(self, event: EventRow, *, end: bool, showing: Sequence[int] = ()) -> StepTicket:
        return StepTicket.of(self._photos, event, "answer", end=end, showing=showing)

    def _caption(self, asked: Request, page: Page, shown: Sequence[int]) -> str:
        lines = [_line(photo, shown=photo.id in shown) for photo in page.photos]
        return finding.caption(asked.query.echo, lines, page.first, page.total, self._note(asked))

    async def _put_away(self, event: EventRow, asked: Request) -> None:
        """Take the pressed button away: what it stood for is in the chat."""
        if asked.keyboard is not None and event.reply_to is not None:
            call = partial(self._bot.edit_message_reply_markup, event.chat_id, asked.keyboard, reply_markup=None)
            await self._sender.attempt(event.chat_id, call)


def _place(event: EventRow, asked: Request) -> Place:
    """In reply to the question; what a button brings stands below it, to nobody's disturbance."""
    return Place.of(event) if asked.keyboard is None else Place(event.chat_id, event.thread_id, None)


def _line(photo: PhotoRow, *, shown: bool) -> finding.Line:
    link = texts.message_link(photo.chat_id, photo.origin_chat_id, photo.message_id)
    return finding.Line(photo.sender_name, photo.sent_at, link, shown)
