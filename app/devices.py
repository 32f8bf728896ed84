"""What could be recorded from: ports and radios, as sources that can be typed."""

from dataclasses import asdict, dataclass

from fasciscope.firmware_bridge.looks import ble_looks_like, usb_looks_like


@dataclass(frozen=True, slots=True)
class Found:
    """A device: the source to type, what it calls itself, boards that it may be."""

    source: str
    title: str
    boards: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """In JSON's types."""
        return {**asdict(self), "boards": list(self.boards)}


def serial_devices() -> tuple[Found, ...]:
    """The serial ports of this machine."""
    from fasciscope.acquisition.serial_port import ports

    found = []
    for port in ports():
        bridge, boards = usb_looks_like(port.vid, port.pid)
        title = port.title if port.title not in ("", "n/a") else bridge
        found.append(Found(_asked("serial", port.name, boards), title, boards))
    return tuple(found)


def radio_devices(seconds: float) -> tuple[Found, ...]:
    """The Bluetooth LE devices that are heard within so long, those that look like a board first.

    Raises DeviceError where there is no radio.
    """
    from fasciscope.acquisition.ble import scan

    found = []
    for heard in scan(seconds):
        boards = ble_looks_like(heard.name)
        target = heard.name or heard.address
        found.append(Found(_asked("ble", target, boards), f"{heard.rssi_dbm} dBm", boards))
    return tuple(sorted(found, key=lambda one: (not one.boards, one.source)))


def _asked(kind: str, target: str, boards: tuple[str, ...]) -> str:
    return f"{kind}:{target}" + (f"?board={boards[0]}" if boards else "")
