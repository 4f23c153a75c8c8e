"""What is said about remembering and forgetting: `/privacy`, `/forget`, `/remember`."""

from bot.texts.language import _, ngettext
from bot.texts.layout import number


def about(stored: str, count: int, retention: int | None, grace: int, *, opted_out: bool, logged: bool = False) -> str:
    """`/privacy`, with this chat's figures.

    Args:
        stored: the sentence that says what is kept of a photo.
        retention: days after which a photo goes; None where it stays until it is forgotten.
        grace: days for which a chat's photos are kept after the bot was removed.
        logged: whether answers go to another chat.
    """
    kept = [stored, _names(), _questions(), _now(count), *_opted_out(opted_out)]
    return "\n\n".join(
        [
            "\n".join([_("<b>What I keep</b>"), " ".join(kept)]),
            "\n".join([_("<b>Where</b>"), f"{_where(logged=logged)} {_elsewhere()}"]),
            "\n".join([_("<b>For how long</b>"), f"{_how_long(retention)} {_after_removal(grace)}"]),
            "\n".join([_("<b>How to be rid of it</b>"), *_ways_out()]),
        ]
    )


def _names() -> str:
    return _("Names that you give to albums stay as long as one of their photos does.")


def _questions() -> str:
    return _("What is looked for with /find is kept for two days, for its button.")


def _now(count: int) -> str:
    return ngettext("Now: {count} photo of this chat.", "Now: {count} photos of this chat.", count).format(
        count=number(count)
    )


def _opted_out(out: bool) -> list[str]:
    return [_("Photos of yours are not stored here, as you wished.")] if out else []


def _where(*, logged: bool) -> str:
    if logged:
        return _(
            "In one file on the machine of the person who runs this bot, who can read it. An admin of this chat lets "
            "my answers go to another chat that they run as well: there photos of this chat are shown."
        )
    return _(
        "In one file on the machine of the person who runs this bot, who can read it. What is remembered of a chat is "
        "shown in that chat alone."
    )


def _elsewhere() -> str:
    return _(
        "One exception: where I am an admin, a member of this chat can look among its photos from other chats, by "
        "writing my @name and some words. Telegram has to confirm at that moment that they are in it."
    )


def _how_long(retention: int | None) -> str:
    if retention is None:
        return _("Until it is forgotten: nothing here goes by age.")
    return ngettext(
        "For {count} day after a photo was sent, then it is deleted.",
        "For {count} days after a photo was sent, then it is deleted.",
        retention,
    ).format(count=number(retention))


def _after_removal(grace: int) -> str:
    if not grace:
        return _("When I am removed from the chat, everything of it is deleted, within the hour.")
    return ngettext(
        "When I am removed from the chat, everything of it is deleted after {count} day, unless I am added again.",
        "When I am removed from the chat, everything of it is deleted after {count} days, unless I am added again.",
        grace,
    ).format(count=number(grace))


def _ways_out() -> list[str]:
    return [
        _(
            "/forget in reply to a photo: that photo, or the whole album that it came in, if it is yours or you are an "
            "admin."
        ),
        _("/forget me: all your photos of this chat; from then on I store none of yours here, until /remember me."),
        _("/forget all, for admins: everything of this chat."),
        _(
            "What is forgotten is deleted from the file at once. What I have already posted stays in the chat until "
            "someone deletes it there, and backups that the person who runs this bot has made are out of my reach."
        ),
    ]


def forget_usage() -> str:
    return _(
        "Reply to a photo with /forget, and I forget it (with the album that it came in). /forget me forgets all your "
        "photos here, /forget all (for admins) those of everyone. /privacy tells more."
    )


def not_my_answer() -> str:
    return _(
        "This is an answer of mine. Reply with /forget to the photo itself; “open” leads to it, where my answer has it."
    )


def forgotten(count: int, *, album: bool) -> str:
    if not count:
        return _("I don't remember this, and from now on I never will.")
    if not album:
        return _("Forgotten: this photo. The message itself stays in the chat until someone deletes it.")
    return ngettext(
        "Forgotten: the whole album, {count} photo. The message itself stays in the chat until someone deletes it.",
        "Forgotten: the whole album, {count} photos. The message itself stays in the chat until someone deletes it.",
        count,
    ).format(count=number(count))


def only_sender_or_admin() -> str:
    return _("Only the one who sent it, or an admin, can have this forgotten.")


def person_forgotten(count: int) -> str:
    done = ngettext("Forgotten: {count} photo of yours.", "Forgotten: {count} photos of yours.", count).format(
        count=number(count)
    )
    none = _("I had none of your photos.")
    then = _(
        "From now on I store none of your photos here; /remember me changes that. "
        "Your messages stay in the chat until you delete them."
    )
    return " ".join([done if count else none, then])


def nobody_in_particular() -> str:
    return _(
        "You write in the name of a group or channel, so I can't tell which photos are yours. Write as yourself, or "
        "reply with /forget to each photo."
    )


def only_admins() -> str:
    return _("Only an admin can have everything of this chat forgotten; /forget me forgets what is yours.")


def confirm(count: int, *, by_any_admin: bool) -> str:
    asked = ngettext(
        "Forget everything that I remember of this chat: {count} photo of everyone, and the albums? "
        "It can't be undone.",
        "Forget everything that I remember of this chat: {count} photos of everyone, and the albums? "
        "It can't be undone.",
        count,
    ).format(count=number(count))
    hour = _("An admin has an hour to confirm it.") if by_any_admin else _("You have an hour to confirm it.")
    return f"{asked} {hour}"


def button_forget() -> str:
    return _("Forget everything")


def button_keep() -> str:
    return _("Keep it")


def forgetting() -> str:
    return _("Forgetting …")


def chat_forgotten(count: int) -> str:
    return ngettext(
        "Forgotten: everything that I remembered of this chat, {count} photo.",
        "Forgotten: everything that I remembered of this chat, {count} photos.",
        count,
    ).format(count=number(count))


def kept() -> str:
    return _("Nothing was forgotten.")


def press_again() -> str:
    return _("Photos of this album were forgotten meanwhile. I set its button right; press it again.")


def question_over() -> str:
    return _("This question is over. Send /forget all to ask again.")


def only_asker_confirms() -> str:
    return _("Only the admin who asked can answer this.")


def only_admins_confirm() -> str:
    return _("Only an admin can answer this.")


def remembered_again() -> str:
    return _("From now on I remember the photos that you send here. Those that I forgot stay forgotten.")


def remembered_anyway() -> str:
    return _("I remember the photos that you send here; you had not asked me to stop.")


def remember_usage() -> str:
    return _("Send /remember me, and I remember your photos here again. /forget me is the opposite.")


def not_to_be_remembered() -> str:
    return _(
        "This photo is not to be remembered here, by the wish of its sender or of an admin, so I don't look at it."
    )
