"""``fasciscope demo``: a synthetic session, analysed and reported; no hardware, no network."""

from pathlib import Path

import click

from fasciscope.app.cmd_analyse import analysed, tell
from fasciscope.app.outputs import check_folder, write_outputs
from fasciscope.app.pipeline import Settings
from fasciscope.datasets.synth import SCENARIOS, synthesise


@click.command("demo")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo-report"),
    show_default=True,
    help="Folder for the results.",
)
def demo_command(out: Path) -> None:
    """Synthesise a session with twitches and a cramp, analyse it, print the report's path."""
    check_folder(out)
    made = synthesise(SCENARIOS["demo"])
    session = analysed(made.recording, Settings(), "demo", quiet=False)
    tell(session, "demo", write_outputs(session, out))
