"""`/find`, and the button for more of what it found."""

from telegram import Message, MessageEntity, Update
from telegram.ext import ContextTypes

from bot import queries, texts
from bot.finding import Request
from bot.handlers.buttons import groups, pressed, tell
from bot.handlers.incoming import chat_row, new_photo, place, question, thread_of
from bot.lookback import Lookback
from bot.photos import NewEvent, NewPhoto
from bot.queries import Query, QueryError
from bot.texts import finding, privacy

Context = ContextTypes.DEFAULT_TYPE


class FindHandlers:
    """The search itself is a job; here it is understood, and asked for."""

    def __init__(self, lookback: Lookback) -> None:
        self._lookback = lookback

    async def find(self, update: Update, context: Context) -> None:
        """`/find` with words, with filters, in reply to a photo, or all of these."""
        message = update.effective_message
        assert message is not None
        target = message.reply_to_message
        photo = new_photo(target) if target else None
        is_own = target is not None and target.from_user is not None and target.from_user.id == context.bot.id
        wish = _understood(message, with_photo=photo is not None)
        if isinstance(wish, str) or (photo is not None and is_own):
            text = wish if isinstance(wish, str) else finding.not_this_photo()
            await self._lookback.reply(update, place(update), text)
        elif photo is not None and await self._lookback.forgetting.refuses(photo):
            await self._lookback.reply(update, place(update), privacy.not_to_be_remembered())
            self._lookback.forgetting.empty_log()  # the update quotes the photo
        else:
            asked = Request(wish, 0, message.date.timestamp())
            await self._ask(update, question(update, "find", asked.as_json()), photo)

    async def more(self, update: Update, context: Context) -> None:
        """The button under an answer: the next photos."""
        query, message = pressed(update)
        event_id, offset = (int(group) for group in groups(context))
        known = await self._lookback.finding.more(event_id, message.chat.id, offset, message.message_id)
        if known is None:
            await tell(self._lookback, query, finding.too_old())
            return
        event, asked = known
        more = NewEvent(
            chat_row(message.chat), "find", message.message_id, thread_of(message), event.asker_id, event.photo_id,
            asked.as_json(), self._lookback.photos.clock(),
        )  # fmt: skip
        is_repeated = await self._lookback.finding.asked_before(more)
        await tell(self._lookback, query, texts.already_shown() if is_repeated else texts.coming())
        if not is_repeated:
            await self._ask(update, more)

    async def _ask(self, update: Update, asked: NewEvent, about: NewPhoto | None = None) -> None:
        await self._lookback.photos.ask(asked, update.update_id, about=about)
        self._lookback.wake()


def _understood(message: Message, *, with_photo: bool) -> Query | str:
    """What is wanted, or the sentence that says what is wrong with it."""
    try:
        query = queries.parse(_words(message))
    except QueryError as error:
        return _sentence(error)
    if query.plus or with_photo or (query.is_filtered and not query.minus):
        return query
    return finding.only_minus() if query.minus else finding.find_needs_words()


def _sentence(error: QueryError) -> str:
    match error:
        case queries.TooLong():
            return finding.too_long(queries.LONGEST)
        case queries.Unfinished():
            return finding.unfinished(error.text)
        case queries.NoDate():
            return finding.no_date(error.text)
        case queries.NoTopic():
            return finding.no_topic(error.text)
        case queries.UpsideDown():
            return finding.upside_down()
    raise error


def _words(message: Message) -> str:
    """What stands after the command. Who is mentioned and has no @username is put in by id: `#17` (a text mention
    is the only mention that tells it).
    """
    text = (message.text or "").encode("utf-16-le")
    mentions = [one for one in message.entities if one.type == MessageEntity.TEXT_MENTION and one.user]
    for one in sorted(mentions, key=lambda one: -one.offset):
        assert one.user is not None
        begin, end = 2 * one.offset, 2 * (one.offset + one.length)
        text = text[:begin] + f"#{one.user.id}".encode("utf-16-le") + text[end:]
    _, *rest = text.decode("utf-16-le").split(maxsplit=1)
    return rest[0] if rest else ""
