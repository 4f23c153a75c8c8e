"""What is said where an answer of the bot is to be deleted: `/undo`."""

from bot.texts.language import _


def usage() -> str:
    return _("Reply with /undo to an answer of mine, and I delete it; /undo alone deletes my last answer here.")


def nothing() -> str:
    return _("There is no answer of mine here that I could delete: Telegram lets me for 48 hours.")


def too_old() -> str:
    return _("This is more than 48 hours old, and then Telegram lets no bot delete its messages. An admin can.")


def refused() -> str:
    return _("Telegram did not let me delete this. An admin can.")


def only_sender_or_admin() -> str:
    return _(
        "Only an admin can have this deleted, or the one whom it answers. Where it answers a photo of yours, reply ✖ "
        "to it."
    )
