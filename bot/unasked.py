"""What becomes of a photo that nobody asked about: an answer, a reaction, or nothing, by the manners of its chat."""

import logging

from bot.answers import Answers
from bot.manners import ChatManners, Mode
from bot.matching import Matching
from bot.photos import EventRow, Photos
from bot.sending import AlreadySent, Stale
from bot.showing import Place, Shower
from bot.tickets import StepTicket

logger = logging.getLogger(__name__)

REACTION = "👀"
"""One of the emoji that a bot may react with (Bot API, ReactionTypeEmoji)."""


class Unasked:
    """Silence is the default: a photo is answered only where something is like it, and where the chat wants it."""

    def __init__(
        self, photos: Photos, manners: ChatManners, matching: Matching, shower: Shower, answers: Answers
    ) -> None:
        self._photos, self._manners, self._matching = photos, manners, matching
        self._shower, self._answers = shower, answers

    async def photo(self, event: EventRow) -> None:
        """Answer a photo, or an album as one, with the most similar earlier photos."""
        if not self._photos.is_fresh(event.sent_at):
            raise Stale
        manners = await self._manners.at(event.chat_id, event.thread_id)
        if manners.mode in (Mode.DEMAND, Mode.OFF) or manners.is_quiet(self._photos.clock()):
            return
        found = await self._matching.similar_earlier(event)
        if found and manners.mode is Mode.REACTION:
            await self._react(event)
        elif found:
            await self._answers.unasked(event, found)

    async def _react(self, event: EventRow) -> None:
        """A reaction only adorns: where the chat refuses it (td#1928) there is silence, and it is not tried again."""
        ticket = StepTicket.of(self._photos, event, "answer", end=True)
        if not await ticket.begin():
            raise AlreadySent
        if await self._shower.react(Place.of(event), REACTION):
            await ticket.sent([])
        else:
            await ticket.release()
