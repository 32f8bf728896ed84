"""Which channels of a file are EMG, and what one of their units is in microvolts."""

import re
from dataclasses import dataclass

from fasciscope.core import ChannelInfo, MissingFactError, UsageError, uv_per_unit
from fasciscope.datasets.options import ReadOptions

COUNTS = "counts"

# Words that say what a channel is; searched in its name, whole words or camel parts.
_EMG_WORDS = re.compile(r"emg|muscle|semg", re.IGNORECASE)
# Muscles in Latin, English, Spanish: a recording of muscles is EMG if unit and name do not object.
_MUSCLES = re.compile(
    r"\brect[uo]s?\b|femor|\bvast[uo]s?\b|bicep|tricep|gastroc|tibial|soleus|semi(tend|memb)|delto"
    r"|trape[zc]i|masset|zygom|corrug|brachi|glute|peron(e|ae)us|fibularis|adductor|abductor|interosse"
    r"|flexor|extensor|thenar|pector|latissimus|abdomin",
    re.IGNORECASE,
)
_OTHER_WORDS = re.compile(
    r"\becg\b|\bekg\b|\beeg\b|\beog\b|\beda\b|\bgsr\b|\bresp|\bacc|accel|gyro|\bmag\b|force|torque"
    r"|angle|gonio|flexo|\btime|nseq|\bseq|digital|trigger|\btrig\b|marker|status|event|\baux\b"
    r"|temp|\bco2\b|volume|\bflow\b|\bppg\b|spo2|\bdi\b|\b[io][0-9]\b|sample.?index|counter",
    re.IGNORECASE,
)
# Units that no voltage channel has.
_OTHER_UNITS = re.compile(r"^(%|l|l/s|g|n|nm|deg|°|m/s\^?2|s|ms|hz|bpm|mmhg)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file as its header tells it.

    `unit` is "" where the header is silent. `kind` is the header's own word for the signal
    ("EMG", "ECG", ...), "" where silent.
    """

    name: str
    unit: str = ""
    kind: str = ""
    rate_hz: float | None = None


def choose(columns: list[Column], options: ReadOptions) -> list[int]:
    """Indices of the columns to analyse, in order.

    The person's choice wins; then columns called EMG or a muscle; then all that nothing marks
    as something else. Raises UsageError for a name that is not there, MissingFactError (--channels)
    where the columns chosen have different rates or none remain.
    """
    if options.channels:
        return _of_one_rate(columns, [_find(columns, wanted) for wanted in options.channels])
    called_emg = [i for i, c in enumerate(columns) if _is_called_emg(c)]
    chosen = called_emg or [i for i, c in enumerate(columns) if not _is_other(c)]
    if not chosen:
        raise MissingFactError(
            f"No channel looks like EMG among {_listing(columns)}.", "--channels"
        )
    return _of_one_rate(columns, chosen)


def left_out(columns: list[Column], chosen: list[int], options: ReadOptions) -> tuple[str, ...]:
    """The remark that names the columns which were not taken for EMG; none where the person chose."""
    others = [column for i, column in enumerate(columns) if i not in chosen]
    if options.channels or not others:
        return ()
    return (f"Left out, not EMG by name, unit or kind: {_listing(others)}.",)


def channel_infos(columns: list[Column], options: ReadOptions) -> tuple[ChannelInfo, ...]:
    """Channels with their scales to microvolts (`uv_per_count`; None where uncalibrated).

    Raises MissingFactError (--unit) where neither the file nor the person names a unit, UsageError
    where the person names none that exists.
    """
    names = _unique([column.name for column in columns])
    return tuple(
        ChannelInfo(name, _scale(column, options))
        for name, column in zip(names, columns, strict=True)
    )


def _scale(column: Column, options: ReadOptions) -> float | None:
    unit = options.unit or column.unit
    if not unit:
        raise MissingFactError(
            f"The file does not say the unit of channel {column.name!r}.",
            "--unit V, mV, uV or counts (counts: uncalibrated, amplitudes in multiples of noise)",
        )
    if unit.lower() == COUNTS:
        return None
    scale = uv_per_unit(unit)
    if scale is None and options.unit:
        raise UsageError(f"--unit {unit!r} is not a voltage. Allowed: V, mV, uV, nV, counts.")
    if scale is None:
        raise MissingFactError(
            f"Channel {column.name!r} is in {unit!r}, which is not a voltage.", "--unit"
        )
    return scale


def _of_one_rate(columns: list[Column], chosen: list[int]) -> list[int]:
    if len({columns[i].rate_hz for i in chosen}) > 1:
        raise MissingFactError(
            f"The channels have different rates: {_listing([columns[i] for i in chosen])}.",
            "--channels (those of one rate)",
        )
    return chosen


def _is_called_emg(column: Column) -> bool:
    return bool(
        _EMG_WORDS.search(f"{column.kind} {column.name}")
        or (_MUSCLES.search(column.name) and not _is_other(column))
    )


def _is_other(column: Column) -> bool:
    return bool(
        (column.kind and not _EMG_WORDS.search(column.kind))
        or _OTHER_WORDS.search(column.name)
        or _OTHER_UNITS.match(column.unit.strip())
    )


def _find(columns: list[Column], wanted: str) -> int:
    for i, column in enumerate(columns):
        if column.name == wanted:
            return i
    lowered = [column.name.lower() for column in columns]
    if lowered.count(wanted.lower()) == 1:
        return lowered.index(wanted.lower())
    if wanted.isdigit() and 1 <= int(wanted) <= len(columns):
        return int(wanted) - 1
    raise UsageError(
        f"--channels {wanted!r} is not in the file. It has {_listing(columns)}; "
        f"name them or count them from 1."
    )


def _listing(columns: list[Column]) -> str:
    shown = [
        f"{c.name}" + (f" ({c.rate_hz:g} Hz)" if c.rate_hz is not None else "")
        for c in columns[:40]
    ]
    return ", ".join(shown) + (", ..." if len(columns) > 40 else "")


def _unique(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for raw in names:
        name = raw.strip() or "channel"
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return result
