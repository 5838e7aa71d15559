"""Find, load, override and compare presets. A mistake is told as file, key, value, and what is accepted."""

import copy
import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import platformdirs
import tomli_w

from presets import inline
from presets.data import Folder
from presets.explain import explain
from presets.schema import Preset

SHIPPED = Path(__file__).parent
GROUPS = ("gans", "autoencoders", "failures")
YOURS = "yours"
_POINTED = r"[+-]?([0-9]+\.|[0-9]*\.[0-9]+)(e[+-]?[0-9]+)?"
"""Numbers that begin or end with their point, which TOML has not."""


class PresetError(Exception):
    """A preset or a setting that can't be used: a message (what, where) and a hint (what is accepted).

    ``key`` is the dotted key of the setting, where one is to blame.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str, *, key: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.key = key


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
        path = Path(name).expanduser()
        if not path.is_file():
            raise PresetError(
                f"no preset file {path}", "name a file that ends in .toml or .py, or: latentop presets"
            )
        return Entry(name=path.stem, group=YOURS, path=path)
    known = entries()
    for entry in reversed(known):  # a user's own come last and win
        if entry.name == name:
            return entry
    names = sorted({entry.name for entry in known})
    near = difflib.get_close_matches(name, names, n=3) or names
    raise PresetError(f"no preset named {name!r}", f"there are: {', '.join(near)} (all: latentop presets)")


def origin(entry: Entry) -> str:
    """What finds the entry again from anywhere: its name, or the path of a file that lies elsewhere."""
    return entry.name if entry in entries() else str(entry.path.absolute())


def load(entry: Entry, overrides: Sequence[str] = ()) -> Preset:
    """A preset read, overridden with ``key.key=value`` words, and validated. Raises PresetError."""
    preset = _validate(_override(_read(entry.path), overrides), str(entry.path), overrides)
    return with_code(preset, entry.path.absolute().parent / preset.code) if preset.code else preset


def parse(text: str, where: str) -> Preset:
    """A preset from the text of a resolved one. Raises PresetError."""
    return _validate(_toml(text, where), where, ())


def read(document: Mapping[str, Any], where: str) -> Preset:
    """A preset from a document of tables and plain values. Raises PresetError."""
    return _validate(document, where, ())


def override(preset: Preset, words: Sequence[str]) -> Preset:
    """A preset with some ``key.key=value`` words applied through the same validation."""
    return _validate(_override(_plain(preset), words), "--set", words)


def dump(preset: Preset) -> str:
    """The preset as TOML, every key spelt out, defaults too."""
    return tomli_w.dumps(_plain(preset))


def value_of(text: str) -> Any:
    """A TOML value, or ``.5`` or ``5.``; what is none is taken as the text itself: names need no quotes."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except ValueError:  # TOMLDecodeError, or a number of more digits than Python reads
        return float(text) if re.fullmatch(_POINTED, text, re.IGNORECASE) else text


def flatten(preset: Preset) -> dict[str, object]:
    """Every setting by its dotted key: ``{"generator.lr": 0.0002, …}``."""
    return dict(_leaves(_plain(preset)))


def data_name(preset: Preset) -> str:
    """Which data, for people: ``fashion-mnist (small)``."""
    size = getattr(preset.data, "size", None)
    return f"{preset.data.tag} ({size})" if size else preset.data.tag


def anchored(preset: Preset) -> Preset:
    """The preset with the path to its data made absolute, as seen from here: a worker runs elsewhere."""
    if not (isinstance(preset.data, Folder) and preset.data.path):
        return preset
    path = Path(preset.data.path)
    with suppress(RuntimeError):  # ~somebody who isn't there: then it is a folder of that name
        path = path.expanduser()
    return msgspec.structs.replace(
        preset, data=msgspec.structs.replace(preset.data, path=str(path.absolute()))
    )


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


def _override(document: dict[str, Any], words: Sequence[str]) -> dict[str, Any]:
    document = copy.deepcopy(document)
    for word in words:
        key, equals, value = word.partition("=")
        key = key.strip()
        if not (equals and re.fullmatch(r"[\w-]+(\.[\w-]+)*", key)):
            raise PresetError(f"--set {word}: no KEY=VALUE", "write it like: --set generator.lr=1e-4")
        if not value.isprintable():
            raise PresetError(
                f"--set {key}={value!r}: not to be printed", "accepted: printable characters, on one line"
            )
        *tables, leaf = key.split(".")
        place = document
        for table in tables:
            place = place.setdefault(table, {})
            if not isinstance(place, dict):
                raise PresetError(f"--set {word}: {table} is a value, not a table", "name the value itself")
        place[leaf] = value_of(value.strip())
    return document


def _key(word: str) -> str:
    return word.partition("=")[0].strip()


def _validate(document: Mapping[str, Any], where: str, overrides: Sequence[str]) -> Preset:
    try:
        preset: Preset = msgspec.convert(document, Preset)
    except msgspec.ValidationError as error:
        key, problem, accepted = explain(str(error), document)
        word = next((word for word in reversed(overrides) if f"{_key(word)}.".startswith(f"{key}.")), None)
        place = [f"--set {word}" if word else where, key, problem]
        raise PresetError(": ".join(part for part in place if part), accepted, key=key) from error
    return preset


def _plain(preset: Preset) -> dict[str, Any]:
    plain = msgspec.to_builtins(preset)
    assert isinstance(plain, dict)
    return plain


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
