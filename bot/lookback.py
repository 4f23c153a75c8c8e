"""What the handlers work with: the use cases, and the one way to reply to an update."""

from dataclasses import dataclass

from telegram import InlineKeyboardMarkup, Update
from telegram.ext import ApplicationHandlerStop

from bot.correcting import Correcting
from bot.finding import Finding
from bot.forgetting import Forgetting
from bot.inbox import Inbox
from bot.indexing import Indexer
from bot.inlining import Inlining
from bot.jobs import Jobs
from bot.limits import LimitsClosed
from bot.log_chat import LogChat
from bot.manners import ChatManners
from bot.muting import Muting
from bot.overviews import Overviews
from bot.photos import Photos
from bot.sending import Lost, NotSent, Sender
from bot.setting_up import SettingUp
from bot.showing import Place, Shower
from bot.sorting import Sorting
from bot.tickets import UpdateTicket
from bot.undoing import Undoing


@dataclass(frozen=True, slots=True)
class Lookback:
    """The parts of a running bot, joined by `bot.app.build`."""

    photos: Photos
    sender: Sender
    shower: Shower
    indexer: Indexer
    jobs: Jobs
    inbox: Inbox
    forgetting: Forgetting
    manners: ChatManners
    undoing: Undoing
    log_chat: LogChat
    setting_up: SettingUp
    muting: Muting
    sorting: Sorting
    overviews: Overviews
    finding: Finding
    inlining: Inlining
    correcting: Correcting

    async def reply(
        self, update: Update, place: Place, text: str, *, keyboard: InlineKeyboardMarkup | None = None,
        even_late: bool = False,
    ) -> None:  # fmt: skip
        """Answer an update at once, at most once; its inbox row is ended by what becomes of the message.

        Args:
            even_late: answer a question from a backlog, too: it had an effect that someone waits for.
        """
        message = update.message
        if message is not None and not even_late and not self.photos.is_fresh(message.date.timestamp()):
            return  # asked while the bot was down; the row ends without an answer
        ticket = UpdateTicket(self.photos.store, self.photos.workers.store, update.update_id)
        try:
            await self.shower.say(ticket, place, text, keyboard=keyboard)
        except LimitsClosed:
            raise ApplicationHandlerStop from None  # the program ends: the row stays queued
        except Lost:
            return  # counted by its ticket
        except NotSent:
            await self.inbox.turn_over(update.update_id)

    def wake(self) -> None:
        """Something was stored that jobs wait for."""
        self.indexer.wake()
        self.jobs.wake()
