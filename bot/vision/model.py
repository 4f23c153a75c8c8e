"""What the rest of the bot knows about an image model: its interface and how it fails. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image


class ModelUnavailable(Exception):
    """The model cannot be loaded. `str()` is one sentence for a user: which model, the cause, the ways out."""


class EmbeddingError(Exception):
    """The model answered some inputs with numbers that are no vector. `rows` are their places in the batch."""

    def __init__(self, rows: tuple[int, ...]) -> None:
        super().__init__(f"the model gave no finite vector for input {', '.join(map(str, rows))} of the batch")
        self.rows = rows


class ImageModel(Protocol):
    """A dual encoder: photos and texts as unit vectors of one space. The real one is `bot.vision.clip.Clip`."""

    @property
    def id(self) -> str:
        """Stored with each vector, and known before `load`: vectors of two ids are never compared."""

    @property
    def input_size(self) -> int:
        """Pixels of the longer side of the model's input; before `load` a good guess."""

    @property
    def threshold(self) -> float:
        """Cosine similarity from which two photos count as related. Each model has its own scale."""

    @property
    def english_only(self) -> bool:
        """Whether its texts have to be English; False where that is not known."""

    def load(self) -> None:
        """Make the image tower ready; blocks (seconds, or minutes where weights are fetched). Idempotent.

        Raises:
            ModelUnavailable: it cannot be had now; calling again later tries again.
        """

    def prepare(self, image: Image) -> NDArray[np.float32]:
        """The model's own preprocessing of an RGB image: (3, height, width)."""

    def embed_images(self, batch: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Prepared images to unit rows, (n, d). Raises EmbeddingError rather than return NaN."""

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Texts to unit rows, (n, d). Loads the text tower on first use."""


def unavailable(model: str, cause: str, remedy: str | None = None) -> ModelUnavailable:
    """The sentence of a `ModelUnavailable`. `cause` is a clause with no full stop; `remedy` too, where it is known
    and another model would not help.
    """
    first = "set LOOKBACK_MODEL=pocket for the small model that comes with Lookback"
    if model == "pocket":
        first = "install Lookback again"
    ways = f"{first}, or LOOKBACK_MODEL=local-dir:/path for a folder with open_clip_config.json and its weights"
    return ModelUnavailable(f"The model {model} cannot be used: {cause}; {remedy or ways}.")
