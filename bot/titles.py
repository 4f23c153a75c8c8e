"""What a stored album is called, in the language that is spoken."""

from bot.similar import percent
from bot.sorting import AlbumRow
from bot.texts import AlbumLine


def line(album: AlbumRow) -> AlbumLine:
    """An album as a line of a list."""
    return AlbumLine(album.number, name(album), album.size, percent(album.tightness))


def name(album: AlbumRow) -> str:
    """The name that people gave it; empty where it has none."""
    return album.given_name
