"""Other people's clients read from our virtual boards what these send.

Some of them are GPL: they are run here, and no part of them is in fasciscope.
"""

import sys
import warnings
from typing import Any

import numpy as np
import pytest
import serial
from played_boards import follow, played, scattered, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")


def peer(name: str) -> Any:
    """The module of a peer; old ones warn as they are read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(name)


def test_bitalinos_own_api_reads_every_sample_and_every_number() -> None:
    bitalino = peer("bitalino")
    with played("bitalino", scattered("bitalino"), 1000.0) as port:
        device = bitalino.BITalino(port, timeout=5)
        assert "BITalino" in device.version()
        device.start(1000, [0, 1, 2, 3, 4, 5])
        rows = np.concatenate([device.read(100) for _ in range(5)]).astype(int)
        device.stop()
        device.close()
    assert (np.diff(rows[:, 0]) % 16 == 1).all()
    assert follow(rows[:, 5:], scattered("bitalino")) == 0


def test_brainflow_talks_to_a_shimmer_and_reads_every_sample() -> None:
    brainflow = peer("brainflow.board_shim")
    kind, shim = brainflow.BoardIds.SHIMMER3_BOARD, brainflow.BoardShim
    shim.disable_board_logger()
    with played("shimmer3", scattered("shimmer3"), 1024.0) as port:
        given = brainflow.BrainFlowInputParams()
        given.serial_port, given.timeout = port, 5
        client = shim(kind, given)
        client.prepare_session()
        try:
            client.start_stream(45_000)
            assert until(lambda: client.get_board_data_count() >= 600)
            data = client.get_board_data()
            client.stop_stream()
        finally:
            client.release_session()
    assert follow(data[shim.get_ecg_channels(kind)].T, scattered("shimmer3")) == 0


def test_pyshimmer_asks_a_shimmer_and_reads_every_sample_and_time() -> None:
    pyshimmer = peer("pyshimmer")
    types = pyshimmer.EChannelType
    exg = [getattr(types, f"EXG_ADS1292R_{chip}_CH{k}_24BIT") for chip in (1, 2) for k in (1, 2)]
    packets: list[Any] = []
    with (
        played("shimmer3", scattered("shimmer3"), 1024.0) as port,
        serial.Serial(port, pyshimmer.DEFAULT_BAUDRATE) as way,
    ):
        client = pyshimmer.ShimmerBluetooth(way)
        client.initialize()
        try:
            rate_hz, _, channels = client.get_inquiry()
            assert rate_hz == client.get_sampling_rate() == 1024.0
            assert [one for one in channels if one in exg] == exg
            client.add_stream_callback(packets.append)
            client.start_streaming()
            assert until(lambda: len(packets) >= 600)
            client.stop_streaming()
        finally:
            client.shutdown()
    times = np.array([one[types.TIMESTAMP] for one in packets])
    assert (np.diff(times) % (1 << 24) == 32).all()
    rows = [[one[channel] for channel in exg] for one in packets]
    assert follow(rows, scattered("shimmer3")) == 0
