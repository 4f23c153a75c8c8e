"""`/status`: what is remembered here, and what is wrong."""

from dataclasses import dataclass

from bot.texts.language import _, ngettext
from bot.texts.layout import MESSAGE_LIMIT, escape, fit, megabytes, minute, number
from bot.texts.reasons import of_model


@dataclass(frozen=True, slots=True)
class Status:
    """What `/status` tells; `problems`, and `manners` that are not the usual ones, are sentences already."""

    photos: int
    without_vector: int
    pending: int
    failed: int
    muted: int
    unanswered: int
    model: str
    model_problem: str | None
    disk_used: int
    disk_free: int
    last_update_at: float | None
    problems: tuple[str, ...]
    manners: tuple[str, ...] = ()


def status(now: Status) -> str:
    """Facts first, then what is wrong."""
    lines = [
        "<b>Lookback</b>",
        *_counts(now),
        _("Model: {model}").format(model=escape(now.model)),
        _("Database: {used}, {free} free on its disk").format(
            used=megabytes(now.disk_used), free=megabytes(now.disk_free)
        ),
        _last_update(now.last_update_at),
        *now.manners,
    ]
    problems = [*([of_model(now.model_problem)] if now.model_problem else []), *now.problems]
    wrong = [f"• {escape(problem)}" for problem in problems]
    verdict = ["\n" + _("<b>What is wrong</b>"), *wrong] if wrong else ["\n" + _("Nothing is wrong.")]
    return fit("", [*lines, *verdict], "", MESSAGE_LIMIT)


def _counts(now: Status) -> list[str]:
    """A line for each count; those that are naught are left out, but for the first."""
    lines = [(now.photos, ngettext("{count} photo remembered", "{count} photos remembered", now.photos))]
    lines += [
        (count, text)
        for count, text in (
            (
                now.without_vector,
                ngettext(
                    "{count} not looked at by the present model",
                    "{count} not looked at by the present model",
                    now.without_vector,
                ),
            ),
            (now.pending, ngettext("{count} waiting", "{count} waiting", now.pending)),
            (now.failed, ngettext("{count} unreadable", "{count} unreadable", now.failed)),
            (now.muted, ngettext("{count} muted", "{count} muted", now.muted)),
            (
                now.unanswered,
                ngettext(
                    "{count} unanswered (a reply was cut or lost)",
                    "{count} unanswered (a reply was cut or lost)",
                    now.unanswered,
                ),
            ),
        )
        if count
    ]
    return [text.format(count=number(count)) for count, text in lines]


def _last_update(at: float | None) -> str:
    if at is None:
        return _("Last photo or question: none yet")
    return _("Last photo or question: {when}").format(when=minute(at))
