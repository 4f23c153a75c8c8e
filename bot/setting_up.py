"""The use case of `/settings`: what is shown of a chat or a topic, and what a press sets."""

from dataclasses import dataclass
from enum import Enum, auto

from bot.choices import DONE, MAIN, PAGES, THERE, View, values
from bot.log_chat import Choice, LogChat
from bot.manners import GENERAL, WHOLE_CHAT, ChatManners
from bot.photos import Photos


class Why(Enum):
    """Why a press has no effect."""

    OUTDATED = auto()  # no such button is there, or not here
    NOTHING_OFFERED = auto()
    SAME_CHAT = auto()
    NOT_BOTH = auto()


class NotSet(Exception):
    """A press has no effect; `why` is for the one who pressed."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.name)
        self.why = why


@dataclass(frozen=True, slots=True)
class Where:
    """Where `/settings` was opened; `topic` None outside forums, the General topic has a number as well."""

    chat_id: int
    topic: int | None


@dataclass(frozen=True, slots=True)
class Press:
    """What the data of a button says: a page of a topic (or of WHOLE_CHAT), and perhaps an option of it."""

    thread: int
    page: str
    option: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """The page that a press leads to."""

    view: View
    page: str
    is_set: bool


class SettingUp:
    """Who may press is the handlers' to ask; here nothing is set but what a button of ours could have set."""

    def __init__(self, photos: Photos, manners: ChatManners, log_chat: LogChat) -> None:
        self._photos, self._manners, self._log_chat = photos, manners, log_chat

    async def view(self, place: Where, thread: int | None = None) -> View:
        """What is set for a topic, or the whole chat; None: for the topic where it was opened, if it is one."""
        thread = (place.topic or WHOLE_CHAT) if thread is None else thread
        if place.topic is None and await self._manners.own(place.chat_id, GENERAL):
            await self._manners.drop(place.chat_id, GENERAL)  # topics were switched off: else it held, unseen
        own, manners = await self._manners.own(place.chat_id, thread), await self._manners.of(place.chat_id, thread)
        return View(place.topic, thread, manners, own, self._photos.rules.answer_photos, self._photos.clock())

    async def press(self, place: Where, press: Press, user_id: int) -> Shown:
        """Set what was pressed, if it sets something.

        Raises:
            NotSet: it has no effect. RightsUnknown: a log can't be confirmed.
        """
        _check(place, press)
        if press.option is None:
            return Shown(await self.view(place, press.thread), press.page, is_set=False)
        await self._set(place.chat_id, press, press.option, user_id)
        return Shown(await self.view(place, press.thread), PAGES[press.page].then or press.page, is_set=True)

    async def _set(self, chat_id: int, press: Press, option: str, user_id: int) -> None:
        if (press.page, option) == ("log", THERE):
            choice = await self._log_chat.choose(chat_id, user_id)
            if choice is not Choice.SET:
                raise NotSet(Why[choice.name])
            return
        chosen = values(press.page, option, for_topic=press.thread != WHOLE_CHAT)
        if chosen is None:
            raise NotSet(Why.OUTDATED)
        await self._manners.change(chat_id, press.thread, **chosen)


def _check(place: Where, press: Press) -> None:
    """Whether there is such a page here: a topic is set from itself alone, and not everything is a topic's to have."""
    for_topic = press.thread != WHOLE_CHAT
    page = PAGES.get(press.page)
    is_plain = press.page in (MAIN, DONE) and press.option is None
    if (for_topic and press.thread != place.topic) or (page is None and not is_plain):
        raise NotSet(Why.OUTDATED)
    if page is not None and page.whole_chat and for_topic:
        raise NotSet(Why.OUTDATED)
