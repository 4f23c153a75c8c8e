"""How well words find photos: `python -m tests.measure_finding` asks the small model for things on the shipped photos.

Prints, for each of several floors, how many of the things that are shown there are answered, and rightly, and how many
that are not; with `--each`, what every query found. Then what the text tower costs.
"""

import sys
import time
from collections.abc import Callable

import numpy as np

from bot import query_vectors
from bot.query_vectors import BACKGROUND, Vector, Wanted, near
from bot.sandbox.sample import PHOTOS
from bot.vision.clip import Clip
from bot.vision.images import decode

SHOWN = {
    "a fish": "fish", "fish": "fish", "goldfish": "fish-11 fish-03", "coral reef": "fish", "a windmill": "windmill",
    "windmill": "windmill", "scissors": "tool-09", "hammer": "tool-01 tool-02", "wrench": "tool-13 tool-14",
    "pliers": "tool-07 tool-08 tool-12", "screwdriver": "tool-10 tool-11", "measuring tape": "tool-03 tool-04",
    "tools": "tool", "cat": "cat", "a cup of coffee": "coffee buffet", "flower": "flower", "rocket": "rocket",
    "astronaut": "person", "the moon": "space-02", "stars and galaxies": "space-01", "solar panels": "solar",
    "a house of snow": "igloo", "igloo": "igloo", "volleyball": "volleyball", "frying pan": "pan",
    "a cooking pot": "pan", "pencil": "pencil", "bucket": "bucket", "dam": "dam",
    "tower": "monument-02 monument-06 dam-01", "palace": "monument-05 monument-03 monument-06",
    "old monument": "monument",
}  # fmt: skip
"""What to ask for, and how the names of the right photos begin (bot/sandbox/photos/alt.csv says what they show)."""
ABSENT = (
    "qwertz", "asdf", "tax return 2019", "submarine", "birthday cake", "dog", "football stadium", "giraffe", "pizza",
    "my grandmother", "laptop", "guitar", "bicycle", "airplane", "elephant", "sunset at the beach", "christmas tree",
    "wedding", "mountain bike race", "a red car", "people dancing", "screenshot of a chat", "snake", "horse", "piano",
    "book", "strawberries", "lighthouse", "zebra", "train",
)  # fmt: skip
FLOORS = (2.0, 2.25, 2.5, 2.75, 3.0)


def resident() -> float:
    """Megabytes of this process in memory; 0 where the system has no /proc."""
    try:
        with open("/proc/self/statm") as file:  # noqa: PTH123
            return int(file.read().split()[1]) * 4096 / 1e6
    except OSError:
        return 0.0


def clocked(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds that it takes, and megabytes that it adds."""
    before, begun = resident(), time.perf_counter()
    work()
    return time.perf_counter() - begun, resident() - before


def embedded(clip: Clip) -> tuple[list[str], Vector]:
    """The shipped photos' names and vectors (n, d)."""
    files = sorted(PHOTOS.glob("*.jpg"))
    images = [clip.prepare(decode(file.read_bytes(), max_pixels=10**8)) for file in files]
    return [file.stem for file in files], np.concatenate([clip.embed_images([image]) for image in images])


def main(*, each: bool) -> None:
    clip = Clip("pocket")
    clip.load()
    names, photos = embedded(clip)
    print(
        "text tower: loaded and first text in {:.1f} s, {:.0f} MB more".format(
            *clocked(lambda: clip.embed_texts(["a"]))
        )
    )
    print("one text: {:.0f} ms".format(1000 * clocked(lambda: clip.embed_texts(["sunset at the beach"]))[0]))
    background = clip.embed_texts(BACKGROUND)

    def found(words: str) -> list[str]:
        wanted = Wanted(clip.embed_texts([words])[0], None, None, clip.threshold)
        return [names[row] for row in near(wanted, photos, background)]

    for sigmas in FLOORS:
        query_vectors.SIGMAS = sigmas
        answers = {words: found(words) for words in SHOWN}
        right = {
            words: [name.startswith(tuple(SHOWN[words].split())) for name in names_]
            for words, names_ in answers.items()
        }
        answered = [words for words in SHOWN if answers[words]]
        print(
            f"floor at {sigmas:.2f} deviations: of {len(SHOWN)} things shown {len(answered)} answered, "
            f"the first right {sum(right[words][0] for words in answered)}, one of the first five right "
            f"{sum(any(right[words][:5]) for words in answered)}; of {len(ABSENT)} not shown "
            f"{sum(bool(found(words)) for words in ABSENT)} answered"
        )
        if each and sigmas == 2.5:
            for words in (*SHOWN, *ABSENT):
                print(f"  {words}: {', '.join(found(words)[:5]) or '–'}")


if __name__ == "__main__":
    main(each="--each" in sys.argv[1:])
