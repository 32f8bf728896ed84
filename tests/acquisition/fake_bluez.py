"""A stand-in for bluetoothd (org.bluez) on a D-Bus daemon of its own, for bleak as it is.

It plays peripherals: advertises them, lists their characteristics, hands writes to a board and
notifies what the board gives. It runs in a thread; every public method may be called from outside.
"""

import asyncio
import select
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any, TypeVar

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from fasciscope.firmware_bridge.profile import Gatt

T = TypeVar("T")
Interfaces = dict[str, dict[str, Variant]]

MANAGER = "org.freedesktop.DBus.ObjectManager"
PROPERTIES = "org.freedesktop.DBus.Properties"
ADAPTER, DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"
SERVICE, CHARACTERISTIC = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
HCI = "/org/bluez/hci0"
BOUND_S = 10.0
RADIO_S = 0.02

CONFIG = """<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/><allow user="*"/></policy></busconfig>"""


@contextmanager
def private_bus() -> Iterator[str]:
    """A D-Bus daemon's address, as long as it runs."""
    folder = Path(tempfile.mkdtemp())  # tmp_path may be too long for a socket
    config = folder / "bus.conf"
    config.write_text(CONFIG.format(socket=folder / "bus"))
    command = [
        "dbus-daemon",
        f"--config-file={config}",
        "--nofork",
        "--nopidfile",
        "--print-address=1",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as run:
        assert run.stdout is not None
        address = run.stdout.readline().split(",guid=")[0].strip()
        try:
            yield address
        finally:
            run.kill()
            shutil.rmtree(folder)


@dataclass
class Peripheral:
    """A device: what it advertises and has, and what takes its writes."""

    name: str
    address: str
    gatt: Gatt
    receive: Callable[[bytes], bytes] = lambda data: b""
    mtu: int = 247
    silent_s: float = 0.0  # of a scan, before it is heard
    control_flags: tuple[str, ...] = ("write", "write-without-response")
    writes: list[tuple[bytes, str]] = field(
        default_factory=list
    )  # what, and "request" or "command"

    @property
    def path(self) -> str:
        return f"{HCI}/dev_{self.address.replace(':', '_')}"

    @property
    def uuids(self) -> tuple[str, ...]:
        """Of all characteristics, the commands' last."""
        return self.gatt.data + ((self.gatt.control,) if self.gatt.control else ())

    def char_path(self, number: int) -> str:
        return f"{self.path}/service0010/char{0x11 + 3 * number:04x}"

    def device(self) -> Interfaces:
        texts = {"Address": self.address, "AddressType": "random", "Name": self.name}
        flags = ("Paired", "Bonded", "Connected", "Trusted", "Blocked", "ServicesResolved")
        return {
            DEVICE: {name: Variant("s", text) for name, text in texts.items()}
            | {name: Variant("b", False) for name in flags}
            | {
                "Alias": Variant("s", self.name or self.address.replace(":", "-")),
                "Adapter": Variant("o", HCI),
                "UUIDs": Variant("as", [self.gatt.service]),
                "RSSI": Variant("n", -50),
            }
        }

    def tree(self) -> dict[str, Interfaces]:
        """Service and characteristics, by path."""
        service = f"{self.path}/service0010"
        parts: dict[str, Interfaces] = {
            service: {
                SERVICE: {
                    "UUID": Variant("s", self.gatt.service),
                    "Device": Variant("o", self.path),
                    "Primary": Variant("b", True),
                    "Includes": Variant("ao", []),
                }
            }
        }
        for number, uuid in enumerate(self.uuids):
            is_data = number < len(self.gatt.data)
            flags = ["read", "notify"] if is_data else list(self.control_flags)
            parts[self.char_path(number)] = {
                CHARACTERISTIC: {
                    "UUID": Variant("s", uuid),
                    "Service": Variant("o", service),
                    "Value": Variant("ay", b""),
                    "Notifying": Variant("b", False),
                    "Flags": Variant("as", flags),
                    "MTU": Variant("q", self.mtu),
                }
            }
        return parts


class FakeBluez:
    """The service, from entering to leaving."""

    def __init__(self, bus_address: str) -> None:
        self._bus_address = bus_address
        self._objects: dict[str, Interfaces] = {HCI: {ADAPTER: _adapter()}}
        self._advertised: dict[str, Peripheral] = {}
        self._failing: dict[str, tuple[str, str, int]] = {}
        self._aborts = 0
        self._calls: Counter[str] = Counter()
        self._notifying: set[str] = set()
        self._tasks: set[asyncio.Task[object]] = set()
        self._ready = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> "FakeBluez":
        self._thread.start()
        assert self._ready.wait(BOUND_S)
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread.is_alive():
            self._do(self._leave)
        self._thread.join(BOUND_S)

    # -- what a test may do ---------------------------------------------------------------------

    def advertise(self, peripheral: Peripheral) -> None:
        """Switch it on: it is found by every scan."""
        self._do(lambda: self._advertised.__setitem__(peripheral.path, peripheral))

    def notify(self, peripheral: Peripheral, packets: list[bytes], number: int = 0) -> None:
        """Notify these by the data characteristic of this number; nothing if nobody subscribed."""

        async def send() -> None:
            for packet in packets:
                while not self._writable.poll(0):  # dbus-fast 5.2 takes "try again" for the end
                    await asyncio.sleep(0.001)
                if (path := peripheral.char_path(number)) in self._notifying:
                    self._change(path, CHARACTERISTIC, Value=Variant("ay", packet))

        self._do(send)

    def drop(self, peripheral: Peripheral) -> None:
        """It goes out of range, or its battery is empty: it is not advertised any more."""
        self._do(lambda: (self._advertised.pop(peripheral.path, None), self._drop(peripheral.path)))

    def fail(self, member: str, error: str, text: str = "", times: int = 1_000_000) -> None:
        """Answer this method by this error so often from now on; an empty error makes it hang."""
        self._do(lambda: self._failing.__setitem__(member, (error, text, times)))

    def abort(self, times: int) -> None:
        """Break so many connections off at once, as BlueZ does where the radio is disturbed."""
        self._aborts = times

    def calls(self, member: str) -> int:
        """How often this method was called."""
        return self._calls[member]

    def heal(self) -> None:
        """No method fails any more."""
        self._do(self._failing.clear)

    def power(self, on: bool) -> None:
        """Switch the adapter."""
        self._do(lambda: self._change(HCI, ADAPTER, Powered=Variant("b", on)))

    def unplug(self) -> None:
        """Take the adapter away."""
        self._do(lambda: self._remove(HCI))

    # -- the service ----------------------------------------------------------------------------

    def _do(self, act: Callable[[], object]) -> None:
        """Run it in the service's thread, and wait."""

        async def run() -> None:
            result = act()
            if asyncio.iscoroutine(result):
                await result

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(BOUND_S)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._bus = await MessageBus(bus_address=self._bus_address).connect()
        self._bus.add_message_handler(self._hear)
        self._writable = select.poll()
        self._writable.register(self._bus._fd, select.POLLOUT)
        await self._bus.request_name("org.bluez")
        self._ready.set()
        await self._end.wait()
        self._bus.disconnect()

    def _leave(self) -> None:
        self._end.set()

    def _signal(self, path: str, interface: str, member: str, kind: str, body: list[Any]) -> None:
        self._bus.send(Message.new_signal(path, interface, member, kind, body))

    def _change(self, path: str, interface: str, **values: Variant) -> None:
        self._objects[path][interface].update(values)
        self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, values, []])

    def _add(self, path: str, interfaces: Interfaces) -> None:
        self._objects[path] = interfaces
        self._signal("/", MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, interfaces])

    def _remove(self, path: str) -> None:
        gone = list(self._objects.pop(path))
        self._signal("/", MANAGER, "InterfacesRemoved", "oas", [path, gone])

    def _drop(self, path: str) -> None:
        if path not in self._objects or not self._objects[path][DEVICE]["Connected"].value:
            return
        self._notifying = {p for p in self._notifying if not p.startswith(path)}
        self._change(path, DEVICE, ServicesResolved=Variant("b", False))
        self._change(path, DEVICE, Connected=Variant("b", False))
        for part in [p for p in self._objects if p.startswith(f"{path}/")]:
            self._remove(part)

    def _discover(self) -> None:
        for peripheral in self._advertised.values():
            self._loop.call_later(peripheral.silent_s, self._announce, peripheral)

    def _announce(self, peripheral: Peripheral) -> None:
        if peripheral.path in self._objects:
            self._change(peripheral.path, DEVICE, RSSI=Variant("n", -48))
        else:
            self._add(peripheral.path, peripheral.device())

    async def _connect(self, call: Message) -> None:
        """In bluetoothd's order; bleak listens by two connections, so each step waits for the last."""
        path = call.path or ""
        self._change(path, DEVICE, Connected=Variant("b", True))
        await asyncio.sleep(RADIO_S)
        if self._aborts:
            self._aborts -= 1
            text = "le-connection-abort-by-local"
            self._bus.send(Message.new_error(call, "org.bluez.Error.Failed", text))
            self._change(path, DEVICE, Connected=Variant("b", False))
            return
        self._bus.send(Message.new_method_return(call))
        await asyncio.sleep(RADIO_S)
        for part, interfaces in self._advertised[path].tree().items():
            self._add(part, interfaces)
        self._change(path, DEVICE, ServicesResolved=Variant("b", True))

    def _write(self, path: str, data: bytes, kind: str) -> None:
        (peripheral,) = (p for p in self._advertised.values() if path.startswith(p.path + "/"))
        peripheral.writes.append((bytes(data), kind))
        peripheral.receive(bytes(data))

    def _start(self, work: Coroutine[Any, Any, object]) -> bool:
        """Go on with it; True: a call is answered by it later."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    def _hear(self, call: Message) -> Message | bool | None:
        if call.message_type != MessageType.METHOD_CALL:
            return None
        path, member = call.path or "", call.member or ""
        self._calls[member] += 1
        if member in self._failing:
            error, text, times = self._failing.pop(member)
            if times > 1:
                self._failing[member] = (error, text, times - 1)
            return Message.new_error(call, error, text) if error else True
        if call.interface == MANAGER:
            return Message.new_method_return(call, "a{oa{sa{sv}}}", [self._objects])
        if path not in self._objects:
            unknown = "org.freedesktop.DBus.Error.UnknownObject"
            return Message.new_error(call, unknown, "no such object")
        if member == "Connect":
            return self._start(self._connect(call))
        acts: dict[str, Callable[[], object]] = {
            "StartDiscovery": self._discover,
            "Disconnect": lambda: self._drop(path),
            "StartNotify": lambda: self._notifying.add(path),
            "StopNotify": lambda: self._notifying.discard(path),
            "WriteValue": lambda: self._write(path, call.body[0], call.body[1]["type"].value),
        }
        acts.get(member, lambda: None)()  # before the answer: whoever has it relies on the act
        return Message.new_method_return(call)


def _adapter() -> dict[str, Variant]:
    texts = {
        "Address": "00:11:22:33:44:55",
        "AddressType": "public",
        "Name": "fake",
        "Alias": "fake",
    }
    return {name: Variant("s", text) for name, text in texts.items()} | {
        "Powered": Variant("b", True),
        "Discovering": Variant("b", False),
        "Roles": Variant("as", ["central"]),
        "UUIDs": Variant("as", []),
    }
