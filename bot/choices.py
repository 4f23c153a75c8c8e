"""What the buttons of `/settings` can set: nothing else that a client may send has an effect."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.manners import WHOLE_CHAT, Manners, Mode, Strictness
from bot.texts.language import LANGUAGES

Value = str | int | None

THERE = "there"
"""The option of the page "log" that depends on who presses."""
AS_CHAT = "chat"
"""The option of a topic that has nothing of its own."""
MAIN, DONE = "main", "done"
CLOCKS = (
    -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -120, -60, 0, 60, 120, 180, 210, 240, 270,
    300, 330, 345, 360, 390, 420, 480, 525, 540, 570, 600, 630, 660, 720, 765, 780, 840,
)  # fmt: skip
"""Minutes by which the clocks of inhabited places are ahead of UTC (IANA time zone database, as of 2024)."""
QUIET = ((22, 7), (23, 8), (0, 6))
"""Usual quiet hours, offered at once."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page with options.

    Attributes:
        options: what each sets, values by fields of `Manners`, by what stands in the button's data.
        columns: buttons in a row.
        back: the page above.
        then: the page that is shown once an option was chosen; None: this one.
        whole_chat: whether a topic has no such setting of its own.
    """

    options: Mapping[str, Mapping[str, Value]]
    columns: int = 1
    back: str = MAIN
    then: str | None = None
    whole_chat: bool = False

    @property
    def fields(self) -> frozenset[str]:
        """The fields of `Manners` that it sets."""
        return frozenset(name for values in self.options.values() for name in values)


def _of(field: str, *values: Value) -> dict[str, dict[str, Value]]:
    return {str(value): {field: value} for value in values}


def _quiet(start: int, end: int) -> dict[str, Value]:
    return {"quiet_from": start, "quiet_until": end}


PAGES: Mapping[str, Page] = {
    "mode": Page(_of("mode", *(mode.value for mode in Mode))),
    "strict": Page(_of("strictness", *(one.value for one in Strictness))),
    "photos": Page(_of("photos", *range(1, 11)), columns=5),
    "leeway": Page(_of("leeway", 0, 60, 300, 900, 3600, 86400), columns=2),
    "quiet": Page({"off": _quiet(0, 0)} | {f"{start}-{end}": _quiet(start, end) for start, end in QUIET}),
    "from": Page(_of("quiet_from", *range(24)), columns=6, back="quiet", then="until"),
    "until": Page(_of("quiet_until", *range(24)), columns=6, back="quiet", then="quiet"),
    "clock": Page(_of("utc_offset", *CLOCKS), columns=4, back="quiet", then="quiet", whole_chat=True),
    "log": Page({"here": {"log_chat": None, "log_setter": None}}, whole_chat=True),
    "language": Page(_of("language", *LANGUAGES), whole_chat=True),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """What a page of `/settings` shows, and where.

    Attributes:
        topic: the forum topic in which it was opened; None outside forums.
        thread: what it sets: that topic, or WHOLE_CHAT.
        own: names of what is set for the topic itself.
        photos: how many photos an answer shows where that is not set.
        now: Unix seconds.
    """

    topic: int | None
    thread: int
    manners: Manners
    own: Collection[str]
    photos: int
    now: float

    @property
    def for_topic(self) -> bool:
        """Whether it sets a topic, not the whole chat."""
        return self.thread != WHOLE_CHAT

    def chosen(self, page: str) -> str | None:
        """The option of a page that is in force."""
        if self.for_topic and not PAGES[page].fields & set(self.own):
            return AS_CHAT
        if page == "quiet" and self.manners.quiet is None:
            return "off"
        if page == "log" and self.manners.log_chat is not None:
            return THERE
        if page == "photos":
            return str(self.manners.photos or self.photos)
        for option, values in PAGES[page].options.items():
            if all(getattr(self.manners, name) == value for name, value in values.items()):
                return option
        return None


def values(page: str, option: str, *, for_topic: bool) -> Mapping[str, Value] | None:
    """What a press sets; None takes a value back. No mapping where no such button exists."""
    found = PAGES.get(page)
    if found is None or (found.whole_chat and for_topic):
        return None
    if for_topic and option == AS_CHAT and found.back == MAIN:
        return dict.fromkeys(found.fields)
    return found.options.get(option)
