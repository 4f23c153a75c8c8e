"""Logging: one line an event on stderr, and no secret in any of them.

Secrets are taken out of the finished line, the last step before it is written, so nothing that went into it
(arguments, exceptions, the URLs of httpx, a Bot's repr) can carry one past.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TextIO
from urllib.parse import quote

# A bot token: digits, a colon (%3A in a URL), 35 characters. The bound is low enough for one that was cut.
TOKEN = re.compile(r"(?<!\d)\d{3,}(?::|%3A)[A-Za-z0-9_-]{20,}", re.IGNORECASE)
HIDDEN = "<secret>"
# Their INFO lines hold the request's URL, and in the Bot API the URL holds the token.
QUIET = ("httpx", "httpx2", "httpcore", "httpcore2")
# At DEBUG these write many lines for every photo, none of them about this bot.
CHATTY = ("PIL", "asyncio", "filelock", "urllib3", "huggingface_hub")


def set_up(level: str = "INFO", secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Send every record, warning and uncaught exception to stderr (or `stream`), in place of an earlier set-up."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine(secrets, tracebacks=level == "DEBUG"))
    handler.addFilter(_is_ours_or_matters)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.INFO)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _is_ours_or_matters(record: logging.LogRecord) -> bool:
    """open_clip tells of each step of loading on the root logger, where nobody can be told apart."""
    return record.name != "root" or record.levelno >= logging.WARNING


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without anything that looks like a bot token and without `secrets`, plain or percent-encoded."""
    for secret in sorted(_forms(secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return TOKEN.sub(HIDDEN, text)


class OneLine(logging.Formatter):
    """Time (UTC), level, logger, message, and for an exception its causes with the places they passed.

    Line ends are written as \\n: a caption or a user's name cannot forge a line. With `tracebacks` (at DEBUG)
    an exception keeps its whole traceback, which is then the one thing that takes more lines.
    """

    def __init__(self, secrets: Iterable[str] = (), *, tracebacks: bool = False) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = tuple(secrets)
        self._tracebacks = tracebacks

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """UTC, to the second."""
        return time.strftime(datefmt or "%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line without its exception."""
        return _flat(super().formatMessage(record))

    def formatException(self, ei: logging._SysExcInfoType) -> str:
        """The error and its causes, the last raised first."""
        if self._tracebacks or ei[1] is None:
            return super().formatException(ei)
        return _flat(" < ".join(_cause(error) for error in _chain(ei[1])))

    def format(self, record: logging.LogRecord) -> str:
        """The finished line."""
        kept, record.exc_text = record.exc_text, None  # another handler's formatter may have left its own
        text = super().format(record)
        record.exc_text = kept
        if not self._tracebacks:
            text = text.replace("\n", " | ", 1) if record.exc_info else text
            text = _flat(text)
        return redact(text, self._secrets)


def _flat(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n")


def _forms(secrets: Iterable[str]) -> Iterator[str]:
    """Each secret as it may turn up: as it is, percent-encoded, and the half of a token that is the key."""
    for secret in secrets:
        encoded = quote(secret, safe="")
        yield from {secret, encoded, encoded.replace("%3A", "%3a")} - {""}
        if len(key := secret.partition(":")[2]) >= 16:
            yield key


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it, as `raise … from` and the implicit context tell."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _cause(error: BaseException) -> str:
    """`ValueError: text (where:line in function, …)`, the three innermost places, nearest first."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = ", ".join(f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in reversed(frames))
    return f"{type(error).__name__}: {error}" + (f" ({places})" if places else "")


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger(__name__).critical("uncaught", exc_info=(kind, error, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    name = args.thread.name if args.thread else "?"
    error = args.exc_value or args.exc_type()
    logging.getLogger(__name__).critical(
        "uncaught in thread %s", name, exc_info=(args.exc_type, error, args.exc_traceback)
    )
