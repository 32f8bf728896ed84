"""Real pyserial on a pseudo-terminal that a virtual board plays: start, stream, unplug, replug."""

import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from boards import blocks_of, in_background, live_source, played_board, span_of

from fasciscope.acquisition import LinkLostError
from fasciscope.acquisition.serial_port import Port, SerialLink, ports
from fasciscope.app.player import Player, play_on_terminal
from fasciscope.core import DeviceError
from fasciscope.firmware_bridge.cerelog import handshake
from fasciscope.firmware_bridge.faults import Faults
from fasciscope.firmware_bridge.profile import Opening
from fasciscope.firmware_bridge.profiles import PROFILES

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")


class Stage:
    """A board that is played on a terminal whose name does not change."""

    def __init__(
        self, folder: Path, name: str, rate_hz: float, faults: Faults | None = None
    ) -> None:
        self.link = folder / "port"
        self.said = threading.Event()
        self.player = Player(played_board(name, rate_hz, faults))

    def __call__(self, over: threading.Event) -> None:
        play_on_terminal(self.player, over.is_set, lambda _name: self.said.set(), self.link)


@pytest.mark.parametrize("name", ["cyton", "bitalino"])
def test_a_board_is_started_read_and_stopped(tmp_path: Path, name: str) -> None:
    stage = Stage(tmp_path, name, 2000.0)
    with in_background(stage):
        assert stage.said.wait(10)
        source = live_source(name, SerialLink(str(stage.link), (115_200,)), 2000.0)
        blocks = blocks_of(source, 3000)
    count = np.concatenate([b.uv[:, 0] for b in blocks])
    np.testing.assert_array_equal(count - 1, np.arange(len(count)) % span_of(name))
    assert source.tally.lost == 0
    assert not stage.player._played.board.manner.streaming


def test_unplugged_and_plugged_in_again_the_recording_goes_on_after_a_gap(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "cyton", 1000.0, Faults(unplug_s=(2.5, 1.0)))
    with in_background(stage):
        assert stage.said.wait(10)
        link = SerialLink(str(stage.link), (115_200,))
        source = live_source("cyton", link, 1000.0, backoff_s=(0.05,))
        blocks = blocks_of(source, 3000)
    at = np.concatenate([np.arange(b.first_sample, b.end_sample) for b in blocks])
    count = np.concatenate([b.uv[:, 0] for b in blocks])
    jumps = np.flatnonzero(np.diff(at) > 1)
    assert len(jumps) == 1
    assert source.tally.restarts == 1
    off = count - 1 - at  # the board's samples went on meanwhile: they tell where they belong
    assert np.abs(off[: jumps[0]]).max() == 0
    assert np.abs(off[jumps[0] + 1 :]).max() <= 100  # a tenth of a second on a busy machine


def test_a_port_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(DeviceError, match=r"/dev/nope cannot be opened.*Serial ports here"):
        SerialLink("/dev/nope", (9600,)).open()


def test_a_port_is_ours_alone(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "cyton", 250.0)
    with in_background(stage):
        assert stage.said.wait(10)
        one, other = (SerialLink(str(stage.link), (115_200,)) for _ in range(2))
        one.open()
        with pytest.raises(DeviceError, match="cannot be opened"):
            other.open()
        one.close()
        one.close()
        other.open()
        other.close()


def test_a_port_whose_other_end_is_gone_is_lost_for_reading_and_writing() -> None:
    import tty

    ours, theirs = os.openpty()
    tty.setraw(theirs)
    link = SerialLink(os.ttyname(theirs), (115_200,))
    link.open()
    os.close(theirs)
    os.write(ours, b"abc")
    piece = link.read(1.0)
    assert piece is not None
    assert piece.data == b"abc"
    assert link.read(0.01) is None
    os.close(ours)
    with pytest.raises(LinkLostError):
        link.read(1.0)
    with pytest.raises(LinkLostError):
        link.write(b"x")
    link.close()


def test_a_device_is_found_again_by_its_identity_under_whatever_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = os.openpty()
    name = os.ttyname(theirs)
    here = Port(name, "FT231X", 0x0403, 0x6015, "DQ00")
    there: list[Port] = [Port("/dev/ttyUSB7", "FT231X", 0x0403, 0x6015, "OTHER"), here]
    monkeypatch.setattr("fasciscope.acquisition.serial_port.ports", lambda: tuple(there))
    link = SerialLink(name, (115_200,))
    link.open()
    link.close()
    there.pop()
    with pytest.raises(DeviceError, match="FT231X is not plugged in"):
        link.open()
    moved_ours, moved_theirs = os.openpty()
    moved = os.ttyname(moved_theirs)
    there.append(Port(moved, "FT231X", 0x0403, 0x6015, "DQ00"))
    link.open()
    assert link.name == moved
    link.close()
    for end in (ours, theirs, moved_ours, moved_theirs):
        os.close(end)


def test_speeds_are_tried_one_after_another() -> None:
    link = SerialLink("x", (9600, 115_200))
    assert link.vary()
    assert not link.vary()


def test_the_ports_of_this_machine_are_listed() -> None:
    assert all(port.name for port in ports())


def test_a_board_that_changes_its_speed_is_told_at_the_first_and_read_at_the_next() -> None:
    import termios
    import tty

    ours, theirs = os.openpty()
    try:
        tty.setraw(theirs)
        heard: list[bytes] = []
        speeds: list[int] = []

        def said(unix_s: int, baud: int) -> bytes:
            speeds.append(termios.tcgetattr(ours)[5])
            heard.append(handshake(unix_s, baud))
            return heard[0]

        link = SerialLink(os.ttyname(theirs), (115_200,), Opening(9600, 0.01, said))
        os.write(ours, b"what it sent before, at a speed that nobody follows")
        link.open()
        speeds.append(termios.tcgetattr(ours)[5])
        assert os.read(ours, 100) == heard[0]
        assert speeds == [termios.B9600, termios.B115200]
        os.write(ours, b"and after")
        piece = link.read(5.0)
        link.close()
    finally:
        os.close(ours)
        os.close(theirs)
    assert piece is not None
    assert piece.data == b"and after"


def test_a_cerelog_is_opened_as_its_firmware_wants_it() -> None:
    profile = PROFILES["cerelog"]
    assert profile.opening is not None
    assert (profile.opening.baud, profile.bauds) == (9600, (115_200,))
    assert profile.opening.said(1_700_000_000, 115_200) == handshake(1_700_000_000, 115_200)
