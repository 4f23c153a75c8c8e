"""What is said about muting: `/mute`, `/unmute`, and `/similar` on a muted photo."""

from bot.texts.language import _


def mute_usage() -> str:
    return _(
        "Reply to a photo with /mute, and I never match it again in this chat, neither it nor new copies of it: good "
        "for templates, screenshots and logos. /unmute in reply to it undoes that."
    )


def unmute_usage() -> str:
    return _("Reply to a muted photo with /unmute, and I match it again.")


def muted(*, of_album: bool = False) -> str:
    """Where the photo came in an album: which of it, as Telegram's apps reply to one of its photos unasked."""
    whole = _(
        "This photo is muted: I no longer show it as similar, and I don't answer new copies of it. Albums keep it. "
        "/unmute in reply to it undoes that."
    )
    only = _("Of the album that it came in, only this photo is muted.")
    return f"{whole} {only}" if of_album else whole


def unmuted() -> str:
    return _("This photo is not muted any more: I match it again.")


def not_muted() -> str:
    return _("This photo is not muted here.")


def which_of_my_photos() -> str:
    return _(
        "I can't tell which photo is meant: this is a message of mine with several. Reply to the photo itself; "
        "“open” leads to it, where my answer has it."
    )


def unknown_of_mine() -> str:
    return _("I can't tell which photo of this chat this is. Reply to the photo itself.")


def only_sender_or_admin() -> str:
    return _("Only the one who sent it, or an admin, can mute this or take that back.")


def similar_to_muted() -> str:
    return _(
        "This photo is muted in this chat, so I don't look for others like it. /unmute in reply to it undoes that."
    )
