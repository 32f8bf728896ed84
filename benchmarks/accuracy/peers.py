"""What others' detectors find in a case: each channel by itself, defaults as their documentation gives.

All get what their documentation advises: the 20-450 Hz band, and
the largest deflection of what they find as its time. Detections within 15 ms are one. None knows of
cramps, hearts or contractions, so all that they find is taken for a fasciculation. Nothing was tuned.
"""

import warnings
from collections.abc import Callable, Sequence
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import butter, find_peaks, sosfiltfilt

from benchmarks.accuracy.case import Array, Case
from benchmarks.accuracy.ours import Finder
from fasciscope.core import Event, Label

MERGE_S = 0.015
NEUROKIT_HIGH_PASS_HZ = 100.0
Samples = NDArray[np.intp]
Detector = Callable[[Array, float], Samples]
"""A band-passed channel (n,) and its rate to sample numbers (m,)."""


def _band(uv: Array, rate_hz: float, low_hz: float = 20.0, high_hz: float = 450.0) -> Array:
    top = min(high_hz, 0.45 * rate_hz)
    sos = butter(4, (low_hz, top), "bandpass", fs=rate_hz, output="sos")
    banded: Array = sosfiltfilt(sos, uv)
    return banded


def _sigma(x: Array) -> float:
    """Standard deviation by the median absolute deviation."""
    return float(np.median(np.abs(x - np.median(x))) / 0.6745)


def _over(level: Array, threshold: float, rate_hz: float) -> Samples:
    """Largest samples above a threshold, none within 15 ms of a larger one."""
    reach = 2 * round(MERGE_S * rate_hz) + 1
    top = (level >= maximum_filter1d(level, reach)) & (level > threshold)
    return np.flatnonzero(top)


def four_sigma(x: Array, rate_hz: float) -> Samples:
    """A plain threshold: 4 robust standard deviations of the band."""
    return _over(np.abs(x), 4.0 * _sigma(x), rate_hz)


def rms_five_sigma(x: Array, rate_hz: float) -> Samples:
    """The RMS of 12 ms above its median by 5 of its robust standard deviations (DESIGN.md 10's first)."""
    rms = np.sqrt(np.maximum(uniform_filter1d(x**2, max(1, round(0.012 * rate_hz))), 0.0))
    return _over(rms, float(np.median(rms)) + 5.0 * _sigma(rms), rate_hz)


