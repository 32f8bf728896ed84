"""Boards whose samples tell their own numbers, for the tests of links."""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fasciscope.acquisition import Link, LiveSource, Reader
from fasciscope.app.player import LOOPBACK
from fasciscope.core import ChannelInfo, SampleBlock, StreamInfo
from fasciscope.firmware_bridge import CODECS
from fasciscope.firmware_bridge.faults import Faults
from fasciscope.firmware_bridge.played import Played
from fasciscope.firmware_bridge.profiles import PROFILES
from fasciscope.firmware_bridge.virtual import Signal, virtual_board

needs_terminals = sys.platform == "win32"


def numbered(n_channels: int, span: int, step: int = 1) -> Signal:
    """Counts that are the sample's number from 1 (within `span`), the channel's added, times `step`."""

    def counts(first: int, n: int) -> NDArray[np.int32]:
        at = np.arange(first, first + n, dtype=np.int64)[:, None] % span
        return ((1 + at + np.arange(n_channels)) * step).astype(np.int32)

    return counts


def played_board(name: str, rate_hz: float, faults: Faults | None = None) -> Played:
    """A board of this name whose samples tell their numbers."""
    codec = CODECS[PROFILES[name].codec]
    signal = numbered(codec.n_channels, span_of(name), codec.step)
    return Played(virtual_board(name, signal, rate_hz), rate_hz, faults)


def span_of(name: str) -> int:
    """After so many samples the counts begin again: all channels hold them, none at a rail."""
    codec = CODECS[PROFILES[name].codec]
    most = min(min(codec.high), codec.slew or 1 << 23, 1 << 23)
    return most // codec.step - codec.n_channels - 2


def live_source(name: str, link: Link, rate_hz: float, **options: object) -> LiveSource:
    """A source over this link, in counts. A played board needs no pauses."""
    profile = replace(PROFILES[name], pause_s=min(PROFILES[name].pause_s, 0.02), wakes_s=0.0)
    codec = CODECS[profile.codec] if profile.codec_at is None else profile.codec_at(rate_hz)
    channels = tuple(ChannelInfo(f"ch{k}", 1.0) for k in range(codec.n_channels))
    info = StreamInfo(name, rate_hz, channels)
    reader = Reader(link, profile, codec.decoder, **options)  # type: ignore[arg-type]
    return LiveSource(reader, codec, info, np.ones(codec.n_channels))


def blocks_of(source: LiveSource, n_samples: int) -> list[SampleBlock]:
    """The blocks up to a sample's number."""
    blocks: list[SampleBlock] = []
    with source:
        for delivery in source.deliveries():
            blocks += delivery.blocks
            if blocks and blocks[-1].end_sample >= n_samples:
                break
        blocks += source.finish().blocks
    return blocks


def free_port() -> int:
    """A TCP port of this machine that nobody uses."""
    with socket.socket() as one:
        one.bind((LOOPBACK, 0))
        return int(one.getsockname()[1])


@contextmanager
def in_background(work: object) -> Iterator[threading.Event]:
    """Call `work(over)` in a thread; `over` is set at the end, and its error raised."""
    over = threading.Event()
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work(over)  # type: ignore[operator]
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield over
    finally:
        over.set()
        thread.join()
    if errors:
        raise errors[0]
