"""The catalogue of causes: the TOML files of the folder causes, checked and searchable."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from fasciscope.classifier.cause import (
    Article,
    Cause,
    Claim,
    Fate,
    Guidance,
    Known,
    Mark,
    PatternRule,
    Source,
    Topic,
)
from fasciscope.classifier.table import build, parse
from fasciscope.core import InputError, Pattern

SHIPPED = Path(__file__).with_name("causes")
SCHEMA_VERSION = 1

NOTICE = (
    "fasciscope reports, it never diagnoses. Nothing in a surface EMG signal identifies a cause; "
    "these are causes reported with a pattern, in no order of likelihood. Clinical correlation is "
    "needed."
)
"""Stands on every page and in every answer of the catalogue."""

REQUIRED_GUIDANCE = (
    "measured_other",
    "reading_raised",
    "reading_unknown_alarm",
    "reading_unknown_word",
)
"""Items that match() falls back on."""

T = TypeVar("T", Source, Article, Cause, Guidance, PatternRule)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The whole catalogue; causes in the order of their labels, the rest as in the files."""

    causes: tuple[Cause, ...]
    guidance: tuple[Guidance, ...]
    patterns: tuple[PatternRule, ...]
    sources: tuple[Source, ...]
    articles: tuple[Article, ...]

    def find(self, word: str) -> Cause | None:
        """The cause that goes by this word (id, label or synonym), whatever its case."""
        wanted = word.strip().lower()
        return next((cause for cause in self.causes if wanted in cause.words), None)

    def search(self, query: str) -> tuple[Cause, ...]:
        """The cause that goes by the query; else all in whose words or plain sentence it occurs."""
        exact = self.find(query)
        if exact:
            return (exact,)
        wanted = query.strip().lower()
        return tuple(
            cause
            for cause in self.causes
            if any(wanted in text for text in (*cause.words, cause.plain.lower()))
        )

    def find_guidance(self, word: str, topic: Topic) -> Guidance | None:
        """The item on a topic that goes by this word, whatever its case."""
        wanted = word.strip().lower()
        items = (item for item in self.guidance if item.topic is topic)
        return next((item for item in items if wanted in item.words), None)

    def item(self, key: str) -> Guidance:
        """The guidance with this id."""
        return next(item for item in self.guidance if item.id == key)

    def rule(self, pattern: Pattern) -> PatternRule:
        """How causes are listed with a session pattern."""
        return next(rule for rule in self.patterns if rule.id is pattern)

    def source(self, key: str) -> Source:
        """The source with this id."""
        return next(source for source in self.sources if source.id == key)


@cache
def load_catalogue(path: Path = SHIPPED) -> Catalogue:
    """Read and check the catalogue, by default the one that is shipped with the package.

    `path` is a TOML file, or a folder of them whose tables are put together. Raises InputError, naming
    the entry and the field, for anything that is missing, misspelt, without a mark, cited but not
    listed, or called by a word that another entry has.
    """
    table = _read(path)
    catalogue = Catalogue(
        causes=tuple(sorted(_entries(Cause, table, "causes"), key=lambda c: c.label.lower())),
        guidance=_entries(Guidance, table, "guidance"),
        patterns=_entries(PatternRule, table, "patterns"),
        sources=_entries(Source, table, "sources"),
        articles=_entries(Article, table, "articles"),
    )
    for check in _CHECKS:
        for fault in check(catalogue):
            raise InputError(f"{path.name}: {fault}")
    return catalogue


def _read(path: Path) -> dict[str, object]:
    table: dict[str, object] = {}
    for part in sorted(path.glob("*.toml")) if path.is_dir() else [path]:
        _put_together(table, parse(part), part.name)
    version = table.get("schema_version")
    if version != SCHEMA_VERSION:
        raise InputError(
            f"{path.name}: schema_version is {version!r}; {SCHEMA_VERSION} is read here."
        )
    return table


def _put_together(whole: dict[str, object], part: dict[str, object], file: str) -> None:
    """Add the tables of a file; an entry may stand in one file only."""
    for name, entries in part.items():
        known = whole.setdefault(name, {})
        if not isinstance(known, dict) or not isinstance(entries, dict):
            whole[name] = entries
            continue
        for key, entry in entries.items():
            if key in known:
                raise InputError(f"{file}: {name}.{key} already stands in another file. Keep one.")
            known[key] = entry


