"""The sites of a session read together: what the active ones share, how far they spread, what speaks against.

A reading of anatomy and no more: it names no cause, and a shared root or nerve is a hint at best.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from fasciscope.classifier.anatomy import Anatomy, load_muscles
from fasciscope.classifier.cause import Mark
from fasciscope.classifier.muscle import CRANIAL, Limb, Marked, Muscle, Nerve, Region, Seen, Site
from fasciscope.core.channel import Side

CAUTION = (
    "A shared root or nerve is a weak reading: every muscle has several roots and people differ."
)

_LIMBS = (Limb.ARM, Limb.LEG)
_SIDE_ORDER: tuple[Side | None, ...] = ("left", "right", "midline", None)
_REGION_WORDS = {
    Region.BULBAR: "bulbar (face, jaw, tongue)",
    Region.CERVICAL: "cervical (neck, arm, hand)",
    Region.THORACIC: "thoracic (chest wall, belly, mid back)",
    Region.LUMBOSACRAL: "lumbosacral (low back, leg, foot)",
}
_SEEN_WORDS = {
    Seen.OFTEN: "healthy people often show fasciculations there, so that it counts for little.",
    Seen.VARIES: "healthy people show fasciculations there now and then, so that it counts for less.",
}

T = TypeVar("T")


class Sidedness(Enum):
    """Whether sites lie on one side; the value is what to add to a shared root or nerve."""

    ONE = ""
    BOTH = " (on both sides, so not one alone)"
    UNKNOWN = " (if they lie on one side, which is not known of all)"


@dataclass(frozen=True, slots=True)
class SitesReading:
    """What the active sites of a session have in common, head to foot; empty with fewer than two.

    `roots` (spinal) and `nerves` (nearest first, then those that they leave, to cord and plexus) are
    shared by all active sites. `limbs`, `regions` and `sides` are those in which active sites lie; one
    alone is shared by all. `spread` is true with two limbs, two regions or both sides. `sources` are
    the ids of what the sentences rest on. `unread` are labels of active channels that name no muscle.
    """

    active: tuple[Site, ...] = ()
    quiet: tuple[Site, ...] = ()
    unread: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    nerves: tuple[Nerve, ...] = ()
    limbs: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    sides: tuple[Side, ...] = ()
    sidedness: Sidedness = Sidedness.UNKNOWN
    spread: bool = False
    sentences: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


def read_sites(
    active: Iterable[Site],
    quiet: Iterable[Site] = (),
    unread: Iterable[str] = (),
    anatomy: Anatomy | None = None,
) -> SitesReading:
    """Read together the sites that showed activity and those that were judged and quiet, in any order.

    `unread` are the labels of active channels that name no muscle. A muscle recorded twice counts
    once, as active if either was. Fewer than two active muscles give no sentence.
    """
    book = anatomy or load_muscles()
    places = _places(book, active)
    silent = _places(book, (site for site in quiet if not _is_among(site, places)))
    labels = tuple(sorted(set(unread)))
    if len(places) < 2:
        return SitesReading(places, silent, labels)
    return _Reader(book, places, silent, labels).reading()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Two or more active sites, and the sentences on them."""

    book: Anatomy
    active: tuple[Site, ...]
    quiet: tuple[Site, ...]
    unread: tuple[str, ...]

    def reading(self) -> SitesReading:
        regions = tuple(r for r in Region if any(site.muscle.region is r for site in self.active))
        sides = tuple(s for s in _SIDE_ORDER if s and any(site.side == s for site in self.active))
        spread = _limb_count(self.active) > 1 or len(regions) > 1 or {"left", "right"} <= {*sides}
        return SitesReading(
            active=self.active,
            quiet=self.quiet,
            unread=self.unread,
            roots=self.roots,
            nerves=self.nerves,
            limbs=_limbs(self.active),
            regions=regions,
            sides=sides,
            sidedness=_sidedness(self.active),
            spread=spread,
            sentences=(
                *self.shared_sentences(),
                self.where(regions, spread=spread),
                *self.norm_sentences(),
                *self.unread_sentences(),
            ),
            sources=self.sources(),
        )

    @property
    def roots(self) -> tuple[str, ...]:
        return _shared(self.active, _spinal_roots)

    @property
    def nerves(self) -> tuple[Nerve, ...]:
        return _shared(self.active, self.single_nerves)

    @property
    def who(self) -> str:
        known = " whose muscle is known" if self.unread else ""
        return f"{_all(len(self.active))} active sites{known}"

    def single_nerves(self, site: Site) -> tuple[Nerve, ...]:
        return tuple(n for n in self.book.nerves_of(site.muscle) if not n.several)

    def shared_sentences(self) -> list[str]:
        added = _sidedness(self.active).value
        said = []
        if self.roots:
            word = "root" if len(self.roots) == 1 else "roots"
            said.append(f"{self.who} share the {word} {_and(self.roots)}{added}.")
            said += [*self.main_roots(), *self.unchecked(), *self.against_roots()]
        if self.nerves:
            nerve = self.nerves[0]
            said.append(f"{self.who} are supplied through the {nerve.label}{added}.")
            said += self.against_nerve(nerve)
        return [*said, CAUTION] if said else [f"{self.who} have no root and no nerve in common."]

    def main_roots(self) -> list[str]:
        owners = {
            root: [s.name for s in self.active if s.muscle.innervation.main_root == root]
            for root in self.roots
        }
        return [
            f"{root} is the main root of {_and(names)}." for root, names in owners.items() if names
        ]

    def against_roots(self) -> list[str]:
        found = []
        for site in self.comparable:
            also = [root for root in self.roots if root in site.muscle.innervation.roots]
            if also:
                found.append(f"{site.name}, also {_and(also)}, was quiet")
        return [f"Against a shared root: {'; '.join(found)}."] if found else []

    def against_nerve(self, nerve: Nerve) -> list[str]:
        also = [site.name for site in self.comparable if nerve in self.single_nerves(site)]
        verb = "was" if len(also) == 1 else "were"
        return (
            [f"Against the {nerve.label}: {_and(also)}, also on it, {verb} quiet."] if also else []
        )

    @property
    def comparable(self) -> list[Site]:
        """The quiet sites on a side on which something is active."""
        sides = {site.side for site in self.active}
        return [site for site in self.quiet if site.side in sides]

    def unchecked(self) -> list[str]:
        bare = [s for s in self.active if s.muscle.innervation.mark is not Mark.READ]
        remarks = sorted({site.muscle.innervation.mark.remark for site in bare})
        names = _and([site.name for site in bare])
        return [f"How the roots of {names} are known: {_and(remarks)}."] if bare else []

    def where(self, regions: Sequence[Region], *, spread: bool) -> str:
        words = _and([_REGION_WORDS[region] for region in regions])
        areas = f"{'region' if len(regions) == 1 else 'regions'} {words}"
        both = "; both sides" if _sidedness(self.active) is Sidedness.BOTH else ""
        places = f"{_and(_limbs(self.active))}; {areas}{both}."
        if not spread:
            return f"No spread is seen: {places}"
        return f"They are spread: {places} This says how far, not why."

    def norm_sentences(self) -> list[str]:
        return [
            f"{site.name.capitalize()}: {_SEEN_WORDS[seen]}"
            for site in self.active
            if (seen := _usual(site.muscle))
        ]

    def unread_sentences(self) -> list[str]:
        labels = _and([repr(label) for label in self.unread])
        return [f"Active, but named after no muscle and so not read: {labels}."] if labels else []

    def sources(self) -> tuple[str, ...]:
        innervations = [site.muscle.innervation for site in self.active]
        norms = [norm for s in self.active if _usual(s.muscle) for norm in s.muscle.norms]
        shared = self.roots or self.nerves
        resting: list[Marked] = [*innervations, self.book.general.roots] if shared else []
        return tuple(dict.fromkeys(key for item in (*resting, *norms) for key in item.sources))


