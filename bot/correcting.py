"""Taking a line out of an answer that stands in the chat: its words, its picture, and at last the whole answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from telegram import Bot, InlineKeyboardMarkup, InputMediaPhoto

from bot import keyboards, texts
from bot.answers import line
from bot.dismissing import Dismissing, Told
from bot.photos import EventRow, Photos
from bot.sending import Sender
from bot.showing import Picture, Shower
from bot.texts import notsame
from bot.undoing import Outcome, SentRow, Undoing


@dataclass(frozen=True, slots=True)
class Standing:
    """An answer in a chat: what was sent, whether that has a picture, and the words above its lines (in a log)."""

    sent: SentRow
    has_picture: bool
    head: str | None = None


class Correcting:
    """What is dismissed stays so, whatever Telegram says to the corrections: those only adorn."""

    def __init__(
        self, bot: Bot, photos: Photos, dismissing: Dismissing, sender: Sender, shower: Shower, undoing: Undoing
    ) -> None:
        self._bot, self._photos, self._dismissing = bot, photos, dismissing
        self._sender, self._shower, self._undoing = sender, shower, undoing
        self._one_at_a_time = asyncio.Lock()

    async def numbers(self, sent: SentRow) -> list[int]:
        """The lines that an answer has now."""
        event = await self._photos.event(sent.event_id)
        return [one.number for one in await self._dismissing.told(event)] if event else []

    async def take_out(self, standing: Standing, number: int) -> bool:
        """Dismiss what a line tells, and take it out of the answer; False where there is no such line any more.

        Raises:
            StoreError: nothing was changed.
        """
        event = await self._photos.event(standing.sent.event_id)
        if event is None:
            return False
        async with self._one_at_a_time:
            told = await self._dismissing.told(event)
            if not await self._dismissing.dismiss(event, number):
                return False
            left = [one for one in told if one.number != number]
            gone = next((one for one in told if one.number == number), None)
            if left and gone:
                await self._correct(event, standing, gone, left)
            elif not left:
                await self._remove(standing)
            return True

    async def _remove(self, standing: Standing) -> None:
        if await self._undoing.take_back([standing.sent]) is not Outcome.DELETED:
            await self._say(standing, notsame.taken_back(), None)

    async def _correct(self, event: EventRow, standing: Standing, gone: Told, left: Sequence[Told]) -> None:
        heir = await self._heir(standing, gone, left)
        shown = [one.number for one in left if one.place is not None] + ([heir[0].number] if heir else [])
        text = texts.answer([line(one.number, one.found, shown=one.number in shown) for one in left])
        text = texts.under(standing.head, text) if standing.head else text
        keyboard = None
        if len(standing.sent.message_ids) == 1:
            keyboard = keyboards.not_same([(one.number, line(one.number, one.found, shown=True).tier) for one in left])
        if heir is None:
            await self._say(standing, text, keyboard)
            await self._delete(standing, gone.place)
        else:
            await self._show(standing, heir[1], text, keyboard)
            await self._delete(standing, heir[0].place)
            await self._dismissing.take_place(event, heir[0].number, 0)

    async def _heir(self, standing: Standing, gone: Told, left: Sequence[Told]) -> tuple[Told, Picture] | None:
        """The line whose picture comes into the first message, where that has shown the one that goes: the words are
        there, and Telegram makes no photo of a message a text."""
        if gone.place != 0 or not standing.has_picture:
            return None
        heir = next((one for one in left if one.place is not None), left[0])
        pictures = await self._shower.pictures([heir.found.photo])
        return (heir, pictures[heir.found.photo.id]) if pictures else None

    async def _say(self, standing: Standing, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
        chat_id, message_id = standing.sent.chat_id, standing.sent.message_ids[0]
        await self._sender.attempt(
            chat_id,
            partial(self._bot.edit_message_caption, chat_id, message_id, caption=text, reply_markup=keyboard)
            if standing.has_picture
            else partial(self._bot.edit_message_text, text, chat_id, message_id, reply_markup=keyboard),
        )

    async def _show(
        self, standing: Standing, picture: Picture, text: str, keyboard: InlineKeyboardMarkup | None
    ) -> None:
        sent = standing.sent
        media = InputMediaPhoto(picture.media, caption=text, has_spoiler=picture.spoiler)
        edit = partial(
            self._bot.edit_message_media, media, chat_id=sent.chat_id, message_id=sent.message_ids[0],
            reply_markup=keyboard,
        )  # fmt: skip
        await self._sender.attempt(sent.chat_id, edit)

    async def _delete(self, standing: Standing, place: int | None) -> None:
        """The message of a picture; never the first one, which has the words."""
        ids = standing.sent.message_ids
        if place and place < len(ids):
            delete = partial(self._bot.delete_message, standing.sent.chat_id, ids[place])
            await self._sender.attempt(standing.sent.chat_id, delete)
