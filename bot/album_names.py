"""Names that albums get by themselves: what their photos show, and what people wrote under them.

They are kept as a word of the vocabulary, to be said in each language, and a word of the captions as it was written.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot import vocabulary
from bot.captions import common_word, same_word
from bot.naming import topics
from bot.photos import Photos
from bot.texts.language import LANGUAGES
from bot.word_vectors import Vectors as Rows
from bot.word_vectors import WordVectors
from storage.photos import Vectors
from storage.rows import NewAlbum


class AlbumNames:
    """Where the words can't be embedded there are no topics; captions still count."""

    def __init__(self, photos: Photos) -> None:
        self._photos, self._words = photos, WordVectors(photos)
        self._store, self._albums = photos.workers.store, photos.workers.albums

    async def named(
        self, chat_id: int, albums: Sequence[NewAlbum], known: Vectors, progress: Callable[[float], None]
    ) -> list[NewAlbum]:
        """The albums with their names, those that have one.

        Args:
            known: ids and vectors of all photos of the chat that were sorted.
        """
        if not albums:
            return []
        captions = await self._store(self._photos.store.clusterings.captions, chat_id)
        words = await self._words.get(progress)
        return await self._albums(_named, albums, known, words, captions)


def _named(
    albums: Sequence[NewAlbum], known: Vectors, words: Rows | None, captions: Mapping[int, str]
) -> list[NewAlbum]:
    found = _topics(albums, known, words)
    return [
        replace(album, topic=topic, word=_word(album, topic, captions))
        for album, topic in zip(albums, found, strict=True)
    ]


def _topics(albums: Sequence[NewAlbum], known: Vectors, words: Rows | None) -> list[str]:
    if words is None:
        return [""] * len(albums)
    row_of = {int(photo_id): row for row, photo_id in enumerate(known.ids)}
    found = topics([[row_of[photo_id] for photo_id in album.photo_ids] for album in albums], known.vectors, words)
    return ["" if word is None else vocabulary.words()[word] for word in found]


def _word(album: NewAlbum, topic: str, captions: Mapping[int, str]) -> str:
    """The word of the album's captions, unless it only says what the topic says."""
    members = set(album.photo_ids)
    inside = [caption for photo_id, caption in captions.items() if photo_id in members]
    outside = [caption for photo_id, caption in captions.items() if photo_id not in members]
    word = common_word(inside, outside, vocabulary.stop_words())
    said = [vocabulary.translated(topic, code) or topic for code in LANGUAGES] if topic else []
    return "" if any(same_word(word, part) for text in said for part in text.split()) else word
