"""The page's routes: its files, the feed as server-sent events, and what a visitor does in the chats."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.sandbox import sample, visitor
from bot.sandbox.feed import Event
from bot.sandbox.refusals import Refusal
from bot.sandbox.snapshot import Snapshot
from bot.sandbox.telegram import Telegram
from bot.sandbox.visitor import Visitor, Wrong

WEB = Path(__file__).parent / "web"
HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it lives."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Page:
    """What the browser sees and does. `facts` is what the page shows of the bot, kept up by the stage."""

    def __init__(self, telegram: Telegram) -> None:
        self.telegram = telegram
        self.facts: dict[str, Any] = {}
        self._snapshot, self._visitor = Snapshot(telegram), Visitor(telegram)

    def tell(self, **facts: Any) -> None:
        """Show facts about the bot: they stay until others take their place."""
        if any(self.facts.get(name) != value for name, value in facts.items()):
            self.facts |= facts
            self.telegram.feed.publish("facts", **self.facts)

    def routes(self) -> list[web.RouteDef]:
        """Every address of the page."""
        return [
            web.get("/", _answered(self._index)),
            web.get("/web/{name}", _answered(self._static)),
            web.get("/events", _answered(self._events)),
            web.get("/messages", _answered(self._messages)),
            web.get("/photo/{file_id}", _answered(self._photo)),
            web.get("/sample/{name}", _answered(self._sample)),
            web.post("/send", _answered(self._send)),
            web.post("/press", _answered(self._press)),
            web.post("/delete", _answered(self._delete)),
        ]

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(WEB / "index.html", headers=HEADERS)

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return _file(WEB, request.match_info["name"])

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Everything there is, then everything that happens. A browser that reconnects starts afresh."""
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        # A browser that is gone is no error.
        with self.telegram.feed.listen() as queue, suppress(ConnectionResetError):
            start = self._snapshot.whole() | {"facts": self.facts, "tray": sample.tray()}
            await response.write(_line(Event("snapshot", start)))
            while (event := await _next(queue)) is not None:
                await response.write(_line(event))
        return response

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        chat = visitor.chat_of(self.telegram, request.query.get("chat", ""))
        return web.json_response(self._snapshot.before(chat, int(request.query.get("before", "0"))))

    async def _photo(self, request: web.Request) -> web.StreamResponse:
        data = await asyncio.to_thread(self.telegram.files.content, request.match_info["file_id"])
        if data is None:
            raise web.HTTPNotFound
        headers = HEADERS | {"Content-Type": "image/jpeg", "Cache-Control": "private, max-age=86400"}
        return web.Response(body=data, headers=headers)

    async def _sample(self, request: web.Request) -> web.StreamResponse:
        if not request.match_info["name"].endswith(".jpg"):
            raise web.HTTPNotFound
        return _file(sample.PHOTOS, request.match_info["name"])

    async def _send(self, request: web.Request) -> web.StreamResponse:
        sent = await self._visitor.send(await visitor.read(request))
        return web.json_response({"message_ids": sent})

    async def _press(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"query_id": self._visitor.press(await request.json())})

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"message_ids": self._visitor.delete(await request.json())})


def _file(folder: Path, name: str) -> web.FileResponse:
    """One of the files that lie in a folder of ours; a name only chooses among them."""
    for path in folder.iterdir():
        if path.name == name and path.is_file():
            return web.FileResponse(path, headers=HEADERS)
    raise web.HTTPNotFound


def _answered(handler: Handler) -> Handler:
    """A wrong wish is one sentence."""

    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except (Wrong, Refusal) as error:
            return web.json_response({"error": str(error)}, status=400)
        except (LookupError, TypeError, ValueError, RecursionError):
            return web.json_response({"error": "This request is not one of the page's."}, status=400)

    return answered


async def _next(queue: asyncio.Queue[Event | None]) -> Event | None:
    try:
        async with asyncio.timeout(HEARTBEAT):
            return await queue.get()
    except TimeoutError:
        return Event("heartbeat", {"at": time.time()})


def _line(event: Event) -> bytes:
    return f"event: {event.kind}\ndata: {json.dumps(event.data)}\n\n".encode()
