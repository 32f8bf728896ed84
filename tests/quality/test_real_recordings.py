"""What must be found, and what not, on real recordings (times by eye or from the files' markers)."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fasciscope.app import Session, analyse
from fasciscope.core import Event, Label
from fasciscope.datasets import ReadOptions, open_recording

Real = Callable[[str], Path]


def session_of(path: Path, options: ReadOptions | None = None) -> Session:
    return analyse(open_recording(path, options))


def events_of(session: Session, label: Label, channel: int = 0) -> list[Event]:
    return [e for e in session.events if e.label is label and e.channel == channel]


def peaks_s(session: Session, label: Label, channel: int = 0) -> list[float]:
    rate_hz = session.summary.info.rate_hz
    return [event.peak_sample / rate_hz for event in events_of(session, label, channel)]


def covers(events: list[Event], start_s: float, stop_s: float, rate_hz: float) -> bool:
    return any(
        e.start_sample <= start_s * rate_hz and e.end_sample >= stop_s * rate_hz for e in events
    )


def test_contractions_of_the_wrist_are_voluntary_and_rest_holds_at_most_one_a_minute(
    real: Real,
) -> None:
    pytest.importorskip("neo")
    path = real("spike2/tremor_mvc_ext.smr")
    session = session_of(path, ReadOptions(channels=("Flex",)))
    voluntary = events_of(session, Label.VOLUNTARY)
    for start_s, stop_s in ((4.4, 7.1), (40.0, 41.6), (61.6, 64.0)):
        assert covers(voluntary, start_s, stop_s, 5000.0), (start_s, stop_s)
    # A unit that fires seven times a second and leads into the contraction is recruitment, and the
    # potentials that come in volleys (16.9-17.6, 21.1-22.1, 54.3-54.6 s) are not random.
    found = peaks_s(session, Label.FASCICULATION)
    assert len(found) <= session.summary.duration_s / 60  # one a minute
    assert not any(59.9 < at < 64.5 for at in found)
    volleys = [e.peak_sample / 5000.0 for e in session.events if "volley" in e.flags]
    for time_s in (16.88, 21.10):  # the highest of two of them: each with others close behind it
        assert any(abs(time_s - at) < 0.015 for at in volleys), (time_s, volleys)
    assert not events_of(session, Label.CRAMP)


def test_twenty_of_twenty_evoked_potentials_are_found_and_no_stimulus_counts(real: Real) -> None:
    pytest.importorskip("neo")
    session = session_of(real("brainvision_tms/Example Data 1.vhdr"))
    pulses = json.loads(real("brainvision_tms/Example Data 1.events.json").read_text())
    pulses = pulses["events"]["TMS"]
    names = [site.channel.name for site in session.summary.sites]
    for name in ("RFDI", "RECR"):  # the responding muscles
        found = peaks_s(session, Label.FASCICULATION, names.index(name))
        answered = [t for t in pulses if any(0.015 < at - t < 0.05 for at in found)]
        assert len(answered) == len(pulses) == 20
    for channel in range(len(names)):
        found = peaks_s(session, Label.FASCICULATION, channel)
        assert not [t for t in pulses if any(-0.005 < at - t < 0.012 for at in found)]
    rest = peaks_s(session, Label.FASCICULATION, names.index("RFDI"))
    others = [at for at in rest if not any(0.0 < at - t < 0.1 for t in pulses)]
    # Brief potentials far from pulse and beat, of whose truth nothing is known: a hand that is not wholly
    # relaxed. While heartbeats counted as a crowd around them, only three were given.
    assert len(others) <= 10  # 87 s
    for name, most in (("RECR", 4), ("LECR", 1)):  # a unit fires on under the noise there
        found = peaks_s(session, Label.FASCICULATION, names.index(name))
        assert len([at for at in found if not any(0.0 < at - t < 0.1 for t in pulses)]) <= most
    assert len(events_of(session, Label.ECG, names.index("RFDI"))) >= 80


def test_nine_contractions_of_the_biceps_are_nine_voluntary_bursts(real: Real) -> None:
    pytest.importorskip("h5py")
    session = session_of(real("biosignalsnotebooks/emg_bursts.h5"))
    bursts = [e for e in events_of(session, Label.VOLUNTARY) if e.end_sample - e.start_sample > 250]
    assert len(bursts) == 9
    assert not events_of(session, Label.CRAMP)
    assert not [
        e
        for e in events_of(session, Label.FASCICULATION)
        if any(b.start_sample <= e.peak_sample < b.end_sample for b in bursts)
    ]


@pytest.mark.parametrize(("action", "least"), [("Seating", 3), ("Standing", 7)])
def test_heartbeats_on_the_upper_arm_are_the_heart(action: str, least: int, real: Real) -> None:
    path = real(f"uci_physical_action/sub4/Normal/txt/{action}.txt")
    session = session_of(path, ReadOptions(rate_hz=1000.0, unit="uV"))
    assert len(events_of(session, Label.ECG, channel=2)) >= least
    assert not events_of(session, Label.FASCICULATION, channel=2)


@pytest.mark.parametrize("name", ["sample_data_01.csv", "sample_data_02.csv"])
def test_mains_far_above_the_signal_makes_no_fasciculations(name: str, real: Real) -> None:
    session = session_of(real(f"emgflow/{name}"), ReadOptions(unit="mV"))
    for channel in range(session.summary.info.n_channels):
        assert not events_of(session, Label.FASCICULATION, channel)
        assert not events_of(session, Label.CRAMP, channel)


def test_postural_tremor_holds_under_two_fasciculations_a_minute(real: Real) -> None:
    pytest.importorskip("neo")
    path = real("spike2/tremor_postural.smr")
    session = session_of(path, ReadOptions(channels=("Flex",)))
    minutes = session.summary.duration_s / 60
    assert len(events_of(session, Label.FASCICULATION)) <= 1 * minutes
    busy = len(events_of(session, Label.VOLUNTARY)) + len(events_of(session, Label.REPETITIVE))
    assert busy > 100


@pytest.mark.parametrize("subject", ["S02", "S03", "S04", "S05", "S06"])
def test_a_200_hz_board_is_told_its_tier_and_nothing_is_counted(subject: str, real: Real) -> None:
    session = session_of(real(f"openbci_ganglion/OpenBCI-RAW-{subject}_S1REST.txt"))
    assert session.summary.info.tier.letter == "D"
    assert any("Tier D" in limit for limit in session.summary.limits)
    assert not [e for e in session.events if e.label in (Label.FASCICULATION, Label.CRAMP)]
