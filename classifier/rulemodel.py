"""The rules as a `Model`."""

from collections.abc import Callable
from dataclasses import replace

from fasciscope.classifier.burst_rules import burst_rules
from fasciscope.classifier.cramp import judge_sustained
from fasciscope.classifier.potential_rules import POTENTIAL_RULES
from fasciscope.classifier.rules import first_match, verdict_of
from fasciscope.classifier.verdict import Verdict
from fasciscope.core import Burst, Label, Potential, StreamInfo


class RuleModel:
    """Judges by the tables of `rules` and the points of `cramp`, within what the tier allows.

    `sustained` judges what no rule names, from the burst and its length in seconds.
    """

    def __init__(
        self, info: StreamInfo, sustained: Callable[[Burst, float], Verdict] = judge_sustained
    ) -> None:
        self._sustained = sustained
        self._rate_hz = info.rate_hz
        self._tier = info.tier
        self._burst = burst_rules(info.n_channels, info.rate_hz)

    def judge_potential(self, potential: Potential) -> Verdict | None:
        """Judge a brief potential; None for one that belongs to a larger one beside it."""
        rule = first_match(POTENTIAL_RULES, potential)
        assert rule is not None, "the last rule applies to everything"
        verdict = verdict_of(rule, potential)
        return verdict and self.within_tier(verdict)

    def judge_burst(self, burst: Burst) -> Verdict | None:
        """Judge sustained activity."""
        rule = first_match(self._burst, burst)
        if rule is not None:
            return verdict_of(rule, burst)
        return self.within_tier(self._sustained(burst, burst.duration_s(self._rate_hz)))

    def within_tier(self, verdict: Verdict) -> Verdict:
        """At tier D nothing is called a fasciculation or a cramp: it is shown as uncertain."""
        named = verdict.label in (Label.FASCICULATION, Label.CRAMP)
        if self._tier.letter != "D" or not named:
            return verdict
        why = f"Not counted: tier D ({self._tier.reason}); it would read as {verdict.label}."
        return replace(
            verdict,
            label=Label.UNCERTAIN,
            reasons=(why, *verdict.reasons),
            flags=(*verdict.flags, "exploratory"),
        )
