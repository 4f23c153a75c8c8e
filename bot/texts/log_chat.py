"""What is said about the log: the other chat to which answers may go."""

from bot.choices import THERE
from bot.texts.language import _
from bot.texts.layout import escape, name
from bot.texts.settings import option


def offered() -> str:
    return _(
        "Now send /settings in the chat whose answers are to come here, press Log, and there “{button}”, within an "
        "hour. You have to be an admin of both."
    ).format(button=option("log", THERE))


def needs_a_person() -> str:
    return _("Send this as yourself, not in the group's name: I have to check that you run both chats.")


def not_offered() -> str:
    return _("First send /settings log in the chat that the answers are to go to.")


def is_this_chat() -> str:
    return _("You sent /settings log in this same chat. Send it in the one that the answers are to go to.")


def not_yours() -> str:
    return _("I could not find you among the admins of both chats.")


def lost() -> str:
    return _(
        "Answers go nowhere: I can't confirm that the admin who chose the other chat still runs both, or I am not in "
        "it any more. An admin can choose anew with /settings."
    )


def head(title: str, who: str, link: str | None) -> str:
    """Above an answer that goes to the log: what it answers."""
    facts = {"who": name(who), "chat": name(title)}
    if link is None:
        return _("{who} sent a photo in {chat}.").format(**facts)
    return _('{who} sent <a href="{link}">a photo</a> in {chat}.').format(**facts, link=escape(link))
