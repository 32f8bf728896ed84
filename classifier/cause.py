"""What the catalogue says of one cause: claims, evidence, and how each sentence is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from fasciscope.classifier.finding import Grade, Urgency
from fasciscope.core import Pattern


class Mark(StrEnum):
    """How a sentence is known."""

    READ = "a"
    HIGH = "b:H"
    MEDIUM = "b:M"
    LOW = "b:L"
    UNSOURCED = "unsourced"

    @property
    def meaning(self) -> str:
        """The mark in words, for a reader."""
        return _MEANING[self]

    @property
    def remark(self) -> str:
        """The mark in a few words, for the end of a sentence that was not read in a source."""
        return "no source found" if self is Mark.UNSOURCED else "background, not checked"

    def remarked(self, text: str) -> str:
        """The text, with the remark where no source was read."""
        return text if self is Mark.READ else f"{text} [{self.remark}]"

    def faults(self, where: str, sources: tuple[str, ...]) -> Iterator[str]:
        """What is wrong with the mark of what stands at `where` and cites these sources."""
        if self is Mark.READ and not sources:
            yield f"{where}.sources: the mark 'a' says that a source was read, and none is cited."
        if self is not Mark.READ and sources:
            yield f"{where}.mark: {self.value!r} says that none was read, and one is cited."


_MEANING = {
    Mark.READ: "read in the source",
    Mark.HIGH: "background knowledge, not checked; high confidence",
    Mark.MEDIUM: "background knowledge, not checked; medium confidence",
    Mark.LOW: "background knowledge, not checked; low confidence",
    Mark.UNSOURCED: "no source found",
}


class Reading(StrEnum):
    """How much of a source was read."""

    TEXT = "text"  # the passage itself, as published
    ABSTRACT = "abstract"  # abstract or opening only
    SECONDARY = "secondary"  # as another page quotes it


class Fate(StrEnum):
    """What became of an article's claim when it was held against the literature."""

    SUPPORTED = "supported"
    WEAK = "weak"
    CONTRADICTED = "contradicted"
    UNSOURCED = "unsourced"


class Kind(StrEnum):
    """What sort of thing a cause is."""

    TRIGGER = "trigger"
    MEDICATION = "medication"
    TREATMENT = "treatment"
    CONDITION = "condition"
    PATTERN = "pattern"


class Topic(StrEnum):
    """What a piece of guidance is about; all but the last two are the kinds of guidance.tsv."""

    DEFINITION = "definition"
    RED_FLAG = "red_flag"
    WORK_UP = "work_up"
    SELF_CARE = "self_care"
    TREATMENT = "treatment"
    DOUBTFUL = "doubtful"
    MEASURED = "measured"  # a review flag that the analysis raises
    READING = "reading"  # how a result is to be read


class Side(StrEnum):
    """Which of the two activities a piece of evidence is about."""

    FASCICULATION = "fasciculation"
    CRAMP = "cramp"


@dataclass(frozen=True, slots=True)
class Source:
    """A publication, where it was found and how much of it was read."""

    id: str
    text: str
    address: str
    read: Reading

    @property
    def citation(self) -> str:
        """Text and address, with a remark where it was not read itself."""
        return f"{self.text} {self.address}{_REMARK[self.read]}"


_REMARK = {
    Reading.TEXT: "",
    Reading.ABSTRACT: " (abstract or opening read)",
    Reading.SECONDARY: " (read at second hand)",
}


@dataclass(frozen=True, slots=True)
class Article:
    """One of the popular articles whose claims the catalogue answers."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, and how it is known."""

    text: str
    mark: Mark
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Points:
    """A list of sentences that are known in the same way; may be empty."""

    items: tuple[str, ...]
    mark: Mark
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well a cause of fasciculation (or of cramp) is supported, and by what study."""

    grade: Grade
    study: str
    mark: Mark
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What an article says, what the literature makes of it, and why."""

    article: str
    says: str
    fate: Fate
    why: str
    mark: Mark
    sources: tuple[str, ...] = ()


Known = Statement | Points | Evidence | Claim
"""Anything that carries a mark."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One entry of the catalogue: reported with the patterns, never inferred from them.

    `signs` are the red flags that belong to its picture; `review_flags` those that call for a
    professional although the cause seems to fit. `of_exclusion` marks names that are given only after
    examination and tests found nothing else.
    """

    id: str
    label: str
    kind: Kind
    plain: str
    clinical: str
    fasciculation: Evidence
    cramp: Evidence
    mechanism: Statement
    time_course: Statement
    distribution: Statement
    questions: Points
    speaks_against: Points
    work_up: Points
    self_care: Points
    mimics: Points
    review_flags: tuple[str, ...]
    patterns: tuple[Pattern, ...]
    synonyms: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    measurable: tuple[Statement, ...] = ()
    of_exclusion: bool = False

    def evidence(self, side: Side) -> Evidence:
        """The evidence for one of the two activities."""
        return self.fasciculation if side is Side.FASCICULATION else self.cramp

    def known(self) -> Iterator[tuple[str, Known]]:
        """Everything that carries a mark, with the name of its field."""
        for name in _SINGLE_FIELDS:
            yield name, getattr(self, name)
        for number, claim in enumerate(self.claims):
            yield f"claims[{number}]", claim
        for number, statement in enumerate(self.measurable):
            yield f"measurable[{number}]", statement

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of all sources that it cites, each once."""
        return tuple(dict.fromkeys(key for _, item in self.known() for key in item.sources))

    @property
    def words(self) -> tuple[str, ...]:
        """The words it goes by, in lower case."""
        return _words(self.id, self.label, *self.synonyms)


_SINGLE_FIELDS = (
    "fasciculation",
    "cramp",
    "mechanism",
    "time_course",
    "distribution",
    "questions",
    "speaks_against",
    "work_up",
    "self_care",
    "mimics",
)


@dataclass(frozen=True, slots=True)
class Guidance:
    """An item that is no cause: a red flag, a definition, a test, a measure, how to read a result.

    `says` explains it, `settle` is what would settle it. `urgency` is the step that a red flag or a
    measured flag raises.
    """

    id: str
    label: str
    topic: Topic
    says: Statement
    settle: Points
    urgency: Urgency = Urgency.NONE_RAISED
    synonyms: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()

    def known(self) -> Iterator[tuple[str, Known]]:
        """Everything that carries a mark, with the name of its field."""
        yield "says", self.says
        yield "settle", self.settle
        for number, claim in enumerate(self.claims):
            yield f"claims[{number}]", claim

    @property
    def words(self) -> tuple[str, ...]:
        """The words it goes by, in lower case."""
        return _words(self.id, self.label, *self.synonyms)


@dataclass(frozen=True, slots=True)
class PatternRule:
    """How causes are listed with a session pattern: which evidence counts; no side, no causes."""

    id: Pattern
    label: str
    sides: tuple[Side, ...]
    says: Statement

    def known(self) -> Iterator[tuple[str, Known]]:
        """Everything that carries a mark, with the name of its field."""
        yield "says", self.says


def _words(*words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip().lower() for word in words))
