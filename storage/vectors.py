"""Embeddings as blobs: little-endian float32, so that a database moves between machines."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

DTYPE = np.dtype("<f4")


def to_blob(vector: NDArray[np.float32]) -> bytes:
    """Encode one embedding of shape (d,) as 4·d bytes.

    Raises:
        ValueError: the vector is not one-dimensional, not finite, or not of unit length (to 1e-3).
    """
    if vector.ndim != 1 or not np.isfinite(vector).all() or abs(float(np.linalg.norm(vector)) - 1) > 1e-3:
        raise ValueError("an embedding is one row of finite numbers, of unit length")
    return vector.astype(DTYPE).tobytes()


def from_blobs(blobs: Sequence[bytes], dim: int | None = None) -> NDArray[np.float32]:
    """Decode n blobs of one model into an array of shape (n, d); no blobs give (0, dim or 0)."""
    if not blobs:
        return np.empty((0, dim or 0), dtype=np.float32)
    return np.frombuffer(b"".join(blobs), dtype=DTYPE).reshape(len(blobs), -1).astype(np.float32, copy=False)
