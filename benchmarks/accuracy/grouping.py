"""How well like potentials are grouped: shapes of a session against the units that were placed in it.

Two to four real units in real rest; some are alike (two pairs of electrodes over one motor unit), so
that no grouping by shape could be perfect: sessions whose units all differ are also counted alone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import comb

from benchmarks.accuracy.case import Array, Part, recording_of
from benchmarks.accuracy.material import waveforms
from benchmarks.accuracy.measures import LEAST_S, Spread, spread
from benchmarks.accuracy.placed import BANDS, Habits, fitting, sessions, with_potentials
from benchmarks.accuracy.score import TOLERANCE_S
from fasciscope.app import analyse
from fasciscope.core import Event
from fasciscope.datasets.score_match import match_times
from fasciscope.datasets.synth import Placed, TruthEvent, Waveform
from fasciscope.datasets.synth.bank import MARGIN_S, band_limited
from fasciscope.datasets.synth.waveform import at_rate

SIZES = ("8-12", "12-25")
UNITS = (2, 3, 4)
LEAST_EVENTS = 8
LEAST_MEMBERS = 5
ALIKE, AMPLITUDE_TOLERANCE = 0.9, 0.35  # as `dsp.shapes` has them
LAG_S = 0.003
WAVE_S = 0.03


@dataclass(frozen=True, slots=True)
class Grouped:
    """Sessions of a band. `rand` is the adjusted Rand index of each, `distinct` where no units are alike.

    `found` of `placed` potentials have a shape, of `numbers` shapes in all, `alone` the only one of its
    own. `shapes` with five members or more stand for `units`
    with as many; `correlation` and `size` (ratio of peak to peak) compare their mean with the wave.
    """

    band: str
    sessions: int
    placed: int
    found: int
    numbers: int
    alone: int
    units: int
    shapes: int
    rand: Spread
    distinct: Spread
    correlation: Spread
    size: Spread


def adjusted_rand_index(one: Sequence[int], other: Sequence[int]) -> float:
    """Agreement of two groupings of the same things, 0 by chance, 1 if equal (Hubert & Arabie 1985).

    1 where both hold a single group, or each thing alone.
    """
    pairs = _pairs(Counter(zip(one, other, strict=True)).values())
    ones, others = _pairs(Counter(one).values()), _pairs(Counter(other).values())
    every = float(comb(len(one), 2))
    chance = ones * others / every if every else 0.0
    most = (ones + others) / 2
    return 1.0 if most == chance else (pairs - chance) / (most - chance)


def _pairs(sizes: Iterable[int]) -> float:
    return float(sum(comb(n, 2) for n in sizes))


@dataclass(frozen=True, slots=True)
class _Seen:
    """One session: its potentials' shapes and units, its lasting shapes with the units they stand for."""

    placed: int
    shapes: tuple[int, ...]
    units: tuple[int, ...]
    distinct: bool
    lasting: tuple[tuple[float, float], ...]  # correlation and size of each

    @property
    def rand(self) -> float:
        """Of this session."""
        return adjusted_rand_index(self.shapes, self.units)

    @property
    def lasting_units(self) -> int:
        """Units with as many potentials found as a lasting shape has."""
        return sum(n >= LEAST_MEMBERS for n in Counter(self.units).values())


def grouped(part: Part, seeds: int = 1) -> list[Grouped]:
    """A row a band."""
    return [_grouped(band, list(_sessions(part, band, seeds))) for band in SIZES]


def _grouped(band: str, seen: list[_Seen]) -> Grouped:
    lasting = [pair for s in seen for pair in s.lasting]
    return Grouped(
        band=band,
        sessions=len(seen),
        placed=sum(s.placed for s in seen),
        found=sum(len(s.shapes) for s in seen),
        numbers=sum(len(set(s.shapes)) for s in seen),
        alone=sum(n == 1 for s in seen for n in Counter(s.shapes).values()),
        units=sum(s.lasting_units for s in seen),
        shapes=len(lasting),
        rand=spread([s.rand for s in seen]),
        distinct=spread([s.rand for s in seen if s.distinct]),
        correlation=spread([alike for alike, _ in lasting]),
        size=spread([size for _, size in lasting]),
    )


