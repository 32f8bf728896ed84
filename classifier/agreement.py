"""How well repeated measurements agree: intraclass correlations with their 95 % intervals."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from fasciscope.core import Interval, UsageError

Numbers = Sequence[float] | NDArray[np.float64]
TAIL = 0.025
ROUNDING = 1e-12  # of the largest number: less is no difference


def icc(
    *measurements: Numbers, kind: Literal["agreement", "consistency"] = "agreement"
) -> Interval:
    """Intraclass correlation of single measurements: `icc(first, second)`, (n_subjects,) each.

    "agreement" is ICC(2,1) (McGraw & Wong's A,1: a shift of one measurement counts against it),
    "consistency" ICC(3,1) (their C,1). Intervals after McGraw & Wong 1996 (Psychol Methods 1:30,
    table 7). NaN where subjects do not differ. Raises UsageError for tables that tell nothing.
    """
    table = _table(measurements)
    n, k = table.shape
    rows, columns, rest = _mean_squares(table)
    if rows == rest == 0:
        return Interval(float("nan"), -1.0, 1.0)
    if kind == "consistency":
        return _consistency(rows, rest, n, k)
    return _agreement(rows, columns, rest, n, k)


def _table(measurements: tuple[Numbers, ...]) -> NDArray[np.float64]:
    lengths = {len(one) for one in measurements}
    if len(measurements) < 2 or len(lengths) != 1 or min(lengths) < 2:
        raise UsageError(
            f"An ICC was asked of {len(measurements)} measurements of {sorted(lengths)} subjects. It "
            "takes at least 2 measurements of the same subjects, and at least 2 subjects."
        )
    return np.column_stack([np.asarray(one, dtype=np.float64) for one in measurements])


def _mean_squares(table: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean squares between subjects, between measurements, and of what is left (two-way ANOVA)."""
    n, k = table.shape
    by_row, by_column, whole = table.mean(axis=1), table.mean(axis=0), table.mean()
    rest = table - by_row[:, None] - by_column[None, :] + whole
    squares = (
        k * ((by_row - whole) ** 2).sum() / (n - 1),
        n * ((by_column - whole) ** 2).sum() / (k - 1),
        (rest**2).sum() / ((n - 1) * (k - 1)),
    )
    rounding = (ROUNDING * np.abs(table).max()) ** 2
    rows, columns, left = (float(s) if s > rounding else 0.0 for s in squares)
    return rows, columns, left


def _consistency(rows: float, rest: float, n: int, k: int) -> Interval:
    if rest == 0:
        return Interval(1.0, 1.0, 1.0)
    f, dfs = rows / rest, (n - 1, (n - 1) * (k - 1))
    low, high = f / stats.f.isf(TAIL, *dfs), f * stats.f.isf(TAIL, *dfs[::-1])
    value, low, high = ((x - 1) / (x + k - 1) for x in (f, low, high))
    return Interval(float(value), float(low), float(high))


def _agreement(rows: float, columns: float, rest: float, n: int, k: int) -> Interval:
    value = (rows - rest) / (rows + (k - 1) * rest + k * (columns - rest) / n)
    if columns == rest == 0:
        return Interval(1.0, 1.0, 1.0)
    a = k * value / (n * (1 - value))
    b = 1 + k * value * (n - 1) / (n * (1 - value))
    parts = (a * columns) ** 2 / (k - 1) + (b * rest) ** 2 / ((n - 1) * (k - 1))
    # Satterthwaite; below 1 no F is left, and where pairs are mirrored to the last digit there is nothing
    v = max((a * columns + b * rest) ** 2 / parts, 1.0) if parts > 0 else 1.0
    up, down = stats.f.isf(TAIL, n - 1, v), stats.f.isf(TAIL, v, n - 1)
    spread = k * columns + (k * n - k - n) * rest
    low = n * (rows - up * rest) / (up * spread + n * rows)
    high = n * (down * rows - rest) / (spread + n * down * rows)
    return Interval(float(value), float(low), float(high))
