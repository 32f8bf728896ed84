"""The stand-in for bluetoothd with peripherals that programs register: both sides of one radio.

A program's GATT application and advertisement (as BlueZ reads and calls them) are, for every other
program of the same bus, a device in the air. Order of calls as in BlueZ src/gatt-database.c.
"""

from dataclasses import dataclass, field
from typing import Any

from dbus_fast import Message, MessageType, Variant
from fake_bluez import (
    CHARACTERISTIC,
    HCI,
    MANAGER,
    PROPERTIES,
    SERVICE,
    FakeBluez,
    Interfaces,
    Peripheral,
)

from fasciscope.firmware_bridge.profile import Gatt

GATT_MANAGER, ADVERTISING = "org.bluez.GattManager1", "org.bluez.LEAdvertisingManager1"
ADVERTISEMENT = "org.bluez.LEAdvertisement1"
BUS = "org.freedesktop.DBus"
CENTRAL = f"{HCI}/dev_0C_EE_00_00_00_01"
"""Whoever connects, as the program that is a peripheral sees him."""
SIGNATURES = {"GetAll": "s", "WriteValue": "aya{sv}", "ReadValue": "a{sv}", "AddMatch": "s"}


@dataclass
class Hosted(Peripheral):
    """What a program (`owner`) has registered: its objects, each with the path that we give it."""

    owner: str = ""
    advertisement: str = ""
    objects: dict[str, Interfaces] = field(default_factory=dict)

    def paths(self) -> dict[str, str]:
        """The program's path of a characteristic, by ours."""
        own = sorted(path for path, has in self.objects.items() if CHARACTERISTIC in has)
        return {self.char_path(number): path for number, path in enumerate(own)}

    def tree(self) -> dict[str, Interfaces]:
        parts = super().tree()  # the service alone: `gatt` names no characteristics
        (service,) = parts
        for ours, path in self.paths().items():
            more = {"Service": Variant("o", service), "MTU": Variant("q", self.mtu)}
            more |= {"Notifying": Variant("b", False), "Value": Variant("ay", b"")}
            parts[ours] = {CHARACTERISTIC: self.objects[path][CHARACTERISTIC] | more}
        return parts


class HostingBluez(FakeBluez):
    """The service; its adapter can be a peripheral."""

    def __init__(self, bus_address: str) -> None:
        super().__init__(bus_address)
        self._objects[HCI] |= {GATT_MANAGER: {}, ADVERTISING: {}}
        self._hosted: dict[str, Hosted] = {}  # by our path

    @property
    def registered(self) -> list[str]:
        """The names of what programs have registered and not taken back."""
        return [one.name for one in self._hosted.values()]

    @property
    def advertised(self) -> list[str]:
        """The names of all that is in the air."""
        return [one.name for one in self._advertised.values()]

    def forbid_peripherals(self) -> None:
        """The adapter can only look for others."""
        self._do(lambda: self._objects[HCI].pop(ADVERTISING))

    def leave(self) -> None:
        """End without a word."""
        self._do(self._leave)

    def release(self) -> None:
        """Give every program's advertisement up, and tell it."""

        async def tell() -> None:
            for one in self._hosted.values():
                self._advertised.pop(one.path)
                await self._ask(one.owner, one.advertisement, ADVERTISEMENT, "Release")

        self._do(tell)

    # -- what a program that is a peripheral asks -----------------------------------------------

    async def _ask(self, owner: str, path: str, interface: str, member: str, *body: Any) -> Message:
        signature = SIGNATURES.get(member, "")
        call = Message(owner, path, interface, member, signature=signature, body=list(body))
        reply = await self._bus.call(call)
        assert reply is not None
        return reply

    async def _register(self, call: Message) -> None:
        owner, path = call.sender or "", call.body[0]
        if call.member == "RegisterApplication":
            reply = await self._ask(owner, path, MANAGER, "GetManagedObjects")
            await self._ask(BUS, "/", BUS, "AddMatch", f"type='signal',sender='{owner}'")
            objects = reply.body[0]
            (service,) = (has[SERVICE]["UUID"].value for has in objects.values() if SERVICE in has)
            address = f"C0:FF:EE:00:01:{len(self._hosted):02X}"
            one = Hosted("", address, Gatt((), service, ()), owner=owner, objects=objects)
            self._hosted[one.path] = one
        else:
            reply = await self._ask(owner, path, PROPERTIES, "GetAll", ADVERTISEMENT)
            (one,) = self._of(owner)
            one.name, one.advertisement = reply.body[0]["LocalName"].value, path
            assert reply.body[0]["Type"].value == "peripheral"
            assert reply.body[0]["ServiceUUIDs"].value == [one.gatt.service]
            self._advertised[one.path] = one
            if self._calls["StartDiscovery"] > self._calls["StopDiscovery"]:
                self._announce(one)
        self._bus.send(Message.new_method_return(call))

    def _of(self, owner: str) -> list[Hosted]:
        return [one for one in self._hosted.values() if one.owner == owner]

    def _unregister(self, call: Message) -> Message:
        for one in self._of(call.sender or ""):
            self._advertised.pop(one.path, None)
            if call.member == "UnregisterApplication":  # who is connected stays so
                for path in [p for p in self._objects if p.startswith(f"{one.path}/")]:
                    self._remove(path)
                self._hosted.pop(one.path)
        return Message.new_method_return(call)

    def _hear_program(self, signal: Message) -> None:
        """A program notifies: so do we, to whoever has subscribed."""
        for one in self._of(signal.sender or ""):
            for ours, path in one.paths().items():
                if signal.path == path and ours in self._notifying:
                    self._change(ours, CHARACTERISTIC, **signal.body[1])

    # -- what its client asks -------------------------------------------------------------------

    async def _forward(self, call: Message, one: Hosted) -> None:
        path, member, body = call.path or "", call.member or "", list(call.body)
        if body:
            body[-1] |= {"device": Variant("o", CENTRAL), "mtu": Variant("q", one.mtu)}
        reply = await self._ask(one.owner, one.paths()[path], CHARACTERISTIC, member, *body)
        if reply.message_type == MessageType.ERROR:
            error = Message.new_error(call, reply.error_name or "", str(reply.body))
            self._bus.send(error)
            return
        if member == "StartNotify":
            self._notifying.add(path)
        elif member == "StopNotify":
            self._notifying.discard(path)
        self._bus.send(Message.new_method_return(call, reply.signature, reply.body))

    def _drop(self, path: str) -> None:
        one = self._hosted.get(path)
        for ours in sorted(p for p in self._notifying if one and p.startswith(f"{path}/")):
            assert one is not None
            call = self._ask(one.owner, one.paths()[ours], CHARACTERISTIC, "StopNotify")
            self._start(call)
        super()._drop(path)

    def _hear(self, call: Message) -> Message | bool | None:
        if call.message_type == MessageType.SIGNAL and call.member == "PropertiesChanged":
            self._hear_program(call)
        if call.message_type != MessageType.METHOD_CALL or call.member in self._failing:
            return super()._hear(call)
        path, member = call.path or "", call.member or ""
        if member in ("RegisterApplication", "RegisterAdvertisement"):
            return self._start(self._register(call))
        if member in ("UnregisterApplication", "UnregisterAdvertisement"):
            return self._unregister(call)
        if path == CENTRAL and member == "Disconnect":
            for one in self._of(call.sender or ""):
                self._drop(one.path)
            return Message.new_method_return(call)
        for one in self._hosted.values():
            if call.interface == CHARACTERISTIC and path in one.paths():
                return self._start(self._forward(call, one))
        return super()._hear(call)
