"""What the sites of a session say together, as a finding of match()."""

from dataclasses import replace

import pytest

from fasciscope.classifier import match
from fasciscope.classifier.where import WHERE, where_finding
from fasciscope.core import ChannelInfo, Label, Pattern, SessionSummary

from .summaries import site, summary


def session(*sites: tuple[str, int, float]) -> SessionSummary:
    """A session of sites: label, fasciculations, usable seconds."""
    plain = summary(Pattern.BENIGN_FASCICULATION)
    made = tuple(
        replace(
            site(ChannelInfo(label, 1.0), 3.0),
            counts={Label.FASCICULATION: count},
            usable_s=usable_s,
        )
        for label, count, usable_s in sites
    )
    return replace(plain, sites=made)


def said(found: SessionSummary) -> str:
    finding = where_finding(found)
    assert finding is not None
    return " ".join(finding.why)


def test_two_muscles_of_one_nerve_are_read_together() -> None:
    text = said(session(("RFDI", 9, 300.0), ("ADM right", 4, 300.0)))
    assert "ulnar nerve" in text
    assert "C8" in text
    assert "people differ" in text


def test_a_quiet_muscle_of_the_same_nerve_speaks_against_it() -> None:
    text = said(session(("RFDI", 9, 300.0), ("ADM right", 4, 300.0), ("APB right", 0, 300.0)))
    assert "was quiet" in text


def test_what_was_too_short_to_judge_is_not_called_quiet() -> None:
    text = said(session(("RFDI", 9, 300.0), ("ADM right", 4, 300.0), ("APB right", 0, 80.0)))
    assert "quiet" not in text


def test_with_one_active_muscle_only_what_is_usual_there_is_said() -> None:
    found = where_finding(session(("left abductor hallucis", 30, 300.0), ("ch 2", 1, 300.0)))
    assert found is not None
    assert all(sentence.startswith("Abductor hallucis: ") for sentence in found.why)
    assert any("1994" in citation for citation in found.citations)  # healthy feet (S23)


@pytest.mark.parametrize("label", ["EMG1", "ch 3", "Flex", "left"])
def test_labels_that_name_no_muscle_give_nothing(label: str) -> None:
    assert where_finding(session((label, 9, 300.0))) is None


def test_it_stands_with_the_reading_of_the_pattern_and_changes_no_urgency() -> None:
    named = session(("RFDI", 9, 300.0), ("left tibialis anterior", 4, 300.0))
    bare = session(("EMG1", 9, 300.0), ("EMG2", 4, 300.0))
    found, plain = match(named), match(bare)
    ids = [finding.cause for finding in found.with_pattern]
    assert ids.index(WHERE) < ids.index("als")
    assert [i for i in ids if i != WHERE] == [finding.cause for finding in plain.with_pattern]
    assert found.urgency is plain.urgency


def test_a_muscle_without_a_norm_says_so() -> None:
    text = said(session(("left soleus", 30, 300.0)))
    assert text == "Soleus: no norm was found, which is not a norm of none."


def test_nothing_is_said_of_sites_where_no_more_was_found_than_chance() -> None:
    named = session(("RFDI", 2, 300.0), ("ADM right", 2, 300.0))
    found = match(replace(named, pattern=Pattern.QUIET))
    assert WHERE not in [finding.cause for finding in found.with_pattern]


def test_the_muscles_of_one_root_show_it_although_their_nerves_differ() -> None:
    text = said(
        session(
            ("right gastrocnemius", 30, 300.0),
            ("right biceps femoris", 12, 300.0),
            ("right gluteus maximus", 5, 300.0),
            ("right tibialis anterior", 0, 300.0),
        )
    )
    assert "share the roots S1" in text or "share the root S1" in text
    assert "tibialis anterior" not in text  # L4 and L5: its rest says nothing of S1
