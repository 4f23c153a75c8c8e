"""Words on pictures, for the benchmark: caption bars, meme captions, screenshots of chats. Pillow's own font."""

from __future__ import annotations

import textwrap
from random import Random

from PIL import Image, ImageDraw

WHO = (
    "my cat", "the whole team", "grandma", "nobody", "the new guy", "my phone", "our neighbour", "the teacher",
    "me at 3 am", "the weather", "mum", "every driver", "the landlord", "my last braincell", "the bus", "a penguin",
)  # fmt: skip
DOES = (
    "waiting for", "seeing", "after", "trying to fix", "explaining", "running from", "forgetting", "paying for",
    "looking at", "dreaming of", "arguing about", "ordering", "losing", "painting", "testing", "ignoring",
)  # fmt: skip
WHAT = (
    "the weekend", "a cold pizza", "Monday morning", "the group chat", "one more update", "the wrong train", "homework",
    "a second coffee", "the last biscuit", "rain in July", "an empty fridge", "the printer", "a parking space",
    "the old password", "seven alarms", "the gym",
)  # fmt: skip


def words(random: Random) -> str:
    """A short sentence, one of four thousand."""
    return f"{random.choice(WHO)} {random.choice(DOES)} {random.choice(WHAT)}"


def bar(photo: Image.Image, text: str, *, above: bool) -> Image.Image:
    """The photo with a white bar above or below, and the text on it in black."""
    size = max(12, photo.width // 18)
    lines = textwrap.wrap(text, 30)
    height = round(size * (1.3 * len(lines) + 0.8))
    made = Image.new("RGB", (photo.width, photo.height + height), "white")
    made.paste(photo, (0, height if above else 0))
    top = round(size * 0.4) + (0 if above else photo.height)
    draw = ImageDraw.Draw(made)
    for number, line in enumerate(lines):
        draw.text((size // 2, top + round(1.3 * size * number)), line, "black", font_size=size)
    return made


def meme(photo: Image.Image, top: str, bottom: str) -> Image.Image:
    """The photo with a caption at the top and one at the bottom: white capitals with a black outline."""
    made = photo.copy()
    draw = ImageDraw.Draw(made)
    size = max(12, photo.width // 15)
    for text, at, anchor in ((top, 0.03, "ma"), (bottom, 0.97, "md")):
        lines = "\n".join(textwrap.wrap(text.upper(), 24))
        draw.multiline_text(
            (photo.width // 2, round(at * photo.height)), lines, "white", anchor=anchor, align="center",
            font_size=size, stroke_width=max(1, size // 12), stroke_fill="black",
        )  # fmt: skip
    return made


def chat(random: Random) -> Image.Image:
    """A phone's screenshot of a chat with other words each time: bubbles left and right."""
    screen = Image.new("RGB", (1080, 2000), "#e6ebee")
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 1080, 150), "#517da2")
    draw.text((150, 45), "Weekend plans", "white", font_size=56)
    top = 190
    while top < 1800:
        lines = textwrap.wrap(" and ".join(words(random) for _ in range(random.randint(1, 2))), 34)
        height = 60 * len(lines) + 40
        mine = random.random() < 0.4
        left = 240 if mine else 40
        draw.rounded_rectangle((left, top, left + 800, top + height), 28, "#effdde" if mine else "white")
        draw.multiline_text((left + 30, top + 14), "\n".join(lines), "black", font_size=44, spacing=16)
        top += height + 24
    return screen
