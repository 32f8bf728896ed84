"""Announces cramps while they last, and takes back what turns out to be none."""

from collections.abc import Iterator
from dataclasses import replace

from fasciscope.classifier.burst_rules import burst_rules
from fasciscope.classifier.early import EARLY_S, chance, first_points
from fasciscope.classifier.rulemodel import RuleModel
from fasciscope.classifier.rules import first_match, verdict_of
from fasciscope.classifier.verdict import Model, Verdict
from fasciscope.core import Announcement, Label, StreamInfo, Swell

LIKELY = 0.73
"""From this probability of a cramp on it is announced."""
DOUBTED = 0.35
"""Below it an announcement is taken back; between the two a word stands that was given."""

UNKNOWN = Verdict(
    Label.UNCERTAIN, 1.0, ("It fell apart into single potentials, judged one by one.",)
)


class Announcer:
    """Swells in, announcements out: one when a cramp is likely, one more at each change of mind."""

    def __init__(self, info: StreamInfo, model: Model | None = None) -> None:
        self._rate_hz = info.rate_hz
        self._silent = info.tier.letter == "D"
        self._rules = burst_rules(info.n_channels, info.rate_hz)
        self._model = model or RuleModel(info)
        self._said: dict[int, Label] = {}  # by channel, of the burst that is open

    def push(self, swell: Swell) -> Iterator[Announcement]:
        """Take what is known by now; give what is new to say."""
        channel = swell.so_far.channel
        if self._silent:  # nothing is called a cramp there
            return
        if swell.state != "open":
            if self._said.pop(channel, None) is not None:
                yield _announcement(swell, self._end(swell))
            return
        verdict = self.judge(swell)
        said = self._said.get(channel)
        news = verdict.label is not said and verdict.label is not Label.UNCERTAIN
        if news and (said is not None or verdict.label is Label.CRAMP):
            self._said[channel] = verdict.label
            yield _announcement(swell, verdict)

    def judge(self, swell: Swell) -> Verdict:
        """Cramp, voluntary, uncertain, or what a rule names; provisional."""
        rule = first_match(self._rules, swell.so_far)
        named = None if rule is None else verdict_of(rule, swell.so_far)
        if named is not None:
            return named
        if swell.so_far.duration_s(self._rate_hz) >= EARLY_S:
            return self._as_if_over(swell)
        evidence = first_points(swell)
        cramp = chance(evidence)
        label = _label(cramp)
        told = [p.words for p in evidence if p.score and (p.score > 0) == (cramp >= 0.5)]
        return Verdict(label, round(max(cramp, 1 - cramp), 3), tuple(told[:2]))

    def _as_if_over(self, swell: Swell) -> Verdict:
        """The model's verdict, if it is sure enough to disturb somebody with."""
        verdict = self._model.judge_burst(swell.so_far) or UNKNOWN
        doubtful = verdict.label is Label.CRAMP and verdict.probability < LIKELY
        return replace(verdict, label=Label.UNCERTAIN) if doubtful else verdict

    def _end(self, swell: Swell) -> Verdict:
        """The verdict that its event will have, as far as it depends on the burst alone."""
        verdict = self._model.judge_burst(swell.so_far) if swell.state == "ended" else None
        return verdict or UNKNOWN


def _label(cramp: float) -> Label:
    if cramp >= LIKELY:
        return Label.CRAMP
    return Label.VOLUNTARY if cramp < DOUBTED else Label.UNCERTAIN


def _announcement(swell: Swell, verdict: Verdict) -> Announcement:
    burst = swell.so_far
    return Announcement(
        channel=burst.channel,
        start_sample=burst.start_sample,
        until_sample=burst.end_sample,
        seen_sample=swell.seen_sample,
        label=verdict.label,
        probability=verdict.probability,
        reasons=verdict.reasons,
        state="open" if swell.state == "open" else "ended",
    )
