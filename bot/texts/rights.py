"""What is said where the bot, or a person, may not do something, or where Telegram doesn't tell."""

from bot.texts.language import _


def rights_unknown() -> str:
    return _("I could not check whether you are an admin here, so nothing was changed.")


def privacy_problem() -> str:
    return _(
        "I can't see photos here: privacy mode is on. The owner of this bot sends /setprivacy to @BotFather, chooses "
        "the bot and Disable; then remove me from this group and add me again. Making me an admin works as well."
    )


def media_problem() -> str:
    return _("I am not allowed to send photos here, so I answer with links where there are any; an admin can allow it.")


def rights_not_checked() -> str:
    return _("I could not ask Telegram what I may do here.")
