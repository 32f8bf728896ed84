"""Counts of what was found in cases, and the figures that they give with their 95 % intervals.

Potentials of one session are not independent, so intervals of F1, sensitivity and PPV are bootstrapped
over sessions; those of counts per minute are Poisson's, those of whole contractions Wilson's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.accuracy.case import Array, Case
from fasciscope.core import Event, Interval, Label
from fasciscope.datasets.score import score_marks
from fasciscope.datasets.score_marks import Mark, marks_of, overlap
from fasciscope.datasets.score_match import match_times
from fasciscope.datasets.score_rates import per_minute, proportion

TOLERANCE_S = 0.015
STATES = (Label.CRAMP, Label.VOLUNTARY)
SUSTAINED = (*STATES, Label.REPETITIVE)
VISIBLE = 2.0  # level over the noise's
DRAWS = 1000
BINS = 10


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted in one case. `late_s` of each hit; `sure`: (probability, was it right)."""

    hits: int
    missed: int
    false: int
    minutes: float  # that could be judged, channels added up
    late_s: tuple[float, ...]
    sure: tuple[tuple[float, bool], ...]
    states: dict[Label, tuple[int, int, int]]  # hits, false, missed
    onset_s: tuple[float, ...]  # of cramps found, found minus true


def tally(case: Case, found: Sequence[Event]) -> Tally:
    """Count what was found in a case."""
    truth = case.truth
    hits = missed = false = 0
    late: list[float] = []
    sure: list[tuple[float, bool]] = []
    for channel in range(len(truth.channels)):
        mine = [
            e
            for e in found
            if e.label is Label.FASCICULATION and e.channel == channel and case.knows(e.peak_sample)
        ]
        theirs = truth.of(Label.FASCICULATION, channel)
        times = _peaks(mine, truth.rate_hz)
        right = np.zeros(len(mine), dtype=bool)
        for optional in (False, True):
            wanted = _peaks([e for e in theirs if e.optional is optional], truth.rate_hz)
            left = np.flatnonzero(~right)
            result = match_times(times[left], wanted, TOLERANCE_S)
            if not optional:
                hits, missed = hits + len(result.pairs), missed + len(result.true_alone)
                late += [float(times[i] - wanted[j]) for i, j in result.pairs]
            right[left[[i for i, _ in result.pairs]]] = True
        false += int((~right).sum())
        sure += [(e.probability, bool(r)) for e, r in zip(mine, right, strict=True)]
    states, onsets, certain = _states(case, found)
    judged = _judged_minutes(case, found)
    return Tally(hits, missed, false, judged, tuple(late), (*sure, *certain), states, tuple(onsets))


def _peaks(events: Sequence[Event] | Sequence[object], rate_hz: float) -> Array:
    return np.array([e.peak_sample / rate_hz for e in events], dtype=np.float64)  # type: ignore[attr-defined]


def _judged_minutes(case: Case, found: Sequence[Event]) -> float:
    whole = len(case.truth.channels) * case.known_n
    known = case.known or ((0, case.truth.n_samples),)
    left_out = [e for e in found if e.label is Label.NOT_ASSESSABLE]
    out = sum(
        max(0, min(e.end_sample, end) - max(e.start_sample, first))
        for e in left_out
        for first, end in known
    )
    return (whole - out) / case.truth.rate_hz / 60


def _states(
    case: Case, found: Sequence[Event]
) -> tuple[dict[Label, tuple[int, int, int]], list[float], list[tuple[float, bool]]]:
    """Whole contractions and cramps: counts, onsets of cramps, probabilities."""
    truth = case.truth
    if not any(e.label in STATES for e in truth.events):
        return {}, [], []
    every = marks_of(truth.events, truth.rate_hz, truth.channels)
    hidden = [mark for mark in every if mark.label in STATES and _hidden(mark, every)]
    theirs = [mark for mark in every if mark not in hidden]
    long = [e for e in found if e.label in STATES and _lasts(e, truth.rate_hz)]
    mine = marks_of(long, truth.rate_hz, truth.channels)
    kept = [k for k, m in enumerate(mine) if _partner(m, theirs) or not _partner(m, hidden)]
    long, mine = [long[k] for k in kept], [mine[k] for k in kept]
    score = score_marks(mine, theirs, truth.channels, truth.n_samples / truth.rate_hz)
    counts = {s.label: (s.hits, s.false, s.missed) for s in score.states if s.label in STATES}
    pairs = [(m, _partner(m, theirs)) for m in mine]
    onsets = [m.start_s - t.start_s for m, t in pairs if t and m.label is t.label is Label.CRAMP]
    sure = [(e.probability, partner is not None and partner.label is e.label)
            for e, (_, partner) in zip(long, pairs, strict=True)]  # fmt: skip
    return counts, onsets, sure


