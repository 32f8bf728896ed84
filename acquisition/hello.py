"""Asks a board of our own firmware what it is, before its samples are read."""

import time

from fasciscope.acquisition.link import Link, NoFramesError
from fasciscope.core import DeviceError
from fasciscope.firmware_bridge.own import HELLO, OwnDecoder
from fasciscope.firmware_bridge.own_hello import Hello, hello_of
from fasciscope.firmware_bridge.profile import Profile

ANSWER_S = 1.5
TRIES = 3
READ_S = 0.1


def hello_over(link: Link, profile: Profile) -> Hello:
    """What the board says of itself once the commands before the start were obeyed; the link is closed.

    Tries the link's settings in turn. Raises DeviceError if nothing is there, it refuses a command, or
    does not answer.
    """
    while True:
        try:
            link.open()
            return _asked(link, profile)
        except NoFramesError:
            if not link.vary():
                raise
        finally:
            link.close()


def _asked(link: Link, profile: Profile) -> Hello:
    _lines(link, profile.wakes_s)
    for command in profile.stop:  # it may still stream since another program died
        link.write(command)
        _lines(link, READ_S)
    for command in profile.start[:-1]:
        for _ in range(TRIES):  # an answer that is damaged is asked for again
            link.write(command)
            lines = _lines(link, ANSWER_S)
            _check(link, command, lines)
            hello = hello_of(lines)
            if hello is not None:
                return hello
            if lines and command != HELLO:
                break
    raise NoFramesError(
        f"{link.name} does not answer 'hello?' as a board with the fasciscope firmware does. Is it "
        "loaded (docs/protocol.md), and is this the board's port?"
    )


def _check(link: Link, command: bytes, lines: list[str]) -> None:
    for line in lines:
        if line.startswith("error"):
            said = command.decode("ascii").strip()
            raise DeviceError(f"{link.name} refuses {said!r}: it says {line!r}.")


def _lines(link: Link, most_s: float) -> list[str]:
    """The lines that come within this time, until an answer is over."""
    decoder, lines = OwnDecoder(), list[str]()
    until_s = time.monotonic() + most_s
    while (left_s := until_s - time.monotonic()) > 0:
        piece = link.read(min(READ_S, left_s))
        if piece is not None:
            lines += [message.text for message in decoder.feed(piece.data).messages]
        if lines and lines[-1].partition(" ")[0] in ("end", "ok", "error"):
            break
    return lines
