"""Find, load, override and compare presets. A mistake is told as file, key, value, and what is accepted."""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import platformdirs
import tomli_w

from latentop.presets import feature_choice, fields, inline, overrides
from latentop.presets.absolute_path import absolute, at_home
from latentop.presets.data import Folder, Images
from latentop.presets.explain import explain
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset, Pretraining

SHIPPED = Path(__file__).parent
GROUPS = ("gans", "autoencoders", "failures")
YOURS = "yours"
_ON_ANOTHER = " on Fashion-MNIST"
"""Ends titles of presets that are on something else once a folder is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A preset that can be named: ``group`` is gans, autoencoders, failures, or yours."""

    name: str
    group: str
    path: Path


def user_folder() -> Path:
    """Where a user's own presets lie: every ``.toml`` in it is one, and every ``.py``."""
    try:
        return platformdirs.user_config_path("latentop") / "presets"
    except RuntimeError:  # no HOME, and a user that the machine does not know
        return Path(os.devnull) / "latentop" / "presets"


def entries() -> list[Entry]:
    """Every preset by group; a user's own of the same name stands beside the shipped one and wins."""
    shipped = [
        Entry(name=path.stem, group=group, path=path)
        for group in GROUPS
        for path in sorted((SHIPPED / group).glob("*.toml"), key=_name)
    ]
    own = [*user_folder().glob("*.toml"), *user_folder().glob("*.py")]
    return shipped + [Entry(name=path.stem, group=YOURS, path=path) for path in sorted(own, key=_name)]


def _name(path: Path) -> str:
    return path.stem  # of whole names, grid-packed would come before grid


def find(name: str) -> Entry:
    """The preset of that name, or the file of that path. Raises PresetError with the nearest names."""
    if name.endswith((".toml", ".py")) or "/" in name:
        path = at_home(name)
        accepted = "name a file that ends in .toml or .py, or: latentop presets"
        try:
            there = path.is_file()
        except OSError as error:  # a name that is too long, a folder that may not be looked into
            raise PresetError(f"no preset file can be read: {error.strerror}: {path}", accepted) from error
        if not there:
            raise PresetError(f"no preset file {path}", accepted)
        return Entry(name=path.stem, group=YOURS, path=path)
    known = entries()
    called = [entry for entry in known if entry.name == name]
    if len(own := [entry for entry in called if entry.group == YOURS]) > 1:
        raise PresetError(
            f"two presets are named {name!r}: {' and '.join(str(entry.path) for entry in own)}",
            "rename one of the files, or name the one that is meant by its path",
        )
    if called:
        return called[-1]  # a user's own come last and win
    names = sorted({entry.name for entry in known})
    near = difflib.get_close_matches(name, names, n=3) or names
    raise PresetError(f"no preset named {name!r}", f"there are: {', '.join(near)} (all: latentop presets)")


def origin(entry: Entry) -> str:
    """What finds the entry again from anywhere: its name, or the path of a file that lies elsewhere."""
    return entry.name if entry in entries() else absolute(entry.path)


def load(entry: Entry, words: Sequence[str] = ()) -> Preset:
    """A preset read, overridden with ``key.key=value`` words, and validated. Raises PresetError.

    Its ``code`` lies beside its file; one that a word names, where the person is.
    """
    preset = _validate(overrides.apply(_read(entry.path), words), str(entry.path), words)
    named = any(overrides.key_of(word) == "code" for word in words)
    if not preset.code:
        return preset
    return with_code(preset, absolute(preset.code) if named else entry.path.absolute().parent / preset.code)


def parse(text: str, where: str) -> Preset:
    """A preset from the text of a resolved one. Raises PresetError."""
    return _validate(_toml(text, where), where, ())


def read(document: Mapping[str, Any], where: str) -> Preset:
    """A preset from a document of tables and plain values. Raises PresetError."""
    return _validate(document, where, ())


def override(preset: Preset, words: Sequence[str]) -> Preset:
    """A preset with some ``key.key=value`` words applied through the same validation."""
    return _validate(overrides.apply(fields.plain(preset), words), "--set", words)


