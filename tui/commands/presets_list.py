"""``presets``: what can be trained, and every setting of one of them."""

import shutil
import sys
import textwrap
from argparse import Namespace
from itertools import groupby

from latentop.presets import catalogue, live
from latentop.presets.catalogue import Entry
from latentop.presets.preset_error import PresetError
from latentop.tui.commands.parser import Commands
from latentop.tui.commands.standard_output import Output
from latentop.tui.model.plain_text import setting, table

_PROSE = {"title": "title", "brief": "in brief", "shows": "shows", "look_for": "look for", "source": "source"}


def add(commands: Commands) -> None:
    """The command of this family."""
    about = "list what can be trained; with a name, all its settings"
    commands.add("presets", _presets, about).add_argument("name", metavar="NAME", nargs="?")


def _presets(options: Namespace, output: Output) -> int:
    return _one(catalogue.find(options.name), output) if options.name else _all(output)


def _all(output: Output) -> int:
    entries = catalogue.entries()
    if output.as_json:
        output.json([_fields(entry) for entry in entries], indent=2)
        return 0
    for group, members in groupby(entries, key=lambda entry: entry.group):
        output.line(group, "heading")
        for entry in members:
            fields = _fields(entry)
            output.line(f"  {entry.name:<22} {fields.get('title') or 'damaged'}")
            _wrapped(output, str(fields.get("shows") or fields["error"]), 25)
    output.line()
    output.line("train one: latentop train NAME · all its settings: latentop presets NAME", "faint")
    return 0


def _one(entry: Entry, output: Output) -> int:
    preset = catalogue.load(entry)
    if output.as_json:
        more = {"settings": _settings(entry), "live": list(live.settings(preset))}
        output.json({**_fields(entry), **more}, indent=2)
        return 0
    output.line(f"{entry.name} · {preset.title}", "heading")
    for key in ("shows", "look_for", "source"):
        _wrapped(output, f"{_PROSE[key]}: {getattr(preset, key)}", 2)
    output.line()
    known = live.settings(preset)
    example = next(key for key in known if key.endswith(".lr"))
    rows = [
        (key, setting(value), "changes while training: latentop set" if key in known else "")
        for key, value in _settings(entry).items()
    ]
    for line in table(rows):
        output.line(f"  {line}")
    output.line()
    output.line(
        f"change any of them: latentop train {entry.name} --set {example}={setting(known[example])}", "faint"
    )
    return 0


def _fields(entry: Entry) -> dict[str, object]:
    """A preset for the list; a damaged one of the user's own is listed with what is wrong."""
    fields: dict[str, object] = {"name": entry.name, "group": entry.group, "path": str(entry.path)}
    try:
        preset = catalogue.load(entry)
    except PresetError as error:
        return {**fields, "error": error.message}
    return {**fields, **{key: getattr(preset, key) for key in _PROSE}}


def _settings(entry: Entry) -> dict[str, object]:
    settings = catalogue.flatten(catalogue.load(entry))
    return {key: value for key, value in settings.items() if key not in _PROSE}


def _wrapped(output: Output, text: str, indent: int) -> None:
    width = min(shutil.get_terminal_size((100, 24)).columns, 110) if sys.stdout.isatty() else 100
    for line in textwrap.wrap(text, max(width - indent, 30)):
        output.line(" " * indent + line)
