"""Counts by other rules."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciscope.classifier import EventClassifier
from fasciscope.classifier.counting import RULES, Discharge, discharge_of, rates_under
from fasciscope.classifier.rate import rate_interval
from fasciscope.core import Label

from .activities import event, stream, twitch

TABLE = [
    Discharge(1.00, 0.95, 9.0, True),
    Discharge(5.00, 0.85, 0.09, True),
    Discharge(5.09, 0.75, 0.09, True),
    Discharge(9.00, 0.65, 0.30, True),
    Discharge(9.30, 0.70, 0.30, False),
    Discharge(9.50, 0.70, 0.20, False),
]


def counts(table: list[Discharge]) -> dict[str, int]:
    return {under.rule: under.count for under in rates_under(table, 2.0, 1.0)}


def test_each_rule_counts_what_it_says() -> None:
    assert counts(TABLE) == {
        "isolated_100_ms": 4,
        "isolated_250_ms": 3,
        "isolated_500_ms": 1,
        "doublets_once": 3,
        "probability_0.5": 4,
        "probability_0.8": 2,
        "probability_0.9": 1,
    }
    assert set(counts([]).values()) == {0}


def test_rates_have_the_sites_dispersion() -> None:
    under = rates_under(TABLE, 2.0, 3.0)[0]
    assert under.rate_per_min == rate_interval(4, 2.0, 3.0)


discharges = st.lists(
    st.builds(
        Discharge,
        st.floats(0, 600),
        st.floats(0.5, 1),
        st.floats(0.0, 3.0) | st.just(float("inf")),
        st.booleans(),
    ),
    max_size=40,
)


@given(discharges)
def test_a_stricter_rule_never_counts_more(table: list[Discharge]) -> None:
    found = counts(table)
    names = [rule.name for rule in RULES]
    for stem in ("isolated", "probability"):
        ordered = [found[name] for name in names if name.startswith(stem)]
        assert ordered == sorted(ordered, reverse=True)
    assert found["doublets_once"] <= sum(d.counted for d in table)
    assert found == counts(table[::-1])


@pytest.mark.parametrize(
    ("changes", "counted"),
    [({}, True), ({"same_gap_before_s": 0.12, "same_gap_after_s": 0.2}, False)],
)
def test_the_rules_see_fasciculations_and_what_only_its_like_set_aside(
    changes: dict[str, Any], counted: bool
) -> None:
    info, potential = stream(), twitch(**changes)
    (judged,) = EventClassifier(info).push(potential)
    found = discharge_of(judged, potential, info.rate_hz)
    assert found is not None
    assert found.counted is counted
    assert found.apart_s == min(potential.same_gap_before_s, potential.same_gap_after_s)
    assert found.peak_s == 5.0


def test_other_potentials_are_counted_by_no_rule() -> None:
    spike = replace(event(Label.ARTEFACT), flags=("spike",))
    assert discharge_of(spike, twitch(), 1000.0) is None
