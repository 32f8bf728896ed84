"""How well potentials are measured: size, length, form, spectrum and time, by rate and size.

The truth of a real unit is what the chain says of it alone at 5 kHz, at a thousand times the noise;
that this in turn is what the filtered wave is stands in the first row (size against its peak to peak
after a filter that is not ours, time against its largest deflection). The same units are then placed
into real rest at 2 kHz, and the whole is resampled as slower boards would see it.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.signal import resample_poly

from benchmarks.accuracy.case import Array, Part, recording_of
from benchmarks.accuracy.material import waveforms
from benchmarks.accuracy.ours import chain_gives
from benchmarks.accuracy.placed import END_S, PASSED, SETTLE_S, sessions
from benchmarks.accuracy.score import TOLERANCE_S
from fasciscope.core import Potential, Recording, StreamInfo
from fasciscope.core.tier import Letter
from fasciscope.datasets.score_match import match_times
from fasciscope.datasets.synth import Placed, TruthEvent, Waveform, place

TRUE_HZ, TRUE_SNR, TRUE_TIMES = 5000.0, 1000.0, 5
MADE_HZ = 2000.0
RATES_HZ = (2000.0, 1000.0, 500.0, 250.0)
SIZES = (8.0, 12.0, 25.0)
APART_S = (0.7, 1.3)
LEAST_S = 10.0


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a potential at a rate; `grows` with the size: it is compared as a ratio."""

    name: str
    unit: str
    of: Callable[[Potential, float], float]
    grows: bool = False
    tiers: str = "AB"  # that give it (`classifier.events`, `core.tier`)


def area(potential: Potential, rate_hz: float) -> float:
    """Rectified, from its start to its end: beyond them, noise adds up."""
    middle = len(potential.waveform) // 2
    first = middle + potential.start_sample - potential.peak_sample
    end = middle + potential.end_sample - potential.peak_sample
    return float(np.abs(potential.waveform[first:end]).sum() / rate_hz)


MEASURES = (
    Measure("amplitude", "ratio", lambda p, _: p.peak_to_peak, grows=True),
    Measure("over noise", "ratio", lambda p, _: p.snr, grows=True, tiers="ABC"),
    Measure("area", "ratio", area, grows=True),
    Measure("duration", "ms", lambda p, _: p.duration_ms),
    Measure("half width", "ms", lambda p, _: p.half_width_ms),
    Measure("rise", "ms", lambda p, _: p.rise_ms),
    Measure("phases", "", lambda p, _: float(p.phases)),
    Measure("median", "Hz", lambda p, _: p.median_hz),
)
AMPLITUDE, OVER_NOISE = MEASURES[:2]


@dataclass(frozen=True, slots=True)
class Spread:
    """Median (the bias) and quartiles of `n` ratios or differences, found to true."""

    median: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Measured:
    """How well potentials of a size, in multiples of the noise, are measured at a rate."""

    tier: Letter
    rate_hz: float
    size: float
    placed: int
    found: int
    late_ms: Spread  # found minus true
    error_ms: Spread  # its size
    off: dict[str, Spread]  # by measure; those that the tier gives


def spread(values: Sequence[float] | Array) -> Spread:
    """NaN where there is nothing."""
    if len(values) == 0:
        nothing = float("nan")
        return Spread(nothing, nothing, nothing, 0)
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    return Spread(float(median), float(low), float(high), len(values))


Pair = tuple[Potential, TruthEvent]


def pairs(found: Sequence[Potential], made: Placed, rate_hz: float) -> list[Pair]:
    """Each found potential with the one that was placed there; rates may differ."""
    true = made.truth.events
    mine = np.array([p.peak_sample / rate_hz for p in found])
    theirs = np.array([e.peak_sample / made.truth.rate_hz for e in true])
    matched = match_times(mine, theirs, TOLERANCE_S)
    return [(found[i], true[j]) for i, j in matched.pairs]


def _late_ms(pair: Pair, rate_hz: float, made_hz: float) -> float:
    potential, true = pair
    return 1e3 * (potential.peak_sample / rate_hz - true.peak_sample / made_hz)


def laid(
    rest: Array, rate_hz: float, units: list[Waveform], size: float, rng: np.random.Generator
) -> Placed:
    """All units in turn, about one a second, each exactly of its size."""
    gaps = rng.uniform(*APART_S, int(len(rest) / rate_hz / APART_S[0]) + 1)
    times = SETTLE_S + np.cumsum(gaps)
    times = times[times < len(rest) / rate_hz - END_S]
    which = (rng.integers(len(units)) + np.arange(len(times))) % len(units)
    return place(rest, rate_hz, units, times, size, jitter=0.0, units=which)


