"""Months put together, so that a chart stays readable."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.periods import MOST, STEPS, Period, binned

MONTHS = st.tuples(st.integers(1970, 2040), st.integers(1, 12))


@pytest.mark.parametrize(
    ("last", "step", "bars"),
    [
        ((2024, 3), 1, 1),
        ((2024, 4), 1, 2),
        ((2026, 2), 1, 24),
        ((2026, 3), 3, 9),
        ((2029, 12), 3, 24),
        ((2030, 1), 12, 7),
        ((2046, 12), 12, 23),
    ],
)
def test_the_longer_the_time_the_longer_the_periods(last: tuple[int, int], step: int, bars: int) -> None:
    made, periods = binned(sorted({(2024, 3, 5), (*last, 5)}))
    assert (made, len(periods)) == (step, bars)


def test_what_lies_between_is_there_with_nothing_in_it() -> None:
    assert binned([(2025, 12, 4), (2026, 2, 1)]) == (1, [Period(2025, 12, 4), Period(2026, 1, 0), Period(2026, 2, 1)])


def test_quarters_and_years_begin_where_calendars_do() -> None:
    step, quarters = binned([(2020, 2, 1), (2020, 3, 2), (2023, 12, 4)])
    assert (step, quarters[0], quarters[-1]) == (3, Period(2020, 1, 3), Period(2023, 10, 4))
    step, years = binned([(2010, 2, 1), (2020, 12, 2)])
    assert (step, years[0], years[-1]) == (12, Period(2010, 1, 1), Period(2020, 1, 2))


def test_of_nothing_there_are_no_periods() -> None:
    assert binned([]) == (1, [])


@given(st.dictionaries(MONTHS, st.integers(1, 10**6), min_size=1, max_size=40))
def test_no_photo_is_lost_and_no_chart_has_too_many_bars(counts: dict[tuple[int, int], int]) -> None:
    step, periods = binned([(year, month, count) for (year, month), count in counts.items()])
    assert step in STEPS
    assert sum(period.count for period in periods) == sum(counts.values())
    assert len(periods) <= MOST or step == 12
    starts = [date(period.year, period.month, 1) for period in periods]
    assert starts == sorted(set(starts))
