"""Real waveforms placed at known times into real rest: truth where nobody could have marked it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfiltfilt

from fasciscope.core import Label, UsageError
from fasciscope.datasets.synth.bank import MARGIN_S, band_filter, band_limited
from fasciscope.datasets.synth.setting import Array
from fasciscope.datasets.synth.truth import Truth, TruthEvent
from fasciscope.datasets.synth.waveform import Waveform, at_rate

EDGE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Rest with potentials in it (n, n_channels), and where they are."""

    uv: Array
    truth: Truth


def place(
    rest: Array,
    rate_hz: float,
    waveforms: Sequence[Waveform],
    at_s: Array,
    snr: float | Array,
    *,
    channel: int = 0,
    jitter: float = 0.05,
    seed: int = 0,
    names: Sequence[str] | None = None,
    units: NDArray[np.int64] | None = None,
    flags: Sequence[tuple[str, ...]] | None = None,
) -> Placed:
    """Add a waveform to `rest` (n,) or (n, n_channels) at each time of `at_s` (m,).

    `units` (m,) says which, by number; without it they are drawn by chance. `flags` (m,) are those of
    the truth's events.

    Its largest deflection falls on the sample nearest `at_s`; its peak to peak is `snr` (one, or one
    a time) times the RMS of the rest, both in 20-450 Hz, varied by `jitter` (standard deviation of
    the factor). Times whose waveform would not fit are left out. Raises UsageError where there is no
    waveform, or the rest is flat or too short to measure.
    """
    signal = np.array(rest, dtype=np.float64)
    signal = signal[:, None] if signal.ndim == 1 else signal
    noise = rest_rms(signal[:, channel], rate_hz)
    if not waveforms:
        raise UsageError("There is no waveform to place. Give at least one.")
    shapes = [_prepared(waveform, rate_hz) for waveform in waveforms]
    rng = np.random.default_rng(seed)
    at = np.asarray(at_s, dtype=np.float64)
    wanted = np.broadcast_to(np.asarray(snr, dtype=np.float64), at.shape)
    drawn = rng.integers(len(shapes), size=len(at))
    which = drawn if units is None else np.asarray(units)
    factor = np.clip(rng.normal(1.0, jitter, len(at)), 0.3, 2.0)
    marked = [()] * len(at) if flags is None else flags
    events = []
    for time_s, ratio, unit, marks in zip(at, wanted * factor, which.tolist(), marked, strict=True):
        wave, low, peak, high = shapes[unit]
        start = round(time_s * rate_hz) - peak
        if start < 0 or start + len(wave) > len(signal):
            continue
        signal[start : start + len(wave), channel] += ratio * noise * wave
        events.append(
            TruthEvent(
                Label.FASCICULATION,
                channel,
                start + low,
                start + peak,
                start + high,
                "placed",
                float(ratio * noise),
                float(ratio),
                unit,
                marks,
            )
        )
    named = tuple(names or (f"EMG{k + 1}" for k in range(signal.shape[1])))
    events.sort(key=lambda event: event.start_sample)
    return Placed(signal, Truth(tuple(events), rate_hz, named, len(signal)))


def rest_rms(rest: Array, rate_hz: float) -> float:
    """RMS of a stretch of rest (n,) in 20-450 Hz, its ends left out.

    Raises UsageError where it is shorter than a second, or flat.
    """
    if len(rest) < rate_hz:
        raise UsageError(f"The rest has {len(rest)} samples; at least one second is needed.")
    edge = int(MARGIN_S * rate_hz)
    quiet = sosfiltfilt(band_filter(rate_hz), rest - np.mean(rest))[edge:-edge]
    rms = float(np.sqrt(np.mean(quiet**2)))
    if rms == 0:
        raise UsageError("The rest is flat: it has no noise to compare a waveform with.")
    return rms


def _prepared(waveform: Waveform, rate_hz: float) -> tuple[Array, int, int, int]:
    """The wave at the rest's rate, 1 peak to peak in the band; first, largest and last+1 sample of it."""
    wave = at_rate(waveform, rate_hz)
    margin = int(MARGIN_S * rate_hz)
    seen = band_limited(np.pad(wave, margin), rate_hz)[margin : margin + len(wave)]
    size = np.abs(seen)
    above = np.flatnonzero(size >= EDGE * size.max())
    return wave / np.ptp(seen), int(above[0]), int(size.argmax()), int(above[-1]) + 1
