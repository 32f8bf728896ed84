"""OpenSignals (PLUX, BITalino) HDF5 recordings, with the sensors' published transfer functions.

A group a device: ``raw/channel_N`` with its sensor, and ``raw/nSeq``, a counter that wraps; samples
that it lacks are gaps.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fasciscope.core import InputError, MissingFactError, Recording, UnsupportedError
from fasciscope.datasets.hdf5 import check_hdf5, opened_hdf5
from fasciscope.datasets.opensignals import transfer_uv_per_count
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.sampled import Signal, Source, Span, guarded, recording
from fasciscope.datasets.select import Column

FORM = "OpenSignals HDF5"
MAX_BITS = 32
COUNTER_BITS = (4, 8, 16, 32)
"""Where nSeq may wrap: the smallest that holds its highest number."""


@dataclass(frozen=True, slots=True)
class _Channel:
    """A data set of a device, by their names in the file."""

    device: str
    name: str
    signal: Signal


def open_opensignals_hdf5(path: Path, options: ReadOptions) -> Recording:
    """Open an OpenSignals .h5 file; the counter is read, samples are not.

    Raises InputError for a damaged file, UnsupportedError for other HDF5, MissingFactError where
    the rate or a sensor's transfer function is unknown, or where the channels are of several devices.
    """
    check_hdf5(path)
    with guarded(path, FORM), opened_hdf5(path) as handle:
        # "raw" in a table instead of a group would compare it with every row
        groups = [name for name in handle if hasattr(handle[name], "keys")]
        devices = [name for name in groups if "raw" in handle[name]]
        if not devices:
            raise UnsupportedError(
                f"{path.name} is HDF5, but not of OpenSignals: no device with 'raw' among "
                f"{', '.join(list(handle)[:8]) or 'nothing'}. Export it as CSV or EDF."
            )
        several = len(devices) > 1
        channels = [c for d in devices for c in _channels(path, handle[d], several, options)]
        start_time = _start_time(handle[devices[0]].attrs)
        device = _text(handle[devices[0]].attrs.get("device", "")) or "OpenSignals"

    def spans(chosen: list[int]) -> list[Span]:
        names = {channels[i].device for i in chosen}
        if len(names) > 1:
            raise MissingFactError(
                f"{path.name}: the channels are of {len(names)} devices ({', '.join(sorted(names))}), "
                f"each with a clock of its own.",
                "--channels (those of one device)",
            )
        with opened_hdf5(path) as handle:
            return _spans(path, handle[names.pop()]["raw"], channels[chosen[0]].name)

    def rows(chosen: list[int], start: int, stop: int) -> NDArray[Any]:
        with opened_hdf5(path) as handle:
            picked = [handle[channels[i].device]["raw"][channels[i].name] for i in chosen]
            return np.stack([data[start:stop].reshape(-1) for data in picked], axis=1)

    signals = [channel.signal for channel in channels]
    source = Source(FORM, device, signals, spans, rows, start_time=start_time)
    return recording(path, source, options)


def _channels(path: Path, group: Any, several: bool, options: ReadOptions) -> Iterator[_Channel]:
    """The analog channels of a device, in the order of their numbers, which `resolution` follows."""
    attrs, raw = group.attrs, group["raw"]
    numbered = {int(name[8:]): name for name in raw if name.startswith("channel_")}
    if not numbered:
        raise InputError(f"{path.name} holds no channel. Was the recording stopped at once?")
    told = attrs.get("sampling rate")
    rate_hz = None if told is None else float(told)
    bits = [int(b) for b in np.atleast_1d(attrs.get("resolution", []))]
    if any(not 1 <= b <= MAX_BITS for b in bits):
        raise InputError(
            f"{path.name} has resolutions of {bits} bits; allowed are 1 to {MAX_BITS}."
        )
    device = group.name.strip("/")
    for place, number in enumerate(sorted(numbered)):
        about = raw[numbered[number]].attrs
        sensor = _text(about.get("sensor", ""))
        label = _text(about.get("label", "")) or f"channel {number}"
        name = f"{sensor} {label}".strip() + (f" {device}" if several else "")
        n_bits = bits[place] if place < len(bits) else None
        signal = _signal(
            Column(name, "", sensor, rate_hz),
            _text(attrs.get("device", "")),
            n_bits,
            options,
        )
        yield _Channel(device, numbered[number], signal)


def _signal(column: Column, device: str, bits: int | None, options: ReadOptions) -> Signal:
    """With the sensor's scale in microvolts; plain counts where the person names a unit."""
    if bits is None:
        return Signal(column)
    rails = (0.0, 2.0**bits - 1)
    gain = transfer_uv_per_count(device, column.kind, bits)
    if gain is None or options.unit:
        return Signal(column, rails=rails)
    known = Column(column.name, "uV", column.kind, column.rate_hz)
    return Signal(known, gain, -gain * 2.0 ** (bits - 1), rails)


def _spans(path: Path, raw: Any, name: str) -> list[Span]:
    n_rows = len(raw[name])
    if "nSeq" not in raw:
        return [Span(0, 0, n_rows)]
    counter = raw["nSeq"][:].reshape(-1).astype(np.int64)
    if len(counter) != n_rows:
        raise InputError(
            f"{path.name}: {len(counter)} sequence numbers for {n_rows} samples. It is damaged."
        )
    highest = int(counter.max(initial=0))
    wrap = 2 ** next((bits for bits in COUNTER_BITS if highest < 2**bits), 32)
    steps = np.diff(counter) % wrap
    edges = np.flatnonzero(steps != 1) + 1
    rows = np.concatenate(([0], edges))
    # a step of 0 is the same number twice: one whole turn of the counter, or a fault of the hub
    lost = np.concatenate(([0], np.cumsum(np.maximum(steps[edges - 1], 1) - 1)))
    stops = np.append(edges, n_rows)
    return [
        Span(int(row + gone), int(row), int(stop - row))
        for row, gone, stop in zip(rows, lost, stops, strict=True)
    ]


def _start_time(attrs: Any) -> str | None:
    """OpenSignals writes 2017-1-23 and 10:28:51.69."""
    try:
        year, month, day = (int(part) for part in _text(attrs["date"]).split("-"))
        return f"{year:04}-{month:02}-{day:02}T{_text(attrs['time'])}"
    except (KeyError, ValueError):
        return None


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
