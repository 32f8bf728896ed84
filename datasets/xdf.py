"""XDF recordings of LabRecorder, through pyxdf: the EMG stream, pauses as gaps, markers as annotations."""

import logging
from dataclasses import replace
from itertools import pairwise
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

KINDS = ("EMG", "EXG", "EEG")  # boards that send EMG often call it EEG
GAP_STEPS = 1.5
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
    """Contiguous runs: the stamps pause where they leap by more than jitter and never catch up."""
    behind = stamps - stamps[0] - np.arange(len(stamps)) / rate_hz
    settled = np.minimum.accumulate(behind[::-1])[::-1]  # what later stamps do not take back
    leaps = np.flatnonzero(np.diff(settled) > max(GAP_STEPS / rate_hz, 0.1)) + 1
    edges = [0, *leaps.tolist(), len(stamps)]
    runs: list[Span] = []
    for start, stop in pairwise(edges):
        lost = round(max(0.0, float(settled[start] - settled[0])) * rate_hz)
        first = start + lost
        least = runs[-1].first_sample + runs[-1].n_rows if runs else 0
        runs.append(Span(max(first, least), start, stop - start))
    return runs


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
