"""Rhythms among potentials: the heart's, and a single unit that fires like a metronome."""

import math
from bisect import bisect_left
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

HEART_PERIOD_S = (0.33, 1.5)  # 40-180 a minute (science.md 9, step 9)
HEART_TOLERANCE = 0.2
FOLLOW = 0.7  # the period follows the last interval by this much
BEAT_S = 0.1  # a QRS complex may show as several potentials within this time
HEART_BEATS = 6
HEART_UNEVEN = 0.1
"""RMS by which beats miss where they were due, over the period: real hearts 0.02-0.1 (measured on three
recordings), steps among random potentials 0.11 and more (uniform within the tolerance: 0.115)."""
HEART_SURE = 0.55  # random trains reach 0.5 at most (tests/dsp/test_rhythm.py)
HEART_TRIED = 6
LOCKED_S = 0.015
LOCKED_SHARE = 0.5
LOCKED_REACH_S = 0.45  # from the P wave to the end of the T wave
TRAIN_INTERVAL_S = (0.05, 1.0)  # 1-20 Hz (science.md 9, step 9)
TRAIN_MEMBERS = 5
TRAIN_BREAK = 2.5  # times the median interval ends a train


@dataclass(frozen=True, slots=True)
class Train:
    """A regular train around one potential; n = 0 if there is none."""

    rate_hz: float = 0.0
    cv: float = np.inf
    n: int = 0


def train_around(times_s: NDArray[np.float64], at: int) -> Train:
    """The train of like potentials that the one at index `at` belongs to.

    `times_s` (m,) are the sorted times of potentials of its shape. The train reaches as far as
    intervals stay within 1-20 Hz and below 2.5 times the median of those nearest.
    """
    if len(times_s) < TRAIN_MEMBERS:
        return Train()
    intervals = np.diff(times_s)
    plain: list[float] = intervals.tolist()
    usual = median(plain[max(0, at - 3) : at + 3])
    if not TRAIN_INTERVAL_S[0] <= usual <= TRAIN_INTERVAL_S[1]:
        return Train()
    longest = min(TRAIN_BREAK * usual, TRAIN_INTERVAL_S[1])
    first = last = at
    while first > 0 and plain[first - 1] <= longest:
        first -= 1
    while last < len(plain) and plain[last] <= longest:
        last += 1
    own = intervals[first:last]
    if len(own) < TRAIN_MEMBERS - 1:
        return Train()
    return Train(1.0 / float(own.mean()), float(own.std() / own.mean()), len(own) + 1)


def heart_around(times_s: NDArray[np.float64], at: int) -> tuple[float, float]:
    """(rate in Hz, score 0-1) of a heartbeat that the potential at index `at` belongs to.

    From the potential, steps of one period are taken either way, each to the potential nearest to
    where the next beat is due; the period follows slowly, and two beats in a row may be missing. The
    score is the share of due beats that are there times the share of potentials that are beats, so a
    random train scores low however dense it is; beats that miss their due times like random ones are no
    heart at all (`HEART_UNEVEN`). Every interval that the potential has is tried.
    """
    heart = _heart(times_s, at)
    return heart.rate_hz, heart.score


@dataclass(frozen=True, slots=True)
class _Heart:
    """A heartbeat that may be one; where its beats are."""

    rate_hz: float = 0.0
    score: float = 0.0
    beats: tuple[float, ...] = ()


def _heart(times_s: NDArray[np.float64], at: int) -> _Heart:
    if len(times_s) < HEART_BEATS:
        return _Heart()
    forward: list[float] = times_s.tolist()
    ways = ((1, forward), (-1, [-time for time in reversed(forward)]))
    gaps = [abs(time - forward[at]) for time in forward]
    # the neighbouring beat may be missing
    periods = {one for gap in gaps for one in (gap, gap / 2)}
    best = _Heart()
    for period in sorted(p for p in periods if HEART_PERIOD_S[0] <= p <= HEART_PERIOD_S[1]):
        best = _follow_beats(ways, forward[at], period, best)
    return best


