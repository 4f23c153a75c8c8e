"""What a model name means, read without torch: where the weights are, the id of their vectors, the threshold."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from pathlib import Path
from typing import Any

POCKET = Path(__file__).parent / "pocket"
CONFIG = "open_clip_config.json"

# Cosine from which two photos count as related; the key is the tag, or the name where there is none.
# pocket: measured on bot/sandbox/photos: 0.80 passes 0.2 % of the pairs of different labels (README.md beside it).
# openai, and all the rest (None): NOT measured, their weights could not be had where this was written. A cautious
# start: an answer that is missing annoys less than a wrong one. LOOKBACK_THRESHOLD overrides it.
_THRESHOLDS: dict[str | None, float] = {"pocket": 0.80, "openai": 0.80, None: 0.80}

# open_clip's own order in a folder with several checkpoints (open_clip/factory.py, _find_checkpoint_in_dir).
_PREFERRED = (
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.bin",
    "open_clip_pytorch_model.pth",
    "model.safetensors",
    "pytorch_model.bin",
    "pytorch_model.pth",
    "model.pth",
)
_EDGE = 1_000_000  # bytes of the weights' beginning and end that go into their id
_GUESS = 224  # pixels: the input of most CLIP models


class Kind(Enum):
    FOLDER = "folder"
    HUB = "hub"
    TAG = "tag"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed name. `architecture` is what open_clip takes as model name, with its prefix if it has one."""

    name: str
    kind: Kind
    architecture: str
    tag: str | None = None
    folder: Path | None = None

    @property
    def threshold(self) -> float:
        return _THRESHOLDS.get(self.tag or self.name, _THRESHOLDS[None])


def parse(name: str) -> Source:
    """`pocket`, `local-dir:PATH`, `hf-hub:ORG/NAME`, `ARCHITECTURE[:TAG]` (no tag: openai), `ARCHITECTURE:random`.

    Any text means something here; whether that exists is found out by loading.
    """
    name = name.strip()
    if name == "pocket":
        return Source(name, Kind.FOLDER, f"local-dir:{POCKET}", folder=POCKET)
    if name.startswith("local-dir:"):
        folder = Path(name.removeprefix("local-dir:")).expanduser().absolute()
        return Source(name, Kind.FOLDER, f"local-dir:{folder}", folder=folder)
    if name.startswith("hf-hub:"):
        return Source(name, Kind.HUB, name)
    architecture, _, tag = name.partition(":")
    # As open_clip writes them: "ViT-B/32" is ViT-B-32 (factory.py), "OpenAI" is openai (pretrained.py, _clean_tag).
    architecture, tag = architecture.replace("/", "-"), tag.lower().replace("-", "_") or "openai"
    return Source(name, Kind.RANDOM if tag == "random" else Kind.TAG, architecture, tag)


def identity(source: Source) -> str:
    """The id of the vectors of this model. For a folder it is of the content, so that a moved folder keeps its
    vectors and another checkpoint in the same place gets none of them; unreadable: the name, as nothing was
    ever embedded under it.

    Cheap: the config, and the size and both ends of the weights (a safetensors file begins with every tensor's
    name and shape).
    """
    if source.folder is None:
        return source.name if source.kind is Kind.HUB else f"{source.architecture}:{source.tag}"
    try:
        digest = _digest(source.folder)
    except (OSError, ValueError):
        return source.name
    return f"{'pocket' if source.name == 'pocket' else 'local-dir'}:{digest}"


def input_size(source: Source) -> int:
    """Pixels that the model will want, as far as its architecture is described on this machine."""
    try:
        config = _config(source)
        size = config.get("model_cfg", config)["vision_cfg"]["image_size"]
        return int(max(size) if isinstance(size, list) else size)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return _GUESS


def english_only(source: Source) -> bool:
    """Whether the model reads CLIP's own vocabulary, which is English; False where that can't be told.

    A text tower of another make names its tokenizer (open_clip, CLIPTextCfg.hf_tokenizer_name).
    """
    try:
        config = _config(source)
        return "hf_tokenizer_name" not in config.get("model_cfg", config)["text_cfg"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def read_config(folder: Path) -> dict[str, Any]:
    """Raises OSError or ValueError where there is none."""
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    if isinstance(config, dict):
        return config
    raise ValueError(f"{CONFIG} is not a JSON object")


def weights_file(folder: Path) -> Path | None:
    """The file that open_clip will load from this folder."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".safetensors", ".bin", ".pth"))
    known = [path for path in files if path.name in _PREFERRED]
    if known:
        return min(known, key=lambda path: _PREFERRED.index(path.name))
    return next((path for path in files if path.suffix == ".safetensors"), files[0] if files else None)


def folder_problem(folder: Path) -> str | None:
    """Why this folder can hold no model, as a clause."""
    if not folder.is_dir():
        return f"{folder} is a file, not a folder" if folder.exists() else f"there is no folder {folder}"
    if not (folder / CONFIG).is_file():
        return f"{folder} has no {CONFIG}"
    if weights_file(folder) is None:
        return f"{folder} has no weights (*.safetensors, *.bin or *.pth)"
    return None


def _digest(folder: Path) -> str:
    weights = weights_file(folder)
    if weights is None:
        raise FileNotFoundError(folder)
    size = weights.stat().st_size
    # Parsed and written again, so that line ends changed by a checkout or an editor do not make another model.
    parts = [json.dumps(read_config(folder), sort_keys=True).encode(), str(size).encode()]
    with weights.open("rb") as file:
        parts.append(file.read(_EDGE))
        file.seek(max(0, size - _EDGE))
        parts.append(file.read(_EDGE))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _config(source: Source) -> dict[str, Any]:
    if source.folder is not None:
        return read_config(source.folder)
    package = find_spec("open_clip")  # finds, does not import
    if source.kind is Kind.HUB or package is None or package.origin is None:
        return {}
    path = Path(package.origin).parent / "model_configs" / f"{source.architecture}.json"
    config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return config
