"""Waveforms brought to the board's rate at every fraction of a sample, placed, and measured."""

from functools import cache

import numpy as np
from scipy.signal import butter, sosfilt, sosfiltfilt, sosfreqz

from fasciscope.core import Label
from fasciscope.datasets.synth.setting import Array, Integers, Setting, Stamps
from fasciscope.datasets.synth.truth import TruthEvent

BAND_HZ = (20.0, 450.0)
"""The band in which truth is measured: what a detector looks at."""

MARGIN_S = 0.1  # settles a fourth-order filter at 20 Hz
EDGE = 0.1  # an event reaches as far as a tenth of its peak
BATCH = 512


def band(rate_hz: float) -> tuple[float, float]:
    """The measuring band as far as the rate allows it."""
    return BAND_HZ[0], min(BAND_HZ[1], 0.45 * rate_hz)


@cache
def band_filter(rate_hz: float) -> Array:
    """The measuring band as second-order sections."""
    sos: Array = butter(4, band(rate_hz), btype="bandpass", fs=rate_hz, output="sos")
    return sos


@cache
def _antialias(rate_hz: float, fine_hz: float) -> Array:
    sos: Array = butter(4, 0.4 * rate_hz, fs=fine_hz, output="sos")
    return sos


def band_limited(wave: Array, rate_hz: float) -> Array:
    """`wave` (..., n), quiet at both ends, limited to `band` without shift."""
    limited: Array = sosfiltfilt(band_filter(rate_hz), wave, axis=-1, padlen=0)
    return limited


def band_weight(rate_hz: float, hz: Array) -> Array:
    """What `band_limited` leaves of the power at each frequency."""
    weight: Array = (
        np.abs(sosfreqz(band_filter(rate_hz), hz, fs=rate_hz)[1]) ** 4
    )  # it passes twice
    return weight


def make_bank(fine: Array, setting: Setting) -> Array:
    """(phases, columns, n) at the board's rate from (columns, m) at the fine rate, anti-aliased.

    Phase p is the wave begun p/phases of a sample late.
    """
    k = setting.phases
    settle = 4 * k if setting.board.antialias else 0
    n = -(-(fine.shape[1] + settle + k) // k)
    padded = np.zeros((fine.shape[0], (n + 1) * k))
    padded[:, k : k + fine.shape[1]] = fine
    if setting.board.antialias:
        padded = sosfilt(_antialias(setting.rate_hz, setting.fine_hz), padded, axis=-1)
    return np.stack([padded[:, k - p : k - p + n * k : k] for p in range(k)])


def stamp(
    bank: Array,
    channels: tuple[int, ...],
    onset_s: Array,
    scale: Array,
    setting: Setting,
    event: Integers | None = None,
) -> Stamps:
    """Place a bank's wave at each onset."""
    place = np.rint(np.asarray(onset_s) * setting.fine_hz).astype(np.int64)
    if event is None:
        event = np.full(len(place), -1, dtype=np.int64)
    start, phase = np.divmod(place, setting.phases)
    return Stamps(bank, channels, start, phase, np.asarray(scale, dtype=np.float64), event)


def brief_events(
    stamps: list[Stamps],
    channel: int,
    setting: Setting,
    label: Label,
    ingredient: str,
    units: Integers,
    flags: list[tuple[str, ...]],
) -> list[TruthEvent]:
    """Truth events 0..k-1 measured on the noiseless, band-limited wave of their own stamps.

    `units` and `flags` have one entry an event. Events that reach beyond the recording are left out.
    """
    found: list[TruthEvent] = []
    for first in range(0, len(units), BATCH):
        last = min(first + BATCH, len(units))
        origin, waves = _own_waves(stamps, channel, setting, first, last)
        size = np.abs(waves)
        peak = size.argmax(axis=1)
        above = size >= EDGE * size.max(axis=1, keepdims=True)
        start = origin + above.argmax(axis=1)
        end = origin + waves.shape[1] - above[:, ::-1].argmax(axis=1)
        swing = np.ptp(waves, axis=1)
        inside = (start >= 0) & (end <= setting.n_samples) & (swing > 0)
        found += [
            TruthEvent(
                label=label,
                channel=channel,
                start_sample=int(start[i]),
                peak_sample=int(origin[i] + peak[i]),
                end_sample=int(end[i]),
                ingredient=ingredient,
                amplitude_uv=float(swing[i]),
                unit=int(units[first + i]),
                flags=flags[first + i],
            )
            for i in np.flatnonzero(inside).tolist()
        ]
    return found


def _own_waves(
    stamps: list[Stamps], channel: int, setting: Setting, first: int, last: int
) -> tuple[Integers, Array]:
    """First samples (k,) and band-limited waves (k, n) of events first..last-1."""
    margin = int(MARGIN_S * setting.rate_hz)
    begin = np.full(last - first, np.iinfo(np.int64).max)
    finish = np.zeros(last - first, dtype=np.int64)
    chosen = []
    for group in stamps:
        if channel not in group.channels:
            continue
        mine = np.flatnonzero((group.event >= first) & (group.event < last))
        which = group.event[mine] - first
        np.minimum.at(begin, which, group.start[mine])
        np.maximum.at(finish, which, group.start[mine] + group.bank.shape[2])
        chosen.append((group, mine, which))
    begin = np.where(finish == 0, 0, begin)
    waves = np.zeros((last - first, int((finish - begin).max(initial=0)) + 2 * margin))
    for group, mine, which in chosen:
        column = group.bank[:, group.channels.index(channel)]
        columns = (group.start[mine] - begin[which] + margin)[:, None] + np.arange(column.shape[1])
        values = column[group.phase[mine]] * group.scale[mine, None]
        np.add.at(waves, (which[:, None], columns), values)
    return begin - margin, band_limited(waves, setting.rate_hz)


def long_event(
    stamps: list[Stamps], channel: int, setting: Setting, label: Label, ingredient: str
) -> list[TruthEvent]:
    """One truth event from the first to the last potential of `stamps` (none if there is none).

    Its peak is that of the largest potential; its amplitude that potential's peak to peak.
    """
    best: tuple[float, int] = (0.0, 0)
    start, end = setting.n_samples, 0
    for group in stamps:
        if channel not in group.channels or not len(group.start):
            continue
        column = group.bank[0, group.channels.index(channel)]
        high = np.flatnonzero(np.abs(column) >= EDGE * np.abs(column).max())
        start = min(start, int(group.start.min() + high[0]))
        end = max(end, int(group.start.max() + high[-1] + 1))
        k = int(group.scale.argmax())
        size = float(group.scale[k] * np.ptp(column))
        best = max(best, (size, int(group.start[k] + np.abs(column).argmax())))
    start, end = max(start, 0), min(end, setting.n_samples)
    if end <= start:
        return []
    peak = min(max(best[1], start), end - 1)
    return [TruthEvent(label, channel, start, peak, end, ingredient, amplitude_uv=best[0])]
