"""Spike2 and BrainVision recordings, through neo's raw readers: lazy, piece by piece."""

import configparser
import math
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Annotation, InputError, Recording, uv_per_unit
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.sampled_columns import Sampled, Stretch, needs, recording_of
from fasciscope.datasets.select import Column

MAX_ANNOTATIONS = 100_000


def open_spike2(path: Path, options: ReadOptions) -> Recording:
    """Open a CED Spike2 .smr file. Raises InputError for a damaged one."""
    try:
        from neo.rawio import Spike2RawIO
    except ImportError as error:
        raise needs("neo", "Spike2") from error
    return _open(path, "Spike2", "CED Spike2", Spike2RawIO, path, options)


def open_brainvision(path: Path, options: ReadOptions) -> Recording:
    """Open a BrainVision recording by its .vhdr, .eeg or .vmrk.

    Raises InputError for a damaged one, or where one of the three files is missing.
    """
    try:
        from neo.rawio import BrainVisionRawIO
    except ImportError as error:
        raise needs("neo", "BrainVision") from error
    header = path.with_suffix(".vhdr")
    _check_sidecars(header)
    return _open(path, "BrainVision", "BrainVision", BrainVisionRawIO, header, options)


def _check_sidecars(header: Path) -> None:
    """The header's files are there, beside it and nowhere else."""
    if not header.exists():
        raise InputError(
            f"{header.name} is missing; a BrainVision recording is a .vhdr, an .eeg and a .vmrk."
        )
    parser = configparser.ConfigParser(strict=False, allow_no_value=True, interpolation=None)
    text = header.read_text(encoding="utf-8", errors="replace")
    start, end = text.find("[Common Infos]"), text.find("[Comment]")
    try:
        parser.read_string(text[start : end if end > 0 else None] if start >= 0 else "")
        names = [parser["Common Infos"][key] for key in ("DataFile", "MarkerFile")]
    except (configparser.Error, KeyError) as error:
        raise InputError(
            f"{header.name} names no DataFile and MarkerFile under [Common Infos]: it is damaged."
        ) from error
    for name in names:
        name = (name or "").replace("$b", header.stem)
        if Path(name).name != name or not name:
            raise InputError(f"{header.name} names {name!r}; its files must lie beside it.")
        if not (header.parent / name).exists():
            raise InputError(f"{header.name} names {name}, which is missing beside it.")


def _open(
    path: Path, name: str, device: str, reader: Any, file: Path, options: ReadOptions
) -> Recording:
    try:
        raw = reader(str(file))
        raw.parse_header()
        source = _source(raw, name, device)
    except InputError:
        raise
    except Exception as error:  # neo raises whatever its parsing runs into on damaged files
        raise InputError(
            f"{file.name} cannot be read as {name} ({type(error).__name__}: {error}). Is it whole?"
        ) from error
    return recording_of(path, source, options)


def _source(raw: Any, name: str, device: str) -> Sampled:
    signals = raw.header["signal_channels"]
    streams = [str(stream["id"]) for stream in raw.header["signal_streams"]]
    stream_of = [streams.index(str(signal["stream_id"])) for signal in signals]
    within = [stream_of[:i].count(stream_of[i]) for i in range(len(signals))]
    columns = [
        Column(str(s["name"]).split("@")[0], str(s["units"]).strip(), "", float(s["sampling_rate"]))
        for s in signals
    ]
    if any(not math.isfinite(c.rate_hz or 0.0) or (c.rate_hz or 0.0) <= 0 for c in columns):
        raise InputError("A channel has a sampling rate that is zero or no number.")
    gains = np.array([float(s["gain"]) for s in signals])
    offsets = np.array([float(s["offset"]) for s in signals])
    segments = range(raw.segment_count(0))

    def stretches(column: int) -> list[Stretch]:
        stream, rate_hz = stream_of[column], columns[column].rate_hz or 1.0
        origin = raw.get_signal_t_start(0, 0, stream)
        found: list[Stretch] = []
        for k in segments:
            at = round((raw.get_signal_t_start(0, k, stream) - origin) * rate_hz)
            at = max(at, found[-1].first_sample + found[-1].n_samples if found else 0)
            found.append(Stretch(at, int(raw.get_signal_size(0, k, stream))))
        return found

    def read(start: int, stop: int, chosen: list[int]) -> NDArray[np.float64]:
        segment, before = 0, 0
        while start - before >= raw.get_signal_size(0, segment, stream_of[chosen[0]]):
            before += int(raw.get_signal_size(0, segment, stream_of[chosen[0]]))
            segment += 1
        cut = [
            raw.get_analogsignal_chunk(
                0, segment, start - before, stop - before, stream_of[c], channel_indexes=[within[c]]
            )[:, 0]
            for c in chosen
        ]
        values: NDArray[np.float64] = np.stack(cut, axis=1) * gains[chosen] + offsets[chosen]
        return values

    steps = tuple(
        abs(float(g)) * scale if (scale := uv_per_unit(c.unit)) is not None else None
        for g, c in zip(gains, columns, strict=True)
    )
    return Sampled(
        name, device, columns, stretches, read, _annotations(raw), (), _start(raw), steps
    )


def _annotations(raw: Any) -> tuple[Annotation, ...]:
    """Markers of the first segment, in seconds from its first sample."""
    found = []
    origin = raw.get_signal_t_start(0, 0, 0) if raw.signal_streams_count() else 0.0
    for k in range(raw.event_channels_count()):
        if raw.event_count(0, 0, k) > MAX_ANNOTATIONS:
            raise InputError("The file has more than a hundred thousand markers: it is damaged.")
        stamps, durations, labels = raw.get_event_timestamps(0, 0, k)
        onsets = raw.rescale_event_timestamp(stamps, "float64", k) - origin
        for i, onset in enumerate(onsets):
            length = 0.0 if durations is None else float(durations[i])
            found.append(Annotation(float(onset), length, str(labels[i])))
    return tuple(sorted(found, key=lambda a: a.onset_s))


def _start(raw: Any) -> str | None:
    annotations = getattr(raw, "raw_annotations", None) or {}
    blocks = annotations.get("blocks") or [{}]
    when = blocks[0].get("rec_datetime")
    return when.isoformat() if isinstance(when, datetime) else None
