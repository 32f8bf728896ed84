"""A board of our own firmware as a source: what it says of itself goes before what the table says."""

from dataclasses import replace

from fasciscope.acquisition import Link
from fasciscope.acquisition.hello import hello_over
from fasciscope.app.way import Way, channel_name
from fasciscope.datasets.edf_writer import CountRange
from fasciscope.firmware_bridge import Board
from fasciscope.firmware_bridge.profile import Profile


def own_way(table: Board, profile: Profile, link: Link, rate_hz: float | None) -> Way:
    """The way to the board that answers on `link`, set to a rate if one is given.

    Raises DeviceError if it does not answer or has not this rate, UsageError for a rate that none has.
    """
    if rate_hz is not None and profile.at_rate is not None:
        profile = replace(profile, start=(*profile.at_rate(rate_hz), *profile.start))
    hello = hello_over(link, profile)
    codec = hello.codec
    told = replace(
        table,
        title=f"{hello.board}, fasciscope firmware",
        rate_hz=hello.rate_hz,
        channels=hello.channels,
        bits=hello.bits,
        uv_per_count=hello.uv_per_count,
        caution=table.caution if hello.uv_per_count is None else "",
    )
    ranges = (CountRange(hello.low, hello.high, hello.uv_per_count),) * hello.channels
    names = tuple(channel_name(k) for k in range(hello.channels))
    return Way(told, profile, codec, link, hello.rate_hz, names, ranges)
