"""The table of muscles: muscles.toml, checked, and the muscle and side that a channel's label names."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TypeVar

from fasciscope.classifier.cause import Source, Statement
from fasciscope.classifier.muscle import ROOTS, Marked, Muscle, Nerve, Region, Site, plain
from fasciscope.classifier.table import build, parse
from fasciscope.core import ChannelInfo, InputError
from fasciscope.core.channel import Side

SHIPPED = Path(__file__).with_name("muscles.toml")
SCHEMA_VERSION = 1

SIDES: dict[str, Side] = {
    "left": "left",
    "l": "left",
    "lt": "left",
    "links": "left",
    "right": "right",
    "r": "right",
    "rt": "right",
    "rechts": "right",
}
"""The words that name a side; the single letters may also stand right before a muscle: RFDI."""

_FILLER = re.compile(r"s?emg\d*|ch\d*|channel|\d+")  # says nothing of the muscle
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")  # between the words of "LeftTA"

_SPANS = {  # the first and last root that a region's muscles may have; its edges are shared
    Region.BULBAR: ("CN5", "C1"),
    Region.CERVICAL: ("CN11", "T1"),
    Region.THORACIC: ("T1", "L1"),
    Region.LUMBOSACRAL: ("T12", "S4"),
}

T = TypeVar("T", Source, Nerve, Muscle)


@dataclass(frozen=True, slots=True)
class General:
    """What holds for every muscle."""

    placement: Statement
    roots: Statement
    healthy: Statement
    regions: Statement


@dataclass(frozen=True, slots=True)
class Anatomy:
    """The whole table, in the order of the file: head to foot.

    `set_aside` holds words of several meanings, with the reason why none is a muscle's.
    """

    muscles: tuple[Muscle, ...]
    nerves: tuple[Nerve, ...]
    sources: tuple[Source, ...]
    general: General
    set_aside: dict[str, str] = field(compare=False)
    _by_word: dict[str, Muscle] = field(compare=False, repr=False)

    def find(self, word: str) -> Muscle | None:
        """The muscle that goes by this word (id, label or synonym), whatever its case."""
        return self._by_word.get(plain(word))

    def site(self, label: str) -> Site | None:
        """The muscle and side that a label names; None if it names no muscle or could mean two.

        A letter L or R before a word is a side only where the rest is known: RFDI, but not RF.
        """
        found: dict[tuple[str, Side | None], Site] = {}
        for word, side in _readings(label):
            if side is None and word in self.set_aside:
                return None
            muscle = self._by_word.get(word)
            if muscle:
                found[muscle.id, side] = Site(label, muscle, side)
        return next(iter(found.values())) if len(found) == 1 else None

    def site_of(self, channel: ChannelInfo) -> Site | None:
        """A channel's site: the muscle and side that were said come before those of its name."""
        site = self.site(channel.muscle or channel.name)
        return replace(site, side=channel.side) if site and channel.side else site

    def nerves_of(self, muscle: Muscle) -> tuple[Nerve, ...]:
        """The muscle's nerve, the nerve that this leaves, and so on up to cord and plexus."""
        known = {nerve.id: nerve for nerve in self.nerves}
        chain = [known[muscle.innervation.nerve]]
        while chain[-1].parent:
            chain.append(known[chain[-1].parent])
        return tuple(chain)

    def source(self, key: str) -> Source:
        """The source with this id."""
        return next(source for source in self.sources if source.id == key)


@cache
def load_muscles(path: Path = SHIPPED) -> Anatomy:
    """Read and check the table of muscles, by default the one that is shipped with the package.

    Raises InputError, naming the entry and the field, for anything that is missing, misspelt, without
    a mark, cited but not listed, listed but not used, or called by a word that another muscle has.
    """
    table = _read(path)
    muscles = _entries(Muscle, table, "muscles")
    anatomy = Anatomy(
        muscles=muscles,
        nerves=_entries(Nerve, table, "nerves"),
        sources=_entries(Source, table, "sources"),
        general=build(General, table.get("general"), "general"),
        set_aside=_set_aside(table),
        _by_word={word: muscle for muscle in muscles for word in muscle.words},
    )
    for check in _CHECKS:
        for fault in check(anatomy):
            raise InputError(f"{path.name}: {fault}")
    return anatomy


def _read(path: Path) -> dict[str, object]:
    table = parse(path)
    version = table.get("schema_version")
    if version != SCHEMA_VERSION:
        raise InputError(
            f"{path.name}: schema_version is {version!r}; {SCHEMA_VERSION} is read here."
        )
    return table


def _table(table: dict[str, object], name: str) -> dict[str, object]:
    entries = table.get(name)
    if not isinstance(entries, dict):
        raise InputError(f"{name}: found {entries!r}; a table of entries is needed.")
    return entries


def _entries(kind: type[T], table: dict[str, object], name: str) -> tuple[T, ...]:
    return tuple(
        build(kind, {"id": key, **entry} if isinstance(entry, dict) else entry, f"{name}.{key}")
        for key, entry in _table(table, name).items()
    )


