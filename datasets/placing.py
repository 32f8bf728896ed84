"""Where rows of a text file belong: sample numbers from a plain count, a time column or a counter.

A jump in the sample numbers is a gap. Numbers only ever grow.
"""

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import InputError
from fasciscope.datasets.counts import Piece
from fasciscope.datasets.text_lines import Rows

MAX_LOST_S = 86400.0
"""A jump of more than a day is damage, not a pause."""

MAX_TIME = 1e30
"""Numbers in a time column are cut to this, far beyond nanoseconds since 1970, so that none overflows."""

GAP_STEPS = 1.5
"""A regular clock's step from which on samples are missing."""

JITTER_GAP_STEPS = 20.0
JITTER_GAP_S = 0.1
"""The same for a clock that jitters (times of arrival): both must be exceeded."""


class Placer(Protocol):
    """Gives each row its sample number; remembers where the rows before ended."""

    def place(self, keys: NDArray[np.float64], lines: NDArray[np.int64]) -> NDArray[np.int64]:
        """Growing sample numbers (n_rows,) from the key columns (n_rows, n_keys)."""
        ...


@dataclass(slots=True)
class Counting:
    """Row after row, nothing is missing."""

    next_sample: int = 0

    def place(self, keys: NDArray[np.float64], lines: NDArray[np.int64]) -> NDArray[np.int64]:
        """Consecutive numbers."""
        first, self.next_sample = self.next_sample, self.next_sample + len(lines)
        return np.arange(first, self.next_sample)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time column: `rate_hz` with `unit_s` seconds to a unit; regular or jittery."""

    rate_hz: float
    unit_s: float
    regular: bool

    @property
    def gap_s(self) -> float:
        """A step from which on samples are missing."""
        if self.regular:
            return GAP_STEPS / self.rate_hz
        return max(JITTER_GAP_STEPS / self.rate_hz, JITTER_GAP_S)


@dataclass(slots=True)
class Timed:
    """By a time column, the only key; rows without a time continue the row before.

    Raises InputError with the line where time runs backwards or leaps by more than a day.
    """

    file: str
    clock: Clock
    last_sample: int = -1
    last_s: float | None = None

    def place(self, keys: NDArray[np.float64], lines: NDArray[np.int64]) -> NDArray[np.int64]:
        """Steps of one, but for a pause as many as it lasted."""
        times_s = np.where(np.isfinite(keys[:, 0]), keys[:, 0], np.nan)
        times_s = times_s.clip(-MAX_TIME, MAX_TIME) * self.clock.unit_s
        known = np.flatnonzero(~np.isnan(times_s))
        steps = np.ones(len(lines), dtype=np.int64)
        if len(known):
            before_s = times_s[known[0]] if self.last_s is None else self.last_s
            elapsed_s = np.diff(times_s[known], prepend=before_s)
            self._check(elapsed_s, lines[known])
            # rows without a time lie between two known ones and count as steps of their own
            rows = np.diff(known, prepend=known[0] if self.last_s is None else -1)
            spare_s = elapsed_s - (rows - 1) / self.clock.rate_hz
            gaps = spare_s > self.clock.gap_s
            steps[known[gaps]] = np.round(spare_s[gaps] * self.clock.rate_hz).astype(np.int64)
            self.last_s = float(times_s[known[-1]])
        samples = self.last_sample + np.cumsum(steps)
        self.last_sample = int(samples[-1])
        return samples

    def _check(self, elapsed_s: NDArray[np.float64], lines: NDArray[np.int64]) -> None:
        # a clock of arrival may be set back a little between packets
        back_s = 0.0 if self.clock.regular else self.clock.gap_s
        for wrong, what in (
            (elapsed_s < -back_s, "time runs backwards"),
            (elapsed_s > MAX_LOST_S, "time leaps by more than a day"),
        ):
            if wrong.any():
                raise InputError(
                    f"{self.file}, line {lines[int(np.argmax(wrong))]}: {what}. "
                    f"Rows must be in order; split the file there."
                )


WRAPS = np.array([1 << 8, 1 << 16, 1 << 32], dtype=np.int64)
"""Where counters of 8, 16 and 32 bits begin again."""


@dataclass(frozen=True, slots=True)
class Counter:
    """A sample counter that goes 0, `step`, ... `top` and then from 0 again.

    `twins`: every value but 0 stands on two rows (packets of two samples; a twin left alone by a loss
    is taken for the first, so that a gap can stand one sample early). `clock_s` are the seconds
    of one unit of each further key column; their sum is a clock of arrival, () where there is none.
    `widening`: how wide the counter is was not told, it wraps at the next of `WRAPS`.
    """

    top: int
    rate_hz: float
    step: int = 1
    twins: bool = False
    clock_s: tuple[float, ...] = ()
    widening: bool = False

    @property
    def cycle(self) -> int:
        """Samples until the counter wraps."""
        return 2 * self.top + 1 if self.twins else self.top // self.step + 1


@dataclass(slots=True)
class Indexed:
    """By a counter that wraps, the first key.

    Samples lost are the counter's step modulo its cycle, less one. Whole lost cycles leave no trace
    in it; where a clock of arrival runs along, they are what its elapsed time has too much, in whole
    cycles, if the rows that follow do not catch up with it (a stalled radio does, a lost stretch does
    not; they are looked at as far as the text read at once goes). Raises InputError with the line of
    a value that the counter cannot have.
    """

    file: str
    counter: Counter
    last: tuple[int, int, int, float] | None = None  # sample, value, place in the cycle, seconds

    def place(self, keys: NDArray[np.float64], lines: NDArray[np.int64]) -> NDArray[np.int64]:
        """The counter unwrapped, beginning at 0."""
        values = self._values(keys[:, 0], lines)
        clock_s = keys[:, 1:] @ np.array(self.counter.clock_s)
        first = self.last is None
        last_sample, last_value, last_place, last_s = self.last or (-1, -1, 0, float(clock_s[0]))
        places = self._places(values, last_value)
        cycle = self.counter.cycle
        raw_steps = np.diff(places, prepend=places[0] - 1 if first else last_place)
        if self.counter.widening:
            steps = self._widened(raw_steps, places, lines)
        else:
            steps = (raw_steps - 1) % cycle + 1
        if self.counter.clock_s:
            steps = self._with_cycles(steps, np.diff(clock_s, prepend=last_s))
        samples = last_sample + np.cumsum(steps)
        self.last = int(samples[-1]), int(values[-1]), int(places[-1]), float(clock_s[-1])
        return samples

    def _values(self, raw: NDArray[np.float64], lines: NDArray[np.int64]) -> NDArray[np.int64]:
        wrong = ~((raw >= 0) & (raw <= self.counter.top) & (raw == np.floor(raw)))
        if wrong.any():
            row = int(np.argmax(wrong))
            raise InputError(
                f"{self.file}, line {lines[row]}: the sample counter is {raw[row]:g}; it goes from 0 "
                f"to {self.counter.top}. Remove the damaged line."
            )
        return raw.astype(np.int64)

    def _places(self, values: NDArray[np.int64], last_value: int) -> NDArray[np.int64]:
        if not self.counter.twins:
            return values // self.counter.step
        second = (values == np.concatenate(([last_value], values[:-1]))) & (values > 0)
        places: NDArray[np.int64] = np.maximum(2 * values - 1, 0) + second
        return places

    def _widened(
        self, steps: NDArray[np.int64], places: NDArray[np.int64], lines: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """A fall is a wrap at the least of `WRAPS` above the number before it."""
        if (steps == 0).any() or (places >= WRAPS[-1]).any():
            row = int(np.argmax((steps == 0) | (places >= WRAPS[-1])))
            raise InputError(
                f"{self.file}, line {lines[row]}: the sample counter stands still or leaves 32 bits. "
                f"Remove the damaged line."
            )
        wrap = WRAPS[np.searchsorted(WRAPS, places - steps, side="right").clip(max=2)]
        return np.where(steps > 0, steps, steps + wrap)

    def _with_cycles(
        self, steps: NDArray[np.int64], elapsed_s: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        cycle, rate_hz = self.counter.cycle, self.counter.rate_hz
        steps = np.where((steps == cycle) & (elapsed_s * rate_hz < cycle / 2), 1, steps)
        ahead = np.nan_to_num(elapsed_s * rate_hz) - steps
        for row in np.flatnonzero(ahead > cycle / 2).tolist():  # pauses are few
            window = cycle + int(min(ahead[row], len(ahead)))
            never_caught_up = float(np.cumsum(ahead[row : row + window]).min())
            if (
                never_caught_up < MAX_LOST_S * rate_hz
            ):  # a clock that leaps by days is set, not late
                steps[row] += max(0, round(never_caught_up / cycle)) * cycle
        return steps


def split(
    rows: Iterable[Rows], placer: Placer, n_keys: int, rows_per_piece: int
) -> Generator[Piece, None, None]:
    """Contiguous pieces of the columns behind the first `n_keys`, cut at every gap."""
    for part in rows:
        samples = placer.place(part.values[:, :n_keys], part.lines)
        gaps = np.flatnonzero(np.diff(samples) != 1) + 1
        edges = [0, *gaps.tolist(), len(samples)]
        for start, stop in pairwise(edges):
            for at in range(start, stop, rows_per_piece):
                end = min(at + rows_per_piece, stop)
                yield int(samples[at]), part.values[at:end, n_keys:]
