"""WFDB headers (.hea): record line, signal lines, and what of them is not read here.

Source: WFDB Applications Guide, header(5). Optional fields are optional here; where the guide gives a
default for a missing rate (250 Hz) or gain (200 a mV), the person is asked instead. Comments, which hold
the patient's age and diagnoses, are passed over.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fasciscope.core import InputError, UnsupportedError

MAX_HEADER_BYTES = 1 << 20
MAX_SIGNALS = 4096

_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_INT = r"[+-]?[0-9]{1,12}"
_RECORD = re.compile(
    rf"(?P<name>[^\s/]+)(?P<segments>/{_INT})?\s+(?P<signals>{_INT})"
    rf"(?:\s+(?P<rate>{_NUMBER})(?:/{_NUMBER}(?:\({_NUMBER}\))?)?"
    rf"(?:\s+(?P<samples>{_INT})(?:\s+(?P<time>[0-9:.]+)(?:\s+(?P<date>[0-9/]+))?)?)?)?\s*"
)
_FORMAT = re.compile(
    rf"(?P<format>[0-9]{{1,6}})(?:x(?P<frame>{_INT}))?(?::(?P<skew>{_INT}))?(?:\+(?P<offset>{_INT}))?"
)
_GAIN = re.compile(rf"(?P<gain>{_NUMBER})(?:\((?P<baseline>{_INT})\))?(?:/(?P<unit>\S+))?")


@dataclass(frozen=True, slots=True)
class WfdbSignal:
    """One signal line. `unit` is "" and `gain` 1 where the header gives no gain (uncalibrated).

    A count is ``(count - baseline) / gain`` in `unit`. `bits` is the converter's resolution, 0 if
    unknown, and `zero` the count at the middle of its range.
    """

    file: str
    format: str
    offset: int
    gain: float
    baseline: int
    unit: str
    bits: int
    zero: int
    name: str


@dataclass(frozen=True, slots=True)
class WfdbHeader:
    """A record: `rate_hz` None and `n_samples` 0 where the header is silent."""

    record: str
    rate_hz: float | None
    n_samples: int
    start_time: str | None
    signals: tuple[WfdbSignal, ...]


def read_wfdb_header(path: Path) -> WfdbHeader:
    """Read a single-segment header.

    Raises InputError for a damaged header or for signal files outside its folder, UnsupportedError
    for several segments, several samples a frame, skew, or signals without a file.
    """
    lines = _lines(path)
    record = _RECORD.fullmatch(lines[0])
    if record is None:
        raise InputError(
            f"{path.name}: the first line is {lines[0][:60]!r}; a WFDB header begins with name, number "
            f"of signals, rate and number of samples. Is it a WFDB header?"
        )
    if record["segments"]:
        raise UnsupportedError(
            f"{path.name} joins several segments, which are not read together. Open the segments' own "
            f"headers, or join them with `xform -i {record['name']} -o joined`."
        )
    n_signals = int(record["signals"])
    if not 1 <= n_signals <= MAX_SIGNALS or len(lines) < 1 + n_signals:
        raise InputError(
            f"{path.name} says {n_signals} signals and describes {len(lines) - 1}; 1 to {MAX_SIGNALS} "
            f"are read. The header is damaged."
        )
    return WfdbHeader(
        record=record["name"],
        rate_hz=_finite(path, "rate", record["rate"] or "0") or None,
        n_samples=max(0, int(record["samples"] or 0)),
        start_time=_start_time(record["time"], record["date"]),
        signals=tuple(_signal(path, i, line) for i, line in enumerate(lines[1 : 1 + n_signals])),
    )


def _lines(path: Path) -> list[str]:
    """The lines that are no comments; CR LF and LF alike."""
    try:
        with path.open("rb") as handle:
            raw = handle.read(MAX_HEADER_BYTES)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    text = raw.decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if not lines:
        raise InputError(f"{path.name} has no record line. Was the header copied whole?")
    return lines


def _signal(path: Path, index: int, line: str) -> WfdbSignal:
    # file format [gain [bits [zero [first value [checksum [block size [description]]]]]]]
    cells = line.split(None, 8)
    form = _FORMAT.fullmatch(cells[1]) if len(cells) > 1 else None
    if form is None:
        raise InputError(
            f"{path.name}: signal {index + 1} is {line[:60]!r}; it must begin with a file name and a "
            f"format number. The header is damaged."
        )
    _refuse(path, index, cells[0], form)
    bits, zero = (_whole(path, cells[i]) if len(cells) > i else 0 for i in (3, 4))
    gain, baseline, unit = _gain(path, index, cells[2] if len(cells) > 2 else "0", zero)
    return WfdbSignal(
        file=cells[0],
        format=form["format"],
        offset=int(form["offset"] or 0),
        gain=gain,
        baseline=baseline,
        unit=unit,
        bits=bits if 0 < bits <= 32 else 0,
        zero=zero,
        name=cells[8].strip() if len(cells) > 8 else f"signal {index + 1}",
    )


def _refuse(path: Path, index: int, file: str, form: re.Match[str]) -> None:
    """Raise for what would be read wrongly."""
    if file in (".", "..") or "/" in file or "\\" in file or ":" in file or "\0" in file:
        raise InputError(
            f"{path.name}: signal {index + 1} lies in {file!r}; signal files are only read from the "
            f"header's own folder. Put the file there and name it without a folder."
        )
    reasons = {
        "has no signal file (~)": file == "~",
        "has several samples a frame": int(form["frame"] or 1) != 1,
        "is skewed against the others": int(form["skew"] or 0) != 0,
    }
    for reason, present in reasons.items():
        if present:
            raise UnsupportedError(
                f"{path.name}: signal {index + 1} {reason}, which is not read. Convert the record "
                f"with `xform`, or with wfdb-python's rdrecord and wrsamp."
            )


def _gain(path: Path, index: int, cell: str, zero: int) -> tuple[float, int, str]:
    match = _GAIN.fullmatch(cell)
    if match is None:
        raise InputError(
            f"{path.name}: signal {index + 1} has the gain {cell[:40]!r}; it must look like 200(0)/mV. "
            f"Correct the header."
        )
    gain = _finite(path, "gain", match["gain"])
    baseline = zero if match["baseline"] is None else int(match["baseline"])
    if gain == 0:  # the guide: zero or missing means uncalibrated
        return 1.0, baseline, ""
    return gain, baseline, match["unit"] or "mV"


def _finite(path: Path, name: str, text: str) -> float:
    value = float(text)
    if value != 0 and not 1e-12 <= abs(value) <= 1e15:  # infinite ones too
        raise InputError(f"{path.name}: the {name} is {text}. The header is damaged.")
    return value


def _whole(path: Path, text: str) -> int:
    if not re.fullmatch(_INT, text):
        raise InputError(f"{path.name}: {text[:40]!r} stands where a whole number must.")
    return int(text)


def _start_time(time: str | None, date: str | None) -> str | None:
    """ISO 8601 from ``h:m:s[.f]`` and ``d/m/y``; None unless both are there and sound."""
    try:
        day = datetime.strptime(date or "", "%d/%m/%Y").date()
        clock = datetime.strptime(
            time or "", "%H:%M:%S.%f" if "." in (time or "") else "%H:%M:%S"
        ).time()
    except ValueError:  # absent or unusual: no date, no harm
        return None
    return datetime.combine(day, clock).isoformat()
