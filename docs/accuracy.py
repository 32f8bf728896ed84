"""Write docs/accuracy.md: how well events are found and named, from benchmarks/accuracy/results.json.

Usage: accuracy.py [FILE]. A test holds the committed page against the results.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("accuracy.md")
RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "accuracy" / "results.json"
OURS = "fasciscope"

HEAD = """# How well it does

Made by `python docs/accuracy.py` from what `python -m benchmarks.accuracy test --seeds 2 --out
benchmarks/accuracy/results.json` measured (`--peers` adds other detectors); edit neither by hand.

These are the test part of the benchmark: its subjects and devices were not used for tuning or training,
but for the exceptions that `benchmarks/accuracy/material.py` names. Real motor-unit potentials are placed
at known times into real rest, contractions are real, cramps are composed from real units. **No figure
here is one of patients.** A potential counts as found within 15 ms. In brackets: 95 % intervals, by
resampling sessions (shares), Poisson (a minute), Wilson (whole contractions). Sizes are peak to peak over
the RMS of the noise. The nearest published figure for people is that of SPiQE, with 64 electrodes:
sensitivity 83.6 %, specificity 91.6 % (F1 about 0.87).
"""


def page(results: dict[str, Any]) -> str:
    """The page as Markdown."""
    rows = results["rows"]
    ours = [row for row in rows if row["finder"] == OURS]
    text = [HEAD, *_potentials(ours), *_quiet(ours), *_sustained(ours), *_sure(ours)]
    if len(ours) < len(rows):
        text += _peers(rows)
    return "\n".join([*text, ""])


def _potentials(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "## Potentials found\n"
    yield "| suite | band | potentials | sensitivity | PPV | F1 | false a minute | peak off by (ms) |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in rows:
        f = row["figures"]
        if f["hits"] + f["missed"]:
            late = "" if f["late_ms"] is None else f"{f['late_ms']:.1f}"
            shares = [_share(f[name]) for name in ("sensitivity", "ppv", "f1")]
            true = str(f["hits"] + f["missed"])
            yield _row(row["suite"], row["band"], true, *shares, _share(f["false_per_min"]), late)


def _quiet(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "\n## False alarms where there is no fasciculation\n"
    yield "| suite | band | minutes | false | a minute |"
    yield "|---|---|---|---|---|"
    for row in rows:
        f = row["figures"]
        if not f["hits"] + f["missed"]:
            minutes = f"{f['minutes']:.1f}"
            yield _row(
                row["suite"], row["band"], minutes, str(f["false"]), _share(f["false_per_min"])
            )


def _sustained(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "\n## Cramps and contractions, whole\n"
    yield "| suite | what | sensitivity | PPV | onset off by, median and 90 % (s) |"
    yield "|---|---|---|---|---|"
    for row in rows:
        if row["band"] != "all":
            continue
        for name, told in row["figures"]["states"].items():
            onset = row["figures"]["onset_s"] if name == "cramp" else None
            late = "" if onset is None else f"{onset[0]:.2f}, {onset[1]:.2f}"
            shares = [_share(told["sensitivity"]), _share(told["ppv"])]
            yield _row(row["suite"], name, *shares, late)


def _sure(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "\n## Probabilities, and live against offline\n"
    yield "| suite | expected calibration error | live as offline |"
    yield "|---|---|---|"
    for row in rows:
        error = row["figures"]["calibration_error"]
        if row["band"] == "all":
            same = f"{row['live_same']} of {row['live_cases']} sessions"
            yield _row(row["suite"], "" if error is None else f"{error:.3f}", same)


def _peers(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Each finder's F1 where there are potentials, its false alarms where there are none."""
    yield "\n## Others on the same signals\n"
    finders = list(dict.fromkeys(row["finder"] for row in rows))
    yield _row("suite", "band", "figure", *finders)
    yield "|---|---|---|" + "---|" * len(finders)
    by_key = {(r["suite"], r["band"], r["finder"]): r["figures"] for r in rows}
    for suite, band in dict.fromkeys((r["suite"], r["band"]) for r in rows):
        found = [by_key.get((suite, band, finder)) for finder in finders]
        (first, *_) = found
        name = "f1" if first["hits"] + first["missed"] else "false_per_min"
        cells = ["" if f is None or f[name]["value"] is None else f"{f[name]['value']:.2f}"
                 for f in found]  # fmt: skip
        yield _row(suite, band, "F1" if name == "f1" else "false/min", *cells)


def _share(interval: dict[str, float | None]) -> str:
    value, low, high = (interval[name] for name in ("value", "low", "high"))
    if value is None or low is None or high is None:
        return ""
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(page(json.loads(RESULTS.read_text(encoding="utf-8"))), encoding="utf-8")
