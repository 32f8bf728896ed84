"""How far a command has come: a bar on a terminal, now and then a plain line elsewhere; on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[int, int | None], None]
"""Called with samples done and samples in all (None if unknown)."""

PLAIN_STEP = 0.25
"""A plain line each time that this much more is done."""


@contextmanager
def progress_of(name: str, rate_hz: float, *, quiet: bool = False) -> Iterator[Progress]:
    """Give the function that an analysis of `name` calls as it goes; `quiet` shows nothing."""
    if quiet:
        yield lambda _done, _total: None
    elif sys.stderr.isatty():
        with _bar(name) as progress:
            yield progress
    else:
        yield _plain(name, rate_hz)


@contextmanager
def _bar(name: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    console = Console(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bars:
        task = bars.add_task(escape(name), total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


def _plain(name: str, rate_hz: float) -> Progress:
    told = 0.0

    def tell(done: int, total: int | None) -> None:
        nonlocal told
        share = done / total if total else 0.0
        if share >= told + PLAIN_STEP:
            told = share - share % PLAIN_STEP
            print_line(f"{name}: {told:.0%} of {(total or 0) / rate_hz / 60:.1f} min")

    return tell


def print_line(text: str) -> None:
    """Write one line of plain text to stderr."""
    import click

    from fasciscope.app.failure import printable

    click.echo(printable(text), err=True)
