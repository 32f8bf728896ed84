"""The folder of a recorded session: what it holds, and how it is read again.

``signal.bdf`` (or ``.edf``) grows while the session is recorded; what is known of it stands in
``session.open.json`` meanwhile, and in ``session.json`` when it is whole. Read through these facts the
samples have the very scale, gaps and flags that they had when they came.
"""

import json
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import (
    FILL_S,
    ChannelInfo,
    Flag,
    InputError,
    Provenance,
    Recording,
    SampleBlock,
    StreamInfo,
)
from fasciscope.core.channel import Side
from fasciscope.datasets.edf import file_pieces
from fasciscope.datasets.edf_annotations import read_tals
from fasciscope.datasets.edf_header import Header, read_header
from fasciscope.datasets.edf_writer import BEYOND, MISSING, STATUS, CountRange
from fasciscope.datasets.options import ReadOptions

SCHEMA_VERSION = "1.0"
FACTS = "session.json"
OPEN_FACTS = "session.open.json"
SIGNALS = ("signal.bdf", "signal.edf")
EVENTS = "events.tsv"
CLOCK = "clock.tsv"
WIRE = "wire.bin"
WIRE_TIMES = "wire.tsv"
FORMAT = "fasciscope session"
MOST_BYTES = 1 << 22
"""Facts are never longer."""
MOST_COUNT = 1 << 23

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What is known of a session while it is recorded: the stream, and each channel's range of counts.

    `source` is what was asked for; `settings` what the analysis was told; `start_time` ISO 8601.
    """

    info: StreamInfo
    ranges: tuple[CountRange, ...]
    start_time: str
    board: str
    source: str
    notes: tuple[str, ...] = ()
    settings: dict[str, Json] = field(default_factory=dict)

    @property
    def signal_name(self) -> str:
        """The file of the samples: EDF where 16 bits hold every count, else BDF."""
        return SIGNALS[all(spread.bits == 16 for spread in self.ranges)]

    def to_json(self) -> dict[str, Json]:
        """The facts in JSON's types."""
        info = self.info
        return {
            "schema_version": SCHEMA_VERSION,
            "generator": "fasciscope",
            "source": self.source,
            "board": self.board,
            "device": info.device,
            "start_time": self.start_time,
            "rate_hz": info.rate_hz,
            "bandwidth_hz": None if info.bandwidth_hz is None else list(info.bandwidth_hz),
            "resolution_uv": info.resolution_uv,
            "envelope": info.envelope,
            "tier": {"letter": info.tier.letter, "reason": info.tier.reason},
            "channels": [
                {**asdict(channel), "low": spread.low, "high": spread.high}
                for channel, spread in zip(info.channels, self.ranges, strict=True)
            ],
            "notes": list(self.notes),
            "settings": self.settings,
        }


def is_session(path: Path) -> bool:
    """True for a folder that a recording was written into, whole or not."""
    return any((path / name).is_file() for name in (FACTS, OPEN_FACTS))


def read_facts(folder: Path) -> tuple[SessionFacts, bool]:
    """The facts of a session, and whether it is whole. Raises InputError where they are damaged."""
    whole = (folder / FACTS).is_file()
    path = folder / (FACTS if whole else OPEN_FACTS)
    try:
        with path.open("rb") as handle:
            return _facts(json.loads(handle.read(MOST_BYTES))), whole
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{path} is damaged ({error!r}). The samples can still be read: name "
            f"{folder}/signal.bdf or signal.edf itself."
        ) from error


def _facts(read: dict[str, object]) -> SessionFacts:
    channels = _listed(read["channels"])
    band = read["bandwidth_hz"]
    low_high = None if band is None else tuple(float(edge) for edge in _listed(band))
    info = StreamInfo(
        device=str(read["device"]),
        rate_hz=float(_number(read["rate_hz"])),
        channels=tuple(_channel(one) for one in channels),
        bandwidth_hz=None if low_high is None else (low_high[0], low_high[1]),
        resolution_uv=_maybe(read["resolution_uv"]),
        envelope=bool(read["envelope"]),
    )
    ranges = tuple(map(_range, channels))
    return SessionFacts(
        info,
        ranges,
        start_time=str(read["start_time"]),
        board=str(read["board"]),
        source=str(read["source"]),
        notes=tuple(str(note) for note in _listed(read["notes"])),
        settings=dict(_mapping(read["settings"])),
    )


def _range(one: dict[str, Json]) -> CountRange:
    low, high, scale = (
        _number(one["low"]),
        _number(one["high"]),
        _maybe(one["uv_per_count"]),
    )
    if not -MOST_COUNT <= low < high < MOST_COUNT:
        raise ValueError(f"counts from {low} to {high}")
    if scale is not None and not 0.0 < scale < 1e6:
        raise ValueError(f"{scale} microvolts a count")
    return CountRange(int(low), int(high), scale)


def _channel(one: dict[str, Json]) -> ChannelInfo:
    side: Side | None = None
    for word in ("left", "right", "midline"):
        if one["side"] == word:
            side = word
    muscle = None if one["muscle"] is None else str(one["muscle"])
    return ChannelInfo(str(one["name"]), _maybe(one["uv_per_count"]), muscle, side)


def _listed(value: object) -> list:  # type: ignore[type-arg]
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return value


def _mapping(value: object) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is no object")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return value


def _maybe(value: object) -> float | None:
    return None if value is None else float(_number(value))


