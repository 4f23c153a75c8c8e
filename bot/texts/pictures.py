"""What is said with the pictures of a whole chat, and what is written in them (plain text)."""

from datetime import date

from babel import dates

from bot.texts.language import _, current, locale, ngettext
from bot.texts.layout import cut, day, left_out_lines, number, photos

NAME_LIMIT = 60
"""Characters of a name; pictures cut it where it is too wide."""


def map_caption(shown: int, total: int, *, is_sorted: bool) -> str:
    """One line under a map."""
    if shown < total:
        text = ngettext(
            "Map of {shown} of {count} photo: what looks alike lies together.",
            "Map of {shown} of {count} photos: what looks alike lies together.",
            total,
        )
    else:
        text = ngettext(
            "Map of {count} photo: what looks alike lies together.",
            "Map of {count} photos: what looks alike lies together.",
            total,
        )
    hint = "" if is_sorted else " " + _("After /cluster, the albums have names here.")
    return text.format(shown=number(shown), count=number(total)) + hint


def map_too_few(count: int, needed: int) -> str:
    if not count:
        return _("There is no photo here yet; a map needs at least {needed}.").format(needed=needed)
    return ngettext(
        "There is {count} photo here; a map needs at least {needed}.",
        "There are {count} photos here; a map needs at least {needed}.",
        count,
    ).format(count=number(count), needed=needed)


def map_under_way() -> str:
    return _("I am already drawing this chat's map; it comes in a moment.")


def pictures_refused() -> str:
    return _("I am not allowed to send pictures here; an admin can allow it.")


def map_label(wanted: int, name: str) -> str:
    """What is written into an album's region, short: plain text."""
    text = _("{number}. {name}") if name else _("Album {number}")
    return text.format(number=wanted, name=name)


def stats_none() -> str:
    return _("There is no photo here yet; /stats counts those that are sent from now on.")


def stats_under_way() -> str:
    return _("I am already counting; the picture comes in a moment.")


def stats_caption(count: int, senders: int, resent: int, first_at: float) -> str:
    """One line under the figures of a chat."""
    facts = [
        photos(count),
        ngettext("{count} person", "{count} people", senders).format(count=number(senders)) if senders else "",
        ngettext("{count} sent again", "{count} sent again", resent).format(count=number(resent)) if resent else "",
        _("since {day}").format(day=day(first_at)),
    ]
    return " · ".join(fact for fact in facts if fact)


def figures(count: int, senders: int, resent: int, first_at: float) -> list[tuple[str, str]]:
    """The large numbers of a chat, each with what it is."""
    named = [
        (number(count), ngettext("photo", "photos", count)),
        (number(senders), ngettext("person", "people", senders)),
        (number(resent), ngettext("sent again", "sent again", resent)),
    ]
    return [*named, (day(first_at), _("first photo"))]


def by_period(months: int) -> str:
    """Above a chart whose bars are so many months long."""
    return {1: _("Photos by month"), 3: _("Photos by quarter")}.get(months, _("Photos by year"))


def period(year: int, month: int, months: int) -> str:
    """Below a bar: a month or a quarter without its year, or a year."""
    if months not in (1, 3):
        return str(year)
    pattern = "LLL" if months == 1 else "QQQ"
    return dates.format_date(date(year, month, 1), pattern, locale=locale(current())).rstrip(".")


def by_person() -> str:
    return _("Photos by person")


def person(name: str) -> str:
    """A name, as plain text: the picture writes it apart from all else, so it turns nothing around it."""
    return cut(" ".join(name.split()) or _("someone"), NAME_LIMIT)


def others(count: int) -> str:
    """Below the people that are named."""
    return left_out_lines(count) if count else ""


def biggest_albums() -> str:
    return _("Biggest albums")
