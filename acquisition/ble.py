"""Bluetooth LE: notifications of a board as pieces, commands as writes; unmodified bleak underneath."""

from fasciscope.acquisition.ble_loop import BleLoop
from fasciscope.acquisition.ble_scan import Advertisement, identity, scan, target
from fasciscope.acquisition.ble_session import HEADER_N, Inbox, Patience, Session
from fasciscope.acquisition.link import LinkLostError, Piece
from fasciscope.core import DeviceError
from fasciscope.firmware_bridge.profile import Gatt

__all__ = ["Advertisement", "BleLink", "Patience", "scan"]

USUAL = Patience()
QUEUE_N = 4096
"""Notifications that wait for a reader: some 8 s of the fastest board."""


class BleLink:
    """A board by Bluetooth LE (a `Link`).

    `wanted` is its address, its name or the beginning of that; empty for any of the profile's names.
    `packet_n` is the length of the board's notifications, where they have one. It is opened, read and
    closed by one thread; the radio runs in another.
    """

    def __init__(
        self,
        wanted: str,
        gatt: Gatt,
        *,
        packet_n: int | None = None,
        patience: Patience = USUAL,
        queue_n: int = QUEUE_N,
    ) -> None:
        self._wanted = target(wanted, gatt.names)
        self._gatt, self._packet_n = gatt, packet_n
        self._patience, self._queue_n = patience, queue_n
        self._session: Session | None = None
        self._lost_before = 0
        self._name = self._wanted.title
        self._mtu = 0

    @property
    def name(self) -> str:
        """The board's whole name once it was found; before that what was asked for."""
        return self._name

    @property
    def lost_packets(self) -> int:
        """Notifications thrown away because nobody read them in time, over all openings."""
        return self._lost_before + (self._session.inbox.lost if self._session else 0)

    @property
    def mtu(self) -> int:
        """What the system says of the last connection: bytes of a packet, 3 of them not data."""
        return self._mtu

    @property
    def caution(self) -> str:
        """A sentence if notifications may arrive cut short; empty if all is well."""
        if self._packet_n is None or not self._mtu or self._packet_n + HEADER_N <= self._mtu:
            return ""
        return (
            f"{self._name} notifies {self._packet_n} bytes at once, but the connection's MTU is said to "
            f"be {self._mtu}: {self._packet_n + HEADER_N} are needed. If all that comes is garbage, "
            "use another adapter or the cable. (BlueZ before 5.62 says 23 always.)"
        )

    def vary(self) -> bool:
        """There is one setting only."""
        return False

    def open(self) -> None:
        """Scan anew, connect, subscribe. Once found, it is that very device that is looked for.

        Raises DeviceError if Bluetooth is absent or off, or the board is not there.
        """
        self.close()
        inbox = Inbox(self._queue_n)
        self._session = session = Session(BleLoop(self._name), inbox, self._gatt, self._patience)
        try:
            session.loop.ask(session.start(self._wanted))
        except BaseException:
            self.close()
            raise
        assert session.seen is not None
        self._wanted, self._mtu = identity(session.seen), session.mtu
        self._name = session.seen.name or session.seen.address

    def read(self, timeout_s: float) -> Piece | None:
        """The next notification; None if there was none in this time.

        Raises LinkLostError when the board is gone and all that had come was handed out.
        """
        session = self._opened()
        piece = session.inbox.take(timeout_s)
        if piece is None and session.inbox.ended:
            raise self._gone()
        return piece

    def write(self, data: bytes) -> None:
        """Send a command. Raises LinkLostError when the board is gone, DeviceError if it refuses."""
        session = self._opened()
        if session.inbox.ended:
            raise self._gone()
        try:
            session.loop.ask(session.write(data))
        except DeviceError as error:
            if session.inbox.ended:
                raise self._gone() from error
            raise

    def close(self) -> None:
        """Disconnect and end the radio's thread; never raises, may be called twice."""
        session, self._session = self._session, None
        if session is None:
            return
        self._lost_before += session.inbox.lost
        try:
            session.loop.ask(session.end())
        except DeviceError:
            pass  # it is gone or the radio is: there is nothing left to give back
        finally:
            session.loop.stop()

    def _opened(self) -> Session:
        if self._session is None:
            raise LinkLostError(f"{self._name} is not open. Open it first.")
        return self._session

    def _gone(self) -> LinkLostError:
        return LinkLostError(
            f"{self._name} has disconnected: switched off, out of range, or its battery is empty. "
            "Bring it near and open it again."
        )
