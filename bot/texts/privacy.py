"""What is said about remembering and forgetting: `/privacy`, `/forget`, `/remember`."""

from bot.texts.layout import photos


def about(stored: str, count: int, retention: int | None, grace: int, *, opted_out: bool) -> str:
    """`/privacy`, with this chat's figures.

    Args:
        stored: the sentence that says what is kept of a photo.
        retention: days after which a photo goes; None where it stays until it is forgotten.
        grace: days for which a chat's photos are kept after the bot was removed.
    """
    return "\n\n".join(
        [
            f"<b>What I keep</b>\n{stored} Now: {photos(count)} of this chat." + (_opted_out() if opted_out else ""),
            "<b>Where</b>\nIn one file on the machine of the person who runs this bot, who can read it. What is "
            "remembered of a chat is shown in that chat alone.",
            f"<b>For how long</b>\n{_how_long(retention)} {_after_removal(grace)}",
            "<b>How to be rid of it</b>\n"
            "/forget in reply to a photo: that photo, or the whole album that it came in, if it is yours or you are "
            "an admin.\n/forget me: all your photos of this chat; from then on I store none of yours here, until "
            "/remember me.\n/forget all, for admins: everything of this chat.\n"
            "What is forgotten is deleted from the file at once. What I have already posted stays in the chat until "
            "someone deletes it there, and backups that the person who runs this bot has made are out of my reach.",
        ]
    )  # fmt: skip


def _opted_out() -> str:
    return " Photos of yours are not stored here, as you wished."


def _how_long(retention: int | None) -> str:
    if retention is None:
        return "Until it is forgotten: nothing here goes by age."
    return f"For {_days(retention)} after a photo was sent, then it is deleted."


def _after_removal(grace: int) -> str:
    if not grace:
        return "When I am removed from the chat, everything of it is deleted, within the hour."
    return (
        f"When I am removed from the chat, everything of it is deleted after {_days(grace)}, unless I am added again."
    )


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"


def forget_usage() -> str:
    return (
        "Reply to a photo with /forget, and I forget it (with the album that it came in). /forget me forgets all your "
        "photos here, /forget all (for admins) those of everyone. /privacy tells more."
    )


def not_my_answer() -> str:
    return (
        "This is an answer of mine. Reply with /forget to the photo itself; “open” leads to it, where my answer has it."
    )


def forgotten(count: int, *, album: bool) -> str:
    if not count:
        return "I don't remember this, and from now on I never will."
    what = f"the whole album, {photos(count)}" if album else "this photo"
    return f"Forgotten: {what}. The message itself stays in the chat until someone deletes it."


def only_sender_or_admin() -> str:
    return "Only the one who sent it, or an admin, can have this forgotten."


def person_forgotten(count: int) -> str:
    done = f"Forgotten: {photos(count)} of yours." if count else "I had none of your photos."
    return (
        f"{done} From now on I store none of your photos here; /remember me changes that. "
        "Your messages stay in the chat until you delete them."
    )


def nobody_in_particular() -> str:
    return (
        "You write in the name of a group or channel, so I can't tell which photos are yours. Write as yourself, or "
        "reply with /forget to each photo."
    )


def only_admins() -> str:
    return "Only an admin can have everything of this chat forgotten; /forget me forgets what is yours."


def confirm(count: int, *, by_any_admin: bool) -> str:
    who = "An admin has" if by_any_admin else "You have"
    return (
        f"Forget everything that I remember of this chat: {photos(count)} of everyone, and the albums? It can't be "
        f"undone. {who} an hour to confirm it."
    )


def button_forget() -> str:
    return "Forget everything"


def button_keep() -> str:
    return "Keep it"


def forgetting() -> str:
    return "Forgetting …"


def chat_forgotten(count: int) -> str:
    return f"Forgotten: everything that I remembered of this chat, {photos(count)}."


def kept() -> str:
    return "Nothing was forgotten."


def press_again() -> str:
    return "Photos of this album were forgotten meanwhile. I set its button right; press it again."


def question_over() -> str:
    return "This question is over. Send /forget all to ask again."


def only_asker_confirms() -> str:
    return "Only the admin who asked can answer this."


def only_admins_confirm() -> str:
    return "Only an admin can answer this."


def remembered_again() -> str:
    return "From now on I remember the photos that you send here. Those that I forgot stay forgotten."


def remembered_anyway() -> str:
    return "I remember the photos that you send here; you had not asked me to stop."


def remember_usage() -> str:
    return "Send /remember me, and I remember your photos here again. /forget me is the opposite."


def not_to_be_remembered() -> str:
    return "This photo is not to be remembered here, by the wish of its sender or of an admin, so I don't look at it."
