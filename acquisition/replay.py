"""Replay: a recording cut anew into blocks of one length, as a board would deliver them."""

import time
from collections.abc import Generator, Iterator
from types import TracebackType

import numpy as np

from fasciscope.acquisition.clock import SampleClock
from fasciscope.acquisition.live import TICK_S, Delivery, Tally
from fasciscope.core import Recording, SampleBlock, StreamInfo, UsageError

BLOCK_S = 1.0


class ReplaySource:
    """A `core.Source` that plays a recording in blocks of `block_s` seconds.

    Blocks are contiguous: a gap (a jump of `first_sample`) ends a block early and the next starts
    after it. Samples, flags and absolute sample numbers are those of the recording; empty blocks are
    left out. Slices are views wherever a block lies within one block of the recording, and no more
    than one block waits. Use it in a ``with``, which closes the file. Raises UsageError on a length
    that is not positive.
    """

    def __init__(self, recording: Recording, block_s: float = BLOCK_S) -> None:
        if not 0.0 < block_s < float("inf"):
            raise UsageError(f"A block of {block_s:g} s cannot be played. Take 0.01 to 60 s.")
        self._recording = recording
        self._size = max(1, round(block_s * recording.info.rate_hz))
        self._blocks: Iterator[SampleBlock] | None = None

    @property
    def info(self) -> StreamInfo:
        """What the stream is."""
        return self._recording.info

    def __enter__(self) -> "ReplaySource":
        self._blocks = self._recording.blocks()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        blocks, self._blocks = self._blocks, None
        if isinstance(blocks, Generator):
            blocks.close()

    def __iter__(self) -> Iterator[SampleBlock]:
        assert self._blocks is not None, "a source is used in a with statement"
        return recut(self._blocks, self._size)


class PacedReplay:
    """Turns of a recording as if it happened now, `speed` times as fast; 0 is as fast as it is read.

    It has the form of a `LiveSource`, and ends where the recording does.
    """

    def __init__(self, recording: Recording, speed: float = 1.0) -> None:
        self.info = recording.info
        self.tally = Tally()
        self.clock = SampleClock(recording.info.rate_hz)
        self._speed = speed
        self._source = ReplaySource(recording, TICK_S * max(speed, 1.0))
        self._began_s = 0.0

    def __enter__(self) -> "PacedReplay":
        self._source.__enter__()
        self._began_s = time.monotonic()
        self.clock.add(
            0, self._began_s
        )  # its time is the recording's own, however fast it is played
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._source.__exit__(kind, error, trace)

    def deliveries(self) -> Iterator[Delivery]:
        """A block a turn, when it is due; where nothing was recorded empty turns pass."""
        rate_hz = self.info.rate_hz
        end = 0
        for block in self._source:
            while self._speed and (wait_s := self._due_s(block.end_sample / rate_hz)) > 0:
                time.sleep(min(wait_s, TICK_S))
                if wait_s > TICK_S:
                    yield Delivery()
            self.tally.lost += block.first_sample - end
            self.tally.samples += block.n_samples
            end = block.end_sample
            yield Delivery((block,))

    def finish(self) -> Delivery:
        """Nothing waits."""
        return Delivery()

    def _due_s(self, at_s: float) -> float:
        return self._began_s + at_s / self._speed - time.monotonic()


def recut(blocks: Iterator[SampleBlock], size: int) -> Iterator[SampleBlock]:
    """The same samples in contiguous blocks of `size`; shorter only before a gap and at the end."""
    waiting: list[SampleBlock] = []
    missing = size
    for block in blocks:
        if block.n_samples == 0:
            continue
        if waiting and block.first_sample != waiting[-1].end_sample:
            assert block.first_sample > waiting[-1].end_sample, "a recording's blocks are in order"
            yield _join(waiting)
            waiting, missing = [], size
        start = 0
        while block.n_samples - start >= missing:
            waiting.append(_part(block, start, start + missing))
            yield _join(waiting)
            start += missing
            waiting, missing = [], size
        if start < block.n_samples:
            waiting.append(_part(block, start, block.n_samples))
            missing -= block.n_samples - start
    if waiting:
        yield _join(waiting)


def _part(block: SampleBlock, start: int, stop: int) -> SampleBlock:
    flags = None if block.flags is None else block.flags[start:stop]
    return SampleBlock(block.info, block.first_sample + start, block.uv[start:stop], flags)


def _join(parts: list[SampleBlock]) -> SampleBlock:
    first = parts[0]
    if len(parts) == 1:
        return first
    sound = all(part.flags is None for part in parts)
    flags = None if sound else np.concatenate([_flags(part) for part in parts])
    return SampleBlock(
        first.info, first.first_sample, np.concatenate([part.uv for part in parts]), flags
    )


def _flags(block: SampleBlock) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.zeros(block.uv.shape, np.uint8) if block.flags is None else block.flags
