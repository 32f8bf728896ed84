"""What the table of muscles says of one muscle: nerve and roots, electrodes, norms, and how each is known."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from fasciscope.classifier.cause import Mark, Statement
from fasciscope.core.channel import Side

_WORD = re.compile(r"[^\W_]+")


def _levels(letter: str, last: int) -> tuple[str, ...]:
    return tuple(f"{letter}{number}" for number in range(1, last + 1))


CRANIAL = ("CN5", "CN7", "CN11", "CN12")
"""Cranial nerves that stand among the roots of muscles of head and neck."""

ROOTS = (*CRANIAL, *_levels("C", 8), *_levels("T", 12), *_levels("L", 5), *_levels("S", 4))
"""All roots, from head to foot."""


class Region(StrEnum):
    """The four regions of the body in which activity is compared, head to foot."""

    BULBAR = "bulbar"
    CERVICAL = "cervical"
    THORACIC = "thoracic"
    LUMBOSACRAL = "lumbosacral"


class Limb(StrEnum):
    """Where a muscle lies, which its roots may not tell."""

    HEAD = "head"
    NECK = "neck"
    TRUNK = "trunk"
    ARM = "arm"
    LEG = "leg"


class Segment(StrEnum):
    """The part of a limb, head or trunk."""

    FACE = "face"
    JAW = "jaw"
    MOUTH = "mouth"
    NECK = "neck"
    SHOULDER_GIRDLE = "shoulder girdle"
    SHOULDER = "shoulder"
    UPPER_ARM = "upper arm"
    FOREARM = "forearm"
    HAND = "hand"
    CHEST = "chest"
    BACK = "back"
    ABDOMEN = "abdomen"
    LOW_BACK = "low back"
    HIP = "hip"
    THIGH = "thigh"
    LOWER_LEG = "lower leg"
    FOOT = "foot"


class Standard(StrEnum):
    """Whose recommendation an electrode placement follows."""

    NONE = "none"
    SENIAM = "SENIAM"


class Seen(StrEnum):
    """How often healthy people show fasciculations in a muscle."""

    OFTEN = "often"  # in every healthy person examined
    VARIES = "varies"
    RARE = "rare"


@dataclass(frozen=True, slots=True)
class Nerve:
    """A nerve, cord or plexus; `parent` is the id of the one that it leaves.

    `several` marks a name that stands for several nerves, such as the intercostal nerves or a plexus:
    two muscles that have it in common share little.
    """

    id: str
    label: str
    parent: str = ""
    several: bool = False


@dataclass(frozen=True, slots=True)
class Innervation:
    """The nerve (by id) and the roots, from head to foot; no main root where none was read or agreed."""

    nerve: str
    roots: tuple[str, ...]
    mark: Mark
    main_root: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the pair of electrodes goes, and whose recommendation that is."""

    text: str
    mark: Mark
    standard: Standard = Standard.NONE
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Norm:
    """What one source found in the muscle of healthy people."""

    seen: Seen
    text: str
    mark: Mark
    sources: tuple[str, ...] = ()


Marked = Statement | Innervation | Placement | Norm
"""Anything in the table that carries a mark."""


@dataclass(frozen=True, slots=True)
class Muscle:
    """One entry of the table. No norm means that none was found, not that there is nothing to find."""

    id: str
    label: str
    region: Region
    limb: Limb
    segment: Segment
    innervation: Innervation
    placement: Placement
    synonyms: tuple[str, ...] = ()
    norms: tuple[Norm, ...] = ()
    notes: tuple[Statement, ...] = ()

    def marked(self) -> Iterator[tuple[str, Marked]]:
        """Everything that carries a mark, with the name of its field."""
        yield "innervation", self.innervation
        yield "placement", self.placement
        for number, norm in enumerate(self.norms):
            yield f"norms[{number}]", norm
        for number, statement in enumerate(self.notes):
            yield f"notes[{number}]", statement

    @property
    def words(self) -> tuple[str, ...]:
        """The words it goes by, plain (see `plain`), each once."""
        return tuple(dict.fromkeys(map(plain, (self.id, self.label, *self.synonyms))))


@dataclass(frozen=True, slots=True)
class Site:
    """A place on the body that a channel's label names; `side` is None where the label names none."""

    label: str
    muscle: Muscle
    side: Side | None = None

    @property
    def name(self) -> str:
        """The place in words: "right biceps brachii"."""
        name = self.muscle.label[0].lower() + self.muscle.label[1:]
        return f"{self.side} {name}" if self.side else name


def plain(text: str) -> str:
    """The text in lower case, with single spaces for all that is neither a letter nor a digit."""
    return " ".join(_WORD.findall(text.casefold()))
