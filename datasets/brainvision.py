"""BrainVision recordings: header (.vhdr), samples (.eeg, .dat) and markers (.vmrk) side by side.

Source: BrainVision Core Data Format 1.0. Read here rather than by neo, which asks for UTF-8 and a marker
file, loses the units of lines with more than four fields, counts markers from 1 and joins
what was recorded before and after a pause. A further "New Segment" marker is a pause: a gap as long
as the dates of the markers say, of one sample where they say nothing. Of samples that were cut short
the whole ones are read, unless they stand channel after channel: then it is not known where each begins.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Annotation, InputError, Recording, UnsupportedError
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.sampled import Signal, Source, Span, recording
from fasciscope.datasets.select import Column

FORM = "BrainVision"
MAX_TEXT_BYTES = 1 << 24
MAX_CHANNELS = 4096

DTYPES = {"INT_16": "<i2", "INT_32": "<i4", "IEEE_FLOAT_32": "<f4", "UINT_16": "<u2"}

Sections = dict[str, dict[str, str]]

_SECTION = re.compile(r"^\[(.+)\]\s*$")
NEW_SEGMENT = "New Segment"


@dataclass(frozen=True, slots=True)
class Samples:
    """The file of samples: `n_rows` of `n_channels`, channel after channel if `vectorized`."""

    path: Path
    dtype: np.dtype[np.generic]
    n_rows: int
    n_channels: int
    vectorized: bool
    notes: tuple[str, ...] = ()

    def rows(self, chosen: list[int], start: int, stop: int) -> NDArray[np.generic]:
        """Counts of the chosen channels, (stop - start, n_chosen)."""
        shape = (
            (self.n_channels, self.n_rows) if self.vectorized else (self.n_rows, self.n_channels)
        )
        try:
            stored: NDArray[np.generic] = np.memmap(self.path, self.dtype, "r", shape=shape)
        except (OSError, ValueError) as error:  # ValueError: it has become shorter
            raise InputError(f"{self.path.name} cannot be read: {error}.") from error
        return (stored.T if self.vectorized else stored)[start:stop, chosen]


@dataclass(frozen=True, slots=True)
class Marker:
    """One marker; `at` is its sample counted from 0."""

    kind: str
    text: str
    at: int
    n_samples: int
    date: str


def open_brainvision(path: Path, options: ReadOptions) -> Recording:
    """Open a BrainVision recording by any of its files.

    Raises InputError for a damaged header or files that are not there, UnsupportedError for samples
    stored as text.
    """
    header_path = (
        path if path.suffix.lower() == ".vhdr" else _beside(path, path, (".vhdr", ".VHDR"))
    )
    header = _sections(header_path, "Header")
    try:
        return _opened(header_path, header, options)
    except (KeyError, ValueError, OverflowError) as error:
        raise InputError(
            f"{header_path.name} is no whole BrainVision header ({error} is missing or no number). "
            f"Copy it again."
        ) from error


def _opened(path: Path, header: Sections, options: ReadOptions) -> Recording:
    common = header["Common Infos"]
    interval_us = float(common["SamplingInterval"])
    if not 0 < interval_us < 1e6:  # not a number fails too
        raise InputError(f"{path.name}: a sampling interval of {interval_us:g} us is none of EMG.")
    rate_hz = 1e6 / interval_us
    samples = _samples(path, header)
    signals = [_signal(header, i + 1, samples.dtype, rate_hz) for i in range(samples.n_channels)]
    told = _markers(path, common.get("MarkerFile", ""))
    markers = [marker for marker in told if marker.at <= samples.n_rows]
    beyond = len(told) - len(markers)
    left_out = (f"{beyond} markers behind the last sample were left out.",) if beyond else ()
    spans, notes = _spans(markers, rate_hz, samples.n_rows)
    source = Source(
        FORM,
        FORM,
        signals,
        lambda _: spans,
        samples.rows,
        start_time=_date(next((m.date for m in markers if m.kind == NEW_SEGMENT), "")),
        notes=(*samples.notes, *left_out, *notes),
        annotations=_annotations(markers, spans, rate_hz),
    )
    return recording(path, source, options)


def _sections(path: Path, what: str) -> Sections:
    """The sections of an INI file; texts behind [Comment] are passed over."""
    try:
        with path.open("rb") as handle:
            raw = handle.read(MAX_TEXT_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    if len(raw) > MAX_TEXT_BYTES:
        raise InputError(
            f"{path.name} is larger than {MAX_TEXT_BYTES} bytes, the most that is read of a "
            f"BrainVision {what} file. Split the recording."
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:  # "Codepage=ANSI"
        text = raw.decode("cp1252", errors="replace")
    lines = text.splitlines()
    if not lines or not re.match(rf"^\s*Brain ?Vision Data Exchange {what} File", lines[0]):
        raise InputError(
            f"{path.name} begins {lines[0][:40] if lines else ''!r}, not "
            f"'BrainVision Data Exchange {what} File'. Is it a BrainVision file?"
        )
    found: Sections = {}
    section: dict[str, str] = {}
    for line in lines[1:]:
        if match := _SECTION.match(line):
            section = found.setdefault(match[1], {})
        elif "=" in line and not line.startswith(";"):
            key, _, value = line.partition("=")
            section.setdefault(key.strip(), value.strip())
    return found


def _beside(path: Path, named: Path, endings: Sequence[str]) -> Path:
    """The file `named`, or the one with the name of `path`: people rename the three files."""
    if named != path and named.is_file():
        return named
    for ending in endings:
        if path.with_suffix(ending).is_file():
            return path.with_suffix(ending)
    raise InputError(
        f"{path.name} needs {named.name if named != path else path.stem + endings[0]} beside it. "
        f"Copy the .vhdr, .eeg and .vmrk files together."
    )


def _named(path: Path, name: str) -> Path:
    """A file that the header names, in the header's folder only."""
    bare = name.replace("$b", path.stem)
    if not bare or "/" in bare or "\\" in bare or "\0" in bare or bare in (".", ".."):
        raise InputError(
            f"{path.name} names the file {name!r}; files are only read from the header's own folder. "
            f"Put it there and name it without a folder."
        )
    return path.with_name(bare)


