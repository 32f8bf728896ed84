"""Plays a virtual board as a Bluetooth LE peripheral, through BlueZ: for any client in the air.

Linux only. BlueZ keeps the radio and the connections. It advertises the board's name, but whoever asks
for the name once connected is given that of the computer; a notification that is longer than the
client's MTU is cut.
"""

import asyncio
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from fasciscope.core import UsageError
from fasciscope.firmware_bridge.played import Played
from fasciscope.firmware_bridge.profile import Gatt
from fasciscope.firmware_bridge.profiles import PROFILES

if TYPE_CHECKING:
    from fasciscope.app.bluez import Bluez
    from fasciscope.app.gatt_application import GattApplication

TICK_S = 0.004
PACKET_N = 20
"""Bytes of a notification where the board sets no length: what every client takes."""


def check_gatt(name: str) -> Gatt:
    """The characteristics of a board that is played. Raises UsageError if it has none."""
    gatt = PROFILES[name].gatt
    if gatt is None:
        others = ", ".join(sorted(n for n, profile in PROFILES.items() if profile.gatt))
        raise UsageError(f"{name!r} is not on Bluetooth LE. Boards that are: {others}.")
    return gatt


class Peripheral:
    """A played board and those who listen to it; `step` sends what is due."""

    def __init__(self, played: Played, gatt: Gatt) -> None:
        self._played, self._gatt = played, gatt
        self._origin_s = time.monotonic()
        self._packet_n = played.board.codec.packet_n or PACKET_N
        self._waiting: deque[bytes] = deque()
        self._heard_by_any = False

    @property
    def is_gone(self) -> bool:
        """Whether a fault has unplugged the board."""
        return self._played.is_gone(self._now())

    def unplug(self) -> None:
        """Its power and what it had not sent are gone."""
        self._played.unplug()
        self._waiting.clear()

    def plug(self) -> None:
        """Its power is back."""
        self._played.plug(self._now())

    def hear(self, data: bytes) -> None:
        """Take what a client writes; the answer waits to be notified."""
        self._keep(self._played.hear(data, self._now()))

    async def step(self, application: "GattApplication", bluez: "Bluez") -> None:
        """Notify what is due, a packet at a time; what nobody listens to is lost, as in the air.

        When the last listener leaves, the board stops, as firmwares do.
        """
        if self._heard_by_any and not application.subscribed:
            self.unplug()
            self.plug()
        self._heard_by_any = bool(application.subscribed)
        self._keep(self._played.due(self._now()))
        while self._waiting:
            packet = self._waiting.popleft()
            number, data = (packet[0], packet[1:]) if len(self._gatt.data) > 1 else (0, packet)
            if number in application.subscribed:
                await bluez.send(application.notification(number, data))

    def _keep(self, data: bytes) -> None:
        size = self._packet_n
        self._waiting.extend(data[at : at + size] for at in range(0, len(data), size))

    def _now(self) -> float:
        return time.monotonic() - self._origin_s


def play_on_ble(
    played: Played, gatt: Gatt, over: Callable[[], bool], say: Callable[[str], None]
) -> None:
    """Play until it is `over`; `say` the board's name once it is in the air.

    Raises UsageError where there is no BlueZ, DeviceError if it has no radio or refuses.
    """
    if sys.platform != "linux":
        raise UsageError("Only Linux lets a program be a Bluetooth LE board. Use --pty or --tcp.")
    asyncio.run(_play(Peripheral(played, gatt), gatt, over, say))


async def _play(
    peripheral: Peripheral, gatt: Gatt, over: Callable[[], bool], say: Callable[[str], None]
) -> None:
    from fasciscope.app.bluez import open_bluez
    from fasciscope.app.gatt_application import GattApplication

    async with open_bluez() as bluez:
        while not over():
            application = GattApplication(gatt, gatt.names[0], peripheral.hear)
            async with bluez.registered(application):
                say(f"ble:{gatt.names[0]}")
                while not over() and not peripheral.is_gone:
                    bluez.check()
                    await peripheral.step(application, bluez)
                    await asyncio.sleep(TICK_S)
            peripheral.unplug()
            while peripheral.is_gone and not over():
                await asyncio.sleep(TICK_S)
            peripheral.plug()
