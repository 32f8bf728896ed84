"""The header of an EDF, EDF+, BDF or BDF+ file, checked before anything is allocated.

Sources: Kemp et al. 1992 (EDF), Kemp and Olivan 2003 (EDF+), BioSemi's BDF page. The fields are ASCII
of fixed width; a number that does not parse, or that the file's length contradicts, is refused.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from fasciscope.core import InputError

EDF_MAGIC = b"0       "
BDF_MAGIC = b"\xffBIOSEMI"
FIXED_BYTES = 256
SIGNAL_BYTES = 256
MAX_SIGNALS = 4096
PIVOT_YEAR = 85  # EDF: years 85-99 are 1985-1999, 00-84 are 2000-2084
MAX_PHYSICAL = 1e15
ANNOTATION_LABELS = ("EDF Annotations", "BDF Annotations")

_INTEGER = re.compile(r"[+-]?[0-9]{1,12}")
_DECIMAL = re.compile(r"[+-]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][+-]?[0-9]{1,3})?")
_STARTDATE = re.compile(r"Startdate\s+([0-9]{1,2}-[A-Za-z]{3}-[0-9]{4})")

# Name and bytes of each field of the fixed part; the patient's name is passed over on purpose.
_FIXED = (
    ("magic", 8),
    ("patient", 80),
    ("recording", 80),
    ("date", 8),
    ("time", 8),
    ("header bytes", 8),
    ("reserved", 44),
    ("number of records", 8),
    ("record duration", 8),
    ("number of signals", 4),
)
# And of the signals' part, where each field stands once for every signal.
_PER_SIGNAL = (
    ("label", 16),
    ("transducer", 80),
    ("unit", 8),
    ("physical minimum", 8),
    ("physical maximum", 8),
    ("digital minimum", 8),
    ("digital maximum", 8),
    ("prefiltering", 80),
    ("samples per record", 8),
    ("signal reserved", 32),
)


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal of the header; ranges stay text until the signal is chosen (`scale`)."""

    label: str
    unit: str
    ranges: tuple[str, str, str, str]  # physical minimum, maximum, digital minimum, maximum
    prefiltering: str
    samples: int  # per record
    offset: int  # bytes from the record's start

    @property
    def annotates(self) -> bool:
        """True for a signal that holds annotations instead of samples."""
        return self.label in ANNOTATION_LABELS

    def digital(self) -> tuple[int, int]:
        """The lowest and the highest count. Raises InputError where they are no range."""
        low, high = (_integer(f"{self.label} digital range", text) for text in self.ranges[2:])
        if low == high or max(abs(low), abs(high)) > 1 << 31:
            raise InputError(
                f"Signal {self.label!r} has the digital range {low} to {high}, which is none. "
                f"Choose other channels with --channels or correct the header."
            )
        return low, high

    def physical(self) -> tuple[float, float]:
        """What the lowest and the highest count are in the signal's unit; raises InputError."""
        low, high = (_decimal(f"{self.label} physical range", text) for text in self.ranges[:2])
        if low == high or max(abs(low), abs(high)) > MAX_PHYSICAL:
            raise InputError(
                f"Signal {self.label!r} has the physical range {low:g} to {high:g}, so its counts "
                f"have no size. Read it uncalibrated with --unit counts."
            )
        return low, high


@dataclass(frozen=True, slots=True)
class Header:
    """What the header says, reconciled with the file's length.

    `n_records` counts whole records that are there. `start_time` is ISO 8601 or None.
    """

    variant: str  # EDF, EDF+C, EDF+D, BDF, BDF+C or BDF+D
    start_time: str | None
    n_records: int
    record_s: float
    header_bytes: int
    record_bytes: int
    sample_bytes: int
    signals: tuple[Signal, ...]
    notes: tuple[str, ...]

    @property
    def gapped(self) -> bool:
        """True if records need not follow one another (EDF+D)."""
        return self.variant.endswith("D")

    def rate_hz(self, signal: Signal) -> float:
        """The signal's sampling rate."""
        return signal.samples / self.record_s


def read_header(path: Path) -> Header:
    """Read and check the header of `path`; no sample is read.

    Raises InputError on anything that is no header, that contradicts itself or the file's length,
    and on a file without one whole data record.
    """
    try:
        with path.open("rb") as handle:
            return _parse(path, handle, path.stat().st_size)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def _parse(path: Path, handle: BinaryIO, file_bytes: int) -> Header:
    fixed = _fields(_FIXED, handle.read(FIXED_BYTES), 1, path)
    bdf = _is_bdf(fixed["magic"][0].encode("latin-1"), path)
    n_signals = _number_of_signals(fixed, file_bytes, path)
    table = _fields(_PER_SIGNAL, handle.read(SIGNAL_BYTES * n_signals), n_signals, path)
    signals = _signals(table, sample_bytes=3 if bdf else 2)
    record_bytes = sum(signal.samples for signal in signals) * (3 if bdf else 2)
    header_bytes = FIXED_BYTES + SIGNAL_BYTES * n_signals
    data_bytes = file_bytes - header_bytes
    said = _integer("number of records", fixed["number of records"][0])
    n_records, notes = _records(path, said, data_bytes, record_bytes)
    return Header(
        variant=_variant(fixed["reserved"][0], "BDF" if bdf else "EDF"),
        start_time=_start_time(fixed),
        n_records=n_records,
        record_s=_record_s(fixed["record duration"][0]),
        header_bytes=header_bytes,
        record_bytes=record_bytes,
        sample_bytes=3 if bdf else 2,
        signals=signals,
        notes=notes,
    )


