"""What is said where someone says that two photos are not the same."""

from bot.texts.language import _


def button_not_same() -> str:
    return _("Not the same")


def button_not_similar() -> str:
    return _("Not similar")


def button_numbered(number: int) -> str:
    """For one of several lines, by its number; no words, they would not fit beside each other."""
    return f"{number} ≠"


def noted() -> str:
    return _("Noted: I don't match these two here any more.")


def taken_back() -> str:
    return _("Taken back.")


def over() -> str:
    return _("This was taken back before, or one of the photos is forgotten.")


def only_sender_or_admin() -> str:
    return _("Only the one whom I answered, or an admin, can say that.")


def usage() -> str:
    return _(
        "Reply with /notsame to an answer of mine, and I never match those two photos here again. Where it lists "
        "several, add the number, as in /notsame 2."
    )


def which() -> str:
    return _("This answer lists several photos: add the number of the wrong one, as in /notsame 2.")
