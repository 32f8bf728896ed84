"""What match() takes and gives: a short history, findings with their reasons, an urgency."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Grade(StrEnum):
    """How well the literature supports a cause, strongest first."""

    STRONG = "strong"
    MODERATE = "moderate"
    WEAK = "weak"
    UNSUPPORTED = "unsupported"  # claimed, and not borne out where it was looked for
    MIMIC = "mimic"  # something else that looks or feels alike
    NONE = "none"  # not reported


class Urgency(IntEnum):
    """How soon a person should be seen; the lowest step is an absence of reasons, not an all-clear."""

    NONE_RAISED = 0
    APPOINTMENT = 1
    SOON = 2
    SAME_DAY = 3

    @property
    def advice(self) -> str:
        """What the step asks for, as a sentence."""
        return _ADVICE[self]


_ADVICE = {
    Urgency.NONE_RAISED: "Nothing that was named or measured sets a date; that is no all-clear.",
    Urgency.APPOINTMENT: "Make an appointment with a doctor.",
    Urgency.SOON: "See a doctor within days, not months.",
    Urgency.SAME_DAY: "See a doctor today; call emergency services if it is severe or growing.",
}


@dataclass(frozen=True, slots=True)
class History:
    """What a person says of themselves, in words or catalogue ids.

    `alarms` are alarm symptoms (``flag_weakness`` or "weakness"). A word that the catalogue does not
    know is reported back by `match`, never dropped.
    """

    causes: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """Causes, conditions and medicines, in the order given, each once."""
        return tuple(dict.fromkeys((*self.causes, *self.conditions, *self.medicines)))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to consider: never a diagnosis.

    `cause` is the id of a catalogue entry (a cause, or a piece of guidance). `why`, `speaks_against`
    and `would_settle` are sentences; `citations` full texts with how much of the source was read.
    """

    cause: str
    label: str
    why: tuple[str, ...]
    speaks_against: tuple[str, ...] = ()
    grade: Grade = Grade.NONE
    citations: tuple[str, ...] = ()
    would_settle: tuple[str, ...] = ()
    urgency: Urgency = Urgency.NONE_RAISED


@dataclass(frozen=True, slots=True)
class Findings:
    """What to take to a professional, what the history names, what is reported with the pattern."""

    see_professional: tuple[Finding, ...] = ()
    with_history: tuple[Finding, ...] = ()
    with_pattern: tuple[Finding, ...] = ()
    urgency: Urgency = Urgency.NONE_RAISED
