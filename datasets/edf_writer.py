"""Writes EDF+ and BDF+ record by record, so that what is on the disk is a whole file at any moment.

Each record is written and synced before the header counts it: a killed process leaves a file that
every reader opens, short of the record that was being filled. Samples are the converter's counts.
Lost samples are filled with the one before and named in an annotation, so that time stays true in
readers that know no gaps; the signal "Status" marks each of them (bit 0), and what fills the last
record (bit 1). Sources: Kemp et al. 1992 (EDF), Kemp and Olivan 2003 (EDF+), BioSemi (BDF).
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
from fasciscope.datasets.edf_header import BDF_MAGIC, EDF_MAGIC, read_header

RECORD_S = 1.0
ANNOTATION_BYTES = 1020  # a record; whole samples of 2 and of 3 bytes
LONGEST_TEXT = 200
COUNT_AT = 236  # where the header holds the number of records
LOST = "samples lost"
END = "end of recording"
STATUS = "Status"
MISSING = 1
BEYOND = 2
"""Bits of the status: the sample was lost, the recording had ended."""
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
        self._waiting = np.empty((0, info.n_channels + 1), dtype=np.int32)  # the last is the status
        self._last = np.array([[min(max(0, r.low), r.high) for r in ranges] + [0]], dtype=np.int32)
        self._annotations: deque[Annotation] = deque()
        self._records = 0
        header = self._header(start)
        self._header_n = len(header)
        self._record_bytes = self._record_n * (info.n_channels + 1) * self._width + ANNOTATION_BYTES
        self._file = path.open("xb", buffering=0)
        _write_all(self._file, header)
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

    def write(
        self, counts: NDArray[np.int32], first_sample: int, missing: NDArray[np.bool_] | None = None
    ) -> None:
        """Take samples (n, n_channels), of which those `missing` (n,) are only fillings.

        What lies between the samples before and `first_sample` is filled. Losses should also be
        named (`annotate_loss`).
        """
        gap = first_sample - self.next_sample
        assert gap >= 0, (first_sample, self.next_sample)
        while gap:  # a long gap passes in bounded memory
            n = min(gap, self._record_n)
            self._fill(n, MISSING)
            gap -= n
        status = np.zeros(len(counts), np.int32) if missing is None else missing * MISSING
        self._take(np.column_stack([counts, status]).astype(np.int32))

    def annotate(self, annotation: Annotation) -> None:
        """Take a remark; it stands in the next record that has room."""
        self._annotations.append(annotation)

    def annotate_loss(self, first_sample: int, n: int, least: int, most: int) -> None:
        """Name samples that were lost; before the record that holds the first is full."""
        rate_hz = self._info.rate_hz
        bounds = "" if least == most else f", {least} to {most}"
        self.annotate(Annotation(first_sample / rate_hz, n / rate_hz, f"{n} {LOST}{bounds}"))

    def close(self) -> None:
        """Write what still waits, and where the recording ended."""
        if self._file.closed:
            return
        try:
            self.annotate(Annotation(self.next_sample / self._info.rate_hz, 0.0, END))
            while len(self._waiting) or self._annotations:
                self._fill(self._record_n - len(self._waiting), BEYOND)
        finally:
            self._file.close()

    def abandon(self) -> None:
        """The disk refuses: leave the file at its last whole record, and what waits unwritten."""
        self._file.truncate(self._header_n + self._records * self._record_bytes)
        self._file.close()

    def _fill(self, n: int, status: int) -> None:
        """The last sample again and again."""
        row = self._last.copy()
        row[:, -1] = status
        self._take(np.repeat(row, n, axis=0))

    def _take(self, rows: NDArray[np.int32]) -> None:
        if len(rows) == 0:
            return
        self._waiting = np.concatenate([self._waiting, rows])
        self._last = rows[-1:]
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
            (STATUS, CountRange(0, MISSING | BEYOND, None)),
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


def mend(path: Path) -> None:
    """Make a file of an interrupted `EdfWriter` whole: every record that is there counted, no more.

    A record that was written whole but not counted any more is kept; half a record is cut off.
    Raises InputError where the header is damaged, OSError as the disk does.
    """
    header = read_header(path)
    size = path.stat().st_size
    n = (size - header.header_bytes) // header.record_bytes
    with path.open("r+b", buffering=0) as file:
        file.truncate(header.header_bytes + n * header.record_bytes)
        file.seek(COUNT_AT)
        _write_all(file, _field(str(n), 8))
        os.fsync(file.fileno())
