"""The shapes of things that rooms plug into one another."""

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Protocol, TypeVar

from fasciscope.core.block import SampleBlock
from fasciscope.core.stream import StreamInfo

In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)


class Source(Protocol):
    """Something that delivers blocks: a board, a radio, a replayed file."""

    @property
    def info(self) -> StreamInfo:
        """What the stream is."""
        ...

    def __enter__(self) -> "Source": ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def __iter__(self) -> Iterator[SampleBlock]: ...


class Stage(Protocol[In_contra, Out_co]):
    """A streaming step: push what comes, take what is final, finish at the end."""

    def push(self, item: In_contra, /) -> Iterable[Out_co]:
        """Take one item; give what became final by it."""
        ...

    def finish(self) -> Iterable[Out_co]:
        """Give what was still waiting; nothing may be pushed afterwards."""
        ...
