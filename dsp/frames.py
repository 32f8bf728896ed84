"""Blocks of any cut to frames of one length: the reason why the cut of a stream changes nothing.

Every later stage works on whole frames. Their grid starts where a contiguous stretch starts, so it
depends on the samples' numbers alone and never on how the blocks were cut.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Flag, SampleBlock
from fasciscope.dsp.rails import LOST, Rails

RAILED = 0x80  # ours, beside core's flags: at a rail for longer than any potential
HOLE = LOST | RAILED
"""Flags of samples that are not signal at all; a clipped sample still is, unless the signal stays there."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A piece of a contiguous stretch, full length unless it is the stretch's last.

    `uv` (n, n_channels) is contiguous by channel (Fortran order): filters run along time. In holes
    it stays at the last sound sample, so that no reader's filling looks like a rail or a step.
    `flags` as in SampleBlock, with `RAILED`; None if all is sound. `first` and `last` mark the ends of
    the stretch; `lost_before` counts the samples missing since the stretch before.
    """

    first_sample: int
    uv: NDArray[np.float64]
    flags: NDArray[np.uint8] | None
    first: bool
    last: bool
    lost_before: int = 0

    @property
    def n_samples(self) -> int:
        """Samples in the frame; 0 only in a last frame."""
        return int(self.uv.shape[0])

    @property
    def end_sample(self) -> int:
        """The absolute number of the sample after the last."""
        return self.first_sample + self.n_samples

    def holes(self) -> NDArray[np.bool_] | None:
        """(n, n_channels) True where there is no signal; None where all is sound."""
        if self.flags is None:
            return None
        holes: NDArray[np.bool_] = (self.flags & HOLE) != 0
        return holes if holes.any() else None

    def lost(self) -> NDArray[np.bool_]:
        """(n, n_channels) True where samples never came."""
        return self._flagged(LOST)

    def railed(self) -> NDArray[np.bool_]:
        """(n, n_channels) True where the signal is at a rail, for long or not."""
        return self._flagged(RAILED | int(Flag.CLIPPED))

    def _flagged(self, bits: int) -> NDArray[np.bool_]:
        if self.flags is None:
            return np.zeros(self.uv.shape, dtype=bool)
        flagged: NDArray[np.bool_] = (self.flags & bits) != 0
        return flagged


class Framer:
    """Stage: blocks to frames of `frame_n` samples; a jump in the sample numbers ends a stretch."""

    def __init__(self, n_channels: int, frame_n: int, rate_hz: float) -> None:
        self._rails = Rails(n_channels, rate_hz)
        self._n_channels = n_channels
        self._frame_n = frame_n
        self._uv = np.empty((frame_n, n_channels), order="F")
        self._flags = np.zeros((frame_n, n_channels), dtype=np.uint8, order="F")
        self._filled = 0
        self._next: int | None = None  # the sample number that would continue the stretch
        self._opened = False  # a frame of this stretch has been given
        self._lost_before = 0
        self._last_sound = np.full(n_channels, np.nan)  # of this stretch

    def push(self, block: SampleBlock) -> Iterator[Frame]:
        """Give the frames that `block` completes.

        Samples that come again (a block that starts before the end of the last) are our own bug:
        readers and the assembler refuse them.
        """
        if block.n_samples == 0:
            return
        if self._next is not None and block.first_sample != self._next:
            assert block.first_sample > self._next, (block.first_sample, self._next)
            lost = block.first_sample - self._next
            yield from self._close()
            self._lost_before = lost
        elif self._next is None:
            self._lost_before = block.first_sample
        yield from self._take(block)

    def finish(self) -> Iterator[Frame]:
        """Give what is left as the last frame of the stretch."""
        if self._next is not None:
            yield from self._close()
        self._next = None

    def _take(self, block: SampleBlock) -> Iterator[Frame]:
        done = 0
        while done < block.n_samples:
            n = min(block.n_samples - done, self._frame_n - self._filled)
            here, there = slice(self._filled, self._filled + n), slice(done, done + n)
            self._uv[here] = block.uv[there]
            self._flags[here] = 0 if block.flags is None else block.flags[there]
            self._filled += n
            done += n
            self._next = block.first_sample + done
            if self._filled == self._frame_n:
                yield self._emit(last=False)

    def _close(self) -> Iterator[Frame]:
        if self._filled or self._opened:
            yield self._emit(last=True)
        self._opened = False

    def _emit(self, *, last: bool) -> Frame:
        assert self._next is not None
        n = self._filled
        flags = self._flags[:n]
        railed = self._rails.find(self._uv[:n], flags if flags.any() else None)
        if railed is not None:
            flags |= RAILED * railed.stays.astype(np.uint8)
            flags |= int(Flag.CLIPPED) * railed.touches.astype(np.uint8)
        if not self._opened:
            self._last_sound = np.full(self._n_channels, np.nan)
        flagged = bool(flags.any())
        uv = self._uv[:n].copy(order="F")
        if flagged:
            self._bridge(uv, (flags & HOLE) != 0)
        elif n:
            self._last_sound = uv[-1]
        frame = Frame(
            first_sample=self._next - n,
            uv=uv,
            flags=flags.copy(order="F") if flagged else None,
            first=not self._opened,
            last=last,
            lost_before=0 if self._opened else self._lost_before,
        )
        self._filled = 0
        self._opened = True
        return frame

    def _bridge(self, uv: NDArray[np.float64], holes: NDArray[np.bool_]) -> None:
        """Fill holes with the sample before, or after where there is none before."""
        n = len(uv)
        for channel in np.flatnonzero(holes.any(axis=0)):
            sound = np.flatnonzero(~holes[:, channel])
            at = np.searchsorted(sound, np.arange(n), side="right") - 1
            before = self._last_sound[channel]
            if np.isnan(before):  # the stretch begins with a hole
                before = uv[sound[0], channel] if len(sound) else 0.0
            kept = np.concatenate([[before], uv[sound, channel]])
            uv[:, channel] = kept[at + 1]
        self._last_sound = np.where(holes.all(axis=0), self._last_sound, uv[-1])
