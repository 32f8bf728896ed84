"""The trained model: rules name what is certain by itself, a scorecard judges the rest.

What a physical cause names (a heart's train, a step, a spike, all channels at once, a steady unit, the
edge of a contraction) is the rules'. Whether what remains is a fasciculation, or a cramp, is a matter of
degree: a scorecard gives a calibrated probability, and the verdict abstains where that is not clear.
"""

from functools import cache
from pathlib import Path

from fasciscope.classifier.features import FEATURES, weighed_most
from fasciscope.classifier.potential_rules import POTENTIAL_RULES
from fasciscope.classifier.rulemodel import RuleModel
from fasciscope.classifier.rules import first_match, verdict_of
from fasciscope.classifier.scorecard import Scorecard, load_scorecard
from fasciscope.classifier.sustained import weigh_sustained
from fasciscope.classifier.verdict import Verdict
from fasciscope.core import Burst, Label, Potential, StreamInfo

CARD = Path(__file__).with_name("potentials.toml")
MATTERS_OF_DEGREE = frozenset({"dim", "coarse", "faint", "isolated"})
CERTAIN = tuple(rule for rule in POTENTIAL_RULES if rule.name not in MATTERS_OF_DEGREE)
"""The rules that stand; what none of them names is weighed."""

WEIGHED = tuple(rule for rule in POTENTIAL_RULES if rule.name in MATTERS_OF_DEGREE)
"""What else there is to say of a potential that is weighed, and found too light."""

LIKELY, UNLIKELY = 0.6, 0.3


@cache
def scorecard() -> Scorecard:
    """The one that comes with the package."""
    return load_scorecard(CARD, tuple(feature.name for feature in FEATURES))


class TrainedModel:
    """Judges by rules and scorecards, within what the tier allows."""

    def __init__(self, info: StreamInfo) -> None:
        self._rules = RuleModel(info, weigh_sustained)
        self._card = scorecard()

    def judge_potential(self, potential: Potential) -> Verdict | None:
        """Judge a brief potential; None for one that belongs to a larger one, or too little to tell."""
        certain = first_match(CERTAIN, potential)
        if certain is not None and potential.faint:
            return None
        if certain is not None:
            verdict = verdict_of(certain, potential)
            return verdict and self._rules.within_tier(verdict)
        values = tuple(feature.of(potential) for feature in FEATURES)
        points = self._card.contributions(values)
        chance = self._card.probability(points)
        weighed = f"Weighed most: {weighed_most(FEATURES, values, points)}."
        if chance >= LIKELY:
            verdict = Verdict(
                Label.FASCICULATION, round(chance, 3), (weighed,), ("weighed", "isolated")
            )
            return self._rules.within_tier(verdict)
        if potential.faint:
            return None
        rule = first_match(WEIGHED, potential)
        assert rule is not None, "the last rule applies to everything"
        if rule.name == "isolated" or chance >= UNLIKELY:
            unsure = f"A fasciculation with probability {chance:.2f} only."
            return Verdict(
                Label.UNCERTAIN, round(1 - chance, 3), (unsure, weighed), ("weighed", rule.name)
            )
        label = rule.label or Label.UNCERTAIN
        reasons = (rule.reason(potential), weighed)
        return Verdict(label, round(1 - chance, 3), reasons, ("weighed", rule.name))

    def judge_burst(self, burst: Burst) -> Verdict | None:
        """Judge sustained activity."""
        return self._rules.judge_burst(burst)
