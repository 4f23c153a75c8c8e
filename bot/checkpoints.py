"""Which models can be used here: what ships, what earlier downloads left, and which names open_clip knows.

Needs neither torch nor the network: open_clip's table of checkpoints is read as text, because importing
open_clip takes seconds. What is read wrongly here only changes a message: loading is `bot.vision.clip`'s.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from bot.vision.source import CONFIG, POCKET, Kind, parse, read_config, weights_file

# open_clip/constants.py, HF_WEIGHTS_NAME and HF_SAFE_WEIGHTS_NAME: what it fetches from a repository.
WEIGHTS = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model whose weights are on this machine. `name` is what LOOKBACK_MODEL takes."""

    name: str
    size: int  # bytes
    where: Path


def here(model: str) -> list[Checkpoint]:
    """Every model that can be used with no download: `pocket`, the caches, and `model` if it is a folder."""
    found = [*_folder("pocket", POCKET), *_cached()]
    wanted = parse(model)
    if wanted.folder is not None and wanted.folder != POCKET:
        found += _folder(wanted.name, wanted.folder)
    return found


def origin(model: str) -> str | None:
    """Address from which an open_clip name or a hub name is fetched; None where that is not known."""
    place = model.removeprefix("hf-hub:") if parse(model).kind is Kind.HUB else _table().get(_plain(model))
    if place is None or "://" in place:
        return place
    return f"https://huggingface.co/{'/'.join(place.split('/')[:2])}"


def same(name: str, other: str) -> bool:
    """Do two names mean the same weights?"""
    return _plain(name) == _plain(other)


def problem(model: str) -> str | None:
    """One sentence when `model` cannot mean anything on this machine; None when it may load."""
    wanted = parse(model)
    if wanted.kind is Kind.HUB:
        return None
    if wanted.folder is not None:
        if any(_folder(model, wanted.folder)):
            return None
        return f"LOOKBACK_MODEL is {model}, but {wanted.folder} is not a folder with {CONFIG} and weights in it."
    if wanted.architecture not in _architectures():
        return (
            f"LOOKBACK_MODEL is {model}, and open_clip knows no {wanted.architecture}{_nearest(wanted.architecture)}."
        )
    if wanted.kind is Kind.RANDOM or not _table() or _plain(model) in _table():
        return None
    plain = _plain(f"{wanted.architecture}:?").removesuffix("?")
    tags = [name.removeprefix(plain) for name in _table() if name.startswith(plain)]
    known = f"it knows {', '.join(tags)}" if tags else "it has none for it"
    return f"LOOKBACK_MODEL is {model}, and open_clip has no weights {wanted.tag} for {wanted.architecture}: {known}."


def _folder(name: str, folder: Path) -> Iterator[Checkpoint]:
    try:
        read_config(folder)
        weights = weights_file(folder)
    except (OSError, ValueError):
        return
    if weights is not None:
        yield Checkpoint(name, weights.stat().st_size, weights)


def _cached() -> Iterator[Checkpoint]:
    """What open_clip fetched before: the hub's cache, and its own for plain URLs (`~/.cache/clip`)."""
    from huggingface_hub.constants import HF_HUB_CACHE

    for name, place in _table().items():
        path = _downloaded(place, Path(HF_HUB_CACHE), Path("~/.cache/clip").expanduser())
        if path is not None:
            yield Checkpoint(name, path.stat().st_size, path)
    for folder in sorted(Path(HF_HUB_CACHE).glob("models--*/snapshots/*")):
        repository = folder.parent.parent.name.removeprefix("models--").replace("--", "/")
        yield from _folder(f"hf-hub:{repository}", folder)


def _downloaded(origin: str, hub: Path, plain: Path) -> Path | None:
    """The file that `open_clip.pretrained.download_pretrained` would find for this entry of its table."""
    if "://" in origin:
        path = plain / origin.rpartition("/")[2]
        return path if path.is_file() else None
    repository, _, file = origin.rpartition("/")
    names = (str(Path(file).with_suffix(".safetensors")), file) if file else WEIGHTS
    for folder in sorted((hub / f"models--{repository.replace('/', '--')}" / "snapshots").glob("*")):
        for name in names:
            if (folder / name).is_file():
                return folder / name
    return None


def _open_clip() -> Path | None:
    spec = find_spec("open_clip")
    return Path(spec.origin).parent if spec and spec.origin else None


def _architectures() -> list[str]:
    package = _open_clip()
    return sorted(path.stem for path in (package / "model_configs").glob("*.json")) if package else []


@cache
def _table() -> dict[str, str]:
    """{"ViT-B-32:openai": "timm/vit_base_patch32_clip_224.openai/", …}, empty where it cannot be read.

    The source has `_VITB32 = dict(openai=_pcfg(url=…, hf_hub=…), …)` for most architectures and then
    `_PRETRAINED = {"ViT-B-32": _VITB32, …, "EVA01-g-14": dict(…), …}`.
    """
    package = _open_clip()
    if package is None:
        return {}
    tags: dict[str, dict[str, str]] = {}
    for node in ast.parse((package / "pretrained.py").read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        if node.targets[0].id == "_PRETRAINED" and isinstance(node.value, ast.Dict):
            return dict(_entries(node.value, tags))
        if isinstance(node.value, ast.Call):
            tags[node.targets[0].id] = dict(_sources(node.value))
    return {}


def _entries(table: ast.Dict, tags: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    for key, value in zip(table.keys, table.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            continue
        named = tags.get(value.id, {}) if isinstance(value, ast.Name) else {}
        inline = dict(_sources(value)) if isinstance(value, ast.Call) else {}
        for tag, origin in (named | inline).items():
            yield f"{key.value}:{tag}", origin


def _sources(call: ast.Call) -> Iterator[tuple[str, str]]:
    """(tag, repository or URL) of one architecture; open_clip prefers the hub where it has both."""
    for tag in call.keywords:
        if tag.arg and isinstance(tag.value, ast.Call):
            texts = {
                part.arg: part.value.value
                for part in tag.value.keywords
                if isinstance(part.value, ast.Constant) and isinstance(part.value.value, str)
            }
            if origin := texts.get("hf_hub") or texts.get("url"):
                yield tag.arg, origin


def _plain(model: str) -> str:
    """A name as `_table` has it: the `-quickgelu` architectures, which open_clip adds in code below its table,
    take the weights of the plain ones.
    """
    wanted = parse(model)
    if wanted.kind is not Kind.TAG:
        return wanted.name
    return f"{wanted.architecture.removesuffix('-quickgelu')}:{wanted.tag}"


def _nearest(architecture: str) -> str:
    near = difflib.get_close_matches(architecture, _architectures(), 1)
    return f" (meant {near[0]}?)" if near else ": `lookback models` shows what is usable here"
