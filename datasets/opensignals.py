"""OpenSignals (r)evolution text of BITalino and biosignalsplux.

The second line is JSON: for each device its columns, sensors, resolutions and rate. The column nSeq
counts samples and wraps; samples lost by Bluetooth are gaps. Transfer functions are those of the
sensors' data sheets (`transfer_uv_per_count`).
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from fasciscope.core import (
    ChannelInfo,
    InputError,
    MissingFactError,
    Provenance,
    Recording,
    SampleBlock,
    StreamInfo,
)
from fasciscope.datasets.counts import Scaling, samples_per_block, to_blocks
from fasciscope.datasets.delimited import CUT_NOTE
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.placing import Counter, Counting, Indexed, Placer, split
from fasciscope.datasets.select import Column, channel_infos, choose, left_out
from fasciscope.datasets.text_lines import TextTable, ends_cut, head_lines, is_comment, read_rows

SUPPLY_V = {"bitalino": 3.3, "biosignalsplux": 3.0}
"""Full scale of the converter, by device family."""

GAINS = {
    ("bitalino", "EMG"): 1009.0,
    ("bitalino", "ECG"): 1100.0,
    ("biosignalsplux", "EMG"): 1000.0,
    ("biosignalsplux", "ECG"): 1000.0,
}
"""Sensor gains. BITalino: EMG and ECG sensor data sheets (VCC 3.3 V, centred). biosignalsplux: EMG
data sheet, ``EMG(V) = (ADC/2^n - 1/2) * 3 / 1000``; its ECG sheets give 1000 too (1019 stands on some
sensors' labels: 2 % less)."""

MAX_BITS = 32

NEVER = (1 << 53) - 1


@dataclass(frozen=True, slots=True)
class Sensor:
    """One analogue column: where it is, and what turns its counts into microvolts (None unknown)."""

    at: int
    column: Column
    bits: int
    uv_per_count: float | None


@dataclass(frozen=True, slots=True)
class OpenSignalsHeader:
    """What the JSON says. `counter_bits` None where it does not say when the counter wraps."""

    table: TextTable
    device: str
    rate_hz: float
    sensors: tuple[Sensor, ...]
    counter_at: int | None
    counter_bits: int | None
    start_time: str | None


def transfer_uv_per_count(device: str, sensor: str, bits: int) -> float | None:
    """Microvolts of one count of a sensor, None where the data sheets are not known here.

    The sensors are centred: ``uv = (count - 2 ** (bits - 1)) * uv_per_count``. `device` is
    OpenSignals' own word ("bitalino", "bitalino_rev", "biosignalsplux"), `sensor` too ("EMG", "ECG").
    """
    family = _family(device)
    gain = GAINS.get((family, sensor.upper()))
    if gain is None:
        return None
    return SUPPLY_V[family] / gain / 2.0**bits * 1e6


def open_opensignals(path: Path, options: ReadOptions) -> Recording:
    """Open an OpenSignals text; its first 256 KiB are read.

    Raises InputError for a damaged file (later, from the blocks, with the line's number),
    MissingFactError where no sensor is EMG and none is chosen, or its transfer function is unknown.
    """
    header = _header(path)
    columns = [sensor.column for sensor in header.sensors]
    chosen = choose(columns, options)
    sensors = [header.sensors[i] for i in chosen]
    channels = _channels(sensors, options)
    told = [c.uv_per_count for c in channels if c.uv_per_count is not None]
    info = StreamInfo(
        device=header.device,
        rate_hz=header.rate_hz if options.rate_hz is None else options.rate_hz,
        channels=channels,
        resolution_uv=max(told, default=None),
    )
    counter = _counter(header)
    keys = [] if counter is None or header.counter_at is None else [header.counter_at]
    taken = keys + [sensor.at for sensor in sensors]
    scaling = _scaling(sensors, channels, options)

    def blocks() -> Iterator[SampleBlock]:
        placer: Placer = Counting() if counter is None else Indexed(path.name, counter)
        size = samples_per_block(info.rate_hz, info.n_channels)
        pieces = split(read_rows(header.table, taken), placer, len(keys), size)
        return to_blocks(info, pieces, scaling)

    notes = left_out(columns, chosen, options) + ((CUT_NOTE,) if ends_cut(header.table) else ())
    provenance = Provenance(str(path), "OpenSignals text", header.start_time, notes)
    return Recording(info, blocks, provenance)


def _family(device: str) -> str:
    word = device.lower()
    known = [family for family in SUPPLY_V if word.startswith(family)]
    plux = "plux" in word or word == "channeller"  # the hub's older name in OpenSignals files
    return known[0] if known else "biosignalsplux" if plux else word


def _channels(sensors: list[Sensor], options: ReadOptions) -> tuple[ChannelInfo, ...]:
    """With the sensors' own scales, unless the person gives a unit."""
    unit = "uV" if all(s.uv_per_count is not None for s in sensors) else ""
    channels = channel_infos([replace(s.column, unit=unit) for s in sensors], options)
    if options.unit:
        return channels
    return tuple(
        replace(c, uv_per_count=s.uv_per_count) for c, s in zip(channels, sensors, strict=True)
    )


def _scaling(
    sensors: list[Sensor], channels: tuple[ChannelInfo, ...], options: ReadOptions
) -> Scaling:
    gain = np.array([channel.uv_per_count or 1.0 for channel in channels])
    middle = np.array([0.0 if options.unit else 2.0 ** (sensor.bits - 1) for sensor in sensors])
    top = np.array([2.0**sensor.bits - 1 for sensor in sensors])
    return Scaling(gain, -middle * gain, np.zeros(len(gain)), top)


def _counter(header: OpenSignalsHeader) -> Counter | None:
    """The counter's pattern. Where its bits are not told: 4 if the first rows never leave them."""
    if header.counter_at is None:
        return None
    if header.counter_bits is not None:
        return Counter(2**header.counter_bits - 1, header.rate_hz)
    rows = next(islice(read_rows(header.table, [header.counter_at]), 1), None)
    highest = 0.0 if rows is None else float(np.nanmax(rows.values, initial=0.0))
    if highest < 16:
        return Counter(15, header.rate_hz)
    return Counter(NEVER, header.rate_hz, widening=True)


def _header(path: Path) -> OpenSignalsHeader:
    lines = head_lines(path)
    first = next((n for n, line in enumerate(lines) if not is_comment(line)), None)
    if first is None:
        raise InputError(f"{path.name} has no sample. Was the recording stopped at once?")
    try:
        devices = list(json.loads(lines[1].lstrip("# ")).values())
        return _parsed(path, first, len(lines[first].split("\t")), devices)
    except MissingFactError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{path.name}, line 2: not the JSON that OpenSignals writes ({error}). Was it edited?"
        ) from error


