"""A stream of the Lab Streaming Layer as a source: what it says of itself makes the board."""

from fasciscope.acquisition.lsl import FIND_S, FINE_UV, MOST_COUNT, LslLink, LslStream, find_stream
from fasciscope.app.way import Address, Way
from fasciscope.core import MissingFactError
from fasciscope.core.units import uv_per_unit
from fasciscope.datasets.edf_writer import CountRange
from fasciscope.firmware_bridge import Board
from fasciscope.firmware_bridge.profile import Profile
from fasciscope.firmware_bridge.samples import samples_codec


def lsl_way(address: Address, wait_s: float = FIND_S) -> Way:
    """The way to the stream that the address names.

    Raises DeviceError if it is not there, MissingFactError where nobody tells its unit.
    """
    stream = find_stream(address.target, wait_s)
    scales = [_uv_per_unit(stream, unit, address.given.get("unit", "")) for unit in stream.units]
    uv_per_count = [
        scale if stream.integers else None if scale is None else FINE_UV for scale in scales
    ]
    counts_per_unit = tuple(
        1.0 if stream.integers or scale is None else scale / FINE_UV for scale in scales
    )
    n = len(stream.labels)
    board = Board(
        name="lsl",
        title=f"LSL stream {stream.name}",
        transport="lsl",
        rate_hz=stream.rate_hz,
        channels=n,
        bits=24,
        uv_per_count=None,
        bandwidth_hz=None,
        counter_bits=0,
        source="the stream's own description",
    )
    ranges = tuple(CountRange(-MOST_COUNT - 1, MOST_COUNT, scale) for scale in uv_per_count)
    link = LslLink(stream, counts_per_unit)
    return Way(board, Profile("lsl"), samples_codec(n), link, stream.rate_hz, stream.labels, ranges)


def _uv_per_unit(stream: LslStream, told: str, given: str) -> float | None:
    """Microvolts in the channel's unit: a word, or a power of ten of volts; None for bare counts."""
    unit = (given or told).strip()
    known = uv_per_unit(unit)
    if known is None and unit.lstrip("-").isdigit():
        known = 10.0 ** int(unit) * 1e6
    if known is None and not stream.integers:
        raise MissingFactError(
            f"The LSL stream {stream.name!r} does not say its unit"
            + (f" ({unit!r})." if unit else "."),
            "?unit=uV, mV or V",
        )
    return known
