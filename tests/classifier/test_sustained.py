"""Sustained activity weighed by a scorecard: each figure pulls the way physiology says, or not at all."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fasciscope.classifier import RuleModel, TrainedModel
from fasciscope.classifier.burst_features import BURST_FEATURES
from fasciscope.classifier.cramp import SHORTEST_S, UNSURE
from fasciscope.classifier.scorecard import load_scorecard
from fasciscope.classifier.sustained import CARD, burst_scorecard, weigh_sustained
from fasciscope.core import Burst, ChannelInfo, InputError, Label, StreamInfo

from .activities import CONTRACTION, CRAMP

INFO = StreamInfo("test", 2000.0, (ChannelInfo("EMG", 1.0),))
SLOW = StreamInfo("test", 150.0, (ChannelInfo("EMG", 1.0),))
MORE_LIKE_A_CRAMP = {
    "beat": 0.2,
    "counterbeat": -0.2,
    "tremor_ratio": -0.1,
    "prodrome_gain": 1.0,
    "rise_dip": 0.1,
}
bursts = st.builds(
    lambda beat, counterbeat, slow, tremor, gain, dip: replace(
        CONTRACTION,
        beat=beat,
        counterbeat=counterbeat,
        slow_over_fast=slow,
        tremor_ratio=tremor,
        prodrome_gain=gain,
        rise_dip=dip,
    ),
    st.floats(0.0, 1.0),
    st.floats(-1.0, 0.0),
    st.floats(0.1, 20.0),
    st.floats(0.1, 0.5),
    st.floats(-3.0, 5.0),
    st.floats(0.0, 1.0),
)


def chance(burst: Burst) -> float:
    card = burst_scorecard()
    return card.probability(card.contributions(tuple(f.of(burst) for f in BURST_FEATURES)))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(bursts, st.floats(0.0, 1.0))
@pytest.mark.parametrize("figure", MORE_LIKE_A_CRAMP)
def test_more_of_a_cramps_marks_never_makes_it_less_likely(
    figure: str, burst: Burst, share: float
) -> None:
    change = share * MORE_LIKE_A_CRAMP[figure]
    marked = replace(burst, **{figure: getattr(burst, figure) + change})
    assert chance(marked) >= chance(burst) - 1e-12


@settings(max_examples=60, deadline=None, derandomize=True)
@given(bursts)
def test_more_sites_never_make_it_more_of_a_cramp(burst: Burst) -> None:
    chances = [chance(replace(burst, channels=tuple(range(n)))) for n in (1, 2, 3, 8)]
    assert chances == sorted(chances, reverse=True)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(bursts, st.floats(SHORTEST_S, 300.0))
def test_the_verdict_abstains_where_it_is_unsure_and_says_what_weighed(
    burst: Burst, duration_s: float
) -> None:
    verdict, cramp = weigh_sustained(burst, duration_s), chance(burst)
    assert verdict.probability == round(max(cramp, 1 - cramp), 3)
    if verdict.probability < UNSURE:
        assert verdict.label is Label.UNCERTAIN
    else:
        assert verdict.label is (Label.CRAMP if cramp >= 0.5 else Label.VOLUNTARY)
    (reason,) = verdict.reasons
    assert reason.count("(+") + reason.count("(-") >= 3
    assert "{" not in reason


def test_a_clear_cramp_and_a_clear_contraction() -> None:
    model = TrainedModel(INFO)
    for burst, label in ((CRAMP, Label.CRAMP), (CONTRACTION, Label.VOLUNTARY)):
        verdict = model.judge_burst(burst)
        assert verdict is not None
        assert verdict.label is label
        assert verdict.probability > 0.9


def test_strength_that_swings_at_a_pace_from_its_first_beat_on_is_no_cramp() -> None:
    paced = replace(CONTRACTION, beat=0.7, counterbeat=-0.8, slow_over_fast=10.0)
    verdict = TrainedModel(INFO).judge_burst(replace(paced, end_sample=40_000))
    assert verdict is not None
    assert verdict.label is not Label.CRAMP


def test_loudness_spectrum_and_length_count_for_nothing() -> None:
    other = replace(
        CRAMP, peak_to_peak=9.0, rms_ratio=3.0, median_hz=200.0, crest=9.0, end_sample=80_000
    )
    assert chance(other) == chance(CRAMP)


def test_what_a_rule_is_certain_of_stays_the_rules() -> None:
    tremor = replace(CRAMP, tremor_ratio=0.8, tremor_hz=5.0)
    moved = replace(CRAMP, low_ratio=9.0)
    for burst in (tremor, moved):
        assert TrainedModel(INFO).judge_burst(burst) == RuleModel(INFO).judge_burst(burst)


def test_what_is_shorter_than_any_cramp_is_none() -> None:
    short = replace(CRAMP, end_sample=CRAMP.start_sample + 5000)
    verdict = TrainedModel(INFO).judge_burst(short)
    assert verdict is not None
    assert (verdict.label, verdict.flags) == (Label.VOLUNTARY, ("short",))


def test_at_tier_d_nothing_is_called_a_cramp() -> None:
    verdict = TrainedModel(SLOW).judge_burst(CRAMP)
    assert SLOW.tier.letter == "D"
    assert verdict is not None
    assert verdict.label is Label.UNCERTAIN
    assert "it would read as cramp" in verdict.reasons[0]


def test_the_card_scores_every_feature_in_its_unit_and_a_person_can_read_it() -> None:
    card = burst_scorecard()
    assert [f.unit for f in card.feature] == [f.unit for f in BURST_FEATURES]
    assert list(card.probabilities) == sorted(card.probabilities)
    assert CARD.stat().st_size < 5_000
    for points, feature in zip(card.feature, BURST_FEATURES, strict=True):
        if not feature.direction:
            continue
        assert list(points.points) == sorted(points.points, reverse=feature.direction < 0)


@pytest.mark.parametrize(
    ("found", "damaged", "told"),
    [
        ('feature = "beat"', 'feature = "loudness"', "this version computes beat"),
        ("intercept = ", "intercepted = ", "intercepted"),
        ("[[feature]]", "[[features]]", "features"),
    ],
)
def test_a_damaged_card_is_refused(tmp_path: Path, found: str, damaged: str, told: str) -> None:
    path = tmp_path / "bursts.toml"
    path.write_text(CARD.read_text("utf-8").replace(found, damaged), encoding="utf-8")
    with pytest.raises(InputError, match=r"bursts\.toml") as error:
        load_scorecard(path, tuple(f.name for f in BURST_FEATURES))
    assert told in str(error.value)
