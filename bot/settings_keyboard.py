"""The buttons of `/settings`. What is in force is ticked; the data names a topic, a page and an option of it."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.choices import AS_CHAT, DONE, MAIN, PAGES, THERE, View
from bot.manners import WHOLE_CHAT
from bot.texts import settings as texts

SET = r"^set:(\d{1,10}):([a-z]{1,10})(?::(-?[a-z0-9]{1,10}(?:-\d{1,2})?))?$"
"""Topic (0: the whole chat), page, option. Bounded: a client may send whatever it likes."""
FIRST = ("mode", "strict", "photos", "leeway", "quiet", "log", "language")
"""The rows of the first page."""


def keyboard(view: View, page: str) -> InlineKeyboardMarkup | None:
    """The buttons under a page; none under the last one."""
    if page == DONE:
        return None
    if page == MAIN:
        return InlineKeyboardMarkup([*_scopes(view), *_rows(view, FIRST), [_button(view, texts.button_done(), DONE)]])
    options = [_option(view, page, one) for one in PAGES[page].options]
    rows = _in_columns(options, PAGES[page].columns)
    if view.for_topic and PAGES[page].back == MAIN:
        rows.append([_option(view, page, AS_CHAT)])
    if page == "log":
        rows.append([_option(view, page, THERE)])
    if page == "quiet":
        rows += [[_button(view, texts.button_other_hours(), "from")], *_rows(view, ["clock"])]
    return InlineKeyboardMarkup([*rows, [_button(view, texts.button_back(), PAGES[page].back)]])


def _scopes(view: View) -> list[list[InlineKeyboardButton]]:
    """In a forum: whether this topic is set, or the whole chat."""
    if view.topic is None:
        return []
    named = {view.topic: texts.button_this_topic(), WHOLE_CHAT: texts.button_whole_chat()}
    return [
        [
            InlineKeyboardButton(_ticked(text, thread == view.thread), callback_data=f"set:{thread}:{MAIN}")
            for thread, text in named.items()
        ]
    ]


def _rows(view: View, pages: Sequence[str]) -> list[list[InlineKeyboardButton]]:
    own = [page for page in pages if not (view.for_topic and PAGES[page].whole_chat)]
    return [[_button(view, texts.row(view, page), page)] for page in own]


def _in_columns(buttons: Sequence[InlineKeyboardButton], columns: int) -> list[list[InlineKeyboardButton]]:
    return [list(buttons[start : start + columns]) for start in range(0, len(buttons), columns)]


def _option(view: View, page: str, option: str) -> InlineKeyboardButton:
    text = _ticked(texts.option(page, option, view.now), option == view.chosen(page))
    return _button(view, text, f"{page}:{option}")


def _button(view: View, text: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=f"set:{view.thread}:{data}")


def _ticked(text: str, is_chosen: bool) -> str:
    return f"✓ {text}" if is_chosen else text
