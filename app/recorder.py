"""Writes a session's folder while it happens: samples, events, clock, and the wire's bytes if asked.

Samples go to the disk before anything looks at them, a second at a time; a process that is killed
leaves a folder that `repair` makes whole.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO

import numpy as np

from fasciscope.acquisition import Delivery, Loss, Piece
from fasciscope.app.events_file import event_row, events_head
from fasciscope.app.failure import storage_error
from fasciscope.app.outputs import write_text
from fasciscope.core import Annotation, Event, Flag, SampleBlock, StorageError, UsageError
from fasciscope.datasets.edf_writer import EdfWriter
from fasciscope.datasets.session import (
    CLOCK,
    EVENTS,
    FACTS,
    OPEN_FACTS,
    WIRE,
    WIRE_TIMES,
    Json,
    SessionFacts,
)

CLOCK_EVERY_S = 1.0
LOSSES_NAMED = 8
"""Of the losses of one turn so many are named one by one, more of them in one remark."""


class Recorder:
    """One session, from its first sample on. Use it in a ``with``; `finish` makes it whole.

    Raises UsageError if `folder` holds anything, StorageError when the disk refuses: what was written
    stays, and no more is tried.
    """

    def __init__(self, folder: Path, facts: SessionFacts, *, keep_wire: bool = False) -> None:
        self._folder = folder
        self._facts = facts
        self._rate_hz = facts.info.rate_hz
        self._scale = np.array([spread.uv_per_count or 1.0 for spread in facts.ranges])
        self._clock_due_s = 0.0
        self._refused = False
        self._stack = ExitStack()
        self._wire: tuple[IO[bytes], IO[str]] | None = None
        try:
            check_new(folder)
            folder.mkdir(parents=True, exist_ok=True)
            write_text(folder / OPEN_FACTS, _text(facts.to_json()))
            start = datetime.fromisoformat(facts.start_time)
            self._writer = EdfWriter(folder / facts.signal_name, facts.info, facts.ranges, start)
            self._events = self._open(EVENTS)
            self._events.write(events_head() + "\n")
            self._clock = self._open(CLOCK)
            self._clock.write("sample\tmonotonic_s\n")
            if keep_wire:
                self._wire = (
                    self._stack.enter_context((folder / WIRE).open("xb")),
                    self._open(WIRE_TIMES),
                )
                self._wire[1].write("monotonic_s\tbytes\n")
        except OSError as error:
            self._stack.close()
            raise storage_error(error, folder) from error

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    @property
    def next_sample(self) -> int:
        """The number of the sample that is written next."""
        return self._writer.next_sample

    def take(self, delivery: Delivery) -> None:
        """Write what a turn brought: losses, samples, remarks."""
        try:
            self._name(delivery.losses)
            for block in delivery.blocks:
                self._write(block)
            for text in (*delivery.messages, *delivery.notices):
                self.annotate(text)
        except OSError as error:
            raise self._refusal(error) from error

    def take_wire(self, piece: Piece) -> None:
        """Write a piece as it came from the wire, if that was asked for."""
        if self._wire is None:
            return
        try:
            self._wire[0].write(piece.data)
            self._wire[1].write(f"{piece.received_s:.6f}\t{len(piece.data)}\n")
        except OSError as error:
            raise self._refusal(error) from error

    def take_event(self, event: Event) -> None:
        """Write an event that became final."""
        info = self._facts.info
        onset_s, lasted_s = (
            n / self._rate_hz for n in (event.start_sample, event.end_sample - event.start_sample)
        )
        self._writer.annotate(
            Annotation(onset_s, lasted_s, f"{event.label} {info.channels[event.channel].name}")
        )
        try:
            self._events.write(event_row(event, info) + "\n")
        except OSError as error:
            raise self._refusal(error) from error

    def annotate(self, text: str) -> None:
        """Write a remark at the present sample."""
        self._writer.annotate(Annotation(self.next_sample / self._rate_hz, 0.0, text))

    def finish(self, told: Mapping[str, Json]) -> None:
        """End the files and write what is known of the whole; `told` is added to the facts."""
        try:
            self._writer.close()
            self._stack.close()
            finish_facts(self._folder, self._facts, told)
        except OSError as error:
            raise self._refusal(error) from error

    def _open(self, name: str) -> IO[str]:
        path = self._folder / name
        return self._stack.enter_context(path.open("x", encoding="utf-8", newline="\n"))

    def _name(self, losses: tuple[Loss, ...]) -> None:
        for loss in losses[:LOSSES_NAMED]:
            self._writer.annotate_loss(loss.first_sample, loss.n_samples, loss.least, loss.most)
        rest = losses[LOSSES_NAMED:]
        if rest:
            n, least, most = (
                sum(getattr(loss, name) for loss in rest) for name in ("n_samples", "least", "most")
            )
            self._writer.annotate_loss(rest[0].first_sample, n, least, most)

    def _write(self, block: SampleBlock) -> None:
        counts = np.rint(block.uv / self._scale).astype(np.int32)
        missing = None
        if block.flags is not None:
            missing = np.asarray((block.flags & int(Flag.MISSING)).any(axis=1), bool)
        self._writer.write(counts, block.first_sample, missing)
        if block.received_s is not None and block.received_s >= self._clock_due_s:
            self._clock_due_s = block.received_s + CLOCK_EVERY_S
            self._clock.write(f"{block.end_sample - 1}\t{block.received_s:.6f}\n")
            for file in (self._clock, self._events, *(self._wire or ())):
                file.flush()

    def _refusal(self, error: OSError) -> StorageError:
        """The disk does not take more: keep what is whole, try nothing again."""
        self._refused = True
        refused = storage_error(error, self._folder)
        return StorageError(
            f"{refused} What was recorded until then is kept; 'fasciscope repair {self._folder}' "
            "makes it whole."
        )

    def _close(self) -> None:
        try:
            if self._refused:
                self._writer.abandon()
            else:
                self._writer.close()
            self._stack.close()
        except OSError as error:
            self._abandon()
            if not self._refused:
                raise self._refusal(error) from error

    def _abandon(self) -> None:
        """Close whatever still is open; the disk has said no already."""
        for close in (self._writer.abandon, self._stack.close):
            try:
                close()
            except OSError:
                self._refused = True


def check_new(folder: Path) -> None:
    """Raise UsageError unless a session may be recorded into `folder`: it is absent or empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder} is not empty, and a recording overwrites nothing. Name a new folder with --out."
        )


def finish_facts(folder: Path, facts: SessionFacts, told: Mapping[str, Json]) -> None:
    """Write the facts of a session that is whole, with the hash of its samples, in place of the open ones."""
    hashes: dict[str, Json] = {
        name: _sha256(folder / name)
        for name in (facts.signal_name, WIRE)
        if (folder / name).is_file()
    }
    write_text(folder / FACTS, _text({**facts.to_json(), **told, "sha256": hashes}))
    (folder / OPEN_FACTS).unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _text(values: Mapping[str, Json]) -> str:
    return json.dumps(values, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
