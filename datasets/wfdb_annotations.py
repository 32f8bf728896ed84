"""WFDB annotation files in the MIT format (.atr and its kin).

Two bytes an annotation: six bits of type, ten of samples since the last. Source: WFDB Applications
Guide, annot(5), and ecgcodes.h for the letters.
"""

import re
import struct
from collections.abc import Iterator
from pathlib import Path

from fasciscope.core import Annotation, InputError

MAX_BYTES = 1 << 26

SKIP, NUM, SUB, CHN, AUX = 59, 60, 61, 62, 63
# Letters of the types from 1 on; a blank where the standard has none.
_LETTERS = 'NLRaVFJASEj/Q~ | sT*D"=pB^t+u?![]en@xf()r'

_RESOLUTION = re.compile(r"## time resolution: ([0-9]{1,9}(?:\.[0-9]{1,9})?)")


def read_wfdb_annotations(path: Path, rate_hz: float) -> list[Annotation]:
    """Annotations of a file, their texts the auxiliary string if there is one and else the letter.

    `rate_hz` is that of the record's sample numbers, unless the file states its own resolution.
    Raises InputError where the file is damaged.
    """
    try:
        with path.open("rb") as handle:
            raw = handle.read(MAX_BYTES)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    found: list[Annotation] = []
    for sample, kind, aux in _entries(path, raw):
        stated = _RESOLUTION.match(aux) if sample == 0 else None
        if stated and float(stated[1]) > 0:
            rate_hz = float(stated[1])
        elif not (sample == 0 and aux.startswith("## ")):  # other definitions of the file's own
            found.append(Annotation(sample / rate_hz, 0.0, aux or _letter(kind)))
    return found


def _letter(kind: int) -> str:
    letter = _LETTERS[kind - 1 : kind].strip()
    return letter or f"type {kind}"


def _entries(path: Path, raw: bytes) -> Iterator[tuple[int, int, str]]:
    """Sample number, type and auxiliary string of each annotation."""
    waiting: tuple[int, int, str] | None = None
    sample = at = 0
    while True:
        kind, step = _word(path, raw, at)
        at += 2
        if kind == 0 and step == 0:
            break
        if kind == SKIP:
            sample += _long(path, raw, at)
            at += 4
        elif kind == AUX and waiting is not None:
            text = raw[at : at + step].rstrip(b"\0").decode("utf-8", "replace")
            waiting = (*waiting[:2], text.strip())
            at += step + step % 2
        elif kind not in (NUM, SUB, CHN, AUX):
            if waiting is not None:
                yield waiting
            sample += step
            waiting = (sample, kind, "") if kind else None  # type 0 only moves the time
    if waiting is not None:
        yield waiting


def _word(path: Path, raw: bytes, at: int) -> tuple[int, int]:
    if at + 2 > len(raw):
        raise _damaged(path, at)
    (word,) = struct.unpack_from("<H", raw, at)
    return word >> 10, word & 0x3FF


def _long(path: Path, raw: bytes, at: int) -> int:
    """A 32-bit number in the PDP-11's order: the upper half first, each half low byte first."""
    if at + 4 > len(raw):
        raise _damaged(path, at)
    high, low = struct.unpack_from("<hH", raw, at)
    return int(high) * 65536 + int(low)


def _damaged(path: Path, at: int) -> InputError:
    return InputError(
        f"{path.name} ends at byte {at} without its end mark: it is cut short or is no WFDB annotation "
        f"file. Move it away to read the recording without its annotations."
    )
