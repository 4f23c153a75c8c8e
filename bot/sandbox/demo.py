"""A scripted group chat in the terminal: the real bot, the small model and real photos, with no token.

`deploy/try` runs it. What the bot posts is drawn into pictures as a chat would show it, and their paths are printed.
"""

import asyncio
import csv
import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from pydantic import SecretStr
from tqdm import tqdm

from bot.app import App, build, running
from bot.config import Settings
from bot.limits import Limits
from bot.pictures import chat_picture
from bot.sandbox.door_inprocess import InProcess
from bot.sandbox.sample import PHOTOS
from bot.sandbox.state import Chat, Message, User
from bot.sandbox.telegram import Telegram

NEW = ("fish-11.jpg", "monument-05.jpg", "windmill-01.jpg")
"""Sent while the bot watches: a fish, and two that come as one album."""
DAY = 86_400.0


class Scene:
    """The group, its three members, and what has been drawn so far."""

    def __init__(self, out: Path) -> None:
        self.telegram = Telegram()
        self.people = [self.telegram.add_user(name) for name in ("Ann", "Ben", "Cleo")]
        self.chat: Chat = self.telegram.new_chat(
            "supergroup", "Field trip", members=self.people, admins=self.people[:1]
        )
        self.out = out
        self._seen: set[int] = set()

    def seed(self, names: list[str]) -> None:
        """Send the photos of the past months: they are remembered, and too old to be answered."""
        begun = time.time() - 120 * DAY
        for number, name in enumerate(names):
            date = begun + number * 110 * DAY / len(names)
            self.telegram.send_photo(self.chat, self.people[number % 3], read(name), date=date)

    def send(self, user: User, *names: str) -> None:
        """Someone sends a photo, or several as an album."""
        album = "album-1" if len(names) > 1 else None
        click.secho(f"\n{user.first_name} sends {', '.join(names)}", fg="cyan")
        for name in names:
            self._note(self.telegram.send_photo(self.chat, user, read(name), album=album))

    def type(self, user: User, text: str) -> None:
        """Someone writes."""
        click.secho(f"\n{user.first_name}: {text}", fg="cyan")
        self._note(self.telegram.send_text(self.chat, user, text))

    def _note(self, message: Message) -> None:
        self._seen.add(message["message_id"])

    def unseen(self) -> list[Message]:
        """What the bot has posted since the last look."""
        return [one for one in self.telegram.bot_messages(self.chat) if one["message_id"] not in self._seen]

    def draw(self, name: str) -> list[Path]:
        """Print what the bot has posted, and save it as pictures; an album is one."""
        posts: dict[str, list[Message]] = {}
        for message in self.unseen():
            posts.setdefault(message.get("media_group_id", str(message["message_id"])), []).append(message)
            self._note(message)
        return [self._draw(post, f"{name}-{number}") for number, post in enumerate(posts.values(), 1)]

    def _draw(self, post: list[Message], name: str) -> Path:
        caption = str(post[0].get("caption") or post[0].get("text") or "")
        click.echo("\n".join(f"  Lookback: {line}" for line in caption.splitlines()))
        photos = [self._file(message) for message in post if "photo" in message]
        path = self.out / f"{name}.png"
        path.write_bytes(chat_picture(photos, caption))
        click.secho(f"  picture: {path}", fg="green")
        return path

    def _file(self, message: Message) -> bytes:
        return self.telegram.files.content(message["photo"][-1]["file_id"]) or b""


def read(name: str) -> bytes:
    """A sample photo."""
    return (PHOTOS / name).read_bytes()


def sample() -> list[str]:
    """The sample photos that make up the past, in an order that mixes the subjects."""
    with (PHOTOS / "photos.csv").open(newline="") as file:
        names = [row["file"] for row in csv.DictReader(file) if row["file"] not in NEW]
    return sorted(names, key=lambda name: (name.rsplit("-", 1)[-1], name))


async def remembered(app: App, scene: Scene, count: int) -> None:
    """Wait until all photos are embedded, with a bar."""
    photos = app.bot_data["lookback"].photos
    with tqdm(total=count, desc="Looking at the photos", unit="photo") as bar:
        while bar.n < count:
            bar.update(await photos.count(scene.chat.id) - bar.n)
            await asyncio.sleep(0.1)


async def play(out: Path, database: Path) -> None:
    """The whole scene."""
    scene, past = Scene(out), sample()
    settings = Settings(token=SecretStr(scene.telegram.token), database=database, model="pocket", album_wait=0.5)
    click.echo("Starting the bot and its small model (a few seconds) …")
    # Nobody is flooded here, so albums need not keep to Telegram's 20 messages a minute.
    unlimited = Limits(per_group=10_000, overall=10_000)
    async with running(build(settings, request=InProcess(scene.telegram), limits=unlimited)) as app:
        scene.seed(past)
        await remembered(app, scene, len(past))
        ann, ben, cleo = scene.people
        scene.send(ben, NEW[0])
        await scene.telegram.wait_for(scene.unseen, 60)
        scene.draw("answer")
        scene.send(cleo, *NEW[1:])
        await scene.telegram.wait_for(scene.unseen, 60)
        scene.draw("answer-to-album")
        scene.type(ann, "/cluster")
        await scene.telegram.wait_for(lambda: finished(scene), 120)
        scene.draw("cluster")


def finished(scene: Scene) -> bool:
    """Whether the overview has its last buttons (the stop button is gone)."""
    posts = scene.unseen()
    return bool(posts) and "stop:" not in str(posts[0].get("reply_markup")) and "photo" in posts[0] and len(posts) > 1


@contextmanager
def database() -> Iterator[Path]:
    """A database for one scene."""
    folder = Path(tempfile.mkdtemp(prefix="lookback-"))
    try:
        yield folder / "lookback.db"
    finally:
        shutil.rmtree(folder)


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("lookback-answers"), show_default=True
)
def main(out: Path) -> None:
    """Show the main job of Lookback on real photos, in a group chat that is made up."""
    logging.basicConfig(level=logging.WARNING)
    if not PHOTOS.is_dir():
        raise click.ClickException(f"The sample photos are not at {PHOTOS}; run this from a clone of the repository.")
    out.mkdir(parents=True, exist_ok=True)
    with database() as path:
        asyncio.run(play(out, path))
    click.echo(f"\nThat was the real bot on your machine. Its posts are the pictures in {out.resolve()}.")


if __name__ == "__main__":
    main()
