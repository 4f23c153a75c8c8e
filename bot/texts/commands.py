"""The menu of commands: what each of them is for."""

from bot.texts.language import N_, _

COMMANDS = {
    "similar": N_("in reply to a photo: the most similar ones"),
    "find": N_("photos that show something, as in /find sunset at the beach"),
    "cluster": N_("sort this chat's photos into albums"),
    "album": N_("show one album of the last sorting, as in /album 3"),
    "albums": N_("the albums of the last sorting, with their names and numbers"),
    "rename": N_("give an album a name that stays, as in /rename 3 Summer hikes"),
    "map": N_("a picture of this chat's photos, laid out by what they show"),
    "stats": N_("photos by month and by person, and the biggest albums, as one picture"),
    "notsame": N_("in reply to an answer of mine: these are not the same"),
    "mute": N_("in reply to a photo: never match it again here"),
    "unmute": N_("in reply to a muted photo: match it again"),
    "status": N_("what is remembered here, and what is wrong"),
    "privacy": N_("what is stored, for how long, and how to be rid of it"),
    "forget": N_("in reply to a photo: forget it; or /forget me, /forget all"),
    "remember": N_("after /forget me: remember my photos again, /remember me"),
    "help": N_("what Lookback does"),
}
ADMIN_COMMANDS = {
    **COMMANDS,
    "settings": N_("how I behave here: answers, quiet hours, language"),
    "undo": N_("delete my last answer, or the one replied to"),
    "language": N_("the language that I speak here"),
}
PRIVATE_COMMANDS = {**ADMIN_COMMANDS, "start": N_("how to begin")}


def menu(commands: dict[str, str]) -> list[tuple[str, str]]:
    """Each command and what it is for, in the current language."""
    return [(name, _(about)) for name, about in commands.items()]
