"""What becomes of a photo that nobody asked about: an answer, a reaction, or nothing, by the manners of its chat."""

from collections.abc import Sequence

from bot import texts
from bot.answers import Answers, Log
from bot.languages import Languages
from bot.log_chat import LogChat
from bot.manners import ChatManners, Manners, Mode
from bot.matching import Found, Matching
from bot.photos import EventRow, Photos
from bot.sending import AlreadySent, Stale
from bot.showing import Place, Shower
from bot.texts import log_chat
from bot.texts.language import speaking
from bot.tickets import StepTicket
from bot.tiers import Tier

REACTIONS = {Tier.SAME: "💯", Tier.EDITED: "✍", Tier.RELATED: "👀"}
"""Of the emoji that a bot may react with (Bot API, ReactionTypeEmoji)."""


class Unasked:
    """Silence is the default: a photo is answered only where something is like it, and where the chat wants it."""

    def __init__(
        self, photos: Photos, manners: ChatManners, languages: Languages, matching: Matching, shower: Shower,
        answers: Answers, log: LogChat,
    ) -> None:  # fmt: skip
        self._photos, self._manners, self._languages, self._matching = photos, manners, languages, matching
        self._shower, self._answers, self._log = shower, answers, log

    async def photo(self, event: EventRow) -> None:
        """Answer a photo, or an album as one, with the most similar earlier photos."""
        if not self._photos.is_fresh(event.sent_at):
            raise Stale
        manners = await self._manners.at(event.chat_id, event.thread_id)
        if manners.mode in (Mode.DEMAND, Mode.OFF) or manners.is_quiet(self._photos.clock()):
            return
        found = await self._matching.similar_earlier(event)
        if manners.mode is Mode.SAME:
            found = [one for one in found if one.tier > Tier.RELATED]
        if found and manners.mode is Mode.REACTION:
            await self._react(event, max(one.tier for one in found))
        elif found and manners.log_chat is not None:
            await self._to_log(event, found, manners)
        elif found:
            await self._answers.unasked(event, found)

    async def _react(self, event: EventRow, tier: Tier) -> None:
        """A reaction only adorns: where the chat refuses it (td#1928) there is silence, and it is not tried again."""
        ticket = StepTicket.of(self._photos, event, "answer", end=True)
        if not await ticket.begin():
            raise AlreadySent
        if await self._shower.react(Place.of(event), REACTIONS[tier]):
            await ticket.sent([])
        else:
            await ticket.release()

    async def _to_log(self, event: EventRow, found: Sequence[Found], manners: Manners) -> None:
        """Answer in the log, in its language; where it is not confirmed at this moment, nowhere."""
        if manners.log_chat is None or not await self._log.confirmed(event.chat_id, manners):
            return
        title, who = await self._log.source(event)
        link = texts.message_link(event.chat_id, event.origin_chat_id, event.message_id)
        with speaking(await self._languages.of(manners.log_chat)):
            head = log_chat.head(title, who, link)
            await self._answers.unasked(event, found, Log(manners.log_chat, head))
