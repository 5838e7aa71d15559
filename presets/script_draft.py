"""The settings of a script's training while they are edited."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from latentop.presets import overrides, script
from latentop.presets.draft import Edited
from latentop.presets.fields import Field
from latentop.presets.preset_error import PresetError
from latentop.presets.script import Bounds


@dataclass(frozen=True, kw_only=True)
class ScriptDraft(Edited):
    """The script's numbers first, those of one section together; then its watch, and what it keeps."""

    original: Mapping[str, object]
    settings: Mapping[str, object]
    bounds: Bounds

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Every setting as it is now."""
        found = [self._judged(field) for field in script.fields_of(self.settings, self.bounds)]
        sections = list(dict.fromkeys(field.section for field in found))
        return tuple(sorted(found, key=lambda field: sections.index(field.section)))

    @cached_property
    def before(self) -> Mapping[str, object]:
        """The value that each setting had, by its key."""
        return {key: field.value for key, field in self._known.items()}

    def put(self, key: str, text: str) -> "ScriptDraft":
        """With a setting as somebody typed it."""
        value = text if self._known[key].prose else overrides.value_of(text)
        return replace(self, settings={**self.settings, key: value})

    def reset(self, key: str) -> "ScriptDraft":
        """With a setting as it was."""
        return replace(self, settings={**self.settings, key: self.before[key]})

    def check(self) -> None:
        """Raise PresetError where they can't be set."""
        self.mended()
        script.changed(self.original, self.bounds, {key: self.settings[key] for key in self.changed})

    @cached_property
    def _known(self) -> Mapping[str, Field]:
        return {field.key: field for field in script.fields_of(self.original, self.bounds)}

    def _judged(self, field: Field) -> Field:
        """A number of the script's own is of the type that it had."""
        if field.key not in self.bounds:
            return field
        known = self._known[field.key]
        try:
            now = script.changed(self.original, self.bounds, {field.key: field.value})
        except PresetError as error:
            said = error.message.removeprefix(f"{field.key}: ")
            return replace(known, value=field.value, problem=f"{said}; {error.hint}")
        return replace(known, value=now[field.key])


def begun(settings: Mapping[str, object], bounds: Bounds) -> ScriptDraft:
    """A draft of settings that have no change yet."""
    return ScriptDraft(original=settings, settings=settings, bounds=bounds)
