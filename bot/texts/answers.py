"""What a photo is answered with."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.texts.language import _, ngettext
from bot.texts.layout import CAPTION_LIMIT, day, escape, fit, name
from bot.texts.reasons import of_model, of_photo


@dataclass(frozen=True, slots=True)
class Line:
    """One ranked photo: `percent` is its similarity, `link` is None where a message can't be linked, `shown` tells
    whether it is in the message itself."""

    percent: int
    who: str
    sent_at: float
    link: str | None
    shown: bool


def answer(lines: Sequence[Line]) -> str:
    """The caption under the most similar photos."""
    head = ngettext("Similar photo from before:", "Similar photos from before:", len(lines))
    shown = [str(rank) for rank, line in enumerate(lines, 1) if line.shown]
    some = 0 < len(shown) < len(lines)
    tail = _("(shown here: {ranks})").format(ranks=", ".join(shown)) if some else ""
    return fit(head, [_line(rank, line) for rank, line in enumerate(lines, 1)], tail, CAPTION_LIMIT)


def _line(rank: int, line: Line) -> str:
    facts = {"rank": rank, "percent": line.percent, "who": name(line.who), "day": day(line.sent_at)}
    if line.link is None:
        return _("{rank}. {percent}% · {who} · {day}").format(**facts)
    return _('{rank}. {percent}% · {who} · {day} · <a href="{link}">open</a>').format(**facts, link=escape(line.link))


def nothing_similar() -> str:
    return _("No photo in this chat is similar enough to this one.")


def similar_needs_a_photo() -> str:
    return _("Reply to a photo with /similar, and I look for others like it.")


def photo_failed(reason: str) -> str:
    return _("I could not look at this picture: {reason}.").format(reason=escape(of_photo(reason)))


def photo_waits(problem: str | None) -> str:
    if problem:
        return _("This photo is remembered and waits for the model. {problem}").format(
            problem=escape(of_model(problem))
        )
    return _("This photo is remembered, but I have not looked at it yet; try again in a moment.")
