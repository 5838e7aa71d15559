"""Presets of one's own on disk: written, found again, thrown away."""

import re
from itertools import chain, count
from pathlib import Path

import tomli_w

from latentop.presets import catalogue, fields
from latentop.presets.atomic_file import replacing
from latentop.presets.catalogue import YOURS, Entry
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset

LONGEST = 64
NAMES = "letters, digits, - and _; the first one a letter or a digit"


def short(preset: Preset) -> str:
    """The preset as the shortest TOML that means the same: what it has to say, and no default."""
    return tomli_w.dumps(fields.said(fields.plain(preset)))


def check_name(name: str) -> None:
    """Raise PresetError where no preset of one's own can have that name."""
    if not name:
        raise PresetError("it needs a name", f"accepted: {NAMES}")
    if len(name) > LONGEST:
        raise PresetError(f"a name of {len(name)} characters", f"accepted: at most {LONGEST}")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        raise PresetError(f"{name!r} is not accepted", f"accepted: {NAMES}")
    if _file(name, ".py").exists():
        raise PresetError(f"{_file(name, '.py')} has that name", "choose another: a Python file comes first")


def existing(name: str) -> Entry | None:
    """The preset of one's own that saving under that name would replace."""
    path = _file(name)
    return Entry(name=name, group=YOURS, path=path) if path.exists() else None


def free_name(name: str) -> str:
    """A name for a preset changed from that one, under which nothing lies yet: ``my-dcgan``."""
    wanted = f"my-{name.removeprefix('my-')}"
    taken = {entry.name for entry in catalogue.entries()}
    candidates = chain([wanted], (f"{wanted}-{number}" for number in count(2)))
    return next(candidate for candidate in candidates if candidate not in taken)


def save(name: str, preset: Preset) -> Entry:
    """Write it as a preset of one's own, whole or not at all. Raises PresetError where that can't be."""
    check_name(name)
    path = _file(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path.resolve()) as file:
            file.write(short(preset).encode())
    except OSError as error:
        raise PresetError(
            f"{path} can't be written: {error.strerror or error}", "free or open that folder, then save again"
        ) from error
    return Entry(name=name, group=YOURS, path=path)


def delete(entry: Entry) -> None:
    """Throw away a preset of one's own. Raises PresetError where that can't be."""
    try:
        entry.path.unlink()
    except FileNotFoundError:
        return
    except OSError as error:
        raise PresetError(
            f"{entry.path} can't be deleted: {error.strerror or error}", "open that folder, then try again"
        ) from error


def _file(name: str, suffix: str = ".toml") -> Path:
    return catalogue.user_folder() / f"{name}{suffix}"
