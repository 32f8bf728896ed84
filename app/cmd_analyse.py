"""``fasciscope analyse``: recordings to events, summary and report. Its options; the work is in runs.py."""

from pathlib import Path

import click

from fasciscope.app.settings import LINES, MODELS, Mains, ModelName, Settings


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
@click.option("--mains", type=click.Choice(LINES), default="auto", show_default=True)
@click.option(
    "--model", type=click.Choice(MODELS), default="trained", help="What judges potentials."
)
@click.option(
    "--history",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The short history (see 'fasciscope history').",
)
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
    mains: Mains,
    model: ModelName,
    history: Path | None,
    as_json: bool,
    force: bool,
) -> int:
    """Analyse each FILE: events.tsv, events.json, summary.json and report.html in --out.

    Of several files each has a subfolder of its own name. One that fails does not stop the others.
    """
    from fasciscope.app.facts import facts_of
    from fasciscope.app.history import read_history
    from fasciscope.app.runs import Run

    facts = facts_of(rate_hz, unit, channels, board_name, muscles)
    said = None if history is None else read_history(history)
    run = Run(facts, Settings(mains, model), said, as_json=as_json, force=force)
    return run.all(files, out)
