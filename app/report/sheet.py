"""The last page: the recording in plain words, for the person who was recorded.

Written for reading grade 8 or lower (Flesch and Kincaid; tests/app/test_sheet.py measures it). It says
what was seen and what to watch for, and never why: only an examination can tell that.
"""

from dataclasses import dataclass

from fasciscope.app.session import Session
from fasciscope.classifier import Catalogue, Urgency, load_catalogue, load_questionnaire
from fasciscope.classifier.cause import Guidance, Topic
from fasciscope.core import Label, Pattern, SessionSummary

SEEN: dict[Pattern, str] = {
    Pattern.QUIET: (
        "We saw no twitches and no cramps in the time that we could use. They may still come at other "
        "times or in other muscles."
    ),
    Pattern.BENIGN_FASCICULATION: (
        "We saw twitches: short, single flickers of a muscle at rest. We saw no cramp."
    ),
    Pattern.CRAMP: "We saw a strong, long squeeze of a muscle that looks like a cramp.",
    Pattern.CRAMP_FASCICULATION: (
        "We saw twitches, which are short flickers of a muscle at rest. We also saw a strong, long squeeze "
        "that looks like a cramp."
    ),
    Pattern.OTHER_ACTIVITY: (
        "The muscles were at work for part of the time. You may have moved, or a muscle was tense. This is "
        "not the same as a twitch or a cramp."
    ),
    Pattern.NOT_ASSESSABLE: (
        "The signal was too short or too poor to judge. This says nothing about you. It helps to record "
        "once more, at rest and for longer."
    ),
}
MEANS = (
    "Many things can make a muscle twitch or cramp. A recording from the skin cannot tell which of them it "
    "was. It cannot measure strength, and it cannot rule an illness out. A doctor can, by asking and by "
    "testing you."
)
BRING = (
    "When did it start, and has it changed?",
    "Which muscles, and at what time of day?",
    "Which medicines and drinks do you take? List them all.",
    "Is there anything that you can no longer do?",
)
HELP: dict[Urgency, str] = {
    Urgency.SAME_DAY: "Get help today",
    Urgency.SOON: "See a doctor within days",
    Urgency.APPOINTMENT: "Make an appointment",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The plain page; `watch` are alarm symptoms by how soon to be seen, most urgent first."""

    seen: tuple[str, ...]
    raised: tuple[str, ...]
    means: str
    watch: tuple[tuple[str, tuple[str, ...]], ...]
    bring: tuple[str, ...]


def sheet_of(session: Session, catalogue: Catalogue | None = None) -> Sheet:
    """The recording in plain words; what calls for a professional stands above all else."""
    findings = session.findings
    raised = tuple(finding.label for finding in findings.see_professional)
    first = (findings.urgency.advice,) if raised else ()
    return Sheet(
        seen=(SEEN[session.summary.pattern], *_counted(session.summary)),
        raised=(*first, *raised),
        means=MEANS,
        watch=_watch(catalogue or load_catalogue()),
        bring=BRING,
    )


def _counted(summary: SessionSummary) -> tuple[str, ...]:
    if summary.pattern not in (Pattern.BENIGN_FASCICULATION, Pattern.CRAMP_FASCICULATION):
        return ()
    count = sum(site.counts.get(Label.FASCICULATION, 0) for site in summary.sites)
    usable_s = max(site.usable_s for site in summary.sites)
    lasted = f"{usable_s:.0f} seconds" if usable_s < 120.0 else f"{usable_s / 60:.0f} minutes"
    return (
        f"In {lasted} we counted {count} twitch{'es' if count != 1 else ''}.",
        "The count changes from hour to hour, and healthy people have some too.",
    )


def _watch(book: Catalogue) -> tuple[tuple[str, tuple[str, ...]], ...]:
    flags = [item for item in book.guidance if item.topic is Topic.RED_FLAG]
    return tuple(
        (title, tuple(plain_words(item) for item in flags if item.urgency is urgency))
        for urgency, title in HELP.items()
    )


def plain_words(flag: Guidance) -> str:
    """An alarm symptom as the questionnaire puts it, or its label where it is not asked so."""
    questions = sorted(load_questionnaire(), key=lambda question: question.id != "alarm")
    options = (option for question in questions for option in question.options)
    return next((option.text for option in options if option.names == (flag.id,)), flag.label)
