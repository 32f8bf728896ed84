"""Cramp points: each piece of evidence pulls its own way, and none decides alone."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fasciscope.classifier.cramp import SHORTEST_S, UNSURE, judge_sustained, points
from fasciscope.core import Burst, Label

from .activities import CONTRACTION, CRAMP

times = st.floats(0.0, 60.0)
bursts = st.builds(
    lambda rise, fall, waxing, before, sites: replace(
        CONTRACTION,
        rise_s=rise,
        fall_s=fall,
        waxing=waxing,
        prodrome_per_min=before,
        channels=tuple(range(sites)),
    ),
    times,
    times,
    st.floats(0.0, 1.0),
    st.floats(0.0, 60.0),
    st.integers(1, 4),
)


def total(burst: Burst, duration_s: float = 20.0) -> float:
    return sum(point.score for point in points(burst, duration_s))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(bursts, st.floats(0.0, 20.0))
@pytest.mark.parametrize("figure", ["rise_s", "waxing", "prodrome_per_min"])
def test_more_of_a_cramps_marks_never_lowers_the_points(
    figure: str, burst: Burst, more: float
) -> None:
    higher = replace(burst, **{figure: getattr(burst, figure) + more})
    assert total(higher) >= total(burst)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(bursts, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_tremor_in_it_never_makes_it_more_like_a_cramp(
    burst: Burst, share: float, more: float
) -> None:
    steady, shaken = (replace(burst, tremor_ratio=r) for r in (share, min(share + more, 1.0)))
    assert total(shaken) <= total(steady)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(bursts, st.floats(3.0, 300.0), st.floats(0.0, 100.0))
def test_longer_is_never_less_like_a_cramp(burst: Burst, duration_s: float, more: float) -> None:
    assert total(burst, duration_s + more) >= total(burst, duration_s)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(bursts)
def test_no_piece_of_evidence_weighs_more_than_four(burst: Burst) -> None:
    scores = [point.score for point in points(burst, 20.0)]
    assert all(abs(score) <= 4.0 for score in scores)
    assert [abs(s) for s in scores] == sorted((abs(s) for s in scores), reverse=True)


def test_a_textbook_cramp_and_a_textbook_contraction() -> None:
    cramp, contraction = judge_sustained(CRAMP, 30.0), judge_sustained(CONTRACTION, 12.0)
    assert (cramp.label, contraction.label) == (Label.CRAMP, Label.VOLUNTARY)
    assert min(cramp.probability, contraction.probability) > 0.9
    assert "waxes" in cramp.reasons[0]
    assert "waxes" in contraction.reasons[0]


def test_a_contraction_that_is_led_slowly_is_no_cramp() -> None:
    assert judge_sustained(replace(CONTRACTION, rise_s=6.0), 25.0).label is not Label.CRAMP


def test_what_speaks_against_it_is_said() -> None:
    verdict = judge_sustained(replace(CRAMP, channels=(0, 1)), 30.0)
    assert "2 sites" in " ".join(verdict.reasons)


def test_below_three_seconds_nobody_could_tell() -> None:
    verdict = judge_sustained(CRAMP, SHORTEST_S - 0.1)
    assert (verdict.label, verdict.flags) == (Label.VOLUNTARY, ("short",))
    assert "2.9 s" in verdict.reasons[0]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(bursts, st.floats(3.0, 300.0))
def test_the_label_follows_the_points_and_close_ones_are_uncertain(
    burst: Burst, duration_s: float
) -> None:
    verdict, score = judge_sustained(burst, duration_s), total(burst, duration_s)
    assert 0.5 <= verdict.probability <= 1.0
    if verdict.probability < UNSURE:
        assert verdict.label is Label.UNCERTAIN
    else:
        assert (verdict.label is Label.CRAMP) == (score >= 0)


@pytest.mark.parametrize("changes", [{"rise_s": 0.0}, {"fall_s": 0.0}, {"waxing": 0.0}])
def test_figures_of_nought_are_figures(changes: dict[str, Any]) -> None:
    assert judge_sustained(replace(CONTRACTION, **changes), 12.0).label is Label.VOLUNTARY
