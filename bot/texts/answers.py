"""What a photo is answered with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.texts.language import _, ngettext
from bot.texts.layout import CAPTION_LIMIT, day, escape, fit, name, number
from bot.texts.reasons import of_model, of_photo


@dataclass(frozen=True, slots=True)
class Line:
    """One picture of an answer. Numbers are kept where another line was taken out, so they don't just count lines.

    Attributes:
        tier: how sure it is: "same", "edited" or "related".
        percent: its similarity; told of related ones only, the others are judged by more than that.
        link: None where a message can't be linked.
        shown: whether it is in the message itself.
        again: how often a same photo was sent after that.
        later: whether a same photo came after the one that is asked about.
    """

    number: int
    tier: Literal["same", "edited", "related"]
    percent: int
    who: str
    sent_at: float
    link: str | None
    shown: bool
    again: int = 0
    later: bool = False


def answer(lines: Sequence[Line]) -> str:
    """What a photo was here before, and what it is like: the caption, or the text. Related ones have a heading."""
    told = [_line(line, numbered=len(lines) > 1 or line.tier == "related") for line in lines]
    related = [place for place, line in enumerate(lines) if line.tier == "related"]
    head = ngettext("Similar photo from before:", "Similar photos from before:", len(related)) if related else ""
    if related and related[0] > 0:
        told[related[0]], head = f"{head}\n{told[related[0]]}", ""
    return fit(head, told, _tail(lines), CAPTION_LIMIT)


def _tail(lines: Sequence[Line]) -> str:
    shown = [str(line.number) for line in lines if line.shown]
    some = 0 < len(shown) < len(lines)
    return _("(shown here: {ranks})").format(ranks=", ".join(shown)) if some else ""


def _line(line: Line, *, numbered: bool) -> str:
    said = {"same": _same, "edited": _edited, "related": _related}[line.tier](line)
    link = _('<a href="{link}">open</a>').format(link=escape(line.link)) if line.link else ""
    parts = [f"{line.number}. {said}" if numbered else said, *([link] if link else [])]
    return " · ".join(parts)


def _same(line: Line) -> str:
    facts = {"who": name(line.who), "day": day(line.sent_at), "count": number(line.again)}
    if line.later and line.again:
        return ngettext(
            "Same photo: {who} sent it again on {day}, and it came once more since",
            "Same photo: {who} sent it again on {day}, and it came {count} times more since",
            line.again,
        ).format(**facts)
    if line.later:
        return _("Same photo: {who} sent it again on {day}").format(**facts)
    if line.again:
        return ngettext(
            "Same photo: {who} sent it first, on {day}, and it came once more since",
            "Same photo: {who} sent it first, on {day}, and it came {count} times more since",
            line.again,
        ).format(**facts)
    return _("Same photo: {who} sent it on {day}").format(**facts)


def _edited(line: Line) -> str:
    return _("Same picture, edited: {who} sent it on {day}").format(who=name(line.who), day=day(line.sent_at))


def _related(line: Line) -> str:
    facts = {"percent": line.percent, "who": name(line.who), "day": day(line.sent_at)}
    return _("{percent}% · {who} · {day}").format(**facts)


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
