"""The table of muscles: whole, sourced, strict about its own file; labels are read and never guessed."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fasciscope.classifier import Muscle, Site, load_catalogue, load_muscles
from fasciscope.classifier.anatomy import SHIPPED, SIDES
from fasciscope.core import ChannelInfo, InputError
from fasciscope.core.channel import Side

BOOK = load_muscles()
TEXT = SHIPPED.read_text(encoding="utf-8")
WORDS = [(word, muscle) for muscle in BOOK.muscles for word in muscle.words]

words = st.sampled_from(WORDS)
sides = st.sampled_from(sorted(SIDES))
joints = st.sampled_from([" ", "_", "-", ".", " - ", "/"])


def named(site: Site | None) -> tuple[str, Side | None] | None:
    return (site.muscle.id, site.side) if site else None


# --- labels ----------------------------------------------------------------------------------------------

READ = [
    ("RFDI", "first_dorsal_interosseous", "right"),  # brainvision_tms
    ("LFDI", "first_dorsal_interosseous", "left"),
    ("RECR", "extensor_carpi_radialis", "right"),
    ("LECR", "extensor_carpi_radialis", "left"),
    ("R-Bic", "biceps_brachii", "right"),  # uci_physical_action
    ("L-Bic", "biceps_brachii", "left"),
    ("R-Tri", "triceps_brachii", "right"),
    ("L-Tri", "triceps_brachii", "left"),
    ("R-Ham", "hamstrings", "right"),
    ("L-Ham", "hamstrings", "left"),
    ("Delt_ant.EMG1", "deltoid_anterior", None),  # c3d
    ("Delt_med.EMG2", "deltoid_middle", None),
    ("Biceps.EMG4", "biceps_brachii", None),
    ("Trap_inf.EMG7", "trapezius_lower", None),
    ("EMG_zyg", "zygomaticus_major", None),  # emgflow
    ("left calf", "gastrocnemius", "left"),
    ("Left_TA", "tibialis_anterior", "left"),
    ("LeftTA", "tibialis_anterior", "left"),
    ("TibAnt_R", "tibialis_anterior", "right"),
    ("VasLat L", "vastus_lateralis", "left"),
    ("biceps brachii R", "biceps_brachii", "right"),
    ("Biceps (right)", "biceps_brachii", "right"),
    ("Lt. TA", "tibialis_anterior", "left"),
    ("Soleus rechts", "soleus", "right"),
    ("RF", "rectus_femoris", None),
    ("RRF", "rectus_femoris", "right"),
    ("L RF", "rectus_femoris", "left"),
    ("LLG", "gastrocnemius_lateralis", "left"),
    ("ch 2: biceps", "biceps_brachii", None),
]

UNREAD = [
    *("Flex", "Ext", "Accel", "CO2@1000Hz"),  # spike2
    *("R-Thi", "L-Thi"),  # front or back of the thigh: several nerves
    *("EMG", "EMG1", "ch1", "ch 3", "Voltage.1", "Sensor 12.EMG12", "I1", "F1", "ECG", ""),
    *("R", "left", "R F", "L R TA", "left biceps right", "left L TA", "R biceps triceps"),
    *("GM", "LGM", "tibialis", "rectus", "forearm", "paraspinals", "dorsal interosseous"),
    *("LAT", "RAT", "LED", "RES", "Temp", "Chin", "Chest", "LT"),
]


@pytest.mark.parametrize(("label", "muscle", "side"), READ)
def test_a_label_gives_its_muscle_and_side(label: str, muscle: str, side: Side | None) -> None:
    assert named(BOOK.site(label)) == (muscle, side)


@pytest.mark.parametrize("label", UNREAD)
def test_a_label_that_names_no_muscle_or_could_name_two_gives_none(label: str) -> None:
    assert BOOK.site(label) is None


def test_every_label_of_the_real_recordings_is_read_as_listed_here_or_not_at_all(
    real: Callable[[str], Path],
) -> None:
    manifest = json.loads(real("MANIFEST.json").read_text(encoding="utf-8"))
    labels = {name for file in manifest["files"] for name in file.get("channel_names") or ()}
    listed = {label: (muscle, side) for label, muscle, side in READ}
    others = {
        "Trap_sup.EMG6": ("trapezius_upper", None),
        "Delt_post.EMG3": ("deltoid_posterior", None),
        "Triceps.EMG5": ("triceps_brachii", None),
        "Infra.EMG10": ("infraspinatus", None),
        "Supra.EMG9": ("supraspinatus", None),
    }
    found = {label: named(BOOK.site(label)) for label in labels}
    assert {label for label in listed if label.isupper()} & found.keys() >= {"RFDI", "LECR"}
    for label, site in found.items():
        assert site == (listed | others).get(label), label


@given(words)
def test_every_word_finds_its_muscle_and_no_side(entry: tuple[str, Muscle]) -> None:
    word, muscle = entry
    for label in (word, word.upper(), f" {word.replace(' ', '_')}."):
        assert BOOK.find(label) is muscle
        assert BOOK.site(label) == Site(label, muscle)


@given(words, sides, joints)
def test_every_word_with_a_side_before_or_after_finds_both(
    entry: tuple[str, Muscle], side: str, joint: str
) -> None:
    word, muscle = entry
    for label in (f"{side}{joint}{word}", f"{word}{joint}{side.upper()}"):
        assert named(BOOK.site(label)) == (muscle.id, SIDES[side])


@given(words, st.sampled_from("LRlr"))
def test_a_letter_right_before_a_word_is_its_side_unless_set_aside(
    entry: tuple[str, Muscle], letter: str
) -> None:
    word, muscle = entry
    found = named(BOOK.site(letter + word))
    aside = (letter + word).lower() in BOOK.set_aside
    assert found == (None if aside else (muscle.id, SIDES[letter.lower()]))


@given(words, st.sampled_from([None, "left", "right"]))
def test_reading_the_name_of_a_site_gives_the_site_again(
    entry: tuple[str, Muscle], side: Side | None
) -> None:
    site = Site("anything", entry[1], side)
    assert BOOK.site(site.name) == Site(site.name, entry[1], side)


@given(words, sides, sides)
def test_a_side_is_read_once_and_not_stripped_again(
    entry: tuple[str, Muscle], one: str, other: str
) -> None:
    assert BOOK.site(f"{one} {other} {entry[0]}") is None
    assert BOOK.site(f"{one} {entry[0]} {other}") is None


@given(st.text())
def test_any_text_at_all_gives_a_site_of_that_label_or_none(text: str) -> None:
    site = BOOK.site(text)
    assert site is None or site.label == text


def test_what_was_said_of_a_channel_comes_before_its_name() -> None:
    def site(name: str, muscle: str | None = None, side: Side | None = None) -> object:
        return named(BOOK.site_of(ChannelInfo(name, 1.0, muscle, side)))

    assert site("R-Bic") == ("biceps_brachii", "right")
    assert site("R-Bic", side="left") == ("biceps_brachii", "left")
    assert site("EMG1", "soleus", "right") == ("soleus", "right")
    assert site("R-Bic", "left soleus") == ("soleus", "left")
    assert site("R-Bic", "something else") is None
    assert site("EMG1", side="left") is None


def test_a_word_that_is_set_aside_is_no_muscle_and_has_a_reason() -> None:
    for word, reason in BOOK.set_aside.items():
        assert BOOK.find(word) is None
        assert BOOK.site(word) is None
        assert len(reason) > 5


# --- the table -------------------------------------------------------------------------------------------


def test_the_table_holds_the_muscles_that_are_recorded_most() -> None:
    assert len(BOOK.muscles) >= 60
    usual = ("tongue", "biceps", "fdi", "apb", "quadriceps", "ta", "calf", "abductor hallucis")
    assert all(BOOK.find(word) for word in usual)


@pytest.mark.parametrize(
    ("word", "nerves"),
    [
        ("edb", "peroneal_deep peroneal_common sciatic sacral_plexus"),
        ("extensor digitorum", "posterior_interosseous radial posterior_cord brachial_plexus"),
        ("fdi", "ulnar medial_cord brachial_plexus"),
        ("soleus", "tibial sciatic_tibial_part sciatic sacral_plexus"),
        ("masseter", "trigeminal_mandibular trigeminal"),
        ("rf", "femoral lumbar_plexus"),
    ],
)
def test_a_nerve_is_followed_to_its_plexus_or_stem(word: str, nerves: str) -> None:
    muscle = BOOK.find(word)
    assert muscle is not None
    assert [nerve.id for nerve in BOOK.nerves_of(muscle)] == nerves.split()


@pytest.mark.parametrize(  # what every chart agrees on
    ("word", "roots"),
    [
        ("deltoid", {"C5", "C6"}),
        ("triceps", {"C6", "C7", "C8"}),
        ("fdi", {"C8", "T1"}),
        ("diaphragm", {"C3", "C4", "C5"}),
        ("quadriceps", {"L2", "L3", "L4"}),
        ("ta", {"L4", "L5"}),
        ("soleus", {"S1", "S2"}),
        ("tongue", {"CN12"}),
    ],
)
def test_roots_are_those_of_the_charts(word: str, roots: set[str]) -> None:
    muscle = BOOK.find(word)
    assert muscle is not None
    assert {*muscle.innervation.roots} == roots


def test_a_source_that_the_catalogue_has_too_is_the_same_one() -> None:
    others = {source.id: source.address for source in load_catalogue().sources}
    for source in BOOK.sources:
        assert others.get(source.id, source.address) == source.address


def test_every_key_of_the_science_notes_is_a_key_of_the_science_notes(
    real: Callable[[str], Path],
) -> None:
    notes = real("MANIFEST.json").parent.parent / "reference" / "science.md"
    if not notes.exists():
        pytest.skip(f"no {notes}")
    text = notes.read_text(encoding="utf-8")
    for source in BOOK.sources:
        assert not source.id.startswith("S") or f"[{source.id}]" in text, source.id


# --- the file is refused with its entry and field named ------------------------------------------------

FAULTS = [  # what is replaced, by what, what the message must name
    ("schema_version = 1", "schema_version = 9", ["schema_version", "9"]),
    ('region = "cervical"', 'region = "cervicle"', ["region", "cervicle", "cervical"]),
    ('limb = "arm"', 'limb = "wing"', ["limb", "wing", "leg"]),
    ('segment = "upper arm"', 'segment = "arm"', ["segment", "'arm'"]),
    ('label = "Biceps brachii"', "", ["label", "missing"]),
    ("placement = ", "plaice = ", ["plaice", "placement"]),
    ('roots = ["C5", "C6"]', 'roots = ["C5", "C9"]', ["innervation.roots", "C9"]),
    ('roots = ["C5", "C6"]', 'roots = ["C5", "L5"]', ["innervation.roots", "L5", "cervical"]),
    ('roots = ["C5", "C6"]', 'roots = ["C6", "C5"]', ["innervation.roots", "head to foot"]),
    ('roots = ["C5", "C6"]', 'roots = ["C5", "C5"]', ["innervation.roots", "once"]),
    ('roots = ["C5", "C6"]', "roots = []", ["innervation.roots"]),
    ('main_root = "C5"', 'main_root = "C7"', ["innervation.main_root", "C7"]),
    ('nerve = "musculocutaneous"', 'nerve = "sural"', ["innervation.nerve", "sural"]),
    ('mark = "a"', 'mark = "c"', ["innervation.mark", "'c'"]),
    ('mark = "a"', 'mark = "b:H"', ["innervation.mark", "b:H"]),
    ('sources = ["X523", "X524", "X526"]', 'sources = ["X9"]', ["innervation.sources", "X9"]),
    ('sources = ["X523", "X524", "X526"]', "sources = []", ["innervation.sources"]),
    ('standard = "SENIAM"', 'standard = "SENAIM"', ["placement.standard", "SENAIM"]),
    ('sources = ["X501"]', "sources = []", ["placement.sources"]),
    ('seen = "rare"', 'seen = "never"', ["norms[0].seen", "never"]),
    ('sources = ["S19"]', "sources = []", ["norms[0].sources"]),
    ("notes = [{ text = ", 'notes = [{ words = "x", text = ', ["notes[0]", "words"]),
    ('"bic"', '"soleus"', ["soleus.synonyms", "biceps_brachii"]),
    ('"bic"', '"lat"', ["synonyms", "'lat'", "set aside"]),
    ('"bic"', '"rta"', ["synonyms", "'rta'", "side"]),
]


def spoil(old: str, new: str, after: str = "[muscles.biceps_brachii]") -> str:
    """The shipped file with the first `old` after an entry's head replaced."""
    start = 0 if old.startswith("schema") else TEXT.index(after)
    assert old in TEXT[start:]
    return TEXT[:start] + TEXT[start:].replace(old, new, 1)


