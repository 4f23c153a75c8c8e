"""Texts: Telegram's HTML and the entities that come of it (Bot API, Formatting options; TDLib's parse_html), and those
that Telegram finds in what a person types."""

import re
from collections.abc import Iterator
from typing import Any

from bot.sandbox.refusals import Violation

Entity = dict[str, Any]

TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "code": "code", "pre": "pre", "blockquote": "blockquote", "a": "text_link", "span": "spoiler",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
"""The only named character references that Telegram knows."""
TYPED = re.compile(
    r"(?P<url>https?://[^\s<>]+[^\s<>.,!?:;)\"'])|(?P<email>(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<bot_command>(?<![\w/])/[a-zA-Z0-9_]{1,32}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/]))"
    r"|(?P<mention>(?<!\w)@[a-zA-Z0-9_]{4,32}(?!\w))|(?P<hashtag>(?<![\w#])#(?=\w*[^\W\d])\w{1,256})"
    r"|(?P<cashtag>(?<![\w$])\$[A-Z]{1,8}(?!\w))"
)
_TOKEN = re.compile(r"""<(/?)([^\s>]*)((?:"[^"]*"|'[^']*'|[^>"'])*)(>?)|[^<]+""")
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot));")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")


def utf16_length(text: str) -> int:
    """UTF-16 code units, in which Telegram counts offsets and lengths."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse(text: str, mode: str | None) -> tuple[str, list[Entity]]:
    """The plain text and the entities of a text in a parse mode, with the white space around it taken away.

    Raises:
        Violation: «can't parse entities: …», as Telegram words it.
    """
    if not mode:
        return text.strip(), []
    if mode.upper() != "HTML":
        raise Violation(f"unsupported parse_mode: {mode} (this fake knows HTML)")
    return trimmed(*_Html(text).parsed())


def trimmed(plain: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """The text without the white space around it, the entities cut to what is left."""
    kept = plain.strip()
    before, end = utf16_length(plain[: len(plain) - len(plain.lstrip())]), utf16_length(kept)
    found = []
    for one in entities:
        start, stop = max(one["offset"] - before, 0), min(one["offset"] + one["length"] - before, end)
        if start < stop:
            found.append(one | {"offset": start, "length": stop - start})
    return kept, sorted(found, key=lambda one: (one["offset"], -one["length"]))


class _Html:
    """One text on its way through the parser; `_opened` are tag, offset and what its attributes say."""

    def __init__(self, text: str) -> None:
        self._text, self._plain, self._length = text, list[str](), 0
        self._found, self._opened = list[Entity](), list[tuple[str, int, Entity]]()

    def parsed(self) -> tuple[str, list[Entity]]:
        for token in _TOKEN.finditer(self._text):
            if not token.group().startswith("<"):
                self._put(_unescaped(token.group()))
            elif token.group(1):
                self._close(token)
            else:
                self._open(token)
        if self._opened:
            raise _wrong(f'Can\'t find end tag corresponding to start tag "{self._opened[-1][0]}"')
        return "".join(self._plain), self._found

    def _put(self, plain: str) -> None:
        self._plain.append(plain)
        self._length += utf16_length(plain)

    def _open(self, token: re.Match[str]) -> None:
        tag, at = token.group(2).lower(), self._byte(token)
        if tag not in TAGS and (token.group(3) or token.group(4)):
            raise _wrong(f'Unsupported start tag "{tag}" at byte offset {at}')
        if not token.group(4):
            raise _wrong(f"Unclosed start tag at byte offset {at}")
        attributes = {one[1].lower(): _unescaped(one[2] or one[3] or one[4] or "") for one in _attributes(token)}
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _wrong(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
        self._opened.append((tag, self._length, _meant(tag, attributes)))

    def _close(self, token: re.Match[str]) -> None:
        tag, at = token.group(2).lower(), self._byte(token)
        if not self._opened:
            raise _wrong(f"Unexpected end tag at byte offset {at}")
        if not token.group(4) or token.group(3).strip():
            raise _wrong(f"Unclosed end tag at byte offset {at}")
        opened, start, meant = self._opened.pop()
        if tag not in ("", opened):
            raise _wrong(f'Unmatched end tag at byte offset {at}, expected "</{opened}>", found "</{tag}>"')
        length = self._length - start
        if length and meant != {"type": "text_link"}:
            self._found.append(meant | {"offset": start, "length": length})

    def _byte(self, token: re.Match[str]) -> int:
        return len(self._text[: token.start()].encode("utf-8", "surrogatepass"))


def _attributes(token: re.Match[str]) -> Iterator[re.Match[str]]:
    return _ATTRIBUTE.finditer(token.group(3))


def _meant(tag: str, attributes: dict[str, str]) -> Entity:
    """The entity that a start tag begins."""
    if tag == "blockquote" and "expandable" in attributes:
        return {"type": "expandable_blockquote"}
    told = {"a": ("href", "url"), "tg-emoji": ("emoji-id", "custom_emoji_id")}.get(tag)
    entity: Entity = {"type": TAGS[tag]}
    return entity | ({told[1]: attributes[told[0]]} if told and attributes.get(told[0]) else {})


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return NAMED[match[3]]
    code = int(match[1], 16) if match[1] else int(match[2])
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else match[0]


def _wrong(what: str) -> Violation:
    return Violation(f"can't parse entities: {what}")


def typed(text: str) -> list[Entity]:
    """The entities of what a person typed: bot commands, links, hashtags, mentions."""
    return [
        {"type": one.lastgroup, "offset": utf16_length(text[: one.start()]), "length": utf16_length(one.group())}
        for one in TYPED.finditer(text)
    ]


def with_typed(content: dict[str, Any]) -> dict[str, Any]:
    """What a person sends, with the entities of its text and its caption."""
    added: dict[str, Any] = {}
    for name, where in (("text", "entities"), ("caption", "caption_entities")):
        if where not in content and (found := typed(content.get(name) or "")):
            added[where] = found
    return content | added
