"""Boards in the air: `board --ble` and our own `ble:` link, through the real bleak, without a radio."""

import asyncio
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from numpy.typing import NDArray

from fasciscope.app import peripheral
from fasciscope.app.main import run
from fasciscope.app.virtual import ScenarioSignal
from fasciscope.core import DeviceError
from fasciscope.datasets import open_recording
from fasciscope.firmware_bridge import CODECS, chords
from fasciscope.firmware_bridge.faults import Faults
from fasciscope.firmware_bridge.profiles import PROFILES

if sys.platform != "linux" or shutil.which("dbus-daemon") is None:
    pytest.skip("needs Linux and dbus-daemon (apt install dbus-daemon)", allow_module_level=True)

from bleak import BleakClient
from boards import blocks_of, in_background, live_source, numbered, played_board, span_of
from fake_bluez import private_bus
from hosting import HostingBluez

from fasciscope.acquisition.ble import BleLink, Patience
from fasciscope.acquisition.ble_scan import find, target
from fasciscope.acquisition.link import LinkLostError

BOUND_S = 20.0
QUICK = Patience(scan_s=10.0, settle_s=0.05, connect_s=5.0, call_s=5.0)
NAMED = ("bitalino", "fasciscope-esp32", "ganglion", "myo", "npg-lite-ble")
IN_THE_AIR = [
    name if name in NAMED else pytest.param(name, marks=pytest.mark.slow)
    for name, profile in sorted(PROFILES.items())
    if profile.gatt is not None
]


@pytest.fixture(scope="module")
def bus() -> Iterator[str]:
    with private_bus() as address:
        yield address


