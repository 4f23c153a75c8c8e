"""Where fetched weights come from: is the hub there, and what is in its cache. Loading itself is open_clip's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

# open_clip/constants.py: the names it looks for in a repository, the safe one first.
WEIGHTS = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
_TIMEOUT = 10.0  # seconds for one answer of the hub
# By name: huggingface_hub has had three HTTP libraries (requests, httpx, httpx2); urllib is open_clip's for plain URLs.
_NO_CONNECTION = {"ConnectError", "ConnectTimeout", "ReadTimeout", "ProxyError", "URLError", "gaierror"}


def check(repository: str, file: str = "") -> None:
    """Raise whatever keeps us from fetching this file (none given: open_clip's usual ones), or return.

    One question, asked only where nothing is cached. Without it, open_clip asks for each file six times with
    growing pauses: 46 s (measured, huggingface_hub 2.4.0) until the user learns that there is no network.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import RemoteEntryNotFoundError

    names = (str(Path(file).with_suffix(".safetensors")), file) if file else WEIGHTS
    if any(cached(repository, name) for name in names):
        return
    try:
        get_hf_file_metadata(hf_hub_url(repository, names[-1]), timeout=_TIMEOUT)
    except RemoteEntryNotFoundError:
        return  # the hub answered; which of the names exists is open_clip's to find out


def cached(repository: str, file: str) -> Path | None:
    """Where an earlier download lies."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repository, file)
    return Path(found) if isinstance(found, str) else None


def config(repository: str) -> dict[str, Any]:
    """The repository's open_clip_config.json, which open_clip has just fetched; {} where it has none."""
    path = cached(repository, "open_clip_config.json")
    parsed = json.loads(path.read_text(encoding="utf-8")) if path else {}
    return parsed if isinstance(parsed, dict) else {}


def cause(error: BaseException) -> str | None:
    """Why the hub gave nothing, as a clause; None for failures that are not the hub's."""
    from huggingface_hub import constants
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    host = constants.ENDPOINT.partition("://")[2]
    for link in chain(error):
        if isinstance(link, OfflineModeIsEnabled):
            return "its weights are not on this machine and HF_HUB_OFFLINE forbids to fetch them"
        if isinstance(link, GatedRepoError):
            return f"{host} gives it only to accounts that asked for it"
        if isinstance(link, RepositoryNotFoundError | HFValidationError):
            return f"{host} has no such model"
        if isinstance(link, HfHubHTTPError):
            return f"its weights are not on this machine and {host} answers {link.response.status_code}"
        if isinstance(link, ConnectionError | TimeoutError) or type(link).__name__ in _NO_CONNECTION:
            return f"its weights are not on this machine and {host} cannot be reached"
    return None


def chain(error: BaseException | None) -> list[BaseException]:
    """An error and what led to it, the last one first."""
    links: list[BaseException] = []
    while error is not None and error not in links:
        links.append(error)
        error = error.__cause__ or error.__context__
    return links