def open_session(folder: Path, options: ReadOptions | None = None) -> Recording:
    """Open a session's folder as a recording; one that was interrupted as far as it was written.

    Raises InputError where the folder holds no session or a damaged one; UsageError for channels
    that are not there.
    """
    facts, whole = read_facts(folder)
    path = folder / facts.signal_name
    header = read_header(path)
    _check(header, facts, path)
    picks = _picks(facts.info, options or ReadOptions())
    info = replace(facts.info, channels=tuple(facts.info.channels[k] for k in picks))
    ranges = [facts.ranges[k] for k in picks]
    tals = read_tals(path, header)
    unrepaired = (
        () if whole else ("The recording was interrupted; 'fasciscope repair' makes it whole.",)
    )
    n_samples = _end(path, header)

    def blocks() -> Iterator[SampleBlock]:
        return _blocks(path, header, info, picks, ranges)

    provenance = Provenance(str(folder), FORMAT, facts.start_time, (*facts.notes, *unrepaired))
    return Recording(info, blocks, provenance, tuple(tals.annotations), n_samples)


def _check(header: Header, facts: SessionFacts, path: Path) -> None:
    labels = [s.label for s in header.signals if not s.annotates]
    named = [c.name[:16].strip() for c in facts.info.channels]
    if labels != [*named, STATUS]:
        raise InputError(
            f"{path} holds the signals {', '.join(labels)}, but the session's facts say "
            f"{', '.join(named)}. These files do not belong together."
        )


def _picks(info: StreamInfo, options: ReadOptions) -> list[int]:
    from fasciscope.datasets.select import Column, choose

    if not options.channels:
        return list(range(info.n_channels))
    return choose([Column(c.name, "uV", rate_hz=info.rate_hz) for c in info.channels], options)


def _rows(path: Path, header: Header) -> Generator[tuple[int, NDArray[np.int32]], None, None]:
    """(first sample, counts with the status last), up to the end of the recording."""
    for first, counts in file_pieces(path, header, [s for s in header.signals if not s.annotates]):
        rows = counts.astype(np.int32, copy=False)
        beyond = np.flatnonzero(rows[:, -1] & BEYOND)
        if len(beyond):
            yield first, rows[: beyond[0]]
            return
        yield first, rows


def _end(path: Path, header: Header) -> int:
    """How many samples the recording spans: the last record's status tells where it ended."""
    signal = next(s for s in header.signals if s.label == STATUS)
    n_records = header.n_records
    while n_records:
        last = replace(header, n_records=n_records)
        rows = list(file_pieces(path, last, [signal], first_record=n_records - 1))
        status = np.concatenate([counts[:, 0] for _, counts in rows])
        inside = np.flatnonzero((status & BEYOND) == 0)
        if len(inside):
            return (n_records - 1) * signal.samples + int(inside[-1]) + 1
        n_records -= 1
    return 0


def _blocks(
    path: Path, header: Header, info: StreamInfo, picks: list[int], ranges: list[CountRange]
) -> Iterator[SampleBlock]:
    """Blocks with the flags that they had: a short run of lost samples flagged, a long one left out."""
    fill_n = round(FILL_S * info.rate_hz)
    scale = np.array([r.uv_per_count or 1.0 for r in ranges])
    low, high = np.array([r.low for r in ranges]), np.array([r.high for r in ranges])
    waiting = np.empty((0, len(picks) + 1), np.int32)  # lost samples at the end of a piece
    begun = 0  # how many were lost in this run before those
    for first, piece in _rows(path, header):
        rows = np.concatenate([waiting, piece[:, [*picks, -1]]])
        start = first - len(waiting)
        missing = (rows[:, -1] & MISSING) != 0
        kept = len(rows) - _trailing(missing)
        for at, stop in _stretches(missing[:kept], fill_n, begun):
            counts = rows[at:stop, :-1]
            flags = _flags(counts, missing[at:stop], low, high)
            yield SampleBlock(info, start + at, counts * scale, flags)
        run = len(rows) - kept + (begun if kept == 0 else 0)
        waiting = rows[kept:] if run <= fill_n else rows[:0]
        begun = run - len(waiting)


def _trailing(missing: NDArray[np.bool_]) -> int:
    """How many are missing at the end."""
    there = np.flatnonzero(~missing)
    return len(missing) - (int(there[-1]) + 1 if len(there) else 0)


def _stretches(missing: NDArray[np.bool_], fill_n: int, begun: int) -> Iterator[tuple[int, int]]:
    """(start, stop) between runs of more than `fill_n`; `begun` went before the run at the start."""
    edges = np.flatnonzero(np.diff(missing, prepend=False, append=False))
    start = 0
    for low, high in edges.reshape(-1, 2):
        if high - low + (begun if low == 0 else 0) > fill_n:
            if low > start:
                yield start, int(low)
            start = int(high)
    if start < len(missing):
        yield start, len(missing)


def _flags(
    counts: NDArray[np.int32],
    missing: NDArray[np.bool_],
    low: NDArray[np.int_],
    high: NDArray[np.int_],
) -> NDArray[np.uint8] | None:
    railed = (counts <= low) | (counts >= high)
    if not missing.any() and not railed.any():
        return None
    flags = np.where(railed, np.uint8(Flag.CLIPPED), np.uint8(0))
    flags[missing] = int(Flag.MISSING)
    return flags
