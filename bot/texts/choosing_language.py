"""What is said about the language of a chat: `/language`."""

from bot.texts.language import LANGUAGES, _, current, speaking


def which() -> str:
    return _("In which language shall I speak here?")


def button(code: str) -> str:
    """A language by its own name, ticked where it is spoken now."""
    return f"✓ {LANGUAGES[code]}" if code == current() else LANGUAGES[code]


def chosen(code: str) -> str:
    """Said in the language that was chosen; plain text, for a press as well."""
    with speaking(code):
        return _("From now on I speak English here.")


def unknown() -> str:
    return _("I speak {languages}. Send /language alone to choose, or with a name, as in /language Deutsch.").format(
        languages=", ".join(LANGUAGES.values())
    )


def only_admins() -> str:
    return _("Only an admin can change the language that I speak here.")
