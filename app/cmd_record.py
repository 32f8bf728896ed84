"""``fasciscope record``: a board's session into a folder, with live status."""

from pathlib import Path

import click

from fasciscope.app.durations import Duration
from fasciscope.app.settings import LINES, MODELS, Mains, ModelName, Settings


@click.command("record")
@click.argument("source", metavar="SOURCE")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="A new folder for the session."
)
@click.option("--for", "seconds", type=Duration(), metavar="TIME", help="How long: 90s, 30m, 8h.")
@click.option(
    "--channels", multiple=True, metavar="A,B", help="Numbers from 1; calf=1 gives a name."
)
@click.option(
    "--muscle", "muscles", multiple=True, metavar="NAME=MUSCLE/side", help="Where it sits."
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
@click.option("--keep-wire", is_flag=True, help="Keep the board's raw bytes too.")
@click.option("--json", "as_json", is_flag=True, help="Events and status as JSON lines on stdout.")
def record_command(
    source: str,
    out: Path,
    seconds: float | None,
    channels: tuple[str, ...],
    muscles: tuple[str, ...],
    mains: Mains,
    model: ModelName,
    history: Path | None,
    keep_wire: bool,
    as_json: bool,
) -> int:
    """Record SOURCE into the new folder --out until --for is over or Ctrl-C ends it.

    SOURCE is like serial:/dev/ttyUSB0?board=cyton, serial:COM3?board=bitalino, ble:NAME?board=ganglion,
    tcp:HOST:PORT?board=NAME or virtual:bitalino?scenario=cramp. Keys that are typed become markers.
    Lost samples are counted and left as gaps; a board that goes away is looked for. What was recorded
    is kept whatever happens; 'fasciscope repair' makes a folder whole whose recording was killed.
    """
    from fasciscope.app.history import read_history
    from fasciscope.app.keys import typed_keys
    from fasciscope.app.live import Watcher
    from fasciscope.app.live_view import LiveView
    from fasciscope.app.main import INTERRUPTED
    from fasciscope.app.recording import Order, record
    from fasciscope.app.runs import tell
    from fasciscope.app.sources import open_source, wanted_of

    said = None if history is None else read_history(history)
    order = Order(
        out,
        Settings(mains, model),
        seconds,
        keep_wire,
        None if said is None else said.history,
        None if said is None else said.text,
    )
    opened = open_source(source, wanted_of(channels, muscles))
    view = LiveView(opened.info, out, as_json=as_json)
    with typed_keys() as keys:
        watcher = Watcher(
            view.sighting,
            view.event,
            view.status,
            view.notice,
            keys,
            announcement=view.announcement,
        )
        recorded = record(opened, order, watcher)
    view.close()
    if not as_json:
        tell(recorded.session, out.name, out / "report.html")
    return INTERRUPTED if recorded.interrupted and seconds is not None else 0