def _samples(path: Path, header: Sections) -> Samples:
    common = header["Common Infos"]
    if common.get("DataFormat", "BINARY").upper() != "BINARY":
        raise UnsupportedError(
            f"{path.name}: the samples are stored as text, which is not read. Export them as binary."
        )
    form = header.get("Binary Infos", {}).get("BinaryFormat", "INT_16").upper()
    if form not in DTYPES:
        raise UnsupportedError(
            f"{path.name}: the binary format is {form}; read are {', '.join(DTYPES)}."
        )
    n_channels = int(common["NumberOfChannels"])
    if not 1 <= n_channels <= MAX_CHANNELS:
        raise InputError(f"{path.name} says {n_channels} channels; 1 to {MAX_CHANNELS} are read.")
    data = _beside(path, _named(path, common["DataFile"]), (".eeg", ".dat", ".EEG"))
    dtype = np.dtype(DTYPES[form])
    vectorized = common.get("DataOrientation", "MULTIPLEXED").upper() == "VECTORIZED"
    n_rows, rest = divmod(data.stat().st_size, dtype.itemsize * n_channels)
    if n_rows == 0:
        raise InputError(
            f"{data.name} has {data.stat().st_size} bytes, not one sample of {n_channels} channels in "
            f"{form}. Was it copied whole?"
        )
    notes = _shortness(n_rows, rest, common.get("DataPoints", ""))
    if notes and vectorized:
        raise InputError(
            f"{data.name} has {data.stat().st_size} bytes, which are not whole samples of {n_channels} "
            f"channels in {form}, one channel after the other. It was cut short, or belongs to another "
            f"header: copy it again."
        )
    return Samples(data, dtype, n_rows, n_channels, vectorized, notes)


def _shortness(n_rows: int, rest: int, told: str) -> tuple[str, ...]:
    """The note on a file that ends early; `rest` bytes are left over, `told` are its DataPoints."""
    if told.isdecimal() and n_rows < int(told):
        return (f"The recording is cut short: {n_rows} of {int(told)} samples are there.",)
    if rest:
        return (
            f"The recording is cut short: {n_rows} samples are whole, {rest} bytes are left over.",
        )
    return ()


