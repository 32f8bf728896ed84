"""Other people's clients of boards without a serial port of their own read what ours send."""

import sys
import threading
from typing import Any

import numpy as np
import pytest
from boards import free_port
from myo_dongle import MyoDongle
from played_boards import PATIENCE_S, brainflow_heard, calling, follow, peer, played, scattered

from fasciscope.app.player import LOOPBACK
from fasciscope.firmware_bridge import board
from fasciscope.firmware_bridge.profiles import PROFILES
from fasciscope.firmware_bridge.virtual import virtual_board

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")


def test_mudraka_decodes_the_notifications_of_a_mudra_link_and_tells_its_time() -> None:
    mudraka = peer("mudraka")
    signal, n = scattered("mudra-link"), 18 * 40
    band = virtual_board("mudra-link", signal)
    band.receive(PROFILES["mudra-link"].start[-1])
    wire, size = band.stream(n), band.codec.packet_n
    assert size is not None
    client = mudraka.Stream(mudraka.Config())
    for k in range(0, len(wire), size):
        client.feed(wire[k : k + size], k / size * 0.0216)
    read = np.empty((3, n), np.int32)
    assert client.latest_into(read)[0] == n
    np.testing.assert_array_equal(read.T, signal(0, n))
    stats = client.stats()
    assert (stats.total_written, stats.malformed_frames, stats.gap_count) == (n, 0, 0)
    assert stats.last_device_time_us == band.codec.advance * (n - 1)


def test_a_biolistener_calls_brainflow_which_reads_every_sample() -> None:
    brainflow = peer("brainflow.board_shim")
    kind, shim = brainflow.BoardIds.BIOLISTENER_BOARD, brainflow.BoardShim
    shim.disable_board_logger()
    given = brainflow.BrainFlowInputParams()
    given.ip_address, given.ip_port, given.timeout = LOOPBACK, free_port(), 5
    client = shim(kind, given)
    signal = scattered("biolistener")
    with calling("biolistener", signal, 1000.0, given.ip_port):
        data = brainflow_heard(client)
    uv = data[shim.get_emg_channels(kind)].T
    counts = uv / board("biolistener").uv_per_count
    assert np.abs(counts - np.round(counts)).max() < 0.01
    assert follow(np.round(counts), signal) == 0


def test_pyomyo_finds_a_myo_with_its_dongle_and_reads_every_sample() -> None:
    pyomyo = peer("pyomyo")
    samples: list[Any] = []
    with played("myo", scattered("myo"), 200.0, MyoDongle) as port:

        def talk() -> None:
            client = pyomyo.Myo(tty=port, mode=pyomyo.emg_mode.RAW)
            client.connect()
            client.add_emg_handler(lambda emg, moving: samples.append(emg))
            while len(samples) < 300:
                client.run()
            client.disconnect()

        work = threading.Thread(target=talk, daemon=True)
        work.start()
        work.join(PATIENCE_S)
        assert not work.is_alive()
    follow(samples[:300], scattered("myo"))  # while it hangs up, it leaves out some
