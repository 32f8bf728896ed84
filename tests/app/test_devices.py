"""What could be recorded from is listed as it can be typed."""

import json

import pytest

from fasciscope.acquisition import serial_port
from fasciscope.acquisition.serial_port import Port
from fasciscope.app.main import run
from fasciscope.firmware_bridge.boards import BOARDS
from fasciscope.firmware_bridge.looks import _USB, usb_looks_like

PORTS = (
    Port("/dev/ttyUSB0", "FT231X USB UART", 0x0403, 0x6015, "DQ0084KD"),
    Port("COM3", "n/a", 0x2341, 0x0043, None),
    Port("/dev/ttyS0", "n/a", None, None, None),
)


def test_ports_are_told_with_the_boards_they_look_like(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serial_port, "ports", lambda: PORTS)
    assert run(["devices", "--no-ble"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "serial:/dev/ttyUSB0?board=cyton" in lines[0]
    assert "FT231X" in lines[0]
    assert "Arduino" in lines[1]
    assert lines[2].startswith("serial:/dev/ttyS0 ")
    assert "no board known" in lines[2]
    assert run(["devices", "--no-ble", "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[0]["boards"][:1] == ["cyton"]


def test_nothing_found_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serial_port, "ports", lambda: ())
    assert run(["devices", "--no-ble"]) == 0
    assert "Nothing found" in capsys.readouterr().err


def test_every_board_that_a_bridge_may_hide_is_of_the_table() -> None:
    assert {board for _, boards in _USB.values() for board in boards} <= set(BOARDS)


def test_an_unknown_bridge_looks_like_nothing() -> None:
    assert usb_looks_like(0xFFFF, 1) == ("", ())
    assert usb_looks_like(None, None) == ("", ())
