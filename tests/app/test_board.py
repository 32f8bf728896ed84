"""Virtual boards as others see them: BrainFlow's own driver, and pyserial with our decoder."""

import queue
import socket
import sys
import threading

import numpy as np
import pytest
import serial
from numpy.typing import NDArray
from played_boards import brainflow_heard, played

from fasciscope.app.main import run
from fasciscope.app.player import (
    Player,
    play_on_tcp,
)
from fasciscope.app.virtual import ScenarioSignal
from fasciscope.firmware_bridge import CODECS, board
from fasciscope.firmware_bridge.played import Played
from fasciscope.firmware_bridge.profiles import PROFILES
from fasciscope.firmware_bridge.virtual import Signal, virtual_board

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")


def ramp(n_channels: int) -> Signal:
    """Counts that tell their own number and channel."""

    def counts(first: int, n: int) -> NDArray[np.int32]:
        at = np.arange(first, first + n, dtype=np.int32)[:, None]
        return (at % 500) + 1000 * np.arange(n_channels, dtype=np.int32)

    return counts


@pytest.mark.parametrize("name", ["cyton", "cyton-daisy", "freeeeg32", "knight"])
def test_brainflows_driver_reads_what_the_board_sends(name: str) -> None:
    brainflow = pytest.importorskip("brainflow.board_shim")
    shim = brainflow.BoardShim
    shim.disable_board_logger()
    kind = {
        "cyton": brainflow.BoardIds.CYTON_BOARD,
        "cyton-daisy": brainflow.BoardIds.CYTON_DAISY_BOARD,
        "freeeeg32": brainflow.BoardIds.FREEEEG32_BOARD,
        "knight": brainflow.BoardIds.NEUROPAWN_KNIGHT_BOARD,
    }
    n_channels = CODECS[PROFILES[name].codec].n_channels
    rate_hz = board(name).rate_hz
    assert rate_hz is not None
    with played(name, ramp(n_channels), 8 * rate_hz) as port:  # eight times as fast: it only waits
        given = brainflow.BrainFlowInputParams()
        given.serial_port, given.timeout = port, 5
        data = brainflow_heard(shim(kind[name], given))
    check(data[shim.get_exg_channels(kind[name])].T, name)


def check(uv: NDArray[np.float64], name: str) -> None:
    """The microvolts are those of the ramp, none missing."""
    scale = board(name).uv_per_count
    assert scale is not None
    counts = uv / scale
    assert len(counts) >= 600
    first = round(float(counts[0, 0]))
    np.testing.assert_allclose(counts, ramp(counts.shape[1])(first, len(counts)), atol=0.02)


@pytest.mark.parametrize(("name", "start"), [("cyton", b"b"), ("bitalino", b"\xfd")])
def test_pyserial_and_our_decoder_read_every_sample(name: str, start: bytes) -> None:
    codec = CODECS[PROFILES[name].codec]
    top = np.array(codec.high, dtype=np.int32) + 1

    def signal(first: int, n: int) -> NDArray[np.int32]:
        return ramp(codec.n_channels)(first, n) % top

    decoder = codec.decoder()
    got = np.empty((0, codec.n_channels), np.int32)
    with (
        played(name, signal, 20_000.0) as port,
        serial.Serial(port, 115_200, timeout=1.0) as client,
    ):
        client.write(start)
        while len(got) < 3000:
            one = decoder.feed(client.read(client.in_waiting or 1))
            got = np.concatenate([got, one.frames.counts])
            assert one.garbage == ()
    np.testing.assert_array_equal(got, signal(0, len(got)))


def test_a_board_that_streams_from_power_on_does_so_for_the_next_client_too() -> None:
    over, said = threading.Event(), queue.Queue[str]()
    player = Player(Played(virtual_board("olimex", ramp(6)), 4000.0))
    thread = threading.Thread(target=play_on_tcp, args=(player, over.is_set, said.put, 0))
    thread.start()
    try:
        host, port = said.get(timeout=10.0).split(":")
        for _ in range(3):
            with socket.create_connection((host, int(port)), timeout=10.0) as client:
                assert client.recv(1) != b""
    finally:
        over.set()
        thread.join()


def test_a_board_answers_its_commands_and_is_silent_until_it_is_started() -> None:
    one = virtual_board("cyton", ramp(8))
    assert one.receive(b"v").endswith(b"$$$")
    assert one.stream(100) == b""
    assert one.receive(b"x1060110X").endswith(b"$$$")  # no b or s of its inside is obeyed
    assert one.stream(100) == b""
    one.receive(b"b")
    assert len(one.stream(10)) == 10 * 33
    one.receive(b"s")
    assert one.stream(10) == b""
    one.receive(b"b")
    assert one.stream(1)[1] == 0  # the counter begins anew


FEW = ("bitalino", "cyton", "fasciscope-uno", "ganglion", "muovi", "myo")
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in sorted(PROFILES) if name not in FEW]


@pytest.mark.parametrize("name", [*FEW, *SLOW])
def test_a_scenario_plays_within_the_board_s_range_and_for_ever(name: str) -> None:
    codec = CODECS[PROFILES[name].codec]
    signal = ScenarioSignal(name, "demo")
    counts = np.concatenate([signal(k * 400, 400) for k in range(5)])
    assert (counts >= codec.low).all()
    assert (counts <= codec.high).all()
    assert counts[:, 0].std() > 1
    np.testing.assert_array_equal(signal(0, 100), counts[:100])


def test_a_board_or_a_scenario_that_cannot_be_played_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["board", "nope", "--pty"]) == 2
    assert "cyton" in capsys.readouterr().err
    assert run(["board", "cyton", "--pty", "--scenario", "nope"]) == 2
    assert "demo" in capsys.readouterr().err
    assert run(["board", "cyton", "--pty", "--for", "0.05"]) == 0
    assert "port: " in capsys.readouterr().out
