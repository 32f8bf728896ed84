"""A cramp is announced while it lasts, and its event confirms or withdraws that."""

import json
from functools import cache

import pytest

from fasciscope.acquisition import ReplaySource
from fasciscope.app import Analysis, analyse
from fasciscope.app.live_view import LiveView
from fasciscope.core import Announcement, Event, Label
from fasciscope.datasets.synth import Cramp, Mains, Scenario, Synthetic, Voluntary, synthesise

RATE_HZ = 2000.0
HUM = Mains(amplitude_uv=3.0)
KINDS = {
    "cramp": (Cramp(0, 40.0, 25.0, None, None, 20.0), HUM),
    "contraction": (Voluntary(0, 40.0, 15.0), HUM),
}


@cache
def made(kind: str, seed: int = 3) -> Synthetic:
    return synthesise(Scenario(kind, KINDS[kind], seed, 80.0, RATE_HZ))


def live(kind: str, seed: int = 3) -> tuple[list[tuple[float, Announcement]], list[Event]]:
    """Announcements with the time at which they came, and the events."""
    analysis = Analysis(made(kind, seed).recording.info)
    said, events = [], []
    with ReplaySource(made(kind, seed).recording, 0.1) as source:
        for block in source:
            events += analysis.push(block)
            said += [(block.end_sample / RATE_HZ, one) for one in analysis.announcements]
    return said, [*events, *analysis.finish()]


def test_a_cramp_is_announced_within_three_seconds_and_its_event_confirms_it() -> None:
    said, events = live("cramp")
    (true,) = made("cramp").truth.of(Label.CRAMP, 0)
    first_s, first = said[0]
    assert (first.label, first.state) == (Label.CRAMP, "open")
    assert 0.0 < first_s - true.start_sample / RATE_HZ <= 3.0
    assert said[-1][1].state == "ended"
    (cramp,) = [e for e in events if e.label is Label.CRAMP]
    assert (cramp.channel, cramp.start_sample) == (first.channel, first.start_sample)


def test_a_contraction_is_not_announced() -> None:
    assert [one for _, one in live("contraction")[0] if one.label is Label.CRAMP] == []


@pytest.mark.parametrize("kind", KINDS)
def test_announcements_change_no_event(kind: str) -> None:
    def order(events: list[Event]) -> list[Event]:
        return sorted(events, key=lambda e: (e.start_sample, e.peak_sample, e.channel, e.label))

    assert order(live(kind)[1]) == order(list(analyse(made(kind).recording).events))


@pytest.mark.parametrize(
    ("label", "answer"), [(Label.CRAMP, "confirmed"), (Label.VOLUNTARY, "withdrawn")]
)
def test_the_event_says_what_became_of_the_announcement(
    label: Label, answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said, events = live("cramp")
    (cramp,) = [e for e in events if e.label is Label.CRAMP]
    view = LiveView(made("cramp").recording.info, None, as_json=True)
    view.announcement(said[0][1])
    view.event(
        Event(0, cramp.start_sample, cramp.peak_sample, cramp.end_sample, label, 0.9, reasons=("",))
    )
    announced, final = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (announced["type"], announced["trial_type"]) == ("announcement", "cramp")
    assert announced["onset_sample"] == cramp.start_sample
    assert (final["type"], final["announcement"]) == ("event", answer)


def test_a_person_reads_since_when_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    view = LiveView(made("cramp").recording.info, None, as_json=False)
    view.announcement(live("cramp")[0][0][1])
    told = capsys.readouterr().out
    assert "cramp?" in told
    assert "so far 2." in told
    assert "isolated potentials came" in told


@pytest.mark.slow
def test_most_cramps_are_announced_in_time_and_few_contractions_are() -> None:
    in_time = wrongly = cramps = 0
    for seed in range(700, 720):
        said, _ = live("cramp", seed)
        (true,) = made("cramp", seed).truth.of(Label.CRAMP, 0)
        times = [at for at, one in said if one.label is Label.CRAMP and one.state == "open"]
        cramps += 1
        in_time += any(at - true.start_sample / RATE_HZ <= 3.0 for at in times)
        wrongly += any(one.label is Label.CRAMP for _, one in live("contraction", seed)[0])
    assert in_time >= 0.8 * cramps
    assert wrongly <= 0.1 * cramps
