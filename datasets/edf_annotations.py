"""Time-stamped annotation lists (TALs) of EDF+ and BDF+: remarks, and when each record began.

A TAL is ``onset [0x15 duration] 0x14 text 0x14 ... 0x00``; the first of a record has an empty text and
keeps time. Source: EDF+ specification, section 2.2.
"""

import re
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from fasciscope.core import Annotation
from fasciscope.datasets.edf_header import Header, Signal

MAX_ONSET_S = 1e9
_TAL = re.compile(
    rb"([+-][0-9]{1,15}(?:\.[0-9]{0,20})?)(?:\x15([0-9]{1,15}(?:\.[0-9]{0,20})?))?\x14"
)


@dataclass(frozen=True, slots=True)
class Tals:
    """All that the annotation signals say; seconds from the header's start time.

    `onsets_s` has one entry a record, None where the record keeps no time. `damaged` counts lists
    that did not parse.
    """

    onsets_s: list[float | None]
    annotations: list[Annotation]
    damaged: int

    @property
    def notes(self) -> tuple[str, ...]:
        """A remark if lists were damaged."""
        return (f"{self.damaged} damaged annotations were left out.",) if self.damaged else ()


def read_tals(path: Path, header: Header) -> Tals:
    """Read the annotation signals of every record, and no more of the file than those."""
    signals = [signal for signal in header.signals if signal.annotates and signal.samples]
    tals = Tals([], [], 0)
    if not signals or header.variant in ("EDF", "BDF"):
        return tals
    damaged = 0
    with path.open("rb", buffering=0) as handle:  # unbuffered: else each peek reads a whole buffer
        for record in range(header.n_records):
            lists = [_lists(handle, header, record, signal) for signal in signals]
            tals.onsets_s.append(_time_keeping(lists[0]))
            damaged += sum(_collect(tal, tals.annotations) for tal in chain.from_iterable(lists))
    return Tals(tals.onsets_s, tals.annotations, damaged)


def _lists(handle: BinaryIO, header: Header, record: int, signal: Signal) -> list[bytes]:
    handle.seek(header.header_bytes + record * header.record_bytes + signal.offset)
    raw = handle.read(signal.samples * header.sample_bytes)
    return [tal for tal in raw.split(b"\0") if tal]


def _time_keeping(lists: list[bytes]) -> float | None:
    """When the record began: the onset of a first list whose first text is empty."""
    match = _TAL.match(lists[0]) if lists else None
    if match is None or lists[0][match.end() : match.end() + 1] not in (b"\x14", b""):
        return None
    return float(match[1])


def _collect(tal: bytes, into: list[Annotation]) -> int:
    """Add the list's texts; gives 1 if it does not parse."""
    match = _TAL.match(tal)
    if match is None or abs(float(match[1])) > MAX_ONSET_S:
        return 1
    onset_s, duration_s = float(match[1]), float(match[2] or 0)
    texts = (text.decode("utf-8", "replace").strip() for text in tal[match.end() :].split(b"\x14"))
    into.extend(Annotation(onset_s, duration_s, text) for text in texts if text)
    return 0
