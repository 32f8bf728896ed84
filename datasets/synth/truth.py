"""What truly happened in a synthetic recording, and its file: a BIDS-like truth.tsv."""

import os
from dataclasses import dataclass
from pathlib import Path

from fasciscope.core import InputError, Label, StorageError
from fasciscope.datasets.table import Row, read_table

COLUMNS = (
    "onset",
    "duration",
    "trial_type",
    "channel",
    "peak",
    "amplitude_uv",
    "snr",
    "unit",
    "ingredient",
    "flags",
)
RECORDING = "recording"
"""The `trial_type` of the rows, one a channel, that say how long the recording is."""

OPTIONAL_FLAGS = frozenset({"echo", "collision", "overlap", "lost"})
"""Truth that nobody can be asked to find: finding it is not wrong, missing it is not either.

`echo`: an F-wave after a fasciculation; `collision`: within 15 ms of a larger one; `overlap`: in
sustained activity of the same channel; `lost`: in lost samples.
"""


@dataclass(frozen=True, slots=True)
class TruthEvent:
    """One thing that happened on one channel.

    Samples are absolute, `end_sample` is the sample after the last. For a brief potential, `start`
    and `end` bound the part above a tenth of its peak, `peak_sample` is its largest absolute
    deflection and `amplitude_uv` its peak to peak, in the noiseless wave of 20-450 Hz; `snr` is that
    over the RMS of the channel's noise there and then, same band. `unit` numbers the sources of one
    ingredient on one channel.
    """

    label: Label
    channel: int
    start_sample: int
    peak_sample: int
    end_sample: int
    ingredient: str
    amplitude_uv: float | None = None
    snr: float | None = None
    unit: int | None = None
    flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert self.start_sample <= self.peak_sample < self.end_sample, self

    @property
    def optional(self) -> bool:
        """True if no detector can be asked to find it."""
        return not OPTIONAL_FLAGS.isdisjoint(self.flags)


@dataclass(frozen=True, slots=True)
class Truth:
    """All that happened in a recording, in order of start sample."""

    events: tuple[TruthEvent, ...]
    rate_hz: float
    channels: tuple[str, ...]
    n_samples: int

    def of(self, label: Label, channel: int | None = None) -> tuple[TruthEvent, ...]:
        """The events of a label, on one channel or all."""
        return tuple(e for e in self.events if e.label == label and channel in (None, e.channel))

    def write(self, path: Path | str) -> None:
        """Write as a tab-separated file with BIDS names, seconds from the first sample.

        Raises StorageError where the folder cannot be written.
        """
        whole = f"{self.n_samples / self.rate_hz:.6f}"
        rows = [("0.000000", whole, RECORDING, name, *["n/a"] * 6) for name in self.channels]
        rows += [self._cells(event) for event in self.events]
        text = "\n".join("\t".join(cells) for cells in (COLUMNS, *rows)) + "\n"
        file = Path(path)
        part = file.with_name(file.name + ".part")
        try:
            part.write_text(text, encoding="utf-8", newline="\n")
            os.replace(part, file)
        except OSError as error:
            raise StorageError(f"{file} cannot be written: {error.strerror}.") from error

    def _cells(self, event: TruthEvent) -> tuple[str, ...]:
        def seconds(samples: int) -> str:
            return f"{samples / self.rate_hz:.6f}"

        return (
            seconds(event.start_sample),
            seconds(event.end_sample - event.start_sample),
            event.label.value,
            self.channels[event.channel],
            seconds(event.peak_sample),
            _number(event.amplitude_uv),
            _number(event.snr),
            "n/a" if event.unit is None else str(event.unit),
            event.ingredient,
            ",".join(event.flags) or "n/a",
        )


def read_truth(path: Path | str, rate_hz: float) -> Truth:
    """Read what `Truth.write` wrote; the file holds seconds, so `rate_hz` gives the samples.

    Raises InputError, with the line's number, on anything else.
    """
    rows = read_table(Path(path), COLUMNS[:5])
    names = tuple(dict.fromkeys(row.text("channel") for row in rows))
    whole = [row for row in rows if row.text("trial_type") == RECORDING]
    if not whole:
        raise InputError(f"{path} has no {RECORDING!r} row: it does not say how long it is.")
    events = tuple(
        _event(row, names, rate_hz) for row in rows if row.text("trial_type") != RECORDING
    )
    n_samples = max(round(row.number("duration") * rate_hz) for row in whole)
    return Truth(events, rate_hz, names, n_samples)


def _event(row: Row, names: tuple[str, ...], rate_hz: float) -> TruthEvent:
    start = round(row.number("onset") * rate_hz)
    unit, flags = row.maybe("unit"), row.text("flags", "n/a")
    return TruthEvent(
        label=row.label(),
        channel=names.index(row.text("channel")),
        start_sample=start,
        peak_sample=round(row.number("peak") * rate_hz),
        end_sample=start + round(row.number("duration") * rate_hz),
        ingredient=row.text("ingredient", "n/a"),
        amplitude_uv=row.maybe("amplitude_uv"),
        snr=row.maybe("snr"),
        unit=None if unit is None else int(unit),
        flags=() if flags == "n/a" else tuple(flags.split(",")),
    )


def _number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.6g}"
