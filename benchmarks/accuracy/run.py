"""Runs finders over suites."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.accuracy.case import Part
from benchmarks.accuracy.material import DATA
from benchmarks.accuracy.ours import Finder, in_order, live, offline
from benchmarks.accuracy.peers import absent, present
from benchmarks.accuracy.score import Figures, Tally, figures, tally
from benchmarks.accuracy.suites import SUITES

OURS = "fasciscope"
ALL = "all"
LIVE_EVERY = 7
"""Every so many cases are also found live and compared."""


@dataclass(frozen=True, slots=True)
class Row:
    """A finder's figures on a suite and band; `live_same` of `live_cases` gave the same events live."""

    suite: str
    band: str
    finder: str
    figures: Figures
    live_same: int = 0
    live_cases: int = 0


def run(
    part: Part, names: Sequence[str], seeds: int | None = None, *, peers: bool = False
) -> list[Row]:
    """All rows in order of suites, bands, finders; a band of a suite's own is followed by `all`."""
    finders: dict[str, Finder] = {OURS: offline}
    if peers:
        finders |= present()
        for name in absent():
            print(f"{name}: left out, not installed (extra 'bench')")
    rows: list[Row] = []
    for name in names:
        rows += _suite(part, name, seeds, finders)
    return rows


def _suite(part: Part, name: str, seeds: int | None, finders: dict[str, Finder]) -> list[Row]:
    suite = SUITES[name]
    if suite.real and not DATA.exists():
        print(f"{name}: left out, the recordings are not here ({DATA})")
        return []
    tallies: dict[tuple[str, str, str], list[Tally]] = defaultdict(list)
    lived: dict[str, list[bool]] = defaultdict(list)
    for k, case in enumerate(suite.make(part, range(seeds or suite.seeds))):
        for finder, find in finders.items():
            found = find(case)
            counted = tally(case, found)
            for band in {case.band or ALL, ALL}:
                tallies[case.suite, band, finder].append(counted)
            if finder == OURS and k % LIVE_EVERY == 0:
                lived[case.suite].append(in_order(found) == in_order(live(case)))
    return [_row(*key, counted, lived[key[0]]) for key, counted in tallies.items()]


def _row(suite: str, band: str, finder: str, counted: list[Tally], lived: list[bool]) -> Row:
    compared = lived if band == ALL and finder == OURS else []
    return Row(suite, band, finder, figures(counted), sum(compared), len(compared))
