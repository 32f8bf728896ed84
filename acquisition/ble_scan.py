"""What advertises itself by Bluetooth LE, and which of it is meant.

A board is known by its name. The address is a UUID of this very computer on macOS and a MAC address
elsewhere: whoever gives one is taken by the word; on macOS none is kept where there is a name.
"""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fasciscope.acquisition.ble_loop import BleLoop, explained, within
from fasciscope.core import DeviceError

if TYPE_CHECKING:
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

START_S = 10.0
"""Bounds the start and the end of a scan, each."""
MANY = 8
"""Devices that a message lists."""

_MAC = re.compile(r"[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Advertisement:
    """A device nearby. `name` may be empty; `address` is a UUID on macOS; `rssi_dbm` the strength."""

    name: str
    address: str
    services: tuple[str, ...]
    rssi_dbm: int


@dataclass(frozen=True, slots=True)
class Target:
    """Which device is meant: every field that is not empty must fit.

    `names` are beginnings of a name, or `whole` names; a device that has one of them whole goes before
    the others.
    """

    names: tuple[str, ...] = ()
    address: str = ""
    whole: bool = False

    @property
    def title(self) -> str:
        """For messages."""
        parts = [" or ".join(f"{name!r}" for name in self.names), self.address]
        return " at ".join(part for part in parts if part)

    def fits(self, seen: Advertisement) -> bool:
        """True if this device may be the one."""
        named = seen.name in self.names if self.whole else seen.name.startswith(self.names)
        return (named or not self.names) and self.address in ("", _plain(seen.address))

    def best(self, fitting: Sequence[Advertisement]) -> list[Advertisement]:
        """Those with the whole name, if there are any."""
        return [seen for seen in fitting if seen.name in self.names] or list(fitting)


def target(text: str, names: tuple[str, ...]) -> Target:
    """What a person wrote: an address, a name or its beginning; nothing for any of a board's `names`.

    Raises DeviceError for a MAC address on macOS, which does not show them.
    """
    text = text.strip()
    if _MAC.fullmatch(text) and sys.platform == "darwin":
        raise DeviceError(
            f"macOS does not show Bluetooth addresses like {text}. Give the board's name, or the "
            "UUID that a scan shows."
        )
    if _MAC.fullmatch(text) or _UUID.fullmatch(text):
        return Target(address=_plain(text))
    return Target(names=(text,) if text else names)


def _plain(address: str) -> str:
    """An address in one spelling: a MAC address with colons, all in lower case."""
    return (address.replace("-", ":") if _MAC.fullmatch(address) else address).lower()


def identity(seen: Advertisement) -> Target:
    """What this device will be known by when it comes back."""
    address = "" if seen.name and sys.platform == "darwin" else _plain(seen.address)
    return Target(names=(seen.name,) if seen.name else (), address=address, whole=True)


class Sightings:
    """What a scan has seen, and the handles that bleak needs to connect."""

    def __init__(self, wanted: Callable[[Advertisement], bool] = lambda seen: False) -> None:
        self.first = asyncio.Event()  # a wanted device was seen
        self._wanted = wanted
        self._seen: dict[str, tuple[Advertisement, BLEDevice]] = {}

    def note(self, device: "BLEDevice", data: "AdvertisementData") -> None:
        """Take one advertisement; later ones may lack the name that earlier ones had."""
        before = self._seen.get(device.address)
        name = data.local_name or device.name or (before[0].name if before else "")
        services = tuple(sorted(data.service_uuids)) or (before[0].services if before else ())
        seen = Advertisement(name, device.address, services, data.rssi)
        self._seen[device.address] = seen, device
        if self._wanted(seen):
            self.first.set()

    @property
    def seen(self) -> tuple[Advertisement, ...]:
        """All devices, the strongest first."""
        return tuple(sorted((seen for seen, _ in self._seen.values()), key=lambda s: -s.rssi_dbm))

    def handle(self, seen: Advertisement) -> "BLEDevice":
        """What bleak connects to."""
        return self._seen[seen.address][1]


async def find(
    wanted: Target, seconds: float, settle_s: float
) -> tuple[Advertisement, "BLEDevice"]:
    """The one device that is meant; an address is taken at once, a name `settle_s` later.

    Raises DeviceError if there is none within `seconds`, or more than one.
    """
    sightings = Sightings(wanted.fits)

    async def look() -> None:
        first = asyncio.ensure_future(sightings.first.wait())
        await asyncio.wait({first}, timeout=seconds)
        if not first.done():
            first.cancel()
        elif not wanted.address:
            await asyncio.sleep(settle_s)

    await _scan(sightings, look)
    fitting = wanted.best([seen for seen in sightings.seen if wanted.fits(seen)])
    if len(fitting) != 1:
        raise _not_one(wanted, fitting, sightings.seen, seconds)
    return fitting[0], sightings.handle(fitting[0])


def _not_one(
    wanted: Target, fitting: Sequence[Advertisement], seen: Sequence[Advertisement], seconds: float
) -> DeviceError:
    if fitting:
        return DeviceError(
            f"There are {len(fitting)} devices called {wanted.title}: {_listed(fitting)}. Give the "
            "whole name or the address of one."
        )
    return DeviceError(
        f"No Bluetooth device called {wanted.title} was found in {seconds:g} s; seen: "
        f"{_listed(seen) or 'none at all'}. Is it on, near, and free of other programs and phones?"
    )


def _listed(seen: Sequence[Advertisement]) -> str:
    """The nearest few."""
    names = [f"{one.name or 'nameless'} ({one.address}, {one.rssi_dbm} dBm)" for one in seen]
    rest = [f"{len(names) - MANY} more"] if len(names) > MANY else []
    return ", ".join(names[:MANY] + rest)


async def _scan(sightings: Sightings, look: Callable[[], Awaitable[None]]) -> None:
    from bleak import BleakScanner  # here, as it is slow and not everybody has a radio

    try:
        scanner = BleakScanner(sightings.note)
    except Exception as error:
        raise explained(error, "Scanning for Bluetooth devices") from error
    await within(START_S, "Starting to scan for Bluetooth devices", scanner.start())
    try:
        await look()
    finally:
        await within(START_S, "Ending the scan for Bluetooth devices", scanner.stop())


def scan(seconds: float) -> tuple[Advertisement, ...]:
    """All that advertises itself within so many seconds, the strongest first.

    Raises DeviceError where Bluetooth is absent, off or forbidden.
    """
    loop = BleLoop("scan")
    sightings = Sightings()
    try:
        loop.ask(_scan(sightings, lambda: asyncio.sleep(seconds)))
    finally:
        loop.stop()
    return sightings.seen
