"""Frames to blocks: the wire's counter unwrapped, what is missing counted and put in its place.

A short gap is filled (with the sample before it) and marked, so that filters need not start anew; a
long one is a jump of `first_sample`. A counter of few bits cannot tell a whole turn from none: there
the time between arrivals decides, and what it cannot decide is called uncertain, with its bounds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fasciscope.acquisition.lateness import Lateness
from fasciscope.core import FILL_S, Flag, SampleBlock, StreamInfo
from fasciscope.firmware_bridge import Codec, Frames

LATE_TURNS = 0.5
"""Frames that come later than usual by this part of the counter's turn may hide a whole turn."""
SURE_TURNS = 0.75
"""If they stay late by this part at least, one is lost."""
LATE_S = 1.0
"""Without a counter, frames that stay late by so much follow a loss; by less, they are only late."""
CATCH_UP_S = 0.5
"""Late frames wait for so long: what was only late still comes, in a burst."""
WIDE = 1 << 24
"""A counter that goes further does not turn between two frames."""
JITTER_S = 0.1
"""How far a place in time may be off that only arrival times tell."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Samples that the device took and we never got; `least` and `most` bound an uncertain count."""

    first_sample: int
    n_samples: int
    least: int
    most: int

    @property
    def uncertain(self) -> bool:
        """True if the counter could not tell how many."""
        return self.least != self.most


@dataclass(frozen=True, slots=True, eq=False)
class Assembled:
    """Blocks in order, and the losses between them."""

    blocks: tuple[SampleBlock, ...] = ()
    losses: tuple[Loss, ...] = ()


