"""Links over a network: TCP to a board that listens or that calls us, and UDP."""

import socket
import time

from fasciscope.acquisition.link import LinkLostError, Piece
from fasciscope.core import DeviceError

CONNECT_S = 5.0
CALL_S = 60.0
"""A board that calls us does so within this time."""
READ_BYTES = 65_536


class TcpLink:
    """`Link` to `host`:`port`; with `listens` we wait there for the board to call (a Muovi does)."""

    def __init__(self, host: str, port: int, *, listens: bool = False) -> None:
        self._address = (host, port)
        self._listens = listens
        self._socket: socket.socket | None = None

    @property
    def name(self) -> str:
        """Host and port."""
        return f"{self._address[0]}:{self._address[1]}"

    @property
    def lost_packets(self) -> int:
        """It throws nothing away."""
        return 0

    @property
    def caution(self) -> str:
        """There is nothing to know."""
        return ""

    def open(self) -> None:
        """Connect, or wait for the board's call. Raises DeviceError if there is none."""
        self.close()
        try:
            self._socket = self._called() if self._listens else self._connected()
        except OSError as error:
            what = "did not call" if self._listens else "cannot be reached"
            raise DeviceError(
                f"The board at {self.name} {what}: {error}. Is it on, and in the same network?"
            ) from error

    def read(self, timeout_s: float) -> Piece | None:
        """What came next; None if nothing did. Raises LinkLostError when the connection is closed."""
        connection = self._opened()
        connection.settimeout(timeout_s)
        try:
            data = connection.recv(READ_BYTES)
        except TimeoutError:
            return None
        except OSError as error:
            raise LinkLostError(f"{self.name} is gone: {error}.") from error
        if not data:
            raise LinkLostError(f"{self.name} closed the connection.")
        return Piece(data, time.monotonic())

    def write(self, data: bytes) -> None:
        """Send it whole."""
        connection = self._opened()
        connection.settimeout(CONNECT_S)
        try:
            connection.sendall(data)
        except OSError as error:
            raise LinkLostError(f"{self.name} is gone: {error}.") from error

    def vary(self) -> bool:
        """There is one setting only."""
        return False

    def close(self) -> None:
        """Close the connection."""
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()

    def _opened(self) -> socket.socket:
        assert self._socket is not None, "a link is opened first"
        return self._socket

    def _connected(self) -> socket.socket:
        return socket.create_connection(self._address, CONNECT_S)

    def _called(self) -> socket.socket:
        with socket.create_server(self._address, backlog=1) as server:
            server.settimeout(CALL_S)
            return server.accept()[0]


class UdpLink:
    """`Link` to a board that sends datagrams to our `port`; each is a whole packet.

    A board that loses its network just is silent: the reader notices.
    """

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._board: tuple[str, int] | None = None

    @property
    def name(self) -> str:
        """Host and port."""
        return f"udp {self._address[0]}:{self._address[1]}"

    @property
    def lost_packets(self) -> int:
        """It throws nothing away."""
        return 0

    @property
    def caution(self) -> str:
        """There is nothing to know."""
        return ""

    def open(self) -> None:
        """Listen. Raises DeviceError if the port cannot be had."""
        self.close()
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            made.bind(self._address)
        except OSError as error:
            made.close()
            raise DeviceError(f"{self.name} cannot be listened at: {error}.") from error
        self._socket = made

    def read(self, timeout_s: float) -> Piece | None:
        """The next datagram; None if none came."""
        assert self._socket is not None, "a link is opened first"
        self._socket.settimeout(timeout_s)
        try:
            data, self._board = self._socket.recvfrom(READ_BYTES)
        except TimeoutError:
            return None
        except OSError as error:
            raise LinkLostError(f"{self.name} is gone: {error}.") from error
        return Piece(data, time.monotonic())

    def write(self, data: bytes) -> None:
        """Send it to where the last datagram came from; before the first there is nobody to tell."""
        if self._socket is None or self._board is None:
            return
        try:
            self._socket.sendto(data, self._board)
        except OSError as error:
            raise LinkLostError(f"{self.name} is gone: {error}.") from error

    def vary(self) -> bool:
        """There is one setting only."""
        return False

    def close(self) -> None:
        """Listen no more."""
        made, self._socket = self._socket, None
        if made is not None:
            made.close()
