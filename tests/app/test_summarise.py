"""The session's figures: rates with their intervals, minutes, shapes."""

import dataclasses

import numpy as np
import pytest

from fasciscope.app.summarise import Summariser
from fasciscope.core import (
    Burst,
    ChannelInfo,
    Event,
    FrameQuality,
    Label,
    Pattern,
    Potential,
    Provenance,
    Recording,
    StreamInfo,
)


def burst(start_sample: int, end_sample: int) -> Burst:
    names = [field.name for field in dataclasses.fields(Burst) if field.type is float]
    figures = dict.fromkeys(names, 1.0)
    return Burst(0, (0,), start_sample, start_sample, end_sample, cut=False, **figures)


def quality(first_sample: int, *reasons: str) -> FrameQuality:
    return FrameQuality(first_sample, 1000, (reasons,), (3.0,), (0,))


@pytest.mark.parametrize(("bad", "usable_s"), [(range(0), 6.0), (range(3, 8), 4.0)])
def test_a_burst_takes_usable_time_only_where_there_was_any(bad: range, usable_s: float) -> None:
    """Ten seconds, a burst from 2 to 6 s, and from 3 s on five seconds that cannot be judged."""
    info = StreamInfo("test", 1000.0, (ChannelInfo("EMG", 1.0),))
    recording = Recording(info, lambda: iter(()), Provenance("test", "array"), n_samples=10_000)
    summariser = Summariser(info)
    for second in range(10):
        summariser.add(quality(1000 * second, *(["motion"] if second in bad else [])), ())
    summariser.add(burst(2000, 6000), ())
    summary = summariser.summary(recording, {})
    assert summary.sites[0].usable_s == usable_s
    assert summary.sites[0].active_s == 4.0
    assert summary.minute_usable_s[0][0] == pytest.approx(usable_s)


def twitch(at: int) -> tuple[Potential, list[Event]]:
    """A potential with a neighbour of its shape 0.3 s away, and its event."""
    figures = {
        f.name: 1.0 for f in dataclasses.fields(Potential) if f.type == "float" or f.type is float
    }
    figures["same_gap_after_s"] = 0.3
    potential = Potential(
        channel=0,
        channels=(0,),
        start_sample=at - 5,
        peak_sample=at,
        end_sample=at + 5,
        phases=3,
        zero_lag=1,
        waveform=np.zeros(41),
        **figures,
    )
    return potential, [Event(0, at - 5, at, at + 5, Label.FASCICULATION, 0.85)]


def test_doublets_that_are_one_potential_are_part_of_the_timing() -> None:
    info = StreamInfo("test", 1000.0, (ChannelInfo("EMG", 1.0),))
    recording = Recording(info, lambda: iter(()), Provenance("test", "array"), n_samples=60_000)
    summariser = Summariser(info)
    for second in range(60):
        summariser.add(quality(1000 * second), ())
    for k in range(6):
        potential, (event,) = twitch(5000 + 9000 * k)
        flags = ("isolated", "doublet") if k in (2, 3) else ("isolated",)
        summariser.add(potential, [dataclasses.replace(event, flags=flags)])
    (site,) = summariser.summary(recording, {}).sites
    assert site.timing is not None
    assert site.timing.doublet_share == pytest.approx(2 / 8)


def test_timing_and_other_rules_are_told_on_the_clock_of_usable_time() -> None:
    """Twenty minutes, the middle ten of them lost to contact; four potentials before, two after."""
    info = StreamInfo("test", 1000.0, (ChannelInfo("EMG", 1.0),))
    recording = Recording(info, lambda: iter(()), Provenance("test", "array"), n_samples=1_200_000)
    summariser = Summariser(info)
    for second in range(1200):
        away = 300 <= second < 900
        summariser.add(quality(1000 * second, *(["contact"] if away else [])), ())
    for at in (50_000, 50_080, 150_000, 290_000, 910_000, 1_010_000):
        summariser.add(*twitch(at))
    summary = summariser.summary(recording, {})
    (site,) = summary.sites
    assert site.timing is not None
    assert site.timing.n_intervals == 5
    assert site.timing.median_s == pytest.approx(99.92)  # 290 s to 910 s are 20 s of usable time
    assert site.timing.doublet_share == pytest.approx(1 / 6)
    assert site.interval_cv == site.timing.cv
    assert site.halves is not None
    assert site.halves.counts == (4, 2)
    assert site.halves.usable_s == (300.0, 300.0)
    counts = {under.rule: under.count for under in site.rate_sensitivity}
    assert counts["isolated_250_ms"] == 6
    assert counts["isolated_500_ms"] == 0
    assert counts["doublets_once"] == 5
    assert (counts["probability_0.8"], counts["probability_0.9"]) == (6, 0)
    assert summary.pattern_sensitivity["isolated_250_ms"] is summary.pattern
    assert summary.pattern_sensitivity["probability_0.9"] is Pattern.QUIET
    assert sum(summary.pattern_probabilities.values()) == pytest.approx(1.0)
