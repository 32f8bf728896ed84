"""The clock of usable time: it stands still wherever fasciculations could not be counted."""

from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

Stretch = tuple[int, int]
"""First sample and the one after the last."""


def join(stretches: list[Stretch], first: int, end: int) -> None:
    """Add a stretch, joined to the last one where it goes on."""
    if stretches and stretches[-1][1] == first:
        first = stretches.pop()[0]
    stretches.append((first, end))


def shared(some: list[Stretch], ordered: list[Stretch]) -> Iterator[Stretch]:
    """What each of some stretches shares with those of another list, which are in order and apart."""
    for start, end in some:
        at = bisect_right(ordered, start, key=itemgetter(1))
        while at < len(ordered) and ordered[at][0] < end:
            yield max(start, ordered[at][0]), min(end, ordered[at][1])
            at += 1


def without(ordered: list[Stretch], taken: list[Stretch]) -> list[Stretch]:
    """What is left of stretches that are in order and apart when others are taken from them."""
    pieces = sorted(shared(taken, ordered))
    left = []
    at = 0
    for start, end in ordered:
        while at < len(pieces) and pieces[at][0] < end:
            if start < pieces[at][0]:
                left.append((start, pieces[at][0]))
            start = max(start, pieces[at][1])
            at += 1
        if start < end:
            left.append((start, end))
    return left


class UsableClock:
    """Samples of the recording to seconds of usable time before them."""

    def __init__(self, usable: list[Stretch], rate_hz: float) -> None:
        """`usable` stretches are in order and apart."""
        self._bounds = np.array(usable, dtype=np.float64).reshape(-1, 2)
        self._spent = np.concatenate([[0.0], np.cumsum(self._bounds[:, 1] - self._bounds[:, 0])])
        self._rate_hz = rate_hz

    @property
    def total_s(self) -> float:
        """All of the usable time."""
        return float(self._spent[-1]) / self._rate_hz

    def seconds(self, samples: NDArray[np.int64]) -> NDArray[np.float64]:
        """Usable seconds before each of `samples` (n,)."""
        if not len(self._bounds):
            return np.zeros(len(samples))
        starts, ends = self._bounds.T
        k = np.maximum(np.searchsorted(starts, samples, side="right") - 1, 0)
        inside = np.clip(samples - starts[k], 0.0, ends[k] - starts[k])
        seconds: NDArray[np.float64] = (self._spent[k] + inside) / self._rate_hz
        return seconds
