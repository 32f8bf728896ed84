"""From five seconds on an announcement says what the event would say if the activity ended now."""

from dataclasses import replace

from fasciscope.classifier import Announcer, RuleModel, TrainedModel
from fasciscope.classifier.announcer import LIKELY
from fasciscope.core import Announcement, Burst, ChannelInfo, Label, StreamInfo, Swell

from .activities import CONTRACTION, CRAMP

INFO = StreamInfo("test", 2000.0, (ChannelInfo("EMG", 1.0),))


def swell(burst: Burst, lasted_s: float, *, ended: bool = False) -> Swell:
    end = burst.start_sample + round(lasted_s * 2000)
    so_far = replace(burst, end_sample=end, peak_sample=end - 1)
    return Swell(so_far, end, 0.0, 0, 0, "ended" if ended else "open")


def said(announcer: Announcer, *swells: Swell) -> list[Announcement]:
    return [one for each in swells for one in announcer.push(each)]


def test_what_lasts_is_judged_by_the_model_and_in_its_words() -> None:
    (trained,) = said(Announcer(INFO, TrainedModel(INFO)), swell(CRAMP, 6.0))
    (ruled,) = said(Announcer(INFO, RuleModel(INFO)), swell(CRAMP, 6.0))
    assert trained.label is ruled.label is Label.CRAMP
    assert "weighed most" in trained.reasons[0]
    assert "weighed most" not in ruled.reasons[0]
    assert not said(Announcer(INFO, TrainedModel(INFO)), swell(CONTRACTION, 6.0))


def test_a_beginning_without_signs_is_not_announced_though_the_model_would_judge_it() -> None:
    assert not said(Announcer(INFO, TrainedModel(INFO)), swell(CRAMP, 4.0))


def test_a_cramp_that_turns_out_to_be_led_is_taken_back_and_its_end_is_told() -> None:
    told = said(
        Announcer(INFO, TrainedModel(INFO)),
        swell(CRAMP, 6.0),
        swell(CRAMP, 8.0),
        swell(CONTRACTION, 10.0),
        swell(CONTRACTION, 11.0, ended=True),
    )
    assert [(one.label, one.state) for one in told] == [
        (Label.CRAMP, "open"),
        (Label.VOLUNTARY, "open"),
        (Label.VOLUNTARY, "ended"),
    ]


def test_nobody_is_disturbed_by_a_cramp_that_is_only_just_likely() -> None:
    model = TrainedModel(INFO)
    between = [
        burst
        for burst in (replace(CRAMP, beat=k / 100, counterbeat=-k / 80) for k in range(60))
        if (verdict := model.judge_burst(burst)) is not None
        and verdict.label is Label.CRAMP
        and verdict.probability < LIKELY
    ]
    assert between
    assert not said(Announcer(INFO, model), swell(between[0], 15.0))
