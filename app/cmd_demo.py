"""``fasciscope demo``: a synthetic session, analysed and reported; no hardware, no network."""

from pathlib import Path

import click


@click.command("demo")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo-report"),
    show_default=True,
    help="Folder for the results.",
)
def demo_command(out: Path) -> None:
    """Synthesise a session with twitches and a cramp, analyse it, print the report's path.

    What truly happened in it is written beside: truth.tsv.
    """
    from fasciscope.app.outputs import check_folder, write_outputs
    from fasciscope.app.runs import analysed, tell
    from fasciscope.app.settings import Settings
    from fasciscope.datasets.synth import SCENARIOS, synthesise

    check_folder(out)
    made = synthesise(SCENARIOS["demo"])
    session = analysed(made.recording, Settings(), "demo", quiet=False)
    report = write_outputs(session, out)
    made.truth.write(out / "truth.tsv")
    tell(session, "demo", report)
