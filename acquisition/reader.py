"""The one thread: it opens a link, starts the board, reads, and hands on what came; and begins again.

Everything goes through one bounded queue. If it is full the newest bytes are dropped and counted:
`Overload` says how many, at the place where they are missing.
"""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from fasciscope.acquisition.link import Link, LinkLostError, NoFramesError, Piece
from fasciscope.core import DeviceError
from fasciscope.firmware_bridge import Decoder
from fasciscope.firmware_bridge.profile import Profile

QUEUE_PIECES = 4096
READ_S = 0.1
ANSWER_S = 3.0
"""A board that has a prompt answers within this time."""
QUIET_S = 0.05
"""After this long without a byte an answer is over."""
LAST_S = 0.5
"""After the stop command no frame comes later than this."""
FIRST_S = 4.0
"""Within this time after the start command the first frame comes."""
SILENT_S = 5.0
"""A stream that is silent for so long is taken for lost: some ports never say that they are dead."""
BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Between attempts to find a lost board again; the last one for ever."""


@dataclass(frozen=True, slots=True)
class Began:
    """The board was started: what follows comes from its new stream.

    `caution` is what a person should know of the way.
    """

    caution: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """The board is gone, and why; it is looked for."""

    reason: str


@dataclass(frozen=True, slots=True)
class Overload:
    """So many bytes were dropped here, because nobody took them in time."""

    n_bytes: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The thread has ended by this error: the board was never there, or we have a bug."""

    error: BaseException


Item = Piece | Began | Ended | Overload | Failed


