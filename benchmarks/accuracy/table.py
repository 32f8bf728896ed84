"""The figures as a table for a person and as JSON for the documentation and the floors."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.accuracy.case import Part
from benchmarks.accuracy.measuring import Measuring
from benchmarks.accuracy.run import OURS, Row
from fasciscope.core import Interval

HEAD = ("suite", "band", "finder", "cases", "true", "sensitivity", "PPV", "F1", "false/min", "ms")


def table(rows: Sequence[Row]) -> str:
    """A line a row; below the figures of whole contractions, onsets, calibration, live."""
    lines = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(HEAD))]
    text = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in lines]
    return "\n".join([*(line.rstrip() for line in text), "", *_more(rows)])


def _cells(row: Row) -> tuple[str, ...]:
    f = row.figures
    true = f.hits + f.missed
    shares = (f.sensitivity, f.ppv, f.f1) if true else ()
    return (
        row.suite,
        row.band,
        row.finder,
        str(f.cases),
        str(true),
        *(_share(x) for x in shares),
        *([""] * (3 - len(shares))),
        f"{f.false_per_min.value:.2f} ({f.false_per_min.low:.2f}-{f.false_per_min.high:.2f})",
        "" if f.late_ms is None else f"{f.late_ms:.1f}",
    )


def _share(x: Interval) -> str:
    return f"{x.value:.3f} ({x.low:.3f}-{x.high:.3f})"


def _more(rows: Sequence[Row]) -> list[str]:
    lines = []
    for row in rows:
        if row.finder != OURS:  # the others tell neither states nor probabilities
            continue
        f = row.figures
        told = [
            f"{label}: sensitivity {_share(x['sensitivity'])}, PPV {_share(x['ppv'])}"
            for label, x in f.states.items()
        ]
        if f.onset_s:
            told.append(f"onset of cramps off by {f.onset_s[0]:.2f} s (90 %: {f.onset_s[1]:.2f} s)")
        if f.calibration_error is not None and row.band == "all":
            told.append(f"calibration error {f.calibration_error:.3f}")
        if row.live_cases:
            told.append(f"live as offline in {row.live_same} of {row.live_cases} cases")
        if told:
            lines.append(f"{row.suite} ({row.band}), {row.finder}: {'; '.join(told)}")
    return lines


def write(path: Path, part: Part, rows: Sequence[Row], measures: Measuring | None = None) -> None:
    """The same as JSON; what is not a number is null."""
    whole: dict[str, Any] = {"part": part, "version": version("fasciscope")}
    whole["rows"] = [asdict(r) for r in rows]
    if measures:
        whole["measures"] = asdict(measures)
    path.write_text(json.dumps(_plain(whole), indent=1) + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value
