"""Sites read together: what they share, how far they spread, what speaks against; in any order."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciscope.classifier import Site, SitesReading, load_muscles, read_sites
from fasciscope.classifier.muscle import Region
from fasciscope.classifier.sites import CAUTION, Sidedness
from fasciscope.core.channel import Side

BOOK = load_muscles()
SIDES: tuple[Side | None, ...] = ("left", "right", "midline", None)

places = st.builds(
    Site,
    st.sampled_from(["ch 1", "ch 2"]),
    st.sampled_from(BOOK.muscles[::9]),  # few, so that one is often recorded twice
    st.sampled_from(SIDES),
)
some = st.lists(places, max_size=6)
labels = st.lists(st.sampled_from(["ch 1", "EMG2", "Flex"]), max_size=2)

# A report of sites names no cause and gives no comfort.
NAMED_CAUSE = re.compile(
    r"radiculopath|neuropath|\bALS\b|lesion|compress|benign|diagnos|harmless", re.I
)


def sites(*names: str) -> list[Site]:
    found = [BOOK.site(name) for name in names]
    assert None not in found, names
    return [site for site in found if site]


def said(reading: SitesReading) -> str:
    return " ".join(reading.sentences)


def nerve_ids(reading: SitesReading) -> list[str]:
    return [nerve.id for nerve in reading.nerves]


# --- one root, one nerve ---------------------------------------------------------------------------------


def test_three_hand_muscles_share_their_roots_and_say_how_weak_that_is() -> None:
    reading = read_sites(sites("RFDI", "R APB", "R ADM"), sites("R FCU", "L FDI", "R TA"))
    assert reading.roots == ("C8", "T1")
    assert "All 3 active sites share the roots C8 and T1." in reading.sentences
    assert CAUTION in reading.sentences
    assert "weak reading" in CAUTION
    assert "T1 is the main root of right abductor pollicis brevis" in said(reading)
    assert "C8 is the main root" not in said(reading)


def test_quiet_sites_of_the_same_root_and_side_are_named_against_it_and_no_others() -> None:
    reading = read_sites(sites("RFDI", "R APB"), sites("R FCU", "L ADM", "R TA", "ADM"))
    (against,) = [s for s in reading.sentences if s.startswith("Against a shared root")]
    assert against == (
        "Against a shared root: right flexor carpi ulnaris, also C8 and T1, was quiet."
    )


def test_two_muscles_of_one_nerve_share_it_and_those_that_it_leaves() -> None:
    reading = read_sites(sites("L TA", "L EDB"), sites("L peroneus longus", "L EDL"))
    assert nerve_ids(reading) == ["peroneal_deep", "peroneal_common", "sciatic"]
    assert "Both active sites are supplied through the deep peroneal nerve." in reading.sentences
    assert (
        "Against the deep peroneal nerve: left extensor digitorum longus (toe extensors), also on "
        "it, was quiet." in reading.sentences
    )


def test_a_parent_nerve_is_shared_by_its_branches() -> None:
    assert nerve_ids(read_sites(sites("R ECR", "R EDC"))) == [
        "radial",
        "posterior_cord",
    ]
    assert nerve_ids(read_sites(sites("R calf", "R TA")))[0] == "sciatic"


def test_names_of_several_nerves_are_never_shared() -> None:
    reading = read_sites(sites("L rectus abdominis", "L external oblique"))
    assert reading.nerves == ()
    assert "T10" in reading.roots
    assert CAUTION in reading.sentences


def test_cranial_nerves_are_told_as_nerves_and_not_as_roots() -> None:
    reading = read_sites(sites("L mentalis", "L frontalis"))
    assert reading.roots == ()
    assert nerve_ids(reading) == ["facial"]


def test_sites_without_a_common_root_or_nerve_say_so() -> None:
    reading = read_sites(sites("R biceps", "R TA"))
    assert (reading.roots, reading.nerves) == ((), ())
    assert "Both active sites have no root and no nerve in common." in reading.sentences
    assert CAUTION not in reading.sentences


def test_the_same_root_on_both_sides_is_not_called_one_root() -> None:
    reading = read_sites(sites("L-Bic", "R-Bic"))
    assert reading.sidedness is Sidedness.BOTH
    assert reading.roots == ("C5", "C6")
    assert "on both sides, so not one alone" in said(reading)


@pytest.mark.parametrize("names", [("Bic", "R delt"), ("Bic", "delt")])
def test_a_root_of_sites_whose_sides_are_not_known_is_not_called_one_root(
    names: tuple[str, str],
) -> None:
    reading = read_sites(sites(*names))
    assert reading.sidedness is Sidedness.UNKNOWN
    assert "not known of all" in said(reading)


def test_roots_that_were_not_read_in_a_source_are_marked() -> None:
    assert "abductor hallucis are known: background, not checked." in said(
        read_sites(sites("L AH", "L soleus"))
    )
    assert "not checked" not in said(read_sites(sites("L biceps", "L deltoid")))


# --- where, and how far --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "limbs", "regions", "spread"),
    [
        (("RFDI", "RECR"), ("right arm",), ("cervical",), False),
        (("RFDI", "LFDI"), ("left arm", "right arm"), ("cervical",), True),
        (("RFDI", "R TA"), ("right arm", "right leg"), ("cervical", "lumbosacral"), True),
        (("RFDI", "R pec"), ("trunk", "right arm"), ("cervical",), False),
        (("R calf", "TA"), ("right leg", "leg"), ("lumbosacral",), False),
        (("tongue", "L masseter"), ("head",), ("bulbar",), False),
        (("tongue", "R TA"), ("head", "right leg"), ("bulbar", "lumbosacral"), True),
        (("L T10 paraspinals", "R T10 paraspinals"), ("trunk",), ("thoracic",), False),
    ],
)
def test_sites_are_spread_over_two_limbs_two_regions_or_both_sides(
    names: tuple[str, ...], limbs: tuple[str, ...], regions: tuple[str, ...], spread: bool
) -> None:
    reading = read_sites(sites(*names))
    assert reading.limbs == limbs
    assert reading.regions == tuple(Region(region) for region in regions)
    assert reading.spread is (spread or {"left", "right"} <= set(reading.sides))
    found = "They are spread" if reading.spread else "No spread is seen"
    assert sum(sentence.startswith(found) for sentence in reading.sentences) == 1


def test_what_twitches_in_healthy_people_too_is_said_to_count_for_little() -> None:
    reading = read_sites(sites("L AH", "L calf", "L TA"))
    assert "Left abductor hallucis: healthy people often" in said(reading)
    assert "Left gastrocnemius: healthy people show" in said(reading)
    assert "tibialis anterior: healthy" not in said(reading)
    assert "S23" in reading.sources


def test_a_norm_that_says_rarely_is_never_read_as_usual() -> None:
    assert "healthy" not in said(read_sites(sites("R APB", "RFDI")))


# --- little is said of little --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names", [(), ("RFDI",), ("RFDI", "R FDI"), ("RFDI", "first dorsal interosseous")]
)
def test_fewer_than_two_active_muscles_give_no_sentence(names: tuple[str, ...]) -> None:
    reading = read_sites(sites(*names), sites("R TA"))
    assert reading.sentences == ()
    assert reading.roots == reading.nerves == reading.limbs == reading.sources == ()
    assert not reading.spread


def test_a_muscle_recorded_twice_is_active_if_either_was() -> None:
    reading = read_sites(sites("RFDI", "R APB"), sites("R FDI", "R FCU"))
    assert [site.label for site in reading.quiet] == ["R FCU"]


def test_active_channels_that_name_no_muscle_are_listed_and_all_is_not_claimed_for_them() -> None:
    reading = read_sites(sites("RFDI", "R APB"), unread=["Flex", "ch 3", "Flex"])
    assert "Both active sites whose muscle is known share" in said(reading)
    assert reading.sentences[-1].endswith("not read: 'Flex' and 'ch 3'.")


# --- laws ------------------------------------------------------------------------------------------------


@given(some, some, labels, st.randoms())
def test_the_order_of_sites_changes_nothing(
    active: list[Site], quiet: list[Site], unread: list[str], chance: random.Random
) -> None:
    before = read_sites(active, quiet, unread)
    for items in (active, quiet, unread):
        chance.shuffle(items)  # type: ignore[arg-type]
    assert read_sites(active, quiet, unread) == before


def test_sites_stand_from_head_to_foot_left_before_right() -> None:
    reading = read_sites(sites("R TA", "L TA", "tongue", "biceps"))
    names = [site.name for site in reading.active]
    assert names == [
        "tongue (genioglossus)",
        "biceps brachii",
        "left tibialis anterior",
        "right tibialis anterior",
    ]


@given(some, some)
def test_naming_a_site_again_changes_nothing(active: list[Site], quiet: list[Site]) -> None:
    assert read_sites(active + active, quiet + quiet + active) == read_sites(active, quiet)


@given(st.lists(places, min_size=2, max_size=5), places)
def test_a_further_active_site_shares_no_more_and_spreads_no_less(
    active: list[Site], more: Site
) -> None:
    before, after = read_sites(active), read_sites([*active, more])
    if before.sentences:
        assert set(after.roots) <= set(before.roots)
        assert set(after.nerves) <= set(before.nerves)
        assert set(before.regions) <= set(after.regions)
        assert after.spread >= before.spread


@given(st.lists(places, min_size=2, max_size=5), some)
def test_all_that_is_shared_belongs_to_every_active_site(
    active: list[Site], quiet: list[Site]
) -> None:
    reading = read_sites(active, quiet)
    for site in reading.active:
        assert set(reading.roots) <= set(site.muscle.innervation.roots)
        assert set(reading.nerves) <= set(BOOK.nerves_of(site.muscle))


@given(st.lists(places, min_size=2, max_size=5), some)
def test_quiet_sites_change_what_speaks_against_and_nothing_else(
    active: list[Site], quiet: list[Site]
) -> None:
    without, with_quiet = read_sites(active), read_sites(active, quiet)
    added = set(with_quiet.sentences) - set(without.sentences)
    assert set(without.sentences) <= set(with_quiet.sentences)
    assert all(sentence.startswith("Against ") for sentence in added)


@given(some, some, labels)
def test_no_sentence_names_a_cause_and_each_ends_as_one(
    active: list[Site], quiet: list[Site], unread: list[str]
) -> None:
    for sentence in read_sites(active, quiet, unread).sentences:
        assert not NAMED_CAUSE.search(sentence)
        assert sentence.endswith(".")
        assert sentence[0].isupper()
