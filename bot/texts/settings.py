"""What `/settings` says: what is set, in plain sentences, and what its buttons are called."""

from datetime import UTC, datetime, timedelta

from bot.choices import AS_CHAT, PAGES, THERE, View
from bot.manners import Manners, Mode, Strictness
from bot.texts.language import LANGUAGES, N_, _, current, ngettext
from bot.texts.layout import number

MODES = {
    Mode.ANSWER: N_("A photo that is like earlier ones is answered with them."),
    Mode.SAME: N_("A photo is answered only where the same one, or an edit of it, was sent before."),
    Mode.REACTION: N_(
        "A photo that is like earlier ones gets a reaction and no message: 💯 the same was here, ✍ an edit of it was, "
        "👀 a similar one was. /similar, in reply to it, shows which."
    ),
    Mode.DEMAND: N_("Nothing is answered unasked; photos are remembered, and commands are answered."),
    Mode.OFF: N_("New photos are neither remembered nor answered. Commands still work on those from before."),
}
STRICT = {
    Strictness.LOOSE: N_("Photos count as similar early: many answers, some of them far-fetched."),
    Strictness.NORMAL: N_("Photos count as similar where the model usually says so."),
    Strictness.STRICT: N_("Photos count as similar late: few answers, seldom wrong."),
    Strictness.AUTO: N_(
        "How alike photos must be is measured by this chat: where all resemble each other, only the closest count."
    ),
}
OPTIONS = {
    "mode": {
        "answer": N_("Similar photos"), "same": N_("Only the same photo"), "reaction": N_("Only a reaction"),
        "demand": N_("Only when asked"), "off": N_("Off"),
    },
    "strict": {
        "loose": N_("Loose"), "normal": N_("Normal"), "strict": N_("Strict"), "auto": N_("By this chat's photos"),
    },
    "leeway": {
        "0": N_("None"), "60": N_("1 minute"), "300": N_("5 minutes"), "900": N_("15 minutes"), "3600": N_("1 hour"),
        "86400": N_("1 day"),
    },
}  # fmt: skip
ROWS = {
    "mode": N_("Answers: {value}"), "strict": N_("How alike: {value}"), "photos": N_("Photos per answer: {value}"),
    "leeway": N_("Same person: {value}"), "quiet": N_("Quiet hours: {value}"), "clock": N_("Clock: {value}"),
    "log": N_("Log: {value}"), "language": N_("Language: {value}"),
}  # fmt: skip
HEADS = {
    "mode": N_("What a photo is answered with"), "strict": N_("How alike photos must be"),
    "photos": N_("How many photos an answer shows"), "leeway": N_("Photos of the same person"),
    "quiet": N_("Quiet hours"), "from": N_("Quiet from when?"), "until": N_("Quiet until when?"),
    "clock": N_("What time is it where you are?"), "log": N_("Where answers go"), "language": N_("Language"),
}  # fmt: skip


def about(view: View) -> str:
    """The first page: everything that is set here, a sentence each."""
    manners = view.manners
    lines = [
        _(MODES[manners.mode]),
        _(STRICT[manners.strictness]),
        _photos(manners.photos or view.photos),
        _leeway(manners.leeway),
        _quiet(manners),
        *([] if manners.log_chat is None else [_log(manners)]),
    ]
    told = "\n".join(f"• {line}" for line in lines)
    return f"<b>{_title(view)}</b>\n{told}" + (f"\n\n{_follows()}" if view.for_topic else "")


def _title(view: View) -> str:
    if view.for_topic:
        return _("Settings of this topic")
    return _("Settings") if view.topic is None else _("Settings of the whole chat")


def _follows() -> str:
    return _("What is not set for this topic is as in the whole chat.")


def page(view: View, name: str) -> str:
    """A page with the options of one setting."""
    head = f"<b>{_(HEADS[name])}</b>"
    if name == "mode":
        told = [f"• <b>{option(name, str(one))}</b>: {_(MODES[Mode(one)])}" for one in PAGES[name].options]
    elif name == "strict":
        told = [f"• <b>{option(name, str(one))}</b>: {_(STRICT[Strictness(one)])}" for one in PAGES[name].options]
    else:
        told = [_ABOUT[name](view)]
    where = [_("This is about this topic alone.")] if view.for_topic else []
    return "\n".join([head, *told, *where])


def _about_leeway(view: View) -> str:
    return _leeway(view.manners.leeway)


def _about_quiet(view: View) -> str:
    if view.manners.quiet is not None:
        return _quiet(view.manners)
    return _(
        "There are no quiet hours. In quiet hours nothing would be answered unasked; photos would be remembered all "
        "the same."
    )


def _about_clock(view: View) -> str:
    return _(
        "Telegram doesn't tell me, so choose the button that shows your present time. Set now: {time}. Summer time is "
        "not followed."
    ).format(time=_value(view, "clock"))


