"""The session's figures: rates with their intervals, minutes, shapes."""

import dataclasses

import pytest

from fasciscope.app.summarise import Summariser
from fasciscope.core import Burst, ChannelInfo, FrameQuality, Provenance, Recording, StreamInfo


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
