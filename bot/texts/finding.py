"""What `/find` is answered with, and how it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.texts.language import SOURCE, _, current, ngettext
from bot.texts.layout import CAPTION_LIMIT, cut, day, escape, fit, isolated, name, number
from bot.texts.reasons import of_model

ECHO_LIMIT = 100
"""UTF-16 units of a query that are repeated over its answer."""


@dataclass(frozen=True, slots=True)
class Line:
    """A photo that was found: `link` is None where its message can't be linked, `shown` tells whether it is in the
    message itself."""

    who: str
    sent_at: float
    link: str | None
    shown: bool


def caption(query: str, lines: Sequence[Line], first: int, total: int, note: str | None) -> str:
    """Under the photos number `first` and on, best first. An empty `query`: by filters alone, latest first."""
    some = any(line.shown for line in lines) and not all(line.shown for line in lines)
    shown = ", ".join(str(rank) for rank, line in enumerate(lines, first) if line.shown)
    notes = [_("(shown here: {ranks})").format(ranks=shown)] if some else []
    notes += [note] if note else []
    ranked = [_line(rank, line) for rank, line in enumerate(lines, first)]
    return fit(_head(query, total), ranked, "\n".join(notes), CAPTION_LIMIT)


def _head(query: str, total: int) -> str:
    if not query:
        return ngettext(
            "{count} photo from here:", "{count} photos from here, the latest first:", total
        ).format(count=number(total))  # fmt: skip
    return ngettext(
        "{count} photo for <b>{query}</b>:", "{count} photos for <b>{query}</b>, the best first:", total
    ).format(count=number(total), query=_echo(query))  # fmt: skip


def _echo(query: str) -> str:
    return escape(isolated(cut(query, ECHO_LIMIT)))


def _line(rank: int, line: Line) -> str:
    facts = {"rank": rank, "who": name(line.who), "day": day(line.sent_at)}
    if line.link is None:
        return _("{rank}. {who} · {day}").format(**facts)
    return _('{rank}. {who} · {day} · <a href="{link}">open</a>').format(**facts, link=escape(line.link))


def more_left(count: int) -> str:
    return ngettext("There is {count} more.", "There are {count} more.", count).format(count=number(count))


def button_more(count: int) -> str:
    return ngettext("Show it", "Show {count} more", count).format(count=number(count))


def nothing_near(query: str, note: str | None) -> str:
    if not query:
        return _("No photo here is near enough to this one.")
    text = _("No photo here is near enough to <b>{query}</b>.").format(query=_echo(query))
    hint = note or (_("I understand English words best.") if current() != SOURCE else None)
    return f"{text} {hint}" if hint else text


def nothing_fits() -> str:
    return _("No photo here was sent by these people, in this time, in this topic.")


def no_photos() -> str:
    return _("There is no photo here yet that I could look among.")


def unknown_sender(who: str) -> str:
    return _(
        "I remember no photo here by <b>{who}</b>. I know people by the name that they had when they sent it, not by "
        'their @username: write from:Ann, from:"Ann Smith", or from:me.'
    ).format(who=name(who))


def words_unavailable(problem: str) -> str:
    return _("I can't look for words now. {problem}").format(problem=escape(of_model(problem)))


def english_only() -> str:
    return _("The model that looks at the photos understands English only.")


def too_old() -> str:
    return _("I don't remember any more what was looked for here. Send /find again.")


def find_needs_words() -> str:
    return "\n\n".join([_("Send /find with what the photo shows, in a few English words."), grammar()])


def grammar() -> str:
    """How a search is written."""
    return "\n".join(
        [
            _("<code>/find sunset at the beach</code> – photos that show this; in reply to a photo: like it, and this"),
            _("<code>+snow</code> or <code>-people</code> – more of one thing, less of another; <code>-n people</code> "
              "does the same, and quotation marks keep words together: <code>-\"red car\"</code>"),
            _("<code>from:Ann</code> or <code>from:me</code> – who sent it"),
            _("<code>since:2025-01 until:2025-06-30</code> – when: a year, a month or a day"),
            _("<code>in:here</code>, <code>in:general</code> or <code>in:123</code> – the topic, by its number"),
        ]
    )  # fmt: skip


def only_minus() -> str:
    return _("That says only what is not wanted: send /find with what to look for as well, or in reply to a photo.")


def too_long(limit: int) -> str:
    return _("That is too long to look for: send at most {count} characters after /find.").format(count=number(limit))


def unfinished(sign: str) -> str:
    return _("Something is missing after <b>{sign}</b>.").format(sign=escape(sign))


def no_date(text: str) -> str:
    return _(
        "<b>{text}</b> is no date: write a year, a month or a day, as in since:2025, since:2025-06 or since:2025-06-30."
    ).format(text=_echo(text))


def no_topic(text: str) -> str:
    return _(
        "<b>{text}</b> is no topic that I can look in: write in:here, in:general, or in: with a topic's number, "
        "the one in the links to its messages."
    ).format(text=_echo(text))


def upside_down() -> str:
    return _("This time ends before it begins: since: is the earlier date, until: the later one.")


def not_this_photo() -> str:
    return _("This is an answer of mine. Reply with /find to the photo itself, or send /find with words alone.")
