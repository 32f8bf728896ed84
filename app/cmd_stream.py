"""``fasciscope stream``: a board's events as they happen; nothing is kept."""

from contextlib import ExitStack, closing

import click

from fasciscope.app.durations import Duration
from fasciscope.app.settings import LINES, MODELS, Mains, ModelName, Settings


@click.command("stream")
@click.argument("source", metavar="SOURCE")
@click.option("--for", "seconds", type=Duration(), metavar="TIME", help="How long: 90s, 30m, 8h.")
@click.option(
    "--channels", multiple=True, metavar="A,B", help="Numbers from 1; calf=1 gives a name."
)
@click.option("--mains", type=click.Choice(LINES), default="auto", show_default=True)
@click.option(
    "--model", type=click.Choice(MODELS), default="trained", help="What judges potentials."
)
@click.option("--lsl", metavar="NAME", help="Send samples (NAME) and events (NAME-events) to LSL.")
@click.option("--json", "as_json", is_flag=True, help="Events and status as JSON lines on stdout.")
def stream_command(
    source: str,
    seconds: float | None,
    channels: tuple[str, ...],
    mains: Mains,
    model: ModelName,
    lsl: str | None,
    as_json: bool,
) -> int:
    """Show the events of SOURCE as they are found, until --for is over or Ctrl-C ends it.

    SOURCE is as for 'fasciscope record', or a recording: file:PATH?speed=4 (0: as fast as it can).
    With --lsl other programs hear it too: LabRecorder, MNE-LSL and whatever else reads LSL.
    """
    from fasciscope.app.live import LiveSession, Watcher
    from fasciscope.app.live_view import LiveView
    from fasciscope.app.lsl_outlet import LslOutlets
    from fasciscope.app.pipeline import Analysis
    from fasciscope.app.recording import ended_by_signals
    from fasciscope.app.sources import open_turns, wanted_of

    turns, patient = open_turns(source, wanted_of(channels, ()))
    view = LiveView(turns.info, None, as_json=as_json)
    n_samples = None if seconds is None else round(seconds * turns.info.rate_hz)
    shown = Watcher(
        view.sighting, view.event, view.status, view.notice, announcement=view.announcement
    )
    watchers: tuple[Watcher, ...] = (shown,)
    with ExitStack() as stack:
        stack.enter_context(turns)
        if lsl is not None:
            outlets = stack.enter_context(closing(LslOutlets(lsl, turns.info, turns.clock)))
            heard = Watcher(
                outlets.sighting,
                outlets.event,
                block=outlets.block,
                announcement=outlets.announcement,
            )
            watchers += (heard,)
        over = stack.enter_context(ended_by_signals())
        live = LiveSession(
            turns,
            Analysis(turns.info, Settings(mains, model)),
            None,
            watchers,
            n_samples,
            patient,
        )
        live.run(over)
        live.finish()
    view.close()
    return 0
