"""Lab Streaming Layer: a stream of another program as a link, its samples in counts.

Needs the extra `lsl` (pylsl, which brings liblsl). Samples are numbered as they come: LSL carries them
over TCP and loses none while the connection stands. Their time is the sender's stamp, so that the
sample clock is the sender's, not that of our looking.
"""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from fasciscope.acquisition.link import LinkLostError, Piece
from fasciscope.core import DeviceError, UnsupportedError

FIND_S = 5.0
MOST_SAMPLES = 4096
MOST_COUNT = (1 << 23) - 1
FINE_UV = 4.5e6 / 24 / MOST_COUNT
"""Microvolts a count into which numbers with a point are put: an OpenBCI count; the range is 187 mV."""


@dataclass(frozen=True, slots=True)
class LslStream:
    """What a stream says of itself; `units` by channel, empty where it says none."""

    name: str
    source_id: str
    rate_hz: float
    labels: tuple[str, ...]
    units: tuple[str, ...]
    integers: bool


def find_stream(name: str, wait_s: float = FIND_S) -> LslStream:
    """The stream of this name, type or source id. Raises DeviceError if there is none or several,
    UnsupportedError without pylsl or for a stream that cannot be recorded."""
    pylsl = load_pylsl()
    info = _resolved(name, wait_s)
    inlet = pylsl.StreamInlet(info, recover=False)
    try:
        whole = inlet.info(timeout=wait_s)
    except (pylsl.util.LostError, TimeoutError) as error:
        raise DeviceError(f"The LSL stream {name!r} does not describe itself.") from error
    finally:
        inlet.close_stream()
    if whole.nominal_srate() <= 0 or whole.channel_format() == pylsl.cf_string:
        raise UnsupportedError(
            f"The LSL stream {name!r} is of events or has no steady rate: it cannot be recorded here."
        )
    labels, units = _described(whole)
    integers = whole.channel_format() not in (pylsl.cf_float32, pylsl.cf_double64)
    return LslStream(
        whole.name(), whole.source_id(), whole.nominal_srate(), labels, units, integers
    )


def _resolved(name: str, wait_s: float) -> Any:
    pylsl = load_pylsl()
    until_s = time.monotonic() + wait_s
    while True:
        there = pylsl.resolve_streams(wait_time=0.3)
        for fits in ("name", "source_id", "type"):
            found = [one for one in there if getattr(one, fits)() == name]
            if len(found) == 1:
                return found[0]
            if found:
                raise DeviceError(
                    f"There are {len(found)} LSL streams whose {fits} is {name!r}. Name one by its "
                    f"source id: {', '.join(one.source_id() for one in found)}."
                )
        if time.monotonic() > until_s:
            told = ", ".join(sorted({one.name() for one in there})) or "none"
            raise DeviceError(f"There is no LSL stream {name!r}. Streams that are heard: {told}.")


def _described(info: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Labels and units of the channels."""
    labels, units = [], []
    channel = info.desc().child("channels").child("channel")
    for k in range(info.channel_count()):
        labels.append(channel.child_value("label") or f"EMG{k + 1}")
        units.append(channel.child_value("unit"))
        channel = channel.next_sibling()
    if len(set(labels)) < len(labels):
        labels = [f"EMG{k + 1}" for k in range(len(labels))]
    return tuple(labels), tuple(units)


class LslLink:
    """`Link` to a stream; each sample is multiplied by `counts_per_unit` (n_channels,) and rounded."""

    lost_packets = 0
    caution = ""

    def __init__(self, stream: LslStream, counts_per_unit: tuple[float, ...]) -> None:
        self._stream = stream
        self._scale = np.array(counts_per_unit)
        self._inlet: Any = None
        self._offset_s = 0.0

    @property
    def name(self) -> str:
        """The stream's name."""
        return f"LSL stream {self._stream.name}"

    def open(self) -> None:
        """Find the stream anew and subscribe. Raises DeviceError if it is not there."""
        self.close()
        pylsl = load_pylsl()
        info = _resolved(self._stream.source_id or self._stream.name, FIND_S)
        self._inlet = pylsl.StreamInlet(info, recover=False)
        try:
            self._inlet.open_stream(timeout=FIND_S)
            correction_s = self._inlet.time_correction(timeout=FIND_S)
        except (pylsl.util.LostError, TimeoutError) as error:
            raise DeviceError(f"{self.name} does not answer: {error}.") from error
        self._offset_s = time.monotonic() - pylsl.local_clock() + correction_s

    def read(self, timeout_s: float) -> Piece | None:
        """What came next, in rows of counts; None if nothing did. Raises LinkLostError when it is gone."""
        assert self._inlet is not None, "a link is opened first"
        pylsl = load_pylsl()
        try:
            first, stamp_s = self._inlet.pull_sample(timeout=timeout_s)
            if first is None:
                return None
            rest, stamps_s = self._inlet.pull_chunk(timeout=0.0, max_samples=MOST_SAMPLES)
        except pylsl.util.LostError as error:
            raise LinkLostError(f"{self.name} is gone.") from error
        values = np.array([first, *rest], np.float64) * self._scale
        finite = np.nan_to_num(values, nan=-MOST_COUNT - 1)  # a rail: marked, never silent
        counts = np.rint(np.clip(finite, -MOST_COUNT - 1, MOST_COUNT)).astype("<i4")
        last_s = stamps_s[-1] if stamps_s else stamp_s
        return Piece(counts.tobytes(), last_s + self._offset_s)

    def write(self, data: bytes) -> None:
        """There is nobody to tell."""

    def vary(self) -> bool:
        """There is one setting only."""
        return False

    def close(self) -> None:
        """Unsubscribe."""
        inlet, self._inlet = self._inlet, None
        if inlet is not None:
            inlet.close_stream()


def load_pylsl() -> Any:
    """The module pylsl. Raises UnsupportedError, which says how to install it."""
    try:
        import pylsl
    except (ImportError, RuntimeError) as error:
        raise UnsupportedError(
            f"LSL needs pylsl with liblsl ({error}). Install it: pip install 'fasciscope[lsl]'."
        ) from error
    return pylsl
