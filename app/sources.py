"""Live sources by one string: ``serial:PORT?board=cyton``, ``virtual:bitalino?scenario=cramp`` ..."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np

from fasciscope.acquisition import Link, LiveSource, PacedReplay, Piece, Reader, Turns
from fasciscope.app.facts import Place, facts_of, placed
from fasciscope.app.own_way import own_way
from fasciscope.app.way import Address, Way, channel_name
from fasciscope.core import ChannelInfo, MissingFactError, StreamInfo, UsageError
from fasciscope.datasets import ReadOptions, open_recording
from fasciscope.datasets.edf_writer import CountRange
from fasciscope.firmware_bridge import CODECS, Board, Codec, board
from fasciscope.firmware_bridge.profile import Profile
from fasciscope.firmware_bridge.profiles import NOT_SPOKEN, PROFILES

MOST_COUNT = (1 << 23) - 1
"""Counts are recorded with 24 bits; a wire that can hold more is marked as clipped beyond."""


MakeLink = Callable[[Address, Board, Profile, float | None], Link]
"""Of an address, the board, how it is talked to, and its rate where that is known."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source: the parameters it takes, and what makes its link.

    None: a recording has no link, a stream of LSL tells by itself what it is.
    """

    given: tuple[str, ...]
    link: MakeLink | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line adds: places by channel, and which channels (names or numbers)."""

    places: Mapping[str, Place]
    channels: Sequence[str] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A source that can be started, with what is known of it."""

    address: Address
    board: Board
    info: StreamInfo
    ranges: tuple[CountRange, ...]
    live: Callable[[Callable[[Piece], None] | None], LiveSource]
    patient: bool


def wanted_of(channels: Sequence[str], muscles: Sequence[str]) -> Wanted:
    """What the command line's words add. Raises UsageError for a place that is none."""
    facts = facts_of(channels=channels, muscles=muscles)
    return Wanted(facts.places, facts.options.channels)


def parse_address(text: str) -> Address:
    """The parts of a source's string. Raises UsageError with the kinds there are."""
    kind, colon, rest = text.partition(":")
    target, _, query = rest.partition("?")
    if not colon or kind not in KINDS or not target:
        raise UsageError(
            f"{text!r} is no source. Write KIND:TARGET?name=value with one of "
            f"{', '.join(sorted(KINDS))}; for instance serial:/dev/ttyUSB0?board=cyton, "
            "serial:COM3?board=bitalino or virtual:cyton?scenario=cramp."
        )
    pairs = parse_qsl(query, keep_blank_values=True, separator="&")
    given = dict(pairs)
    allowed = KINDS[kind].given
    for name in given:
        if name not in allowed:
            raise UsageError(f"{kind}: knows no {name!r}. It takes {', '.join(allowed)}.")
    return Address(kind, target, given)


def open_turns(text: str, wanted: Wanted) -> tuple[Turns, bool]:
    """What is to be streamed: a board as by `open_source`, or a recording that is replayed.

    Also whether it can wait. Raises what `open_source` and `open_recording` raise.
    """
    address = parse_address(text)
    if address.kind != FILE:
        opened = open_source(text, wanted)
        return opened.live(None), opened.patient
    speed = _speed(address)
    rate = address.given.get("rate")
    rate_hz = None if rate is None else _number(rate)
    options = ReadOptions(rate_hz, address.given.get("unit"), tuple(wanted.channels))
    try:
        recording = open_recording(Path(address.target), options)
    except MissingFactError as error:
        what, _, _ = str(error).partition(" Supply it with ")
        option = error.option.replace("--rate", "?rate=HZ").replace("--unit ", "?unit=")
        raise MissingFactError(what, option) from error
    return PacedReplay(recording, speed), speed == 0.0