def _sessions(part: Part, band: str, seeds: int) -> Iterator[_Seen]:
    """Those in which enough happens."""
    units = waveforms(part)
    for seed in range(seeds):
        for k, (_, rest, rate_hz) in enumerate(sessions(part, LEAST_S)):
            for n in UNITS:
                rng = np.random.default_rng([seed, k, n, 62])
                pool = fitting(units, rate_hz)
                made = with_potentials(rest, rate_hz, pool, BANDS[band], rng, Habits(n_units=n))
                if len(made.truth.events) >= LEAST_EVENTS:
                    yield _seen(made, pool)


def _seen(made: Placed, pool: list[Waveform]) -> _Seen:
    truth, rate_hz = made.truth, made.truth.rate_hz
    session = analyse(recording_of(made.uv, rate_hz))
    found = [e for e in session.events if e.shape is not None]
    pairs = matched(found, truth.events, rate_hz)
    waves = {unit: true_wave(pool[unit], rate_hz) for unit in {_unit(e) for e in truth.events}}
    sizes = {unit: _median_size(truth.events, unit) for unit in waves}
    lasting = []
    for shape in session.summary.shapes:
        members = Counter(_unit(t) for e, t in pairs if e.shape == shape.number)
        if members.total() >= LEAST_MEMBERS:
            unit = members.most_common(1)[0][0]
            alike = similar(shape.mean, waves[unit], rate_hz)
            lasting.append((alike, float(np.ptp(shape.mean)) / sizes[unit]))
    return _Seen(
        placed=len(truth.events),
        shapes=tuple(e.shape or 0 for e, _ in pairs),
        units=tuple(_unit(t) for _, t in pairs),
        distinct=_distinct(list(waves.values()), list(sizes.values()), rate_hz),
        lasting=tuple(lasting),
    )


def matched(
    found: Sequence[Event], true: Sequence[TruthEvent], rate_hz: float
) -> list[tuple[Event, TruthEvent]]:
    """Each found event with its true one."""
    mine, theirs = (np.array([e.peak_sample / rate_hz for e in x]) for x in (found, true))
    return [(found[i], true[j]) for i, j in match_times(mine, theirs, TOLERANCE_S).pairs]


def _unit(event: TruthEvent) -> int:
    assert event.unit is not None
    return event.unit


def _median_size(events: Sequence[TruthEvent], unit: int) -> float:
    return float(np.median([e.amplitude_uv or np.nan for e in events if e.unit == unit]))


def true_wave(unit: Waveform, rate_hz: float) -> Array:
    """(n,) the unit in 20-450 Hz by a filter that is not ours, quiet at both ends."""
    return band_limited(np.pad(at_rate(unit, rate_hz), round(MARGIN_S * rate_hz)), rate_hz)


def similar(one: Array, other: Array, rate_hz: float) -> float:
    """Largest correlation of the 60 ms of `one` (2h + 1,) around its peak with those of `other` there."""
    half, lag = len(one) // 2, round(LAG_S * rate_hz)
    long = np.pad(other, half + lag)
    best = 0.0
    for peak in _summits(long):
        for first in range(peak - half - lag, peak - half + lag + 1):
            best = max(best, float(np.corrcoef(one, long[first : first + len(one)])[0, 1]))
    return best


def _summits(wave: Array) -> tuple[int, int]:
    """The largest and the smallest sample: which of them is the peak hangs on a hair."""
    return int(wave.argmax()), int(wave.argmin())


def _distinct(waves: list[Array], sizes: list[float], rate_hz: float) -> bool:
    """No two units alike in form and in size."""
    half = round(WAVE_S * rate_hz)
    for k, one in enumerate(waves):
        at = int(np.abs(one).argmax())
        middle = np.pad(one, half)[at : at + 2 * half + 1]
        for other, size in zip(waves[:k], sizes[:k], strict=True):
            near = abs(sizes[k] / size - 1) <= AMPLITUDE_TOLERANCE
            if near and similar(middle, other, rate_hz) >= ALIKE:
                return False
    return True
