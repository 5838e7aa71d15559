"""How busy the machine of a run is: a frozen record."""

from __future__ import annotations

from dataclasses import dataclass

REMEMBERED = 6
"""Looks at the processor that are remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineLoad:
    """``processor`` holds the last looks, the newest last, as shares of all cores; ``memory`` is in bytes.

    The memory is that of whoever trains; None where it can't be told.
    """

    processor: tuple[float, ...]
    memory: int | None = None

    def after(self, before: MachineLoad | None) -> MachineLoad:
        """This look, with what was seen before it."""
        past = before.processor if before is not None else ()
        return MachineLoad(processor=(*past, *self.processor)[-REMEMBERED:], memory=self.memory)
