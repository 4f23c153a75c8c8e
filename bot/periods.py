"""Months put together to periods, so that a chart of many years has no more bars than can be read. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

STEPS = (1, 3, 12)
"""Months: a month, a quarter, a year."""
MOST = 24
"""Bars that stay readable, and have room for some of their names, on a phone."""


@dataclass(frozen=True, slots=True)
class Period:
    """A month, quarter or year by its first month (1 to 12), and how much there was in it."""

    year: int
    month: int
    count: int


def binned(months: Sequence[tuple[int, int, int]]) -> tuple[int, list[Period]]:
    """Periods from the first to the last, those with nothing as well, and how many months each has.

    Args:
        months: year, month and count, in any order. Where even the years are more than `MOST`, years it is.
    """
    counts = {12 * year + month - 1: count for year, month, count in months}
    if not counts:
        return STEPS[0], []
    first, last = min(counts), max(counts)
    step = next((step for step in STEPS if last // step - first // step < MOST), STEPS[-1])
    sums = dict.fromkeys(range(first // step, last // step + 1), 0)
    for at, count in counts.items():
        sums[at // step] += count
    return step, [Period(step * at // 12, step * at % 12 + 1, count) for at, count in sums.items()]