def _is_bdf(magic: bytes, path: Path) -> bool:
    if magic not in (EDF_MAGIC, BDF_MAGIC):
        raise InputError(
            f"{path.name} begins {magic!r}; EDF begins {EDF_MAGIC!r} and BDF {BDF_MAGIC!r}. "
            f"It is neither, whatever its name."
        )
    return magic == BDF_MAGIC


def _fields(
    table: tuple[tuple[str, int], ...], raw: bytes, times: int, path: Path
) -> dict[str, list[str]]:
    """Cut fixed-width text: for each name as many stripped strings as `times`."""
    if len(raw) < sum(size for _, size in table) * times:
        raise InputError(f"{path.name} ends inside its header. Was the recording copied whole?")
    found: dict[str, list[str]] = {}
    at = 0
    for name, size in table:
        cells = [raw[at + i * size : at + (i + 1) * size] for i in range(times)]
        keep = name == "magic"
        found[name] = [
            c.decode("latin-1") if keep else c.decode("latin-1").strip(" \0\t\r\n") for c in cells
        ]
        at += size * times
    return found


def _number_of_signals(fixed: dict[str, list[str]], file_bytes: int, path: Path) -> int:
    n_signals = _integer("number of signals", fixed["number of signals"][0])
    if not 1 <= n_signals <= MAX_SIGNALS:
        raise InputError(
            f"{path.name}: the header says {n_signals} signals; 1 to {MAX_SIGNALS} are read. "
            f"The header is damaged or the file is of another kind."
        )
    needed = FIXED_BYTES + SIGNAL_BYTES * n_signals
    said = _integer("header bytes", fixed["header bytes"][0])
    if said != needed or needed > file_bytes:
        raise InputError(
            f"{path.name}: the header says that it has {said} bytes; with {n_signals} signals it must "
            f"have {needed}, and the file has {file_bytes}. The header is damaged or cut short."
        )
    return n_signals


def _signals(table: dict[str, list[str]], sample_bytes: int) -> tuple[Signal, ...]:
    signals: list[Signal] = []
    offset = 0
    ranges = [table[name] for name, _ in _PER_SIGNAL if " m" in name]
    for i, label in enumerate(table["label"]):
        samples = _integer(f"{label} samples per record", table["samples per record"][i])
        if samples < 0:
            raise InputError(
                f"Signal {label!r} has {samples} samples per record. It cannot be read."
            )
        low, high, digital_low, digital_high = (column[i] for column in ranges)
        signals.append(
            Signal(
                label=label,
                unit=table["unit"][i],
                ranges=(low, high, digital_low, digital_high),
                prefiltering=table["prefiltering"][i],
                samples=samples,
                offset=offset,
            )
        )
        offset += samples * sample_bytes
    return tuple(signals)


def _records(
    path: Path, said: int, data_bytes: int, record_bytes: int
) -> tuple[int, tuple[str, ...]]:
    """Whole data records to read, and a note where the file and its header differ."""
    whole, rest = divmod(data_bytes, record_bytes) if record_bytes else (0, 0)
    if said < -1:
        raise InputError(f"{path.name}: the header says {said} data records. It is damaged.")
    if whole == 0 or said == 0:
        raise InputError(
            f"{path.name} has no whole data record (the header says {said} of {record_bytes} bytes; "
            f"{data_bytes} bytes follow it). Nothing of it can be read; copy it anew."
        )
    if said == -1:
        return whole, (f"The recording was not closed: read its {whole} whole data records.",)
    if whole < said:
        return whole, (
            f"The recording is cut short: {whole} of {said} data records are whole and were read.",
        )
    if whole > said or rest:
        return said, (f"{data_bytes - said * record_bytes} bytes after the last record were left.",)
    return said, ()


def _record_s(text: str) -> float:
    record_s = _decimal("record duration", text)
    if not 1e-6 <= record_s <= 1e8:
        raise InputError(
            f"The header says that a data record lasts {record_s:g} s, so no signal has a rate. "
            f"Only recordings with sampled signals are read; export the recording anew."
        )
    return record_s


def _variant(reserved: str, base: str) -> str:
    for kind in ("+C", "+D"):
        if reserved.startswith(("EDF" + kind, "BDF" + kind)):
            return base + kind
    return base


def _start_time(fixed: dict[str, list[str]]) -> str | None:
    """ISO 8601 from date and time, with the four-figure year of EDF+ where given; None if blank."""
    date = [int(part) for part in re.findall(r"[0-9]{1,2}", fixed["date"][0])]
    time = [int(part) for part in re.findall(r"[0-9]{1,2}", fixed["time"][0])]
    if len(date) != 3 or len(time) != 3:
        return None
    day, month, year = date
    full = _STARTDATE.match(fixed["recording"][0])
    try:
        if full:
            stated = datetime.strptime(full[1], "%d-%b-%Y")
            return stated.replace(hour=time[0], minute=time[1], second=time[2]).isoformat()
        century = 1900 if year >= PIVOT_YEAR else 2000
        return datetime(century + year, month, day, time[0], time[1], time[2]).isoformat()
    except ValueError:  # 00.00.00, or months in another language: no date, no harm
        return None


def _integer(name: str, text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise InputError(
            f"EDF header: {name} is {text!r}, not a whole number. The header is damaged."
        )
    return int(text)


def _decimal(name: str, text: str) -> float:
    if not _DECIMAL.fullmatch(text):
        raise InputError(f"EDF header: {name} is {text!r}, not a number. The header is damaged.")
    return float(text.replace(",", "."))