def open_source(text: str, wanted: Wanted) -> Opened:
    """Make the source ready; the board itself is looked for when it is started, or here if it tells what it is.

    Raises UsageError for what does not exist, MissingFactError where the board or its rate is not told,
    DeviceError where a board that tells what it is does not.
    """
    address = parse_address(text)
    if address.kind == FILE:
        raise UsageError(f"{address.target} is recorded already: use 'fasciscope analyse'.")
    if address.kind == LSL:
        from fasciscope.app.lsl_source import lsl_way

        return _opened(address, lsl_way(address), wanted)
    table, profile = _board(address)
    make = KINDS[address.kind].link
    assert make is not None, address.kind
    if profile.tells:
        rate = address.given.get("rate")
        rate_hz = None if rate is None else _number(rate)
        link = make(address, table, profile, rate_hz)
        return _opened(address, own_way(table, profile, link, rate_hz), wanted)
    way = _table_way(address, table, profile, make)
    return _opened(address, way, wanted)


def _table_way(address: Address, table: Board, profile: Profile, make: MakeLink) -> Way:
    """The way to a board that is as the table says."""
    rate_hz = _rate(address, table)
    codec = CODECS[profile.codec] if profile.codec_at is None else profile.codec_at(rate_hz)
    codec = _narrowed(codec)
    if profile.at_rate is not None:
        profile = replace(profile, start=(*profile.at_rate(rate_hz), *profile.start))
    link = make(address, table, profile, rate_hz)
    names = tuple(channel_name(k) for k in range(codec.n_channels))
    return Way(table, profile, codec, link, rate_hz, names, _ranges(table, codec))


def _opened(address: Address, way: Way, wanted: Wanted) -> Opened:
    """The source with what the person wants of it."""
    table, profile, codec, link = way.board, way.profile, way.codec, way.link
    picks = _picks(way.names, wanted.channels)
    ranges = tuple(way.ranges[k] for k in picks.values())
    info = _stream(table, tuple(picks), ranges, way.rate_hz, wanted.places)
    scale = np.array([spread.uv_per_count or 1.0 for spread in ranges])
    patient = address.kind == "virtual" and address.given.get("speed") == "0"

    def live(wire: Callable[[Piece], None] | None) -> LiveSource:
        reader = Reader(link, profile, codec.decoder, patient=patient)
        return LiveSource(reader, codec, info, scale, tuple(picks.values()), wire)

    return Opened(address, table, info, ranges, live, patient)


def _board(address: Address) -> tuple[Board, Profile]:
    name = address.target if address.kind == "virtual" else address.given.get("board")
    if name is None:
        raise MissingFactError(
            f"{address.text} does not say which board it is.",
            f"?board=NAME, one of {', '.join(sorted(PROFILES))}",
        )
    table = board(name)
    if table.name not in PROFILES:
        why = NOT_SPOKEN.get(table.name, "nobody has written how to talk to it")
        raise UsageError(
            f"{table.title} cannot be recorded live yet: {why}. Boards: {', '.join(sorted(PROFILES))}."
        )
    return table, PROFILES[table.name]


def _rate(address: Address, table: Board) -> float:
    text = address.given.get("rate")
    if text is None:
        if table.rate_hz is None:
            raise MissingFactError(f"{table.title} has the rate that you set.", "?rate=HZ")
        return table.rate_hz
    return _number(text)


def _number(rate: str) -> float:
    try:
        return float(rate)
    except ValueError:
        raise UsageError(f"rate={rate!r} is no number of samples a second.") from None


def _narrowed(codec: Codec) -> Codec:
    """The codec with counts that can be recorded."""
    return replace(
        codec,
        low=tuple(max(low, -MOST_COUNT - 1) for low in codec.low),
        high=tuple(min(high, MOST_COUNT) for high in codec.high),
    )


def _picks(names: Sequence[str], channels: Sequence[str]) -> dict[str, int]:
    """The channels that are wanted, from 0, by the names that they shall have."""
    picks: dict[str, int] = {}
    for wanted in channels or names:
        called, equals, which = wanted.rpartition("=") if channels else ("", "", wanted)
        own = which
        if which.isdigit() and 1 <= int(which) <= len(names):
            own = names[int(which) - 1]
        if own not in names:
            raise UsageError(
                f"--channels {which!r} is no channel of this board. There are {', '.join(names)}, "
                "or their numbers from 1; calf=1 gives one another name."
            )
        picks[called if equals else own] = names.index(own)
    return picks


