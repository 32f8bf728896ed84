"""An Arduino Uno that is simulated to the cycle, and a host at its port: pyserial and our decoder."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import serial

from fasciscope.firmware_bridge.frames import Decoded
from fasciscope.firmware_bridge.own import OwnDecoder


@dataclass(slots=True)
class Client:
    """A host: pyserial's own client on the port, and our decoder behind it."""

    port: serial.Serial
    decoder: OwnDecoder

    def ask(self, command: bytes, until: Callable[[list[Decoded]], bool]) -> list[Decoded]:
        """Say it, and take what comes until it is enough; fail if nothing comes for long."""
        self.port.write(command)
        taken: list[Decoded] = []
        while not until(taken):
            data = self.port.read(self.port.in_waiting or 1)
            assert data, f"nothing after {lines_of(taken)} and {n_frames(taken)} frames"
            taken.append(self.decoder.feed(data))
        return taken

    def said(self, command: bytes, word: str) -> list[str]:
        """The lines that come, up to one that begins so."""
        return lines_of(self.ask(command, lambda out: any_line(out, word)))


def lines_of(taken: list[Decoded]) -> list[str]:
    return [message.text for one in taken for message in one.messages]


def any_line(taken: list[Decoded], word: str) -> bool:
    return any(line.startswith(word) for line in lines_of(taken))


def n_frames(taken: list[Decoded]) -> int:
    return sum(one.frames.n_frames for one in taken)


@contextmanager
def simulated_port(
    simulator: Path, elf: Path, speed: float = 0, drop: tuple[int, int] | None = None
) -> Iterator[str]:
    """The port of a simulated Uno with this firmware, at so many times true time (0: unpaced)."""
    words = [simulator, elf, 600, speed, *(drop or ())]
    with subprocess.Popen(
        [str(w) for w in words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield next(line.split()[1] for line in process.stdout if line.startswith("port: "))
        finally:
            process.kill()


@contextmanager
def simulated(
    simulator: Path,
    elf: Path,
    n_channels: int = 1,
    speed: float = 0,
    drop: tuple[int, int] | None = None,
) -> Iterator[Client]:
    """A client on the port of a simulated Uno."""
    with (
        simulated_port(simulator, elf, speed, drop) as name,
        serial.Serial(name, 115_200, timeout=10.0) as port,
    ):
        yield Client(port, OwnDecoder(n_channels))
