"""How a photo is answered: one that came, as its chat wants it (`bot.unasked`), and one that is asked about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from telegram.constants import ChatAction

from bot import keyboards, texts
from bot.dismissing import Dismissing
from bot.matching import Found, Matching, Muted
from bot.photos import EventRow, Photos, Unreadable, Unseen
from bot.sending import Priority, Sender
from bot.showing import Place, Shower
from bot.texts import muting
from bot.tickets import StepTicket
from bot.tiers import Tier
from bot.timing import timed


@dataclass(frozen=True, slots=True)
class Log:
    """Another chat where an answer goes; `head` says there what it answers."""

    chat_id: int
    head: str


class Answers:
    """What a photo is like, the surest first, in one message; or a sentence."""

    def __init__(
        self, photos: Photos, matching: Matching, dismissing: Dismissing, sender: Sender, shower: Shower,
        problem: Callable[[], str | None],
    ) -> None:  # fmt: skip
        self._photos, self._matching, self._sender, self._shower = photos, matching, sender, shower
        self._dismissing, self._problem = dismissing, problem

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
        pictures = await self._shower.pictures([one.photo for one in found if _is_worth_showing(one)])
        if self._sender.limits.room(place.chat_id) < len(pictures):
            pictures = dict(list(pictures.items())[:1])  # the budget is short: one photo, and links to the others
        lines = [line(rank, one, shown=one.photo.id in pictures) for rank, one in enumerate(found, 1)]
        caption = texts.answer(lines)
        caption = texts.under(log.head, caption) if log else caption
        showing = [one.photo.id for one in found]
        await self._dismissing.note(event, found, {photo_id: place for place, photo_id in enumerate(pictures)})
        keyboard = keyboards.not_same([(one.number, one.tier) for one in lines])  # an album of photos takes none
        ticket = StepTicket.of(self._photos, event, "answer", end=True, showing=showing, chat_id=place.chat_id)
        wanted = (lambda: self._photos.is_fresh(event.sent_at)) if brief else (lambda: True)
        shown = tuple(pictures.values())
        await self._shower.show(
            ticket, place, shown, caption, priority, still_wanted=wanted, silent=brief, keyboard=keyboard
        )

    async def _say(self, event: EventRow, text: str) -> None:
        await self._shower.say(StepTicket.of(self._photos, event, "answer", end=True), Place.of(event), text)


def _is_worth_showing(found: Found) -> bool:
    """The same photo is in the chat already, just above: where it can be linked, words are enough."""
    return found.tier != Tier.SAME or _link(found) is None


def _link(found: Found) -> str | None:
    return texts.message_link(found.photo.chat_id, found.photo.origin_chat_id, found.photo.message_id)


def line(number: int, found: Found, *, shown: bool) -> texts.Line:
    """How a picture is told."""
    photo, tier = found.photo, TIERS[found.tier]
    return texts.Line(
        number, tier, found.percent, photo.sender_name, photo.sent_at, _link(found), shown, found.again, found.later
    )


TIERS: dict[Tier, Literal["same", "edited", "related"]] = {
    Tier.SAME: "same", Tier.EDITED: "edited", Tier.RELATED: "related",
}  # fmt: skip
