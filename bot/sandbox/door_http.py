"""The door over HTTP, on loopback (aiohttp): `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.refusals import Refusal
from bot.sandbox.telegram import Dropped, Telegram
from bot.sandbox.webhook import delivering

MOST_UPLOADED = 60 * 1024 * 1024
LOCAL = ("127.0.0.1", "localhost", "[::1]")
SAME_SITE = (None, "same-origin", "none")
"""What Sec-Fetch-Site says of a page of this server, of an address typed in; no browser at all says nothing."""

logger = logging.getLogger(__name__)


@asynccontextmanager
async def serve(
    telegram: Telegram,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    routes: Iterable[web.AbstractRouteDef] = (),
    second: float = 1.0,
) -> AsyncIterator[str]:
    """Open the door; yields the root url, as `LOOKBACK_API_URL` takes it. `routes` are the page's.
    The webhook is delivered to as well; `second` is how long a second of its pauses is."""
    app = web.Application(client_max_size=MOST_UPLOADED, middlewares=[_guarded])
    app.router.add_routes(routes)
    door = _Door(telegram)
    app.router.add_get("/file/bot{token}/{path:.+}", door.file)
    app.router.add_route("*", "/bot{token}/{method}", door.method)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    try:
        async with delivering(telegram, second=second):
            yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@web.middleware
async def _guarded(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Only programs and this very server's page may ask, no other site in the same browser (DNS rebinding, forms)."""
    name = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if name not in LOCAL or origin not in (None, f"http://{request.host}") or site not in SAME_SITE:
        return web.json_response({"error": "This page answers only itself."}, status=403)
    return await handler(request)


class _Door:
    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    async def method(self, request: web.Request) -> web.StreamResponse:
        """A call of the Bot API."""
        if request.match_info["token"] != self._telegram.token:
            return web.json_response({"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401)
        try:
            raw, files = await _read(request)
        except (LookupError, TypeError, ValueError, RecursionError) as error:
            logger.info("A request that can't be read: %s", error)
            return web.json_response(Refusal("can't parse the request").body(), status=400)
        try:
            status, body = await self._telegram.call(request.match_info["method"], raw, files)
        except Dropped:
            return _hang_up(request)
        return web.Response(status=status, body=body, content_type=_kind(body))

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file's bytes."""
        if request.match_info["token"] != self._telegram.token:
            return web.Response(status=404)
        try:
            status, data = await self._telegram.download(request.match_info["path"])
        except Dropped:
            return _hang_up(request)
        return web.Response(status=status, body=data, content_type="application/octet-stream")


def _kind(body: bytes) -> str:
    return "text/html" if body.startswith(b"<") else "application/json"


def _hang_up(request: web.Request) -> web.StreamResponse:
    """End the connection under the client's feet."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _read(request: web.Request) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Parameters and uploads, however they were sent: query, form, multipart or JSON (Bot API, Making requests)."""
    raw: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        return raw | dict(await request.json()), {}
    if request.content_type != "multipart/form-data":
        return raw | dict(await request.post()), {}
    files: dict[str, bytes] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        if part.filename is None:
            raw[part.name] = await part.text()
        else:
            files[part.name] = bytes(await part.read())
    return raw, files