def _signal(header: Sections, number: int, dtype: np.dtype[np.generic], rate_hz: float) -> Signal:
    """A channel line: name, reference, resolution, unit. An empty unit is uV: the format says so."""
    infos = header["Channel Infos"]
    line = infos.get(f"Ch{number}") or infos[f"ch{number}"]
    name, _, told, unit = (*line.split(","), "", "", "")[:4]
    column = Column(name.replace("\\1", ",") or f"ch{number}", unit.strip() or "uV", "", rate_hz)
    gain = float(told or 1.0)
    if not 0 < abs(gain) < np.inf:
        raise ValueError(f"a resolution of {told}")
    if dtype.kind == "f":
        return Signal(column, gain)
    rails = np.iinfo(dtype.str)
    return Signal(column, gain, 0.0, (float(rails.min), float(rails.max)))


def _markers(path: Path, name: str) -> list[Marker]:
    """Markers in order; none where the header names no file of them."""
    if not name:
        return []
    file = _beside(path, _named(path, name), (".vmrk", ".VMRK"))
    lines = _sections(file, "Marker").get("Marker Infos", {})
    try:
        found = [_marker(line) for key, line in lines.items() if key.startswith("Mk")]
    except (ValueError, IndexError) as error:
        raise InputError(
            f"{file.name} has a marker that is not `type,text,position,size,channel` ({error}). "
            f"Correct it, or clear MarkerFile in {path.name} to read the recording without markers."
        ) from error
    return sorted(found, key=lambda marker: marker.at)


def _marker(line: str) -> Marker:
    cells = line.split(",")
    kind, text, at, size = cells[:4]
    date = cells[5] if len(cells) > 5 else ""
    return Marker(kind, text.replace("\\1", ","), max(0, int(at) - 1), int(size or 1), date)


def _spans(
    markers: list[Marker], rate_hz: float, n_rows: int
) -> tuple[list[Span], tuple[str, ...]]:
    """A span a segment, and a note where the length of a pause is not known."""
    begun = {m.at: m for m in markers if m.kind == NEW_SEGMENT and 0 < m.at < n_rows}
    before = next((m for m in markers if m.kind == NEW_SEGMENT and m.at == 0), None)
    edges = [0, *begun, n_rows]
    spans, gone, unknown = [Span(0, 0, edges[1])], 0, 0
    for at, stop in pairwise(edges[1:]):
        lost = _lost(before, begun[at], rate_hz)
        unknown += lost is None
        gone += 1 if lost is None else lost
        spans.append(Span(at + gone, at, stop - at))
        before = begun[at]
    note = (
        f"{unknown} pauses of unknown length are in the recording; times after them are too early."
    )
    return spans, (note,) if unknown else ()


def _lost(before: Marker | None, after: Marker, rate_hz: float) -> int | None:
    begun = [_moment(marker.date) for marker in (before, after) if marker is not None]
    if before is None or None in begun:
        return None
    elapsed_s = (begun[1] - begun[0]).total_seconds()  # type: ignore[operator]
    lost = round(elapsed_s * rate_hz) - (after.at - before.at)
    return lost if lost >= 0 else None  # dates that run backwards tell nothing


def _moment(date: str) -> datetime | None:
    try:
        return datetime.strptime(date, "%Y%m%d%H%M%S%f")
    except ValueError:  # absent, or all zeros where it was anonymised
        return None


def _date(date: str) -> str | None:
    moment = _moment(date)
    return None if moment is None else moment.isoformat()


def _annotations(
    markers: list[Marker], spans: list[Span], rate_hz: float
) -> tuple[Annotation, ...]:
    """All markers but those of segments; a length of one sample is a moment."""
    starts = [span.first_row for span in spans]
    told = [marker for marker in markers if marker.kind != NEW_SEGMENT]
    within = np.searchsorted(starts, [marker.at for marker in told], side="right") - 1
    return tuple(
        Annotation(
            (marker.at + spans[i].first_sample - spans[i].first_row) / rate_hz,
            marker.n_samples / rate_hz if marker.n_samples > 1 else 0.0,
            marker.text or marker.kind,
        )
        for i, marker in zip(within.tolist(), told, strict=True)
    )
