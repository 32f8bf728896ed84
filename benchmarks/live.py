"""Load and latency of the live way: CPU share of 64 channels, decoding speed by family, delay of events.

Usage: live.py [load|decode|latency] ...; all of them without a word.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from fasciscope.acquisition import LiveSource, Piece, Reader
from fasciscope.app.live import LiveSession, Watcher
from fasciscope.app.pipeline import Analysis
from fasciscope.app.recorder import Recorder
from fasciscope.app.sources import Wanted, open_source
from fasciscope.core import ChannelInfo, Event, Label, Sighting, StreamInfo
from fasciscope.datasets.edf_writer import CountRange
from fasciscope.datasets.session import SessionFacts
from fasciscope.firmware_bridge import CODECS, Codec, Frames
from fasciscope.firmware_bridge.framing import FixedFraming
from fasciscope.firmware_bridge.integers import big_endian, to_big_endian
from fasciscope.firmware_bridge.profile import Profile
from fasciscope.firmware_bridge.rows import RowDecoder

N_CHANNELS = 64
RATE_HZ = 2000.0
READ_S = 0.01
SECONDS = 60


def wide_codec() -> Codec:
    """A frame of 64 channels of 24 bits: A0, 16-bit counter, counts, C0."""
    length = 4 + 3 * N_CHANNELS

    def frames(rows: np.ndarray) -> Frames:
        counter = big_endian(rows[:, 1:3], 2, signed=False)[:, 0]
        return Frames(big_endian(rows[:, 3:-1], 3).astype(np.int32), counter.astype(np.int64))

    def encode(given: Frames) -> bytes:
        rows = np.zeros((len(given.counts), length), np.uint8)
        rows[:, 0], rows[:, -1] = 0xA0, 0xC0
        assert given.counter is not None
        rows[:, 1:3] = to_big_endian(given.counter[:, None], 2)
        rows[:, 3:-1] = to_big_endian(given.counts, 3)
        return rows.tobytes()

    def decoder() -> RowDecoder:
        framing = FixedFraming(length, lambda rows: (rows[:, 0] == 0xA0) & (rows[:, -1] == 0xC0))
        return RowDecoder(framing, frames)

    low, high = (-(1 << 23),) * N_CHANNELS, ((1 << 23) - 1,) * N_CHANNELS
    return Codec(decoder, encode, low, high, wrap=1 << 16)


class Canned:
    """A link that hands over made bytes, ten milliseconds at a time, at true pace."""

    name = "canned"
    lost_packets = 0
    caution = ""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self._next = 0
        self._origin_s = time.monotonic()

    def open(self) -> None:
        self._origin_s = time.monotonic()

    def read(self, timeout_s: float) -> Piece | None:
        due_s = self._origin_s + (self._next + 1) * READ_S
        wait_s = due_s - time.monotonic()
        if wait_s > timeout_s or self._next == len(self._pieces):
            time.sleep(timeout_s)
            return None
        if wait_s > 0:
            time.sleep(wait_s)
        self._next += 1
        return Piece(self._pieces[self._next - 1], time.monotonic())

    def write(self, data: bytes) -> None:
        pass

    def vary(self) -> bool:
        return False

    def close(self) -> None:
        pass


def load() -> None:
    """CPU share of one core for reading, decoding, recording and analysing; and what was lost."""
    codec = wide_codec()
    rng = np.random.default_rng(1)
    n = round(RATE_HZ)
    pieces = []
    for second in range(SECONDS):
        counts = rng.normal(0.0, 200.0, (n, N_CHANNELS)).astype(np.int32)
        data = codec.encode(Frames(counts, (second * n + np.arange(n)) % (1 << 16)))
        size = round(len(data) * READ_S)
        pieces += [data[at : at + size] for at in range(0, len(data), size)]
    scale = 4.5e6 / 24 / (2**23 - 1)
    channels = tuple(ChannelInfo(f"EMG{k + 1}", scale) for k in range(N_CHANNELS))
    info = StreamInfo("a wide board", RATE_HZ, channels, (0.0, 500.0), scale)
    ranges = (CountRange(-(1 << 23), (1 << 23) - 1, scale),) * N_CHANNELS
    facts = SessionFacts(info, ranges, "2026-11-23T12:00:00+00:00", "wide", "canned")
    reader = Reader(Canned(pieces), Profile("wide"), codec.decoder)
    with (
        tempfile.TemporaryDirectory() as folder,
        LiveSource(reader, codec, info, np.full(N_CHANNELS, scale)) as source,
        Recorder(Path(folder) / "s", facts) as recorder,
    ):
        live = LiveSession(source, Analysis(info), recorder, (), SECONDS * n)
        began_s, cpu_s = time.monotonic(), time.process_time()
        live.run(lambda: False)
        lasted_s, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
        live.finish()
        recorder.finish({})
    share = cpu_s / lasted_s
    print(
        f"load: {N_CHANNELS} channels x {RATE_HZ:g} Hz x 24 bits, {1e3 * READ_S:g} ms reads, "
        f"{lasted_s:.0f} s: {100 * share:.0f} % of a core; lost {source.tally.lost}, "
        f"dropped {source.tally.dropped_bytes} bytes"
    )


def decode() -> None:
    """Decoding speed of every wire format, in pieces of 4 KiB."""
    for name, codec in CODECS.items():
        n = 20_000
        rng = np.random.default_rng(2)
        counts = rng.integers(
            codec.low, np.array(codec.high) + 1, (n * codec.per_frame, codec.n_channels)
        )
        counts -= (counts - np.array(codec.low)) % codec.step
        counter = None if codec.wrap is None else codec.advance * np.arange(n) % codec.wrap
        data = codec.encode(Frames(counts.astype(np.int32), counter, codec.per_frame))
        size = codec.packet_n or 4096
        decoder = codec.decoder()
        began_s = time.perf_counter()
        got = sum(
            len(decoder.feed(data[at : at + size]).frames.counts)
            for at in range(0, len(data), size)
        )
        lasted_s = time.perf_counter() - began_s
        got += len(decoder.finish().frames.counts)
        speed, rate = len(data) / lasted_s / 1e6, got / lasted_s / 1e3
        print(f"decode: {name:<24} {speed:7.1f} MB/s  {rate:8.0f} k samples/s")


def latency() -> None:
    """From a potential's last sample to its being shown, and to its event, at true pace."""
    opened = open_source("virtual:cyton-wifi?scenario=demo", Wanted({}, ("1", "2")))
    seen_s: list[float] = []
    delays_s: list[float] = []
    begun: list[float] = []

    def sighting(one: Sighting) -> None:
        seen_s.append(time.monotonic() - begun[0] - one.peak_sample / opened.info.rate_hz)

    def event(one: Event) -> None:
        if one.label is Label.FASCICULATION:
            delays_s.append(time.monotonic() - begun[0] - one.end_sample / opened.info.rate_hz)

    with opened.live(None) as source:
        live = LiveSession(source, Analysis(opened.info), None, (Watcher(sighting, event),), 60_000)
        begun.append(time.monotonic())
        live.run(lambda: False)
    for what, delays in (("shown as seen", seen_s), ("judged fasciculations", delays_s)):
        median, late = np.quantile(delays, [0.5, 0.99])
        print(f"latency: {len(delays)} {what}: median {median:.2f} s, p99 {late:.2f} s")


if __name__ == "__main__":
    for word in sys.argv[1:] or ["load", "decode", "latency"]:
        {"load": load, "decode": decode, "latency": latency}[word]()
