"""Write what `pocket` makes of the vocabulary: `python -m tests.word_vectors`, after a change of its words."""

import numpy as np

from bot import vocabulary
from bot.vision.clip import Clip
from bot.word_vectors import PROMPT, SHIPPED, digest


def main() -> None:
    """As float16: the cosines are the same to three digits."""
    model = Clip("pocket", "cpu")
    vectors = model.embed_texts([PROMPT.format(word=word) for word in vocabulary.words()])
    np.savez(SHIPPED, model=model.id, digest=digest(), vectors=vectors.astype(np.float16))


if __name__ == "__main__":
    main()
