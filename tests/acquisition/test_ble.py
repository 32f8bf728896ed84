"""Bluetooth LE: the real bleak, on a stand-in for bluetoothd that plays the boards."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from fasciscope.acquisition.ble import BleLink, Patience, scan
from fasciscope.acquisition.ble_scan import Advertisement
from fasciscope.acquisition.link import LinkLostError
from fasciscope.core import DeviceError
from fasciscope.firmware_bridge import chords
from fasciscope.firmware_bridge.boards import BOARDS
from fasciscope.firmware_bridge.codecs import CODECS
from fasciscope.firmware_bridge.profile import Gatt, Profile
from fasciscope.firmware_bridge.profiles import PROFILES
from fasciscope.firmware_bridge.virtual import Signal, VirtualBoard, virtual_board

if sys.platform != "linux" or shutil.which("dbus-daemon") is None:
    pytest.skip("needs Linux and dbus-daemon (apt install dbus-daemon)", allow_module_level=True)

from .fake_bluez import FakeBluez, Peripheral, private_bus

BOUND_S = 10.0
QUICK = Patience(scan_s=5.0, settle_s=0.05, connect_s=5.0, call_s=5.0)
BLE_PACKET_N = 20
N = 720
"""Samples that are whole notifications of every board."""
PLAYED = {
    "bitalino": "BITalino-C0-02",
    "fasciscope-esp32": "fasciscope-esp32",
    "ganglion": "Ganglion-1a2b",
    "gforce": "gForcePro+(C0FF)",
    "mudra-link": "Mudra Band",
    "myo": "My Myo",
    "npg-lite-ble": "NPG-Lite-3CH:C0:01",
}
"""Boards that are played: what they advertise themselves as."""


@dataclass
class Stage:
    """A played board, and the service that shows it."""

    bluez: FakeBluez
    profile: Profile
    peripheral: Peripheral
    board: VirtualBoard

    def play(self, n_samples: int) -> int:
        """Notify the next samples; give the number of notifications."""
        wire, size = self.board.stream(n_samples), self.board.codec.packet_n or BLE_PACKET_N
        packets = [wire[at : at + size] for at in range(0, len(wire), size)]
        if len(self.peripheral.gatt.data) == 1:
            self.bluez.notify(self.peripheral, packets)
        else:  # the first byte of each tells by which characteristic it goes
            for packet in packets:
                self.bluez.notify(self.peripheral, [packet[1:]], packet[0])
        return len(packets)

    def link(self, wanted: str = "", **options: object) -> BleLink:
        return BleLink(wanted, self.peripheral.gatt, patience=QUICK, **options)  # type: ignore[arg-type]


def signal(n_channels: int, highest: tuple[int, ...], step: int) -> Signal:
    """Counts that differ from sample to sample and from channel to channel."""

    def counts(first: int, n: int) -> NDArray[np.int32]:
        number = first + np.arange(n)[:, None]
        told = (37 * number + 11 * np.arange(n_channels)) % (np.array(highest) + 1)
        return (told - told % step).astype(np.int32)

    return counts


@pytest.fixture(scope="module")
def bus() -> Iterator[str]:
    with private_bus() as address:
        yield address


@pytest.fixture
def bluez(bus: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBluez]:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
    with FakeBluez(bus) as service:
        yield service


def staged(bluez: FakeBluez, name: str, address: str = "C0:FF:EE:00:00:01") -> Stage:
    assert name in BOARDS
    title = PLAYED[name]
    codec = CODECS[PROFILES[name].codec]
    board = virtual_board(name, signal(codec.n_channels, codec.high, codec.step))
    gatt = PROFILES[name].gatt
    assert gatt is not None
    peripheral = Peripheral(title, address, gatt, board.receive)
    bluez.advertise(peripheral)
    return Stage(bluez, PROFILES[name], peripheral, board)


@pytest.fixture(params=sorted(PLAYED))
def stage(bluez: FakeBluez, request: pytest.FixtureRequest) -> Stage:
    return staged(bluez, request.param)


@pytest.fixture
def npg(bluez: FakeBluez) -> Stage:
    return staged(bluez, "npg-lite-ble")


@pytest.fixture
def opened(npg: Stage) -> Iterator[BleLink]:
    link = npg.link()
    link.open()
    yield link
    link.close()


def started(link: BleLink, stage: Stage) -> BleLink:
    link.open()
    for command in stage.profile.start:
        link.write(command)
    return link


def taken(link: BleLink, n_packets: int) -> list[bytes]:
    """So many notifications."""
    pieces = [link.read(BOUND_S) for _ in range(n_packets)]
    times = [piece.received_s for piece in pieces if piece is not None]
    assert len(times) == n_packets
    assert times == sorted(times)
    return [piece.data for piece in pieces if piece is not None]


def decoded(stage: Stage, packets: list[bytes]) -> NDArray[np.int32]:
    decoder = stage.board.codec.decoder()
    parts = [*map(decoder.feed, packets), decoder.finish()]
    assert [part.garbage for part in parts if part.garbage] == []
    return np.concatenate([part.frames.counts for part in parts])


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + BOUND_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


# -- a stream -------------------------------------------------------------------------------------


def test_what_a_board_sends_arrives_and_goes_on_after_a_loss(stage: Stage) -> None:
    link = started(stage.link(), stage)
    before = taken(link, stage.play(N))
    np.testing.assert_array_equal(decoded(stage, before), stage.board.signal(0, N))
    n_waiting = stage.play(N)
    stage.bluez.drop(stage.peripheral)
    late = taken(link, n_waiting)  # what had come is handed out first
    np.testing.assert_array_equal(decoded(stage, late), stage.board.signal(N, N))
    with pytest.raises(LinkLostError, match=r"has disconnected"):
        link.read(BOUND_S)
    with pytest.raises(LinkLostError, match=r"has disconnected"):
        link.write(b"\x00")

    stage.board.manner.streaming = False  # the board was switched off and on
    stage.bluez.advertise(stage.peripheral)
    started(link, stage)
    again = taken(link, stage.play(N))
    np.testing.assert_array_equal(decoded(stage, again), stage.board.signal(0, N))
    assert link.lost_packets == 0
    link.close()


def test_the_board_s_name_is_known_once_it_was_found(stage: Stage) -> None:
    link = stage.link()
    link.open()
    assert link.name == stage.peripheral.name
    link.close()


def test_nothing_is_read_while_nothing_comes(opened: BleLink) -> None:
    assert opened.read(0.0) is None
    assert opened.read(0.01) is None


def test_two_characteristics_are_told_apart_by_the_first_byte(bluez: FakeBluez) -> None:
    uuids = ("0000aa01-0000-1000-8000-00805f9b34fb", "0000aa02-0000-1000-8000-00805f9b34fb")
    two = Peripheral("Two", "C0:FF:EE:00:00:02", Gatt(("Two",), chords.SERVICE, uuids))
    bluez.advertise(two)
    link = BleLink("Two", two.gatt, patience=QUICK)
    link.open()
    for number, packet in ((0, b"ab"), (1, b"cd"), (0, b"")):
        bluez.notify(two, [packet], number)
    assert taken(link, 3) == [b"\x00ab", b"\x01cd", b"\x00"]
    with pytest.raises(DeviceError, match="takes no commands"):
        link.write(b"x")
    link.close()


def test_what_nobody_reads_in_time_is_counted(npg: Stage) -> None:
    link = started(npg.link(queue_n=5), npg)
    npg.play(200)
    until(lambda: link.lost_packets == 15)
    kept = decoded(npg, taken(link, 5))
    np.testing.assert_array_equal(kept, npg.board.signal(0, 50))
    link.close()
    link.open()
    assert link.lost_packets == 15
    link.close()
    assert link.lost_packets == 15


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        (("write",), "request"),
        (("write-without-response",), "command"),
        (("write", "write-without-response"), "request"),
    ],
)
def test_a_command_is_acknowledged_where_the_board_can(
    npg: Stage, flags: tuple[str, ...], kind: str
) -> None:
    npg.peripheral.control_flags = flags
    link = started(npg.link(), npg)
    assert npg.peripheral.writes == [(b"START\n", kind)]
    link.close()


@pytest.mark.parametrize(("mtu", "words"), [(73, ""), (72, "73 are needed"), (23, "73 are needed")])
def test_a_packet_that_is_too_small_for_a_notification_is_told(
    npg: Stage, mtu: int, words: str
) -> None:
    npg.peripheral.mtu = mtu
    link = npg.link(packet_n=npg.board.codec.packet_n)
    link.open()
    assert link.mtu == mtu
    assert words in link.caution
    assert bool(link.caution) == bool(words)
    link.close()


def test_a_link_may_be_closed_twice_and_not_read_afterwards(opened: BleLink) -> None:
    opened.close()
    opened.close()
    with pytest.raises(LinkLostError, match="is not open"):
        opened.read(0.0)


# -- finding a board ------------------------------------------------------------------------------


def test_a_scan_lists_what_is_near(npg: Stage) -> None:
    (seen,) = scan(0.3)
    assert seen == Advertisement(
        "NPG-Lite-3CH:C0:01", "C0:FF:EE:00:00:01", (chords.SERVICE,), seen.rssi_dbm
    )
    assert seen.rssi_dbm in (-48, -50)


@pytest.mark.parametrize("wanted", ["NPG", "NPG-Lite-3CH:C0:01", "c0-ff-ee-00-00-01", " NPG-L "])
def test_a_board_is_found_by_its_name_the_beginning_of_it_or_its_address(
    npg: Stage, wanted: str
) -> None:
    staged(npg.bluez, "bitalino", "C0:FF:EE:00:00:02")
    link = npg.link(wanted)
    link.open()
    assert link.name == "NPG-Lite-3CH:C0:01"
    link.close()


def test_of_two_that_may_be_meant_none_is_taken(npg: Stage) -> None:
    other = Peripheral("NPG-Lite-3CH:C0:011", "C0:FF:EE:00:00:03", npg.peripheral.gatt)
    npg.bluez.advertise(other)
    with pytest.raises(DeviceError, match=r"2 devices .*Give the whole name"):
        npg.link("NPG-L").open()
    link = npg.link("NPG-Lite-3CH:C0:01")  # whole, though the other begins with it
    link.open()
    assert link.name == "NPG-Lite-3CH:C0:01"
    npg.bluez.drop(npg.peripheral)
    with pytest.raises(LinkLostError):
        link.read(BOUND_S)
    link._patience = Patience(scan_s=0.3, settle_s=0.05)
    with pytest.raises(DeviceError, match=r"No Bluetooth device .*C0:011"):
        link.open()  # the other one is not taken for it


def test_a_namesake_that_is_heard_later_counts_too(npg: Stage) -> None:
    namesake = Peripheral(npg.peripheral.name, "C0:FF:EE:00:00:03", npg.peripheral.gatt)
    namesake.silent_s = 0.05
    npg.bluez.advertise(namesake)
    link = BleLink("NPG", npg.peripheral.gatt, patience=Patience(scan_s=5.0, settle_s=1.0))
    with pytest.raises(DeviceError, match=r"2 devices .*the address of one"):
        link.open()
    link = npg.link(npg.peripheral.address)
    link.open()
    link.close()


def test_a_board_that_is_absent_is_told_with_what_was_seen(npg: Stage) -> None:
    link = BleLink("Myo", npg.peripheral.gatt, patience=Patience(scan_s=0.3))
    with pytest.raises(
        DeviceError, match=r"'Myo' was found in 0.3 s; seen: NPG-Lite-3CH:C0:01 \(C0"
    ):
        link.open()


def test_a_board_without_the_characteristic_is_refused(bluez: FakeBluez, npg: Stage) -> None:
    assert PROFILES["bitalino"].gatt is not None
    link = BleLink("NPG", PROFILES["bitalino"].gatt, patience=QUICK)
    with pytest.raises(DeviceError, match=r"no characteristic 40fdba6b.*; it has .*beb5483e"):
        link.open()


# -- what goes wrong ------------------------------------------------------------------------------


def test_an_adapter_that_is_off_or_absent_is_told(bluez: FakeBluez, npg: Stage) -> None:
    bluez.power(False)
    with pytest.raises(DeviceError, match=r"Bluetooth is off\. Turn it on"):
        npg.link().open()
    with pytest.raises(DeviceError, match=r"Bluetooth is off\. Turn it on"):
        scan(0.1)
    bluez.unplug()
    with pytest.raises(DeviceError, match="no Bluetooth adapter"):
        npg.link().open()


def test_a_bus_without_the_bluetooth_service_is_told(
    bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
    with pytest.raises(DeviceError, match="systemctl start bluetooth"):
        scan(0.1)


def test_a_machine_without_the_bus_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    with pytest.raises(DeviceError, match="systemctl start dbus bluetooth"):
        scan(0.1)


def test_a_bus_that_dies_is_a_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    with private_bus() as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        with FakeBluez(address) as service:
            stage = staged(service, "npg-lite-ble")
            link = started(stage.link(), stage)
            assert len(taken(link, stage.play(30))) == 3
    with pytest.raises(LinkLostError):
        link.read(BOUND_S)
    link.close()


@pytest.mark.parametrize(
    ("member", "error", "words"),
    [
        ("StartNotify", "org.bluez.Error.NotPermitted", "Subscribing to NPG-Lite"),
        ("Connect", "org.bluez.Error.Failed", "Connecting to NPG-Lite"),
        ("StartDiscovery", "org.bluez.Error.NotReady", "Starting to scan"),
        ("Connect", "", "Connecting to NPG-Lite-3CH:C0:01: no answer within 0.3 s"),
        ("StartNotify", "", "no answer within 0.3 s"),
    ],
)
def test_a_refusal_or_silence_while_opening_is_told_and_it_can_be_opened_afterwards(
    npg: Stage, member: str, error: str, words: str
) -> None:
    npg.bluez.fail(member, error, "le-connection-abort-by-remote")
    link = npg.link()
    link._patience = Patience(scan_s=5.0, settle_s=0.05, connect_s=0.3, call_s=0.3)
    with pytest.raises(DeviceError, match=words):
        link.open()
    npg.bluez.heal()
    link._patience = QUICK
    started(link, npg)
    assert len(taken(link, npg.play(30))) == 3
    link.close()


@pytest.mark.parametrize(
    ("error", "text", "times"),
    [
        ("org.bluez.Error.Failed", "le-connection-abort-by-remote", 1),
        ("org.bluez.Error.Failed", "le-connection-abort-by-remote", 2),
        ("org.bluez.Error.Failed", "Software caused connection abort", 2),
        ("org.bluez.Error.Failed", "le-connection-abort-by-local", 1),  # bleak itself waits here
        ("org.bluez.Error.InProgress", "", 2),
        ("", "no answer at all", 1),
    ],
)
def test_a_connection_that_fails_as_radios_do_is_tried_again(
    npg: Stage, error: str, text: str, times: int
) -> None:
    npg.bluez.fail("Connect", error, text, times)
    link = npg.link()
    link._patience = Patience(scan_s=5.0, settle_s=0.05, connect_s=4.0)
    started(link, npg)
    assert npg.bluez.calls("Connect") == times + 1
    assert len(taken(link, npg.play(30))) == 3
    link.close()


def test_a_connection_that_broke_off_before_it_stood_is_no_loss(npg: Stage) -> None:
    npg.bluez.abort(2)  # bleak tries again by itself, and says of each that it was lost
    link = started(npg.link(), npg)
    assert npg.bluez.calls("Connect") == 3
    assert link.read(0.0) is None
    assert len(taken(link, npg.play(30))) == 3
    npg.bluez.drop(npg.peripheral)
    with pytest.raises(LinkLostError, match="has disconnected"):
        link.read(BOUND_S)
    link.close()


@pytest.mark.parametrize(
    ("text", "n_tries"), [("le-connection-abort-by-remote", 3), ("br-connection-refused", 1)]
)
def test_a_connection_is_tried_three_times_at_most_and_once_if_it_is_refused(
    npg: Stage, text: str, n_tries: int
) -> None:
    npg.bluez.fail("Connect", "org.bluez.Error.Failed", text)
    with pytest.raises(DeviceError, match=f"Connecting to NPG.*{text}"):
        npg.link().open()
    assert npg.bluez.calls("Connect") == n_tries


def test_a_command_that_is_for_ever_in_progress_is_given_up(npg: Stage) -> None:
    link = npg.link()
    link._patience = Patience(scan_s=5.0, settle_s=0.05, call_s=0.3)
    link.open()
    npg.bluez.fail("WriteValue", "org.bluez.Error.InProgress")
    with pytest.raises(DeviceError, match=r"no answer within 0.3 s") as told:
        link.write(b"START\n")
    assert not isinstance(told.value, LinkLostError)
    npg.bluez.heal()
    link.write(b"START\n")
    link.close()
