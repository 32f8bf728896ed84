"""WFDB signal files: the storage formats 16, 61, 160, 24, 32, 80 and 212, a stretch of frames at a time.

Source: WFDB Applications Guide, signal(5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import InputError, UnsupportedError
from fasciscope.datasets.counts import integers, read_exactly
from fasciscope.datasets.wfdb_header import WfdbSignal


@dataclass(frozen=True, slots=True)
class Storage:
    """How one number is stored: its bits in the file, its byte order and what is added to it."""

    bits: int
    dtype: str  # "" for those that NumPy does not know
    shift: int = 0

    @property
    def lowest(self) -> int:
        """The lowest number, which stands for "no sample"."""
        return -(1 << self.bits - 1)

    def bytes_of(self, n: int) -> int:
        """Bytes that `n` numbers take."""
        return (n * self.bits + 7) // 8


STORAGES: dict[str, Storage] = {
    "16": Storage(16, "<i2"),
    "61": Storage(16, ">i2"),
    "160": Storage(16, "<u2", -(1 << 15)),
    "24": Storage(24, ""),
    "32": Storage(32, "<i4"),
    "80": Storage(8, "u1", -(1 << 7)),
    "212": Storage(12, ""),
}


@dataclass(frozen=True, slots=True)
class SignalFile:
    """One signal file: `n_signals` signals sample by sample in turn, `n_frames` whole ones of each.

    `columns` pairs the place of a signal in the file with its place among the chosen channels.
    """

    path: Path
    storage: Storage
    offset: int
    n_signals: int
    n_frames: int
    columns: tuple[tuple[int, int], ...]

    def read_into(self, counts: NDArray[np.int32], handle: BinaryIO, first: int) -> None:
        """Fill this file's columns of `counts` (n_frames, n_channels) from frame `first` on.

        `first` is even, so that pairs of format 212 begin on a whole byte.
        """
        n = len(counts) * self.n_signals
        at = self.offset + self.storage.bytes_of(first * self.n_signals)
        raw = read_exactly(handle, at, self.storage.bytes_of(n))
        frames = _numbers(raw, self.storage, n).reshape(-1, self.n_signals)
        for place, column in self.columns:
            counts[:, column] = frames[:, place]


def signal_files(
    folder: Path, header: str, signals: Sequence[WfdbSignal], chosen: Sequence[int]
) -> list[SignalFile]:
    """The files that hold the chosen signals.

    Raises InputError where one is absent or its signals disagree, UnsupportedError for a format that
    is not in `STORAGES`.
    """
    return [
        _signal_file(folder, header, signals, chosen, name)
        for name in dict.fromkeys(signals[i].file for i in chosen)
    ]


def _signal_file(
    folder: Path, header: str, signals: Sequence[WfdbSignal], chosen: Sequence[int], name: str
) -> SignalFile:
    inside = [i for i, signal in enumerate(signals) if signal.file == name]
    form, offset = signals[inside[0]].format, signals[inside[0]].offset
    if any((signals[i].format, signals[i].offset) != (form, offset) for i in inside):
        raise InputError(f"{header}: the signals in {name} have different formats. Correct it.")
    if form not in STORAGES:
        raise UnsupportedError(
            f"{header}: {name} has the format {form}; read are {', '.join(STORAGES)}. "
            f"Convert the record with `xform` or wfdb-python."
        )
    path = folder / name
    if not path.is_file():
        raise InputError(
            f"{header} names the signal file {name}, which is not beside it. Copy both."
        )
    data_bytes = max(0, path.stat().st_size - offset)
    return SignalFile(
        path=path,
        storage=STORAGES[form],
        offset=offset,
        n_signals=len(inside),
        n_frames=data_bytes * 8 // STORAGES[form].bits // len(inside),
        columns=tuple((inside.index(i), column) for column, i in enumerate(chosen) if i in inside),
    )


def _numbers(raw: bytearray, storage: Storage, n: int) -> NDArray[np.int32]:
    """`n` numbers from `raw`, whose first byte is padding."""
    if storage.bits == 12:
        return _pairs(raw, n)
    if storage.bits == 24:
        return integers(raw, 0, (1, n), 3 * n, 3).reshape(-1)
    stored: NDArray[np.int32] = np.frombuffer(raw, storage.dtype, n, offset=1).astype(np.int32)
    if storage.shift:
        stored += storage.shift
    return stored


def _pairs(raw: bytearray, n: int) -> NDArray[np.int32]:
    """Format 212: two 12-bit numbers in three bytes; the middle byte has both upper halves."""
    raw.extend(bytes(-(len(raw) - 1) % 3))
    triples = np.frombuffer(raw, np.uint8, offset=1).reshape(-1, 3).astype(np.int32)
    numbers = np.empty((len(triples), 2), dtype=np.int32)
    numbers[:, 0] = triples[:, 0] | (triples[:, 1] & 0x0F) << 8
    numbers[:, 1] = triples[:, 2] | (triples[:, 1] & 0xF0) << 4
    numbers -= (numbers & 0x800) << 1  # the sign
    first: NDArray[np.int32] = numbers.reshape(-1)[:n]
    return first
