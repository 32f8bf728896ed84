"""Plays a virtual board on a pseudo-terminal or a TCP port, at its true pace.

Pseudo-terminals are POSIX only, and this is the only place that needs them.
"""

import os
import select
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from fasciscope.core import DeviceError, UsageError
from fasciscope.firmware_bridge.played import Played

TICK_S = 0.004
READ_BYTES = 4096
CALL_S = 1.0
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Way:
    """An open way to a client, which never blocks."""

    fileno: int
    take: Callable[[int], bytes]
    give: Callable[[bytes], int]


@contextmanager
def pseudo_terminal() -> Iterator[tuple[Way, str]]:
    """(our end, the name of the port for any client), both raw. Raises UsageError on Windows."""
    if sys.platform == "win32":
        raise UsageError("There are no pseudo-terminals on Windows. Play the board with --tcp.")
    import tty

    ours, theirs = os.openpty()
    try:
        tty.setraw(ours)
        tty.setraw(theirs)
        os.set_blocking(ours, False)
        way = Way(ours, lambda n: os.read(ours, n), lambda data: os.write(ours, data))
        yield way, os.ttyname(theirs)
    finally:
        os.close(ours)
        os.close(theirs)


class Player:
    """Carries bytes between a board and its client; `step` does what is due now."""

    def __init__(self, played: Played) -> None:
        self._played = played
        self._origin_s = time.monotonic()
        self._waiting = b""  # what the way did not take yet

    @property
    def is_gone(self) -> bool:
        """Whether a fault has unplugged the board."""
        return self._played.is_gone(self._now())

    def unplug(self) -> None:
        """Its power and what it had not sent are gone."""
        self._played.unplug()
        self._waiting = b""

    def plug(self) -> None:
        """Its power is back."""
        self._played.plug(self._now())

    def step(self, way: Way, wait_s: float = TICK_S) -> bool:
        """Answer what the client said within `wait_s`, send what is due; False if the client left."""
        ready, _, _ = select.select([way.fileno], [], [], wait_s)
        if ready:
            said = way.take(READ_BYTES)
            if not said:
                return False
            self._waiting += self._played.hear(said, self._now())
        self._send(way)
        if not self._waiting:
            self._waiting = self._played.due(self._now())
            self._send(way)
        return True

    def _now(self) -> float:
        return time.monotonic() - self._origin_s

    def _send(self, way: Way) -> None:
        """As much as the way takes: a client that does not read makes the board wait and loses nothing."""
        while self._waiting:
            try:
                taken = way.give(self._waiting)
            except BlockingIOError:
                return
            self._waiting = self._waiting[taken:]


def play_on_terminal(
    player: Player, over: Callable[[], bool], say: Callable[[str], None], link: Path | None = None
) -> None:
    """Play until it is `over`; `say` the port's name. `link` is a name that outlives an unplugging."""
    while not over():
        with pseudo_terminal() as (way, name), _linked(name, link) as called:
            say(called)
            while not over() and not player.is_gone:
                player.step(way)
        player.unplug()
        while player.is_gone and not over():
            time.sleep(TICK_S)
        player.plug()


@contextmanager
def _linked(name: str, link: Path | None) -> Iterator[str]:
    if link is None:
        yield name
        return
    if link.is_symlink():
        link.unlink()  # of one that was killed
    link.symlink_to(name)
    try:
        yield str(link)
    finally:
        link.unlink()


def play_on_tcp(
    player: Player, over: Callable[[], bool], say: Callable[[str], None], tcp_port: int
) -> None:
    """Play for one client after another at a port of this machine alone, until it is `over`."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((LOOPBACK, tcp_port))
        except OSError as error:
            raise DeviceError(f"TCP port {tcp_port} cannot be used: {error.strerror}.") from error
        server.listen(1)
        server.settimeout(TICK_S)
        say(f"{LOOPBACK}:{server.getsockname()[1]}")
        while not over():
            with suppress(TimeoutError):
                _serve(server.accept()[0], player, over)


def play_calling(
    player: Player, over: Callable[[], bool], say: Callable[[str], None], tcp_port: int
) -> None:
    """Play a board that calls its host: at a port of this machine, again and again, until it is `over`."""
    say(f"calls {LOOPBACK}:{tcp_port}")
    while not over():
        try:
            host = socket.create_connection((LOOPBACK, tcp_port), CALL_S)
        except OSError:  # nobody listens yet
            time.sleep(TICK_S)
            continue
        _serve(host, player, over)


def _serve(client: socket.socket, player: Player, over: Callable[[], bool]) -> None:
    with client:
        if not player.is_gone:
            player.plug()
        client.setblocking(False)
        way = Way(client.fileno(), client.recv, client.send)
        with suppress(ConnectionError):  # the client left: the next may come
            while not over() and not player.is_gone and player.step(way):
                pass
    player.unplug()
