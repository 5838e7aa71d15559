"""The presets as they stand on the shelf: read once, found by a word, and those with a mistake too."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from latentop.presets import catalogue, locate
from latentop.presets.catalogue import YOURS, Entry
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """A preset that can be named; ``preset`` is None where it has a mistake, which ``error`` tells."""

    entry: Entry
    preset: Preset | None = None
    error: PresetError | None = None

    @property
    def own(self) -> bool:
        """Whether it is one's own, and not shipped."""
        return self.entry.group == YOURS

    @property
    def rewritable(self) -> bool:
        """Whether it is one's own, in a file that saving can write: none in Python."""
        return self.own and self.entry.path.suffix == ".toml"

    @property
    def words(self) -> str:
        """All that it can be found by, in lower case."""
        preset, texts = self.preset, [self.entry.name]
        if preset is not None:
            texts += [
                preset.title,
                preset.brief,
                preset.shows,
                preset.look_for,
                preset.source,
                catalogue.data_name(preset),
            ]
        return " ".join(texts).casefold()


def shelf() -> tuple[Shelved, ...]:
    """Every preset by group, as it is on disk now."""
    return tuple(_read(entry) for entry in catalogue.entries())


def matching(shelved: tuple[Shelved, ...], words: str) -> tuple[Shelved, ...]:
    """Those in which every one of the words appears, in whatever order: by name before by description."""
    wanted = words.casefold().split()
    found = (one for one in shelved if all(word in one.words for word in wanted))
    return tuple(sorted(found, key=lambda one: _farness(one, wanted)))


def place_of(one: Shelved) -> str:
    """The file of a preset with a mistake, and the line of it where that can be told."""
    key = one.error.key if one.error else ""
    try:
        line = locate.line_of(one.entry.path.read_text(encoding="utf-8-sig"), key) if key else None
    except (OSError, UnicodeDecodeError):
        line = None
    return f"{one.entry.path}, line {line}" if line else str(one.entry.path)


def _farness(one: Shelved, wanted: Sequence[str]) -> int:
    """How far what was found is from what was typed: 0 where it is the name, 5 inside another word."""
    return max((_step(one.entry.name.casefold(), one.words, word) for word in wanted), default=0)


def _step(name: str, words: str, word: str) -> int:
    begins = re.compile(rf"\b{re.escape(word)}")
    near = (name == word, name.startswith(word), begins.search(name), word in name, begins.search(words))
    return next((place for place, fits in enumerate(near) if fits), len(near))


def _read(entry: Entry) -> Shelved:
    try:
        return Shelved(entry=entry, preset=catalogue.load(entry))
    except PresetError as error:
        return Shelved(entry=entry, error=error)
