"""BlueZ over the system's D-Bus: an adapter that can be a board, and its registration there.

Source: BlueZ doc/org.bluez.GattManager.rst, org.bluez.LEAdvertisingManager.rst, src/gatt-database.c.
"""

import asyncio
import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusError

from fasciscope.acquisition.ble_loop import explained
from fasciscope.app.gatt_application import ADVERTISED, MANAGER, ROOT, GattApplication
from fasciscope.core import DeviceError

CALL_S = 10.0
"""For an answer of BlueZ, which takes some ten milliseconds."""
FULL_S = 0.001
"""Between looks at a bus that takes nothing more."""

_BUS = "org.freedesktop.DBus"
ADAPTER, DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"
GATT, ADVERTISING = "org.bluez.GattManager1", "org.bluez.LEAdvertisingManager1"

_REFUSED = (
    "Does another program advertise, or does the adapter know no advertising? Look with "
    "bluetoothctl show; restart the service: systemctl restart bluetooth."
)
_LOST = (
    "The Bluetooth service has given the board up: the adapter was taken away or the service ended. "
    "Start it: systemctl start bluetooth, then play the board again."
)


class Bluez:
    """A connection to BlueZ, and the adapter that is used."""

    def __init__(self, bus: MessageBus, adapter: str) -> None:
        self._bus, self._adapter = bus, adapter
        self._application: GattApplication | None = None
        self._ended = False
        self._room = select.poll()
        assert bus._fd is not None, "connected"
        self._room.register(bus._fd, select.POLLOUT)

    async def watch(self) -> None:
        """From now on, notice when the service ends without a word."""
        self._bus.add_message_handler(self._notice)
        body = ["type='signal',member='NameOwnerChanged',arg0='org.bluez'"]
        await _call(self._bus, "/", _BUS, "AddMatch", "s", body, _BUS)

    def _notice(self, signal: Message) -> None:
        if signal.member == "NameOwnerChanged" and signal.body[0] == "org.bluez":
            self._ended = True

    def check(self) -> None:
        """Raise DeviceError if the board is not in the air any more."""
        released = self._application is not None and self._application.released
        if released or self._ended or not self._bus.connected:
            raise DeviceError(_LOST)

    async def send(self, message: Message) -> None:
        """Send a signal when there is room. Raises DeviceError where the bus has ended."""
        self.check()
        while not self._room.poll(0):  # dbus-fast 5.2 takes "try again" for the end
            await asyncio.sleep(FULL_S)
            self.check()
        try:
            await self._bus.send(message)
        except (OSError, EOFError) as error:
            raise DeviceError(_LOST) from error

    @asynccontextmanager
    async def registered(self, application: GattApplication) -> AsyncIterator[None]:
        """The board is in the air within; after it, it is gone for those who were connected too.

        Raises DeviceError if BlueZ refuses.
        """
        self._application = application
        self._bus.add_message_handler(application.answer)
        try:
            await self._register(GATT, "RegisterApplication", ROOT)
            await self._register(ADVERTISING, "RegisterAdvertisement", ADVERTISED)
            yield
        finally:
            await self._withdraw(application)
            self._bus.remove_message_handler(application.answer)

    async def _register(self, interface: str, member: str, path: str) -> None:
        try:
            await _call(self._bus, self._adapter, interface, member, "oa{sv}", [path, {}])
        except DBusError as error:
            if "AccessDenied" in error.type:
                raise explained(error, f"Playing the board: {error.type}") from error
            raise DeviceError(
                f"BlueZ refuses the board ({member}): {error.text} ({error.type}). {_REFUSED}"
            ) from error

    async def _withdraw(self, application: GattApplication) -> None:
        """Take all of it back. What BlueZ does not have any more needs not be taken back."""
        calls = [
            (self._adapter, ADVERTISING, "UnregisterAdvertisement", "o", [ADVERTISED]),
            *((device, DEVICE, "Disconnect", "", []) for device in sorted(application.clients)),
            (self._adapter, GATT, "UnregisterApplication", "o", [ROOT]),
        ]
        for path, interface, member, signature, body in calls:
            if self._bus.connected:
                with suppress(DBusError, DeviceError):
                    await _call(self._bus, path, interface, member, signature, body)


@asynccontextmanager
async def open_bluez() -> AsyncIterator[Bluez]:
    """BlueZ, with the first adapter that can be a board. Raises DeviceError if there is none."""
    try:
        bus = await asyncio.wait_for(MessageBus(bus_type=BusType.SYSTEM).connect(), CALL_S)
    except (OSError, EOFError, TimeoutError, DBusError) as error:
        raise explained(error, "Reaching BlueZ") from error
    try:
        bluez = Bluez(bus, _able(await _objects(bus)))
        await bluez.watch()
        yield bluez
    finally:
        bus.disconnect()
        with suppress(OSError, EOFError):  # `check` has told it; asyncio wants it asked for
            await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


async def _objects(bus: MessageBus) -> dict[str, dict[str, Any]]:
    try:
        (objects,) = await _call(bus, "/", MANAGER, "GetManagedObjects")
    except DBusError as error:
        raise explained(error, f"Reaching BlueZ: {error.type}") from error
    return objects  # type: ignore[no-any-return]


def _able(objects: dict[str, dict[str, Any]]) -> str:
    """The path of the first adapter that is there, on, and can advertise."""
    adapters = {path: has for path, has in sorted(objects.items()) if ADAPTER in has}
    if not adapters:
        raise DeviceError("This computer has no Bluetooth adapter. Plug one in, or use --pty.")
    on = {path: has for path, has in adapters.items() if has[ADAPTER]["Powered"].value}
    if not on:
        raise DeviceError("Bluetooth is off. Turn it on (bluetoothctl power on), then try again.")
    able = [path for path, has in on.items() if GATT in has and ADVERTISING in has]
    if not able:
        raise DeviceError(
            f"The Bluetooth adapter ({', '.join(on)}) cannot be a board: BlueZ offers no "
            f"{ADVERTISING} for it. Plug in another one, or use --pty."
        )
    return able[0]


async def _call(
    bus: MessageBus,
    path: str,
    interface: str,
    member: str,
    signature: str = "",
    body: list[Any] | None = None,
    service: str = "org.bluez",
) -> list[Any]:
    """Ask BlueZ. Raises DBusError if it refuses, DeviceError if it does not answer."""
    call = Message(service, path, interface, member, signature=signature, body=body or [])
    try:
        reply = await asyncio.wait_for(bus.call(call), CALL_S)
    except TimeoutError as error:
        raise DeviceError(
            f"BlueZ does not answer ({member}). Restart it: systemctl restart bluetooth."
        ) from error
    except (OSError, EOFError) as error:
        raise explained(error, f"Asking BlueZ for {member}") from error
    if reply.message_type == MessageType.ERROR:
        text = str(reply.body[0]) if reply.body else "no reason given"
        raise DBusError(reply.error_name or "unknown", text, reply)
    return reply.body
