"""The one thread with asyncio: bleak works in it, the rest of the program blocks.

Every call into bleak has a time of its own: BlueZ may say "in progress" for ever, and bleak then asks
for ever (bleak 3.1.0, backends/bluezdbus/client.py). What goes wrong becomes a DeviceError here.
"""

import asyncio
from collections.abc import Coroutine
from threading import Event, Thread
from typing import Any, TypeVar

from fasciscope.core import DeviceError

T = TypeVar("T")

GRACE_S = 2.0
"""How long a call that took too long may take to clean up, and a thread to end."""

ANEW = "Switch the board off and on, stay near it, and try again."

_STATES = (
    ("POWERED_OFF", "Bluetooth is off. Turn it on, then try again."),
    (
        "NO_BLUETOOTH",
        "This computer has no Bluetooth adapter. Plug one in, or use the board's cable.",
    ),
    ("NO_BLE_CENTRAL_ROLE", "This adapter cannot do Bluetooth Low Energy. Plug in another one."),
    (
        "DENIED",
        "The system does not let this program use Bluetooth. Allow it in its privacy settings.",
    ),
    # bleak 1 has no reasons, only words
    ("No powered", "Bluetooth is off. Turn it on, then try again."),
    ("turned off", "Bluetooth is off. Turn it on, then try again."),
    ("No Bluetooth adapters", "This computer has no Bluetooth adapter. Plug one in."),
    ("ServiceUnknown", "The Bluetooth service does not run. Start it: systemctl start bluetooth."),
    ("NameHasNoOwner", "The Bluetooth service does not run. Start it: systemctl start bluetooth."),
    ("AccessDenied", "The Bluetooth service refused. Join its group: usermod -aG bluetooth USER."),
)
_NO_BUS = (
    "The system's message bus (D-Bus), by which Bluetooth is reached, does not answer. Start it and "
    "the Bluetooth service: systemctl start dbus bluetooth; give a container the bus's socket."
)


def explained(error: Exception, doing: str) -> DeviceError:
    """What a person is told: what was found, and what to do."""
    found = f"{doing}: {type(error).__name__}: {' '.join(str(part) for part in error.args)}".rstrip(
        ": "
    )
    for sign, meaning in _STATES:
        if sign in found or sign in getattr(getattr(error, "reason", None), "name", ""):
            return DeviceError(f"{meaning} ({found})")
    if isinstance(error, OSError | EOFError):
        return DeviceError(f"{_NO_BUS} ({found})")
    return DeviceError(f"{found}. {ANEW}")


async def within(seconds: float, doing: str, call: Coroutine[Any, Any, T]) -> T:
    """The answer of a call into bleak. Raises DeviceError if it fails or takes longer.

    The call is not waited for once it is late: cleaning up, too, may hang.
    """
    task = asyncio.ensure_future(call)
    task.add_done_callback(
        lambda late: late.cancelled() or late.exception()
    )  # or asyncio complains
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.cancel()
        await asyncio.wait({task}, timeout=GRACE_S)
        raise DeviceError(f"{doing}: no answer within {seconds:g} s. {ANEW}")
    if task.cancelled():
        raise DeviceError(f"{doing}: broken off by the radio. {ANEW}")
    try:
        return task.result()
    except Exception as error:  # bleak's, D-Bus's and the system's own kinds have no common root
        raise explained(error, doing) from error


class BleLoop:
    """An event loop in a thread of its own, from its making until `stop`."""

    def __init__(self, name: str) -> None:
        self._started = Event()
        self._thread = Thread(target=self._run, name=f"ble {name}", daemon=True)
        self._thread.start()
        self._started.wait()

    def _run(self) -> None:
        with asyncio.Runner() as runner:  # at its end it cancels what is left
            self._loop = runner.get_loop()
            self._started.set()
            self._loop.run_forever()

    def ask(self, call: Coroutine[Any, Any, T]) -> T:
        """Run it there, and wait. Every part of it that waits for others is bounded by `within`."""
        return asyncio.run_coroutine_threadsafe(call, self._loop).result()

    def stop(self) -> None:
        """End the loop and its thread; may be called twice."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(2 * GRACE_S)
