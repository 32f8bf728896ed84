"""Measures of brief potentials, many at a time.

Windows are cut from the feature branch (20-450 Hz) and from the raw signal around each peak of the
detection statistic; everything is then computed on (n_potentials, n_samples) arrays.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import resample_poly

from fasciscope.dsp.filters import BackwardPass

PEAK_S = 0.012  # the waveform's largest deflection lies this close to the statistic's peak
EXTENT_S = 0.015  # peak to peak is taken this far to either side
WAVE_S = 0.03  # waveform kept for shapes, either side
SPECTRUM_S = 0.032
SMOOTH_S = 0.0012  # standard deviation; 130 Hz at half amplitude
SUMMIT_S = 0.0025
NEARLY = 0.85
SHARP_HZ, BRIGHT_HZ = 200.0, 90.0
BRIGHT_LEAST_HZ = 400.0  # slower signals end soon above 90 Hz
BEFORE_S = 0.06  # what is cut out on either side; the backward filter settles in what follows
AFTER_S = 0.13
LEVEL_S = 0.004  # the raw level is taken this far before and after, over one wave of the mains
FINE_HZ = 2000.0  # sizes and lengths are taken at this rate or above: between samples lies more
FLOOR = 0.1  # a potential lasts while its envelope exceeds this part of its peak


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """Measures of m potentials, arrays (m,) unless said; samples are absolute."""

    peak_sample: NDArray[np.int64]
    start_sample: NDArray[np.int64]
    end_sample: NDArray[np.int64]
    peak_to_peak: NDArray[np.float64]
    duration_ms: NDArray[np.float64]
    half_width_ms: NDArray[np.float64]
    rise_ms: NDArray[np.float64]
    phases: NDArray[np.int64]
    median_hz: NDArray[np.float64]
    low_ratio: NDArray[np.float64]
    sharpness: NDArray[np.float64]
    brightness: NDArray[np.float64]
    waveform: NDArray[np.float64]  # (m, n)


def half_samples(rate_hz: float, seconds: float) -> int:
    """Samples on either side of a peak."""
    return max(2, round(seconds * rate_hz))


def measure(
    feature: NDArray[np.float64],
    raw: NDArray[np.float64],
    origin: int,
    rows: NDArray[np.intp],
    channels: NDArray[np.intp],
    noise: NDArray[np.float64],
    rate_hz: float,
    line_hz: float,
    backward: BackwardPass,
) -> Measures:
    """Measure the potentials near `rows` (m,) of `feature` and `raw` (n, n_channels).

    `origin` is the absolute number of row 0; `noise` (m,) the feature branch's noise RMS;
    `line_hz` the mains, whose wave the raw level is averaged over; `backward` the feature branch's
    filter, run once more backwards over each window: a causal high-pass moves the largest deflection
    of a wide potential by up to 18 ms. Windows that reach over an end repeat the end's sample.
    """
    before, after = half_samples(rate_hz, BEFORE_S), half_samples(rate_hz, AFTER_S)
    wide = backward.run(_cut(feature, rows, channels, before, after))
    at = _largest(wide, before, rate_hz)
    peak = np.clip(rows + at - before, 0, len(feature) - 1)
    extent, spectrum = half_samples(rate_hz, EXTENT_S), half_samples(rate_hz, SPECTRUM_S)
    around = _around(wide, at, spectrum)  # the longest; the others lie in its middle
    finer = math.ceil(FINE_HZ / rate_hz)
    fine_ms = 1e3 / (finer * rate_hz)
    near = _near(around, extent, finer)
    peak_to_peak = near.max(axis=1) - near.min(axis=1)
    first, last = _span(near, noise)
    start, end = first // finer, -(-last // finer)
    median_hz, sharpness, brightness = _spectral(around, rate_hz)
    return Measures(
        peak_sample=origin + peak,
        start_sample=origin + peak - extent + start,
        end_sample=origin + peak - extent + end + 1,
        peak_to_peak=peak_to_peak,
        duration_ms=(last - first + 1).astype(np.float64) * fine_ms,
        half_width_ms=_half_width(near) * fine_ms,
        rise_ms=(extent * finer - first.astype(np.float64)) * fine_ms,
        phases=_phases(near, first, last),
        median_hz=median_hz,
        low_ratio=_step(raw, peak, channels, rate_hz, line_hz) / peak_to_peak,
        sharpness=sharpness,
        brightness=brightness,
        waveform=_middle(around, half_samples(rate_hz, WAVE_S)).copy(),
    )


def _cut(
    samples: NDArray[np.float64],
    rows: NDArray[np.intp],
    channels: NDArray[np.intp],
    before: int,
    after: int,
) -> NDArray[np.float64]:
    """(m, before + 1 + after) windows of `samples` (n, n_channels)."""
    index = rows[:, None] + np.arange(-before, after + 1)
    index = np.minimum(np.maximum(index, 0), len(samples) - 1)
    cut: NDArray[np.float64] = samples[index, channels[:, None]]
    return cut


def _largest(windows: NDArray[np.float64], middle: int, rate_hz: float) -> NDArray[np.intp]:
    """The column of each window's largest deflection near `middle`; of nearly equal ones the first.

    Which of two equal lobes is larger by a hair must hang neither on the sampling rate nor on the
    noise: lobes are compared in the windows smoothed to some 130 Hz, the summit is the windows' own.
    """
    reach, summit = half_samples(rate_hz, PEAK_S), half_samples(rate_hz, SUMMIT_S)
    wide = reach + math.ceil(5 * SMOOTH_S * rate_hz)  # the smoothing reaches four deviations
    cut = np.ascontiguousarray(windows[:, max(0, middle - wide) : middle + wide + 1])
    smooth = np.abs(gaussian_filter1d(cut, SMOOTH_S * rate_hz, axis=1))
    smooth = smooth[:, min(wide, middle) - reach :][:, : 2 * reach + 1]
    first = (smooth >= NEARLY * smooth.max(axis=1, keepdims=True)).argmax(axis=1)
    lobe = first + middle - reach
    near = np.abs(_around(windows, lobe, summit))
    largest: NDArray[np.intp] = lobe + near.argmax(axis=1) - summit
    return largest


def _around(windows: NDArray[np.float64], at: NDArray[np.intp], half: int) -> NDArray[np.float64]:
    """(m, 2 half + 1) of each window around its own column `at`."""
    columns = at[:, None] + np.arange(-half, half + 1)
    columns = np.minimum(np.maximum(columns, 0), windows.shape[1] - 1)
    around: NDArray[np.float64] = windows[np.arange(len(windows))[:, None], columns]
    return around


def _middle(around: NDArray[np.float64], half: int) -> NDArray[np.float64]:
    """The 2 half + 1 columns in the middle."""
    middle = around.shape[1] // 2
    return around[:, middle - half : middle + half + 1]


def _near(around: NDArray[np.float64], half: int, finer: int) -> NDArray[np.float64]:
    """The 2 half + 1 columns in the middle, with `finer` - 1 more between each two (band-limited)."""
    if finer == 1:
        return _middle(around, half)
    return _middle(resample_poly(around, finer, 1, axis=1)[:, : 1 - finer], half * finer)


def _span(
    near: NDArray[np.float64], noise: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and last sample of each window above its floor, counted within the window."""
    size = np.abs(near)
    floor = np.maximum(FLOOR * size.max(axis=1), 2.0 * noise)
    over = size >= np.minimum(floor, 0.9 * size.max(axis=1))[:, None]
    return over.argmax(axis=1), near.shape[1] - 1 - over[:, ::-1].argmax(axis=1)


