"""What the bot says of itself: `/start`, `/help`, the greeting of a group."""

from bot.texts.commands import by_groups
from bot.texts.language import _
from bot.texts.rights import media_problem, privacy_problem


def start() -> str:
    return "\n\n".join(
        [
            _(
                "I remember photos. Add me to a group: when someone sends a photo, I answer with the most similar "
                "earlier ones, if there are any, and /cluster sorts them all into albums. You can also send me photos "
                "right here."
            ),
            _(
                "Groups need one setting: in @BotFather send /setprivacy, choose this bot, choose Disable, then add me "
                "to the group (again, if I was there before)."
            ),
            _stored_and_more(),
        ]
    )


def help_text() -> str:
    does = _(
        "I remember the photos sent here. When a new one is similar to earlier ones, I answer with them; otherwise I "
        "stay silent."
    )
    return "\n\n".join([does, by_groups(), _stored_and_more()])


def not_understood() -> str:
    return _("I look at photos: send me one, or add me to a group. /help tells more.")


def stored() -> str:
    return _(
        "What I store of a photo: who sent it and when, its caption, Telegram's ids for it, and a list of numbers "
        "that describes what it shows. The picture itself stays with Telegram."
    )


def _stored_and_more() -> str:
    return " ".join([stored(), _("/privacy tells more, /forget undoes it.")])


def joined(hears_photos: bool | None, may_send_photos: bool | None) -> str:
    """The one message on being added to a group."""
    hello = _(
        "Hello! I remember the photos sent here from now on, and answer a new one with the most similar earlier ones. "
        "/cluster sorts them into albums, /help tells more."
    )
    problems = [privacy_problem()] if hears_photos is False else []
    problems += [media_problem()] if may_send_photos is False else []
    return "\n\n".join([hello, _stored_and_more(), *problems])


def sorry() -> str:
    return _("Something went wrong here, and it is in the log. Please try again.")