def _parsed(
    path: Path, first: int, n_cells: int, devices: list[dict[str, Any]]
) -> OpenSignalsHeader:
    sensors: list[Sensor] = []
    counters: list[tuple[int, int | None]] = []
    at = 0
    for device in devices:
        names = [str(name) for name in device["column"]]
        mac = f" {device.get('device name', '')}" if len(devices) > 1 else ""
        sensors += _sensors(device, names, at, mac)
        if "nSeq" in names:
            place = names.index("nSeq")
            counters.append((at + place, _bits(device, names, place)))
        at += len(names)
    if not at <= n_cells <= at + 1:
        raise InputError(f"{path.name}: {n_cells} cells a row where the header names {at} columns.")
    counter_at, counter_bits = counters[0] if counters else (None, None)
    start = devices[0]
    return OpenSignalsHeader(
        TextTable(path, first, "\t", n_cells),
        str(start["device"]),
        float(start["sampling rate"]),
        tuple(sensors),
        counter_at,
        counter_bits,
        f"{start['date']}T{start['time']}" if "date" in start and "time" in start else None,
    )


def _sensors(device: dict[str, Any], names: list[str], at: int, mac: str) -> list[Sensor]:
    """The analogue columns are the last; `label` and `sensor` go with them."""
    labels = [str(label) for label in device["label"]]
    first = len(names) - len(labels)
    if first < 0:
        raise ValueError(f"{len(labels)} labels for {len(names)} columns")
    converted = bool(device.get("convertedValues"))
    found = []
    for i, label in enumerate(labels):
        kind = str(device["sensor"][i])
        bits = _bits(device, names, first + i)
        if bits is None:
            raise ValueError(f"no resolution for {label}")
        scale = None if converted else transfer_uv_per_count(str(device["device"]), kind, bits)
        column = Column(f"{label}{mac}", kind=kind)
        found.append(Sensor(at + first + i, column, bits, scale))
    return found


def _bits(device: dict[str, Any], names: list[str], place: int) -> int | None:
    """Resolution of a column; some versions give those of the analogue columns only."""
    bits = [int(b) if math.isfinite(b) else 0 for b in device["resolution"]]
    told = place - (len(names) - len(bits))
    if not 0 <= told < len(bits):
        return None
    if not 1 <= bits[told] <= MAX_BITS:
        raise ValueError(f"a resolution of {bits[told]} bits")
    return bits[told]
