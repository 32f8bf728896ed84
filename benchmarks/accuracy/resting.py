"""Rest of every device, each stretch a recording of its own: whatever is found is a false alarm."""

from collections.abc import Iterator

from benchmarks.accuracy.case import Case, Part, empty_truth, recording_of
from benchmarks.accuracy.material import MOVING, REST, WAVY_REST, Stretch, of_part, read


def _as_it_is(stretch: Stretch, suite: str) -> Case:
    uv, info = read(stretch)
    recording = recording_of(
        uv,
        info.rate_hz,
        resolution_uv=info.resolution_uv,
        bandwidth_hz=info.bandwidth_hz,
        calibrated=info.channels[0].calibrated,
    )
    return Case(
        suite, stretch.subject, recording, empty_truth(recording), f"tier {info.tier.letter}"
    )


def resting(part: Part, seeds: range) -> Iterator[Case]:
    """All channels of a stretch together, as they were recorded; there is nothing to draw."""
    del seeds
    for stretch in of_part(REST, part):
        yield _as_it_is(stretch, "rest")


def wavy(part: Part, seeds: range) -> Iterator[Case]:
    """Rest in which a slow wave of unknown origin comes back."""
    del seeds
    for stretch in of_part(WAVY_REST, part):
        yield _as_it_is(stretch, "rest with slow waves")


def moving(part: Part, seeds: range) -> Iterator[Case]:
    """Contractions, movements, tremor: no label `fasciculation` is right anywhere in them."""
    del seeds
    for stretch in of_part(MOVING, part):
        yield _as_it_is(stretch, "movement")
