"""Activity by will that looks like fasciculation: one unit that is kept firing, and brief jerks.

Real units and pieces of real contractions, set into real rest of the same part; nothing in them is a
fasciculation.
"""

from collections.abc import Iterator

import numpy as np
from scipy.signal import resample_poly
from scipy.signal.windows import tukey

from benchmarks.accuracy.case import Array, Case, Part, empty_truth, recording_of
from benchmarks.accuracy.cramping import contractions
from benchmarks.accuracy.material import waveforms
from benchmarks.accuracy.placed import DISTURBED_S, END_S, SETTLE_S, fitting, sessions
from fasciscope.datasets.synth import place
from fasciscope.datasets.synth.place import rest_rms

RATES_HZ, CVS = (5.0, 12.0), (0.1, 0.25)
"""A unit by will fires at 5-12 a second near its threshold, intervals varying by 10-25 % (science.md 3.2)."""
RUN_S, PAUSE_S = (5.0, 60.0), (2.0, 20.0)
UNSTEADY, SLOWER = 3, 1.4  # intervals at recruitment and at the end, in half of the runs
SIZES = {"5-8": (5.0, 8.0), "8-25": (8.0, 25.0)}
JERKS_PER_MIN, JERK_S, FADE_S = (2.0, 10.0), (0.1, 0.5), (0.01, 0.03)
APART_S = 1.0
LOUDNESS = (4.0, 30.0)
"""RMS over that of the rest."""


def run_of(rng: np.random.Generator) -> Array:
    """Times (n,) of one run of discharges, in seconds from its first."""
    hz, cv = rng.uniform(*RATES_HZ), rng.uniform(*CVS)
    length_s = float(np.exp(rng.uniform(*np.log(RUN_S))))
    drawn = rng.normal(1.0, cv, int(length_s * hz))
    intervals = np.clip(drawn, 0.4, 2.0) / hz
    if rng.uniform() < 0.5:
        intervals[:UNSTEADY] *= SLOWER
        intervals[-UNSTEADY:] *= SLOWER
    return np.concatenate([[0.0], np.cumsum(intervals)])


def tonic(part: Part, seeds: range) -> Iterator[Case]:
    """One unit, recruited and let go again and again."""
    units = waveforms(part)
    for seed in seeds:
        for k, (stretch, rest, rate_hz) in enumerate(sessions(part, DISTURBED_S)):
            for b, (band, size) in enumerate(SIZES.items()):
                rng = np.random.default_rng([seed, k, 50 + b])
                pool, end_s = fitting(units, rate_hz), len(rest) / rate_hz - END_S
                runs, at_s = [], SETTLE_S + rng.uniform(0.0, 10.0)
                while at_s < end_s:
                    runs.append(at_s + run_of(rng))
                    at_s = runs[-1][-1] + rng.uniform(*PAUSE_S)
                times = np.concatenate(runs)
                unit = pool[int(rng.integers(len(pool)))]
                snr, drawn = float(rng.uniform(*size)), int(rng.integers(1 << 31))
                made = place(rest, rate_hz, [unit], times[times < end_s], snr, seed=drawn)
                recording = recording_of(made.uv, rate_hz)
                yield Case("tonic unit", stretch.subject, recording, empty_truth(recording), band)


def jerking(part: Part, seeds: range) -> Iterator[Case]:
    """Brief jerks: pieces of contractions that come and go within hundredths of a second."""
    waves = contractions(part)
    for seed in seeds:
        for k, (stretch, rest, rate_hz) in enumerate(sessions(part, DISTURBED_S)):
            rng = np.random.default_rng([seed, k, 60])
            wide = [(held.wave, held.rate_hz) for held in waves if rate_hz <= 4 * held.rate_hz]
            uv, noise = rest.copy(), rest_rms(rest, rate_hz)
            per_min = rng.uniform(*JERKS_PER_MIN)
            gaps = APART_S + rng.exponential(60.0 / per_min - APART_S, 60)
            last_s = len(uv) / rate_hz - JERK_S[1] - END_S
            for at_s in (t for t in SETTLE_S + np.cumsum(gaps) if t < last_s):
                wave, own_hz = wide[int(rng.integers(len(wide)))]
                jerk = _piece(resample_poly(wave, round(rate_hz), round(own_hz)), rate_hz, rng)
                loud = noise * float(np.exp(rng.uniform(*np.log(LOUDNESS))))
                first = round(at_s * rate_hz)
                uv[first : first + len(jerk)] += loud * jerk
            recording = recording_of(uv, rate_hz)
            yield Case("brief jerks", stretch.subject, recording, empty_truth(recording))


def _piece(wave: Array, rate_hz: float, rng: np.random.Generator) -> Array:
    """A piece from within a contraction, its RMS 1, its ends faded."""
    n = round(rng.uniform(*JERK_S) * rate_hz)
    edge = round(0.15 * rate_hz)  # the contraction's own ends are faded
    first = int(rng.integers(edge, len(wave) - edge - n))
    piece = wave[first : first + n]
    faded: Array = piece / np.sqrt(np.mean(piece**2))
    return faded * tukey(n, 2 * rng.uniform(*FADE_S) * rate_hz / n)
