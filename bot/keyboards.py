"""The buttons, and what their data means (Bot API: 64 bytes at most, so ids of the store)."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import texts
from bot.sorting import AlbumRow
from bot.texts import choosing_language, finding, notsame, privacy
from bot.texts.language import LANGUAGES
from bot.titles import name

STOP = r"^stop:(\d{1,18})$"
ALBUM = r"^album:(\d{1,18}):(\d{1,4}):(\d{1,9})$"
"""Clustering, number of the album, photos that were shown before. Bounded: a client may send whatever it likes."""
FORGET = r"^forget:(\d{1,18}):(yes|no)$"
LANGUAGE = rf"^language:({'|'.join(LANGUAGES)})$"
FIND = r"^find:(\d{1,18}):(\d{1,4})$"
"""The event of a search, photos that were shown before."""
NOT_SAME = r"^notsame:(\d{1,2})$"
"""A line of the answer that the button is under."""
COLUMNS = 2
NUMBERS = 5
"""Buttons with a number beside each other."""
MOST = 40


def not_same(lines: Sequence[tuple[int, str]]) -> InlineKeyboardMarkup:
    """To take back what an answer says: number and tier of each of its lines."""
    if len(lines) == 1:
        number, tier = lines[0]
        words = {number: notsame.button_not_similar() if tier == "related" else notsame.button_not_same()}
    else:
        words = {number: notsame.button_numbered(number) for number, _ in lines}
    buttons = [InlineKeyboardButton(word, callback_data=f"notsame:{number}") for number, word in words.items()]
    return InlineKeyboardMarkup([buttons[start : start + NUMBERS] for start in range(0, len(buttons), NUMBERS)])


def stop(event_id: int) -> InlineKeyboardMarkup:
    """One button that ends the posting of albums."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(texts.button_stop(), callback_data=f"stop:{event_id}")]])


def forget(confirmation_id: int) -> InlineKeyboardMarkup:
    """To confirm that a whole chat is forgotten, or not."""
    words = {"yes": privacy.button_forget(), "no": privacy.button_keep()}
    row = [InlineKeyboardButton(word, callback_data=f"forget:{confirmation_id}:{it}") for it, word in words.items()]
    return InlineKeyboardMarkup([row])


def languages() -> InlineKeyboardMarkup:
    """A button for each language that is spoken."""
    buttons = [
        InlineKeyboardButton(choosing_language.button(code), callback_data=f"language:{code}") for code in LANGUAGES
    ]
    return InlineKeyboardMarkup([buttons[start : start + COLUMNS] for start in range(0, len(buttons), COLUMNS)])


def albums(clustering_id: int, albums: Sequence[AlbumRow]) -> InlineKeyboardMarkup | None:
    """A button for each album that has photos left to show; None where all are shown."""
    buttons = [_button(clustering_id, album) for album in albums if album.posted < album.size][:MOST]
    rows = [buttons[start : start + COLUMNS] for start in range(0, len(buttons), COLUMNS)]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(clustering_id: int, album: AlbumRow) -> InlineKeyboardButton:
    text = (
        texts.button_more(album.number, name(album), album.size - album.posted)
        if album.posted
        else texts.button_album(album.number, name(album))
    )
    return InlineKeyboardButton(text, callback_data=f"album:{clustering_id}:{album.number}:{album.posted}")


def more_found(event_id: int, offset: int, left: int) -> InlineKeyboardMarkup | None:
    """A button for the next photos of a search; None where there are none."""
    if not left:
        return None
    data = f"find:{event_id}:{offset}"
    return InlineKeyboardMarkup([[InlineKeyboardButton(finding.button_more(min(left, 10)), callback_data=data)]])
