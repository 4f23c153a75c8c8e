"""CLIP through open_clip: the only file that knows torch, and it imports it where a model is loaded.

Embedding belongs to one thread at a time; `load` and `prepare` may be called from others.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bot.vision import hub, source
from bot.vision.images import middle
from bot.vision.model import EmbeddingError, ModelUnavailable, unavailable
from bot.vision.source import Kind, Source
from bot.vision.torchvision_ops import ensure_torchvision

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

Vectors = NDArray[np.float32]

_SEED = 0  # of the weights of "ARCHITECTURE:random"
_TEXTS = 64  # texts of one forward pass: bounds memory when a long list of names is embedded
# Longer pictures are cropped around their middle before they are resized, or a line of 1 × 50,000 pixels would be
# blown up to 224 × 11,200,000. open_clip crops to the middle square anyway (resize_mode "shortest", nearly every
# model), so nothing that it would have looked at is lost.
_MAX_ASPECT = 16


@dataclass(frozen=True, slots=True)
class _Tower:
    """One half of a model on its device. `encode` takes its input tensor to (n, dimension)."""

    encode: Callable[[torch.Tensor], torch.Tensor]
    read: Callable[[Any], torch.Tensor]  # an image to (3, h, w), or texts to token ids (n, length)
    device: torch.device
    dimension: int


class Clip:
    """An open_clip model. Implements `bot.vision.model.ImageModel`.

    Args:
        name: see `bot.vision.source.parse`.
        device: "auto" (cuda, else mps, else cpu) or a torch device.
    """

    def __init__(self, name: str, device: str = "auto") -> None:
        self._source = source.parse(name)
        self._device = device
        self._lock = threading.RLock()
        self._id: str | None = None
        self._input_size = source.input_size(self._source)
        self.english_only = source.english_only(self._source)
        self._images: _Tower | None = None
        self._texts: _Tower | None = None

    @property
    def id(self) -> str:
        if self._id is not None:
            return self._id
        identity = source.identity(self._source)
        if identity != self._source.name:  # else a folder that may yet appear: ask again next time
            self._id = identity
        return identity

    @property
    def input_size(self) -> int:
        return self._input_size

    @property
    def threshold(self) -> float:
        return self._source.threshold

    def load(self) -> None:
        self._image_tower()

    def prepare(self, image: Image) -> Vectors:
        prepared: Vectors = self._image_tower().read(middle(image, _MAX_ASPECT)).numpy()
        return prepared

    def embed_images(self, batch: Sequence[Vectors]) -> Vectors:
        import torch

        return _embed(self._image_tower(), [torch.from_numpy(np.stack(batch))] if batch else [])

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        tower = self._text_tower()
        chunks = (list(texts[start : start + _TEXTS]) for start in range(0, len(texts), _TEXTS))
        return _embed(tower, [tower.read(chunk) for chunk in chunks])

    def _image_tower(self) -> _Tower:
        with self._lock:
            if self._images is None:
                with _explained(self._source):
                    device = _device(self._source, self._device)
                    model = _create(self._source)
                    self._input_size = _longer(model.visual.preprocess_cfg["size"])
                    self._images = _image_half(model, device)
                    self._id = source.identity(self._source)  # of what has just been read
            return self._images

    def _text_tower(self) -> _Tower:
        with self._lock:
            if self._texts is None:
                with _explained(self._source):
                    device = _device(self._source, self._device)
                    self._texts = _text_half(_create(self._source), self._source, device)
            return self._texts


def _create(wanted: Source) -> Any:
    """The whole model on the CPU, in float32, with the weights that it was named for and no others."""
    _check(wanted)
    ensure_torchvision()
    import open_clip
    import torch

    tag = wanted.tag if wanted.kind is Kind.TAG else None
    untrained = wanted.kind is Kind.RANDOM
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        model = open_clip.create_model(
            wanted.architecture,
            pretrained=tag,
            load_weights=not untrained,
            # Without it, a folder or a repository with no weights in it gives a random model and a log line.
            require_pretrained=not untrained,
            pretrained_text=False,
            weights_only=True,
            # OpenAI's weights want QuickGELU; for a tag of a plain architecture open_clip 3 only warns.
            force_quick_gelu=bool(tag and _tag(wanted).get("quick_gelu")),
        )
    _check_preprocessing(wanted)
    return model.eval()


def _check(wanted: Source) -> None:
    """Raise ModelUnavailable, or an error of the hub, for what can be known to fail before torch is busy."""
    if wanted.folder is not None:
        if problem := source.folder_problem(wanted.folder):
            raise unavailable(wanted.name, problem)
    elif wanted.kind is Kind.HUB:
        hub.check(wanted.name.removeprefix("hf-hub:"))
    else:
        _check_name(wanted)


def _check_name(wanted: Source) -> None:
    ensure_torchvision()
    import open_clip

    if wanted.architecture not in open_clip.list_models():
        raise unavailable(wanted.name, f"open_clip knows no {wanted.architecture or 'model without a name'}")
    if wanted.kind is Kind.RANDOM:
        return
    config = _tag(wanted)
    if not config:
        tags = ", ".join(open_clip.list_pretrained_tags_by_model(wanted.architecture)) or "none at all"
        raise unavailable(wanted.name, f"open_clip has no weights {wanted.tag} for {wanted.architecture}, only {tags}")
    repository, _, file = str(config.get("hf_hub") or "").rpartition("/")
    if repository and "file" not in config:
        hub.check(repository, file)


def _tag(wanted: Source) -> dict[str, Any]:
    import open_clip

    config: dict[str, Any] = open_clip.get_pretrained_cfg(wanted.architecture, wanted.tag)
    return config


def _check_preprocessing(wanted: Source) -> None:
    """Weights seen through another model's mean and deviation give vectors that look fine and are wrong
    (mlfoundations/open_clip#1068), and open_clip takes OpenAI's where a config is silent. A tag brings its own.
    """
    if wanted.folder is not None:
        config = source.read_config(wanted.folder)
    elif wanted.kind is Kind.HUB:
        config = hub.config(wanted.name.removeprefix("hf-hub:"))
    else:
        return
    if not {"mean", "std"} <= (config.get("preprocess_cfg") or {}).keys():
        raise unavailable(
            wanted.name, f"its {source.CONFIG} does not say how photos are prepared (preprocess_cfg: mean and std)"
        )


def _image_half(model: Any, device: torch.device) -> _Tower:
    import torch
    from open_clip.transform import PreprocessCfg, image_transform_v2
    from PIL import Image

    read = image_transform_v2(PreprocessCfg(**model.visual.preprocess_cfg), is_train=False)
    _drop(model, keep=lambda name: name == "visual")
    # Convolutions like their channels last: pocket at a batch of 8 takes 15–25 ms an image, not 24–32 (2 CPU cores).
    model.to(device, memory_format=torch.channels_last)
    tower = _Tower(model.encode_image, read, device, dimension=0)
    # The first pass is slow in any case; here it also shows a checkpoint full of NaN, and the dimension.
    grey = read(Image.new("RGB", (64, 64), "grey"))
    return _measured(tower, grey[None])


def _text_half(model: Any, wanted: Source, device: torch.device) -> _Tower:
    import open_clip

    # Knows the model's context length, and an own vocabulary if its config names one.
    read = open_clip.get_tokenizer(wanted.architecture)
    _drop(model, keep=lambda name: name != "visual")
    model.to(device)
    tower = _Tower(model.encode_text, read, device, dimension=0)
    return _measured(tower, read(["a photo"]))


def _drop(model: Any, keep: Callable[[str], bool]) -> None:
    """Free the other tower. In CLIP, unlike its successors, text weights hang on the model itself."""
    for name, _ in [*model.named_children(), *model.named_parameters(recurse=False)]:
        if not keep(name):
            delattr(model, name)


def _measured(tower: _Tower, inputs: torch.Tensor) -> _Tower:
    return replace(tower, dimension=_embed(tower, [inputs]).shape[1])


def _embed(tower: _Tower, chunks: Sequence[torch.Tensor]) -> Vectors:
    """Unit rows, (n, d), for all chunks together."""
    import torch

    if not chunks:
        return np.empty((0, tower.dimension), np.float32)
    with torch.inference_mode():
        features = [tower.encode(chunk.to(tower.device)).float().cpu().numpy() for chunk in chunks]
    return _unit_rows(np.concatenate(features))


def _unit_rows(features: Vectors) -> Vectors:
    """Raises EmbeddingError for rows with NaN, infinity, or nothing but zeros."""
    lengths = np.linalg.norm(features.astype(np.float64), axis=1, keepdims=True)
    bad = np.flatnonzero(~(np.isfinite(lengths) & (lengths > 0)))
    if bad.size:
        raise EmbeddingError(tuple(bad.tolist()))
    unit: Vectors = (features / lengths).astype(np.float32)
    return unit


def _device(named: Source, wanted: str) -> torch.device:
    import torch

    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return torch.device(next(name for name, here in present.items() if here))
    try:
        device = torch.device(wanted)
    except RuntimeError:
        device = None
    if device is None or not present.get(device.type, True):
        problem = f"LOOKBACK_DEVICE is {wanted}, which this machine does not have"
        raise unavailable(named.name, problem, "set LOOKBACK_DEVICE=auto")
    return device


def _longer(size: int | Sequence[int]) -> int:
    return size if isinstance(size, int) else max(size)


@contextmanager
def _explained(wanted: Source) -> Iterator[None]:
    """Whatever goes wrong on the way to a model, as the one sentence that a user gets.

    Catches every Exception: what open_clip, timm, torch, safetensors and the hub raise for a file that is not
    what it should be has no common class, and the bot lives on without its model.
    """
    try:
        yield
    except ModelUnavailable:
        raise
    except EmbeddingError as error:
        raise unavailable(wanted.name, "its weights give no finite vectors") from error
    except Exception as error:
        raise unavailable(wanted.name, hub.cause(error) or _cause(error)) from error


def _cause(error: Exception) -> str:
    kinds = {type(link).__name__ for link in hub.chain(error)}
    text = " ".join(str(error).split()).partition(". ")[0].rstrip(".")[:200]
    if kinds & {"SafetensorError", "UnpicklingError", "EOFError"}:
        return f"its weights are damaged or no weights at all ({text})"
    if "in loading state_dict" in text:
        return f"its weights do not fit its {source.CONFIG}"
    return text or type(error).__name__
