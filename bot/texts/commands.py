"""The menu of commands: what each of them is for."""

from collections.abc import Mapping

from bot.texts.language import N_, _

_PHOTOS = {
    "similar": N_("in reply to a photo: the most similar ones"),
    "find": N_("photos that show something, as in /find sunset at the beach; /find alone tells how to search"),
    "notsame": N_("in reply to an answer of mine: these are not the same"),
    "mute": N_("in reply to a photo: never match it again here"),
    "unmute": N_("in reply to a muted photo: match it again"),
}
_ALBUMS = {
    "cluster": N_("sort this chat's photos into albums"),
    "album": N_("show one album of the last sorting, as in /album 3"),
    "albums": N_("the albums of the last sorting, with their names and numbers"),
    "rename": N_("give an album a name that stays, as in /rename 3 Summer hikes"),
    "map": N_("a picture of this chat's photos, laid out by what they show"),
    "stats": N_("photos by month and by person, and the biggest albums, as one picture"),
}
_DATA = {
    "privacy": N_("what is stored, for how long, and how to be rid of it"),
    "forget": N_("in reply to a photo: forget it; or /forget me, /forget all"),
    "remember": N_("after /forget me: remember my photos again, /remember me"),
}
_SELF = {
    "status": N_("what is remembered here, and what is wrong"),
    "help": N_("what Lookback does"),
}
_ADMINS = {
    "settings": N_("how I behave here: answers, quiet hours, language"),
    "undo": N_("delete my last answer, or the one replied to"),
    "language": N_("the language that I speak here"),
}
GROUPS: Mapping[str, Mapping[str, str]] = {
    N_("Photos"): _PHOTOS, N_("Albums"): _ALBUMS, N_("Privacy"): _DATA, N_("For admins"): _ADMINS,
    N_("This bot"): _SELF,
}  # fmt: skip
"""As `/help` lists them."""
COMMANDS = {**_PHOTOS, **_ALBUMS, **_DATA, **_SELF}
ADMIN_COMMANDS = {**COMMANDS, **_ADMINS}
PRIVATE_COMMANDS = {**ADMIN_COMMANDS, "start": N_("how to begin")}


def menu(commands: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each command and what it is for, in the current language."""
    return [(name, _(about)) for name, about in commands.items()]


def by_groups() -> str:
    """All commands under the headings of their groups, as HTML."""
    parts = [[f"<b>{_(head)}</b>", *(f"/{name} – {about}" for name, about in menu(GROUPS[head]))] for head in GROUPS]
    return "\n\n".join("\n".join(part) for part in parts)