@pytest.fixture
def bluez(bus: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[HostingBluez]:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
    with HostingBluez(bus) as service:
        yield service


@contextmanager
def in_the_air(name: str, rate_hz: float, faults: Faults | None = None) -> Iterator[Event]:
    """A board whose samples tell their numbers, played by another thread until an event comes."""
    gatt = peripheral.check_gatt(name)
    said, ended = Event(), Event()

    def work(over: Event) -> None:
        try:
            played = played_board(name, rate_hz, faults)
            peripheral.play_on_ble(played, gatt, over.is_set, lambda port: said.set())
        finally:
            said.set()
            ended.set()

    with in_background(work):
        assert said.wait(BOUND_S)
        yield ended


def opened(name: str) -> BleLink:
    link = BleLink("", peripheral.check_gatt(name), patience=QUICK)
    link.open()
    return link


def taken(link: BleLink, name: str, n_samples: int) -> NDArray[np.int32]:
    """So many samples of the board at least."""
    codec = CODECS[PROFILES[name].codec]
    decoder = codec.decoder()
    got = [np.empty((0, codec.n_channels), np.int32)]
    while sum(map(len, got)) < n_samples:
        piece = link.read(BOUND_S)
        assert piece is not None
        decoded = decoder.feed(piece.data)
        assert decoded.garbage == ()
        got.append(decoded.frames.counts)
    return np.concatenate(got)


def started(link: BleLink, name: str, n_samples: int) -> NDArray[np.int32]:
    """Start the board, and so many of its samples at least."""
    for command in PROFILES[name].start:
        link.write(command)
    return taken(link, name, n_samples)


# -- a stream -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", IN_THE_AIR)
def test_what_a_board_sends_arrives_to_the_sample(bluez: HostingBluez, name: str) -> None:
    codec, gatt = CODECS[PROFILES[name].codec], peripheral.check_gatt(name)
    numbers = numbered(codec.n_channels, span_of(name), codec.step)
    with in_the_air(name, 1000.0):
        assert bluez.advertised == bluez.registered == [gatt.names[0]]
        link = opened(name)
        got = started(link, name, 700)
        link.close()
    first = 0 if PROFILES[name].start else got[0, 0] - 1  # it had begun before we listened
    np.testing.assert_array_equal(got, numbers(first, len(got)))
    assert bluez.advertised == bluez.registered == []


@pytest.mark.slow
def test_a_board_of_our_own_is_asked_over_the_air_and_recorded_as_it_says(
    bluez: HostingBluez, tmp_path: Path
) -> None:
    with in_the_air("fasciscope-esp32", 400.0):
        source = "ble:fasciscope?board=fasciscope-esp32"
        assert run(["record", source, "--out", str(tmp_path / "s"), "--for", "2s"]) == 0
    read = open_recording(tmp_path / "s")
    assert (read.info.rate_hz, read.n_samples) == (400.0, 800)
    counts = np.concatenate([block.uv[:, 0] for block in read.blocks()])
    np.testing.assert_array_equal(counts, np.arange(1, 801))


def test_each_packet_goes_by_the_characteristic_of_its_number(bluez: HostingBluez) -> None:
    with in_the_air("myo", 200.0):
        link = opened("myo")
        for command in PROFILES["myo"].start:
            link.write(command)
        packets = [link.read(BOUND_S) for _ in range(12)]
        link.close()
    assert [piece.data[0] for piece in packets if piece] == [0, 1, 2, 3] * 3


@pytest.mark.parametrize("name", ["ganglion", pytest.param("npg-lite-ble", marks=pytest.mark.slow)])
def test_unplugged_and_plugged_in_again_a_recording_goes_on_after_one_gap(
    bluez: HostingBluez, name: str
) -> None:
    with in_the_air(name, 500.0, Faults(unplug_s=(2.5, 0.5))):
        link = BleLink("", peripheral.check_gatt(name), patience=QUICK)
        source = live_source(name, link, 500.0, backoff_s=(0.0,))
        blocks = blocks_of(source, 2000)
    assert source.tally.restarts == 1
    assert source.tally.garbage_bytes == 0
    count = np.concatenate([block.uv[:, 0] for block in blocks])
    steps = np.diff(count // CODECS[PROFILES[name].codec].step) % span_of(name)
    assert np.count_nonzero(steps != 1) == 1  # its samples went on without us
    assert steps.max() >= 200
    assert sum(b.first_sample != a.end_sample for a, b in pairwise(blocks)) == 1


def test_who_leaves_finds_the_board_silent_when_he_comes_back(bluez: HostingBluez) -> None:
    with in_the_air("npg-lite-ble", 1000.0):
        link = opened("npg-lite-ble")
        got = started(link, "npg-lite-ble", 100)
        link.close()
        link.open()
        assert link.read(0.1) is None
        again = started(link, "npg-lite-ble", 100)
        link.close()
    assert got[0, 0] == 1
    assert again[0, 0] > got[-1, 0]


def test_a_board_answers_by_its_data(bluez: HostingBluez) -> None:
    with in_the_air("bitalino", 1000.0):
        link = opened("bitalino")
        link.write(b"\x07")
        piece = link.read(BOUND_S)
        link.close()
    assert piece is not None
    assert piece.data.startswith(b"BITalino_v5")


def test_a_client_reads_the_last_packet(bluez: HostingBluez) -> None:
    async def read() -> tuple[bytes, bytes]:
        _, device = await find(target("NPG", ()), BOUND_S, 0.05)
        packets: asyncio.Queue[bytes] = asyncio.Queue()
        async with BleakClient(device) as client:
            assert await client.read_gatt_char(chords.DATA) == b""
            await client.start_notify(chords.DATA, lambda _, data: packets.put_nowait(bytes(data)))
            await client.write_gatt_char(chords.CONTROL, chords.START, response=True)
            first = await packets.get()
            await client.write_gatt_char(chords.CONTROL, chords.STOP, response=False)
            return first, bytes(await client.read_gatt_char(chords.DATA))

    with in_the_air("npg-lite-ble", 1000.0):
        first, last = asyncio.run(asyncio.wait_for(read(), BOUND_S))
    assert len(first) == len(last) == 70


# -- the command ----------------------------------------------------------------------------------


def test_the_command_plays_the_scenario_until_it_is_interrupted(bluez: HostingBluez) -> None:
    command = [sys.executable, "-P", "-m", "fasciscope", "board", "ganglion", "--ble"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"port: ble:Ganglion\n"
        link = opened("ganglion")
        got = started(link, "ganglion", 100)
        process.send_signal(signal.SIGINT)
        with pytest.raises(LinkLostError):  # who is connected is told
            taken(link, "ganglion", 1_000_000)
        assert process.wait(BOUND_S) == 130
        assert process.stderr.read().strip() == b"fasciscope: interrupted."
    link.close()
    assert bluez.advertised == bluez.registered == []
    scenario = ScenarioSignal("ganglion", "demo")(0, len(got))
    np.testing.assert_array_equal(got, scenario)
    assert scenario.std() > 1


def test_the_command_ends_by_itself(
    bluez: HostingBluez, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["board", "myo", "--ble", "--for", "0.1"]) == 0
    assert capsys.readouterr().out == "port: ble:Myo\n"
    assert bluez.advertised == bluez.registered == []


# -- what goes wrong ------------------------------------------------------------------------------


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code and the message of a board that cannot be played."""
    code = run(["board", *arguments, "--for", "0.1"])
    return code, capsys.readouterr().err


def test_one_way_has_to_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    for ways in ([], ["--ble", "--pty"], ["--ble", "--tcp", "0"]):
        code, message = told(capsys, "ganglion", *ways)
        assert code == 2
        assert "--pty, --tcp PORT, or --ble" in message


def test_a_board_without_bluetooth_is_refused_with_those_that_have_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, message = told(capsys, "cyton", "--ble")
    assert code == 2
    assert "'cyton' is not on Bluetooth LE" in message
    assert "ganglion, ganglion-2, gforce" in message


def test_other_systems_have_no_peripherals(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    code, message = told(capsys, "ganglion", "--ble")
    assert code == 2
    assert "Only Linux" in message


def test_a_machine_without_the_bus_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    code, message = told(capsys, "ganglion", "--ble")
    assert code == 4
    assert "systemctl start dbus bluetooth" in message


def test_a_bus_without_bluetooth_is_told(
    bus: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
    code, message = told(capsys, "ganglion", "--ble")
    assert code == 4
    assert "systemctl start bluetooth" in message


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (HostingBluez.unplug, "no Bluetooth adapter"),
        (lambda bluez: bluez.power(False), "Bluetooth is off"),
        (HostingBluez.forbid_peripherals, "cannot be a board: BlueZ offers no org.bluez.LEAdv"),
    ],
)
def test_an_adapter_that_cannot_be_a_board_is_told(
    bluez: HostingBluez,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[HostingBluez], None],
    words: str,
) -> None:
    spoil(bluez)
    code, message = told(capsys, "ganglion", "--ble")
    assert code == 4
    assert words in message


@pytest.mark.parametrize("member", ["RegisterApplication", "RegisterAdvertisement"])
def test_what_bluez_refuses_is_told_in_its_words_and_nothing_stays(
    bluez: HostingBluez, capsys: pytest.CaptureFixture[str], member: str
) -> None:
    bluez.fail(member, "org.bluez.Error.NotPermitted", "Maximum advertisements reached")
    code, message = told(capsys, "ganglion", "--ble")
    assert code == 4
    assert f"({member}): Maximum advertisements reached (org.bluez.Error.NotPermitted)" in message
    assert bluez.registered == []


def test_who_may_not_use_bluetooth_is_told_what_to_do(
    bluez: HostingBluez, capsys: pytest.CaptureFixture[str]
) -> None:
    bluez.fail("RegisterApplication", "org.freedesktop.DBus.Error.AccessDenied", "rejected")
    code, message = told(capsys, "ganglion", "--ble")
    assert code == 4
    assert "usermod -aG bluetooth" in message


def test_bluez_that_does_not_answer_is_told(
    bluez: HostingBluez, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fasciscope.app.bluez.CALL_S", 0.1)
    bluez.fail("RegisterApplication", "")
    code, message = told(capsys, "ganglion", "--ble")
    assert code == 4
    assert "BlueZ does not answer (RegisterApplication)" in message


def lost(act: Callable[[], None]) -> None:
    """Play a board, do this, and wait until it ends by itself."""
    with in_the_air("myo", 200.0) as ended:
        act()
        assert ended.wait(BOUND_S)


def test_an_advertisement_that_is_given_up_ends_the_board(bluez: HostingBluez) -> None:
    with pytest.raises(DeviceError, match="has given the board up"):
        lost(bluez.release)
    assert bluez.registered == []


def test_a_service_that_ends_ends_the_board(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
    with (
        HostingBluez(bus) as bluez,
        pytest.raises(DeviceError, match="has given the board up"),
    ):
        lost(bluez.leave)


def test_a_bus_that_ends_ends_the_board(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        address = stack.enter_context(private_bus())
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        stack.enter_context(HostingBluez(address))
        with pytest.raises(DeviceError, match="has given the board up"):
            lost(stack.close)
