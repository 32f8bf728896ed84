"""Writes EDF+ and BDF+ record by record, so that what is on the disk is a whole file at any moment.

Each record is written and synced before the header counts it: a killed process leaves a file that
every reader opens, short of the record that was being filled. Samples are the converter's counts.
Lost samples are filled with the one before and named in an annotation, so that time stays true in
readers that know no gaps. Sources: Kemp et al. 1992 (EDF), Kemp and Olivan 2003 (EDF+), BioSemi (BDF).
"""

import os
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Annotation, StreamInfo
from fasciscope.datasets.edf_header import BDF_MAGIC, EDF_MAGIC

RECORD_S = 1.0
ANNOTATION_BYTES = 1020  # a record; whole samples of 2 and of 3 bytes
LONGEST_TEXT = 200
COUNT_AT = 236  # where the header holds the number of records
LOST = "samples lost"
END = "end of recording"
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


@dataclass(frozen=True, slots=True)
class CountRange:
    """The counts that a channel can hold, and microvolts a count (None: uncalibrated)."""

    low: int
    high: int
    uv_per_count: float | None

    @property
    def bits(self) -> int:
        """16, or 24 where 16 do not hold the range."""
        return 16 if self.low >= -(1 << 15) and self.high < 1 << 15 else 24


class EdfWriter:
    """Counts (n, n_channels) in, a growing file out: EDF+ where 16 bits hold every range, else BDF+.

    `start` is the wall clock of sample 0. Use it in a ``with``; `close` fills the last record and
    marks where the recording ended. Raises OSError as the disk does; what was written stays.
    """

    def __init__(
        self, path: Path, info: StreamInfo, ranges: tuple[CountRange, ...], start: datetime
    ) -> None:
        self._info = info
        self._ranges = ranges
        self._width = max(spread.bits for spread in ranges) // 8
        self._record_n = max(1, round(info.rate_hz * RECORD_S))
        self._waiting = np.empty((0, info.n_channels), dtype=np.int32)
        self._last = np.array([[min(max(0, r.low), r.high) for r in ranges]], dtype=np.int32)
        self._annotations: deque[Annotation] = deque()
        self._records = 0
        self._file = path.open("xb", buffering=0)
        _write_all(self._file, self._header(start))
        os.fsync(self._file.fileno())

    def __enter__(self) -> "EdfWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def next_sample(self) -> int:
        """The absolute number of the sample that is expected next."""
        return self._records * self._record_n + len(self._waiting)

    def write(self, counts: NDArray[np.int32], first_sample: int) -> None:
        """Take samples (n, n_channels); what is missing before `first_sample` is filled and named."""
        missing = first_sample - self.next_sample
        assert missing >= 0, (first_sample, self.next_sample)
        if missing:
            at_s = self.next_sample / self._info.rate_hz
            self.annotate(Annotation(at_s, missing / self._info.rate_hz, f"{missing} {LOST}"))
        while missing:  # a long gap passes in bounded memory
            n = min(missing, self._record_n)
            self._take(np.repeat(self._last, n, axis=0))
            missing -= n
        self._take(counts)

    def annotate(self, annotation: Annotation) -> None:
        """Take a remark; it stands in the next record that has room."""
        self._annotations.append(annotation)

    def close(self) -> None:
        """Write what still waits, and where the recording ended."""
        if self._file.closed:
            return
        try:
            self.annotate(Annotation(self.next_sample / self._info.rate_hz, 0.0, END))
            while len(self._waiting) or self._annotations:
                self._take(
                    np.repeat(self._last, self._record_n - len(self._waiting), axis=0), filling=True
                )
        finally:
            self._file.close()

    def _take(self, counts: NDArray[np.int32], *, filling: bool = False) -> None:
        if len(counts) == 0:
            return
        self._waiting = np.concatenate([self._waiting, counts])
        if not filling:
            self._last = counts[-1:].astype(np.int32)
        while len(self._waiting) >= self._record_n:
            self._put(self._waiting[: self._record_n])
            self._waiting = self._waiting[self._record_n :]

    def _put(self, counts: NDArray[np.int32]) -> None:
        """One record to the disk, then its number to the header."""
        raw = np.ascontiguousarray(counts.T, dtype="<i4").view(np.uint8).reshape(-1, 4)
        samples = raw[:, : self._width].tobytes()
        self._file.seek(0, os.SEEK_END)
        _write_all(self._file, samples + self._tals())
        os.fsync(self._file.fileno())
        self._records += 1
        self._file.seek(COUNT_AT)
        _write_all(self._file, _field(str(self._records), 8))

    def _tals(self) -> bytes:
        """The record's start, and as many annotations as there is room for."""
        start_s = self._records * self._record_n / self._info.rate_hz
        text = f"+{_seconds(start_s)}\x14\x14\0".encode()
        while self._annotations:
            tal = _tal(self._annotations[0])
            if len(text) + len(tal) > ANNOTATION_BYTES:
                break
            text += tal
            self._annotations.popleft()
        return text.ljust(ANNOTATION_BYTES, b"\0")

    def _header(self, start: datetime) -> bytes:
        kind = "BDF" if self._width == 3 else "EDF"
        limit = 1 << (8 * self._width - 1)
        signals = [
            *((c.name, r) for c, r in zip(self._info.channels, self._ranges, strict=True)),
            (f"{kind} Annotations", CountRange(-limit, limit - 1, None)),
        ]
        n = len(signals)
        day = f"{start.day:02d}-{_MONTHS[start.month - 1]}-{start.year}"
        fixed = [
            BDF_MAGIC if kind == "BDF" else EDF_MAGIC,
            _field("X X X X", 80),
            _field(f"Startdate {day} X X fasciscope", 80),
            _field(start.strftime("%d.%m.%y"), 8),
            _field(start.strftime("%H.%M.%S"), 8),
            _field(str(256 * (n + 1)), 8),
            _field(f"{kind}+C", 44),
            _field("0", 8),
            _field(_number(self._record_n / self._info.rate_hz), 8),
            _field(str(n), 4),
        ]
        columns = [
            (16, [name for name, _ in signals]),
            (80, [""] * n),
            (8, ["uV" if r.uv_per_count else "" for _, r in signals]),
            (8, [_number(r.low * (r.uv_per_count or 1.0)) for _, r in signals]),
            (8, [_number(r.high * (r.uv_per_count or 1.0)) for _, r in signals]),
            (8, [str(r.low) for _, r in signals]),
            (8, [str(r.high) for _, r in signals]),
            (80, [""] * n),
            (8, [str(self._record_n)] * (n - 1) + [str(ANNOTATION_BYTES // self._width)]),
            (32, [""] * n),
        ]
        return b"".join(fixed + [_field(text, size) for size, texts in columns for text in texts])


def _write_all(file: FileIO, data: bytes) -> None:
    """All of the bytes: a disk that fills takes some of them first."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _field(text: str, size: int) -> bytes:
    return text.encode("ascii", "replace")[:size].ljust(size)


def _number(value: float) -> str:
    """The number in at most eight characters, as exactly as they allow."""
    for digits in range(8, -1, -1):
        text = f"{value:.{digits}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
        if len(text) <= 8:
            return text
    raise AssertionError(f"{value} does not fit a header of EDF")


def _seconds(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _tal(annotation: Annotation) -> bytes:
    lasted = f"\x15{_seconds(annotation.duration_s)}" if annotation.duration_s else ""
    text = "".join(c for c in annotation.text if c.isprintable())[:LONGEST_TEXT]
    return f"+{_seconds(annotation.onset_s)}{lasted}\x14{text}\x14\0".encode()
