"""The vocabulary as the model sees it: embedded once for each model, in the thread that embeds photos, and kept.

What `pocket` makes of it ships with the words (`python -m tests.word_vectors` writes it).
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bot import vocabulary
from bot.photos import Photos

Vectors = NDArray[np.float32]

PROMPT = "a photo of {word}"
"""The mean of five prompts (alone, picture, close-up, many …) named the shipped photos' albums no better."""
AT_ONCE = 4
"""Texts that are embedded before a batch of photos has its turn: less than a second, also with a large model."""
PATIENCE = 20.0
"""Seconds that albums wait for the words; a large model on a small machine takes minutes, and has them next time."""
SHIPPED = vocabulary.FOLDER / "vectors.npz"

logger = logging.getLogger(__name__)


class WordVectors:
    """For the one model of a running bot. Its text tower is loaded when it is first needed here."""

    def __init__(self, photos: Photos) -> None:
        self._photos, self._model = photos, photos.model
        self._store, self._clip, self._load = photos.workers.store, photos.workers.clip, photos.workers.load
        self._made: Vectors | None = None
        self._work: asyncio.Task[None] | None = None
        self._done = 0.0

    async def get(self, progress: Callable[[float], None]) -> Vectors | None:
        """Unit rows (words, d) in the order of the vocabulary; None where they can't be had now: names only adorn."""
        if self._made is None:
            if self._work is None or self._work.done():
                self._work = asyncio.create_task(self._make())
            ends_at = asyncio.get_running_loop().time() + PATIENCE
            while not self._work.done() and (left := ends_at - asyncio.get_running_loop().time()) > 0:
                progress(self._done)
                await asyncio.wait({self._work}, timeout=min(1.0, left))
        return self._made

    async def _make(self) -> None:
        try:
            texts = _texts()
            known = await self._store(self._photos.store.words.get, self._model.id, digest(), len(texts))
            if known is None:
                known = await self._load(shipped, self._model.id)
            self._made = known if known is not None else await self._embed(texts)
        except Exception:
            if not self._photos.closing.is_set():
                logger.exception("albums stay without names: the words can't be embedded")

    async def _embed(self, texts: list[str]) -> Vectors:
        made = []
        for start in range(0, len(texts), AT_ONCE):
            self._done = start / len(texts)
            made.append(await self._clip(self._model.embed_texts, texts[start : start + AT_ONCE]))
        vectors = np.concatenate(made)
        await self._store(self._photos.store.words.put, self._model.id, digest(), vectors)
        return vectors


def shipped(model: str) -> Vectors | None:
    """The vectors that come with the vocabulary; None where they are of another model, or of other words."""
    with np.load(SHIPPED) as file:
        if (str(file["model"]), str(file["digest"])) != (model, digest()):
            return None
        vectors: Vectors = file["vectors"].astype(np.float32)
    return vectors


def _texts() -> list[str]:
    return [PROMPT.format(word=word) for word in vocabulary.words()]


def digest() -> str:
    """Of the texts that are embedded: other words want other vectors."""
    return hashlib.sha256("\n".join(_texts()).encode()).hexdigest()
