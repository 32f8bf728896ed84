"""Activities made by hand for the tests of the rules: each clean, changed where a test says."""

from dataclasses import replace
from typing import Any

import numpy as np

from fasciscope.core import (
    Burst,
    ChannelInfo,
    Event,
    FrameQuality,
    Interval,
    Label,
    Potential,
    SiteSummary,
    StreamInfo,
)

RATE_HZ = 1000.0


def stream(
    n_channels: int = 2,
    rate_hz: float = RATE_HZ,
    *,
    calibrated: bool = True,
    bandwidth_hz: tuple[float, float] | None = None,
    envelope: bool = False,
) -> StreamInfo:
    channels = tuple(ChannelInfo(f"ch{k}", 1.0 if calibrated else None) for k in range(n_channels))
    return StreamInfo("test", rate_hz, channels, bandwidth_hz, 0.02, envelope)


TWITCH = Potential(
    channel=0,
    channels=(0,),
    start_sample=4992,
    peak_sample=5000,
    end_sample=5009,
    peak_to_peak=60.0,
    noise=3.0,
    statistic=16.0,
    duration_ms=17.0,
    half_width_ms=4.0,
    rise_ms=8.0,
    phases=3,
    median_hz=80.0,
    low_ratio=0.05,
    sharpness=0.02,
    brightness=0.3,
    zero_lag=1,
    waveform=np.zeros(61),
    coincident_share=0.5,
    shape=4,
    width_ms=20.0,
)

CONTRACTION = Burst(
    channel=0,
    channels=(0,),
    start_sample=10_000,
    peak_sample=15_000,
    end_sample=22_000,
    peak_to_peak=300.0,
    noise=3.0,
    rms_ratio=20.0,
    rise_s=0.3,
    fall_s=0.2,
    median_hz=80.0,
    waxing=0.08,
    tremor_hz=6.0,
    tremor_ratio=0.1,
    crest=5.0,
    pulse_hz=0.0,
    pulse_cv=np.inf,
    low_ratio=0.2,
    common=0.1,
    prodrome_per_min=0.0,
    aftermath_per_min=0.0,
    cut=False,
    beat=0.15,
    counterbeat=-0.3,
    slow_over_fast=1.2,
)

CRAMP = replace(
    CONTRACTION,
    end_sample=40_000,
    rise_s=4.0,
    fall_s=3.0,
    waxing=0.22,
    prodrome_per_min=10.0,
    beat=0.6,
    counterbeat=-0.7,
    slow_over_fast=3.0,
    rise_dip=0.1,
    prodrome_gain=2.5,
)


def twitch(**changes: Any) -> Potential:
    return replace(TWITCH, **changes)


def burst(**changes: Any) -> Burst:
    return replace(CONTRACTION, **changes)


def frame(second: int, *reasons: tuple[str, ...], n: int = 1000) -> FrameQuality:
    size = len(reasons)
    return FrameQuality(second * 1000, n, reasons, (3.0,) * size, (0,) * size)


def site(
    *,
    usable_s: float = 600.0,
    recorded_s: float = 600.0,
    active_s: float = 0.0,
    fasciculations: int = 0,
    rate: Interval = Interval(0.0, 0.0, 0.4),  # noqa: B008 - frozen
    repetitive_s: float = 0.0,
    name: str = "calf",
) -> SiteSummary:
    return SiteSummary(
        channel=ChannelInfo(name, 1.0),
        recorded_s=recorded_s,
        usable_s=usable_s,
        lost_s=0.0,
        active_s=active_s,
        unusable_s={},
        counts={Label.FASCICULATION: fasciculations} if fasciculations else {},
        duration_s={Label.REPETITIVE: repetitive_s},
        rate_per_min=rate,
        noise=3.0,
        snr_median=None,
        amplitude_uv_median=None,
        amplitude_uv_iqr=None,
        isolated_share=None,
        interval_cv=None,
        n_shapes=0,
    )


def event(label: Label, *, at_s: float = 10.0, lasts_s: float = 0.02, sure: float = 0.9) -> Event:
    start = round(at_s * RATE_HZ)
    return Event(0, start, start, start + max(1, round(lasts_s * RATE_HZ)), label, sure)
