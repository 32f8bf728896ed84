"""A session's summary and a short history to findings; the signal alone never selects a cause.

Driven by the tables of the catalogue: which causes are listed with a pattern and on what evidence,
what a red flag or a measured flag means, and which red flags belong to a cause's picture.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from fasciscope.classifier.catalogue import Catalogue, load_catalogue
from fasciscope.classifier.cause import (
    Cause,
    Evidence,
    Guidance,
    PatternRule,
    Points,
    Topic,
)
from fasciscope.classifier.finding import Finding, Findings, Grade, History, Urgency
from fasciscope.classifier.where import where_finding
from fasciscope.core import ReviewFlag, SessionSummary

NOT_IN_CATALOGUE = "not_in_catalogue"
"""Stands for a cause's id where the history names something that the catalogue does not know."""

_STRENGTH = {grade: place for place, grade in enumerate(Grade)}


@dataclass(frozen=True, slots=True)
class _Context:
    """What every finding of one call is read against."""

    catalogue: Catalogue
    rule: PatternRule
    alarms: tuple[Guidance, ...]  # red flags that the history names and the catalogue knows
    raised: tuple[str, ...]  # labels of all that calls for a professional

    @property
    def active(self) -> bool:
        """True if the recording holds activity that causes are listed with."""
        return bool(self.rule.sides)


def match(
    summary: SessionSummary, history: History | None = None, catalogue: Catalogue | None = None
) -> Findings:
    """Give what a professional should see, what the history names, what is reported with the pattern.

    Without a history, measured review flags fill `see_professional` and the causes that are listed
    with the pattern fill `with_pattern`, by label, unranked. A history adds alarm symptoms and named
    causes (strongest evidence first). Each alarm or flag can only add to `see_professional` and raise
    `urgency`; with any of them, names of exclusion ("benign") leave `with_pattern`.
    """
    book = catalogue or load_catalogue()
    alarm_words, named_words = _sorted_words(book, history or History())
    see = (
        *_unique(_alarm(book, word) for word in alarm_words),
        *(_measured(book, flag) for flag in summary.review_flags),
    )
    see = tuple(sorted(see, key=lambda finding: -finding.urgency))  # stable: else as given
    known = (book.find_guidance(word, Topic.RED_FLAG) for word in alarm_words)
    context = _Context(
        book,
        book.rule(summary.pattern),
        tuple(dict.fromkeys(item for item in known if item)),
        tuple(finding.label for finding in see),
    )
    return Findings(
        see,
        _with_history(context, named_words),
        _with_pattern(context, where_finding(summary) if context.active else None),
        max((finding.urgency for finding in see), default=Urgency.NONE_RAISED),
    )


