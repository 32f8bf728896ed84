"""Which Bluetooth device is meant; no radio is needed for that."""

import subprocess
import sys

import pytest

from fasciscope.acquisition.ble_scan import Advertisement, Target, identity, target
from fasciscope.core import DeviceError

MAC, UUID = "C0:FF:EE:00:00:01", "0D5AE4A6-0000-1111-2222-333344445555"


def seen(name: str, address: str = MAC) -> Advertisement:
    return Advertisement(name, address, (), -50)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", Target(names=("NPG", "Chords"))),
        ("NPG-Lite", Target(names=("NPG-Lite",))),
        ("C0-FF-EE-00-00-01", Target(address="c0:ff:ee:00:00:01")),
        (UUID, Target(address=UUID.lower())),
    ],
)
def test_what_a_person_wrote_is_a_name_or_an_address(text: str, meant: Target) -> None:
    assert target(f" {text} ", ("NPG", "Chords")) == meant


def test_a_device_without_a_name_is_meant_by_its_address_only() -> None:
    assert not target("NPG", ()).fits(seen(""))
    assert target(MAC, ()).fits(seen(""))
    assert identity(seen("")) == Target(address=MAC.lower(), whole=True)


def test_a_board_that_was_found_is_known_by_its_whole_name_and_its_address() -> None:
    known = identity(seen("NPG-1"))
    assert known.fits(seen("NPG-1"))
    assert not known.fits(seen("NPG-11"))
    assert not known.fits(seen("NPG-1", "C0:FF:EE:00:00:02"))


def test_on_macos_a_name_is_the_identity_and_a_mac_address_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    board = seen("Ganglion-1234", UUID)
    assert identity(board).address == board.address.lower()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert identity(board).address == ""
    assert target(board.address, ()).fits(board)
    with pytest.raises(DeviceError, match="Give the board's name"):
        target(MAC, ("NPG",))


def test_bleak_is_imported_only_for_a_radio() -> None:
    code = "import sys, fasciscope.acquisition.ble; assert not {'bleak', 'dbus_fast'} & set(sys.modules)"
    subprocess.run([sys.executable, "-P", "-c", code], check=True, cwd="/")