@cache
def _alone(part: Part) -> tuple[list[Pair], int]:
    """Every unit some times without noise to speak of."""
    units = waveforms(part)
    rng = np.random.default_rng(60)
    n = round((2 + TRUE_TIMES * len(units) * APART_S[1]) * TRUE_HZ)
    made = laid(rng.standard_normal(n), TRUE_HZ, units, TRUE_SNR, rng)
    recording = recording_of(made.uv, TRUE_HZ)
    return pairs(chain_gives(recording, Potential), made, TRUE_HZ), len(made.truth.events)


@cache
def truths(part: Part) -> dict[int, dict[str, float]]:
    """Measures of each unit by its number; those that grow with the size at a size of 1."""
    values: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for potential, true in _alone(part)[0]:
        assert true.amplitude_uv is not None
        assert true.snr is not None
        assert true.unit is not None
        for m in MEASURES:
            size = _size(m, true)
            values[true.unit][m.name].append(m.of(potential, TRUE_HZ) / size)
    return {unit: {k: float(np.median(v)) for k, v in of.items()} for unit, of in values.items()}


def _size(m: Measure, true: TruthEvent) -> float:
    """What a measure grows with."""
    assert true.amplitude_uv is not None
    assert true.snr is not None
    if not m.grows:
        return 1.0
    return true.snr if m is OVER_NOISE else true.amplitude_uv


def _off(m: Measure, pair: Pair, rate_hz: float, known: dict[int, dict[str, float]]) -> float:
    potential, true = pair
    assert true.unit is not None
    got, size = m.of(potential, rate_hz), _size(m, true)
    # the size over the noise grows with the amplitude alone: the truth's noise is that of the rest
    wanted = known[true.unit][(AMPLITUDE if m is OVER_NOISE else m).name] * size
    return got / wanted if m.grows else got - wanted


def measured(
    part: Part, seeds: int = 1, sizes: Sequence[float] = SIZES, most: int | None = None
) -> list[Measured]:
    """A row a rate and size, of `most` stretches of rest; the first is that of the truth itself."""
    rows = [_own(part)]
    known = truths(part)
    found: dict[tuple[float, float], list[tuple[Pair, float]]] = defaultdict(list)
    placed: dict[float, int] = defaultdict(int)
    for size in sizes:
        for made in _composed(part, seeds, size)[:most]:
            placed[size] += len(made.truth.events)
            for rate_hz in RATES_HZ:
                mine = pairs(chain_gives(_seen(made, rate_hz), Potential), made, rate_hz)
                found[rate_hz, size] += [(p, _late_ms(p, rate_hz, MADE_HZ)) for p in mine]
    rows += [
        _row(_info(rate_hz), size, placed[size], found[rate_hz, size], known)
        for rate_hz in RATES_HZ
        for size in sizes
    ]
    return rows


def _composed(part: Part, seeds: int, size: float) -> list[Placed]:
    units = waveforms(part)
    made = []
    for seed in range(seeds):
        for k, (_, rest, rate_hz) in enumerate(sessions(part, LEAST_S)):
            at_made_hz = resample_poly(rest, round(MADE_HZ), round(rate_hz))
            rng = np.random.default_rng([seed, k, 61])
            made.append(laid(at_made_hz, MADE_HZ, units, size, rng))
    return made


def _seen(made: Placed, rate_hz: float) -> Recording:
    uv = resample_poly(made.uv[:, 0], round(rate_hz), round(MADE_HZ))
    return recording_of(uv, rate_hz, bandwidth_hz=(0.0, PASSED * rate_hz))


def _info(rate_hz: float) -> StreamInfo:
    return recording_of(np.zeros(2), rate_hz, bandwidth_hz=(0.0, PASSED * rate_hz)).info


def _row(
    info: StreamInfo,
    size: float,
    placed: int,
    found: Sequence[tuple[Pair, float]],
    known: dict[int, dict[str, float]],
) -> Measured:
    tier = info.tier.letter
    late = np.array([x for _, x in found])
    off = {
        m.name: spread([_off(m, pair, info.rate_hz, known) for pair, _ in found])
        for m in MEASURES
        if tier in m.tiers
    }
    return Measured(
        tier, info.rate_hz, size, placed, len(found), spread(late), spread(np.abs(late)), off
    )


def _own(part: Part) -> Measured:
    """The truth against the wave: its size, its time; the rest is nought by definition."""
    found, placed = _alone(part)
    late = np.array([_late_ms(p, TRUE_HZ, TRUE_HZ) for p in found])
    off = {
        m.name: spread([m.of(p, TRUE_HZ) / _size(m, true) for p, true in found])
        for m in (AMPLITUDE, OVER_NOISE)
    }
    return Measured(
        "A", TRUE_HZ, TRUE_SNR, placed, len(found), spread(late), spread(np.abs(late)), off
    )
