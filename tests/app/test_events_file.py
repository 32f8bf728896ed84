import csv
import io
import json
from dataclasses import replace

import fabricated

from fasciscope.app.events_file import COLUMNS, events_sidecar, events_tsv
from fasciscope.core import ChannelInfo, Event, Label

ORDER = [  # DESIGN.md section 7
    "onset",
    "duration",
    "trial_type",
    "channel",
    "peak",
    "amplitude_uv",
    "snr",
    "probability",
    "shape",
    "flags",
    "reasons",
]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_columns_are_those_of_the_contract_in_their_order() -> None:
    text = events_tsv(fabricated.session())
    assert text.splitlines()[0].split("\t") == ORDER
    assert list(json.loads(events_sidecar())) == ORDER


def test_the_sidecar_describes_every_label() -> None:
    levels = json.loads(events_sidecar())["trial_type"]["Levels"]
    assert list(levels) == [label.value for label in Label]


def test_rows_are_sorted_by_onset_and_times_go_back_to_samples() -> None:
    session = fabricated.session()
    read = rows(events_tsv(session))
    rate_hz = session.summary.info.rate_hz
    starts = [round(float(row["onset"]) * rate_hz) for row in read]
    peaks = [round(float(row["peak"]) * rate_hz) for row in read]
    assert starts == sorted(starts)
    assert starts == [event.start_sample for event in session.events]
    assert peaks == [event.peak_sample for event in session.events]


def test_what_is_missing_is_na() -> None:
    session = fabricated.session()
    read = rows(events_tsv(session))
    assert not any(value == "" for row in read for value in row.values())
    bare = next(row for row in read if row["trial_type"] == "artefact")
    assert (bare["amplitude_uv"], bare["shape"], bare["flags"]) == ("n/a", "n/a", "n/a")


def test_an_uncalibrated_channel_has_no_amplitude_even_if_an_event_brings_one() -> None:
    plan = fabricated.Plan(channels=(ChannelInfo("EMG", None),), rates_per_min=(0.0,))
    event = Event(0, 1, 2, 3, Label.FASCICULATION, 0.9, amplitude_uv=123.0, snr=9.0)
    session = replace(fabricated.session(plan), events=(event,))
    assert rows(events_tsv(session))[0]["amplitude_uv"] == "n/a"


def test_tabs_and_line_breaks_cannot_break_a_row() -> None:
    plan = fabricated.Plan(channels=(ChannelInfo("a\tb\r\nc", 1.0),), rates_per_min=(0.0,))
    event = Event(0, 1, 2, 3, Label.ECG, 0.9, reasons=("one\ttwo\nthree", ""), flags=("x\ty",))
    session = replace(fabricated.session(plan), events=(event,))
    (row,) = rows(events_tsv(session))
    assert set(row) == set(COLUMNS)
    assert row["channel"] == "a b c"
    assert row["reasons"] == "one two three;"


def test_no_event_gives_the_heading_alone() -> None:
    assert rows(events_tsv(fabricated.empty())) == []
