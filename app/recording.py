"""Recording a source into a session folder, from the first byte to the report."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType

from fasciscope import __version__
from fasciscope.acquisition import LiveSource
from fasciscope.app.live import LiveSession, Watcher
from fasciscope.app.outputs import write_outputs
from fasciscope.app.pipeline import Analysis
from fasciscope.app.recorder import Recorder, check_new
from fasciscope.app.session import Session
from fasciscope.app.settings import Settings
from fasciscope.app.sources import Opened
from fasciscope.classifier import History
from fasciscope.core import DeviceError
from fasciscope.datasets.session import Json, SessionFacts, open_session

NOTHING = "No sample came from the board, so there is nothing to report."


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be recorded, and how: `seconds` None is until somebody ends it."""

    folder: Path
    settings: Settings
    seconds: float | None = None
    keep_wire: bool = False
    history: History | None = None
    history_text: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """A recording that ended, and whether somebody ended it."""

    session: Session
    interrupted: bool


def record(opened: Opened, order: Order, watcher: Watcher) -> Recorded:
    """Record until the end, write the folder whole, analyse, report into it.

    Raises DeviceError if the board is not there (nothing is written then) or no sample came, StorageError
    when the disk refuses, UsageError if the folder holds anything.
    """
    check_new(order.folder)
    pieces: list[Callable[..., None]] = []
    source = opened.live((lambda piece: pieces[0](piece)) if order.keep_wire else None)
    with ExitStack() as stack:
        stack.enter_context(source)
        recorder = stack.enter_context(
            Recorder(order.folder, _facts(opened, order), keep_wire=order.keep_wire)
        )
        pieces.append(recorder.take_wire)
        live = LiveSession(
            source,
            Analysis(opened.info, order.settings),
            recorder,
            (watcher,),
            None if order.seconds is None else round(order.seconds * opened.info.rate_hz),
            opened.patient,
        )
        with ended_by_signals() as over:
            live.run(over)
            live.finish()
            interrupted = over()
        recorder.finish(_told(source, recorder))
    if recorder.next_sample == 0:
        raise DeviceError(NOTHING)
    recording = open_session(order.folder)
    session = live.analysis.session(recording, order.history)
    write_outputs(session, order.folder, history=order.history_text, force=True)
    return Recorded(session, interrupted)


def _facts(opened: Opened, order: Order) -> SessionFacts:
    return SessionFacts(
        opened.info,
        opened.ranges,
        start_time=datetime.now().astimezone().isoformat(timespec="milliseconds"),
        board=opened.board.name,
        source=opened.address.text,
        notes=(opened.board.caution,) if opened.board.caution else (),
        settings={**asdict(order.settings), "version": __version__},
    )


def _told(source: LiveSource, recorder: Recorder) -> dict[str, Json]:
    """What is known at the end: samples, losses, the clock."""
    fit = source.clock.fit()
    tally = source.tally
    return {
        "n_samples": recorder.next_sample,
        "lost_samples": tally.lost,
        "uncertain_losses": tally.uncertain,
        "restarts": tally.restarts,
        "garbage_bytes": tally.garbage_bytes,
        "garbage": dict(tally.reasons),
        "dropped_bytes": tally.dropped_bytes,
        "clock": None if fit is None else {k: float(v) for k, v in asdict(fit).items()},
    }


@contextmanager
def ended_by_signals() -> Iterator[Callable[[], bool]]:
    """Give a function that says whether Ctrl-C or SIGTERM came: what is being written is written.

    A second Ctrl-C interrupts at once.
    """
    came: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        if came and number == signal.SIGINT:
            raise KeyboardInterrupt
        came.append(number)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