class Assembler:
    """Gives samples their absolute numbers; the first that ever comes is number 0.

    `scale` (n_channels,) turns counts into the stream's unit. A frame whose counter alone is damaged
    (the next goes on as if it had been right) is no loss; so the last frame of a batch waits if its
    counter is out of turn. A count at the end of its channel's range is marked as clipped.
    """

    def __init__(self, info: StreamInfo, codec: Codec, scale: NDArray[np.float64]) -> None:
        self._info = info
        self._codec = codec
        self._scale = scale
        self._turn = None if codec.wrap is None else codec.wrap / codec.advance
        self._rails = np.array(codec.low), np.array(codec.high)
        self._frame_s = codec.per_frame / info.rate_hz
        self._lateness = Lateness(info.rate_hz)
        turn_s = (self._turn or 0.0) * self._frame_s
        self._late_s = LATE_S if self._turn is None else LATE_TURNS * turn_s
        self._waits_since_s: float | None = None  # when the first late frames came
        self._least_late_s = 0.0  # of those that wait
        self._fill_n = round(FILL_S * info.rate_hz)
        self._next = 0  # the absolute number of the sample that would continue the stream
        self._counter: int | None = None  # of the last frame
        self._begun = False
        self._row = np.zeros((1, info.n_channels))  # the last sample, for filling
        self._held: tuple[Frames, float] | None = None
        self._resumes_at: Callable[[float], float] | None = None
        self._missed = 0  # frames that are known to be lost before the next

    @property
    def next_sample(self) -> int:
        """The absolute number of the sample that would continue the stream."""
        return self._next

    def missed(self, n_frames: int) -> Assembled:
        """About so many frames are known to be lost before the next; give what waited."""
        out = self.finish()
        if self._begun:
            self._missed += n_frames
        return out

    def resume(self, sample_at: Callable[[float], float]) -> Assembled:
        """The board was gone and begins anew: `sample_at` tells what is sampled at a time of arrival."""
        out = self.finish()
        if self._begun:
            self._resumes_at, self._counter, self._missed = sample_at, None, 0
            self._lateness.forget()
        return out

    def push(self, frames: Frames, received_s: float) -> Assembled:
        """Take the frames of one read, with the host's monotonic time at its end."""
        if self._held is not None:
            held, held_s = self._held
            frames, self._held = _joined(held, frames), None
            if frames.n_frames == held.n_frames:
                received_s = held_s
        if frames.n_frames == 0:
            return Assembled()
        steps = self._counted(frames)
        if self._waits(steps, received_s):
            self._held = (frames, received_s)
            return Assembled()
        return self._assemble(frames, steps, received_s, final=False)

    def finish(self) -> Assembled:
        """Give the frame that waits."""
        if self._held is None:
            return Assembled()
        (frames, received_s), self._held = self._held, None
        since_s = received_s if self._waits_since_s is None else self._waits_since_s
        if received_s - since_s < JITTER_S:
            self._least_late_s = 0.0  # nobody knows whether they would have caught up
        return self._assemble(frames, self._counted(frames), received_s, final=True)

    def _waits(self, steps: NDArray[np.int64], received_s: float) -> bool:
        """Whether what seems missing by the time may still come."""
        end = self._next + int(steps.sum()) * self._codec.per_frame
        late_s = self._lateness.of(end, received_s)
        known = self._resumes_at is not None or self._missed > 0
        if known or late_s <= self._late_s:
            self._waits_since_s, self._least_late_s = None, 0.0
            return False
        if self._waits_since_s is None:
            self._waits_since_s, self._least_late_s = received_s, late_s
        self._least_late_s = min(self._least_late_s, late_s)
        return received_s - self._waits_since_s < CATCH_UP_S

    def _assemble(
        self, frames: Frames, steps: NDArray[np.int64], received_s: float, *, final: bool
    ) -> Assembled:
        told = frames.n_frames == 1 and (self._resumes_at is not None or self._missed > 0)
        at, doubt = self._add_untold(steps, frames, received_s)
        if not final and steps[-1] != 1 and not told:
            self._held = (_part(frames, frames.n_frames - 1, frames.n_frames), received_s)
            frames, steps = _part(frames, 0, frames.n_frames - 1), steps[:-1]
            if frames.n_frames == 0:
                return Assembled()
        blocks, losses = [], []
        edges = [0, *np.flatnonzero(steps[1:] != 1) + 1, frames.n_frames]
        filling = np.empty((0, self._info.n_channels))
        for start, stop in pairwise(edges):
            missing = (int(steps[start]) - 1) * self._codec.per_frame
            if missing:
                off = doubt * self._codec.per_frame if start == at else 0
                losses.append(Loss(self._next, missing, max(0, missing - off), missing + off))
                filling = self._filling(missing)
            blocks.append(self._block(_part(frames, start, stop), filling, received_s))
            filling = filling[:0]
        self._begun = True
        self._lateness.add(self._next, received_s)
        return Assembled(tuple(blocks), tuple(losses))

    def _add_untold(
        self, steps: NDArray[np.int64], frames: Frames, received_s: float
    ) -> tuple[int, int]:
        """Add to `steps` what the counter does not tell; give which step that is, and by how many
        frames it may be off."""
        late, self._waits_since_s = self._least_late_s / self._frame_s, None
        self._least_late_s = 0.0
        if not self._begun:
            return 0, 0
        if self._resumes_at is not None:
            steps[0] = self._away(frames, self._resumes_at(received_s))
            self._resumes_at = None
            return 0, round(JITTER_S / self._frame_s)
        missed, self._missed = self._missed, 0
        if self._turn is None:
            steps[0] += missed or round(late)
            return 0, missed or (round(JITTER_S / self._frame_s) if late else 0)
        if missed:
            told = self._told(frames)[0]
            turns = max(0, round((missed + 1 - told) / self._turn))
            steps[0] = max(1, told + round(turns * self._turn))
            return 0, 0
        if late < SURE_TURNS * self._turn:
            return 0, 0
        assert frames.counter is not None
        assert self._codec.wrap is not None
        ahead = self._ahead(frames.counter, self._codec.wrap)
        at = int(np.argmax(ahead != self._codec.advance))  # the first that shows, else the first
        told = round(ahead[at] / self._codec.advance)  # a whole turn looks like standing still
        steps[at] = told + round(round(late / self._turn) * self._turn)
        return at, round(self._turn)

    def _counted(self, frames: Frames) -> NDArray[np.int64]:
        """How many frames each is after the one before, by the counter alone."""
        wrap, advance = self._codec.wrap, self._codec.advance
        if frames.counter is None or wrap is None:
            return np.ones(frames.n_frames, dtype=np.int64)
        ahead = self._ahead(frames.counter, wrap)
        steps = np.rint(ahead / advance).astype(np.int64)
        steps[steps == 0] = 1  # it stood still: what came is no loss
        if wrap > WIDE:
            steps[ahead > wrap // 2] = 1  # a clock that stepped back a little: no turn is so long
        # far ahead and then back behind that: the counter in between was damaged, not the stream
        both = np.rint((ahead[:-1] + ahead[1:] - wrap) / advance).astype(np.int64)
        back = np.flatnonzero((steps[:-1] != 1) & (both >= 2))
        steps[back], steps[back + 1] = 1, both[back] - 1
        return steps

    def _told(self, frames: Frames) -> list[int]:
        """What the counter says as it stands: a whole turn looks like standing still, 0."""
        assert frames.counter is not None
        assert self._codec.wrap is not None
        ahead = self._ahead(frames.counter, self._codec.wrap)
        told: list[int] = np.rint(ahead / self._codec.advance).astype(int).tolist()
        return told

    def _ahead(self, counter: NDArray[np.int64], wrap: int) -> NDArray[np.int64]:
        """By how much the counter is ahead of the frame before, within its turn."""
        before = counter[0] - self._codec.advance if self._counter is None else self._counter
        ahead: NDArray[np.int64] = np.diff(counter, prepend=before) % wrap
        return ahead

    def _away(self, frames: Frames, now: float) -> int:
        """By how many frames the first is after the last before the board was gone."""
        first = now - len(frames.counts) + 1
        return 1 + max(0, round((first - self._next) / self._codec.per_frame))

    def _filling(self, missing: int) -> NDArray[np.float64]:
        """Rows to fill a short gap with; none for a long one, which is left out."""
        if missing > self._fill_n:
            self._next += missing
            return np.empty((0, self._info.n_channels))
        return np.repeat(self._row, missing, axis=0)

    def _block(
        self, frames: Frames, filling: NDArray[np.float64], received_s: float
    ) -> SampleBlock:
        low, high = self._rails
        samples = np.clip(frames.counts, low, high) * self._scale
        self._row = samples[-1:]
        if frames.counter is not None:
            self._counter = int(frames.counter[-1])
        uv = np.concatenate([filling, samples])
        railed = (frames.counts <= low) | (frames.counts >= high)
        flags = None
        if len(filling) or frames.bad is not None or railed.any():
            flags = np.zeros(uv.shape, np.uint8)
            flags[: len(filling)] = int(Flag.MISSING)
            flags[len(filling) :][railed] = int(Flag.CLIPPED)
            if frames.bad is not None:
                flags[len(filling) :][frames.bad.any(axis=1)] = int(Flag.MISSING)
        block = SampleBlock(self._info, self._next, uv, flags, received_s)
        self._next = block.end_sample
        return block


def _part(frames: Frames, start: int, stop: int) -> Frames:
    """The frames from `start` to `stop`."""
    rows = slice(start * frames.per_frame, stop * frames.per_frame)
    return Frames(
        frames.counts[rows],
        None if frames.counter is None else frames.counter[start:stop],
        frames.per_frame,
        None if frames.device_us is None else frames.device_us[start:stop],
        None if frames.bad is None else frames.bad[rows],
        {name: values[start:stop] for name, values in frames.aux.items()},
    )


def _joined(one: Frames, other: Frames) -> Frames:
    """The frames of both, in order."""
    if other.n_frames == 0:
        return one
    bad = None
    if one.bad is not None or other.bad is not None:
        parts = (
            np.zeros(f.counts.shape, dtype=bool) if f.bad is None else f.bad for f in (one, other)
        )
        bad = np.concatenate(list(parts))
    return Frames(
        np.concatenate([one.counts, other.counts]),
        _both(one.counter, other.counter),
        one.per_frame,
        _both(one.device_us, other.device_us),
        bad,
        {name: np.concatenate([one.aux[name], other.aux[name]]) for name in one.aux},
    )


def _both(
    one: NDArray[np.int64] | None, other: NDArray[np.int64] | None
) -> NDArray[np.int64] | None:
    return None if one is None or other is None else np.concatenate([one, other])
