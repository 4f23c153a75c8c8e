"""How calibration does on real photos: run `python -m tests.backgrounds [--without WORD]... [FOLDER]...`.

A chat is a folder (the photos that ship with the sandbox, where none is named), what a photo shows its sub-folder. The
photos arrive in a random order, and each is looked for among the earlier ones, with the model's threshold and with the
chat's own. Told are the share that is answered, the share of those whose match shows the same, and of photos that show
a thing again (another four fifths of an earlier photo, from the opposite corner) the share that finds it.
"""

import argparse
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.calibration import DOUBT, FEWEST, SHARE, Bar, Kin, is_due, level, stretched
from bot.sandbox.sample import PHOTOS
from bot.vision.clip import Clip
from bot.vision.fingerprint import fingerprint, wholes
from bot.vision.images import BadImage, decode
from bot.vision.model import ImageModel

WHOLE, FIRST, AGAIN = (0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 0.8, 0.8), (0.2, 0.2, 1.0, 1.0)
FRAMINGS = (WHOLE, FIRST, AGAIN)
BATCH = 16
SETTINGS = {"model's own": 1.0, "strict": 0.5, "loose": 1.5, "calibrated": None}


@dataclass(frozen=True, slots=True)
class Chat:
    """Photos (n,) with what they show, the embeddings (n, 3, d) of their framings, and what tells copies (n,)."""

    labels: NDArray[np.str_]
    vectors: NDArray[np.float32]
    wholes: NDArray[np.void]

    def only(self, *labels: str) -> "Chat":
        rows = np.isin(self.labels, labels)
        return Chat(self.labels[rows], self.vectors[rows], self.wholes[rows])


@dataclass(frozen=True, slots=True)
class Told:
    """Shares, 0 to 1: of the photos that came, of the answers, of what was shown again."""

    answered: float
    right: float
    found: float


def sample() -> list[tuple[str, Path]]:
    """The photos of the sandbox."""
    with (PHOTOS / "photos.csv").open(newline="") as file:
        return [(row["label"], PHOTOS / row["file"]) for row in csv.DictReader(file)]


def in_folder(folder: Path, without: Sequence[str]) -> list[tuple[str, Path]]:
    """Every picture below a folder whose path holds none of some words."""
    wanted = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp")]
    return [(str(path.parent), path) for path in wanted if not any(word in str(path) for word in without)]


def looked_at(model: ImageModel, photos: Sequence[tuple[str, Path]]) -> Chat:
    """Embed the framings of photos; what can't be read is left out."""
    labels, pixels, prints = [], [], []
    for label, path in photos:
        try:
            image = decode(path.read_bytes())
        except BadImage as error:
            print(f"{path}: {error}")
            continue
        labels.append(label)
        pixels += [model.prepare(_framed(image, framing)) for framing in FRAMINGS]
        prints.append(fingerprint(image))
    vectors = np.concatenate([model.embed_images(pixels[at : at + BATCH]) for at in range(0, len(pixels), BATCH)])
    return Chat(np.array(labels), vectors.reshape(len(labels), len(FRAMINGS), -1), wholes(prints))


def _framed(image: Image.Image, box: tuple[float, float, float, float]) -> Image.Image:
    width, height = image.size
    return image.crop((int(box[0] * width), int(box[1] * height), int(box[2] * width), int(box[3] * height)))


def tripled(chat: Chat) -> Chat:
    """Each framing as a photo of its own, the framings of one photo being kin: for a set that is too small."""
    rows = np.repeat(chat.vectors.reshape(-1, 1, chat.vectors.shape[-1]), len(FRAMINGS), axis=1)
    return Chat(np.repeat(chat.labels, len(FRAMINGS)), rows, np.repeat(chat.wholes, len(FRAMINGS)))


def play(chat: Chat, threshold: float, factor: float | None, seed: int) -> Told:
    """Let the photos of a chat arrive, from the first on for which a chat is calibrated."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(chat.labels))
    labels, vectors = chat.labels[order], chat.vectors[order]
    whole, pictures = vectors[:, 0], np.unique(chat.wholes[order], return_inverse=True)[1]
    answered, right, found = [], [], []
    bar, seen = Bar(threshold if factor is None else stretched(threshold, factor)), 0
    for now in range(FEWEST, len(order)):
        if factor is None and is_due(now, seen):
            known = _kin(chat.wholes[order[:now]])
            bar, seen = Bar(threshold, level(whole[:now], known, leeway=0, seed=seed)), now
        others = np.flatnonzero(pictures[:now] != pictures[now])
        cosines = whole[others] @ whole[now]
        answered.append(_reaches(bar, cosines))
        if answered[-1]:
            right.append(labels[others[cosines.argmax()]] == labels[now])
        earlier = random.integers(now)
        cosines = whole[:now] @ vectors[earlier, 2]
        cosines[earlier] = vectors[earlier, 1] @ vectors[earlier, 2]
        found.append(_reaches(bar, cosines) and pictures[cosines.argmax()] == pictures[earlier])
    return Told(float(np.mean(answered)), float(np.mean(right)) if right else 1.0, float(np.mean(found)))


def _kin(wholes: NDArray[np.void]) -> Kin:
    none = np.full(len(wholes), -1)
    hashes, sure = wholes["bits"].astype(np.uint64), wholes["sure"].astype(np.uint64)
    return Kin(hashes, sure, wholes["tone"].astype(np.float32), none, none, np.zeros(len(wholes)))


def _reaches(bar: Bar, cosines: NDArray[np.float32]) -> bool:
    best = np.sort(cosines)[::-1]
    return bool(best[0] >= bar.over([float(cosine) for cosine in best[:6]]))


def mean(chat: Chat, threshold: float, factor: float | None, seeds: int) -> Told:
    """Over several orders of arrival."""
    told = [play(chat, threshold, factor, seed) for seed in range(seeds)]
    return Told(*(float(np.mean([getattr(one, name) for one in told])) for name in ("answered", "right", "found")))


def main() -> None:
    """Print a table for the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--without", action="append", default=[])
    args = parser.parse_args()
    model = Clip("pocket")
    model.load()
    shipped = looked_at(model, sample())
    chats = {"sandbox": shipped, "sandbox, fish in 3 framings": tripled(shipped.only("fish"))}
    chats |= {str(folder): looked_at(model, in_folder(folder, args.without)) for folder in args.folders}
    print(f"share {SHARE:.2f}, doubt {DOUBT}, model {model.id}, threshold {model.threshold}")
    print("| photos | " + " | ".join(f"{name}: answered / right / found" for name in SETTINGS) + " |")
    for name, chat in chats.items():
        seeds = max(1, 300 // len(chat.labels))
        cells = (mean(chat, model.threshold, factor, seeds) for factor in SETTINGS.values())
        shown = (f"{one.answered:.0%} / {one.right:.0%} / {one.found:.0%}" for one in cells)
        print(f"| {name} ({len(chat.labels)}) | " + " | ".join(shown) + " |")


if __name__ == "__main__":
    main()
