"""Every rule for brief potentials is reached by a potential made for it, and says its figure."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fasciscope.classifier.potential_rules import POTENTIAL_RULES
from fasciscope.classifier.rules import beyond, first_match, sure, verdict_of
from fasciscope.core import Label

from .activities import twitch

# rule: what differs from a clean twitch, its label, and the figure in its sentence
CASES: dict[str, tuple[dict[str, Any], Label | None, str]] = {
    "heartbeat": (
        {"heart_score": 0.8, "heart_hz": 1.2, "median_hz": 45.0},
        Label.ECG,
        "72 a minute",
    ),
    "spike": ({"sharpness": 0.75, "half_width_ms": 1.4}, Label.ARTEFACT, "1.4 ms"),
    "step": ({"low_ratio": 0.9}, Label.ARTEFACT, "0.9 times"),
    "swing": ({"brightness": 0.05, "half_width_ms": 13.0}, Label.ARTEFACT, "13 ms"),
    "everywhere": ({"coincident": 4, "coincident_share": 1.0}, Label.ARTEFACT, "4 channels"),
    "dim": ({"statistic": 4.6, "faint": True}, None, ""),
    "echo": ({"bigger_gap_s": 0.03}, None, ""),
    "metronome": ({"rhythm_n": 30, "rhythm_hz": 7.6, "rhythm_cv": 0.06}, Label.REPETITIVE, "7.6"),
    "rhythmic": ({"heart_score": 0.8, "heart_hz": 1.5}, Label.REPETITIVE, "90 a minute"),
    "crowd": ({"crowd_hz": 4.2}, Label.VOLUNTARY, "4.2 other"),
    "bed": ({"statistic": 6.0, "bed_hz": 1.7, "weak_hz": 0.9}, Label.VOLUNTARY, "1.7 like"),
    "wide": ({"width_ms": 90.0}, Label.ARTEFACT, "90 ms"),
    "jerk": ({"busy_ms": 110.0}, Label.VOLUNTARY, "110 ms of activity"),
    "continual": (
        {"same_gap_before_s": 0.11, "same_gap_after_s": 0.12},
        Label.REPETITIVE,
        "110 ms",
    ),
    "tail": ({"statistic": 7.0, "weak_hz": 2.3}, Label.VOLUNTARY, "2.3 weak"),
    "edge": ({"near_burst_s": 0.12}, Label.VOLUNTARY, "120 ms"),
    "together": ({"other_edge_s": 0.11, "statistic": 9.0}, Label.VOLUNTARY, "110 ms"),
    "volley": ({"volley": 3, "volley_chance": 0.004}, Label.UNCERTAIN, "3 others"),
    "lone": ({"statistic": 5.3, "peak_to_peak": 24.0}, Label.UNCERTAIN, "alone for 10 s"),
    "coarse": ({"statistic": 6.0, "peak_to_peak": 42.0}, Label.UNCERTAIN, "14 times"),
    "faint": (
        {"statistic": 5.2, "peak_to_peak": 24.0, "low_ratio": 0.3, "gap_after_s": 4.0},
        Label.UNCERTAIN,
        "(5.2)",
    ),
    "slow": ({"median_hz": 31.0, "peak_to_peak": 45.0}, Label.UNCERTAIN, "31 Hz"),
    "isolated": ({"same_gap_before_s": 1.3}, Label.FASCICULATION, "20 times the noise"),
}


def test_there_is_a_case_for_every_rule_in_its_order() -> None:
    assert [rule.name for rule in POTENTIAL_RULES] == list(CASES)


def test_a_few_units_that_fire_often_are_no_bed_unless_sizes_are_graded_or_others_crowd() -> None:
    often = {"statistic": 6.0, "bed_hz": 1.3, "peak_to_peak": 24.0}
    for more, name in (({}, "isolated"), ({"weak_hz": 0.9}, "bed"), ({"crowd_hz": 1.6}, "bed")):
        rule = first_match(POTENTIAL_RULES, twitch(**often, **more))
        assert rule is not None
        assert rule.name == name


def test_an_echo_follows_and_what_precedes_a_larger_one_by_as_much_is_a_discharge_of_its_own() -> (
    None
):
    ways = ((0.03, 0.5, "echo"), (0.03, 0.03, "isolated"), (0.02, 0.02, "echo"))
    for gap_s, after_s, name in ways:
        rule = first_match(POTENTIAL_RULES, twitch(bigger_gap_s=gap_s, bigger_after_s=after_s))
        assert rule is not None
        assert rule.name == name


@pytest.mark.parametrize("name", CASES)
def test_the_rule_is_reached_and_says_its_figure(name: str) -> None:
    changes, label, figure = CASES[name]
    potential = twitch(**changes)
    rule = first_match(POTENTIAL_RULES, potential)
    assert rule is not None
    assert rule.name == name
    verdict = verdict_of(rule, potential)
    if label is None:
        assert verdict is None
        return
    assert verdict is not None
    assert verdict.label is label
    assert verdict.flags == (name,)
    (sentence,) = verdict.reasons
    assert figure in sentence
    assert sentence.endswith(".")
    assert 0.6 <= verdict.probability <= 0.99


def test_a_clean_twitch_is_a_fasciculation_and_the_clearer_the_surer() -> None:
    rule = POTENTIAL_RULES[-1]
    chances = [sure(rule.margin(twitch(statistic=s))) for s in (5.4, 6.0, 7.0, 9.0)]
    assert chances == sorted(set(chances))


def test_what_leads_up_to_a_contraction_in_short_steps_is_part_of_it() -> None:
    for step_s, named in ((0.5, "edge"), (0.7, "isolated")):
        rule = first_match(POTENTIAL_RULES, twitch(near_burst_s=1.6, burst_step_s=step_s))
        assert rule is not None
        assert rule.name == named


@pytest.mark.parametrize(
    "company",
    [{"gap_before_s": 9.0}, {"gap_after_s": 2.0}, {"familiar": 0.5}, {"statistic": 5.7}],
)
def test_one_that_is_alone_and_hardly_above_the_threshold_may_be_the_noises(
    company: dict[str, float],
) -> None:
    alone = {"statistic": 5.3, "peak_to_peak": 24.0}
    for changes, named in ((alone, "lone"), (alone | company, "isolated")):
        rule = first_match(POTENTIAL_RULES, twitch(**changes))
        assert rule is not None
        assert rule.name == named


@pytest.mark.parametrize(
    "doubt",
    [{"low_ratio": 0.3}, {"background": 1.3}, {"half_width_ms": 15.0}, {"weak_hz": 0.9}],
)
def test_near_the_threshold_only_what_is_clean_counts(doubt: dict[str, float]) -> None:
    faint = {"statistic": 5.3, "peak_to_peak": 24.0, "gap_before_s": 4.0}
    for changes, named in ((faint, "isolated"), (faint | doubt, "faint"), (doubt, "isolated")):
        rule = first_match(POTENTIAL_RULES, twitch(**changes))
        assert rule is not None
        assert rule.name == named


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"busy_ms": 80.0, "same_gap_after_s": 0.08}, "isolated"),  # it fires twice
        ({"busy_ms": 140.0, "same_gap_after_s": 0.08}, "jerk"),
        ({"low_ratio": 0.9, "beat_gap_s": 0.05}, "isolated"),  # a QRS complex is beside it
        ({"low_ratio": 0.9, "beat_gap_s": 0.3}, "step"),
        ({"brightness": 0.05, "half_width_ms": 9.5, "busy_ms": 40.0}, "isolated"),  # a deep unit
        ({"brightness": 0.05, "half_width_ms": 9.5, "busy_ms": 60.0}, "swing"),
    ],
)
def test_what_else_explains_it_is_no_artefact_and_no_jerk(
    changes: dict[str, float], named: str
) -> None:
    rule = first_match(POTENTIAL_RULES, twitch(**changes))
    assert rule is not None
    assert rule.name == named


@pytest.mark.parametrize(("brief_ms", "named"), [(1.5, "spike"), (4.0, "isolated")])
def test_a_sharp_potential_is_a_spike_only_if_brief(brief_ms: float, named: str) -> None:
    rule = first_match(POTENTIAL_RULES, twitch(sharpness=0.6, half_width_ms=brief_ms))
    assert rule is not None
    assert rule.name == named


def test_two_channels_cannot_show_that_something_is_everywhere() -> None:
    rule = first_match(POTENTIAL_RULES, twitch(coincident=2, coincident_share=1.0))
    assert rule is not None
    assert rule.name == "isolated"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.fixed_dictionaries(
        {
            "statistic": st.floats(5.4, 200),
            "peak_to_peak": st.floats(1, 5000),
            "low_ratio": st.floats(0, 10),
            "sharpness": st.floats(0, 1),
            "half_width_ms": st.floats(0.5, 20),
            "median_hz": st.floats(20, 400),
            "bed_hz": st.floats(0, 10),
            "crowd_hz": st.floats(0, 10),
            "same_hz": st.floats(0, 10),
            "background": st.floats(0.5, 5),
            "width_ms": st.floats(10, 500),
            "near_burst_s": st.floats(0, 10) | st.just(float("inf")),
            "same_gap_before_s": st.floats(0.01, 10) | st.just(float("inf")),
            "same_gap_after_s": st.floats(0.01, 10) | st.just(float("inf")),
            "heart_score": st.floats(0, 1),
            "heart_hz": st.floats(0.6, 3),
        }
    )
)
def test_whatever_is_measured_there_is_one_verdict_with_a_sentence(changes: dict[str, Any]) -> None:
    potential = twitch(**changes)
    rule = first_match(POTENTIAL_RULES, potential)
    assert rule is not None
    verdict = verdict_of(rule, potential)
    if verdict is not None:
        assert 0.6 <= verdict.probability <= 0.99
        assert "nan" not in verdict.reasons[0]
        assert "inf" not in verdict.reasons[0]


def test_a_margin_is_2_at_twice_the_limit_and_at_none_of_it() -> None:
    assert beyond(10.0, 5.0) == beyond(0.0, 5.0) == 2.0
    assert beyond(5.0, 5.0) == 0.0


def test_a_probability_rises_with_the_margin_from_0_6_and_stays_below_1() -> None:
    assert sure(-1.0) == sure(0.0) == 0.6
    assert sure(0.5) < sure(1.0) < sure(3.0) <= sure(1e9) == 0.99
