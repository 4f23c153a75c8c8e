"""The door in process: Telegram behind python-telegram-bot's `BaseRequest`, with no socket in between."""

from typing import Any
from urllib.parse import unquote

import httpx
from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData

from bot.sandbox.telegram import Dropped, Telegram


class InProcess(BaseRequest):
    """Serves `ApplicationBuilder.request` and `.get_updates_request` alike."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    @property
    def read_timeout(self) -> float | None:
        """PTB adds it to the timeout of getUpdates."""
        return 5.0

    async def initialize(self) -> None:
        """Nothing to set up."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **kwargs: Any
    ) -> tuple[int, bytes]:
        """Answer one request, or fail as httpx and PTB's HTTPXRequest would."""
        try:
            return await self._answer(url, request_data)
        except Dropped as dropped:
            cause = httpx.ReadError("dropped") if dropped.reached else httpx.ConnectError("refused")
            raise NetworkError(f"httpx.{type(cause).__name__}: {cause}") from cause

    async def _answer(self, url: str, request_data: RequestData | None) -> tuple[int, bytes]:
        _, _, path = unquote(url).partition(f"/bot{self._telegram.token}/")
        if not path:
            return 401, b'{"ok": false, "error_code": 401, "description": "Unauthorized"}'
        if "/file/bot" in url:
            return await self._telegram.download(path)
        raw = dict(request_data.json_parameters) if request_data else {}
        parts = (request_data.multipart_data or {}) if request_data else {}
        return await self._telegram.call(path, raw, {name: _bytes(part[1]) for name, part in parts.items()})


def _bytes(content: Any) -> bytes:
    return content if isinstance(content, bytes) else content.read()
