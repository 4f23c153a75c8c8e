"""The values that go into the store and come out of it: plain, frozen, without behaviour."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChatRow:
    """A chat as Telegram last described it. `kind` is Telegram's `Chat.type`."""

    id: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Size:
    """One of the files in which Telegram offers the same picture (Bot API: PhotoSize, Document)."""

    file_id: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class NewPhoto:
    """A photo message, as plain values. Times are Unix seconds, UTC.

    `sizes` holds what may be downloaded to look at the picture, `file_id` and `file_unique_id` are those of
    the largest (the identity, and what is shown again), `thumb_file_id` the 90-px size.
    """

    chat: ChatRow
    message_id: int
    thread_id: int | None
    sender_id: int | None
    sender_name: str
    sent_at: float
    caption: str
    media_group_id: str | None
    is_document: bool
    file_id: str
    file_unique_id: str
    file_size: int
    width: int
    height: int
    thumb_file_id: str | None
    sizes: tuple[Size, ...]
    spoiler: bool
    answerable: bool


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An update that Telegram was told we have, and that no turn has ended yet."""

    id: int
    update_id: int
    body: str


@dataclass(frozen=True, slots=True)
class PendingPhoto:
    """A photo that waits for its embedding."""

    id: int
    chat_id: int
    message_id: int
    file_unique_id: str
    is_document: bool
    sizes: tuple[Size, ...]


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A remembered photo, as it is shown: who sent it, when, and where it can be found."""

    id: int
    chat_id: int
    origin_chat_id: int
    message_id: int
    thread_id: int | None
    sender_name: str
    sent_at: float
    caption: str
    is_document: bool
    file_id: str
    file_size: int
    thumb_file_id: str | None
    spoiler: bool
    state: str


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of a photo's looks: its file, its fingerprint (None where it has none yet), and when it came."""

    id: int
    file_unique_id: str
    fingerprint: bytes | None
    sent_at: float
    message_id: int


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that is answered at most once: a photo or an album that came, or a question about photos."""

    id: int
    chat_id: int
    kind: str
    message_id: int
    thread_id: int | None
    asker_id: int | None
    photo_id: int | None
    request: str
    sent_at: float
    state: str
    origin_chat_id: int

    @property
    def reply_to(self) -> int | None:
        """The message to answer; None after a migration, which leaves no message to reply to."""
        return self.message_id if self.origin_chat_id == self.chat_id else None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """A question about photos (`/similar`, `/cluster`, `/album`, a button), to be answered by a job."""

    chat: ChatRow
    kind: str
    message_id: int
    thread_id: int | None
    asker_id: int | None
    photo_id: int | None
    request: str
    sent_at: float


@dataclass(frozen=True, slots=True)
class LineRow:
    """What one line of an answer has told of a photo, `copies` being the photos that it stands for (one of each file).

    `place` is that of its picture among the messages of the answer, from 0; None where it has words alone.
    """

    number: int
    query_id: int
    photo_id: int
    tier: int
    percent: int
    again: int
    later: bool
    place: int | None
    copies: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SentRow:
    """The messages that one call has put into a chat, for an event; `running`: there may be more to come."""

    event_id: int
    step: str
    chat_id: int
    message_ids: tuple[int, ...]
    at: float
    asker_id: int | None
    kind: str
    running: bool


@dataclass(frozen=True, slots=True)
class AlbumRow:
    """One album of a stored clustering; `size` counts all its photos, `tightness` is a mean cosine,
    `posted` how many of its photos have been shown so far.

    `given_name` is what people call it; `topic` (a word of the vocabulary) and `word` (from captions) are what it got
    by itself. Each may be empty.
    """

    id: int
    clustering_id: int
    number: int
    given_name: str
    topic: str
    word: str
    size: int
    tightness: float
    posted: int


@dataclass(frozen=True, slots=True)
class EarlierAlbum:
    """An album that a new sorting may go on with; `missed` counts the sortings since that did not."""

    id: int
    number: int
    missed: int
    photo_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NewAlbum:
    """An album to be kept: photo ids, nearest to the centroid first.

    `continues` is the id of the earlier album whose number and given name it takes on.
    """

    photo_ids: tuple[int, ...]
    tightness: float
    topic: str = ""
    word: str = ""
    continues: int | None = None


@dataclass(frozen=True, slots=True)
class ClusteringRow:
    """The last clustering of a chat."""

    id: int
    chat_id: int
    k: int
    photos: int
    leftover: int


@dataclass(frozen=True, slots=True)
class ConfirmationRow:
    """A `/forget all` that waits for its button; `asker_id` None means any admin may confirm it."""

    id: int
    chat_id: int
    asker_id: int | None
    asked_at: float


@dataclass(frozen=True, slots=True)
class Counts:
    """What `/status` tells about one chat: `muted` are files, `unanswered` answers that a crash or a lost reply cut."""

    photos: int
    without_vector: int
    pending: int
    failed: int
    muted: int
    unanswered: int
    last_update_at: float | None
