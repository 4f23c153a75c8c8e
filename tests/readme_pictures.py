"""Remakes the pictures of the README with the real code: `python -m tests.readme_pictures`."""

import asyncio
import io
import tempfile
from pathlib import Path

from PIL import Image

from bot.sandbox.demo import database, play

PICTURES = Path(__file__).parent / "pictures"
WANTED = {"answer-1": "answer", "cluster-1": "overview", "cluster-2": "album"}
WIDTH = 640


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, database() as path:
        asyncio.run(play(Path(folder), path))
        PICTURES.mkdir(exist_ok=True)
        for made, name in WANTED.items():
            image = Image.open(io.BytesIO((Path(folder) / f"{made}.png").read_bytes())).convert("RGB")
            image.thumbnail((WIDTH, 10 * WIDTH), Image.Resampling.LANCZOS)
            image.save(PICTURES / f"{name}.jpg", quality=85, optimize=True)


if __name__ == "__main__":
    main()
