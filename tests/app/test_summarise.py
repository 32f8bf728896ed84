"""The session's figures: rates with their intervals, minutes, shapes."""

import dataclasses

import pytest
from scipy import stats

from fasciscope.app.summarise import Summariser, poisson_interval
from fasciscope.core import Burst, ChannelInfo, FrameQuality, Provenance, Recording, StreamInfo


@pytest.mark.parametrize("count", [0, 1, 2, 7, 40, 1000])
@pytest.mark.parametrize("minutes", [0.5, 1.0, 30.0])
def test_the_interval_is_garwoods(count: int, minutes: float) -> None:
    rate = poisson_interval(count, minutes)
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    high = stats.chi2.ppf(0.975, 2 * (count + 1)) / 2
    assert rate.value == count / minutes
    assert rate.low == pytest.approx(low / minutes, rel=1e-9)
    assert rate.high == pytest.approx(high / minutes, rel=1e-9)


def test_three_in_no_time_are_no_rate() -> None:
    rate = poisson_interval(3, 0.0)
    assert (rate.low, rate.high) == (0.0, float("inf"))


def test_none_in_a_minute_allows_3_7() -> None:
    assert poisson_interval(0, 1.0).high == pytest.approx(3.689, abs=1e-3)


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