class Reader:
    """Reads a link in a thread of its own, from `start` to `stop`; `take` gives what came, in order.

    `patient` links can wait (a virtual board without pace): nothing of theirs is ever dropped.
    """

    def __init__(
        self,
        link: Link,
        profile: Profile,
        decoder: Callable[[], Decoder],
        *,
        patient: bool = False,
        queue_pieces: int = QUEUE_PIECES,
        backoff_s: tuple[float, ...] = BACKOFF_S,
    ) -> None:
        self._link = link
        self._profile = profile
        self._decoder = decoder
        self._patient = patient
        self._backoff_s = backoff_s
        self._queue: queue.Queue[Item] = queue.Queue(queue_pieces)
        self._tail: deque[Item] = deque()  # what came after the end, behind the queue
        self._over = threading.Event()
        self._dropped = 0
        self._lost_packets = 0
        self._thread = threading.Thread(target=self._run, name="reader", daemon=True)

    def start(self) -> None:
        """Begin. Whether the board is there is told by the first item."""
        self._thread.start()

    def stop(self) -> None:
        """Tell the board to stop and end the thread; what came until then can still be taken."""
        self._over.set()
        self._thread.join()

    def take(self, timeout_s: float) -> Item | None:
        """The next item; None if none came in this time."""
        try:
            return self._queue.get(timeout=timeout_s) if timeout_s > 0 else self._queue.get_nowait()
        except queue.Empty:
            return self._tail.popleft() if self._tail and self._over.is_set() else None

    def _run(self) -> None:
        try:
            self._read_for_ever()
        except BaseException as error:  # raised anew where the items are taken
            self._put(Failed(error), wait=True)
        finally:
            self._link.close()

    def _read_for_ever(self) -> None:
        attempts, began = 0, False
        while not self._over.is_set():
            try:
                first = self._call()
                attempts, began = 0, True
                self._put(Began(self._link.caution), wait=True)
                for piece in first:
                    self._put(piece)
                self._listen()
            except DeviceError as error:
                self._link.close()
                if not began:
                    if isinstance(error, NoFramesError) and self._link.vary():
                        continue
                    raise
                if attempts == 0:
                    self._put(Ended(str(error)), wait=True)
            self._link.close()
            if not self._over.is_set():
                self._over.wait(self._backoff_s[min(attempts, len(self._backoff_s) - 1)])
                attempts += 1

    def _call(self) -> list[Piece]:
        """Open, start, and wait for the first frame; give the pieces that came until then."""
        profile = self._profile
        self._link.open()
        if profile.start:  # else it streams by itself: all that comes may be frames
            self._settle(profile.wakes_s)
        for command in profile.stop:  # it may still stream since another program died
            self._link.write(command)
            self._drop(profile.pause_s)
        if profile.stop:
            self._settle(QUIET_S)  # after the last it is quiet
        for command in profile.start[:-1]:
            self._link.write(command)
            self._answer()
        for command in profile.start[-1:]:
            self._link.write(command)
        return self._first_frame()

    def _drop(self, lasts_s: float) -> None:
        """Read for so long; what comes is of no use."""
        until_s = time.monotonic() + lasts_s
        while (left_s := until_s - time.monotonic()) > 0 and not self._over.is_set():
            self._link.read(left_s)

    def _settle(self, quiet_s: float) -> None:
        """Read on until nothing has come for so long, but no longer than an answer may take."""
        until_s = time.monotonic() + max(ANSWER_S, quiet_s)
        while quiet_s > 0 and not self._over.is_set() and time.monotonic() < until_s:
            if self._link.read(quiet_s) is None:
                return

    def _answer(self) -> None:
        """Wait for the prompt, or for the pause where there is none."""
        prompt, said = self._profile.prompt, b""
        if not prompt:
            return self._settle(self._profile.pause_s)
        until_s = time.monotonic() + ANSWER_S
        while not said.rstrip().endswith(prompt) and not self._over.is_set():
            if time.monotonic() > until_s:
                raise NoFramesError(
                    f"{self._link.name} does not answer as a {self._profile.codec} board does: "
                    f"{_shown(said)}. Is the board on, and its radio paired with this dongle?"
                )
            piece = self._link.read(READ_S)
            said += piece.data if piece else b""
        return None

    def _first_frame(self) -> list[Piece]:
        decoder, pieces = self._decoder(), list[Piece]()
        until_s = time.monotonic() + FIRST_S + self._profile.wakes_s
        while not self._over.is_set():
            if time.monotonic() > until_s:
                came = b"".join(piece.data for piece in pieces)
                raise NoFramesError(
                    f"{self._link.name} sends no frame of a {self._profile.codec} board: "
                    f"{_shown(came)}. Is it this board, and is it switched on?"
                )
            piece = self._link.read(READ_S)
            if piece is not None:
                pieces.append(piece)
                if decoder.feed(piece.data).frames.n_frames:
                    break
        return pieces

    def _listen(self) -> None:
        """Read until told to stop; then tell the board, and read what was under way."""
        heard_s = time.monotonic()
        while not self._over.is_set():
            piece = self._link.read(READ_S)
            now_s = time.monotonic()
            if piece is not None:
                heard_s = now_s
                self._count_lost(len(piece.data))
                self._put(piece)
            elif now_s - heard_s > SILENT_S:
                raise LinkLostError(f"{self._link.name} has been silent for {SILENT_S:g} s.")
        for command in self._profile.stop:
            self._link.write(command)
        until_s = time.monotonic() + LAST_S
        while self._profile.stop and time.monotonic() < until_s:
            piece = self._link.read(QUIET_S)
            if piece is None:
                return
            self._put(piece)  # was under way when the board was told to stop

    def _count_lost(self, packet_bytes: int) -> None:
        """What the link threw away is dropped too, in bytes of a packet like the present one."""
        lost = self._link.lost_packets
        self._dropped += (lost - self._lost_packets) * packet_bytes
        self._lost_packets = lost

    def _put(self, item: Item, *, wait: bool = False) -> None:
        """Into the queue, or among the dropped. What must not be dropped waits for room; once all is
        over nobody makes room, and what little comes then goes to the tail."""
        while not self._tail:
            try:
                if self._dropped:
                    self._queue.put_nowait(Overload(self._dropped))
                    self._dropped = 0
                self._queue.put_nowait(item)
                return
            except queue.Full:
                if not wait and not self._patient:
                    assert isinstance(item, Piece), item
                    self._dropped += len(item.data)
                    return
                if self._over.wait(0.002):
                    break
        self._tail.append(item)


def _shown(data: bytes) -> str:
    return f"it sent {len(data)} bytes, first {data[:16]!r}" if data else "it sent nothing"
