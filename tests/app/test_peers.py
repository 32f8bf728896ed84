"""Other people's clients read from our virtual boards what these send.

Some of them are GPL: they are run here, and no part of them is in fasciscope.
"""

import importlib.util
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import serial
from played_boards import PATIENCE_S, brainflow_heard, follow, peer, played, scattered, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")


def single_file(package: str, name: str) -> Any:
    """One file of a peer, without the rest of it, which would want a graphical interface."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        pytest.skip(f"could not import {package!r}")
    path = Path(found.submodule_search_locations[0]) / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"{package}_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spec.loader.exec_module(module)
    return module


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


@pytest.mark.parametrize("wanted", [[0], [1, 3], [0, 1, 2], [0, 2, 3, 4], [0, 1, 2, 3, 5]])
def test_bitalinos_own_api_gets_the_channels_that_it_asks_for(wanted: list[int]) -> None:
    bitalino = peer("bitalino")
    bits = np.array([10, 10, 10, 10, 6, 6])
    with played("bitalino", scattered("bitalino"), 1000.0) as port:
        device = bitalino.BITalino(port, timeout=5)
        device.trigger([1, 0])
        assert device.state()["digitalChannels"] == [0, 0, 1, 0]
        device.start(1000, wanted)
        rows = device.read(200).astype(int)
        device.stop()
        device.close()
    assert rows[0, 1:5].tolist() == [0, 0, 1, 0]
    expected = scattered("bitalino")(0, 200)[:, wanted]
    expected <<= (bits[: len(wanted)] - bits[wanted]).clip(0)
    np.testing.assert_array_equal(rows[:, 5:], expected)


def test_brainflow_talks_to_a_shimmer_and_reads_every_sample() -> None:
    brainflow = peer("brainflow.board_shim")
    kind, shim = brainflow.BoardIds.SHIMMER3_BOARD, brainflow.BoardShim
    shim.disable_board_logger()
    with played("shimmer3", scattered("shimmer3"), 1024.0) as port:
        given = brainflow.BrainFlowInputParams()
        given.serial_port, given.timeout = port, 5
        data = brainflow_heard(shim(kind, given))
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


@pytest.fixture
def interrupt() -> Iterator[None]:
    """What a peer does to the interrupt key is undone."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("name", "calls_itself"),
    [
        ("chords-uno-r3", "UNO-R3"),
        ("chords-mega", "MEGA-2560-R3"),
        ("chords-giga-r1", "GIGA-R1"),
        ("npg-lite", "NPG-LITE"),
    ],
)
@pytest.mark.usefixtures("interrupt")
def test_chords_python_knows_the_board_by_its_name_and_reads_every_sample(
    name: str, calls_itself: str
) -> None:
    """From some sample on: what comes while it waits for an answer to START, it throws away."""
    client = single_file("chordspy", "chords_serial").Chords_USB()
    with played(name, scattered(name), 1000.0) as port:
        assert client.connect_hardware(port, 230_400)
        assert client.board == calls_itself
        work = threading.Thread(target=client.start_streaming, daemon=True)  # it may hang
        work.start()
        assert until(lambda: np.count_nonzero(client.data[0]) >= 600)
        client.stop_streaming()
        work.join(PATIENCE_S)
        assert not work.is_alive()
    follow(client.data[:, client.data.any(axis=0)].T, scattered(name))


@pytest.mark.parametrize("as_messagepack", [False, True])
def test_hackeegs_own_driver_sets_the_board_up_and_reads_samples_and_their_numbers(
    as_messagepack: bool,
) -> None:
    hackeeg = peer("hackeeg")
    samples: list[Any] = []
    ended = threading.Event()

    def talk(port: str) -> None:
        samples.clear()
        device = hackeeg.HackEEGBoard(port)
        device.connect()
        device.disable_all_channels()
        if as_messagepack:
            device.messagepack_mode()
        device.start()
        device.rdatac()
        while len(samples) < 400:
            told = device.read_rdatac_response()
            samples.extend([told] if "sample_number" in told else [])
        device.stop_and_sdatac_messagepack()  # whatever the mode is
        assert device.ok(device.nop())
        ended.set()

    def insist(port: str) -> None:
        """It waits for answers by the clock: on a slow machine they come too late."""
        for _ in range(5):
            with suppress(ValueError):
                talk(port)
                break

    with played("hackeeg", scattered("hackeeg"), 1000.0) as port:
        threading.Thread(
            target=insist, args=(port,), daemon=True
        ).start()  # it may wait without end
        assert ended.wait(2 * PATIENCE_S)
    numbers = np.array([one["sample_number"] for one in samples])
    assert isinstance(samples[0]["D"], bytes) == as_messagepack
    gaps = np.diff(numbers)
    assert (
        gaps > 0 if as_messagepack else gaps == 1
    ).all()  # of MessagePacks at once, it loses some
    ours = np.concatenate([scattered("hackeeg")(number, 1) for number in numbers])
    np.testing.assert_array_equal([one["channel_data"] for one in samples], ours)


@pytest.mark.parametrize("name", ["cyton", "cyton-daisy"])
def test_pyopenbci_starts_a_cyton_and_reads_every_sample_and_number(name: str) -> None:
    cyton = single_file("pyOpenBCI", "cyton")
    samples: list[Any] = []
    with played(name, scattered(name), 1000.0) as port:

        def talk() -> None:
            client = cyton.OpenBCICyton(port=port, daisy=name == "cyton-daisy")

            def take(sample: Any) -> None:
                samples.append(sample)
                if len(samples) == 400:
                    client.stop_stream()

            client.start_stream(take)
            client.disconnect()

        work = threading.Thread(target=talk, daemon=True)
        work.start()
        work.join(PATIENCE_S)
        for one in threading.enumerate():
            if isinstance(one, threading.Timer):
                one.cancel()  # its watchdog
        assert not work.is_alive()
    assert follow([one.channels_data for one in samples], scattered(name)) == 0


def test_the_olimex_client_reads_every_sample_upside_down() -> None:
    olimex = peer("olimex.exg")
    with played("olimex", scattered("olimex"), 1000.0) as port, serial.Serial(port, 115_200) as way:
        packets = olimex.PacketStreamReader(way)  # gives None while there is none
        read: list[Any] = []
        assert until(lambda: read.extend(islice(packets, 20)) or sum(map(bool, read)) >= 300)
    follow(1024 - np.array([one for one in read if one]), scattered("olimex"))
