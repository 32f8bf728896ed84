"""XDF recordings of LabRecorder, through pyxdf: the EMG stream, pauses as gaps, markers as annotations."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import Annotation, InputError, Recording, UnsupportedError
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.sampled import (
    Signal,
    Source,
    Span,
    array_source,
    extra,
    guarded,
    recording,
)
from fasciscope.datasets.select import Column
from fasciscope.datasets.text_clock import clock_of

KINDS = ("EMG", "EXG", "EEG")  # boards that send EMG often call it EEG
NEAR_S = 1.0
"""How far around a leap the stamps are looked at."""

LEAST_HZ = 50.0


def open_xdf(path: Path, options: ReadOptions) -> Recording:
    """Open the EMG stream of an .xdf file. Raises InputError if damaged, UnsupportedError if none."""
    pyxdf = extra("pyxdf")
    logging.getLogger("pyxdf").setLevel(logging.CRITICAL)  # its remarks are ours to make
    with guarded(path, "XDF"):
        streams, _ = pyxdf.load_xdf(str(path), dejitter_timestamps=False)
        source = _source(path, _choose(path, streams), streams)
    return recording(path, source, options)


def _choose(path: Path, streams: list[Any]) -> Any:
    usable = [s for s in streams if _first(s, "type") in KINDS and _rate(s) >= LEAST_HZ]
    usable.sort(key=lambda s: KINDS.index(_first(s, "type")))
    if not usable:
        found = ", ".join(
            f"{_first(s, 'name')} ({_first(s, 'type')}, {_rate(s):g} Hz)" for s in streams[:12]
        )
        raise UnsupportedError(
            f"{path.name} has no EMG stream of {LEAST_HZ:g} Hz or more: it holds {found or 'nothing'}."
        )
    same = [s for s in usable if _first(s, "type") == _first(usable[0], "type")]
    if len(same) > 1:
        raise UnsupportedError(
            f"{path.name} has {len(same)} streams of type {_first(same[0], 'type')}; record one a file."
        )
    return usable[0]


def _source(path: Path, stream: Any, streams: list[Any]) -> Source:
    rate_hz = _rate(stream)
    values: NDArray[np.float64] = np.asarray(stream["time_series"], dtype=np.float64)
    stamps: NDArray[np.float64] = np.asarray(stream["time_stamps"], dtype=np.float64)
    if values.ndim != 2 or len(values) == 0 or len(values) != len(stamps):
        raise InputError(f"{path.name}: the EMG stream holds no samples.")
    if not np.isfinite(stamps).all():
        raise InputError(f"{path.name}: time stamps of the EMG stream are no numbers. Is it whole?")
    columns = _columns(stream, values.shape[1], rate_hz)
    marks = tuple(
        Annotation(float(at) - float(stamps[0]), 0.0, str(text[0]))
        for other in streams
        if _first(other, "channel_format") == "string"
        for at, text in zip(other["time_stamps"], other["time_series"], strict=True)
    )
    runs = _runs(stamps, rate_hz)
    source = array_source(
        "XDF", _first(stream, "name"), [Signal(c) for c in columns], values, annotations=marks
    )
    return replace(source, spans=lambda _: runs)


def _runs(stamps: NDArray[np.float64], rate_hz: float) -> list[Span]:
    """Contiguous runs. A leap of the stamps is a gap unless the samples after it catch up.

    The stamps' own rate counts: the sender's clock drifts against the recorder's, by more in hours
    than a gap lasts. What is lost is told by the least delayed stamps on either side.
    """
    clock = clock_of(stamps, 1.0, rate_hz)
    if clock is None:
        return [Span(0, 0, len(stamps))]
    behind = stamps - stamps[0] - np.arange(len(stamps)) / clock.rate_hz
    near = int(NEAR_S * clock.rate_hz) + 1
    edges, lost = [0], [0]
    for row in (np.flatnonzero(np.diff(stamps) > clock.gap_s) + 1).tolist():  # leaps are few
        before = behind[max(edges[-1], row - near) : row].min()
        late = int((behind[row] - before) * clock.rate_hz)  # as long as a stalled sender needs
        missing_s = float(behind[row : row + near + late].min() - before)
        if missing_s > clock.gap_s - 1.0 / clock.rate_hz:
            edges.append(row)
            lost.append(lost[-1] + round(missing_s * clock.rate_hz))
    stops = [*edges[1:], len(stamps)]
    return [
        Span(row + gone, row, stop - row)
        for row, gone, stop in zip(edges, lost, stops, strict=True)
    ]


def _columns(stream: Any, n: int, rate_hz: float) -> list[Column]:
    described = (stream["info"].get("desc") or [None])[0] or {}
    channels = ((described.get("channels") or [{}])[0] or {}).get("channel") or []
    columns = []
    for i in range(n):
        about = channels[i] if i < len(channels) else {}
        name, unit, kind = (str((about.get(k) or [""])[0] or "") for k in ("label", "unit", "type"))
        columns.append(Column(name or f"ch{i + 1}", unit, kind, rate_hz))
    return columns


def _first(stream: Any, key: str) -> str:
    return str((stream["info"].get(key) or [""])[0])


def _rate(stream: Any) -> float:
    try:
        return float(_first(stream, "nominal_srate"))
    except ValueError:
        return 0.0