def beats_among(
    times_s: NDArray[np.float64], alike: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], float]:
    """Which of the potentials at `times_s` (m,), sorted, are a heart's, and its score.

    `alike` (m, m) have one shape.

    The shapes that come most often are tried. Cheaper than asking for each of m, and it tells what the
    neighbours of a potential are that is no beat itself.
    """
    beats = np.zeros(len(times_s), dtype=bool)
    often = np.argsort(-alike.sum(axis=1), kind="stable")
    for k in [k for k in often.tolist() if alike[k].sum() >= HEART_BEATS][:HEART_TRIED]:
        like = np.flatnonzero(alike[k])
        heart = _heart(times_s[like], int(np.searchsorted(like, k)))
        if heart.score >= HEART_SURE:
            off = np.abs(np.subtract.outer(times_s[like], heart.beats)).min(axis=1)
            beats[like[off <= BEAT_S / 2]] = True
            return beats, heart.score
    return beats, 0.0


def parts_among(times_s: NDArray[np.float64], beats: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the potentials at `times_s` (m,), sorted, are `beats` (m,) or come at one phase of them.

    A QRS complex may show as several potentials, and so may the T wave; what half of the beats have
    beside them at the same distance belongs to them. A fasciculation near a beat does not come back there.
    """
    if np.count_nonzero(beats) < HEART_BEATS:
        return beats
    apart = times_s[:, None] - times_s[beats]  # (m, n_beats)
    nearest = apart[np.arange(len(times_s)), np.abs(apart).argmin(axis=1)]
    index = np.arange(len(times_s))
    due = times_s[beats] + nearest[:, None]
    after = np.clip(np.searchsorted(times_s, due), 1, len(times_s) - 1)
    found = np.minimum(np.abs(times_s[after] - due), np.abs(times_s[after - 1] - due)) <= LOCKED_S
    found &= np.abs(due - times_s[index, None]) > LOCKED_S  # itself proves nothing
    share = found.sum(axis=1) / (np.count_nonzero(beats) - 1)
    locked: NDArray[np.bool_] = (share >= LOCKED_SHARE) & (np.abs(nearest) <= LOCKED_REACH_S)
    return beats | locked


def _follow_beats(
    ways: tuple[tuple[int, list[float]], ...],
    own: float,
    period: float,
    best: _Heart,
) -> _Heart:
    """The heart whose beats go from `own` either way, or `best` where that is no worse."""
    beats, due, mean = [own], 1, period
    misses: list[float] = []
    for way, times in ways:
        walk = _walk(times, own * way, mean)
        beats += [way * beat for beat in walk.beats]
        misses += walk.misses
        due, mean = due + walk.due, walk.period
    there = len(beats) / due
    if len(beats) < HEART_BEATS or there <= best.score or _rms(misses) > HEART_UNEVEN:
        return best
    off = np.abs(np.subtract.outer(ways[0][1], beats)).min(axis=1)
    score = there * float((off <= BEAT_S).mean())
    return _Heart(1.0 / mean, score, tuple(beats)) if score > best.score else best


@dataclass(frozen=True, slots=True)
class _Walk:
    """Beats found going one way, by how much each missed its due time (of the period), beats due."""

    beats: list[float]
    misses: list[float]
    due: int
    period: float


def _walk(times_s: list[float], start_s: float, period: float) -> _Walk:
    """The beats going forward from `start_s` among sorted times; plain numbers, one beat at a time."""
    end_s = times_s[-1]
    beats: list[float] = []
    misses: list[float] = []
    due = missed = 0
    at, mean = start_s, period
    while at + mean * (1 - HEART_TOLERANCE) <= end_s and missed < 3:
        expected = at + mean
        after = bisect_left(times_s, expected)
        before = times_s[after - 1]  # at least the start
        then = times_s[after] if expected <= end_s else end_s
        nearest = before if expected - before < then - expected else then
        miss = (nearest - expected) / (mean * (1 + missed))
        due += 1
        if abs(miss) <= HEART_TOLERANCE:
            misses.append(miss)
            mean *= 1 + FOLLOW * miss
            at, missed = nearest, 0
            beats.append(at)
        else:
            at, missed = at + mean, missed + 1
    return _Walk(beats, misses, due, mean)


def _rms(values: list[float]) -> float:
    return math.sqrt(sum(value * value for value in values) / len(values))
