"""What is said about inline mode: the button above its results, and what it leads to."""

from bot.texts.language import _


def button_about() -> str:
    return _("How does this work?")


def button_no_chat() -> str:
    return _("No chat that I can show: why?")


def button_no_words() -> str:
    return _("I can't look for words now")


def button_not_understood() -> str:
    return _("How do I write this?")


def button_nothing_near() -> str:
    return _("Nothing near enough")


def about(username: str) -> str:
    """What the button leads to."""
    return "\n\n".join(
        [
            _(
                "Write <code>@{username} sunset at the beach</code> in any chat, and you see photos that show this, "
                "from the chats that you and I are in, to send one of them there. Without words you see the latest."
            ).format(username=username),
            _(
                "Only you see them, and only photos of chats in which you have sent a photo or asked me something, in "
                "which I am an admin, and of which Telegram tells me at this moment that you are in them. Files and "
                "spoilers are left out."
            ),
        ]
    )  # fmt: skip
