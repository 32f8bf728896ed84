"""A session's pattern: what it takes, what it never says, and the flags it raises."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from fasciscope.classifier import judge_session
from fasciscope.classifier.chances import FALSE_PER_MIN
from fasciscope.core import Interval, Label, Pattern, RateUnder

from .activities import event, site, stream

INFO = stream(2)
CRAMP = event(Label.CRAMP, lasts_s=20.0)


def test_rest_with_nothing_in_it_is_quiet_and_surer_with_time() -> None:
    short, long = (judge_session(INFO, [site(usable_s=s)], []) for s in (120.0, 900.0))
    assert short.pattern is long.pattern is Pattern.QUIET
    assert short.probability == pytest.approx(1 - np.exp(-2.0), abs=1e-3)
    assert long.probability > 0.99
    assert "0.14" in short.reasons[0]


@pytest.mark.parametrize("usable_s", [0.0, 20.0, 89.9])
def test_under_90_seconds_nothing_is_called_quiet(usable_s: float) -> None:
    verdict = judge_session(INFO, [site(usable_s=usable_s)], [])
    assert verdict.pattern is Pattern.NOT_ASSESSABLE
    assert f"{usable_s:.0f} s" in verdict.reasons[0]
    assert any("too short" in limit for limit in verdict.limits)


def test_one_good_site_is_enough() -> None:
    sites = [site(usable_s=10.0), site(usable_s=100.0)]
    assert judge_session(INFO, sites, []).pattern is Pattern.QUIET


def test_fasciculations_beyond_chance_are_said_even_in_a_short_recording() -> None:
    sites = [site(usable_s=40.0, fasciculations=8)]
    verdict = judge_session(INFO, sites, [])
    assert verdict.pattern is Pattern.BENIGN_FASCICULATION
    assert "8 isolated potentials at calf" in verdict.reasons[0]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_what_false_alarms_would_give_is_no_fasciculation(count: int) -> None:
    verdict = judge_session(INFO, [site(usable_s=900.0, fasciculations=count)], [])
    assert verdict.pattern is Pattern.QUIET


def test_one_potential_is_no_pattern() -> None:
    verdict = judge_session(INFO, [site(usable_s=91.0, fasciculations=1)], [])
    assert verdict.pattern is Pattern.QUIET


def test_the_least_count_for_a_pattern_follows_the_time() -> None:
    for minutes in (2.0, 10.0, 30.0):
        least = next(
            n for n in range(2, 50) if stats.poisson.cdf(n - 1, FALSE_PER_MIN * minutes) >= 0.9
        )
        for count, pattern in (
            (least - 1, Pattern.QUIET),
            (least, Pattern.BENIGN_FASCICULATION),
        ):
            sites = [site(usable_s=60 * minutes, fasciculations=count)]
            assert judge_session(INFO, sites, []).pattern is pattern


def test_a_cramp_alone_and_with_fasciculations() -> None:
    alone = judge_session(INFO, [site()], [CRAMP])
    both = judge_session(INFO, [site(fasciculations=60)], [CRAMP])
    assert alone.pattern is Pattern.CRAMP
    assert both.pattern is Pattern.CRAMP_FASCICULATION
    assert "1 cramp:" in alone.reasons[0]
    for verdict in (alone, both):
        assert any("ask whether it hurt" in limit for limit in verdict.limits)


@pytest.mark.parametrize(("active_s", "trains"), [(60.0, 0), (0.0, 10)])
def test_contractions_and_trains_are_other_activity(active_s: float, trains: int) -> None:
    events = [event(Label.REPETITIVE, at_s=k) for k in range(trains)]
    verdict = judge_session(INFO, [site(active_s=active_s)], events)
    assert verdict.pattern is Pattern.OTHER_ACTIVITY


def test_tier_d_is_never_judged() -> None:
    info = stream(rate_hz=100.0)
    verdict = judge_session(info, [site(fasciculations=100)], [CRAMP])
    assert verdict.pattern is Pattern.NOT_ASSESSABLE
    assert "Tier D" in verdict.reasons[0]


def test_a_recording_of_nothing_but_holes_is_not_assessable() -> None:
    sites = [site(usable_s=0.0, recorded_s=0.0)]
    assert judge_session(INFO, sites, []).pattern is Pattern.NOT_ASSESSABLE


def under(**counts: int) -> tuple[RateUnder, ...]:
    return tuple(RateUnder(rule, n, Interval(n / 10.0, 0.0, n)) for rule, n in counts.items())


def test_the_pattern_is_told_under_each_rule_of_counting() -> None:
    loose, strict = under(loose=12, strict=2), under(loose=1, strict=0)
    sites = [
        replace(site(fasciculations=8), rate_sensitivity=loose),
        replace(site(fasciculations=0), rate_sensitivity=strict),
    ]
    verdict = judge_session(INFO, sites, [])
    assert verdict.pattern is Pattern.BENIGN_FASCICULATION
    assert verdict.pattern_under == {
        "loose": Pattern.BENIGN_FASCICULATION,
        "strict": Pattern.QUIET,
    }


FLAGS = {
    "widespread": ([site(fasciculations=5, name=f"site {k}") for k in range(6)], []),
    "high_rate": ([site(fasciculations=700, rate=Interval(70.0, 65.0, 75.0))], []),
    "continuous": ([site(repetitive_s=200.0)], []),
    "long_cramp": ([site()], [event(Label.CRAMP, lasts_s=200.0)]),
}


@pytest.mark.parametrize("name", FLAGS)
def test_the_flag_is_raised_with_its_source(name: str) -> None:
    sites, events = FLAGS[name]
    flags = judge_session(stream(8), sites, events).review_flags
    assert [flag.name for flag in flags] == [name]
    assert flags[0].source
    assert any(c.isdigit() for c in flags[0].text) or name == "long_cramp"


def test_a_plain_session_raises_no_flag() -> None:
    verdict = judge_session(INFO, [site(fasciculations=20)], [CRAMP])
    assert verdict.review_flags == ()


def test_the_limits_name_the_tier_the_time_and_the_missing_scale() -> None:
    verdict = judge_session(stream(1, calibrated=False), [site(usable_s=300.0)], [])
    text = " ".join(verdict.limits)
    for words in (
        "Tier A",
        "5.0 usable minutes",
        "Uncalibrated (ch0)",
        "1 site cannot",
        "not motor",
    ):
        assert words in text


@pytest.mark.parametrize(("n", "pattern"), [(50, Pattern.OTHER_ACTIVITY), (6, Pattern.QUIET)])
def test_a_muscle_that_is_not_at_rest_is_other_activity(n: int, pattern: Pattern) -> None:
    working = [event(Label.VOLUNTARY, at_s=2.0 * k) for k in range(n)]
    verdict = judge_session(stream(1), [site(usable_s=120.0, recorded_s=120.0)], working)
    assert verdict.pattern is pattern
