"""Scores of found events against true ones (science.md section 8)."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import InputError, Interval, Label
from fasciscope.datasets.score_epochs import EpochScore, score_epochs
from fasciscope.datasets.score_marks import Mark, Marked, marks_of, overlap, read_marks
from fasciscope.datasets.score_match import assigned, match_times
from fasciscope.datasets.score_rates import f1, per_minute, proportion
from fasciscope.datasets.synth.truth import Truth

TOLERANCES_S = (0.015, 0.050)
"""Primary and secondary; wider ones pair by chance (science.md 8.1)."""

SNR_EDGES = (0.0, 4.0, 6.0, 8.0, 12.0, 20.0, float("inf"))
LEAST_OVERLAP = 0.5
STATES = (Label.CRAMP, Label.VOLUNTARY, Label.REPETITIVE)


@dataclass(frozen=True, slots=True)
class PointScore:
    """Fasciculations matched one to one within a tolerance.

    `optional` found ones matched truth that nobody can be asked to find; they count nowhere else.
    `snr_bins`: (least ratio, largest, hits, truths).
    """

    tolerance_s: float
    hits: int
    false: int
    missed: int
    optional: int
    sensitivity: Interval
    ppv: Interval
    f1: Interval
    error_s: float | None  # median distance of the pairs
    snr_bins: tuple[tuple[float, float, int, int], ...]


@dataclass(frozen=True, slots=True)
class StateScore:
    """Stretches of one label, paired where they share half of their union."""

    label: Label
    hits: int
    false: int
    missed: int
    sensitivity: Interval
    ppv: Interval
    f1: Interval
    onset_error_s: float | None  # median, absolute


@dataclass(frozen=True, slots=True)
class Score:
    """All that is said of one list of events against another.

    `false_alarms_per_min` counts false fasciculations on rest: channel-minutes of the truth without
    sustained activity or loss, `rest_min`. `assumed_length` is True where the truth does not say how
    long the recording is and its last event had to stand for it.
    """

    points: tuple[PointScore, ...]
    false_alarms: int
    rest_min: float
    false_alarms_per_min: Interval
    states: tuple[StateScore, ...]
    epochs: EpochScore
    channels: tuple[str, ...]
    duration_s: float
    assumed_length: bool
    note: str = "Scores on synthetic signals are not clinical accuracy."

    @property
    def primary(self) -> PointScore:
        """The score at 15 ms."""
        return self.points[0]

    def as_dict(self) -> dict[str, Any]:
        """For JSON: NaN and infinity become None, labels their names."""
        plain = _plain(asdict(self))
        assert isinstance(plain, dict)
        return plain


def score_events(
    found: Iterable[Marked],
    truth: Truth,
    *,
    tolerances_s: Sequence[float] = TOLERANCES_S,
) -> Score:
    """Score events (sample numbers and channel numbers of the truth's recording)."""
    marks = marks_of(found, truth.rate_hz, truth.channels)
    true = marks_of(truth.events, truth.rate_hz, truth.channels)
    return score_marks(
        marks, true, truth.channels, truth.n_samples / truth.rate_hz, tolerances_s=tolerances_s
    )


def score_files(events: Path | str, truth: Path | str) -> Score:
    """Score an events.tsv against a truth.tsv (or another events.tsv).

    Needed columns: onset, duration, trial_type, channel; `peak` (else the middle), `snr` and `flags`
    are used where present. Raises InputError, with the line's number, where a file is wrong, and
    where they have no channel in common.
    """
    found, _, _ = read_marks(Path(events))
    true, channels, duration_s = read_marks(Path(truth))
    seen = {mark.channel for mark in found}
    if seen and channels and seen.isdisjoint(channels):
        raise InputError(
            f"{events} and {truth} have no channel in common: {', '.join(sorted(seen))} against "
            f"{', '.join(channels)}. Name the channels alike."
        )
    if duration_s is not None:
        return score_marks(found, true, channels, duration_s)
    last_s = max((mark.end_s for mark in (*found, *true)), default=0.0)
    everything = tuple(dict.fromkeys((*channels, *sorted(seen))))
    return score_marks(found, true, everything, last_s, assumed_length=True)


def score_marks(
    found: Sequence[Mark],
    true: Sequence[Mark],
    channels: Sequence[str],
    duration_s: float,
    *,
    tolerances_s: Sequence[float] = TOLERANCES_S,
    assumed_length: bool = False,
) -> Score:
    """Score marks over a recording of these channels and this length."""
    names = tuple(dict.fromkeys((*channels, *(mark.channel for mark in (*found, *true)))))
    points = tuple(_points(found, true, names, tolerance) for tolerance in tolerances_s)
    alarms, rest_s = 0, 0.0
    for name in names:
        busy = _busy(true, name, duration_s)
        rest_s += duration_s - float(np.diff(busy, axis=1).sum())
        _, false, _ = _paired(found, true, name, tolerances_s[0])
        alarms += sum(not np.any((busy[:, 0] <= m.peak_s) & (m.peak_s < busy[:, 1])) for m in false)
    return Score(
        points,
        alarms,
        rest_s / 60,
        per_minute(alarms, rest_s / 60),
        tuple(_state(found, true, names, label) for label in STATES),
        score_epochs(found, true, names, duration_s),
        names,
        duration_s,
        assumed_length,
    )


def _paired(
    found: Sequence[Mark], true: Sequence[Mark], name: str, tolerance_s: float
) -> tuple[list[tuple[Mark, Mark]], list[Mark], list[Mark]]:
    """Pairs, false and missed fasciculations of a channel.

    Truth that must be found is matched first; what is then left over may match the optional truth.
    Optional pairs are given too: they are those whose truth is optional.
    """
    mine = [m for m in found if m.channel == name and m.label == Label.FASCICULATION]
    theirs = [m for m in true if m.channel == name and m.label == Label.FASCICULATION]
    pairs: list[tuple[Mark, Mark]] = []
    missed: list[Mark] = []
    for optional in (False, True):
        wanted = [m for m in theirs if m.optional is optional]
        result = match_times(_peaks(mine), _peaks(wanted), tolerance_s)
        pairs += [(mine[i], wanted[j]) for i, j in result.pairs]
        missed += [] if optional else [wanted[j] for j in result.true_alone]
        mine = [mine[i] for i in result.found_alone]
    return pairs, mine, missed


def _peaks(marks: Sequence[Mark]) -> NDArray[np.float64]:
    return np.array([mark.peak_s for mark in marks], dtype=np.float64)


def _points(
    found: Sequence[Mark], true: Sequence[Mark], names: Sequence[str], tolerance_s: float
) -> PointScore:
    parts = [_paired(found, true, name, tolerance_s) for name in names]
    everything = [pair for pairs, _, _ in parts for pair in pairs]
    pairs = [(mine, theirs) for mine, theirs in everything if not theirs.optional]
    missed = [mark for _, _, left in parts for mark in left]
    hits, false = len(pairs), sum(len(left) for _, left, _ in parts)
    apart = [abs(mine.peak_s - theirs.peak_s) for mine, theirs in pairs]
    hit_snr = [theirs.snr for _, theirs in pairs if theirs.snr is not None]
    all_snr = hit_snr + [mark.snr for mark in missed if mark.snr is not None]
    in_bin, of_bin = (np.histogram(values, SNR_EDGES)[0].tolist() for values in (hit_snr, all_snr))
    return PointScore(
        tolerance_s,
        hits,
        false,
        len(missed),
        len(everything) - hits,
        proportion(hits, hits + len(missed)),
        proportion(hits, hits + false),
        f1(hits, false, len(missed)),
        float(np.median(apart)) if apart else None,
        tuple(zip(SNR_EDGES[:-1], SNR_EDGES[1:], in_bin, of_bin, strict=True)),
    )


def _busy(true: Sequence[Mark], name: str, duration_s: float) -> NDArray[np.float64]:
    """(k, 2) disjoint stretches of a channel that are not rest: sustained activity and loss."""
    spans = sorted(
        (max(m.start_s, 0.0), min(m.end_s, duration_s))
        for m in true
        if m.channel == name and m.label in (*STATES, Label.NOT_ASSESSABLE)
    )
    merged: list[list[float]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(end, merged[-1][1])
        elif end > start:
            merged.append([start, end])
    return np.array(merged, dtype=np.float64).reshape(-1, 2)


def _state(
    found: Sequence[Mark], true: Sequence[Mark], names: Sequence[str], label: Label
) -> StateScore:
    hits = false = missed = 0
    late: list[float] = []
    for name in names:
        mine = [m for m in found if m.channel == name and m.label == label]
        theirs = [m for m in true if m.channel == name and m.label == label]
        shared = np.array([[overlap(a, b) for b in theirs] for a in mine])
        rows, columns = np.nonzero(shared.reshape(len(mine), len(theirs)) >= LEAST_OVERLAP)
        cost = np.array([1 - shared[i, j] for i, j in zip(rows, columns, strict=True)])
        result = assigned(len(mine), len(theirs), rows, columns, cost)
        hits += len(result.pairs)
        false += len(result.found_alone)
        missed += len(result.true_alone)
        late += [abs(mine[i].start_s - theirs[j].start_s) for i, j in result.pairs]
    return StateScore(
        label,
        hits,
        false,
        missed,
        proportion(hits, hits + missed),
        proportion(hits, hits + false),
        f1(hits, false, missed),
        float(np.median(late)) if late else None,
    )


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value.value if isinstance(value, Label) else value