def _entries(kind: type[T], table: dict[str, object], name: str) -> tuple[T, ...]:
    entries = table.get(name)
    if not isinstance(entries, dict):
        raise InputError(f"{name}: found {entries!r}; a table of entries is needed.")
    return tuple(
        build(kind, {"id": key, **entry} if isinstance(entry, dict) else entry, f"{name}.{key}")
        for key, entry in entries.items()
    )


# The checks: each yields a sentence for every fault that it finds.


def _known(catalogue: Catalogue) -> Iterator[tuple[str, Known]]:
    """Everything that carries a mark, with its place in the file."""
    tables: tuple[tuple[str, Iterable[Cause | Guidance | PatternRule]], ...] = (
        ("causes", catalogue.causes),
        ("guidance", catalogue.guidance),
        ("patterns", catalogue.patterns),
    )
    for name, entries in tables:
        for entry in entries:
            for field, item in entry.known():
                yield f"{name}.{entry.id}.{field}", item


def _unmarked(catalogue: Catalogue) -> Iterator[str]:
    for where, item in _known(catalogue):
        yield from item.mark.faults(where, item.sources)


def _unlisted_sources(catalogue: Catalogue) -> Iterator[str]:
    listed = {source.id for source in catalogue.sources}
    for where, item in _known(catalogue):
        for key in item.sources:
            if key not in listed:
                yield f"{where}.sources: {key!r} is not in the table of sources. Add it there."


def _unlisted_articles(catalogue: Catalogue) -> Iterator[str]:
    listed = {article.id for article in catalogue.articles}
    for where, item in _known(catalogue):
        if isinstance(item, Claim) and item.article not in listed:
            yield f"{where}.article: {item.article!r} is not among {', '.join(sorted(listed))}."


def _fates_without_ground(catalogue: Catalogue) -> Iterator[str]:
    for where, item in _known(catalogue):
        if not isinstance(item, Claim):
            continue
        if (item.fate is Fate.UNSOURCED) != (item.mark is Mark.UNSOURCED):
            yield (
                f"{where}.fate: found {item.fate.value!r} with the mark {item.mark.value!r}; "
                "the fate is 'unsourced' if, and only if, the mark is."
            )


def _unknown_flags(catalogue: Catalogue) -> Iterator[str]:
    flags = {item.id for item in catalogue.guidance if item.topic is Topic.RED_FLAG}
    for cause in catalogue.causes:
        for field in ("review_flags", "signs"):
            for key in getattr(cause, field):
                if key not in flags:
                    yield (
                        f"causes.{cause.id}.{field}: {key!r} is no red flag. "
                        f"Allowed: {', '.join(sorted(flags))}."
                    )


def _pattern_gaps(catalogue: Catalogue) -> Iterator[str]:
    ruled = {rule.id: rule for rule in catalogue.patterns}
    for pattern in Pattern:
        if pattern not in ruled:
            yield f"patterns.{pattern.value}: the entry is missing. Every session pattern needs one."
    for cause in catalogue.causes:
        for pattern in cause.patterns:
            if pattern in ruled and not ruled[pattern].sides:
                yield f"causes.{cause.id}.patterns: no cause is listed with {pattern.value!r}."


def _missing_guidance(catalogue: Catalogue) -> Iterator[str]:
    listed = {item.id for item in catalogue.guidance}
    for key in REQUIRED_GUIDANCE:
        if key not in listed:
            yield f"guidance.{key}: the entry is missing. match() needs it."


def _shared_words(catalogue: Catalogue) -> Iterator[str]:
    for name, entries in (("causes", catalogue.causes), ("guidance", catalogue.guidance)):
        owner: dict[tuple[str, str], str] = {}
        for entry in entries:
            topic = entry.topic.value if isinstance(entry, Guidance) else ""
            for word in entry.words:
                other = owner.setdefault((topic, word), entry.id)
                if other != entry.id:
                    yield f"{name}.{entry.id}.synonyms: {word!r} is already a word for {other!r}."


_CHECKS: tuple[Callable[[Catalogue], Iterator[str]], ...] = (
    _unmarked,
    _unlisted_sources,
    _unlisted_articles,
    _fates_without_ground,
    _unknown_flags,
    _pattern_gaps,
    _missing_guidance,
    _shared_words,
)
