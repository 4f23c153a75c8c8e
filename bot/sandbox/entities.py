"""Telegram's HTML: which tags it knows, and the entities that come of them (Bot API, Formatting options)."""

import html
import re
from typing import Any

from bot.sandbox.refusals import Refusal

TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "code": "code", "pre": "pre", "blockquote": "blockquote", "a": "text_link",
}  # fmt: skip
_TOKEN = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[^<>]*)?)>|<|[^<]+")
_HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def utf16_length(text: str) -> int:
    """UTF-16 code units, in which Telegram counts offsets and lengths."""
    return len(text.encode("utf-16-le")) // 2


def parse(text: str, mode: str | None) -> tuple[str, list[dict[str, Any]]]:
    """The plain text and the entities of a text in a parse mode.

    Raises:
        Refusal: «can't parse entities: …», as Telegram words it.
    """
    if mode is None:
        return text, []
    if mode.upper() != "HTML":
        raise Refusal(f"unsupported parse_mode: {mode} (this fake knows HTML)")
    plain, found, opened = "", list[dict[str, Any]](), list[tuple[str, int, str]]()
    for token in _TOKEN.finditer(text):
        closing, tag, attributes = token.group(1), (token.group(2) or "").lower(), token.group(3)
        if token.group() == "<":
            raise _wrong('Unsupported start tag ""', token.start())
        if not tag:
            plain += html.unescape(token.group())
        elif tag not in TAGS:
            raise _wrong(f'Unsupported start tag "{tag}"', token.start())
        elif not closing:
            opened.append((tag, utf16_length(plain), _link(attributes)))
        else:
            found.append(_close(opened, tag, utf16_length(plain), token.start()))
    if opened:
        raise Refusal(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\"")
    return plain.strip(), sorted(found, key=lambda entity: entity["offset"])


def _close(opened: list[tuple[str, int, str]], tag: str, end: int, at: int) -> dict[str, Any]:
    if not opened or opened[-1][0] != tag:
        raise _wrong(f'Unexpected end tag "{tag}"', at)
    _, start, link = opened.pop()
    entity: dict[str, Any] = {"type": TAGS[tag], "offset": start, "length": end - start}
    return entity | ({"url": link} if tag == "a" else {})


def _link(attributes: str) -> str:
    match = _HREF.search(attributes or "")
    return html.unescape(match.group(1) or match.group(2) or "") if match else ""


def _wrong(what: str, at: int) -> Refusal:
    return Refusal(f"can't parse entities: {what} at byte offset {at}")


def commands(text: str) -> list[dict[str, Any]]:
    """The `bot_command` entities of what a person typed."""
    found = re.finditer(r"(?:^|(?<=\s))/[a-zA-Z0-9_]{1,32}(?:@\w+)?", text)
    return [
        {"type": "bot_command", "offset": utf16_length(text[: one.start()]), "length": utf16_length(one.group())}
        for one in found
    ]
