"""Bursts that are still open: what is known of them so far, told about once a second."""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Swell
from fasciscope.dsp.burstbook import JUST_BEFORE_S, BurstBook, Running, gain
from fasciscope.dsp.grid import Grid

FIRST_S = 1.0
"""Before that, not even its length is a sign."""
PACE = 1.1
"""A long one is told at every tenth of its length: the cost stays in proportion to it."""
RAMP_S = 0.4
"""A contraction's ramp lasts 0.1-1 s (science.md 3.2); what grows after this is more than a short one."""
CLIMB_LEAST_S, CLIMB_MOST_S = 0.5, 3.0
MARGIN_S = 0.05
"""What is seen so shortly before the start belongs to the burst: the matched filters are late."""
State = Literal["open", "ended", "lapsed"]
ISOLATED_S = 0.25  # the isolated-discharge rule (S9)
BEFORE_S = 60.0  # a prodrome rises within a minute at most (science.md 7.3)


class SwellBook:
    """Remembers the last minute's sightings, and which open bursts were told when."""

    def __init__(self, n_channels: int, grid: Grid) -> None:
        self._rate_hz = grid.rate_hz
        self._hop_s = grid.hop_s
        self._seen: list[deque[int]] = [deque() for _ in range(n_channels)]
        self._before: list[tuple[int, int]] = [(0, 0)] * n_channels
        self._due: dict[int, int] = {}  # by channel: the sample from which the open burst is told

    def see(self, channel: int, sample: int) -> None:
        """Take a potential that was just seen outside bursts."""
        self._seen[channel].append(sample)

    def open(self, now: int, running: list[Running], book: BurstBook) -> Iterator[Swell]:
        """Tell the bursts that are open at sample `now` and due."""
        for one in running:
            channel, lasted = one.region.channel, one.span.end - one.span.start
            if channel not in self._due:
                self._before[channel] = self._counts(channel, one.span.start)
            first = one.span.start + round(FIRST_S * self._rate_hz)
            if one.span.end < self._due.get(channel, first):
                continue
            self._due[channel] = one.span.start + round(PACE * lasted)
            yield self._swell(one, now, book, running, "open")
        self._forget(now)

    def close(self, now: int, closed: Iterable[Running], book: BurstBook) -> Iterator[Swell]:
        """Tell the ends of those that were told before."""
        for one in closed:
            if self._due.pop(one.region.channel, None) is not None:
                yield self._swell(one, now, book, [], "ended" if one.is_burst else "lapsed")

    def _swell(
        self, one: Running, now: int, book: BurstBook, running: list[Running], state: State
    ) -> Swell:
        just, long = self._before[one.region.channel]
        return Swell(
            so_far=replace(
                book.so_far(one, running),
                prodrome_per_min=(just + long) * 60.0 / BEFORE_S,
                prodrome_gain=gain(just, long, book.heard_s(one.span.start)),
            ),
            seen_sample=now,
            climb=climb(one.region.trace(), self._hop_s),
            just_before=just,
            long_before=long,
            state=state,
        )

    def _counts(self, channel: int, start: int) -> tuple[int, int]:
        """Isolated potentials in the 20 s before a start, and in the 40 s before those."""
        seen = list(self._seen[channel])
        first, middle, last = (
            bisect_left(seen, start - round(seconds * self._rate_hz))
            for seconds in (BEFORE_S, JUST_BEFORE_S, MARGIN_S)
        )
        least = ISOLATED_S * self._rate_hz
        far = [True, *(b - a >= least for a, b in pairwise(seen[:last])), True]
        alone = [before and after for before, after in pairwise(far)]
        return sum(alone[middle:last]), sum(alone[first:middle])

    def _forget(self, now: int) -> None:
        """Sightings from before any prodrome that can still be asked for."""
        oldest = now - round(2 * BEFORE_S * self._rate_hz)
        for seen in self._seen:
            while seen and seen[0] < oldest:
                seen.popleft()


def climb(envelope: NDArray[np.float64], hop_s: float) -> float:
    """Growth of an envelope (n_hops,) after its first 0.4 s, octaves a second, over 3 s at most.

    0 where less than half a second is left to tell from.
    """
    late = envelope[round(RAMP_S / hop_s) : round((RAMP_S + CLIMB_MOST_S) / hop_s)]
    if len(late) * hop_s < CLIMB_LEAST_S:
        return 0.0
    time_s = np.arange(len(late)) * hop_s
    return float(np.polyfit(time_s, np.log2(np.maximum(late, 1.0)), 1)[0])
