"""How a photo is answered: one that came, as its chat wants it (`bot.unasked`), and one that is asked about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from telegram.constants import ChatAction

from bot import texts
from bot.matching import Found, Matching, Muted
from bot.photos import EventRow, Photos, Unreadable, Unseen
from bot.sending import Priority, Sender
from bot.showing import Place, Shower
from bot.texts import muting
from bot.tickets import StepTicket
from bot.timing import timed


@dataclass(frozen=True, slots=True)
class Log:
    """Another chat where an answer goes; `head` says there what it answers."""

    chat_id: int
    head: str


class Answers:
    """Ranked photos in one message, or a sentence."""

    def __init__(
        self, photos: Photos, matching: Matching, sender: Sender, shower: Shower, problem: Callable[[], str | None]
    ) -> None:
        self._photos, self._matching, self._sender, self._shower = photos, matching, sender, shower
        self._problem = problem

    async def unasked(self, event: EventRow, found: Sequence[Found], log: Log | None = None) -> None:
        """Show what a photo that came is like, without a sound, in its chat or in the chat's log."""
        await self._show(event, found, Priority.ANSWER, brief=True, log=log)

    async def similar(self, event: EventRow) -> None:
        """Answer `/similar`: here silence would be rude, so every outcome has its sentence."""
        await self._shower.action(Place.of(event), ChatAction.TYPING)
        try:
            found = await self._matching.similar_to(event)
        except Unreadable as error:
            await self._say(event, texts.photo_failed(str(error)))
        except Muted:
            await self._say(event, muting.similar_to_muted())
        except Unseen:
            await self._say(event, texts.photo_waits(self._problem()))
        else:
            if found:
                await self._show(event, found, Priority.COMMAND, brief=False)
            else:
                await self._say(event, texts.nothing_similar())

    async def _show(
        self, event: EventRow, found: Sequence[Found], priority: Priority, *, brief: bool, log: Log | None = None
    ) -> None:
        with timed("answer", event.chat_id, [event.message_id]):
            await self._send(event, found, priority, brief=brief, log=log)

    async def _send(
        self, event: EventRow, found: Sequence[Found], priority: Priority, *, brief: bool, log: Log | None
    ) -> None:
        place = Place(log.chat_id, None, None) if log else Place.of(event)
        pictures = await self._shower.pictures([one.photo for one in found])
        if self._sender.limits.room(place.chat_id) < len(pictures):
            pictures = dict(list(pictures.items())[:1])  # the budget is short: one photo, and links to the others
        caption = texts.answer([_line(one, shown=one.photo.id in pictures) for one in found])
        caption = texts.under(log.head, caption) if log else caption
        showing = [one.photo.id for one in found]
        ticket = StepTicket.of(self._photos, event, "answer", end=True, showing=showing, chat_id=place.chat_id)
        wanted = (lambda: self._photos.is_fresh(event.sent_at)) if brief else (lambda: True)
        shown = tuple(pictures.values())
        await self._shower.show(ticket, place, shown, caption, priority, still_wanted=wanted, silent=brief)

    async def _say(self, event: EventRow, text: str) -> None:
        await self._shower.say(StepTicket.of(self._photos, event, "answer", end=True), Place.of(event), text)


def _line(found: Found, *, shown: bool) -> texts.Line:
    photo = found.photo
    link = texts.message_link(photo.chat_id, photo.origin_chat_id, photo.message_id)
    return texts.Line(found.percent, photo.sender_name, photo.sent_at, link, shown)
