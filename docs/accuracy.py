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

Made by `python docs/accuracy.py` from what `python -m benchmarks.accuracy test --seeds 2 --peers --out
benchmarks/accuracy/results.json` measured; edit neither by hand.

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
    text = [HEAD, *_aims(ours), *_potentials(ours), *_quiet(ours), *_sustained(ours), *_sure(ours)]
    if len(ours) < len(rows):
        text += _peers(rows)
    if results.get("measures"):
        text += [*_measured(results["measures"]), *_grouped(results["measures"])]
        text += _patterns(results["measures"]["patterns"])
        text += _timed(results["measures"]["timed"])
    return "\n".join([*text, ""])


AIMS = (
    ("F1 of potentials, >= 8 x noise", ">= 0.97", "placed", ">= 8", "f1"),
    ("F1 of potentials, 5-8 x noise", ">= 0.80", "placed", "5-8", "f1"),
    ("the same of lively units, >= 8 x", "", "placed, lively", ">= 8", "f1"),
    ("the same of lively units, 5-8 x", "", "placed, lively", "5-8", "f1"),
    ("false alarms a minute on rest", "<= 0.2", "rest", "all", "false_per_min"),
    ("evoked potentials found", "1", "evoked potentials", "all", "sensitivity"),
    ("F1 of potentials in mixed sessions of real parts", "", "mixed", "all", "f1"),
    (
        "F1 of disturbed potentials (heart, mains, knocks, contacts ...)",
        "",
        "disturbed",
        "all",
        "f1",
    ),
    ("fasciculations a minute in movement", "<= 1", "movement", "all", "false_per_min"),
    ("the same in contractions", "<= 1", "contraction", "all", "false_per_min"),
    ("the same beside one unit's steady firing", "<= 1", "tonic unit", "all", "false_per_min"),
    ("the same beside brief jerks", "<= 1", "brief jerks", "all", "false_per_min"),
)
"""(what, aim, suite, band, figure)."""

TOGETHER, EVERYTHING = "cramps and contractions", "all suites"


def _aims(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The aims that were set, and what was reached."""
    by_key = {(row["suite"], row["band"]): row for row in rows}
    yield "## Aims, and what was reached\n"
    yield "| measure | aim | reached |"
    yield "|---|---|---|"
    for what, aim, suite, band, figure in AIMS:
        if (suite, band) in by_key:
            yield _row(what, aim, _share(by_key[suite, band]["figures"][figure]))
    if (TOGETHER, "all") in by_key:
        yield from _states(by_key[TOGETHER, "all"]["figures"])
    if (EVERYTHING, "all") in by_key:
        figures = by_key[EVERYTHING, "all"]["figures"]
        yield _row(
            "calibration error over all events", "<= 0.05", _plain(figures["calibration_error"])
        )
        yield _row("peak off by, median (ms)", "<= 1", _plain(figures["late_ms"]))
    same, of = (sum(row[name] for row in rows) for name in ("live_same", "live_cases"))
    yield _row("live as offline", "all", f"{same} of {of} sessions")
    yield ""


def _states(figures: dict[str, Any]) -> Iterator[str]:
    for name, told in figures["states"].items():
        for figure, words in (("sensitivity", "sensitivity"), ("ppv", "PPV")):
            yield _row(f"{name}, whole: {words}", ">= 0.95", _share(told[figure]))
    if figures["onset_s"]:
        median, most = figures["onset_s"]
        yield _row(
            "onset of cramps off by (s), median and 90 %", "<= 1", f"{median:.2f}, {most:.2f}"
        )


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


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


OFF = {
    "amplitude": "amplitude, ratio",
    "over noise": "over noise, ratio",
    "area": "area, ratio",
    "duration": "duration, ms",
    "half width": "half width, ms",
    "rise": "rise, ms",
    "phases": "phases",
    "median": "median, Hz",
}


def _measured(measures: dict[str, Any]) -> Iterator[str]:
    """Bias and spread of every measure, by tier and size."""
    yield "\n## Measures of potentials, found to true\n"
    yield "Real units in real rest: median (quartiles) of the ratio or the difference to the truth, which is"
    yield "what is measured of the unit alone. Where the tier does not give a measure, the cell is empty.\n"
    yield _row("tier", "Hz", "size", "found", "peak off by, ms", *OFF.values())
    yield "|---|---|---|---|---|" + "---|" * len(OFF)
    for row in measures["measured"]:
        if set(row["off"]) == {"amplitude", "over noise"}:  # the truth itself
            continue
        found = f"{row['found']} of {row['placed']}"
        off = [_spread(row["off"].get(name)) for name in OFF]
        head = (row["tier"], f"{row['rate_hz']:g}", f"{row['size']:g}", found)
        yield _row(*head, _spread(row["error_ms"]), *off)


def _grouped(measures: dict[str, Any]) -> Iterator[str]:
    """Shapes against units, and rates against themselves."""
    yield "\n## Shapes against units, and rates that repeat themselves\n"
    yield "| size | sessions | potentials found | adjusted Rand index | units / lasting shapes | correlation |"
    yield "|---|---|---|---|---|---|"
    for row in measures["grouped"]:
        found = f"{row['found']} of {row['placed']}"
        units = f"{row['units']} / {row['shapes']}"
        yield _row(row["band"], str(row["sessions"]), found, _spread(row["rand"]), units,
                   _spread(row["correlation"]))  # fmt: skip
    told = measures["repeated"]
    yield "\nICC(2,1) of the rates of two halves of a session,"
    yield f"{told['sessions']} synthetic sessions: found {_share(told['halves_found'])},"
    yield f"the truth's own {_share(told['halves_true'])}; found to true {_share(told['found_to_true'])}."


def _patterns(patterns: dict[str, Any]) -> Iterator[str]:
    """Whole sessions."""
    yield "\n## Patterns of whole sessions\n"
    yield "Synthetic sessions of three minutes (the short one: one minute). A cramp without fasciculations"
    yield "before it, tremor and steady units are among them.\n"
    yield "| session | its pattern | named so | probability given to it |"
    yield "|---|---|---|---|"
    for kind in patterns["kinds"]:
        given = f"{kind['probability']:.2f}"
        yield _row(kind["name"], f"`{kind['pattern']}`", _share(kind["right"]), given)
    yield f"\nExpected calibration error {patterns['calibration_error']:.3f}. The 95 % interval of the rate"
    yield f"holds the true rate in a share of {_share(patterns['covered'])}."


def _timed(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Times of potentials."""
    yield "\n## Times of potentials against what they were drawn from\n"
    yield "Synthetic trains of three minutes; both tests are at a level of 0.05."
    yield "\n| came | intervals not by chance | counts not by chance | dispersion | followed within 0.1 s |"
    yield "|---|---|---|---|---|"
    for row in rows:
        followed = f"{row['followed_found']:.2f} of {row['followed_true']:.2f}"
        tests = _share(row["by_intervals"]), _share(row["by_counts"])
        yield _row(row["name"], *tests, f"{row['dispersion']:.2f}", followed)


def _spread(value: dict[str, float] | None) -> str:
    if value is None or value["median"] is None:
        return ""
    return f"{value['median']:.2f} ({value['low']:.2f} to {value['high']:.2f})"


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
