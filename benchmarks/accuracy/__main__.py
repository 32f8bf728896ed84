"""`python -m benchmarks.accuracy [develop|test] [--suite NAME] [--seeds N] ...`."""

import argparse
from pathlib import Path

from benchmarks.accuracy.case import Part
from benchmarks.accuracy.measuring import NAME, measuring, tables
from benchmarks.accuracy.run import run
from benchmarks.accuracy.suites import SUITES
from benchmarks.accuracy.table import table, write


def main() -> None:
    """Run, print, write."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    ask.add_argument("part", nargs="?", type=Part, default=Part.TEST, choices=list(Part))
    ask.add_argument(
        "--suite", action="append", choices=sorted([*SUITES, NAME]), help="only this one"
    )
    ask.add_argument("--seeds", type=int, help="for every suite, in place of its own number")
    ask.add_argument("--peers", action="store_true", help="also the others' detectors")
    ask.add_argument("--workers", type=int, default=1, help="suites side by side")
    ask.add_argument("--out", type=Path, help="write the figures as JSON")
    given = ask.parse_args()
    names = given.suite or [*SUITES, NAME]
    suites = [name for name in names if name != NAME]
    rows = run(given.part, suites, given.seeds, peers=given.peers, workers=given.workers)
    if rows:
        print(table(rows))
    measures = measuring(given.part, given.seeds) if NAME in names else None
    if measures:
        print(tables(measures))
    if given.out:
        write(given.out, given.part, rows, measures)


if __name__ == "__main__":
    main()
