"""Frames of one length that show a lost byte only by where the next one starts: the last is held.

A frame with nothing at its end to check looks whole when a byte of it is missing; that the next one
does not start where it should comes too late, unless the frame still waits. So the newest frame is
held until the next has started; if that one is not where it should be, step is looked for from the
held frame's second byte on, and the held frame is given up where another starts inside it. What is
found hangs on the bytes alone, never on how they were cut.
"""

import numpy as np
from numpy.typing import NDArray

from fasciscope.firmware_bridge.frames import Garbage
from fasciscope.firmware_bridge.framing import (
    BATCH,
    CUT_OFF,
    OUT_OF_STEP,
    Cut,
    Follows,
    Rows,
    Sound,
)

FIRST_LOOK = 64  # frames


def _always(before: Rows, after: Rows) -> NDArray[np.bool_]:
    return np.ones(min(len(before), len(after)), dtype=bool)


class HeldFraming:
    """Cuts bytes into frames of `length`, a row each, and holds the newest.

    `sound`, `follows` and `confirm` are those of `FixedFraming`; `follows` must hold in step too.
    `near` tells of two rows (where frames between them may be lost) whether they belong together:
    inside the held frame, and at the end of the stream where fewer than `confirm` frames are left, a
    frame must be near one of the last two that were taken (of which one may be damaged). Where the
    mark is at the end of a frame, `rewind` is false: then the held frame has shown that it is whole.
    """

    def __init__(
        self,
        length: int,
        sound: Sound,
        follows: Follows = _always,
        confirm: int = 1,
        near: Follows | None = None,
        *,
        rewind: bool = True,
    ) -> None:
        self._length = length
        self._sound = sound
        self._follows = follows
        self._near = near or follows
        self._confirm = confirm
        self._rewind = rewind
        self._buffer = b""  # in step it begins with the held frame
        self._offset = 0  # of the buffer's first byte in the stream
        self._in_step = False
        self._last = np.empty((0, length), np.uint8)  # up to two rows that were given last

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
        at, waits = 0, False
        while not waits:
            rows = self._run(raw[at:]) if self._in_step else found[0]
            next_at, given, waits = self._after(raw, at, rows, final=final)
            if given:
                found.append(rows[:given])
                offsets.append(self._offset + at + self._length * np.arange(given))
                self._last = self._latest(rows[:given])
            at += given * self._length
            if next_at > at:
                garbage.append(Garbage(self._offset + at, next_at - at, OUT_OF_STEP))
            at = next_at
        self._drop(at)
        return Cut(np.concatenate(found), np.concatenate(offsets), tuple(garbage))

    def _after(self, raw: Rows, at: int, rows: Rows, *, final: bool) -> tuple[int, int, bool]:
        """(where to go on, how many of the rows in step at `at` are given, whether to wait there)."""
        n, end = len(rows), at + rows.size
        if n and len(raw) - end < self._length and not final:
            return end - self._length, n - 1, True
        last = self._latest(rows)
        if n and self._rewind:
            inside = np.arange(end - self._length + 1, min(end, len(raw) - self._length + 1))
            offsets, sure = self._likely(raw, inside)
            near = self._is_near(raw, offsets, last)
            offsets, sure = offsets[near], sure[near]
            if len(offsets) and (sure[0] or final):
                return int(offsets[0]), n - 1, False
            if len(offsets):  # the held frame hangs on what comes
                return end - self._length, n - 1, True
        start, self._in_step = self._search(raw, end, last, final=final)
        return start, n, not self._in_step

    def _latest(self, rows: Rows) -> Rows:
        """The last two of the rows that were given and these."""
        return np.concatenate([self._last, rows[-2:]])[-2:]

    def _run(self, raw: Rows) -> Rows:
        """The frames that `raw` begins with; the first is known to be one."""
        n = len(raw) // self._length
        rows = raw[: n * self._length].reshape(n, self._length)
        known, step = 1, FIRST_LOOK
        while known < n:
            look = rows[known : known + step]
            good = self._sound(look) & self._follows(rows[known - 1 : known - 1 + len(look)], look)
            if not good.all():
                return rows[: known + int(good.argmin())]
            known, step = known + step, 2 * step
        return rows

    def _search(self, raw: Rows, low: int, last: Rows, *, final: bool) -> tuple[int, bool]:
        """(where the next frame starts, True), or (what may still be the start of one, False)."""
        starts = len(raw) - self._length + 1
        first, batch = low, 4 * self._length  # the next frame is mostly near
        while low < starts:
            high = min(low + batch, starts)
            offsets, sure = self._likely(raw, np.arange(low, high))
            if final:
                sure |= self._is_near(raw, offsets, last)
                offsets, sure = offsets[sure], sure[sure]
            if len(offsets):
                return int(offsets[0]), bool(sure[0])
            low, batch = high, min(2 * batch, BATCH)
        return max(first, starts), False

    def _likely(
        self, raw: Rows, offsets: NDArray[np.intp]
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
            agrees[there] = self._sound(after) & self._follows(before, after)
            offsets, sure = offsets[agrees], sure[agrees]
        return offsets, sure

    def _is_near(self, raw: Rows, offsets: NDArray[np.intp], last: Rows) -> NDArray[np.bool_]:
        """Whether the frames at these offsets belong to one of `last`; if there is none, all do."""
        windows = np.lib.stride_tricks.sliding_window_view(raw, self._length)[offsets]
        near = np.full(len(offsets), len(last) == 0)
        for one in last:
            near |= self._near(np.tile(one, (len(offsets), 1)), windows)
        return near

    def _drop(self, n: int) -> None:
        self._buffer = self._buffer[n:]
        self._offset += n
