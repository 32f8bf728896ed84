"""The catalogue: whole, sourced, honest about what articles claim, and strict about its own file."""

import csv
import re
from pathlib import Path

import pytest

from fasciscope.classifier import Catalogue, Grade, load_catalogue
from fasciscope.classifier.catalogue import NOTICE, SHIPPED
from fasciscope.classifier.cause import Claim, Fate, Known, Mark
from fasciscope.core import InputError, Pattern

# A reader is neither soothed nor frightened; claims quote the articles and are left out.
SOOTHING = re.compile(
    r"harmless twitch|nothing to worry|don't worry|reassur|no need to|all clear", re.I
)
FRIGHTENING = re.compile(r"fatal|deadly|terrible|devastating|death sentence", re.I)


@pytest.fixture(scope="module")
def book() -> Catalogue:
    return load_catalogue()


def rows(shared: Path, name: str) -> list[dict[str, str]]:
    path = shared / "catalogue" / name
    if not path.exists():
        pytest.skip(f"no {path}")
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))


def known(book: Catalogue) -> list[tuple[str, Known]]:
    entries = (*book.causes, *book.guidance, *book.patterns)
    return [(f"{entry.id}.{where}", item) for entry in entries for where, item in entry.known()]


def test_every_statement_has_a_source_that_was_read_or_a_mark_that_says_otherwise(
    book: Catalogue,
) -> None:
    keys = {source.id for source in book.sources}
    for where, item in known(book):
        assert bool(item.sources) == (item.mark is Mark.READ), where
        assert set(item.sources) <= keys, where


def test_a_graded_cause_cites_a_source_or_owns_that_none_was_read(book: Catalogue) -> None:
    for cause in book.causes:
        for evidence in (cause.fasciculation, cause.cramp):
            if evidence.grade in (Grade.STRONG, Grade.MODERATE):
                assert evidence.mark is Mark.READ, cause.id


def test_every_source_and_every_article_is_used(book: Catalogue) -> None:
    cited = {key for _, item in known(book) for key in item.sources}
    named = {item.article for _, item in known(book) if isinstance(item, Claim)}
    assert cited == {source.id for source in book.sources}
    assert named == {article.id for article in book.articles}


def test_every_key_of_the_science_notes_is_a_key_of_the_science_notes(
    book: Catalogue, shared: Path
) -> None:
    notes = shared / "reference" / "science.md"
    if not notes.exists():
        pytest.skip(f"no {notes}")
    text = notes.read_text(encoding="utf-8")
    for source in book.sources:
        if source.id.startswith("S"):
            assert f"[{source.id}]" in text, source.id


def test_every_claim_of_the_articles_has_its_entry_and_its_answer(
    book: Catalogue, shared: Path
) -> None:
    kinds = {cause.id: cause.kind.value for cause in book.causes}
    answered = {(c.id, claim.article) for c in book.causes for claim in c.claims}
    table = rows(shared, "claims.tsv")
    assert len({row["cause_id"] for row in table}) >= 74
    for row in table:
        assert kinds[row["cause_id"]] == row["kind"], row
        assert (row["cause_id"], "A" + row["seed"][:3]) in answered, row


@pytest.mark.parametrize(
    "word",
    [
        *("nocturnal cramp", "mmn", "cidp", "charcot-marie-tooth", "kennedy's disease", "isaacs"),
        *("cramp-fasciculation syndrome", "cirrhosis", "dialysis", "laba", "statins", "lithium"),
        *("pyridostigmine", "pregnancy", "eyelid twitching", "hypothyroidism", "spinal stenosis"),
        "hyperparathyroidism",
    ],
)
def test_every_cause_that_the_literature_adds_is_found_by_a_word(
    book: Catalogue, word: str
) -> None:
    assert book.search(word), word


def test_every_piece_of_guidance_of_the_articles_is_answered(book: Catalogue, shared: Path) -> None:
    items = {item.id: item for item in book.guidance}
    for row in rows(shared, "guidance.tsv"):
        articles = {claim.article for claim in items[row["item_id"]].claims}
        assert "A" + row["seed"][:3] in articles, row


def test_every_pattern_that_has_causes_is_served(book: Catalogue) -> None:
    for pattern in Pattern:
        listed = [cause.id for cause in book.causes if pattern in cause.patterns]
        assert bool(listed) == bool(book.rule(pattern).sides), pattern


def test_a_cause_is_only_listed_where_some_activity_was_reported(book: Catalogue) -> None:
    for cause in book.causes:
        for pattern in cause.patterns:
            grades = {cause.evidence(side).grade for side in book.rule(pattern).sides}
            assert grades - {Grade.NONE}, (cause.id, pattern)


@pytest.mark.parametrize(
    ("cause", "article", "source"),
    [
        ("caffeine", "A000", "X1"),  # EFSA: 400 mg a day, not 500
        ("dehydration", "A003", "S84"),  # four prospective cohorts against
        ("magnesium_deficiency", "A003", "S81"),  # Cochrane: little or no difference
        ("benign_fasciculation", "A002", "S73"),  # 98.3 % still twitched: it does not pass
    ],
)
def test_what_the_literature_contradicts_is_called_contradicted(
    book: Catalogue, cause: str, article: str, source: str
) -> None:
    entry = book.find(cause)
    assert entry is not None
    claim = next(claim for claim in entry.claims if claim.article == article)
    assert claim.fate is Fate.CONTRADICTED
    assert source in claim.sources


