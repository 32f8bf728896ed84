"""The longest cramp: its trace, and its spectrum over time."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from fasciscope.app.report import chart
from fasciscope.app.report.picture import Picture
from fasciscope.app.report.words import clock, duration, place, significant
from fasciscope.app.session import Session, Trace
from fasciscope.app.summary_file import amplitude_unit
from fasciscope.core import Event, Label

MAX_COLUMNS = 700
"""Columns of the drawn trace; each shows the least and the greatest sample."""
WINDOW_S = 0.25
MAX_HZ = 400.0
DEPTH_DB = 40.0


def longest_cramp(session: Session) -> Event | None:
    """The cramp that lasts longest; None where there is none."""
    cramps = [event for event in session.events if event.label is Label.CRAMP]
    return max(cramps, key=lambda event: event.end_sample - event.start_sample, default=None)


def longest_cramp_s(session: Session) -> float | None:
    """How long it lasts; None where there is none."""
    cramp = longest_cramp(session)
    if cramp is None:
        return None
    return (cramp.end_sample - cramp.start_sample) / session.summary.info.rate_hz


def cramp_picture(session: Session) -> Picture | None:
    """Trace and spectrogram of the session's cramp trace; None where there is none."""
    trace = session.cramp_trace
    if trace is None or trace.signal.size < 2 * _window(session.summary.info.rate_hz):
        return None
    name = place(session.summary.sites[trace.channel].channel)
    with chart.figure(3.1, "cramp") as drawn:
        _draw(drawn, session, trace)
        caption = _caption(session, trace)
        title = f"The longest cramp: {name}"
        return Picture(chart.svg(drawn, "cramp", title, caption), title, caption)


def _draw(drawn: Figure, session: Session, trace: Trace) -> None:
    rate_hz = session.summary.info.rate_hz
    above, below = drawn.subplots(2, 1, sharex=True, height_ratios=(1, 1.1))
    unit, scale = amplitude_unit(session.summary.sites[trace.channel])
    at_s, low, high = extremes(trace.signal * scale, rate_hz)
    above.fill_between(at_s, low, high, color=chart.INK, lw=0.3)
    above.set_ylabel("µV" if unit == "uV" else "× noise")
    chart.few_ticks(above)
    for edge_s in _edges_s(session, trace):
        above.axvline(edge_s, color=chart.COLOURS[Label.CRAMP], lw=0.9, ls=(0, (4, 2)))
    hz, power_db, span_s = spectrum(trace.signal, rate_hz)
    image = below.imshow(
        power_db,
        origin="lower",
        aspect="auto",
        extent=(*span_s, float(hz[0]), float(hz[-1])),
        cmap="cividis",
        vmin=-DEPTH_DB,
        vmax=0,
        interpolation="nearest",
    )
    below.set_ylabel("frequency (Hz)")
    below.set_xlabel(f"time (s) from {clock(trace.first_sample / rate_hz)} of the recording")
    above.set_xlim(0, trace.signal.size / rate_hz)
    drawn.colorbar(image, ax=below, label="dB below strongest", aspect=12, pad=0.01)


def extremes(
    signal: NDArray[np.float64], rate_hz: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Times in s, least and greatest sample of at most `MAX_COLUMNS` equal pieces of `signal` (n,)."""
    starts = np.unique(np.linspace(0, signal.size, MAX_COLUMNS, endpoint=False).astype(int))
    low: NDArray[np.float64] = np.minimum.reduceat(signal, starts)
    high: NDArray[np.float64] = np.maximum.reduceat(signal, starts)
    return starts / rate_hz, low, high


def spectrum(
    signal: NDArray[np.float64], rate_hz: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[float, float]]:
    """Frequencies (n_f,), power in dB of the strongest (n_f, n_t), and the time span in s."""
    n = _window(rate_hz)
    hop = max(n // 4, signal.size // 320)
    transform = ShortTimeFFT(hann(n, sym=False), hop, rate_hz, scale_to="psd")
    first, last = transform.lower_border_end[1], transform.upper_border_begin(signal.size)[1]
    power = transform.spectrogram(signal, p0=first, p1=last)
    hz: NDArray[np.float64] = np.asarray(transform.f)
    kept = hz <= MAX_HZ
    strongest = max(float(power.max()), np.finfo(float).tiny)
    decibel: NDArray[np.float64] = 10 * np.log10(np.maximum(power[kept] / strongest, 1e-12))
    times_s = transform.t(signal.size, p0=first, p1=last)
    half_s = hop / rate_hz / 2
    return hz[kept], decibel, (float(times_s[0]) - half_s, float(times_s[-1]) + half_s)


def median_hz(signal: NDArray[np.float64], rate_hz: float) -> float:
    """The frequency that halves the power of `signal` (n,)."""
    power = np.abs(np.fft.rfft(signal - signal.mean())) ** 2
    total = np.cumsum(power)
    half = int(np.searchsorted(total, total[-1] / 2))
    return half * rate_hz / signal.size


def _window(rate_hz: float) -> int:
    return max(int(WINDOW_S * rate_hz), 16)


def _edges_s(session: Session, trace: Trace) -> tuple[float, ...]:
    """Where within the trace the cramp starts and ends."""
    cramp = longest_cramp(session)
    if cramp is None:
        return ()
    edges = (cramp.start_sample, cramp.end_sample)
    return tuple((edge - trace.first_sample) / session.summary.info.rate_hz for edge in edges)


def _caption(session: Session, trace: Trace) -> str:
    rate_hz = session.summary.info.rate_hz
    unit, scale = amplitude_unit(session.summary.sites[trace.channel])
    height = significant(float(np.ptp(trace.signal)) * scale)
    cramp = longest_cramp(session)
    parts = ["Above: the filtered signal, least to greatest sample of each column."]
    if cramp is not None:
        inside = trace.signal[
            max(cramp.start_sample - trace.first_sample, 0) : cramp.end_sample - trace.first_sample
        ]
        thirds = np.array_split(inside, 3)
        parts.append(
            f"The cramp (between dashed lines) began at {clock(cramp.start_sample / rate_hz)} and "
            f"lasted {duration((cramp.end_sample - cramp.start_sample) / rate_hz)}."
        )
        if thirds[0].size > 1:
            first, last = (median_hz(thirds[i], rate_hz) for i in (0, -1))
            parts.append(
                f"Its median frequency was {first:.0f} Hz in the first third and {last:.0f} Hz in the last."
            )
    parts.append(f"Largest swing: {height} {'µV' if unit == 'uV' else '× noise'}.")
    parts.append(f"Below: power up to {MAX_HZ:.0f} Hz; brighter is stronger.")
    return " ".join(parts)
