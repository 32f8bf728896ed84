"""The quality of measures as a whole: what is measured, grouped and repeated, and its tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.accuracy.case import Part
from benchmarks.accuracy.grouping import Grouped, grouped
from benchmarks.accuracy.material import DATA
from benchmarks.accuracy.measures import MEASURES, TRUE_SNR, Measured, Spread, measured
from benchmarks.accuracy.patterns import LONG_S, SHORT_S, Patterns, patterns
from benchmarks.accuracy.repeating import DURATION_S, PER_MIN, Repeated, repeated
from benchmarks.accuracy.timing import Timed, timed
from fasciscope.core import Interval

NAME = "measures"
NOT_GIVEN = "not given"
HEAD = (
    "tier",
    "Hz",
    "size",
    "placed",
    "found",
    "peak, ms late",
    "ms off",
    *(f"{m.name}, {m.unit}" if m.unit else m.name for m in MEASURES),
)
SHAPE_HEAD = (
    "size",
    "sessions",
    "placed",
    "found",
    "shapes",
    "alone",
    "adjusted Rand",
    "units that differ",
    "units / lasting",
    "correlation",
    "amplitude, ratio",
)


@dataclass(frozen=True, slots=True)
class Measuring:
    """All of it; without recordings only what is synthetic."""

    measured: list[Measured]
    grouped: list[Grouped]
    repeated: Repeated
    patterns: Patterns
    timed: tuple[Timed, ...]


def measuring(part: Part, seeds: int | None = None) -> Measuring:
    """Measure the measures of a part."""
    real: tuple[list[Measured], list[Grouped]] = [], []
    if DATA.exists():
        real = measured(part, seeds or 1), grouped(part, seeds or 1)
    else:
        print(f"{NAME}: real units left out, the recordings are not here ({DATA})")
    return Measuring(*real, repeated(part), patterns(part), timed(part))


def tables(found: Measuring) -> str:
    """Three tables; medians with quartiles, or values with 95 % intervals where said."""
    return "\n".join(
        [
            "Measures of real units in real rest, found to true: median (quartiles).",
            f"The first line is the truth itself, at {TRUE_SNR:g} times the noise, against the wave.",
            *aligned([HEAD, *(_measured(row) for row in found.measured)]),
            "",
            "Shapes against the units placed: median (quartiles); by session, then by lasting shape.",
            *aligned([SHAPE_HEAD, *(_grouped(row) for row in found.grouped)]),
            "",
            *_repeated(found.repeated),
            "",
            *_patterns(found.patterns),
            "",
            *_timed(found.timed),
        ]
    )


def _patterns(found: Patterns) -> list[str]:
    """Whole sessions."""
    head = ("session", "pattern", "named so (95 %)", "probability given to it")
    lines = [(k.name, k.pattern, _sure(k.right), f"{k.probability:.2f}") for k in found.kinds]
    return [
        f"Patterns of synthetic sessions of {LONG_S:g} s (a short one {SHORT_S:g} s).",
        *aligned([head, *lines]),
        f"calibration error {found.calibration_error:.3f}",
        f"intervals that hold the true rate: {_sure(found.covered)}",
    ]


def _timed(found: Sequence[Timed]) -> list[str]:
    """Trains of potentials."""
    head = ("came", "intervals say: not by chance", "counts say so", "dispersion", "followed")
    lines = [
        (
            row.name,
            _sure(row.by_intervals),
            _sure(row.by_counts),
            f"{row.dispersion:.2f}",
            f"{row.followed_found:.2f} of {row.followed_true:.2f}",
        )
        for row in found
    ]
    return ["Times of potentials against what they were drawn from.", *aligned([head, *lines])]


def aligned(lines: Sequence[tuple[str, ...]]) -> list[str]:
    """Cells in columns."""
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    return [
        "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def _measured(row: Measured) -> tuple[str, ...]:
    exact = row.size == TRUE_SNR
    absent = "" if exact else NOT_GIVEN
    return (
        row.tier,
        f"{row.rate_hz:g}",
        f"{row.size:g}",
        str(row.placed),
        str(row.found),
        told(row.late_ms),
        told(row.error_ms),
        *(told(row.off[m.name]) if m.name in row.off else absent for m in MEASURES),
    )


def _grouped(row: Grouped) -> tuple[str, ...]:
    return (
        row.band,
        str(row.sessions),
        str(row.placed),
        str(row.found),
        str(row.numbers),
        str(row.alone),
        told(row.rand),
        told(row.distinct),
        f"{row.units} / {row.shapes}",
        told(row.correlation),
        told(row.size),
    )


def _repeated(row: Repeated) -> list[str]:
    sessions = f"{row.sessions} synthetic sessions of {DURATION_S:g} s"
    rates = "{:g}-{:g} a minute".format(*PER_MIN)
    limits = f"limits of agreement {row.ratio.low:.2f}-{row.ratio.high:.2f}"
    return [
        f"Repeatability: ICC(2,1) (95 %), {sessions}, {rates}.",
        f"halves, found: {_sure(row.halves_found)}; halves of the truth: {_sure(row.halves_true)}",
        f"found to true: {_sure(row.found_to_true)}; ratio {row.ratio.ratio:.2f}, {limits}",
    ]


def told(x: Spread) -> str:
    """Median (quartiles)."""
    return f"{x.median:.2f} ({x.low:.2f} to {x.high:.2f})" if x.n else "-"


def _sure(x: Interval) -> str:
    return f"{x.value:.2f} ({x.low:.2f}-{x.high:.2f})"