def test_dehydration_is_graded_unsupported_for_cramp(book: Catalogue) -> None:
    entry = book.find("dehydration")
    assert entry is not None
    assert entry.cramp.grade is Grade.UNSUPPORTED


def test_no_sentence_of_ours_soothes_or_frightens(book: Catalogue) -> None:
    ours = [cause.plain + cause.clinical for cause in book.causes]
    for _, item in known(book):
        if isinstance(item, Claim):
            ours.append(item.why)
        else:
            ours.append(repr(item))
    for text in (*ours, NOTICE):
        assert not SOOTHING.search(text), text
        assert not FRIGHTENING.search(text), text


def test_a_cause_is_found_by_id_label_and_synonym_whatever_the_case(book: Catalogue) -> None:
    for cause in book.causes:
        for word in (cause.id, cause.label, *cause.synonyms):
            assert book.find(f" {word.upper()} ") is cause
    assert book.find("no such word") is None


def test_a_search_gives_the_exact_cause_or_all_in_which_the_words_occur(book: Catalogue) -> None:
    assert [cause.id for cause in book.search("coffee")] == ["caffeine"]
    hits = [cause.id for cause in book.search("cramp")]
    assert {"nocturnal_cramp", "exercise", "dehydration"} <= set(hits)
    assert "caffeine" not in hits
    assert book.search("no such word") == ()


# --- the file is refused with its entry and field named ------------------------------------------------

FAULTS = [  # what is replaced, by what, what the message must name
    ("schema_version = 1", "schema_version = 9", ["schema_version", "9"]),
    ('kind = "trigger"', 'kind = "triger"', ["causes.caffeine.kind", "triger", "trigger"]),
    ("plain = ", "plian = ", ["causes.caffeine", "plian"]),
    ('label = "Caffeine"', 'label = ""', ["causes.caffeine.label", "empty"]),
    ('label = "Caffeine"', "label = 3", ["causes.caffeine.label", "3"]),
    ('label = "Caffeine"', "", ["causes.caffeine", "label", "missing"]),
    ('grade = "weak"', 'grade = "weakish"', ["causes.caffeine.fasciculation.grade", "weakish"]),
    ('["S76", "S100"]', '["S999"]', ["causes.caffeine.fasciculation.sources", "S999"]),
    ('["S76", "S100"]', "[]", ["causes.caffeine.fasciculation.sources"]),
    ('["S76", "S100"]', '"S76"', ["causes.caffeine.fasciculation.sources", "list"]),
    ('mark = "b:M"', 'mark = "b:X"', ["causes.caffeine.mechanism.mark", "b:X"]),
    ('"flag_weakness"', '"flag_weak"', ["causes.caffeine.review_flags", "flag_weak"]),
    ('patterns = ["benign_fasciculation"]', 'patterns = ["quiet"]', ["causes.caffeine.patterns"]),
    ('patterns = ["benign_fasciculation"]', 'patterns = ["fast"]', ["causes.caffeine.patterns[0]"]),
    ('article = "A000"', 'article = "A9"', ["causes.caffeine.claims[0].article", "A9"]),
    ('fate = "contradicted"', 'fate = "unsourced"', ["causes.caffeine.claims[0].fate"]),
    ('"coffee"', '"stress"', ["causes.stress.synonyms", "stress", "caffeine"]),
]


def shipped() -> str:
    """The shipped files as one."""
    files = sorted(SHIPPED.glob("*.toml"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def spoil(old: str, new: str, after: str = "[causes.caffeine]") -> str:
    """The shipped files as one, with the first `old` after an entry's head replaced."""
    text = shipped()
    start = 0 if old.startswith("schema") else text.index(after)
    assert old in text[start:]
    return text[:start] + text[start:].replace(old, new, 1)


@pytest.mark.parametrize(("old", "new", "named"), FAULTS)
def test_a_fault_in_the_file_is_refused_with_entry_and_field(
    tmp_path: Path, old: str, new: str, named: list[str]
) -> None:
    path = tmp_path / "causes.toml"
    path.write_text(spoil(old, new), encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        load_catalogue(path)
    for word in named:
        assert word in str(refusal.value)


@pytest.mark.parametrize("entry", ["patterns.quiet", "guidance.reading_raised"])
def test_an_entry_that_match_needs_is_missed_by_name(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "causes.toml"
    text = shipped()
    path.write_text(
        re.sub(rf"^\[{re.escape(entry)}\]\n(?:.+\n)+", "", text, flags=re.M), encoding="utf-8"
    )
    with pytest.raises(InputError, match=re.escape(entry)):
        load_catalogue(path)


@pytest.mark.parametrize(
    "content", [b"", b"[causes", b"\xff\xfe", b"schema_version = 1\ncauses = 3"]
)
def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "causes.toml"
    path.write_bytes(content)
    with pytest.raises(InputError):
        load_catalogue(path)


def test_every_cause_has_a_file_of_its_own_name(book: Catalogue) -> None:
    files = {file.stem for file in SHIPPED.glob("[!_]*.toml")}
    assert files == {cause.id for cause in book.causes}


def test_an_entry_in_two_files_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "_all.toml").write_text(shipped(), encoding="utf-8")
    assert load_catalogue(tmp_path) == load_catalogue()
    again = (SHIPPED / "caffeine.toml").read_text(encoding="utf-8")
    (tmp_path / "caffeine2.toml").write_text(again, encoding="utf-8")
    with pytest.raises(InputError, match=r"caffeine2\.toml: causes\.caffeine already stands"):
        load_catalogue.__wrapped__(tmp_path)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_catalogue(tmp_path / "none.toml")
