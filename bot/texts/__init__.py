"""Every sentence a user reads, as Telegram HTML. Plain values in, text out; the only place that escapes."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.texts.layout import (
    CAPTION_LIMIT,
    MESSAGE_LIMIT,
    cut,
    day,
    fit,
    megabytes,
    message_link,
    name,
    photos,
    utf16_length,
)

__all__ = ["CAPTION_LIMIT", "MESSAGE_LIMIT", "cut", "day", "fit", "megabytes", "message_link", "utf16_length"]


@dataclass(frozen=True, slots=True)
class Line:
    """One ranked photo: `percent` is its similarity, `link` is None where a message can't be linked, `shown` tells
    whether it is in the message itself."""

    percent: int
    who: str
    sent_at: float
    link: str | None
    shown: bool


@dataclass(frozen=True, slots=True)
class AlbumLine:
    """One album in a list; `percent` tells how tight it is (mean cosine to the centroid)."""

    number: int
    name: str
    size: int
    percent: int


@dataclass(frozen=True, slots=True)
class Status:
    """What `/status` tells; `problems` are sentences already."""

    photos: int
    without_vector: int
    pending: int
    failed: int
    unanswered: int
    model: str
    model_problem: str | None
    disk_used: int
    disk_free: int
    last_update_at: float | None
    problems: tuple[str, ...]


COMMANDS = {
    "similar": "in reply to a photo: the most similar ones",
    "cluster": "sort this chat's photos into albums",
    "album": "show one album of the last sorting, as in /album 3",
    "status": "what is remembered here, and what is wrong",
    "privacy": "what is stored, for how long, and how to be rid of it",
    "forget": "in reply to a photo: forget it; or /forget me, /forget all",
    "remember": "after /forget me: remember my photos again, /remember me",
    "help": "what Lookback does",
}
PRIVATE_COMMANDS = {**COMMANDS, "start": "how to begin"}


def _line(rank: int, line: Line) -> str:
    link = f' · <a href="{html.escape(line.link)}">open</a>' if line.link else ""
    return f"{rank}. {line.percent}% · {name(line.who)} · {day(line.sent_at)}{link}"


def answer(lines: Sequence[Line]) -> str:
    """The caption under the most similar photos."""
    head = "Similar photo from before:" if len(lines) == 1 else "Similar photos from before:"
    shown = [str(rank) for rank, line in enumerate(lines, 1) if line.shown]
    tail = f"(shown here: {', '.join(shown)})" if 0 < len(shown) < len(lines) else ""
    return fit(head, [_line(rank, line) for rank, line in enumerate(lines, 1)], tail, CAPTION_LIMIT)


def nothing_similar() -> str:
    return "No photo in this chat is similar enough to this one."


def similar_needs_a_photo() -> str:
    return "Reply to a photo with /similar, and I look for others like it."


def photo_failed(reason: str) -> str:
    return f"I could not look at this picture: {html.escape(reason)}."


def photo_waits(problem: str | None) -> str:
    if problem:
        return f"This photo is remembered and waits for the model. {html.escape(problem)}"
    return "This photo is remembered, but I have not looked at it yet; try again in a moment."


def cluster_begins(count: int) -> str:
    return f"Sorting {photos(count)} into albums …"


def cluster_progress(count: int, stage: str, fraction: float) -> str:
    doing = ": looking for the number of albums" if stage == "choose" else " into albums"
    return f"Sorting {photos(count)}{doing}, {int(100 * fraction)}%"


def cluster_too_few(count: int, needed: int) -> str:
    few = {0: "There is no photo here yet", 1: "There is 1 photo here"}
    return f"{few.get(count, f'There are {photos(count)} here')}; albums need at least {needed}."


def cluster_too_many(k: int, count: int) -> str:
    return f"{k} albums can't be made of {photos(count)}; ask for fewer, or send /cluster alone."


def cluster_all_same(count: int) -> str:
    return f"All {photos(count)} are the same picture, so there is nothing to sort."


def cluster_none(count: int) -> str:
    return f"These {photos(count)} have too little in common to make an album."


def cluster_under_way() -> str:
    return "I am already sorting this chat's photos; my message above tells how far I am."


def cluster_number_wrong() -> str:
    return "Send /cluster alone, or with a number of albums, as in /cluster 5."


def overview(albums: Sequence[AlbumLine], leftover: int, *, stopped: bool, cut_albums: int, minutes: int = 0) -> str:
    """The list under the overview picture, within a caption's length; `minutes` is how long posting still takes."""
    head = "<b>1 album</b>" if len(albums) == 1 else f"<b>{len(albums)} albums</b>"
    lines = [f"{_album_title(album)} · {photos(album.size)} · {album.percent}% alike" for album in albums]
    fits = "fits" if leftover == 1 else "fit"
    notes = [f"{photos(leftover)} {fits} nowhere." if leftover else "", "Stopped." if stopped else ""]
    if cut_albums:
        notes.append("A reply of Telegram was lost, so an album may be missing; its button or /album shows it.")
    if minutes:
        about = "about a minute" if minutes == 1 else f"about {minutes} minutes"
        notes.append(f"Posting takes {about}: a group takes 20 messages a minute.")
    return fit(head, lines, " ".join(note for note in notes if note), CAPTION_LIMIT)


