"""The vectors of the vocabulary, for each model that has made them."""

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

Vectors = NDArray[np.float32]


class Words:
    """They belong to no chat, and hold nothing of one."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, model: str, digest: str, count: int) -> Vectors | None:
        """The vectors (count, d) of the texts with this digest; None where the model has not made them yet."""
        sql = "SELECT vectors FROM word_vectors WHERE model = ? AND digest = ?"
        found = self._db.execute(sql, [model, digest]).fetchone()
        return None if found is None else np.frombuffer(found[0], "<f4").reshape(count, -1)

    def put(self, model: str, digest: str, vectors: Vectors) -> None:
        """Keep the vectors, instead of those of an earlier vocabulary."""
        values = [model, digest, vectors.astype("<f4").tobytes()]
        self._db.execute("INSERT OR REPLACE INTO word_vectors VALUES (?, ?, ?)", values)
