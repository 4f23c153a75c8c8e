"""Why a photo can't be read or the model can't be used, in the language of the chat.

Such reasons are made far from any chat, and stored or logged in English; here they are recognised, and said again.
"""

import re

from babel import numbers

from bot.texts.language import N_, SOURCE, _, current, locale

PHOTO = (
    N_("the file is empty"),
    N_("{size} MB are more than the limit of {limit} MB"),
    N_("{width} × {height} pixels are more than the limit"),
    N_("HEIC photos can be read only where Lookback has its heic extra"),
    N_("it has more pixels than the limit"),
    N_("it is no picture of a known format"),
    N_("the file is cut off"),
    N_("it does not fit into memory"),
    N_("the file is damaged"),
    N_("every size of it is above 20 MB"),
    N_("Telegram refuses the file: {words}"),
    N_("the program ended {count} times while this photo was in work"),
    N_("the model failed on it ({kind})"),
    N_("unexpected {kind}"),
)
"""Raised by `bot.vision.images` and `bot.indexing`, and set by `storage.photos`."""

MODEL = N_("The model {model} cannot be used: {cause}; {remedy}.")
"""Made by `bot.vision.model.unavailable`."""

CAUSE = (
    N_("its weights are not on this machine and HF_HUB_OFFLINE forbids to fetch them"),
    N_("{host} gives it only to accounts that asked for it"),
    N_("{host} has no such model"),
    N_("its weights are not on this machine and {host} answers {code}"),
    N_("its weights are not on this machine and {host} cannot be reached"),
    N_("its weights give no finite vectors"),
    N_("its weights are damaged or no weights at all ({words})"),
    N_("its weights do not fit its {file}"),
    N_("its {file} does not say how photos are prepared (preprocess_cfg: mean and std)"),
    N_("LOOKBACK_DEVICE is {device}, which this machine does not have"),
    N_("there is no folder {folder}"),
    N_("{folder} is a file, not a folder"),
    N_("{folder} has no weights (*.safetensors, *.bin or *.pth)"),
    N_("open_clip knows no {model}"),
    N_("open_clip has no weights {tag} for {model}, only {tags}"),
    N_("{folder} has no {file}"),  # last, as it fits others, too
)

REMEDY = (
    N_(
        "set LOOKBACK_MODEL=pocket for the small model that comes with Lookback, or LOOKBACK_MODEL=local-dir:/path for "
        "a folder with open_clip_config.json and its weights"
    ),
    N_(
        "install Lookback again, or LOOKBACK_MODEL=local-dir:/path for a folder with open_clip_config.json and its "
        "weights"
    ),
    N_("set LOOKBACK_DEVICE=auto"),
)


def of_photo(reason: str) -> str:
    """Why a photo can't be read, as a clause; as it is where it is not one of ours."""
    return _again(reason, PHOTO)


def of_model(problem: str) -> str:
    """Why the model can't be used, as a sentence."""
    found = _parts(MODEL).fullmatch(problem)
    if current() == SOURCE or found is None:
        return problem
    cause, remedy = _again(found["cause"], CAUSE), _again(found["remedy"], REMEDY)
    return _(MODEL).format(model=found["model"], cause=cause, remedy=remedy)


def _again(clause: str, known: tuple[str, ...]) -> str:
    if current() == SOURCE:
        return clause
    for template in known:
        if (found := _parts(template).fullmatch(clause)) is not None:
            return _(template).format(**{name: _figure(value) for name, value in found.groupdict().items()})
    return clause


def _parts(template: str) -> re.Pattern[str]:
    """What recognises a sentence by its template, and finds what was put into it."""
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(template)), re.DOTALL)


def _figure(value: str) -> str:
    """A number with the separators of the language; anything else as it is."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+|\d+(\.\d+)?", value) is None:
        return value
    decimals = len(value.partition(".")[2])
    form = "#,##0" + ("." + "0" * decimals if decimals else "")
    return numbers.format_decimal(float(value.replace(",", "")), form, locale=locale(current()))
