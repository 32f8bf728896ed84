"""What can go wrong between a board and a host, on request and by a seed."""

from dataclasses import dataclass, fields

import numpy as np

from fasciscope.core import UsageError


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults of a virtual board; all off.

    `lost`, `doubled` and `corrupt` are probabilities a byte (a notification, where bytes come in
    those: it is lost or doubled whole). The others happen at a second of the board's life: `reset`
    sets its counter to 0, `gap` loses all that is sent for so long, `pause` holds it back for so long,
    `unplug` takes the board away for so long. `drift_ppm` is how much faster its clock runs.
    """

    lost: float = 0.0
    doubled: float = 0.0
    corrupt: float = 0.0
    reset_s: float | None = None
    gap_s: tuple[float, float] | None = None
    pause_s: tuple[float, float] | None = None
    unplug_s: tuple[float, float] | None = None
    drift_ppm: float = 0.0
    seed: int = 0


_WORDS = {name.partition("_")[0]: name for name in (f.name for f in fields(Faults))}


def parse_faults(text: str) -> Faults:
    """Faults of text like ``lost=1e-4,pause=10:0.5,unplug=20:3,drift=200``. Raises UsageError."""
    given: dict[str, float | int | tuple[float, float]] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        word, _, value = part.partition("=")
        try:
            name = _WORDS[word]
            if name in ("gap_s", "pause_s", "unplug_s"):
                at, lasts = value.split(":")
                given[name] = (float(at), float(lasts))
            else:
                given[name] = int(value) if name == "seed" else float(value)
        except (KeyError, ValueError):
            raise UsageError(
                f"The fault {part!r} is not understood. Faults: lost=P, doubled=P, corrupt=P (a "
                "byte), reset=AT, gap=AT:FOR, pause=AT:FOR, unplug=AT:FOR (seconds), drift=PPM, seed=N."
            ) from None
    return Faults(**given)  # type: ignore[arg-type]


class Spoiler:
    """Loses, doubles and corrupts bytes of a stream, or whole notifications of `packet_n` bytes."""

    def __init__(self, faults: Faults, packet_n: int | None) -> None:
        self._faults = faults
        self._packet_n = packet_n
        self._rng = np.random.default_rng(faults.seed)

    def spoil(self, data: bytes) -> bytes:
        """What arrives of these bytes."""
        faults = self._faults
        if not data or not (faults.lost or faults.doubled or faults.corrupt):
            return data
        units = np.frombuffer(data, np.uint8).reshape(-1, self._packet_n or 1).copy()
        chance = self._rng.random((3, len(units)))
        if self._packet_n is None:
            hit = np.flatnonzero(chance[0] < faults.corrupt)
            units[hit] ^= self._rng.integers(1, 256, (len(hit), 1), dtype=np.uint8)
        times = np.ones(len(units), np.intp)
        times[chance[1] < faults.doubled] = 2
        times[chance[2] < faults.lost] = 0
        return np.repeat(units, times, axis=0).tobytes()
