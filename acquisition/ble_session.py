"""One connection by Bluetooth LE, from open to close: bleak's client, and what it notifies on its way out."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Condition
from typing import TYPE_CHECKING

from fasciscope.acquisition.ble_loop import GRACE_S, BleLoop, within
from fasciscope.acquisition.ble_scan import Advertisement, Target, find
from fasciscope.acquisition.link import Piece
from fasciscope.core import DeviceError
from fasciscope.firmware_bridge.profile import Gatt

if TYPE_CHECKING:
    from bleak import BleakClient
    from bleak.backends.characteristic import BleakGATTCharacteristic
    from bleak.backends.device import BLEDevice

HEADER_N = 3
"""Bytes of a notification that its MTU counts and that are not data."""
TRIES = 3
AGAIN_S = 0.1
"""Before another try: BlueZ still clears up what is left of the last."""
_MENDABLE = (
    "TimeoutError",
    "le-connection-abort",  # BlueZ: the radio was disturbed
    "Software caused connection abort",  # the same, before BlueZ 5.62
    "InProgress",
    "device disconnected",  # bleak: while it asked for the services
    "Unreachable",  # Windows
)
"""What is said of failures to connect that another try often mends (bleak issues 666, 993, 1240)."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: to look for a board, then for others of its name; to connect; for any other call."""

    scan_s: float = 10.0
    settle_s: float = 1.0
    connect_s: float = 30.0
    call_s: float = 5.0


class Inbox:
    """Pieces on their way from the radio's thread to the reader's; bounded."""

    def __init__(self, limit: int) -> None:
        self.lost = 0
        self.ended = False
        self._limit = limit
        self._pieces: deque[Piece] = deque()
        self._changed = Condition()

    def put(self, piece: Piece) -> None:
        """Keep it, or count it as lost."""
        with self._changed:
            if len(self._pieces) >= self._limit:
                self.lost += 1
            else:
                self._pieces.append(piece)
                self._changed.notify()

    def end(self) -> None:
        """Nothing more will come."""
        with self._changed:
            self.ended = True
            self._changed.notify()

    def take(self, timeout_s: float) -> Piece | None:
        """The next; None if none came in this time, or none will."""
        with self._changed:
            self._changed.wait_for(lambda: self._pieces or self.ended, timeout_s)
            return self._pieces.popleft() if self._pieces else None


class Session:
    """One connection, from open to close."""

    def __init__(self, loop: BleLoop, inbox: Inbox, gatt: Gatt, patience: Patience) -> None:
        self.loop, self.inbox = loop, inbox
        self._patience = patience
        self.seen: Advertisement | None = None
        self.mtu = 0
        self._gatt = gatt
        self._client: BleakClient | None = None
        self._control: BleakGATTCharacteristic | None = None

    async def start(self, wanted: Target) -> None:
        """Find it, connect, and have it notify. Raises DeviceError."""
        patience = self._patience
        self.seen, device = await find(wanted, patience.scan_s, patience.settle_s)
        title = self.seen.name or self.seen.address
        client = await within(patience.connect_s, f"Connecting to {title}", self._connect(device))
        data = [_characteristic(client, self._gatt, uuid, title) for uuid in self._gatt.data]
        if self._gatt.control is not None:
            self._control = _characteristic(client, self._gatt, self._gatt.control, title)
        for number, one in enumerate(data):
            tag = bytes([number]) if len(data) > 1 else b""
            call = client.start_notify(one, self._keeper(tag))
            await within(patience.call_s, f"Subscribing to {title}", call)
        self.mtu = min(one.max_write_without_response_size for one in data) + HEADER_N

    async def _connect(self, device: "BLEDevice") -> "BleakClient":
        """Connect; all tries together take `connect_s`. Raises what bleak raises."""
        from bleak import BleakClient

        end_s = time.monotonic() + self._patience.connect_s
        for tries_left in range(TRIES - 1, -1, -1):
            left_s = end_s - time.monotonic()
            client = BleakClient(
                device, self._ended, timeout=left_s / 2 if tries_left else left_s + GRACE_S
            )
            self._client = client
            try:
                await client.connect()
            except (
                Exception
            ) as error:  # bleak's, D-Bus's and the system's kinds have no common root
                found = f"{type(error).__name__} {error}"
                if not tries_left or not any(sign in found for sign in _MENDABLE):
                    raise
                await asyncio.sleep(AGAIN_S)
            else:
                break
        self.inbox.ended = not client.is_connected  # bleak tells the end of each try of its own too
        return client

    def _ended(self, client: "BleakClient") -> None:
        if client is self._client:
            self.inbox.end()

    def _keeper(self, tag: bytes) -> "Callable[[BleakGATTCharacteristic, bytearray], None]":
        def keep(_: "BleakGATTCharacteristic", data: bytearray) -> None:
            self.inbox.put(Piece(tag + data, time.monotonic()))

        return keep

    async def write(self, data: bytes) -> None:
        """Send a command, acknowledged where the board can do that."""
        if self._client is None or self._control is None:
            raise DeviceError("This board takes no commands by Bluetooth. Use its cable.")
        answered = "write" in self._control.properties
        call = self._client.write_gatt_char(self._control, data, response=answered)
        await within(self._patience.call_s, "Sending a command by Bluetooth", call)

    async def end(self) -> None:
        """Say farewell. Raises DeviceError if the radio does not take it."""
        if self._client is not None:
            await within(self._patience.call_s, "Disconnecting", self._client.disconnect())


def _characteristic(
    client: "BleakClient", gatt: Gatt, uuid: str, title: str
) -> "BleakGATTCharacteristic":
    """The board's characteristic of this UUID, of its own service where others have it too."""
    from bleak.uuids import normalize_uuid_str

    wanted, service = normalize_uuid_str(uuid), normalize_uuid_str(gatt.service)
    found = [one for one in client.services.characteristics.values() if one.uuid == wanted]
    found.sort(key=lambda one: one.service_uuid != service)
    if not found:
        raise DeviceError(
            f"{title} has no characteristic {wanted}; it has {_listed(client)}. Is it the board that "
            "was named, and with firmware that is known here?"
        )
    return found[0]


def _listed(client: "BleakClient") -> str:
    uuids: Iterable[str] = (one.uuid for one in client.services.characteristics.values())
    return ", ".join(sorted(uuids)) or "none"
