"""What albums are called: `python -m tests.measure_names [FOLDER]` prints the names that the shipped photos get.

Of a FOLDER with photos in subfolders, each subfolder is taken as an album among a hundred photos of the others, and
then random mixtures of a few photos each, which should have no name. The figures of `bot/naming.py` were set with
Debian's tuxpaint-stamps-default (usr/share/tuxpaint/stamps of the package).
"""

import csv
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from bot import vocabulary
from bot.albums import make_albums
from bot.naming import FEWEST, Vectors, topics
from bot.sandbox.sample import PHOTOS
from bot.vision.clip import Clip
from bot.vision.images import decode
from bot.word_vectors import PROMPT

AMONG = 100
MIXTURES = 400
FEWEST_PIXELS = 80
DRAWN = {"cartoon", "symbols", "roadsigns", "flags"}


def shipped(model: Clip, words: Vectors) -> None:
    """Sort the shipped photos, all of them and those of four kinds, and name the albums."""
    with (PHOTOS / "photos.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    seen = [model.embed_images([model.prepare(decode((PHOTOS / row["file"]).read_bytes()))])[0] for row in rows]
    for kinds in ({row["label"] for row in rows}, {"fish", "monument", "tool", "windmill"}):
        here = [place for place, row in enumerate(rows) if row["label"] in kinds]
        vectors = np.stack([seen[place] for place in here])
        for k in (None, 4, 6, 9):
            made = make_albums(vectors, k=k)
            print(f"{len(here)} photos, k = {k or f'{made.k}, chosen'}")
            names = topics([album.members for album in made.albums], vectors, words)
            for album, name in zip(made.albums, names, strict=True):
                shown = Counter(rows[here[row]]["object"] for row in album.members)
                print(f"  {said(name):20} {len(album.members):3}  {', '.join(shown)}")


def folders(root: Path, model: Clip, words: Vectors) -> None:
    """Name each folder's photos, and mixtures."""
    labels, rows = [], []
    for path in sorted(root.rglob("*.*")):
        kind = path.parent.relative_to(root)
        if path.suffix.lower() in (".png", ".jpg", ".jpeg") and not DRAWN & set(kind.parts):
            image = opaque(path)
            if max(image.size) >= FEWEST_PIXELS:
                labels.append(str(kind))
                rows.append(model.embed_images([model.prepare(image)])[0])
    vectors, dice = np.stack(rows), np.random.default_rng(1)
    for kind, count in Counter(labels).items():
        members = [place for place, label in enumerate(labels) if label == kind]
        if count >= FEWEST:
            print(f"  {kind:28} {count:3}  {said(among(members, vectors, words, dice))}")
    named = 0
    for _ in range(MIXTURES):
        kinds = dice.choice(sorted(set(labels)), dice.integers(FEWEST, 7), replace=False)
        members = [int(dice.choice([place for place, label in enumerate(labels) if label == kind])) for kind in kinds]
        name = among(members, vectors, words, dice)
        if name is not None:
            named += 1
            print(f"  a mixture was named {said(name)}: {', '.join(kinds)}")
    print(f"{named} of {MIXTURES} mixtures have a name")


def among(members: Sequence[int], vectors: Vectors, words: Vectors, dice: np.random.Generator) -> int | None:
    others = dice.choice(np.setdiff1d(np.arange(len(vectors)), members), AMONG, replace=False)
    return topics([range(len(members))], vectors[[*members, *others]], words)[0]


def opaque(path: Path) -> Image.Image:
    """A picture on a white ground."""
    image = Image.open(path).convert("RGBA")
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image)
    return ground.convert("RGB")


def said(word: int | None) -> str:
    return "–" if word is None else vocabulary.words()[word]


def main() -> None:
    model = Clip("pocket", "cpu")
    begun = time.perf_counter()
    model.embed_texts(["a photo"])
    loaded = time.perf_counter()
    words = model.embed_texts([PROMPT.format(word=word) for word in vocabulary.words()])
    ended = time.perf_counter()
    print(f"text tower {loaded - begun:.1f} s, {len(words)} words {ended - loaded:.1f} s, {words.nbytes:,} bytes")
    shipped(model, words)
    if len(sys.argv) > 1:
        folders(Path(sys.argv[1]), model, words)


if __name__ == "__main__":
    main()
