"""Intraclass correlations against the published worked example."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fasciscope.classifier import icc
from fasciscope.core import UsageError

JUDGES = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
).T
"""Shrout & Fleiss 1979 (Psychol Bull 86:420), table 2: six targets by four judges."""


def test_shrout_and_fleiss_targets_agree_as_published() -> None:
    agreement, consistency = icc(*JUDGES), icc(*JUDGES, kind="consistency")
    assert agreement.value == pytest.approx(0.29, abs=0.005)
    assert consistency.value == pytest.approx(0.71, abs=0.005)
    # intervals as the R packages psych and irr give them for this table
    assert (agreement.low, agreement.high) == pytest.approx((0.019, 0.761), abs=0.001)
    assert (consistency.low, consistency.high) == pytest.approx((0.342, 0.946), abs=0.001)


def test_a_shift_counts_against_agreement_only() -> None:
    first = np.array([1.0, 5.0, 9.0, 14.0, 30.0])
    assert icc(first, first + 4.0, kind="consistency").value == pytest.approx(1.0)
    assert icc(first, first + 4.0).value < 0.97


def test_the_same_twice_agrees_wholly_and_nothing_that_varies_tells_nothing() -> None:
    first = [0.3, 1.7, 2.2, 9.1]
    for kind in ("agreement", "consistency"):
        assert icc(first, first, kind=kind) == icc(first, first, first, kind=kind)  # type: ignore[arg-type]
    assert icc(first, first).low == 1.0
    assert math.isnan(icc([2.0, 2.0], [2.0, 2.0]).value)
    assert math.isnan(icc([2.0, 2.0], [3.0, 3.0]).value)


@example([(0.0, 1.0), (0.0, 1.0), (1.0, 0.0), (1.0, 0.0)])
@given(st.lists(st.tuples(st.floats(0, 60), st.floats(0, 60)), min_size=3, max_size=20))
def test_the_estimate_lies_in_its_interval_whatever_the_order(
    pairs: list[tuple[float, float]],
) -> None:
    first, second = (np.round(x, 3) for x in np.array(pairs).T)
    found = icc(first, second)
    if math.isnan(found.value):
        return
    assert found.low - 1e-9 <= found.value <= found.high + 1e-9 <= 1 + 2e-9
    assert icc(second, first).value == pytest.approx(found.value, abs=1e-9)


@pytest.mark.parametrize("rates", [([1.0, 2.0],), ([1.0, 2.0], [1.0]), ([1.0], [2.0])])
def test_a_table_that_tells_nothing_is_wrong_use(rates: tuple[list[float], ...]) -> None:
    with pytest.raises(UsageError, match="at least 2"):
        icc(*rates)