def teager_kaiser(x: Array, rate_hz: float) -> Samples:
    """Teager-Kaiser energy, smoothed over 12 ms; mean + 8 standard deviations of its quietest second.

    After Li, Zhou & Aruin 2007 and Solnik 2010 (band of 30-300 Hz first, factor 6-8 of a rest's); the
    rest is looked for, as none is marked.
    """
    narrow = _band(x, rate_hz, 30.0, 300.0)
    energy = np.zeros_like(narrow)
    energy[1:-1] = narrow[1:-1] ** 2 - narrow[2:] * narrow[:-2]
    energy = uniform_filter1d(np.abs(energy), max(1, round(0.012 * rate_hz)))
    second = round(rate_hz)
    pieces = energy[: len(energy) // second * second].reshape(-1, second)
    quiet = pieces[pieces.mean(axis=1).argmin()]
    return _over(energy, float(quiet.mean() + 8.0 * quiet.std()), rate_hz)


def envelope_peaks(x: Array, rate_hz: float) -> Samples:
    """SciPy's find_peaks on the 20-Hz envelope, prominence 5 times its robust deviation."""
    sos = butter(2, 20.0, fs=rate_hz, output="sos")
    envelope = sosfiltfilt(sos, np.abs(x))
    peaks, _ = find_peaks(
        envelope, prominence=5.0 * _sigma(envelope), distance=max(1, round(MERGE_S * rate_hz))
    )
    return np.asarray(peaks, dtype=np.intp)


def spiqe_like(x: Array, rate_hz: float) -> Samples:
    """A noise-responsive amplitude threshold, minute by minute: SPiQE as far as it is published.

    Known (Bashford 2019): pieces of a minute; an inclusion threshold that rises with the noise; pieces
    with noise over 100 uV left out; a least interval between potentials. Not retrieved, and assumed: the
    inclusion threshold's form (here 5 robust standard deviations), the interval (15 ms). The voting of
    64 monopolar channels has no counterpart on one bipolar pair. This is not SPiQE.
    """
    found = []
    piece_n = round(60.0 * rate_hz)
    for start in range(0, len(x), piece_n):
        piece = x[start : start + piece_n]
        sigma = _sigma(piece)
        if 0.0 < sigma <= 100.0:
            found.append(start + _over(np.abs(piece), 5.0 * sigma, rate_hz))
    return np.concatenate(found) if found else np.zeros(0, dtype=np.intp)


def neurokit(x: Array, rate_hz: float) -> Samples:
    """NeuroKit2: emg_clean, emg_amplitude, emg_activation by a Gaussian mixture.

    Its default method (an amplitude above a tenth of the deviation) takes a whole minute of rest with
    potentials for one activation; of the others this finds most.
    """
    import neurokit2

    if rate_hz <= 2 * NEUROKIT_HIGH_PASS_HZ:
        return np.zeros(0, dtype=np.intp)  # its cleaning needs more: it raises a ValueError

    rate = round(rate_hz)
    clean = neurokit2.emg_clean(x, sampling_rate=rate)
    with warnings.catch_warnings(action="ignore", category=neurokit2.misc.NeuroKitWarning):
        _, info = neurokit2.emg_activation(  # it warns where it finds nothing
            neurokit2.emg_amplitude(clean), sampling_rate=rate, method="mixture"
        )
    return _largest(x, np.asarray(info["EMG_Onsets"]), np.asarray(info["EMG_Offsets"]))


def biosppy(x: Array, rate_hz: float) -> Samples:
    """BioSPPy: find_onsets with its defaults on the band; the time is the largest within 50 ms."""
    from biosppy.signals.emg import find_onsets

    onsets = np.asarray(find_onsets(signal=x, sampling_rate=rate_hz)["onsets"])
    return _largest(x, onsets, onsets + round(0.05 * rate_hz))


def brainflow(x: Array, rate_hz: float) -> Samples:
    """BrainFlow: detect_peaks_z_score on the envelope, threshold 3.5, over a second's lag.

    Its defaults (lag 5 samples) mark every other sample of an EMG; the lag is the only thing changed.
    """
    from brainflow.data_filter import DataFilter

    level = np.ascontiguousarray(np.abs(x))
    marked = DataFilter.detect_peaks_z_score(level, round(rate_hz), 3.5, 0.1)
    return _over(np.where(np.asarray(marked) > 0, level, 0.0), 0.0, rate_hz)


def _largest(x: Array, starts: Samples, ends: Samples) -> Samples:
    """The largest deflection of each stretch."""
    spans = [
        (int(a), min(len(x), max(int(b), int(a) + 1))) for a, b in zip(starts, ends, strict=False)
    ]
    return np.array(
        [a + int(np.abs(x[a:b]).argmax()) for a, b in spans if a < len(x)], dtype=np.intp
    )


def _finder(detect: Detector) -> Finder:
    def find(case: Case) -> Sequence[Event]:
        rate_hz = case.truth.rate_hz
        events = []
        for channel, uv in enumerate(case.uv.T):
            if np.ptp(uv) == 0 or len(uv) < rate_hz:
                continue  # nothing to filter
            for peak in _apart(detect(_band(uv, rate_hz), rate_hz), rate_hz):
                events.append(Event(channel, peak, peak, peak + 1, Label.FASCICULATION, 1.0))  # noqa: PERF401
        return events

    return find


def _apart(peaks: Samples, rate_hz: float) -> list[int]:
    """Sorted, the first of those within 15 ms."""
    kept: list[int] = []
    for peak in sorted({int(p) for p in peaks}):
        if not kept or peak - kept[-1] > MERGE_S * rate_hz:
            kept.append(peak)
    return kept


BUILT_IN: dict[str, Detector] = {
    "4 sigma": four_sigma,
    "RMS 5 sigma": rms_five_sigma,
    "TKEO": teager_kaiser,
    "envelope peaks": envelope_peaks,
    "SPiQE-like": spiqe_like,
}
LIBRARIES: dict[str, tuple[str, Detector]] = {
    "NeuroKit2": ("neurokit2", neurokit),
    "BioSPPy": ("biosppy", biosppy),
    "BrainFlow": ("brainflow", brainflow),
}


def present() -> dict[str, Finder]:
    """Those that are installed (extra `bench`)."""
    here = {name: detect for name, (module, detect) in LIBRARIES.items() if find_spec(module)}
    return {name: _finder(detect) for name, detect in (BUILT_IN | here).items()}


def absent() -> list[str]:
    """Those that are not."""
    return [name for name, (module, _) in LIBRARIES.items() if not find_spec(module)]