def _about_log(view: View) -> str:
    how = _(
        "They can go to another chat that you run as well, or to your own chat with me: send <code>/settings log"
        "</code> there, then press “{button}” here within an hour. It ends when you are no admin of both any more."
    ).format(button=option("log", THERE))
    return "\n".join([_log(view.manners), how])


def _log(manners: Manners) -> str:
    if manners.log_chat is None:
        return _("Answers are given in this chat.")
    return _("Answers go to another chat that an admin of this one runs as well; none is given here.")


def _about_language(_view: View) -> str:
    return _("I speak {language} here.").format(language=LANGUAGES[current()])


_ABOUT = {
    "photos": lambda view: _photos(view.manners.photos or view.photos), "leeway": _about_leeway,
    "log": _about_log, "quiet": _about_quiet, "from": _about_quiet, "until": _about_quiet, "clock": _about_clock,
    "language": _about_language,
}  # fmt: skip


def unusual(manners: Manners) -> tuple[str, ...]:
    """Why photos may go unanswered here, for `/status`."""
    mode = [_(MODES[manners.mode])] if manners.mode != Mode.ANSWER else []
    quiet = [_quiet(manners)] if manners.quiet else []
    return (*mode, *quiet, *([] if manners.log_chat is None else [_log(manners)]))


def _photos(count: int) -> str:
    return ngettext("An answer shows {count} photo.", "An answer shows up to {count} photos.", count).format(
        count=number(count)
    )


def _leeway(seconds: int) -> str:
    if not seconds:
        return _("Photos of one person are matched with each other, however soon they follow.")
    if seconds % 3600:
        minutes = max(1, seconds // 60)
        return ngettext(
            "Photos that one person sends within {count} minute are not matched with each other.",
            "Photos that one person sends within {count} minutes are not matched with each other.",
            minutes,
        ).format(count=number(minutes))
    hours = seconds // 3600
    return ngettext(
        "Photos that one person sends within {count} hour are not matched with each other.",
        "Photos that one person sends within {count} hours are not matched with each other.",
        hours,
    ).format(count=number(hours))


def _quiet(manners: Manners) -> str:
    if manners.quiet is None:
        return _("There are no quiet hours.")
    start, end = (hour(one) for one in manners.quiet)
    return _("From {start} to {end} ({zone}) nothing is answered unasked; photos are remembered all the same.").format(
        start=start, end=end, zone=zone(manners.utc_offset)
    )


def hour(of_day: int) -> str:
    """An hour as a clock shows it."""
    return f"{of_day:02}:00"


def zone(minutes: int) -> str:
    """How far a clock is from UTC, as UTC+5:30."""
    hours, rest = divmod(abs(minutes), 60)
    ahead = "" if not minutes else f"{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
    return f"UTC{ahead}"


def row(view: View, name: str) -> str:
    """The button that leads to a page, with what is set there."""
    return _(ROWS[name]).format(value=_value(view, name))


def _value(view: View, name: str) -> str:
    manners = view.manners
    if view.for_topic and view.chosen(name) == AS_CHAT:
        return _("as in the whole chat")
    if name == "quiet":
        return "–".join(hour(one) for one in manners.quiet) if manners.quiet else _("none")
    if name == "photos":
        return number(manners.photos or view.photos)
    if name == "clock":
        return f"{_time(manners.utc_offset, view.now)} {zone(manners.utc_offset)}"
    if name == "language":
        return LANGUAGES[current()]
    if name == "log":
        return _("this chat") if manners.log_chat is None else _("another chat")
    known = {"mode": str(manners.mode), "strict": str(manners.strictness), "leeway": str(manners.leeway)}
    return option(name, known[name])


def option(name: str, one: str, now: float = 0.0) -> str:
    """A button that sets something; `now` in Unix seconds, for the buttons that show the time."""
    if one == AS_CHAT:
        return _("As in the whole chat")
    if name in OPTIONS:
        return _(OPTIONS[name][one]) if one in OPTIONS[name] else one
    if name == "quiet":
        return _("No quiet hours") if one == "off" else "–".join(hour(int(part)) for part in one.split("-"))
    if name == "clock":
        return _time(int(one), now)
    if name == "language":
        return LANGUAGES[one]
    if name == "log":
        return _("The chat that I chose") if one == THERE else _("This chat")
    return hour(int(one)) if name in ("from", "until") else number(int(one))


def _time(offset: int, now: float) -> str:
    local = datetime.fromtimestamp(now, UTC) + timedelta(minutes=offset)
    return f"{local:%H:%M}"


def button_other_hours() -> str:
    return _("Other hours …")


def button_this_topic() -> str:
    return _("This topic")


def button_whole_chat() -> str:
    return _("Whole chat")


def button_back() -> str:
    return _("‹ Back")


def button_done() -> str:
    return _("Done")


def saved() -> str:
    return _("Set.")


def only_admins() -> str:
    return _("Only an admin can change the settings.")


def for_members() -> str:
    return _("An admin can change this with /settings.")


def outdated() -> str:
    return _("This button does not fit here any more. Send /settings for new ones.")
