"""Runs finders over suites."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from benchmarks.accuracy.case import Part
from benchmarks.accuracy.material import DATA
from benchmarks.accuracy.ours import Finder, in_order, live, offline
from benchmarks.accuracy.peers import absent, present
from benchmarks.accuracy.score import Figures, Tally, figures, tally
from benchmarks.accuracy.suites import ALL, EVERYTHING, SUITES, TOGETHER, bands

OURS = "fasciscope"
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


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a suite gave: tallies by (suite, band, finder), and by suite which cases were the same live."""

    tallies: dict[tuple[str, str, str], list[Tally]]
    lived: dict[str, list[bool]]

    def rows(self) -> list[Row]:
        """A row each; of every suite that of all its cases last."""
        suites = list(dict.fromkeys(suite for suite, _, _ in self.tallies))
        keys = sorted(self.tallies, key=lambda key: (suites.index(key[0]), key[1] == ALL))
        return [_row(*key, self.tallies[key], self.lived[key[0]]) for key in keys]

    def whole(self) -> dict[str, list[Tally]]:
        """Ours of every band, by suite."""
        keys = [key for key in self.tallies if key[1:] == (ALL, OURS)]
        return {suite: self.tallies[suite, ALL, OURS] for suite, _, _ in keys}


def run(
    part: Part,
    names: Sequence[str],
    seeds: int | None = None,
    *,
    peers: bool = False,
    workers: int = 1,
) -> list[Row]:
    """All rows in order of suites, bands, finders; then those of several suites together.

    With several `workers`, suites are run side by side; the figures are the same.
    """
    for name in absent() if peers else ():
        print(f"{name}: left out, not installed (extra 'bench')")
    count = partial(_suite, part, seeds=seeds, peers=peers)
    rows: list[Row] = []
    whole: dict[str, list[Tally]] = {}
    for counted in _each(count, names, workers):
        rows += counted.rows()
        whole |= counted.whole()
    return [*rows, *_together(whole)]


def _each(
    count: Callable[[str], _Counted], names: Sequence[str], workers: int
) -> Iterator[_Counted]:
    if workers == 1:
        yield from map(count, names)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(count, names)


def _together(whole: dict[str, list[Tally]]) -> list[Row]:
    """Rows of suites that are read together, where all of them were run."""
    groups: dict[str, tuple[str, ...]] = {
        name: suites for name, suites in TOGETHER.items() if set(suites) <= set(whole)
    }
    if len(whole) > 1:
        groups[EVERYTHING] = tuple(whole)
    return [
        Row(name, ALL, OURS, figures([t for suite in suites for t in whole[suite]]))
        for name, suites in groups.items()
    ]


def _suite(part: Part, name: str, *, seeds: int | None, peers: bool) -> _Counted:
    finders: dict[str, Finder] = {OURS: offline}
    if peers:
        finders |= present()
    suite = SUITES[name]
    counted = _Counted(defaultdict(list), defaultdict(list))
    if suite.real and not DATA.exists():
        print(f"{name}: left out, the recordings are not here ({DATA})")
        return counted
    for k, case in enumerate(suite.make(part, range(seeds or suite.seeds))):
        for finder, find in finders.items():
            found = find(case)
            one = tally(case, found)
            for band in bands(case):
                counted.tallies[case.suite, band, finder].append(one)
            if finder == OURS and k % LIVE_EVERY == 0:
                counted.lived[case.suite].append(in_order(found) == in_order(live(case)))
    return counted


def _row(suite: str, band: str, finder: str, counted: list[Tally], lived: list[bool]) -> Row:
    compared = lived if band == ALL and finder == OURS else []
    return Row(suite, band, finder, figures(counted), sum(compared), len(compared))
