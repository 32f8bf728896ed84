"""Cramps composed from real units against real contractions of like loudness and length, in real rest."""

from collections.abc import Iterator

import numpy as np
from scipy.signal import butter, resample_poly, sosfiltfilt
from scipy.signal.windows import tukey

from benchmarks.accuracy.case import Array, Case, Part, recording_of
from benchmarks.accuracy.disturbed import SILENCE
from benchmarks.accuracy.material import HELD, of_part, read, waveforms
from benchmarks.accuracy.placed import DISTURBED_S, prolonged, sessions
from fasciscope.core import Label
from fasciscope.datasets.synth import Cramp, Scenario, Site, Truth, TruthEvent, synthesise
from fasciscope.datasets.synth.place import rest_rms

BEFORE_S = 30.0
LOUDNESS = (6.0, 40.0)
"""RMS over that of the rest."""


def contractions(part: Part) -> list[tuple[str, Array, float]]:
    """Subject, samples (n,) of 20-450 Hz with ends faded in a tenth of a second, rate."""
    found = []
    for stretch in of_part(HELD, part):
        uv, info = read(stretch)
        band = (20.0, min(450.0, 0.45 * info.rate_hz))
        sos = butter(4, band, "bandpass", fs=info.rate_hz, output="sos")
        for column in sosfiltfilt(sos, uv, axis=0).T:
            fade = tukey(len(column), 0.2 * info.rate_hz / len(column))
            found.append((stretch.subject, column * fade, info.rate_hz))
    return found


def _rms(uv: Array) -> float:
    """Of the loud half of its tenths of a second."""
    n = max(1, len(uv) // 50)
    energy = np.square(uv[: len(uv) // n * n]).reshape(-1, n).mean(axis=1)
    return float(np.sqrt(np.median(energy[energy >= np.median(energy)])))


def _truth(label: Label, start: int, end: int, rate_hz: float, n: int) -> Truth:
    event = TruthEvent(label, 0, start, (start + end) // 2, end, str(label))
    return Truth((event,), rate_hz, ("EMG1",), n)


def contracting(part: Part, seeds: range) -> Iterator[Case]:
    """Real contractions set into real rest of the same part."""
    rests = sessions(part, DISTURBED_S)
    for seed in seeds:
        for k, (subject, wave, own_hz) in enumerate(contractions(part)):
            rng = np.random.default_rng([seed, k, 40])
            _, rest, rate_hz = rests[int(rng.integers(len(rests)))]
            if rate_hz > 4 * own_hz:  # the rest would lack what the contraction has not
                _, rest, rate_hz = next(r for r in rests if r[2] <= 4 * own_hz)
            burst = resample_poly(wave, round(rate_hz), round(own_hz))
            loud = float(np.exp(rng.uniform(*np.log(LOUDNESS)))) * rest_rms(rest, rate_hz)
            start = round(BEFORE_S * rate_hz)
            uv = prolonged(rest, start + len(burst) + round(15 * rate_hz), rate_hz)
            uv[start : start + len(burst)] += burst * loud / _rms(burst)
            truth = _truth(Label.VOLUNTARY, start, start + len(burst), rate_hz, len(uv))
            yield Case("contraction", subject, recording_of(uv, rate_hz), truth)


def cramping(part: Part, seeds: range) -> Iterator[Case]:
    """Cramps of real units, as long and as loud as those contractions or longer."""
    rests = sessions(part, DISTURBED_S)
    units = tuple(u for u in waveforms(part) if u.rate_hz > 1000)
    lengths_s = [max(5.0, len(wave) / own_hz) for _, wave, own_hz in contractions(part)]
    for seed in seeds:
        for k, length_s in enumerate(lengths_s):
            rng = np.random.default_rng([seed, k, 41])
            stretch, rest, rate_hz = rests[int(rng.integers(len(rests)))]
            loud = float(np.exp(rng.uniform(*np.log(LOUDNESS)))) * rest_rms(rest, rate_hz)
            cramp = Cramp(
                0,
                BEFORE_S,
                length_s * float(rng.choice([1.0, 1.5, 2.5])),
                loud,
                int(rng.integers(12, 40)),
                float(rng.choice([0.0, 10.0, 25.0])),
                stretched=bool(rng.integers(2)),
                waveforms=units,
            )
            made = synthesise(
                Scenario(
                    "cramp",
                    (cramp,),
                    seed=int(rng.integers(1 << 31)),
                    duration_s=BEFORE_S + 2.5 * length_s + 15.0,
                    rate_hz=rate_hz,
                    sites=(Site("EMG1"),),
                    noise=SILENCE,
                )
            )
            wave = np.concatenate([block.uv[:, 0] for block in made.recording.blocks()])
            uv = prolonged(rest, len(wave), rate_hz) + wave
            yield Case("cramp", stretch.subject, recording_of(uv, rate_hz), made.truth)