def _set_aside(table: dict[str, object]) -> dict[str, str]:
    reasons = {}
    for word, reason in _table(table, "set_aside").items():
        if not isinstance(reason, str) or not reason.strip():
            raise InputError(f"set_aside.{word}: found {reason!r}; a reason in words is needed.")
        reasons[plain(word)] = reason
    return reasons


# A label's readings: each a word, and the side that is named beside it.


def _readings(label: str) -> Iterator[tuple[str, Side | None]]:
    for form in (label, _CAPITAL.sub(" ", label)):
        words = [word for word in plain(form).split() if not _FILLER.fullmatch(word)]
        yield " ".join(words), None
        yield from _sided(words)


def _sided(words: list[str]) -> Iterator[tuple[str, Side]]:
    if words:
        for word, rest in ((words[0], words[1:]), (words[-1], words[:-1])):
            if word in SIDES:
                yield " ".join(rest), SIDES[word]
    text = " ".join(words)
    if text[:1] in SIDES:
        yield text[1:], SIDES[text[0]]


# The checks: each yields a sentence for every fault that it finds.


def _marked(anatomy: Anatomy) -> Iterator[tuple[str, Marked]]:
    """Everything that carries a mark, with its place in the file."""
    for muscle in anatomy.muscles:
        for name, item in muscle.marked():
            yield f"muscles.{muscle.id}.{name}", item
    for name in General.__dataclass_fields__:
        yield f"general.{name}", getattr(anatomy.general, name)


def _unmarked(anatomy: Anatomy) -> Iterator[str]:
    for where, item in _marked(anatomy):
        yield from item.mark.faults(where, item.sources)


def _sources(anatomy: Anatomy) -> Iterator[str]:
    listed = {source.id for source in anatomy.sources}
    cited = [(where, key) for where, item in _marked(anatomy) for key in item.sources]
    for where, key in cited:
        if key not in listed:
            yield f"{where}.sources: {key!r} is not in the table of sources. Add it there."
    for key in sorted(listed - {key for _, key in cited}):
        yield f"sources.{key}: nothing cites it. Cite it or take it out."


def _roots(anatomy: Anatomy) -> Iterator[str]:
    for muscle in anatomy.muscles:
        where, found = f"muscles.{muscle.id}.innervation", muscle.innervation
        first, last = (ROOTS.index(root) for root in _SPANS[muscle.region])
        allowed = ROOTS[first : last + 1]
        for root in found.roots:
            if root not in allowed:
                span = f"{allowed[0]} to {allowed[-1]}"
                yield f"{where}.roots: {root!r} is no root of the {muscle.region} region, {span}."
        if found.roots != tuple(root for root in allowed if root in found.roots) or not found.roots:
            yield f"{where}.roots: found {list(found.roots)}; roots are named once, head to foot."
        if found.main_root and found.main_root not in found.roots:
            yield f"{where}.main_root: {found.main_root!r} is not among its roots."


def _nerves(anatomy: Anatomy) -> Iterator[str]:
    """Unknown nerves; a parent stands before its branches, so that no nerve leaves itself."""
    listed: set[str] = set()
    for nerve in anatomy.nerves:
        if nerve.parent and nerve.parent not in listed:
            yield f"nerves.{nerve.id}.parent: {nerve.parent!r} is not in the table above it."
        listed.add(nerve.id)
    for muscle in anatomy.muscles:
        nerve_id = muscle.innervation.nerve
        if nerve_id not in listed:
            yield f"muscles.{muscle.id}.innervation.nerve: {nerve_id!r} is not among the nerves."


def _unused_nerves(anatomy: Anatomy) -> Iterator[str]:
    used = {nerve for muscle in anatomy.muscles for nerve in anatomy.nerves_of(muscle)}
    for nerve in anatomy.nerves:
        if nerve not in used:
            yield f"nerves.{nerve.id}: no muscle is supplied through it. Take it out."


def _shared_words(anatomy: Anatomy) -> Iterator[str]:
    owner: dict[str, str] = {}
    for muscle in anatomy.muscles:
        for word in muscle.words:
            where = f"muscles.{muscle.id}.synonyms: {word!r}"
            other = owner.setdefault(word, muscle.id)
            if other != muscle.id:
                yield f"{where} is already a word for {other!r}."
            if word in anatomy.set_aside:
                yield f"{where} is set aside: {anatomy.set_aside[word]}."


def _ambiguous_words(anatomy: Anatomy) -> Iterator[str]:
    """Words that a label could not use, since they would be read as a side and another word."""
    for muscle in anatomy.muscles:
        for word in muscle.words:
            if anatomy.site(word) != Site(word, muscle):
                yield f"muscles.{muscle.id}.synonyms: {word!r} could be a side and another muscle."


_CHECKS: tuple[Callable[[Anatomy], Iterator[str]], ...] = (
    _unmarked,
    _sources,
    _roots,
    _nerves,
    _unused_nerves,
    _shared_words,
    _ambiguous_words,
)
