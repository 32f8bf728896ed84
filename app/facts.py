"""Opening a recording with what the person adds to it: a board's facts, muscles and sides."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fasciscope.core import (
    ChannelInfo,
    MissingFactError,
    Recording,
    SampleBlock,
    StreamInfo,
    UsageError,
)
from fasciscope.core.channel import Side
from fasciscope.datasets import ReadOptions, open_recording
from fasciscope.firmware_bridge.boards import Board, board

SIDES: dict[str, Side] = {
    "left": "left",
    "l": "left",
    "right": "right",
    "r": "right",
    "midline": "midline",
    "m": "midline",
}

Place = tuple[str, Side | None]
"""A muscle, and its side if that was said."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the command line says of a recording; `places` by channel name."""

    options: ReadOptions = field(default_factory=ReadOptions)
    board: Board | None = None
    places: Mapping[str, Place] = field(default_factory=dict)


def facts_of(
    rate_hz: float | None = None,
    unit: str | None = None,
    channels: Sequence[str] = (),
    board_name: str | None = None,
    muscles: Sequence[str] = (),
) -> Facts:
    """The facts from the command line's words. Raises UsageError for a board or place that is none.

    `channels` are texts with names between commas; a name with a comma stands in double quotes.
    """
    names = (name.strip() for row in csv.reader(channels, skipinitialspace=True) for name in row)
    return Facts(
        ReadOptions(rate_hz, unit, tuple(filter(None, names))),
        board(board_name) if board_name else None,
        dict(parse_place(text) for text in muscles),
    )


def parse_place(text: str) -> tuple[str, Place]:
    """Channel and place of ``NAME=MUSCLE/side``; the side may be left out. Raises UsageError."""
    name, equals, rest = text.partition("=")
    muscle, slash, word = rest.partition("/")
    side = SIDES.get(word.strip().lower())
    if not equals or not name.strip() or not muscle.strip() or (slash and side is None):
        raise UsageError(
            f"--muscle {text!r} is not understood. Write NAME=MUSCLE/side, for instance "
            "'EMG1=gastrocnemius/right'; the side is left, right or midline, or left out."
        )
    return name.strip(), (muscle.strip(), side)


def open_with(path: Path, facts: Facts) -> Recording:
    """Open `path` as `open_recording` does, then apply the board and the places.

    The person's own --rate and --unit win over the file, the file over the board: a board supplies
    what neither says. Raises what `open_recording` raises; UsageError for a muscle of no channel.
    """
    recording, scale = _open_on_board(path, facts.options, facts.board)
    info = recording.info
    if facts.board is not None:
        info = _on_board(info, facts.board, scale)
        notes = (*recording.provenance.notes, *filter(None, [facts.board.caution]))
        recording = replace(recording, provenance=replace(recording.provenance, notes=notes))
    if facts.places:
        info = replace(info, channels=placed(info.channels, facts.places))
    return recording if info is recording.info else _as(recording, info, scale or 1.0)


def _open_on_board(
    path: Path, options: ReadOptions, board: Board | None
) -> tuple[Recording, float | None]:
    """The recording, and the board's microvolts a count where the samples are its counts."""
    scale = None
    while True:
        try:
            return open_recording(path, options), scale
        except MissingFactError as error:
            if board is None:
                raise
            if error.option.startswith("--rate") and board.rate_hz and options.rate_hz is None:
                options = replace(options, rate_hz=board.rate_hz)
            elif error.option.startswith("--unit") and options.unit is None:
                options, scale = replace(options, unit="counts"), board.uv_per_count
            else:
                raise


def _on_board(info: StreamInfo, board: Board, scale: float | None) -> StreamInfo:
    """What is known of the stream when it is known to come from `board`."""
    channels = info.channels
    if scale is not None:
        channels = tuple(replace(channel, uv_per_count=scale) for channel in channels)
    return replace(
        info,
        device=board.title,
        channels=channels,
        bandwidth_hz=info.bandwidth_hz or board.bandwidth_hz,
        resolution_uv=scale if scale is not None else info.resolution_uv,
        envelope=info.envelope or board.envelope,
    )


def placed(channels: Sequence[ChannelInfo], places: Mapping[str, Place]) -> tuple[ChannelInfo, ...]:
    """The channels with their muscles and sides. Raises UsageError for a place of no channel."""
    names = [channel.name for channel in channels]
    for name in places:
        if name not in names:
            raise UsageError(f"--muscle {name!r} is no channel. There are {', '.join(names)}.")
    return tuple(
        replace(c, muscle=places[c.name][0], side=places[c.name][1]) if c.name in places else c
        for c in channels
    )


def _as(recording: Recording, info: StreamInfo, scale: float) -> Recording:
    """The same recording under `info`, samples times `scale`."""

    def blocks() -> Iterator[SampleBlock]:
        for b in recording.blocks():
            yield SampleBlock(info, b.first_sample, b.uv * scale, b.flags, b.received_s)

    return replace(recording, info=info, open_blocks=blocks)