def refusal(tmp_path: Path, text: str) -> str:
    path = tmp_path / "muscles.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_muscles(path)
    return str(refused.value)


@pytest.mark.parametrize(("old", "new", "parts"), FAULTS)
def test_a_fault_in_the_file_is_refused_with_entry_and_field(
    tmp_path: Path, old: str, new: str, parts: list[str]
) -> None:
    said = refusal(tmp_path, spoil(old, new))
    for part in parts:
        assert part in said
    assert "schema" in old or "muscles." in said


@pytest.mark.parametrize(
    ("old", "new", "after", "parts"),
    [
        ('parent = "radial"', 'parent = "femoral"', "[nerves]", ["posterior_interosseous.parent"]),
        ('parent = "radial"', 'parent = "sural"', "[nerves]", ["posterior_interosseous.parent"]),
        ("[nerves]\n", '[nerves]\nsural = { label = "s" }\n', "[nerves]", ["nerves.sural"]),
        ("several = true", 'several = "yes"', "[nerves]", ["dorsal_rami_cervical.several", "yes"]),
        ('read = "abstract"', 'read = "all"', "[sources]", ["sources.S3.read", "all"]),
        (
            "[sources]\n",
            '[sources]\nS1 = { text = "t", address = "a", read = "text" }\n',
            "",
            ["S1"],
        ),
        ("regions = {", "region = {", "[general]", ["general", "region"]),
        ('mark = "a"', 'mark = "b:H"', "[general]", ["general.placement.mark"]),
        ('es = "erector spinae: thoracic or lumbar"', "es = 3", "[set_aside]", ["set_aside.es"]),
        ('es = "erector spinae: thoracic or lumbar"', 'es = ""', "[set_aside]", ["set_aside.es"]),
        ("\n[set_aside]", "\n[aside]", "", ["set_aside"]),
    ],
)
def test_a_fault_in_another_table_is_refused_by_name(
    tmp_path: Path, old: str, new: str, after: str, parts: list[str]
) -> None:
    said = refusal(tmp_path, spoil(old, new, after))
    for part in parts:
        assert part in said


@pytest.mark.parametrize(
    "content", [b"", b"[muscles", b"\xff\xfe", b"schema_version = 1\nmuscles = 3"]
)
def test_a_file_that_is_no_table_of_muscles_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "muscles.toml"
    path.write_bytes(content)
    with pytest.raises(InputError):
        load_muscles(path)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_muscles(tmp_path / "none.toml")


def test_words_of_the_file_are_plain() -> None:
    for listed in re.findall(r"^synonyms = (\[.*\])$", TEXT, flags=re.M):
        for word in json.loads(listed):
            assert re.fullmatch(r"[a-z0-9]+( [a-z0-9]+)*", word), word
