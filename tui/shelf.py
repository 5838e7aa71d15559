"""The presets as they stand on the shelf: read once, found by a word, and those with a mistake too."""

from dataclasses import dataclass

from presets import catalogue, locate
from presets.catalogue import YOURS, Entry, PresetError
from presets.schema import Preset


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
            texts += [preset.title, preset.shows, preset.look_for, preset.source, catalogue.data_name(preset)]
        return " ".join(texts).casefold()


def shelf() -> tuple[Shelved, ...]:
    """Every preset by group, as it is on disk now."""
    return tuple(_read(entry) for entry in catalogue.entries())


def matching(shelved: tuple[Shelved, ...], words: str) -> tuple[Shelved, ...]:
    """Those in which every one of the words appears, in whatever order."""
    wanted = words.casefold().split()
    return tuple(one for one in shelved if all(word in one.words for word in wanted))


def place_of(one: Shelved) -> str:
    """The file of a preset with a mistake, and the line of it where that can be told."""
    key = one.error.key if one.error else ""
    try:
        line = locate.line_of(one.entry.path.read_text(encoding="utf-8-sig"), key) if key else None
    except (OSError, UnicodeDecodeError):
        line = None
    return f"{one.entry.path}, line {line}" if line else str(one.entry.path)


def _read(entry: Entry) -> Shelved:
    try:
        return Shelved(entry=entry, preset=catalogue.load(entry))
    except PresetError as error:
        return Shelved(entry=entry, error=error)
