"""Second by second: which state does each channel show, and do two lists of events agree on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Label

EPOCH_S = 1.0
REST = "rest"
LONG = (
    Label.CRAMP,
    Label.VOLUNTARY,
    Label.REPETITIVE,
    Label.ARTEFACT,
    Label.UNCERTAIN,
    Label.NOT_ASSESSABLE,
)
STATES = (REST, Label.FASCICULATION.value, *(label.value for label in LONG))


class Span(Protocol):
    """An event in seconds."""

    @property
    def label(self) -> Label: ...  # noqa: D102
    @property
    def channel(self) -> str: ...  # noqa: D102
    @property
    def start_s(self) -> float: ...  # noqa: D102
    @property
    def peak_s(self) -> float: ...  # noqa: D102
    @property
    def end_s(self) -> float: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class EpochScore:
    """Agreement over 1-s epochs of all channels, those lost in the truth left out.

    `confusion[i][j]` counts epochs that are `states[i]` in truth and `states[j]` as found. `kappa`
    is Cohen's, NaN where both say one state throughout; `macro_f1` is the mean over states that
    occur in either list.
    """

    states: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    kappa: float
    macro_f1: float


def score_epochs(
    found: Sequence[Span], true: Sequence[Span], channels: Sequence[str], duration_s: float
) -> EpochScore:
    """Compare epoch states over a recording."""
    n = max(int(np.ceil(duration_s / EPOCH_S - 1e-9)), 0)
    size = len(STATES)
    confusion = np.zeros((size, size), dtype=np.int64)
    for name in channels:
        mine = epoch_states([m for m in found if m.channel == name], n)
        theirs = epoch_states([m for m in true if m.channel == name], n)
        judged = theirs != STATES.index(Label.NOT_ASSESSABLE)
        np.add.at(confusion, (theirs[judged], mine[judged]), 1)
    return EpochScore(
        STATES,
        tuple(tuple(row) for row in confusion.tolist()),
        cohen_kappa(confusion),
        macro_f1(confusion),
    )


def epoch_states(marks: Sequence[Span], n: int) -> NDArray[np.int64]:
    """State number of each of `n` epochs on one channel.

    The long state that covers most of the epoch if it covers half; else fasciculation if one peaks
    in it; else rest.
    """
    edges = np.arange(n) * EPOCH_S
    covered = np.zeros((len(LONG), n))
    peaks = np.zeros(n, dtype=bool)
    for mark in marks:
        if mark.label in LONG:
            first, last = int(mark.start_s // EPOCH_S), int(mark.end_s // EPOCH_S) + 1
            near = slice(max(first, 0), max(last, 0))
            begin = np.maximum(edges[near], mark.start_s)
            finish = np.minimum(edges[near] + EPOCH_S, mark.end_s)
            covered[LONG.index(mark.label), near] += np.maximum(finish - begin, 0)
        elif mark.label == Label.FASCICULATION and 0 <= mark.peak_s < n * EPOCH_S:
            peaks[int(mark.peak_s // EPOCH_S)] = True
    if not n:
        return np.zeros(0, dtype=np.int64)
    states = np.where(peaks, STATES.index(Label.FASCICULATION.value), 0)
    held = covered.max(axis=0) >= EPOCH_S / 2
    long_states: NDArray[np.int64] = np.where(held, covered.argmax(axis=0) + 2, states)
    return long_states


def cohen_kappa(confusion: NDArray[np.int64]) -> float:
    """Agreement beyond chance; NaN where chance alone explains all."""
    total = confusion.sum()
    if not total:
        return float("nan")
    seen = np.trace(confusion) / total
    chance = float(np.dot(confusion.sum(axis=0), confusion.sum(axis=1))) / total**2
    return float((seen - chance) / (1 - chance)) if chance < 1 else float("nan")


def macro_f1(confusion: NDArray[np.int64]) -> float:
    """Mean F1 of the states that occur."""
    both = confusion.sum(axis=0) + confusion.sum(axis=1)
    there = both > 0
    if not there.any():
        return float("nan")
    return float(np.mean(2 * np.diag(confusion)[there] / both[there]))
