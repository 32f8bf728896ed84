"""WAV recordings: integers of 8 to 32 bits, floats of 32 and 64, any number of channels, RF64 too.

Own reader: the standard library's knows no floats and stops at sizes that a crash left wrong.
A WAV has no unit: with ``--unit uV`` one count (for floats, a value of 1) is one microvolt.
Sources: Microsoft's RIFF and WAVE_FORMAT_EXTENSIBLE pages, EBU Tech 3306 (RF64).
"""

import os
import struct
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from fasciscope.core import (
    InputError,
    Provenance,
    Recording,
    SampleBlock,
    StreamInfo,
    UnsupportedError,
)
from fasciscope.datasets.counts import (
    Counts,
    Piece,
    Scaling,
    integers,
    read_exactly,
    samples_per_block,
    to_blocks,
)
from fasciscope.datasets.options import ReadOptions
from fasciscope.datasets.select import Column, channel_infos, choose, left_out
from fasciscope.datasets.spikerecorder import marks_beside, started

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
MAX_CHANNELS = 4096
MAX_CHUNKS = 1000
MAX_INFO_BYTES = 1 << 16
UNKNOWN_SIZES = (0, 0xFFFFFFFF)

WIDTHS = {PCM: (1, 2, 3, 4), FLOAT: (4, 8)}
"""Bytes of a number, by kind."""


@dataclass(frozen=True, slots=True)
class WavHeader:
    """What the chunks say. `first_byte` is where samples begin, `n_samples` those that are there."""

    kind: int
    n_channels: int
    rate_hz: float
    width: int
    first_byte: int
    n_samples: int
    names: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of all channels."""
        return self.n_channels * self.width


@dataclass(frozen=True, slots=True)
class _Chunk:
    name: bytes
    at: int  # of its content
    size: int


def open_wav(path: Path, options: ReadOptions) -> Recording:
    """Open a WAV file, with the marks of SpikeRecorder beside it; samples are not read yet.

    Raises InputError for a damaged file, UnsupportedError for compressed ones, MissingFactError where
    no unit is given.
    """
    header = read_wav_header(path)
    columns = [Column(name) for name in header.names]
    chosen = choose(columns, options)
    channels = channel_infos([columns[i] for i in chosen], options)
    whole_numbers = header.kind == PCM
    sizes = [c.uv_per_count for c in channels if c.uv_per_count is not None and whole_numbers]
    info = StreamInfo(
        device="WAV",
        rate_hz=header.rate_hz if options.rate_hz is None else options.rate_hz,
        channels=channels,
        resolution_uv=max(sizes, default=None),
    )
    scaling = _scaling(header, [c.uv_per_count or 1.0 for c in channels])

    def blocks() -> Iterator[SampleBlock]:
        return to_blocks(info, _pieces(path, header, chosen), scaling)

    stretch = header.rate_hz / info.rate_hz
    placed, remarks = marks_beside(path)
    marks = tuple(replace(mark, onset_s=mark.onset_s * stretch) for mark in placed)
    notes = header.notes + remarks + left_out(columns, chosen, options)
    provenance = Provenance(str(path), "WAV", started(path), notes)
    return Recording(info, blocks, provenance, marks, header.n_samples)


def read_wav_header(path: Path) -> WavHeader:
    """Read the chunks' headers. Raises InputError, or UnsupportedError for compressed sound."""
    try:
        with path.open("rb") as handle:
            return _parse(path, handle, os.fstat(handle.fileno()).st_size)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def _parse(path: Path, handle: BinaryIO, file_bytes: int) -> WavHeader:
    head = handle.read(12)
    if head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
        raise InputError(f"{path.name} begins {head!r}; a WAV file begins RIFF....WAVE.")
    chunks = _chunks(handle, file_bytes)
    absent = [name.decode() for name in (b"fmt ", b"data") if name not in chunks]
    if absent:
        raise InputError(f"{path.name} has no {absent[0]!r} chunk. Was the recording copied whole?")
    kind, n_channels, rate_hz, width = _form(path, handle, chunks[b"fmt "])
    data = chunks[b"data"]
    there = min(data.size, file_bytes - data.at)
    n_samples = there // (n_channels * width)
    if n_samples == 0:
        raise InputError(f"{path.name} holds no sample. Was the recording stopped at once?")
    return WavHeader(
        kind=kind,
        n_channels=n_channels,
        rate_hz=rate_hz,
        width=width,
        first_byte=data.at,
        n_samples=n_samples,
        names=_names(handle, chunks.get(b"LIST"), n_channels),
        notes=_notes(data, there, b"open" in chunks),
    )


def _notes(data: _Chunk, there: int, unclosed: bool) -> tuple[str, ...]:
    if unclosed:
        return (f"The recording was not closed: read all {there} bytes of samples that are there.",)
    if there < data.size:
        return (f"The recording is cut short: {there} of {data.size} bytes of samples are there.",)
    return ()


def _chunks(handle: BinaryIO, file_bytes: int) -> dict[bytes, _Chunk]:
    """Chunks by name, the first of each; ``open`` is added where the data's size was never written."""
    found: dict[bytes, _Chunk] = {}
    at = 12
    for _ in range(MAX_CHUNKS):
        handle.seek(at)
        raw = handle.read(8)
        if len(raw) < 8:
            break
        chunk = _Chunk(raw[:4], at + 8, int.from_bytes(raw[4:], "little"))
        if chunk.name == b"data":
            chunk, was_open = _sized(handle, chunk, found.get(b"ds64"), file_bytes)
            found |= {b"open": chunk} if was_open else {}
        found.setdefault(chunk.name, chunk)
        at = chunk.at + chunk.size + chunk.size % 2
        if at >= file_bytes:
            break
    return found


