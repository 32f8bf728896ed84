"""The probability of each pattern: a distribution, and one that moves the right way."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from fasciscope.classifier.chances import (
    DOUBT,
    FALSE_PER_MIN,
    beyond_false_alarms,
    cramp_chance,
    fasciculation_chance,
    pattern_probabilities,
)
from fasciscope.core import Event, Label, Pattern, SiteSummary

from .activities import event, site, stream

INFO = stream(2)

sites = st.lists(
    st.builds(
        lambda usable_s, more_s, count, active: site(
            usable_s=usable_s,
            recorded_s=usable_s + more_s,
            active_s=active * more_s,
            fasciculations=count,
        ),
        st.floats(0.0, 7200.0),
        st.floats(0.0, 600.0),
        st.integers(0, 60),
        st.floats(0.0, 1.0),
    ),
    min_size=1,
    max_size=4,
)
events = st.lists(
    st.builds(
        lambda label, sure: event(label, sure=sure),
        st.sampled_from([Label.CRAMP, Label.REPETITIVE, Label.VOLUNTARY, Label.ARTEFACT]),
        st.floats(0.5, 0.99),
    ),
    max_size=30,
)


@given(sites, events)
def test_the_probabilities_of_all_patterns_sum_to_one(
    found: list[SiteSummary], seen: list[Event]
) -> None:
    chances = pattern_probabilities(INFO, found, seen)
    assert set(chances) == set(Pattern)
    assert min(chances.values()) >= 0.0
    assert sum(chances.values()) == pytest.approx(1.0, abs=1e-12)


@given(sites, events, st.integers(0, 3), st.floats(0.0, 3600.0))
def test_more_quiet_time_never_lowers_quiet(
    found: list[SiteSummary], seen: list[Event], which: int, more_s: float
) -> None:
    k = which % len(found)
    longer = replace(
        found[k], usable_s=found[k].usable_s + more_s, recorded_s=found[k].recorded_s + more_s
    )
    after = [*found[:k], longer, *found[k + 1 :]]
    before, now = (pattern_probabilities(INFO, s, seen)[Pattern.QUIET] for s in (found, after))
    assert now >= before - 1e-12


@given(sites, events, st.floats(0.5, 0.99))
def test_another_cramp_never_lowers_cramp(
    found: list[SiteSummary], seen: list[Event], sure: float
) -> None:
    def cramping(listed: list[Event]) -> float:
        chances = pattern_probabilities(stream(2), [site(), *found], listed)
        return chances[Pattern.CRAMP] + chances[Pattern.CRAMP_FASCICULATION]

    assert cramping([*seen, event(Label.CRAMP, sure=sure)]) >= cramping(seen) - 1e-12


@given(st.integers(2, 20), st.integers(2, 6))
def test_the_same_rate_for_longer_is_surer(count: int, times: int) -> None:
    """At five times the false alarms surer of fasciculation, at half of them less sure."""
    often = site(fasciculations=count, usable_s=60.0 * count)
    longer = site(fasciculations=times * count, usable_s=60.0 * times * count)
    assert fasciculation_chance(longer) >= fasciculation_chance(often) - 1e-12
    rare = site(fasciculations=count, usable_s=600.0 * count)
    longer = site(fasciculations=times * count, usable_s=600.0 * times * count)
    assert fasciculation_chance(longer) <= fasciculation_chance(rare) + 1e-12


@pytest.mark.parametrize("count", [2, 5, 20])
@pytest.mark.parametrize("minutes", [0.5, 5.0, 37.5])
def test_the_gamma_posterior_is_the_chance_of_fewer_false_alarms(
    count: int, minutes: float
) -> None:
    found = site(fasciculations=count, usable_s=60.0 * minutes)
    q = beyond_false_alarms(found)
    assert q == pytest.approx(stats.poisson.cdf(count - 1, FALSE_PER_MIN * minutes))
    assert q == pytest.approx(stats.gamma.sf(FALSE_PER_MIN, count, scale=1.0 / minutes))


def test_the_prior_weighs_rates_below_the_false_alarms_as_it_says() -> None:
    found = site(fasciculations=4, usable_s=600.0)
    posterior = stats.gamma(4, scale=1.0 / 10.0)  # of the prior density 1/rate
    below, above = DOUBT * posterior.cdf(FALSE_PER_MIN), posterior.sf(FALSE_PER_MIN)
    assert fasciculation_chance(found) == pytest.approx(above / (above + below))


def test_two_doubtful_cramps_make_one_likelier() -> None:
    once = event(Label.CRAMP, sure=0.7)
    assert cramp_chance([]) == 0.0
    assert cramp_chance([once]) == pytest.approx(0.7)
    assert cramp_chance([once, once]) == pytest.approx(0.91)


def test_short_of_time_what_would_be_quiet_is_not_assessable() -> None:
    short = pattern_probabilities(INFO, [site(usable_s=80.0)], [])
    assert short[Pattern.QUIET] == 0.0
    assert short[Pattern.NOT_ASSESSABLE] == 1.0
    shorter = pattern_probabilities(INFO, [site(usable_s=15.0, fasciculations=9)], [])
    assert shorter[Pattern.NOT_ASSESSABLE] == 1.0


def test_the_clearest_site_decides_and_quiet_goes_by_the_longest() -> None:
    busy, still = site(fasciculations=30, usable_s=300.0), site(usable_s=900.0)
    assert pattern_probabilities(INFO, [still, busy], [])[Pattern.BENIGN_FASCICULATION] > 0.99
    alone = pattern_probabilities(INFO, [still], [])
    assert pattern_probabilities(INFO, [site(usable_s=10.0), still], []) == alone
