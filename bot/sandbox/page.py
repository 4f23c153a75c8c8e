"""The page's routes: its files, the feed as server-sent events, and what a visitor does in the chats."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
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
LOCAL = ("127.0.0.1", "localhost", "[::1]")

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
            web.get("/", _guarded(self._index)),
            web.get("/web/{name}", _guarded(self._static)),
            web.get("/events", _guarded(self._events)),
            web.get("/messages", _guarded(self._messages)),
            web.get("/photo/{file_id}", _guarded(self._photo)),
            web.get("/sample/{name}", _guarded(self._sample)),
            web.post("/send", _guarded(self._send)),
            web.post("/press", _guarded(self._press)),
            web.post("/delete", _guarded(self._delete)),
        ]

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(WEB / "index.html", headers=HEADERS)

    async def _static(self, request: web.Request) -> web.StreamResponse:
        path = WEB / request.match_info["name"]
        if path.parent != WEB or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers=HEADERS)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Everything there is, then everything that happens. A browser that reconnects starts afresh."""
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        with self.telegram.feed.listen() as queue:
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
        path = sample.PHOTOS / request.match_info["name"]
        if path.parent != sample.PHOTOS or path.suffix != ".jpg" or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers=HEADERS)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        sent = await self._visitor.send(await visitor.read(request))
        return web.json_response({"message_ids": sent})

    async def _press(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"query_id": self._visitor.press(await request.json())})

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"message_ids": self._visitor.delete(await request.json())})


def _guarded(handler: Handler) -> Handler:
    """Only pages of this very server may ask (DNS rebinding, foreign forms), and a wrong wish is one sentence."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
        if name not in LOCAL or origin not in (None, f"http://{request.host}"):
            return web.json_response({"error": "This page answers only itself."}, status=403)
        try:
            return await handler(request)
        except (Wrong, Refusal) as error:
            return web.json_response({"error": str(error)}, status=400)
        except (KeyError, TypeError, ValueError):
            return web.json_response({"error": "This request is not one of the page's."}, status=400)

    return guarded


async def _next(queue: asyncio.Queue[Event | None]) -> Event | None:
    try:
        return await asyncio.wait_for(queue.get(), HEARTBEAT)
    except TimeoutError:
        return Event("heartbeat", {"at": time.time()})


def _line(event: Event) -> bytes:
    return f"event: {event.kind}\ndata: {json.dumps(event.data, ensure_ascii=False)}\n\n".encode()