def _sorted_words(book: Catalogue, history: History) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Alarm symptoms, and the other words; an alarm named among the causes counts as an alarm."""
    alarms = [word for word in history.alarms if word.strip()]
    others: list[str] = []
    for word in filter(str.strip, history.named):
        (alarms if book.find_guidance(word, Topic.RED_FLAG) else others).append(word)
    return tuple(dict.fromkeys(alarms)), tuple(others)


def _unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple({finding.cause + finding.label: finding for finding in findings}.values())


def _alarm(book: Catalogue, word: str) -> Finding:
    """A red flag of the history; a word that is not known is passed on, never dropped."""
    flag = book.find_guidance(word, Topic.RED_FLAG)
    if flag is None:
        unknown = book.item("reading_unknown_alarm")
        return Finding(
            NOT_IN_CATALOGUE,
            word.strip(),
            (unknown.says.text,),
            would_settle=unknown.settle.items,
            urgency=unknown.urgency,
        )
    return _guidance_finding(book, flag, (f"Named in the history: {flag.label.lower()}.",))


def _measured(book: Catalogue, flag: ReviewFlag) -> Finding:
    """A review flag of the analysis, in its own words; the catalogue adds what it may mean."""
    measured = f"Measured: {flag.text}"
    item = book.find_guidance(flag.name, Topic.MEASURED) or book.item("measured_other")
    finding = _guidance_finding(book, item, (measured,))
    label = flag.name.replace("_", " ").capitalize() if item.id == "measured_other" else item.label
    return Finding(
        finding.cause,
        label,
        finding.why,
        citations=tuple(dict.fromkeys((flag.source, *finding.citations))),
        would_settle=finding.would_settle,
        urgency=finding.urgency,
    )


def _guidance_finding(book: Catalogue, item: Guidance, first: tuple[str, ...]) -> Finding:
    return Finding(
        item.id,
        item.label,
        (*first, item.says.mark.remarked(item.says.text)),
        citations=_citations(book, (*item.says.sources, *item.settle.sources)),
        would_settle=item.settle.items,
        urgency=item.urgency,
    )


def _with_history(context: _Context, words: tuple[str, ...]) -> tuple[Finding, ...]:
    """Named causes, strongest evidence first; then the words that the catalogue does not know."""
    found = {word: context.catalogue.find(word) for word in words}
    causes = tuple(dict.fromkeys(cause for cause in found.values() if cause))
    findings = [
        _cause_finding(context, cause, f"Named in the history: {cause.label}.") for cause in causes
    ]
    findings.sort(key=lambda finding: (_STRENGTH[finding.grade], finding.label.lower()))
    unknown = context.catalogue.item("reading_unknown_word")
    strangers = (word.strip() for word, cause in found.items() if cause is None)
    return (
        *findings,
        *(
            Finding(
                NOT_IN_CATALOGUE,
                word,
                (unknown.says.text,),
                would_settle=unknown.settle.items,
            )
            for word in strangers
        ),
    )


def _with_pattern(context: _Context, where: Finding | None) -> tuple[Finding, ...]:
    """How the pattern and its sites are to be read, then the causes listed with it, by label."""
    causes = [c for c in context.catalogue.causes if context.rule.id in c.patterns]
    left_out = [cause for cause in causes if cause.of_exclusion and context.raised]
    listed = (
        _cause_finding(context, cause, f"Listed with the pattern: {context.rule.label}.")
        for cause in causes
        if cause not in left_out
    )
    return (*_reading(context, left_out), *filter(None, (where,)), *listed)


def _reading(context: _Context, left_out: list[Cause]) -> tuple[Finding, ...]:
    """How the list is to be read: after what was raised, and as this pattern."""
    rule = context.rule
    pattern = Finding(
        f"reading_{rule.id.value}",
        f"How to read this: {rule.label}",
        (rule.says.mark.remarked(rule.says.text),),
        speaks_against=() if context.active else _unanswered(context),
        citations=_citations(context.catalogue, rule.says.sources),
    )
    if not (context.active and context.raised):
        return (pattern,)
    item = context.catalogue.item("reading_raised")
    names = ", ".join(cause.label for cause in left_out)
    raised = Finding(
        item.id,
        item.label,
        (
            f"Raised: {'; '.join(context.raised)}.",
            item.says.text,
            *((f"Left out for that reason: {names}.",) if names else ()),
        ),
        would_settle=item.settle.items,
    )
    return (raised, pattern)


def _cause_finding(context: _Context, cause: Cause, first: str) -> Finding:
    sides = [(side, cause.evidence(side)) for side in context.rule.sides]
    evidence = [f"{side.value.capitalize()}: {_graded(item)}" for side, item in sides]
    weakest = max((item.grade for _, item in sides), key=_STRENGTH.__getitem__, default=Grade.NONE)
    cited = [key for _, item in sides for key in item.sources]
    return Finding(
        cause.id,
        cause.label,
        (first, cause.plain, *evidence),
        speaks_against=(
            *_signs_against(context, cause),
            *_pattern_against(context, cause),
            *_would_speak_against(cause.speaks_against),
        ),
        grade=weakest,
        citations=_citations(context.catalogue, (*cited, *cause.speaks_against.sources)),
        would_settle=(*cause.questions.items, *cause.work_up.items),
    )


def _signs_against(context: _Context, cause: Cause) -> tuple[str, ...]:
    """Red flags that do not belong to the cause's picture, and exclusion that has not been made."""
    foreign = tuple(
        f"{flag.label} was named; {cause.label} does not account for it."
        for flag in context.alarms
        if flag.id not in cause.signs
    )
    if cause.of_exclusion and context.raised:
        return (
            *foreign,
            (
                "This name is given only after examination and tests found nothing else; "
                f"still open: {'; '.join(context.raised)}."
            ),
        )
    return foreign


def _pattern_against(context: _Context, cause: Cause) -> tuple[str, ...]:
    if not context.active:
        return (f"There is nothing in the recording to tie it to: {context.rule.label}.",)
    if context.rule.id not in cause.patterns:
        return (f"It is not listed with the pattern of this recording: {context.rule.label}.",)
    return ()


def _unanswered(context: _Context) -> tuple[str, ...]:
    return tuple(f"This recording does not answer: {label}." for label in context.raised)


def _graded(item: Evidence) -> str:
    grade = {Grade.MIMIC: "a look-alike", Grade.NONE: "not reported"}
    return item.mark.remarked(
        f"{grade.get(item.grade, f'{item.grade.value} evidence')}. {item.study}"
    )


def _would_speak_against(points: Points) -> tuple[str, ...]:
    return tuple(f"Would speak against it: {points.mark.remarked(item)}" for item in points.items)


def _citations(book: Catalogue, keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(book.source(key).citation for key in dict.fromkeys(keys))