def _places(book: Anatomy, sites: Iterable[Site]) -> tuple[Site, ...]:
    """Each muscle and side once, in the order of the table.

    One without a side is left out where the same muscle has one: it may be the same place.
    """
    order = {muscle.id: number for number, muscle in enumerate(book.muscles)}
    found = {
        (order[site.muscle.id], _SIDE_ORDER.index(site.side)): site
        for site in sorted(sites, key=lambda site: site.label, reverse=True)
    }
    ranked = [found[key] for key in sorted(found)]
    sided = {site.muscle.id for site in ranked if site.side}
    return tuple(site for site in ranked if site.side or site.muscle.id not in sided)


def _is_among(site: Site, others: Sequence[Site]) -> bool:
    """Whether it is one of the others, or may be: a muscle without a side fits any side."""
    sides = [other.side for other in others if other.muscle.id == site.muscle.id]
    return site.side in sides or bool(sides and not site.side)


def _shared(sites: Sequence[Site], traits: Callable[[Site], tuple[T, ...]]) -> tuple[T, ...]:
    """What all sites have, in the order of the first."""
    others = [set(traits(site)) for site in sites[1:]]
    return tuple(trait for trait in traits(sites[0]) if all(trait in other for other in others))


def _spinal_roots(site: Site) -> tuple[str, ...]:
    """Its roots but for cranial nerves, which the nerves tell better."""
    return tuple(root for root in site.muscle.innervation.roots if root not in CRANIAL)


def _sidedness(sites: Sequence[Site]) -> Sidedness:
    sides = {site.side for site in sites}
    if {"left", "right"} <= sides:
        return Sidedness.BOTH
    return Sidedness.ONE if sides in ({"left"}, {"right"}) else Sidedness.UNKNOWN


def _limbs(sites: Sequence[Site]) -> tuple[str, ...]:
    """Where the sites lie, as "right arm"; head, neck and trunk have no side here."""
    sided = {
        (site.muscle.limb, site.side if site.muscle.limb in _LIMBS else None) for site in sites
    }
    return tuple(
        f"{side} {limb}" if side else str(limb)
        for limb in Limb
        for side in _SIDE_ORDER
        if (limb, side) in sided
    )


def _limb_count(sites: Sequence[Site]) -> int:
    """Arms and legs that are surely different: one without a side may be one that has a side."""
    return sum(
        max(len({site.side for site in sites if site.muscle.limb is limb} - {None}), 1)
        for limb in _LIMBS
        if any(site.muscle.limb is limb for site in sites)
    )


def _usual(muscle: Muscle) -> Seen | None:
    """How often healthy people show fasciculations there, if a norm says so and none says rarely."""
    seen = [norm.seen for norm in muscle.norms]
    return None if Seen.RARE in seen else next((s for s in _SEEN_WORDS if s in seen), None)


def _all(number: int) -> str:
    return "Both" if number == 2 else f"All {number}"


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
