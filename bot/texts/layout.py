"""How a sentence is fitted into a message: lengths, cuts, names, dates, links."""

import html
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

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
        more = [f"… and {left_out} more"] if left_out else []
        text = "\n".join(part for part in [head, *lines[:kept], *more, tail] if part)
        if utf16_length(visible(text)) <= limit:
            return text
    return html.escape(cut(visible(head), limit))


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
    return f"{moment.day} {moment:%b %Y}"


def photos(count: int) -> str:
    return "1 photo" if count == 1 else f"{count:,} photos"


def name(who: str) -> str:
    """A person's name, cut; one that runs from right to left is isolated, or it would turn the rest of its line."""
    shown = cut(" ".join(who.split()) or "someone", NAME_LIMIT)
    turns = any(unicodedata.bidirectional(sign) in RIGHT_TO_LEFT for sign in shown)
    return html.escape(f"\u2068{shown}\u2069" if turns else shown)


def megabytes(size: int) -> str:
    """Bytes for people."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
