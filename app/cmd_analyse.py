"""``fasciscope analyse``: recordings to events, summary and report."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import click

from fasciscope.app.facts import Facts, open_with, parse_place
from fasciscope.app.failure import exit_code_of, one_line, printable
from fasciscope.app.outputs import check_folder, write_outputs
from fasciscope.app.pipeline import Settings, analyse
from fasciscope.app.progress import progress_of
from fasciscope.app.report.cramp import longest_cramp_s
from fasciscope.app.report.words import headline
from fasciscope.app.session import Session
from fasciscope.app.summary_file import Json, summary_dict
from fasciscope.core import FasciscopeError, Recording
from fasciscope.datasets import ReadOptions
from fasciscope.firmware_bridge.boards import board


@click.command("analyse")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder for the results."
)
@click.option("--rate", "rate_hz", type=float, metavar="HZ", help="Samples per second.")
@click.option("--unit", metavar="UNIT", help="V, mV, uV, or counts: uncalibrated.")
@click.option("--channels", multiple=True, metavar="A,B", help="Names, or numbers from 1.")
@click.option(
    "--board", "board_name", metavar="NAME", help="Rate and scale of this board's counts."
)
@click.option(
    "--muscle", "muscles", multiple=True, metavar="NAME=MUSCLE/side", help="Where it sat."
)
@click.option("--mains", type=click.Choice(["auto", "50", "60"]), default="auto", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="A JSON line for each file on stdout.")
@click.option("--force", is_flag=True, help="Write into a folder that holds other files too.")
def analyse_command(
    files: tuple[Path, ...],
    out: Path,
    rate_hz: float | None,
    unit: str | None,
    channels: tuple[str, ...],
    board_name: str | None,
    muscles: tuple[str, ...],
    mains: Literal["auto", "50", "60"],
    as_json: bool,
    force: bool,
) -> int:
    """Analyse each FILE: events.tsv, events.json, summary.json and report.html in --out.

    Of several files each has a subfolder of its own name. One that fails does not stop the others.
    """
    facts = Facts(
        ReadOptions(rate_hz, unit, _split(channels)),
        board(board_name) if board_name else None,
        dict(parse_place(text) for text in muscles),
    )
    settings = Settings(mains=mains)
    failed = {}
    for path, folder in targets(files, out):
        code = _one(path, folder, facts, settings, as_json=as_json, force=force)
        if code:
            failed[path] = code
    if failed and len(files) > 1:
        names = ", ".join(path.name for path in failed)
        click.echo(
            printable(f"fasciscope: {len(failed)} of {len(files)} failed: {names}"), err=True
        )
    return next(iter(failed.values()), 0)


def targets(files: Sequence[Path], out: Path) -> list[tuple[Path, Path]]:
    """Each file with the folder for its results: `out`, or a folder of its own in it.

    Files of one name are told apart by a number.
    """
    if len(files) == 1:
        return [(files[0], out)]
    taken: dict[str, Path] = {}
    for path in files:
        name, n = path.stem or "recording", 1
        while name.casefold() in taken:
            n += 1
            name = f"{path.stem}-{n}"
        taken[name.casefold()] = out / name
    return list(zip(files, taken.values(), strict=True))


def analysed(recording: Recording, settings: Settings, name: str, *, quiet: bool) -> Session:
    """Analyse with progress on stderr."""
    with progress_of(name, recording.info.rate_hz, quiet=quiet) as progress:
        return analyse(recording, settings, progress=progress)


def tell(session: Session, name: str, report: Path) -> None:
    """Say on stdout what was found and where the report is."""
    click.echo(printable(f"{name}: {headline(session.summary, longest_cramp_s(session))}"))
    click.echo(printable(f"report: {report}"))


def _one(
    path: Path, folder: Path, facts: Facts, settings: Settings, *, as_json: bool, force: bool
) -> int:
    """Analyse one file; give 0, or the exit code after telling what is wrong."""
    told: dict[str, Json] = {"input": str(path), "out": str(folder), "exit_code": 0}
    try:
        check_folder(folder, force=force)  # before the work, not only after it
        session = analysed(open_with(path, facts), settings, path.name, quiet=as_json)
        report = write_outputs(session, folder, force=force)
    except FasciscopeError as error:
        click.echo(one_line(error, path.name), err=True)
        told |= {"exit_code": exit_code_of(error), "error": str(error)}
    else:
        told["summary"] = summary_dict(session)
        if not as_json:
            tell(session, path.name, report)
    if as_json:
        click.echo(json.dumps(told, allow_nan=False))
    code = told["exit_code"]
    assert isinstance(code, int)
    return code


def _split(texts: Sequence[str]) -> tuple[str, ...]:
    """Names in comma-separated texts; a name with a comma stands in double quotes."""
    return tuple(name.strip() for row in csv.reader(texts) for name in row if name.strip())