def dump(preset: Preset) -> str:
    """The preset as TOML, every key spelt out, defaults too."""
    return tomli_w.dumps(fields.plain(preset))


def flatten(preset: Preset) -> dict[str, object]:
    """Every setting by its dotted key: ``{"generator.lr": 0.0002, …}``."""
    return dict(_leaves(fields.plain(preset)))


def data_name(preset: Preset) -> str:
    """Which data, for people: ``fashion-mnist (small)``, ``photos (folder)``."""
    if isinstance(preset.data, Folder) and preset.data.path:
        return f"{Path(preset.data.path).name} ({preset.data.tag})"
    size = getattr(preset.data, "size", None)
    return f"{preset.data.tag} ({size})" if size else preset.data.tag


def anchored(preset: Preset) -> Preset:
    """The preset with its paths made absolute, as seen from here: a worker runs elsewhere."""
    data, watch = preset.data, preset.watch
    if isinstance(data, Folder) and data.path:
        data = msgspec.structs.replace(data, path=absolute(data.path))
    if feature_choice.is_file(watch.features):
        watch = msgspec.structs.replace(watch, features=absolute(watch.features))
    return msgspec.structs.replace(preset, data=data, watch=watch)


def on_folder(preset: Preset, path: str) -> list[str]:
    """The words that have a preset train on the images in a folder. Raises PresetError for one of points."""
    if not isinstance(preset.data, Images):
        raise PresetError(
            f"--data {path}: the preset trains on points ({preset.data.tag}), not on images",
            "choose a preset of images, such as dcgan, stacked or vae (all: latentop presets)",
        )
    place = absolute(path) if path else ""  # 2024 would be a number, and /photos/2024 is none
    words = ["data.name=folder", f"data.path={place}"]
    title = preset.title.removesuffix(_ON_ANOTHER)
    return words if title == preset.title else [*words, f"title={title} on {Path(place).name}"]


def in_fewer_steps(preset: Preset, words: Sequence[str]) -> list[str]:
    """The words, with one more where they leave the second phase of a preset no step: its share of them.

    Who names ``pretrain`` has decided that, and is told where it does not fit.
    """
    named = {overrides.key_of(word): overrides.value_of(word.partition("=")[2].strip()) for word in words}
    steps = named.get("steps")
    if not isinstance(preset, Pretraining) or "pretrain" in named or type(steps) is not int:
        return [*words]
    if not 2 <= steps <= preset.pretrain:
        return [*words]
    share = max(1, min(steps - 1, round(steps * preset.pretrain / preset.steps)))
    return [*words, f"pretrain={share}"]


def with_code(preset: Preset, path: Path | str) -> Preset:
    """The preset with its own networks in that file."""
    return msgspec.structs.replace(preset, code=str(path))


def differences(preset: Preset, other: Preset) -> list[tuple[str, object, object]]:
    """``(key, value here, value there)`` of every setting that differs; None where one lacks it."""
    here, there = flatten(preset), flatten(other)
    return [
        (key, here.get(key), there.get(key))
        for key in [*here, *(key for key in there if key not in here)]
        if here.get(key) != there.get(key)
    ]


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PresetError(f"{path} can't be read: {error}", "see: latentop presets") from error
    if path.suffix != ".py":
        return _toml(text, str(path))
    try:
        content = inline.block(text)
    except ValueError as error:
        raise PresetError(f"{path} holds no preset: {error}", "CONTRIBUTING has one to copy") from error
    return {"code": path.name, **_toml(content, str(path))}


def _toml(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, or a number of more digits than Python reads
        raise PresetError(f"{where} is no TOML: {error}", "mend that line") from error


def _validate(document: Mapping[str, Any], where: str, words: Sequence[str]) -> Preset:
    try:
        preset: Preset = msgspec.convert(document, Preset)
    except msgspec.ValidationError as error:
        key, problem, accepted = explain(str(error), document)
        word = next(
            (one for one in reversed(words) if f"{overrides.key_of(one)}.".startswith(f"{key}.")), None
        )
        place = [f"--set {word}" if word else where, key, problem]
        raise PresetError(": ".join(part for part in place if part), accepted, key=key) from error
    return preset


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
