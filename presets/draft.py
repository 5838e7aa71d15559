"""Settings while they are edited: they may be what is not accepted yet, and say what is wrong with them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from latentop.presets import catalogue, fields, overrides
from latentop.presets.fields import Field
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset


class Edited(ABC):
    """Settings as they were, and as they are now. Every change returns others."""

    @property
    @abstractmethod
    def fields(self) -> tuple[Field, ...]:
        """Every setting as it is now."""

    @property
    @abstractmethod
    def before(self) -> Mapping[str, object]:
        """The value that each setting had, by its key."""

    @property
    def changed(self) -> tuple[str, ...]:
        """The keys of the settings that are not as they were."""
        return tuple(field.key for field in self.fields if self.is_changed(field))

    def is_changed(self, field: Field) -> bool:
        """Whether that setting is not as it was; one that came with another kind is where it was set."""
        return field.value != self.before.get(field.key, field.default)

    def mended(self) -> None:
        """Raise PresetError, with the key to blame, where a setting by itself is not accepted."""
        for field in self.fields:
            if field.problem:
                raise PresetError(f"{field.key}: {field.problem}", "mend it first", key=field.key)

    @abstractmethod
    def put(self, key: str, text: str) -> "Edited":
        """With a setting as somebody typed it."""

    @abstractmethod
    def reset(self, key: str) -> "Edited":
        """With a setting as it was."""

    @abstractmethod
    def check(self) -> None:
        """Raise PresetError, with the key to blame where there is one, unless all is accepted."""


@dataclass(frozen=True, kw_only=True)
class Draft(Edited):
    """A preset while it is edited."""

    original: Mapping[str, Any]
    document: Mapping[str, Any]

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Every setting as it is now."""
        return fields.of(self.document)

    @cached_property
    def before(self) -> Mapping[str, object]:
        """The value that each setting had, by its key."""
        return {field.key: field.value for field in fields.of(self.original)}

    def put(self, key: str, text: str) -> "Draft":
        """With a setting as somebody typed it."""
        field = next(one for one in self.fields if one.key == key)
        value = text if field.prose else overrides.value_of(text)
        if field.decides:
            table = field.section
            known = self.original[table] if self.before.get(key) == value else None
            return self._with(table, known or fields.switched(self.document, table, str(value)))
        return self._with(key, value)

    def reset(self, key: str) -> "Draft":
        """With a setting as it was; the one that decides what its table is takes the whole table back."""
        field = next(one for one in self.fields if one.key == key)
        if field.decides:
            return self._with(field.section, self.original[field.section])
        return self._with(key, self.before.get(key, field.default))

    def check(self) -> None:
        """Raise PresetError where it stands for no preset."""
        self.preset()

    def preset(self) -> Preset:
        """The preset that it stands for. Raises PresetError, with the key to blame where there is one."""
        self.mended()
        return catalogue.read(self.document, "")

    def _with(self, key: str, value: object) -> "Draft":
        table, _, leaf = key.rpartition(".")
        inside = {**self.document[table], leaf: value} if table else value
        return replace(self, document={**self.document, (table or leaf): inside})


def begun(preset: Preset) -> Draft:
    """A draft of a preset that has no change yet."""
    document = fields.plain(preset)
    return Draft(original=document, document=document)
