"""What a stored album is called, in the language that is spoken."""

from bot import vocabulary
from bot.similar import percent
from bot.sorting import AlbumRow
from bot.texts import AlbumLine
from bot.texts.language import current


def line(album: AlbumRow) -> AlbumLine:
    """An album as a line of a list."""
    return AlbumLine(album.number, name(album), album.size, percent(album.tightness))


def name(album: AlbumRow) -> str:
    """The name that people gave it, else its topic and the word of its captions; empty where it has none."""
    if album.given_name:
        return album.given_name
    topic = vocabulary.translated(album.topic, current()) or ""
    found = f"{topic}, {album.word}" if topic and album.word else topic or album.word
    return found[:1].upper() + found[1:]
