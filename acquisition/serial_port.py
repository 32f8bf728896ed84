"""Serial ports: a link over one, and the list of those that are there."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass

import serial
from serial.tools import list_ports

from fasciscope.acquisition.link import LinkLostError, Piece
from fasciscope.core import DeviceError
from fasciscope.firmware_bridge.profile import Opening

DRAIN_S = 0.004
"""After the first byte of a read this long for more: fewer wake-ups, and hardly a delay."""

_BROKEN: tuple[type[Exception], ...] = (serial.SerialException, OSError)
"""How a port breaks."""
try:
    from termios import error as _terminal_error
except ImportError:
    pass  # Windows has none
else:
    _BROKEN = (*_BROKEN, _terminal_error)


@dataclass(frozen=True, slots=True)
class Port:
    """A serial port that is there; what is not known of it is None or empty."""

    name: str
    title: str
    vid: int | None
    pid: int | None
    serial_number: str | None


def ports() -> tuple[Port, ...]:
    """The serial ports of this machine, by name."""
    found = (
        Port(p.device, p.description or "", p.vid, p.pid, p.serial_number)
        for p in list_ports.comports()
    )
    return tuple(sorted(found, key=lambda port: port.name))


class SerialLink:
    """`Link` over a serial port at one of the speeds `bauds`, the likeliest first.

    With an `opening` it begins at that speed, says what is to be said, and goes on at its own.
    The device is found again by its USB identity, whatever name its port then has; a port without
    one (a pseudo-terminal, a built-in UART) by its name.
    """

    def __init__(self, name: str, bauds: tuple[int, ...], opening: Opening | None = None) -> None:
        assert bauds, "a serial port has a speed"
        self._opening = opening
        self._name = name
        self._bauds = bauds
        self._left = len(bauds)
        self._device: Port | None = None
        self._port: serial.Serial | None = None

    @property
    def name(self) -> str:
        """The port's name, at present."""
        return self._name

    @property
    def lost_packets(self) -> int:
        """It throws nothing away."""
        return 0

    @property
    def caution(self) -> str:
        """There is nothing to know."""
        return ""

    def open(self) -> None:
        """Open the port for ourselves alone. Raises DeviceError if it is absent or somebody else's."""
        self.close()
        self._name = self._found()
        baud = self._bauds[0] if self._opening is None else self._opening.baud
        try:
            self._port = serial.Serial(
                self._name, baud, timeout=0.1, write_timeout=2.0, exclusive=_EXCLUSIVE
            )
        except _BROKEN as error:
            raise DeviceError(_why_not(self._name, error)) from error
        self._device = self._device or _identified(self._name)
        if self._opening is not None:
            self._change_over(self._port, self._opening)

    def _change_over(self, port: serial.Serial, opening: Opening) -> None:
        """Say at the first speed what makes both sides go on at ours."""
        until_s = time.monotonic() + opening.wakes_s
        while (left_s := until_s - time.monotonic()) > 0:
            self.read(left_s)
        self.write(opening.said(int(time.time()), self._bauds[0]))
        try:
            port.flush()  # the last byte has left at the first speed
            port.baudrate = self._bauds[0]
        except _BROKEN as error:
            raise LinkLostError(f"{self._name} is gone: {error}.") from error

    def read(self, timeout_s: float) -> Piece | None:
        """What came within the time; None if nothing did. Raises LinkLostError when it is unplugged."""
        port = self._opened()
        try:
            port.timeout = timeout_s
            data = port.read(1)
            if not data:
                return None
            time.sleep(DRAIN_S)  # nothing is waited for: it lets bytes gather
            waiting = port.in_waiting
            received_s = time.monotonic()
            return Piece(data + (port.read(waiting) if waiting else b""), received_s)
        except _BROKEN as error:
            raise LinkLostError(f"{self._name} is gone: {error}.") from error

    def write(self, data: bytes) -> None:
        """Send it whole. Raises LinkLostError when the port is gone."""
        port = self._opened()
        try:
            port.write(data)
        except _BROKEN as error:
            raise LinkLostError(f"{self._name} is gone: {error}.") from error

    def vary(self) -> bool:
        """The next speed."""
        self._bauds = self._bauds[1:] or self._bauds
        self._left -= 1
        return self._left > 0

    def close(self) -> None:
        """Give the port back."""
        port, self._port = self._port, None
        if port is not None:
            with suppress(*_BROKEN):  # it may be unplugged: then there is nothing to give back
                port.close()

    def _opened(self) -> serial.Serial:
        assert self._port is not None, "a link is opened first"
        return self._port

    def _found(self) -> str:
        """The name under which the device is there now."""
        if self._device is None:
            return self._name
        wanted = (self._device.vid, self._device.pid, self._device.serial_number)
        there = [p.name for p in ports() if (p.vid, p.pid, p.serial_number) == wanted]
        if not there:
            raise DeviceError(
                f"{self._device.title or self._name} is not plugged in (it was {self._name})."
            )
        return self._name if self._name in there else there[0]


_EXCLUSIVE = True if os.name == "posix" else None  # Windows opens no port twice anyway


def _identified(name: str) -> Port | None:
    """The port of this name, if it has an identity of its own."""
    there = (port for port in ports() if port.name.lower() == name.lower())
    return next((port for port in there if port.vid is not None), None)


def _why_not(name: str, error: BaseException) -> str:
    there = ", ".join(port.name for port in ports()) or "none"
    return (
        f"{name} cannot be opened: {error}. Serial ports here: {there}. See 'fasciscope devices'."
    )