def _hidden(mark: Mark, others: Sequence[Mark]) -> bool:
    """Nobody can be asked to find it: it is not above the noise, or lies for the most part in a longer one."""
    if mark.snr is not None and mark.snr < VISIBLE:
        return True
    longer = [
        o
        for o in others
        if o.channel == mark.channel and o.label in SUSTAINED and _length_s(o) > _length_s(mark)
    ]
    inside = (min(o.end_s, mark.end_s) - max(o.start_s, mark.start_s) for o in longer)
    return any(2 * shared_s >= _length_s(mark) for shared_s in inside)


def _length_s(mark: Mark) -> float:
    return mark.end_s - mark.start_s


def _lasts(event: Event, rate_hz: float) -> bool:
    """Brief potentials of an activity are named by it too; here its stretches count."""
    return event.end_sample - event.start_sample >= 0.25 * rate_hz


def _partner(mark: Mark, others: Sequence[Mark]) -> Mark | None:
    """What it overlaps by half."""
    return next(
        (
            o
            for o in others
            if o.channel == mark.channel and o.label in STATES and overlap(mark, o) >= 0.5
        ),
        None,
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of many cases."""

    cases: int
    hits: int
    missed: int
    false: int
    minutes: float
    sensitivity: Interval
    ppv: Interval
    f1: Interval
    false_per_min: Interval
    late_ms: float | None  # median, found minus true, without sign
    states: dict[str, dict[str, Interval]]
    onset_s: tuple[float, float] | None  # median and 90 % quantile of the size of the error
    calibration_error: float | None


def figures(tallies: Sequence[Tally]) -> Figures:
    """Sum up cases."""
    counts = np.array([(t.hits, t.missed, t.false) for t in tallies], dtype=np.float64)
    hits, missed, false = counts.sum(axis=0)
    minutes = sum(t.minutes for t in tallies)
    late = np.abs([x for t in tallies for x in t.late_s])
    onset = np.abs([x for t in tallies for x in t.onset_s])
    sure = [pair for t in tallies for pair in t.sure]
    return Figures(
        cases=len(tallies),
        hits=int(hits),
        missed=int(missed),
        false=int(false),
        minutes=minutes,
        sensitivity=bootstrapped(counts, lambda c: _share(c[..., 0], c[..., 0] + c[..., 1])),
        ppv=bootstrapped(counts, lambda c: _share(c[..., 0], c[..., 0] + c[..., 2])),
        f1=bootstrapped(counts, lambda c: _share(2 * c[..., 0], c.sum(axis=-1) + c[..., 0])),
        false_per_min=per_minute(int(false), minutes),
        late_ms=1e3 * float(np.median(late)) if len(late) else None,
        states={str(label): _told(tallies, label) for label in STATES if _any(tallies, label)},
        onset_s=(float(np.median(onset)), float(np.quantile(onset, 0.9))) if len(onset) else None,
        calibration_error=expected_calibration_error(sure) if sure else None,
    )


def _share(part: Array, whole: Array) -> Array:
    share: Array = np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
    return share


def bootstrapped(counts: Array, figure: Callable[[Array], Array]) -> Interval:
    """A figure of summed counts (n_cases, 3), resampled over cases."""
    value = float(figure(counts.sum(axis=0)[None])[0])
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(counts), size=(DRAWS, len(counts)))
    spread = figure(counts[drawn].sum(axis=1))
    if np.isnan(spread).all():
        return Interval(value, float("nan"), float("nan"))
    low, high = np.nanquantile(spread, [0.025, 0.975])
    return Interval(value, float(low), float(high))


def _any(tallies: Sequence[Tally], label: Label) -> bool:
    return any(sum(t.states.get(label, (0, 0, 0))) for t in tallies)


def _told(tallies: Sequence[Tally], label: Label) -> dict[str, Interval]:
    hits, false, missed = np.sum([t.states.get(label, (0, 0, 0)) for t in tallies], axis=0)
    return {
        "sensitivity": proportion(int(hits), int(hits + missed)),
        "ppv": proportion(int(hits), int(hits + false)),
    }


def expected_calibration_error(sure: Sequence[tuple[float, bool]]) -> float:
    """Mean distance of probability and share of right ones over ten bins (Naeini 2015)."""
    stated, right = np.array(sure, dtype=np.float64).T
    place = np.minimum((stated * BINS).astype(int), BINS - 1)
    error = [
        abs(stated[place == b].mean() - right[place == b].mean()) * (place == b).sum()
        for b in np.unique(place)
    ]
    return float(np.sum(error) / len(stated))
