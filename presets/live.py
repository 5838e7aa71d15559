"""Which settings can be changed while a run trains, and why the others can't: the one place that knows."""

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass

from latentop.presets import catalogue, fields
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset

_NETWORK = r"(autoencoder|generator|discriminator|classifier)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What holds for the settings whose keys match: ``why`` is empty where they can be changed live."""

    keys: str
    """A regular expression of the whole dotted key."""
    why: str = ""
    """Why it can't be changed while training."""
    fits: bool = True
    """Whether a fork, which has the weights of a checkpoint, can have another value."""


_RULES = (
    Rule(keys=r"steps|batch"),
    Rule(keys=rf"{_NETWORK}\.(lr|schedule|beta1|beta2|clip)"),
    Rule(keys=r"objective\.name", why="its losses would go on as others of the same name"),
    Rule(keys=r"objective\.\w+"),
    Rule(keys=r"watch\.samples", why="real data were measured with as many"),
    Rule(keys=r"watch\.features", why="real data were measured in these"),
    Rule(keys=r"watch\.\w+"),
    Rule(keys=r"keep\.images", why="pictures show the same images all along"),
    Rule(keys=r"keep\.(frames|checkpoints|last|best|size)"),
    Rule(keys=rf"{_NETWORK}\.optimizer", why="the moments that it has gathered mean nothing to another"),
    Rule(keys=r"classifier\.batch|labels|pretrain", why="the second phase is laid out at the start"),
    Rule(keys=r"seeds", why="the classifiers are built at the start", fits=False),
    Rule(
        keys=rf"{_NETWORK}\.(activation|codings|slope|initialisation|start)",
        why="the network is built at the start",
    ),
    Rule(keys=rf"{_NETWORK}\..+", why="the weights would not fit a network of another shape", fits=False),
    Rule(keys=r"kind|code", why="the weights would not fit other networks", fits=False),
    Rule(keys=r"data\..+", why="data are read at the start"),
    Rule(keys=r"seed", why="all that was drawn so far came from it"),
    Rule(keys=r"device", why="the run stays on the device that it began on"),
    Rule(keys=r"precision", why="its steps go on as exactly as they began"),
    Rule(keys="|".join(fields.ABOUT), why="it tells people of the preset, and training nothing"),
)
_OTHERS = Rule(keys=r".+", why="it is read once, at the start")


def rule(key: str) -> Rule:
    """What holds for the setting of that dotted key."""
    return next((one for one in _RULES if re.fullmatch(one.keys, key)), _OTHERS)


def settings(preset: Preset) -> dict[str, object]:
    """The settings that can be changed while training, by dotted key, as they are in that preset."""
    return {key: value for key, value in catalogue.flatten(preset).items() if not rule(key).why}


def changed(preset: Preset, values: Mapping[str, object]) -> Preset:
    """The preset with other values under some dotted keys. Raises PresetError where one is not accepted."""
    document = copy.deepcopy(fields.plain(preset))
    for field in fields.of(document):
        chosen = values.get(field.key, field.value)
        if field.decides and chosen != field.value and chosen in [one.value for one in field.alternatives]:
            document[field.section] = fields.switched(document, field.section, str(chosen))
    for key, value in values.items():
        *tables, leaf = key.split(".")
        place = document
        for table in tables:
            place = place.setdefault(table, {})
            if not isinstance(place, dict):
                raise PresetError(f"{key}: {table} is a value, not a table", "see: latentop presets")
        place[leaf] = value
    return catalogue.read(document, "")


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Which of two settings by key differ, and how: ``generator.lr 0.001 → 0.0002``."""
    return [
        f"{key} {_told(before[key])} → {_told(value)}"
        for key, value in after.items()
        if key in before and before[key] != value
    ]


def as_it_is(preset: Preset, now: Mapping[str, object]) -> Preset:
    """The preset of a run as it is now, by what the run says of itself; what is damaged there counts not."""
    known = catalogue.flatten(preset)
    try:
        return changed(preset, {key: value for key, value in now.items() if key in known})
    except PresetError:
        return preset


def _told(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
    return str(value)
