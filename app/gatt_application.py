"""A board's GATT application: the D-Bus objects that BlueZ reads, calls and is notified by.

Messages in, messages out: it knows no bus. Source: BlueZ doc/org.bluez.GattService.rst,
org.bluez.GattCharacteristic.rst, org.bluez.LEAdvertisement.rst src/gatt-database.c.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from bleak.uuids import normalize_uuid_str
from dbus_fast import Message, MessageFlag, MessageType, Variant

from fasciscope.firmware_bridge.profile import Gatt

MANAGER = "org.freedesktop.DBus.ObjectManager"
PROPERTIES = "org.freedesktop.DBus.Properties"
SERVICE, CHARACTERISTIC = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
ADVERTISEMENT = "org.bluez.LEAdvertisement1"
ROOT, ADVERTISED = "/org/fasciscope/board", "/org/fasciscope/advertisement"

Interfaces = dict[str, dict[str, Variant]]
Answer = tuple[str, list[Any]]
"""A D-Bus signature and the values of it."""
Act = Callable[["GattApplication", str, list[Any]], Answer]
"""By the path and the arguments of a call."""


class GattApplication:
    """One service with the board's characteristics, its data's first, and its advertisement.

    `hear` takes what a client writes. `subscribed` are the numbers of the characteristics that
    somebody listens to, `clients` the D-Bus paths of those who have read or written; `released` tells
    that BlueZ has given the advertisement up.
    """

    def __init__(self, gatt: Gatt, name: str, hear: Callable[[bytes], None]) -> None:
        self.subscribed: set[int] = set()
        self.clients: set[str] = set()
        self.released = False
        self._hear = hear
        self._last: dict[str, bytes] = {}
        service = normalize_uuid_str(gatt.service)
        self.objects: dict[str, Interfaces] = {
            f"{ROOT}/service0": {
                SERVICE: {"UUID": Variant("s", service), "Primary": Variant("b", True)}
            }
        }
        for number, uuid in enumerate(gatt.data):
            self._add(number, uuid, ["read", "notify"])
        if gatt.control is not None:
            self._add(len(gatt.data), gatt.control, ["write", "write-without-response"])
        self._advertisement = {
            "Type": Variant("s", "peripheral"),
            "LocalName": Variant("s", name),
            "ServiceUUIDs": Variant("as", [service]),
        }

    def _add(self, number: int, uuid: str, flags: list[str]) -> None:
        self.objects[_path(number)] = {
            CHARACTERISTIC: {
                "UUID": Variant("s", normalize_uuid_str(uuid)),
                "Service": Variant("o", f"{ROOT}/service0"),
                "Flags": Variant("as", flags),
            }
        }

    def notification(self, number: int, packet: bytes) -> Message:
        """The signal by which BlueZ notifies a packet to all that have subscribed."""
        path = _path(number)
        self._last[path] = packet
        body = [CHARACTERISTIC, {"Value": Variant("ay", packet)}, []]
        return Message.new_signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", body)

    def answer(self, call: Message) -> Message | bool | None:
        """What BlueZ is answered; True where it wants no answer, None for what is not ours."""
        if call.message_type != MessageType.METHOD_CALL:
            return None
        act = self._acts.get((call.interface, call.member))
        path = call.path or ""
        if act is None or path not in (ROOT, ADVERTISED, *self.objects):
            return None
        answer = act(self, path, call.body)
        if call.flags & MessageFlag.NO_REPLY_EXPECTED:
            return True
        return Message.new_method_return(call, *answer)

    def _managed(self, _path: str, _body: list[Any]) -> Answer:
        return "a{oa{sa{sv}}}", [self.objects]

    def _properties(self, path: str, body: list[Any]) -> Answer:
        interfaces = self.objects.get(path, {ADVERTISEMENT: self._advertisement})
        return "a{sv}", [interfaces.get(body[0], {})]

    def _read(self, path: str, body: list[Any]) -> Answer:
        self._note(body[0])
        return "ay", [self._last.get(path, b"")]

    def _write(self, _path: str, body: list[Any]) -> Answer:
        self._note(body[1])
        self._hear(bytes(body[0]))
        return "", []

    def _note(self, options: dict[str, Variant]) -> None:
        if "device" in options:
            self.clients.add(options["device"].value)

    def _subscribe(self, path: str, _body: list[Any]) -> Answer:
        self.subscribed.add(_number(path))
        return "", []

    def _unsubscribe(self, path: str, _body: list[Any]) -> Answer:
        self.subscribed.discard(_number(path))
        return "", []

    def _release(self, _path: str, _body: list[Any]) -> Answer:
        self.released = True
        return "", []

    _acts: ClassVar[dict[tuple[str | None, str | None], Act]] = {
        (MANAGER, "GetManagedObjects"): _managed,
        (PROPERTIES, "GetAll"): _properties,
        (CHARACTERISTIC, "ReadValue"): _read,
        (CHARACTERISTIC, "WriteValue"): _write,
        (CHARACTERISTIC, "StartNotify"): _subscribe,
        (CHARACTERISTIC, "StopNotify"): _unsubscribe,
        (ADVERTISEMENT, "Release"): _release,
    }


def _path(number: int) -> str:
    return f"{ROOT}/service0/char{number}"


def _number(path: str) -> int:
    return int(path.removeprefix(_path(0)[:-1]))
