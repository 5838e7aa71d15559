"""What a reader of any log gives: rows as they were appended, and one interface for once and for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from latentop.engine.run.diagnosis import Source
from latentop.engine.run.store.bins import Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Values of one name, in the order in which they were written.

    ``steps`` (n,) are from 0; ``walls`` (n,) are seconds since 1970, NaN where a row has none, and None where
    the log tells no time at all; ``values`` (n,) may be NaN and infinite: what was not logged is no row.
    """

    name: str
    steps: Ints
    walls: Floats | None
    values: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Pictures that were logged together under one name, each as the file that it would be (PNG, JPEG)."""

    name: str
    step: int
    wall: float
    files: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What was appended: ``steps`` (n,) of every row, also of those without a value, and the rows by name.

    ``back_to`` is the step from which on everything before this batch counts no more: training was resumed
    there, or began anew. Within a batch the steps of a name fall only where the log is out of order.
    ``epochs`` says that the steps count epochs, or the like: one for many steps of training.
    """

    steps: Ints
    rows: tuple[Rows, ...]
    back_to: int | None = None
    pictures: tuple[Picture, ...] = ()
    epochs: bool = False


class LogReader(Protocol):
    """A log of one training, in whatever format."""

    @property
    def source(self) -> Source:
        """The format of the log."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What a person should hear about the reading, in a line each. It grows."""

    def poll(self, *, final: bool = False) -> list[Batch]:
        """What was appended since the last call: at most some megabytes, nothing where there is no more.

        ``final`` says that nobody will go on writing: a last line without its end counts, too. Raises
        UsageError where the log is none, or can't be read at all; from then on it is of no use.
        """

    def close(self) -> None:
        """Let go of its files."""
