"""``fasciscope demo``: a virtual board's session, recorded, analysed, reported; no hardware, no network."""

from pathlib import Path

import click

BOARD = "cyton-wifi"
GAP = "60:0.4"
"""The radio loses what is sent from this second on, for so long."""


@click.command("demo")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo-report"),
    show_default=True,
    help="A new folder for the session.",
)
def demo_command(out: Path) -> None:
    """Record a virtual board with twitches and a cramp, analyse it, print the report's path.

    The board speaks its real bytes; they go the way of every board's, as fast as they are read.
    What truly happened is written beside: truth.tsv.
    """
    from fasciscope.app.live import Status, Watcher
    from fasciscope.app.progress import progress_of
    from fasciscope.app.recording import Order, record
    from fasciscope.app.runs import tell
    from fasciscope.app.settings import Settings
    from fasciscope.app.sources import Wanted, open_source
    from fasciscope.app.virtual import ScenarioSignal
    from fasciscope.datasets.synth import SCENARIOS

    sites = SCENARIOS["demo"].sites
    wanted = Wanted(
        {site.name: (site.muscle, site.side) for site in sites if site.muscle},
        tuple(f"{site.name}={k + 1}" for k, site in enumerate(sites)),
    )
    address = f"virtual:{BOARD}?scenario=demo&speed=0&faults=gap={GAP}"
    opened = open_source(address, wanted)
    seconds = SCENARIOS["demo"].duration_s
    with progress_of("demo", opened.info.rate_hz) as progress:
        total = round(seconds * opened.info.rate_hz)

        def status(now: Status) -> None:
            progress(round(now.at_s * opened.info.rate_hz), total)

        recorded = record(opened, Order(out, Settings(), seconds), Watcher(status=status))
    ScenarioSignal(BOARD, "demo").truth.write(out / "truth.tsv")
    tell(recorded.session, "demo", out / "report.html")
