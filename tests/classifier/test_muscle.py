"""One muscle: plain words, names of places, and what must be said of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciscope.classifier import Site, load_muscles
from fasciscope.classifier.cause import Mark
from fasciscope.classifier.muscle import ROOTS, Region, Seen, Standard, plain

MUSCLES = load_muscles().muscles


@given(st.text())
def test_plain_words_stay_plain_and_know_neither_case_nor_signs(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert plain(f"-{text}_.") == plain(text)
    assert "  " not in plain(text)


@given(st.text(alphabet="abcXYZ 12_-./()"))
def test_plain_words_know_no_case(text: str) -> None:
    assert plain(text.upper()) == plain(text.lower())


def test_signs_become_single_spaces() -> None:
    assert plain(" Left__T.A. (Tib-Ant) ") == "left t a tib ant"


def test_roots_run_from_head_to_foot_and_each_stands_once() -> None:
    ends = [ROOTS.index(root) for root in ("CN5", "C1", "C8", "T1", "T12", "L1", "L5", "S1")]
    assert ends == sorted(ends)
    assert len(set(ROOTS)) == len(ROOTS) == 4 + 8 + 12 + 5 + 4


def test_a_place_is_named_by_side_and_muscle() -> None:
    muscle = next(muscle for muscle in MUSCLES if muscle.id == "biceps_brachii")
    assert Site("R-Bic", muscle, "right").name == "right biceps brachii"
    assert Site("Bic", muscle).name == "biceps brachii"


def test_every_part_that_carries_a_mark_is_handed_on() -> None:
    for muscle in MUSCLES:
        marked = dict(muscle.marked())
        assert len(marked) == 2 + len(muscle.norms) + len(muscle.notes), muscle.id
        assert marked["innervation"] is muscle.innervation
        assert marked["placement"] is muscle.placement


def test_every_sentence_ends_as_one() -> None:
    for muscle in MUSCLES:
        for text in (muscle.placement, *muscle.norms, *muscle.notes):
            assert text.text.endswith("."), (muscle.id, text.text)


def test_no_norm_is_given_without_a_source_that_was_read() -> None:
    for muscle in MUSCLES:
        for norm in muscle.norms:
            assert norm.mark is Mark.READ, muscle.id
            assert norm.sources, muscle.id


@pytest.mark.parametrize(
    ("key", "seen"),
    [
        ("abductor_hallucis", Seen.OFTEN),
        ("tibialis_anterior", Seen.RARE),
        ("gastrocnemius", Seen.VARIES),
        ("flexor_digitorum_brevis", Seen.VARIES),
    ],
)
def test_the_norms_of_healthy_feet_and_legs_are_those_of_the_study(key: str, seen: Seen) -> None:
    muscle = next(muscle for muscle in MUSCLES if muscle.id == key)
    assert any(norm.seen is seen and "S23" in norm.sources for norm in muscle.norms)


def test_only_the_muscle_that_twitched_in_every_healthy_person_is_called_often() -> None:
    often = [muscle.id for muscle in MUSCLES if any(n.seen is Seen.OFTEN for n in muscle.norms)]
    assert often == ["abductor_hallucis"]


def test_the_muscles_of_seniam_say_so() -> None:
    named = {muscle.id for muscle in MUSCLES if muscle.placement.standard is Standard.SENIAM}
    assert {"biceps_brachii", "tibialis_anterior", "soleus", "vastus_medialis"} <= named
    assert not named & {"tongue", "first_dorsal_interosseous", "abductor_hallucis"}


@pytest.mark.parametrize("region", list(Region))
def test_every_region_has_muscles(region: Region) -> None:
    assert sum(muscle.region is region for muscle in MUSCLES) >= 5
