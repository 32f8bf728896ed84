"""Frames of one length in a stream of bytes: in step, lost, and in step again.

In step, frames are taken while they are sound. The first that is not is looked into again from its
second byte, so that one damaged or missing byte costs the frame it is in and no other. Where a
check is weak (a header byte, four bits of CRC), step is found again only where several frames in a
row are sound and follow one another; where it is so weak that a wrong frame often passes, a frame
in step that does not follow the one before must show the same. What is found hangs on the bytes
alone, never on how they were cut.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.frames import Garbage

Rows = NDArray[np.uint8]
Sound = Callable[[Rows], NDArray[np.bool_]]
Follows = Callable[[Rows, Rows], NDArray[np.bool_]]

BATCH = 1 << 16
OUT_OF_STEP = "out of step"
CUT_OFF = "cut off at the end"


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """Frames (n, length) with the places of their first bytes in the stream (n,), and what is none."""

    rows: Rows
    offsets: NDArray[np.int64]
    garbage: tuple[Garbage, ...]


class FixedFraming:
    """Cuts bytes into frames of `length`, a row each.

    `sound` tells of rows (n, length) whether each may be a frame; `follows` of two such arrays
    whether each of the second may come right after that of the first; `confirm` is how many in a
    row must be sound, and follow one another, before step is found. `weak` says that a sound frame is
    no proof: then they must at the start of the stream too, and after every frame that was lost.
    """

    def __init__(
        self,
        length: int,
        sound: Sound,
        follows: Follows | None = None,
        confirm: int = 1,
        *,
        weak: bool = False,
    ) -> None:
        self._length = length
        self._sound = sound
        self._follows = follows
        self._confirm = confirm
        self._buffer = b""
        self._offset = 0  # of the buffer's first byte in the stream
        self._in_step = not weak
        self._weak = weak
        self._last = np.empty((0, length), np.uint8)  # the row before, once in step

    @property
    def buffered(self) -> int:
        """Bytes that wait for more."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Cut:
        """Take bytes; give the frames that are whole, and what is no frame."""
        self._buffer += data
        return self._cut(final=False)

    def finish(self) -> Cut:
        """No more bytes come: give what can still be told apart."""
        cut = self._cut(final=True)
        if not self._buffer:
            return cut
        tail = Garbage(self._offset, len(self._buffer), CUT_OFF)
        self._drop(len(self._buffer))
        return Cut(cut.rows, cut.offsets, (*cut.garbage, tail))

    def _cut(self, *, final: bool) -> Cut:
        raw = np.frombuffer(self._buffer, dtype=np.uint8)
        found = [np.empty((0, self._length), np.uint8)]
        offsets = [np.empty(0, np.int64)]
        garbage: list[Garbage] = []
        at = 0
        while True:
            if self._in_step:
                rows = self._run(raw[at:])
                found.append(rows)
                offsets.append(self._offset + at + self._length * np.arange(len(rows)))
                at += rows.size
                if len(raw) - at < self._length:
                    break
            begin = at
            self._last = self._last[:0]
            at, self._in_step = self._search(raw, at, final=final)
            if at > begin:
                garbage.append(Garbage(self._offset + begin, at - begin, OUT_OF_STEP))
            if not self._in_step:
                break
        self._drop(at)
        return Cut(np.concatenate(found), np.concatenate(offsets), tuple(garbage))

    def _run(self, raw: NDArray[np.uint8]) -> Rows:
        """The sound frames that `raw` begins with."""
        n = len(raw) // self._length
        rows = raw[: n * self._length].reshape(n, self._length)
        good = self._sound(rows)
        if self._weak and self._follows is not None and n:
            before = np.concatenate([self._last, rows[:-1]])
            good[len(rows) - len(before) :] &= self._follows(
                before, rows[len(rows) - len(before) :]
            )
        rows = rows if good.all() else rows[: int(good.argmin())]
        if len(rows):
            self._last = rows[-1:].copy()
        return rows

    def _search(self, raw: NDArray[np.uint8], at: int, *, final: bool) -> tuple[int, bool]:
        """(where the next frame starts, True), or (what may still be the start of one, False)."""
        starts = len(raw) - self._length + 1
        low, batch = at, 4 * self._length  # the next frame is mostly near
        while low < starts:
            high = min(low + batch, starts)
            offsets, sure = self._likely(raw, np.arange(low, high))
            if len(offsets):
                return int(offsets[0]), bool(sure[0]) or final
            low, batch = high, min(2 * batch, BATCH)
        return max(at, starts), False

    def _likely(
        self, raw: NDArray[np.uint8], offsets: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """The offsets that nothing speaks against, and whether all that must agree was there."""
        windows = np.lib.stride_tricks.sliding_window_view(raw, self._length)
        offsets = offsets[self._sound(windows[offsets])]
        sure = np.ones(len(offsets), dtype=bool)
        for k in range(1, self._confirm):
            ahead = offsets + k * self._length
            there = ahead < len(windows)
            sure &= there
            before, after = windows[ahead[there] - self._length], windows[ahead[there]]
            agrees = np.ones(len(offsets), dtype=bool)
            agrees[there] = self._sound(after)
            if self._follows is not None:
                agrees[there] &= self._follows(before, after)
            offsets, sure = offsets[agrees], sure[agrees]
        return offsets, sure

    def _drop(self, n: int) -> None:
        self._buffer = self._buffer[n:]
        self._offset += n
