"""Logs: one line an event, and no secret in any of them."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from bot import logs

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1"
KEY = TOKEN.partition(":")[2]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged, with the logging of this process put back afterwards."""
    stream = io.StringIO()
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    quiet = {name: logging.getLogger(name).level for name in (*logs.QUIET, *logs.CHATTY)}
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    root.handlers = []  # so that set_up does not close pytest's
    logs.set_up("INFO", [TOKEN, "hush-hush"], stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers = before
    root.setLevel(level)
    for name, old in quiet.items():
        logging.getLogger(name).setLevel(old)


@pytest.mark.parametrize(
    "text",
    [
        f"https://api.telegram.org/bot{TOKEN}/getMe",
        f"https://api.telegram.org/file/bot{TOKEN}/photos/1.jpg",
        f"https://proxy/?url={quote(TOKEN, safe='')}",
        f"https://proxy/?url={quote(TOKEN, safe='').replace('%3A', '%3a')}",
        f"Bot[token={TOKEN}]",
        f"only the key: {KEY}",
    ],
)
def test_a_token_is_taken_out_in_every_form(text: str) -> None:
    assert KEY not in logs.redact(text, [TOKEN])
    assert logs.HIDDEN in logs.redact(text, [TOKEN])


@pytest.mark.parametrize("text", [f"/bot{TOKEN}/getMe", f"a{TOKEN}", quote(TOKEN, safe="")])
def test_a_token_that_nobody_named_is_known_by_its_shape(text: str) -> None:
    assert KEY not in logs.redact(text)


def test_what_is_no_token_stays() -> None:
    for text in ("/work/bots/photos.py:12", "12:30:45 chat -1001234567890", "id 123456:short", "a::b"):
        assert logs.redact(text, [TOKEN]) == text


def test_messages_arguments_and_exceptions_lose_the_token(written: io.StringIO) -> None:
    logger = logging.getLogger("bot.test")
    logger.warning("asked %s with %s", f"https://h/bot{TOKEN}/getMe", {"secret": "hush-hush"})
    try:
        try:
            raise OSError(f"no route to /bot{TOKEN}/getFile")
        except OSError as error:
            raise ValueError(TOKEN) from error
    except ValueError:
        logger.exception("lost")
    text = written.getvalue()
    assert "asked https://h/bot<secret>/getMe" in text
    assert "ValueError: <secret>" in text and "OSError: no route to /bot<secret>/getFile" in text
    assert KEY not in text and "hush-hush" not in text


def test_an_event_is_one_line_also_with_an_exception_or_a_forged_line_end(written: io.StringIO) -> None:
    logger = logging.getLogger("bot.test")
    logger.info("caption %s", "first\n2026-01-01T00:00:00Z ERROR forged\r\nline")
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logger.exception("failed\nhard")
    lines = written.getvalue().splitlines()
    assert len(lines) == 2
    assert lines[0].endswith(r"INFO bot.test: caption first\n2026-01-01T00:00:00Z ERROR forged\r\nline")
    assert r"failed\nhard | ValueError: two\nlines (" in lines[1]
    assert f"{__file__}:" in lines[1]


def test_debug_keeps_the_traceback_and_still_no_token(written: io.StringIO) -> None:
    logs.set_up("DEBUG", [TOKEN], written)
    try:
        raise ValueError(f"bot{TOKEN}")
    except ValueError:
        logging.getLogger("bot.test").exception("failed")
    assert "Traceback (most recent call last)" in written.getvalue()
    assert KEY not in written.getvalue()


async def test_httpx_does_not_write_its_urls(written: io.StringIO) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        await client.get(f"https://api.telegram.org/bot{TOKEN}/getMe")
    assert written.getvalue() == ""
    logging.getLogger("bot.test").info("still here")
    assert "still here" in written.getvalue()


def test_what_nobody_caught_is_a_line_too(written: io.StringIO) -> None:
    def fail() -> None:
        raise RuntimeError(f"bot{TOKEN}")

    thread = threading.Thread(target=fail, name="model")
    thread.start()
    thread.join()
    try:
        fail()
    except RuntimeError as error:
        sys.excepthook(RuntimeError, error, error.__traceback__)
    lines = written.getvalue().splitlines()
    assert ["uncaught in thread model" in lines[0], "uncaught |" in lines[1], len(lines)] == [True, True, 2]
    assert KEY not in written.getvalue()


def test_warnings_and_lost_tasks_go_through_the_log(written: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"bot{TOKEN}", stacklevel=1)

    async def lose_a_task() -> None:
        asyncio.get_running_loop().call_exception_handler({"message": f"lost bot{TOKEN}"})

    asyncio.run(lose_a_task())
    assert "py.warnings" in written.getvalue() and "ERROR asyncio: lost bot<secret>" in written.getvalue()
    assert KEY not in written.getvalue()
