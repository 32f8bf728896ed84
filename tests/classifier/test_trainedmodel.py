"""The trained model: same face as the rules, certain causes stay theirs, and it says what weighed."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fasciscope.classifier import RuleModel, TrainedModel
from fasciscope.classifier.features import THRESHOLD
from fasciscope.classifier.trainedmodel import LIKELY
from fasciscope.core import ChannelInfo, Label, Potential, StreamInfo
from fasciscope.dsp import ChainSettings

from .activities import TWITCH

INFO = StreamInfo("test", 2000.0, (ChannelInfo("EMG", 1.0),))
SLOW = StreamInfo("test", 200.0, (ChannelInfo("EMG", 1.0),))


def judged(info: StreamInfo = INFO, **changes: object) -> tuple[Label, float, str]:
    verdict = TrainedModel(info).judge_potential(replace(TWITCH, **changes))
    assert verdict is not None
    return verdict.label, verdict.probability, " ".join(verdict.reasons)


def test_a_clear_lone_potential_is_a_fasciculation_and_what_weighed_is_said() -> None:
    label, probability, told = judged()
    assert label is Label.FASCICULATION
    assert probability > 0.9
    assert told.startswith("Weighed most: ")
    assert told.count("(") == 3


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"heart_score": 0.9, "heart_hz": 1.1, "median_hz": 40.0}, Label.ECG),
        ({"sharpness": 0.9}, Label.ARTEFACT),
        ({"rhythm_n": 8, "rhythm_cv": 0.1, "rhythm_hz": 7.0}, Label.REPETITIVE),
        ({"near_burst_s": 0.1}, Label.VOLUNTARY),
    ],
)
def test_what_a_rule_is_certain_of_stays_the_rules(changes: dict[str, float], label: Label) -> None:
    assert judged(**changes)[0] is label
    rules = RuleModel(INFO).judge_potential(replace(TWITCH, **changes))
    assert TrainedModel(INFO).judge_potential(replace(TWITCH, **changes)) == rules


def test_an_echo_is_no_event_of_its_own() -> None:
    echo = replace(TWITCH, bigger_gap_s=0.03)
    assert TrainedModel(INFO).judge_potential(echo) is None


def test_what_is_faint_is_told_only_if_it_is_likely_a_fasciculation() -> None:
    clear = replace(TWITCH, faint=True)
    verdict = TrainedModel(INFO).judge_potential(clear)
    assert verdict is not None
    assert verdict.label is Label.FASCICULATION
    unclear = replace(clear, statistic=4.6, peak_to_peak=5.5 * TWITCH.noise, background=1.3)
    assert TrainedModel(INFO).judge_potential(unclear) is None
    assert TrainedModel(INFO).judge_potential(replace(clear, near_burst_s=0.1)) is None
    assert RuleModel(INFO).judge_potential(clear) is None


def test_at_tier_d_nothing_is_called_a_fasciculation() -> None:
    assert SLOW.tier.letter == "D"
    assert judged(SLOW)[0] is Label.UNCERTAIN


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.floats(1.0, 100.0),
    st.floats(4.0, 50.0),
    st.floats(0.5, 30.0),
    st.floats(20.0, 200.0),
    st.floats(0.8, 3.0),
    st.floats(0.0, 2.0),
)
def test_a_fasciculation_is_at_least_an_even_chance(
    snr: float, statistic: float, half_ms: float, median_hz: float, level: float, bed_hz: float
) -> None:
    potential = replace(
        TWITCH,
        peak_to_peak=snr * TWITCH.noise,
        statistic=statistic,
        half_width_ms=half_ms,
        median_hz=median_hz,
        background=level,
        bed_hz=bed_hz,
    )
    verdict = TrainedModel(INFO).judge_potential(potential)
    assert isinstance(potential, Potential)
    assert verdict is not None
    assert 0.0 <= verdict.probability <= 1.0
    if verdict.label is Label.FASCICULATION:
        assert verdict.probability >= LIKELY


def test_the_threshold_of_the_features_is_the_detectors() -> None:
    """The classifier may not ask dsp; what it takes for known must stay true."""
    assert ChainSettings().threshold == THRESHOLD