def _half_width(near: NDArray[np.float64]) -> NDArray[np.float64]:
    """Samples that hold the middle half of the energy: narrow for spikes, wide for waves."""
    share = np.cumsum(near**2, axis=1)
    share /= share[:, -1:]
    width: NDArray[np.float64] = (share < 0.75).sum(axis=1) - (share < 0.25).sum(axis=1) + 1.0
    return width


def _phases(
    near: NDArray[np.float64], start: NDArray[np.intp], end: NDArray[np.intp]
) -> NDArray[np.int64]:
    """Baseline crossings between start and end, plus one (needle convention)."""
    index = np.arange(near.shape[1])
    inside = (index >= start[:, None]) & (index <= end[:, None])
    size = np.abs(near)
    strong = np.where(inside & (size >= FLOOR * size.max(axis=1, keepdims=True)), np.sign(near), 0)
    # a sign that is carried over the weak samples: crossings of what is strong enough to count
    last = np.maximum.accumulate(np.where(strong != 0, index, 0), axis=1)
    carried = strong[np.arange(len(strong))[:, None], last]
    phases: NDArray[np.int64] = ((carried[:, 1:] * carried[:, :-1]) < 0).sum(axis=1) + 1
    return phases


def _spectral(
    windows: NDArray[np.float64], rate_hz: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Median frequency, and the shares of energy above 200 Hz and above 90 Hz."""
    taper, hz = _taper(windows.shape[1], rate_hz)
    power = np.abs(np.fft.rfft(windows * taper, axis=1)) ** 2
    total = np.cumsum(power, axis=1)
    whole = total[:, -1] + 1e-300
    at = (total < 0.5 * whole[:, None]).sum(axis=1)
    row = np.arange(len(power))
    above = np.maximum(total[row, at] - 0.5 * whole, 0.0) / (power[row, at] + 1e-300)
    # a bin's power lies half a bin about it
    median = np.maximum(hz[at] + (0.5 - above) * hz[1], 0.0)
    sharp = power[:, hz > SHARP_HZ].sum(axis=1) / whole
    if rate_hz < BRIGHT_LEAST_HZ:
        return median, sharp, np.ones(len(median))
    return median, sharp, power[:, hz > BRIGHT_HZ].sum(axis=1) / whole


@cache
def _taper(n: int, rate_hz: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A Hann window of `n` samples, and the frequencies of its spectrum."""
    hz = np.arange(n // 2 + 1, dtype=np.float64) * (rate_hz / n)
    return np.hanning(n), hz


def _step(
    raw: NDArray[np.float64],
    peak: NDArray[np.intp],
    channels: NDArray[np.intp],
    rate_hz: float,
    line_hz: float,
) -> NDArray[np.float64]:
    """Change of the raw level across the potential: a step's or a pop's mark.

    The means before and after span one wave of the mains, so hum does not count; nor does a drift, whose
    slope on either side is taken off where that makes it smaller.
    """
    wave = half_samples(rate_hz, 1.0 / line_hz)
    half = half_samples(rate_hz, LEVEL_S) + wave
    apart = 2 * half - wave  # from the middle of one window to that of the next
    reach = half + apart
    around = _cut(raw, peak, channels, reach, reach)
    levels = [
        around[:, first : first + wave].mean(axis=1)
        for first in (0, apart, around.shape[1] - apart - wave, around.shape[1] - wave)
    ]
    earlier, before, after, later = levels
    change, slope = after - before, 0.5 * ((before - earlier) + (later - after))
    step: NDArray[np.float64] = np.minimum(np.abs(change), np.abs(change - slope))
    return step
