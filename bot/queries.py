"""What `/find` was asked for, read from the words after it: what to look for, what not, and among which photos.

The grammar, in which a part is a word or several in quotation marks:

    query  = { part | "+" part | "-" part | "-n" part | filter }
    filter = ("from:" | "since:" | "until:" | "in:") part

Plain parts make one text together; each other part is a text of its own. Pure: who "Ann" is, is asked elsewhere.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

LONGEST = 200
"""Characters of a query."""
MINUS = "-−–—"
"""What phones make of a minus sign; the first is typed, the others are put in its place."""
HERE, GENERAL = "here", "general"
ME = "me"

_QUOTES = str.maketrans("“”„‟«»", '""""""')
_TOKEN = re.compile(
    rf'(?P<head>[+{re.escape(MINUS)}]|(?:from|since|until|in):)?(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+|"))?',
    re.IGNORECASE,
)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


class QueryError(Exception):
    """The query can't be understood; `text` is the part of it that is wrong."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.text = text


class TooLong(QueryError):
    """More than `LONGEST` characters."""


class Unfinished(QueryError):
    """A sign or a filter with nothing after it."""


class NoDate(QueryError):
    """Neither a year, nor a month, nor a day."""


class NoTopic(QueryError):
    """Neither `here`, nor `general`, nor a topic's number."""


class UpsideDown(QueryError):
    """It ends before it begins."""


@dataclass(frozen=True, slots=True)
class Query:
    """Texts to look for and texts to keep away from, and filters. Times in Unix seconds, UTC; `until` is outside.

    Attributes:
        senders: as they were typed; `ME` is the asker, `#17` the person with the id 17.
        topic: None for all, `HERE`, `GENERAL`, or a thread id.
    """

    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    since: float | None = None
    until: float | None = None
    topic: str | int | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether it is not about all photos of the chat."""
        return bool(self.senders) or (self.since, self.until, self.topic) != (None, None, None)

    @property
    def echo(self) -> str:
        """The texts as they could be typed again."""
        plus = [part if number == 0 else f"+{part}" for number, part in enumerate(self.plus)]
        return " ".join([*plus, *(f"−{part}" for part in self.minus)])

    def as_json(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "plus": list(self.plus), "minus": list(self.minus), "senders": list(self.senders), "since": self.since,
            "until": self.until, "topic": self.topic,
        }  # fmt: skip


def is_other_script(text: str) -> bool:
    """Whether there are letters in it that are not Latin."""
    return any(sign.isalpha() and not unicodedata.name(sign, "").startswith("LATIN") for sign in text)


def from_json(values: dict[str, Any]) -> Query:
    """The opposite of `Query.as_json`."""
    lists = {name: tuple(values[name]) for name in ("plus", "minus", "senders")}
    return Query(**lists, since=values["since"], until=values["until"], topic=values["topic"])


@dataclass(slots=True)
class _Reading:
    """What has been read so far; `plain` are the words without a sign."""

    plain: list[str] = field(default_factory=list)
    plus: list[str] = field(default_factory=list)
    minus: list[str] = field(default_factory=list)
    values: dict[str, list[str]] = field(default_factory=dict)

    def take(self, head: str, part: str) -> None:
        if head == "":
            self.plain.append(part)
        elif head == "+":
            self.plus.append(part)
        elif head == "-":
            self.minus.append(part)
        else:
            self.values.setdefault(head, []).append(part)


def parse(text: str) -> Query:
    """Read what stands after the command.

    Raises:
        QueryError: a subclass says what is wrong with it.
    """
    text = " ".join(text.translate(_QUOTES).split())
    if len(text) > LONGEST:
        raise TooLong(text)
    read = _Reading()
    for head, part in _parts(text):
        read.take(head, part)
    plain = " ".join(read.plain)
    since = [_period(one)[0] for one in read.values.get("since", [])]
    until = [_period(one)[1] for one in read.values.get("until", [])]
    topics = [_topic(one) for one in read.values.get("in", [])]
    begins, ends = max(since, default=None), min(until, default=None)
    if begins is not None and ends is not None and begins >= ends:
        raise UpsideDown
    senders = tuple(one.lstrip("@") or one for one in read.values.get("from", []))
    plus = (*([plain] if plain else []), *read.plus)
    return Query(plus, tuple(read.minus), senders, begins, ends, topics[-1] if topics else None)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Each part with what stands before it: "", "+", "-", or a filter's name. An empty part in quotes says nothing."""
    head = ""
    for found in _TOKEN.finditer(text):
        if not found[0]:
            continue
        own = _head(found["head"] or "")
        part = (found["quoted"] if found["quoted"] is not None else found["bare"] or "").strip()
        if own == "-" and part == "n" and found["quoted"] is None and text[found.end() : found.end() + 1] in ("", " "):
            own, part = "-", ""  # "-n people": the next part is meant
        if head and own:
            raise Unfinished(head)
        head = head or own
        if part:
            yield head, part
            head = ""
        elif found["quoted"] is not None:
            head = ""
    if head:
        raise Unfinished(head)


def _head(typed: str) -> str:
    return "-" if typed and typed in MINUS else typed.lower().rstrip(":")


def _period(typed: str) -> tuple[float, float]:
    """The beginning of a year, a month or a day, and its end, UTC."""
    found = _DATE.fullmatch(typed)
    if found is None or int(found[1]) < 1970:
        raise NoDate(typed)
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    try:
        begins = datetime(year, month, day, tzinfo=UTC)
        if found[3]:
            return begins.timestamp(), begins.timestamp() + 86400
        year, month = (year, month + 1) if found[2] and month < 12 else (year + 1, 1)
        return begins.timestamp(), datetime(year, month, 1, tzinfo=UTC).timestamp()
    except ValueError:
        raise NoDate(typed) from None


def _topic(typed: str) -> str | int:
    if typed.lower() in (HERE, GENERAL):
        return typed.lower()
    if typed.isascii() and typed.isdigit() and len(typed) <= 18:
        return int(typed)
    raise NoTopic(typed)
