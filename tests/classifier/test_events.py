"""Activities to events: each judged once, unjudgeable seconds joined, no figure that may not stand."""

from fasciscope.classifier import EventClassifier
from fasciscope.classifier.verdict import Verdict
from fasciscope.core import Activity, Burst, Event, Label, Potential, StreamInfo

from .activities import CRAMP, burst, frame, stream, twitch


def judged(info: StreamInfo, *found: Activity) -> list[Event]:
    classifier = EventClassifier(info)
    made = [event for activity in found for event in classifier.push(activity)]
    return [*made, *classifier.finish()]


def test_seconds_that_cannot_be_judged_for_one_reason_are_one_event() -> None:
    gap, both = ("gap",), ("gap", "excessive noise")
    found = judged(
        stream(),
        frame(0, (), gap),
        frame(1, gap, gap),
        frame(2, gap, both),
        frame(3, (), both),
        frame(4, gap, both, n=300),
    )
    spans = [(e.channel, e.start_sample, e.end_sample, e.flags) for e in found]
    assert sorted(spans) == [
        (0, 1000, 3000, ("gap",)),
        (0, 4000, 4300, ("gap",)),
        (1, 0, 2000, ("gap",)),
        (1, 2000, 4300, ("gap", "excessive_noise")),
    ]
    assert {e.label for e in found} == {Label.NOT_ASSESSABLE}
    assert found[-1].reasons == ("Gap.", "Excessive noise.")


def test_they_are_not_joined_across_a_gap() -> None:
    found = judged(stream(1), frame(0, ("flat",)), frame(7, ("flat",)))
    assert [(e.start_sample, e.end_sample) for e in found] == [(0, 1000), (7000, 8000)]


def test_an_empty_frame_makes_no_event() -> None:
    assert judged(stream(1), frame(0, (), n=0), frame(0, ("flat",), n=0)) == []


def test_finishing_twice_gives_nothing_twice() -> None:
    classifier = EventClassifier(stream(1))
    assert list(classifier.push(frame(0, ("flat",)))) == []
    assert len(list(classifier.finish())) == 1
    assert list(classifier.finish()) == []


def test_a_twitch_becomes_a_fasciculation_with_its_figures() -> None:
    (event,) = judged(stream(), twitch())
    assert (event.label, event.amplitude_uv, event.snr) == (Label.FASCICULATION, 60.0, 20.0)
    assert (event.start_sample, event.peak_sample, event.end_sample) == (4992, 5000, 5009)
    assert event.shape == 4


def test_a_second_discharge_that_rides_on_it_is_told_where_the_rate_shows_waves() -> None:
    (event,) = judged(stream(), twitch(doublet_s=0.006))
    assert event.flags[-1] == "doublet"
    assert "6 ms later" in event.reasons[-1]
    tier_c = stream(rate_hz=250.0, bandwidth_hz=(10.0, 100.0))
    (slow,) = judged(tier_c, twitch(doublet_s=0.008))
    assert "doublet" not in slow.flags


def test_without_a_scale_no_microvolts_are_given() -> None:
    events = judged(stream(calibrated=False), twitch(), burst())
    assert [e.amplitude_uv for e in events] == [None, None]
    assert all(e.snr for e in events)


def test_at_tier_c_there_are_neither_microvolts_nor_shapes() -> None:
    (event,) = judged(stream(rate_hz=250.0, bandwidth_hz=(10.0, 100.0)), twitch())
    assert (event.label, event.amplitude_uv, event.shape) == (Label.FASCICULATION, None, None)


def test_tier_d_never_yields_a_fasciculation_or_a_cramp() -> None:
    for info in (stream(rate_hz=250.0), stream(rate_hz=100.0), stream(envelope=True)):
        events = judged(info, twitch(), CRAMP, burst())
        assert {e.label for e in events} <= {Label.UNCERTAIN, Label.VOLUNTARY}
        first = events[0]
        assert "exploratory" in first.flags
        assert "tier D" in first.reasons[0]
        assert "would read as fasciculation" in first.reasons[0]


def test_a_burst_at_an_end_is_marked_as_cut() -> None:
    (event,) = judged(stream(), burst(cut=True))
    assert event.flags[-1] == "cut"


def test_a_part_of_a_larger_potential_is_no_event() -> None:
    assert judged(stream(), twitch(bigger_gap_s=0.03)) == []


def test_another_model_may_take_the_rules_place() -> None:
    class Silent:
        def judge_potential(self, potential: Potential) -> Verdict | None:
            return None

        def judge_burst(self, burst: Burst) -> Verdict | None:
            return Verdict(Label.UNCERTAIN, 0.5, ("?",))

    classifier = EventClassifier(stream(), Silent())
    assert list(classifier.push(twitch())) == []
    assert [e.label for e in classifier.push(burst())] == [Label.UNCERTAIN]