def _sized(
    handle: BinaryIO, data: _Chunk, long_sizes: _Chunk | None, file_bytes: int
) -> tuple[_Chunk, bool]:
    """The data chunk with its true size, and whether that was never written (a crash leaves 0 or -1)."""
    if long_sizes is not None and data.size == 0xFFFFFFFF:
        handle.seek(long_sizes.at + 8)
        size = int.from_bytes(handle.read(8), "little")
        return replace(data, size=size), False
    if data.size not in UNKNOWN_SIZES or _closes(handle, data, file_bytes):
        return data, False
    return replace(data, size=file_bytes - data.at), True


def _closes(handle: BinaryIO, data: _Chunk, file_bytes: int) -> bool:
    """True if the data chunk is truly empty: nothing, or one chunk that ends the file, follows it."""
    handle.seek(data.at)
    raw = handle.read(8)
    size = int.from_bytes(raw[4:], "little")
    return data.size == 0 and (
        not raw or (raw[:4].isalnum() and data.at + 8 + size + size % 2 == file_bytes)
    )


def _form(path: Path, handle: BinaryIO, chunk: _Chunk) -> tuple[int, int, float, int]:
    """Kind, channels, rate and bytes of a number."""
    handle.seek(chunk.at)
    raw = handle.read(min(chunk.size, 40))
    if len(raw) < 16:
        raise InputError(f"{path.name}: its fmt chunk is cut short. The file is damaged.")
    kind, n_channels, rate, _, frame_bytes, bits = struct.unpack_from("<HHIIHH", raw)
    if kind == EXTENSIBLE and len(raw) >= 26:
        (kind,) = struct.unpack_from("<H", raw, 24)  # the sub-format's first two bytes
    width = (bits + 7) // 8
    if width not in WIDTHS.get(kind, ()):
        raise UnsupportedError(
            f"{path.name} has the WAV format {kind} of {bits} bits; read are integers (1) of 8, 16, 24 "
            f"and 32 bits and floats (3) of 32 and 64. Export it uncompressed."
        )
    if not 1 <= n_channels <= MAX_CHANNELS or frame_bytes != n_channels * width:
        raise InputError(
            f"{path.name}: {n_channels} channels of {bits} bits cannot take {frame_bytes} bytes a "
            f"sample. The header is damaged."
        )
    return kind, n_channels, float(rate), width


def _names(handle: BinaryIO, info: _Chunk | None, n_channels: int) -> tuple[str, ...]:
    """SpikeRecorder's channel names (``cnam``: each ends with a semicolon), else ch1, ch2, ..."""
    plain = tuple(f"ch{i + 1}" for i in range(n_channels))
    if info is None:
        return plain
    handle.seek(info.at)
    raw = handle.read(min(info.size, MAX_INFO_BYTES))
    at = raw.find(b"cnam") + 8
    if at < 8 or at > len(raw):
        return plain
    size = int.from_bytes(raw[at - 4 : at], "little")
    names = raw[at : at + size].decode("utf-8", "replace").strip("\0").split(";")[:n_channels]
    stripped = tuple(name.strip() for name in names)
    return stripped if len(stripped) == n_channels and all(stripped) else plain


def _scaling(header: WavHeader, gain_uv: list[float]) -> Scaling:
    gain = np.array(gain_uv)
    full = 1 << 8 * header.width - 1
    rails: tuple[float, float] = (-full, full - 1) if header.kind == PCM else (-np.inf, np.inf)
    dtype = np.int32 if header.kind == PCM else np.float64
    low, high = (np.full(len(gain), rail, dtype=dtype) for rail in rails)
    return Scaling(gain, np.zeros(len(gain)), low, high)


def _pieces(path: Path, header: WavHeader, chosen: list[int]) -> Generator[Piece, None, None]:
    """Counts, (n_samples, n_channels), of the chosen channels."""
    size = samples_per_block(header.rate_hz, header.n_channels)
    try:
        handle = path.open("rb", buffering=0)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    with handle:
        for first in range(0, header.n_samples, size):
            n = min(size, header.n_samples - first)
            at = header.first_byte + first * header.frame_bytes
            yield (
                first,
                _frames(read_exactly(handle, at, n * header.frame_bytes), header, n)[:, chosen],
            )


def _frames(raw: bytearray, header: WavHeader, n: int) -> Counts:
    """All channels of `n` samples; `raw` begins with a byte of padding."""
    shape = (n, header.n_channels)
    if header.kind == FLOAT:
        floats = np.frombuffer(raw, f"<f{header.width}", n * header.n_channels, offset=1)
        with np.errstate(invalid="ignore"):  # signalling NaN
            return floats.astype(np.float64).reshape(shape)
    if header.width == 1:  # the only unsigned one
        bytes_ = np.frombuffer(raw, np.uint8, n * header.n_channels, offset=1)
        return bytes_.reshape(shape).astype(np.int32) - np.int32(128)
    return integers(raw, 0, shape, header.frame_bytes, header.width).astype(np.int32)