def _ranges(table: Board, codec: Codec) -> tuple[CountRange, ...]:
    """The counts of each channel: those with fewer bits have larger steps."""
    scales = [
        None if table.uv_per_count is None else table.uv_per_count * 2.0 ** (table.bits - bits)
        for bits in map(_bits, codec.low, codec.high)
    ]
    return tuple(map(CountRange, codec.low, codec.high, scales))


def _stream(
    table: Board,
    names: Sequence[str],
    ranges: Sequence[CountRange],
    rate_hz: float,
    places: Mapping[str, Place],
) -> StreamInfo:
    channels = [ChannelInfo(name, r.uv_per_count) for name, r in zip(names, ranges, strict=True)]
    return StreamInfo(
        device=table.title,
        rate_hz=rate_hz,
        channels=placed(channels, places),
        bandwidth_hz=table.bandwidth_hz,
        resolution_uv=table.uv_per_count
        or max((r.uv_per_count for r in ranges if r.uv_per_count), default=None),
        envelope=table.envelope,
    )


def _bits(low: int, high: int) -> int:
    return round(float(np.log2(high - low + 1)))


def _serial(address: Address, table: Board, profile: Profile, _rate_hz: float | None) -> Link:
    from fasciscope.acquisition.serial_port import SerialLink

    text = address.given.get("baud")
    bauds = profile.bauds
    if text is not None:
        if not text.isdigit() or int(text) == 0:
            raise UsageError(f"baud={text!r} is no speed of a serial port, for instance 115200.")
        bauds = (int(text),)
    if not bauds:
        raise UsageError(f"{table.title} is not on a serial port but on {table.transport}.")
    return SerialLink(address.target, bauds, profile.opening)


def _virtual(address: Address, table: Board, _profile: Profile, rate_hz: float | None) -> Link:
    from fasciscope.acquisition.virtual_link import VirtualLink
    from fasciscope.app.virtual import played_signal, signal_of
    from fasciscope.firmware_bridge.faults import parse_faults

    path = address.given.get("recording")
    recording = None if path is None else Path(path)
    signal = signal_of(table.name, address.given.get("scenario"), recording, rate_hz)
    faults = parse_faults(address.given.get("faults", ""))
    played = played_signal(table.name, signal, faults)
    return VirtualLink(table.name, played, _speed(address))


def _speed(address: Address) -> float:
    try:
        speed = float(address.given.get("speed", "1"))
    except ValueError:
        speed = -1.0
    if not 0.0 <= speed < float("inf"):
        raise UsageError("speed is how many times as fast as true time, or 0: as fast as it can.")
    return speed


def _ble(address: Address, table: Board, profile: Profile, _rate_hz: float | None) -> Link:
    from fasciscope.acquisition.ble import BleLink

    if profile.gatt is None:
        raise UsageError(f"{table.title} is not on Bluetooth LE but on {table.transport}.")
    return BleLink(address.target, profile.gatt, packet_n=CODECS[profile.codec].packet_n)


def _network(address: Address) -> tuple[str, int]:
    """Host and port."""
    host, colon, port = address.target.rpartition(":")
    if not colon or not port.isdigit() or not 0 < int(port) < 1 << 16:
        raise UsageError(
            f"{address.text!r} names no port. Write {address.kind}:HOST:PORT?board=NAME."
        )
    return host.strip("[]"), int(port)


def _tcp(address: Address, _table: Board, profile: Profile, _rate_hz: float | None) -> Link:
    from fasciscope.acquisition.network import TcpLink

    host, port = _network(address)
    return TcpLink(host, port, listens=profile.calls)


def _udp(address: Address, _table: Board, _profile: Profile, _rate_hz: float | None) -> Link:
    from fasciscope.acquisition.network import UdpLink

    return UdpLink(*_network(address))


FILE = "file"
LSL = "lsl"
KINDS: dict[str, Kind] = {
    FILE: Kind(("rate", "unit", "speed"), None),
    LSL: Kind(("unit",), None),
    "ble": Kind(("board", "rate"), _ble),
    "serial": Kind(("board", "rate", "baud"), _serial),
    "tcp": Kind(("board", "rate"), _tcp),
    "udp": Kind(("board", "rate"), _udp),
    "virtual": Kind(("rate", "scenario", "recording", "faults", "speed"), _virtual),
}
"""Kinds of sources by the word before the colon."""
