"""What is said about sorting photos into albums, and about the albums."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.texts.language import _, ngettext
from bot.texts.layout import CAPTION_LIMIT, cut, escape, fit, isolated, number

BUTTON_LIMIT = 30
"""Characters of a button's text, so that two fit side by side on a phone."""


@dataclass(frozen=True, slots=True)
class AlbumLine:
    """One album in a list; `percent` tells how tight it is (mean cosine to the centroid)."""

    number: int
    name: str
    size: int
    percent: int

    @property
    def title(self) -> str:
        """As plain text."""
        if not self.name:
            return _("Album {number}").format(number=self.number)
        return _("Album {number}: {name}").format(number=self.number, name=isolated(self.name))


def cluster_begins(count: int) -> str:
    return ngettext("Sorting {count} photo into albums …", "Sorting {count} photos into albums …", count).format(
        count=number(count)
    )


def cluster_progress(count: int, stage: str, fraction: float) -> str:
    if stage == "choose":
        text = ngettext(
            "Sorting {count} photo: looking for the number of albums, {percent}%",
            "Sorting {count} photos: looking for the number of albums, {percent}%",
            count,
        )
    elif stage == "name":
        text = ngettext(
            "Sorting {count} photo: looking for names of albums, {percent}%",
            "Sorting {count} photos: looking for names of albums, {percent}%",
            count,
        )
    else:
        text = ngettext(
            "Sorting {count} photo into albums, {percent}%", "Sorting {count} photos into albums, {percent}%", count
        )
    return text.format(count=number(count), percent=int(100 * fraction))


def cluster_too_few(count: int, needed: int) -> str:
    if not count:
        return _("There is no photo here yet; albums need at least {needed}.").format(needed=needed)
    return ngettext(
        "There is {count} photo here; albums need at least {needed}.",
        "There are {count} photos here; albums need at least {needed}.",
        count,
    ).format(count=number(count), needed=needed)


def cluster_too_many(k: int, count: int) -> str:
    return ngettext(
        "{k} albums can't be made of {count} photo; ask for fewer, or send /cluster alone.",
        "{k} albums can't be made of {count} photos; ask for fewer, or send /cluster alone.",
        count,
    ).format(k=k, count=number(count))


def cluster_all_same(count: int) -> str:
    return ngettext(
        "There is {count} photo alone, so there is nothing to sort.",
        "All {count} photos are the same picture, so there is nothing to sort.",
        count,
    ).format(count=number(count))


def cluster_none(count: int) -> str:
    return ngettext(
        "This {count} photo has too little in common with others to make an album.",
        "These {count} photos have too little in common to make an album.",
        count,
    ).format(count=number(count))


def cluster_under_way() -> str:
    return _("I am already sorting this chat's photos; my message above tells how far I am.")


def cluster_number_wrong() -> str:
    return _("Send /cluster alone, or with a number of albums, as in /cluster 5.")


def overview(albums: Sequence[AlbumLine], leftover: int, *, stopped: bool, cut_albums: int, minutes: int = 0) -> str:
    """The list under the overview picture, within a caption's length; `minutes` is how long posting still takes."""
    count = len(albums)
    head = ngettext("<b>{count} album</b>", "<b>{count} albums</b>", count).format(count=number(count))
    lines = [escape(row_title(album)) for album in albums]
    notes = [left_over(leftover)] if leftover else []
    notes += [_("Stopped.")] if stopped else []
    if cut_albums:
        notes.append(_("A reply of Telegram was lost, so an album may be missing; its button or /album shows it."))
    notes += [_posting_takes(minutes)] if minutes else []
    return fit(head, lines, " ".join(notes), CAPTION_LIMIT)


def left_over(count: int) -> str:
    return ngettext("{count} photo fits nowhere.", "{count} photos fit nowhere.", count).format(count=number(count))


def _posting_takes(minutes: int) -> str:
    return ngettext(
        "Posting takes about a minute: a group takes 20 messages a minute.",
        "Posting takes about {count} minutes: a group takes 20 messages a minute.",
        minutes,
    ).format(count=number(minutes))


def row_title(album: AlbumLine) -> str:
    """Plain text above an album's row in the overview picture."""
    return ngettext(
        "{title} · {count} photo · {percent}% alike", "{title} · {count} photos · {percent}% alike", album.size
    ).format(title=album.title, count=number(album.size), percent=album.percent)


def album_caption(album: AlbumLine, first: int, last: int) -> str:
    """Under the photos `first` to `last` of an album."""
    if last - first + 1 >= album.size:
        text = ngettext(
            "<b>{title}</b> · {count} photo · {percent}% alike",
            "<b>{title}</b> · {count} photos · {percent}% alike",
            album.size,
        )
    elif last > first:
        text = ngettext(
            "<b>{title}</b> · {count} photo, {first} to {last} · {percent}% alike",
            "<b>{title}</b> · {count} photos, {first} to {last} · {percent}% alike",
            album.size,
        )
    else:
        text = ngettext(
            "<b>{title}</b> · {count} photo, number {first} · {percent}% alike",
            "<b>{title}</b> · {count} photos, number {first} · {percent}% alike",
            album.size,
        )
    return text.format(
        title=escape(album.title), count=number(album.size), first=first, last=last, percent=album.percent
    )


def album_unlinked(count: int) -> str:
    return ngettext(
        "{count} photo can't be shown here again (files over 20 MB, or gone from Telegram).",
        "{count} photos can't be shown here again (files over 20 MB, or gone from Telegram).",
        count,
    ).format(count=number(count))


def album_none() -> str:
    return _("There are no albums yet; /cluster makes them.")


def album_unknown(wanted: int, known: Sequence[int]) -> str:
    """`known` are the numbers that there are."""
    if not known:
        return album_none()
    return _("There is no album {number}; /albums lists those there are.").format(number=wanted)


def album_needs_number(known: Sequence[int]) -> str:
    if not known:
        return album_none()
    return _("Send /album with an album's number, as in /album {example}; /albums lists them.").format(example=known[0])


def albums_outdated() -> str:
    return _("These albums are from an earlier sorting. Send /cluster for new ones.")


def already_shown() -> str:
    return _("These photos are in the chat already.")


def button_stop() -> str:
    return _("Stop")


def button_album(wanted: int, name: str) -> str:
    return cut(name or _("Album {number}").format(number=wanted), BUTTON_LIMIT)


def button_more(wanted: int, name: str, left: int) -> str:
    title = _("Album {number}").format(number=wanted)
    text = ngettext("{title}: {left} more", "{title}: {left} more", left).format(left=number(left), title="{title}")
    room = BUTTON_LIMIT - len(text.replace("{title}", ""))
    return text.replace("{title}", cut(name or title, room))


def stopping() -> str:
    return _("I stop after the album that I am sending.")


def only_asker_stops() -> str:
    return _("Only the one who asked, or an admin, can stop this.")


def coming() -> str:
    return _("Coming …")
