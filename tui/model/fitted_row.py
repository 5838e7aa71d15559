"""A row of words and keys, as much of each as there is room for: the most important stays longest. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from latentop.tui.model.plain_text import abridged, as_many, clean

BETWEEN, ELLIPSIS = " · ", "…"
FEWEST = 8
"""Characters in which the first of the lost modes still has its name."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A key, and what it does here."""

    key: str
    does: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRow:
    """``heads`` say the same, the longest first; ``parts`` follow, the most important first.

    ``lost`` are the names of modes behind all that. ``loud`` rows have a ground in the colour of ``tone``.
    """

    heads: tuple[str, ...]
    tone: str = ""
    loud: bool = False
    parts: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    """What is said in the place of the parts, where there is no room for the first."""
    lost: tuple[str, ...] = ()
    hints: tuple[Hint, ...] = ()

    def within(self, width: int) -> tuple[str, str, tuple[Hint, ...]]:
        """Head, what follows it, and the hints, as much of each as fits; hints stay longer than parts.

        What should follow first is abridged rather than left out; so is a head that is too long even for one
        hint, beside all of them.
        """
        for count in range(len(self.hints), min(len(self.hints), 1) - 1, -1):
            hints = self.hints[:count]
            room = width - hints_width(hints)
            for parts in range(len(self.parts), -1, -1):
                for told in (self.parts[:parts],) if parts else (self.short, ()):
                    for head in self.heads:
                        said = BETWEEN.join((head, *told))
                        if len(said) <= room:
                            if not told and (begun := self._begun(room)):
                                return *begun, hints
                            return head, said[len(head) :] + self._named(room - len(said), parts), hints
        room = max(1, width - hints_width(self.hints))
        last = self.heads[-1]
        return abridged(last, room) or last[: room - 1] + ELLIPSIS, "", self.hints

    def _begun(self, room: int) -> tuple[str, str] | None:
        """A head and the beginning of what should follow: whole clauses where any head leaves room."""
        texts = (*self.short, *self.parts)[:1]
        found = [
            (head, abridged(text, room - len(head) - len(BETWEEN))) for head in self.heads for text in texts
        ]
        head, begins = max(
            found, key=lambda one: (bool(one[1]), one[1][-1:] != ELLIPSIS, len(one[1])), default=("", "")
        )
        return (head, BETWEEN + begins) if begins else None

    def _named(self, room: int, parts: int) -> str:
        """Which modes are lost, where all else is said already."""
        if parts < len(self.parts) or not self.lost:
            return ""
        intro = " · lost "
        told = as_many([clean(name) for name in self.lost], room - len(intro))
        return intro + told if not told.isdecimal() and room >= len(intro) + FEWEST else ""


def hints_width(hints: Sequence[Hint]) -> int:
    """The cells that hints take, with the blanks before each."""
    return sum(len(hint.key) + 1 + len(hint.does) + 2 for hint in hints) + (1 if hints else 0)
