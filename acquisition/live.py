"""A board at work: its link read, its bytes decoded, its samples at their places, its losses counted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fasciscope.acquisition.assembler import Assembled, Assembler, Loss
from fasciscope.acquisition.clock import SampleClock
from fasciscope.acquisition.link import Piece
from fasciscope.acquisition.reader import Began, Ended, Failed, Item, Overload, Reader
from fasciscope.core import SampleBlock, StreamInfo
from fasciscope.firmware_bridge import Codec, Decoded, Frames

TICK_S = 0.1
Wire = Callable[[Piece], None]
"""Told every piece before it is decoded, to keep the raw bytes."""


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """What one turn brought: blocks, what was lost before them, and remarks.

    `messages` are what the board said between its frames; `notices` what happened on the way.
    """

    blocks: tuple[SampleBlock, ...] = ()
    losses: tuple[Loss, ...] = ()
    messages: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """What was counted since the beginning."""

    samples: int = 0
    lost: int = 0
    uncertain: int = 0  # losses whose size the counter could not tell
    garbage_bytes: int = 0
    dropped_bytes: int = 0
    restarts: int = 0
    reasons: dict[str, int] = field(default_factory=dict)  # garbage bytes by their name


class Turns(Protocol):
    """What delivers turn by turn, with its figures: a board, or a recording that is replayed."""

    info: StreamInfo
    tally: Tally
    clock: SampleClock

    def deliveries(self) -> Iterator[Delivery]:
        """What comes, turn by turn."""
        ...

    def finish(self) -> Delivery:
        """Stop; give what was under way."""
        ...

    def __enter__(self) -> "Turns": ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class LiveSource:
    """Turns of a board: iterate `deliveries` in a ``with``; every tenth of a second there is one.

    `picks` are the codec's channels that are taken (None: all), those of `info`; `scale` (n_channels,)
    turns their counts into the unit of `info`. Raises DeviceError in ``with`` if the
    board is not there; a board that goes later is looked for, and its samples go on after a gap.
    """

    def __init__(
        self,
        reader: Reader,
        codec: Codec,
        info: StreamInfo,
        scale: NDArray[np.float64],
        picks: tuple[int, ...] | None = None,
        wire: Wire | None = None,
    ) -> None:
        self.info = info
        self.tally = Tally()
        self.clock = SampleClock(info.rate_hz)
        self._reader = reader
        self._codec = codec
        self._decoder = codec.decoder()
        self._picks = None if picks is None else list(picks)
        self._assembler = Assembler(info, _picked_codec(codec, picks), scale)
        self._wire = wire
        self._frame_bytes = _frame_bytes(codec)
        self._received_s = 0.0
        self._first: Item | None = None

    def __enter__(self) -> "LiveSource":
        self._reader.start()
        try:
            while self._first is None:
                self._first = self._reader.take(TICK_S)
            if isinstance(self._first, Failed):
                raise self._first.error
        except BaseException:
            self._reader.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._reader.stop()

    def deliveries(self) -> Iterator[Delivery]:
        """What comes, turn by turn, for ever; a turn in which nothing came is empty."""
        while True:
            item, self._first = self._first or self._reader.take(TICK_S), None
            yield Delivery() if item is None else self._take(item)

    def finish(self) -> Delivery:
        """Stop the board; give what was under way."""
        self._reader.stop()
        parts = []
        while (item := self._reader.take(0.0)) is not None:
            parts.append(self._take(item))
        parts.append(self._end_stream())
        return Delivery(
            tuple(block for part in parts for block in part.blocks),
            tuple(loss for part in parts for loss in part.losses),
            tuple(text for part in parts for text in part.messages),
            tuple(text for part in parts for text in part.notices),
        )

    def _take(self, item: Item) -> Delivery:
        match item:
            case Piece():
                if self._wire is not None:
                    self._wire(item)
                self._received_s = item.received_s
                return self._decoded(self._decoder.feed(item.data))
            case Began(caution):
                begun = self._begin()
                return begun if not caution else replace(begun, notices=(*begun.notices, caution))
            case Ended():
                ended = self._end_stream()
                return Delivery(ended.blocks, ended.losses, notices=(item.reason,))
            case Overload():
                self.tally.dropped_bytes += item.n_bytes
                waited = self._assembler.missed(self._frames_in(item.n_bytes))
                return self._delivery(waited, notices=(f"overload: {item.n_bytes} bytes dropped",))
            case Failed():
                raise item.error

    def _begin(self) -> Delivery:
        if self.tally.samples == 0:
            return Delivery()
        self.tally.restarts += 1
        self._decoder = self._codec.decoder()
        resumed = self._assembler.resume(self.clock.sample_at)
        return self._delivery(resumed, notices=("the board is back",))

    def _end_stream(self) -> Delivery:
        """What still waited in the decoder and the assembler; a new stream needs new ones."""
        last = self._decoded(self._decoder.finish())
        self._decoder = self._codec.decoder()
        waited = self._assembler.finish()
        if waited.blocks:
            self.clock.add(waited.blocks[-1].end_sample - 1, self._received_s)
        rest = self._delivery(waited)
        return Delivery(last.blocks + rest.blocks, last.losses + rest.losses, last.messages)

    def _decoded(self, decoded: Decoded) -> Delivery:
        for piece in decoded.garbage:
            self.tally.garbage_bytes += piece.length
            named = self.tally.reasons
            named[piece.reason] = named.get(piece.reason, 0) + piece.length
        spoilt = sum(self._frames_in(piece.length) for piece in decoded.garbage)
        waited = Assembled()
        if spoilt and self._codec.wrap is None:  # a counter would tell by itself
            waited = self._assembler.missed(spoilt)
        frames = decoded.frames if self._picks is None else _picked(decoded.frames, self._picks)
        out = self._assembler.push(frames, self._received_s)
        if out.blocks:
            self.clock.add(out.blocks[-1].end_sample - 1, self._received_s)
        whole = Assembled(waited.blocks + out.blocks, waited.losses + out.losses)
        return self._delivery(whole, tuple(message.text for message in decoded.messages))

    def _delivery(
        self, out: Assembled, messages: tuple[str, ...] = (), notices: tuple[str, ...] = ()
    ) -> Delivery:
        self.tally.lost += sum(loss.n_samples for loss in out.losses)
        self.tally.uncertain += sum(loss.uncertain for loss in out.losses)
        if out.blocks:
            self.tally.samples = out.blocks[-1].end_sample - self.tally.lost
        return Delivery(out.blocks, out.losses, messages, notices)

    def _frames_in(self, n_bytes: int) -> int:
        return round(n_bytes / self._frame_bytes)


def _picked_codec(codec: Codec, picks: tuple[int, ...] | None) -> Codec:
    """The codec as if the board had only these channels."""
    if picks is None:
        return codec
    low, high = (tuple(edge[k] for k in picks) for edge in (codec.low, codec.high))
    return replace(codec, low=low, high=high)


def _picked(frames: Frames, picks: list[int]) -> Frames:
    bad = None if frames.bad is None else frames.bad[:, picks]
    return replace(frames, counts=frames.counts[:, picks], bad=bad)


def _frame_bytes(codec: Codec) -> float:
    """The usual length of a frame."""
    n = 10 * codec.per_frame
    counts = np.tile(np.array(codec.low, np.int32), (n, 1))
    counter = None if codec.wrap is None else np.arange(10) * codec.advance % codec.wrap
    return len(codec.encode(Frames(counts, counter, codec.per_frame))) / 10
