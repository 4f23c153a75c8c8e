"""What is said by `/albums` and `/rename`."""

from collections.abc import Sequence

from bot.texts.albums import AlbumLine, left_over, row_title
from bot.texts.language import _, ngettext
from bot.texts.layout import MESSAGE_LIMIT, escape, fit, isolated, number


def albums_listed(albums: Sequence[AlbumLine], leftover: int) -> str:
    """`/albums`; there is at least one."""
    head = ngettext("<b>{count} album</b>", "<b>{count} albums</b>", len(albums)).format(count=number(len(albums)))
    lines = [escape(row_title(album)) for album in albums]
    how = _("/album {example} shows one; /rename {example} with a name after it gives it that name.").format(
        example=albums[0].number
    )
    tail = f"{left_over(leftover)}\n\n{how}" if leftover else f"\n{how}"
    return fit(head, lines, tail, MESSAGE_LIMIT)


def rename_usage() -> str:
    return _(
        "Send /rename with an album's number and its name, as in /rename 3 Summer hikes; /rename 3 alone takes the "
        "name away again."
    )


def renamed(wanted: int, name: str) -> str:
    return _("Album {number} is called <b>{name}</b> from now on.").format(number=wanted, name=escape(isolated(name)))


def name_taken_away(wanted: int, name: str) -> str:
    return _("Album {number} is not called {name} any more.").format(number=wanted, name=escape(isolated(name)))


def no_given_name(wanted: int) -> str:
    return _("Nobody gave a name to album {number}, so there is none to take away.").format(number=wanted)


def name_too_long(length: int, limit: int) -> str:
    return ngettext(
        "This name has {count} character; an album's has at most {limit}.",
        "This name has {count} characters; an album's has at most {limit}.",
        length,
    ).format(count=number(length), limit=limit)


def only_who_may_change_info() -> str:
    return _("Only those who may change this group's name can name its albums.")


def naming_rights_unknown() -> str:
    return _("I could not check whether you may change this group's name, so nothing was changed.")
