"""What is shown while a session runs, to people and to machines."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fasciscope.app.live import Status
from fasciscope.app.live_view import LiveView, clock_text, status_line
from fasciscope.core import ChannelInfo, Event, Label, Sighting, StreamInfo

INFO = StreamInfo("a board", 1000.0, (ChannelInfo("calf\x1b[31m", 1.0),))
STATUS = Status(
    at_s=3725.5,
    rate_hz=1000.2,
    drift_ppm=200.0,
    drift_error_ppm=2.0,
    lost=300,
    lost_percent=0.0081,
    uncertain_losses=1,
    restarts=0,
    noise=3.456,
    events=20,
    fasciculations=12,
    fasciculations_per_min=4.0,
    connected=True,
)
EVENT = Event(
    channel=0,
    channels=(0,),
    start_sample=61_234,
    peak_sample=61_240,
    end_sample=61_250,
    label=Label.FASCICULATION,
    probability=0.9,
    amplitude_uv=80.0,
    snr=12.0,
    shape=1,
    reasons=("alone",),
    flags=(),
)


def test_the_status_says_time_rate_drift_losses_noise_events_and_room() -> None:
    line = status_line(STATUS, INFO, 12_300_000_000)
    assert line == (
        "1:02:05 | 1000 Hz +200±4 ppm | lost 300 (0.0081 %) | noise 3.5 uV | "
        "twitches 12, 4/min | 12.3 GB"
    )
    quiet = replace(STATUS, at_s=725.5, lost=0, drift_ppm=-0.2, drift_error_ppm=0.1)
    assert len(status_line(quiet, INFO, 82_000_000_000)) <= 79
    assert "Hz +0±1 ppm" in status_line(quiet, INFO, None)
    away = status_line(replace(STATUS, connected=False, drift_ppm=None), INFO, None)
    assert "NOT CONNECTED" in away
    assert "ppm" not in away


def test_a_noise_that_is_not_known_yet_is_not_told_as_none() -> None:
    assert "noise - |" in status_line(replace(STATUS, noise=None), INFO, None)


def test_an_uncalibrated_noise_is_in_counts() -> None:
    info = StreamInfo("a board", 1000.0, (ChannelInfo("a", None),))
    assert "3.5 counts" in status_line(STATUS, info, None)


def test_an_event_is_a_line_that_obeys_no_control_character(
    capsys: pytest.CaptureFixture[str],
) -> None:
    view = LiveView(INFO, None, as_json=False)
    view.event(EVENT)
    view.event(replace(EVENT, label=Label.NOT_ASSESSABLE))
    view.sighting(Sighting(0, 10, 6.0))  # without a terminal nobody watches
    told = capsys.readouterr().out
    assert told == "0:01:01.2 fasciculation calf\\x1b[31m 80 uV, 12 x noise, 16 ms\n"


def test_without_a_terminal_the_status_comes_every_ten_seconds_and_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    view = LiveView(INFO, None, as_json=False)
    for second in range(25):
        view.status(replace(STATUS, at_s=float(second)))
    assert len(capsys.readouterr().err.splitlines()) == 3
    view.close()
    assert capsys.readouterr().err.startswith("0:00:24 | ")
    view.close()
    assert capsys.readouterr().err == ""


def test_on_a_terminal_the_status_is_one_line_below_what_was_found(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    view = LiveView(INFO, None, as_json=False)
    view.status(STATUS)
    view.sighting(Sighting(0, 10, 6.0))
    view.event(EVENT)
    view.status(STATUS)
    view.close()
    said = capsys.readouterr()
    assert "seen: calf" in said.out
    assert said.err.count("\r\x1b[2K") == 3
    assert said.err.endswith("\n")


def test_json_lines_hold_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    view = LiveView(INFO, tmp_path, as_json=True)
    view.event(EVENT)
    view.status(STATUS)
    view.notice("the board is back")
    view.sighting(Sighting(0, 500, 6.0))
    event, status, notice, seen = map(json.loads, capsys.readouterr().out.splitlines())
    assert (event["onset_s"], event["amplitude_uv"], event["reasons"]) == (61.234, 80.0, ["alone"])
    assert status["disk_free_bytes"] > 0
    assert notice == {"type": "notice", "text": "the board is back"}
    assert seen["peak_s"] == 0.5


def test_time_is_told_in_hours_minutes_seconds() -> None:
    assert clock_text(3725.53) == "1:02:05.5"
