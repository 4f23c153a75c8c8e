"""Every sentence a user reads, as Telegram HTML. Plain values in, text out; `layout` is the only place that escapes.

A file a topic. Sentences go through `_` and `ngettext` of `bot.texts.language`, whole and with named placeholders, so
that each language may order them as it needs.
"""

from bot.texts.albums import (
    AlbumLine,
    album_caption,
    album_needs_number,
    album_none,
    album_unknown,
    album_unlinked,
    albums_outdated,
    already_shown,
    button_album,
    button_more,
    button_stop,
    cluster_all_same,
    cluster_begins,
    cluster_none,
    cluster_number_wrong,
    cluster_progress,
    cluster_too_few,
    cluster_too_many,
    cluster_under_way,
    coming,
    only_asker_stops,
    overview,
    row_title,
    stopping,
)
from bot.texts.answers import Line, answer, nothing_similar, photo_failed, photo_waits, similar_needs_a_photo
from bot.texts.commands import ADMIN_COMMANDS, COMMANDS, PRIVATE_COMMANDS, menu
from bot.texts.health import Status, status
from bot.texts.help import help_text, joined, not_understood, sorry, start, stored
from bot.texts.layout import CAPTION_LIMIT, MESSAGE_LIMIT, cut, day, fit, megabytes, message_link, under, utf16_length
from bot.texts.rights import media_problem, privacy_problem, rights_not_checked, rights_unknown
