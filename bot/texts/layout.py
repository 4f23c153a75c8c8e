"""How a sentence is fitted into a message: lengths, cuts, names, dates, links."""

import html
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

from babel import dates, numbers

from bot.texts.language import SOURCE, _, current, locale, ngettext

CAPTION_LIMIT = 1024
"""UTF-16 units of a caption after entities are parsed (Bot API, sendPhoto)."""
MESSAGE_LIMIT = 4096
NAME_LIMIT = 32
RIGHT_TO_LEFT = {"R", "AL", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI"}
"""Bidirectional classes (Unicode Standard Annex 9) of what turns the text, or starts something that may."""


def utf16_length(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, limit: int) -> str:
    """Shorten plain text to at most `limit` UTF-16 units, with an ellipsis where something went."""
    if utf16_length(text) <= limit:
        return text
    kept = text.encode("utf-16-le")[: 2 * (limit - 1)].decode("utf-16-le", errors="ignore")
    return kept.rstrip() + "…"


def fit(head: str, lines: Sequence[str], tail: str, limit: int) -> str:
    """Join HTML lines within a limit of visible UTF-16 units; lines that don't fit are counted, not cut."""
    for kept in range(len(lines), -1, -1):
        left_out = len(lines) - kept
        more = [left_out_lines(left_out)] if left_out else []
        text = "\n".join(part for part in [head, *lines[:kept], *more, tail] if part)
        if utf16_length(visible(text)) <= limit:
            return text
    return html.escape(cut(visible(head), limit))


def left_out_lines(count: int) -> str:
    return ngettext("… and {count} more", "… and {count} more", count).format(count=number(count))


def escape(text: str) -> str:
    """Plain text as Telegram HTML."""
    return html.escape(text)


def under(head: str, text: str) -> str:
    """An HTML caption with a line above it, within a caption's length."""
    return fit(head, text.split("\n"), "", CAPTION_LIMIT)


def visible(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def message_link(chat_id: int, origin_chat_id: int, message_id: int) -> str | None:
    """Link to a message of a supergroup or channel; None elsewhere, and for messages from before a migration.

    Source: core.telegram.org/api/links, private message links (`t.me/c/<id>/<message>`).
    """
    if chat_id != origin_chat_id or chat_id > -1_000_000_000_000:
        return None
    return f"https://t.me/c/{-chat_id - 1_000_000_000_000}/{message_id}"


def day(sent_at: float) -> str:
    """A date as people write it, in UTC (Telegram doesn't tell a chat's time zone)."""
    moment = datetime.fromtimestamp(sent_at, UTC)
    if current() == SOURCE:
        return dates.format_date(moment, "d MMM y", locale=locale(SOURCE))  # not the American order
    return dates.format_skeleton("yMMMd", moment, locale=locale(current()))


def minute(at: float) -> str:
    """A moment to the minute, in UTC."""
    return f"{day(at)} {datetime.fromtimestamp(at, UTC):%H:%M} UTC"


def number(count: int) -> str:
    """A whole number with the thousands set apart."""
    return numbers.format_decimal(count, "#,##0", locale=locale(current()))


def photos(count: int) -> str:
    return ngettext("{count} photo", "{count} photos", count).format(count=number(count))


def name(who: str) -> str:
    """A person's name, cut; one that runs from right to left is isolated, or it would turn the rest of its line."""
    return html.escape(isolated(cut(" ".join(who.split()) or _("someone"), NAME_LIMIT)))


def isolated(text: str) -> str:
    """Plain text that turns nothing around it, should it run from right to left."""
    turns = any(unicodedata.bidirectional(sign) in RIGHT_TO_LEFT for sign in text)
    return f"\u2068{text}\u2069" if turns else text


def megabytes(size: int) -> str:
    """Bytes for people."""
    unit, text = (1e9, _("{size} GB")) if size >= 1e9 else (1e6, _("{size} MB"))
    return text.format(size=numbers.format_decimal(size / unit, "#,##0.0", locale=locale(current())))
