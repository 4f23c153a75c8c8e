"""What is said with the pictures of a whole chat, and what is written in them (plain text)."""

from bot.texts.language import _, ngettext
from bot.texts.layout import number


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
