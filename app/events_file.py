"""``events.tsv`` and its sidecar: a BIDS events file (DESIGN.md section 7)."""

import json
from collections.abc import Callable

from fasciscope.app.session import Session
from fasciscope.core import Event, StreamInfo

MISSING = "n/a"

Cell = Callable[[Event, StreamInfo], str]


def _seconds(samples: int, info: StreamInfo) -> str:
    return f"{samples / info.rate_hz:.4f}"


def _number(value: float | None, decimals: int) -> str:
    return MISSING if value is None else f"{value:.{decimals}f}"


def _text(text: str) -> str:
    """`text` as one cell: tabs and line breaks become blanks."""
    return " ".join(text.split()) or MISSING


def _amplitude(event: Event, info: StreamInfo) -> str:
    calibrated = info.channels[event.channel].calibrated
    return _number(event.amplitude_uv if calibrated else None, 1)


COLUMNS: dict[str, tuple[Cell, dict[str, object]]] = {
    "onset": (
        lambda e, i: _seconds(e.start_sample, i),
        {"Description": "start, from the recording's first sample", "Units": "s"},
    ),
    "duration": (
        lambda e, i: _seconds(e.end_sample - e.start_sample, i),
        {"Description": "from start to end", "Units": "s"},
    ),
    "trial_type": (
        lambda e, _i: str(e.label),
        {
            "Description": "what the event was taken for",
            "Levels": {
                "fasciculation": "brief isolated potential of a motor unit",
                "cramp": "sustained involuntary activity",
                "voluntary": "activity that looks willed",
                "repetitive": "metronomic unit, myokymia-like discharge or tremor",
                "ecg": "heartbeat",
                "artefact": "movement, contact, mains or other disturbance",
                "uncertain": "seen, but not told apart with enough certainty",
                "not_assessable": "a stretch that cannot be judged",
            },
        },
    ),
    "channel": (
        lambda e, i: _text(i.channels[e.channel].name),
        {"Description": "the channel on which the event is largest"},
    ),
    "peak": (
        lambda e, i: _seconds(e.peak_sample, i),
        {"Description": "largest deflection, from the recording's first sample", "Units": "s"},
    ),
    "amplitude_uv": (
        _amplitude,
        {"Description": "peak to peak; n/a where the channel is uncalibrated", "Units": "uV"},
    ),
    "snr": (
        lambda e, _i: _number(e.snr, 2),
        {"Description": "peak to peak over the RMS of the noise", "Units": "1"},
    ),
    "probability": (
        lambda e, _i: _number(e.probability, 3),
        {"Description": "of the label, 0 to 1", "Units": "1"},
    ),
    "shape": (
        lambda e, _i: MISSING if e.shape is None else str(e.shape),
        {"Description": "number of the cluster of like shapes; not a motor unit"},
    ),
    "flags": (
        lambda e, _i: _text(";".join(e.flags)),
        {"Description": "short words for machines", "Delimiter": ";"},
    ),
    "reasons": (
        lambda e, _i: _text("; ".join(e.reasons)),
        {"Description": "why the label was given, for people", "Delimiter": "; "},
    ),
}
"""Columns in their order: how a cell is written, and what the sidecar says of it."""


def events_tsv(session: Session) -> str:
    """The events, sorted by onset, as tab-separated text with ``n/a`` for what is missing."""
    info = session.summary.info
    events = sorted(session.events, key=lambda event: (event.start_sample, event.channel))
    rows = [events_head(), *(event_row(event, info) for event in events)]
    return "\n".join(rows) + "\n"


def events_head() -> str:
    """The names of the columns, as a line."""
    return "\t".join(COLUMNS)


def event_row(event: Event, info: StreamInfo) -> str:
    """An event as a line."""
    return "\t".join(cell(event, info) for cell, _described in COLUMNS.values())


def events_sidecar() -> str:
    """The JSON sidecar that describes the columns."""
    described = {name: meaning for name, (_cell, meaning) in COLUMNS.items()}
    return json.dumps(described, indent=2) + "\n"