def row_title(album: AlbumLine) -> str:
    """Plain text above an album's row in the overview picture."""
    return f"{html.unescape(_album_title(album))} · {photos(album.size)} · {album.percent}% alike"


def _album_title(album: AlbumLine) -> str:
    return f"{album.number}. {html.escape(album.name)}" if album.name else f"Album {album.number}"


def album_caption(album: AlbumLine, first: int, last: int) -> str:
    """Under the photos `first` to `last` of an album."""
    part = "" if last - first + 1 >= album.size else f", {first} to {last}" if last > first else f", number {first}"
    return f"<b>{_album_title(album)}</b> · {photos(album.size)}{part} · {album.percent}% alike"


def album_unlinked(count: int) -> str:
    return f"{photos(count)} can't be shown here again (files over 20 MB, or gone from Telegram)."


def album_none() -> str:
    return "There are no albums yet; /cluster makes them."


def album_unknown(number: int, count: int) -> str:
    return f"There is no album {number}; the last sorting made {count}." if count else album_none()


def album_needs_number(count: int) -> str:
    return f"Send /album with a number from 1 to {count}, as in /album 1." if count else album_none()


def albums_outdated() -> str:
    return "These albums are from an earlier sorting. Send /cluster for new ones."


def already_shown() -> str:
    return "These photos are in the chat already."


def button_stop() -> str:
    return "Stop"


def button_album(number: int, name: str) -> str:
    return cut(name or f"Album {number}", 30)


def button_more(number: int, left: int) -> str:
    return f"Album {number}: {left} more"


def stopping() -> str:
    return "I stop after the album that I am sending."


def only_asker_stops() -> str:
    return "Only the one who asked, or an admin, can stop this."


def rights_unknown() -> str:
    return "I could not check whether you are an admin here, so nothing was changed."


def coming() -> str:
    return "Coming …"


def start() -> str:
    return (
        "I remember photos. Add me to a group: when someone sends a photo, I answer with the most similar earlier "
        "ones, if there are any, and /cluster sorts them all into albums. You can also send me photos right here.\n\n"
        "Groups need one setting: in @BotFather send /setprivacy, choose this bot, choose Disable, then add me to the "
        "group (again, if I was there before).\n\n" + stored()
    )


def help_text() -> str:
    return (
        "I remember the photos sent here. When a new one is similar to earlier ones, I answer with them; "
        "otherwise I stay silent.\n\n" + "\n".join(f"/{name} – {about}" for name, about in COMMANDS.items())
        + "\n\n" + stored()
    )  # fmt: skip


def not_understood() -> str:
    return "I look at photos: send me one, or add me to a group. /help tells more."


def stored() -> str:
    return (
        "What I store of a photo: who sent it and when, its caption, Telegram's ids for it, and a list of numbers "
        "that describes what it shows. The picture itself stays with Telegram. /privacy tells more, /forget undoes it."
    )


def joined(hears_photos: bool | None, may_send_photos: bool | None) -> str:
    """The one message on being added to a group."""
    parts = [
        "Hello! I remember the photos sent here from now on, and answer a new one with the most similar earlier "
        "ones. /cluster sorts them into albums, /help tells more.",
        stored(),
    ]
    parts += [p for p in (privacy_problem() if hears_photos is False else "",
                          media_problem() if may_send_photos is False else "") if p]  # fmt: skip
    return "\n\n".join(parts)


def privacy_problem() -> str:
    return (
        "I can't see photos here: privacy mode is on. The owner of this bot sends /setprivacy to @BotFather, chooses "
        "the bot and Disable; then remove me from this group and add me again. Making me an admin works as well."
    )


def media_problem() -> str:
    return "I am not allowed to send photos here, so I answer with links where there are any; an admin can allow it."


def rights_not_checked() -> str:
    return "I could not ask Telegram what I may do here."


def status(now: Status) -> str:
    """`/status`, facts first, then what is wrong."""
    counts = [f"{photos(now.photos)} remembered"]
    counts += [f"{now.without_vector:,} not looked at by the present model"] if now.without_vector else []
    counts += [f"{now.pending:,} waiting"] if now.pending else []
    counts += [f"{now.failed:,} unreadable"] if now.failed else []
    counts += [f"{now.unanswered:,} unanswered (a reply was cut or lost)"] if now.unanswered else []
    last = f"{datetime.fromtimestamp(now.last_update_at, UTC):%d %b %Y %H:%M} UTC" if now.last_update_at else "none yet"
    lines = [
        "<b>Lookback</b>", *counts, f"Model: {html.escape(now.model)}",
        f"Database: {megabytes(now.disk_used)}, {megabytes(now.disk_free)} free on its disk",
        f"Last photo or question: {last}",
    ]  # fmt: skip
    problems = [*([now.model_problem] if now.model_problem else []), *now.problems]
    wrong = [f"• {html.escape(problem)}" for problem in problems]
    verdict = ["\n<b>What is wrong</b>", *wrong] if wrong else ["\nNothing is wrong."]
    return fit("", [*lines, *verdict], "", MESSAGE_LIMIT)


def sorry() -> str:
    return "Something went wrong here, and it is in the log. Please try again."
