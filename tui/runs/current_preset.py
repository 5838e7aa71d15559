"""The settings of a run as they are now: of its preset, or of the script whose own loop it is."""

import shlex

from latentop.engine.run import plain_files
from latentop.engine.run.commands import inability
from latentop.engine.run.errors import UsageError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import script_start
from latentop.presets import catalogue, fields, live, script
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset
from latentop.presets.watch import Watch

NO_PRESET = "its networks are a script's own"
"""Why what takes a preset can't be done with a script's run."""
CONFIG = "config/"
"""Before the names of what a script says of itself, among its settings."""


def preset_of(run: RunFolder, facts: RunFacts) -> Preset:
    """The run's preset as it is now.

    Raises UsageError where a script trains it, which has none, and UsageError or PresetError where it can't
    be read.
    """
    if facts.scripted:
        raise UsageError(f"{run.id} has no preset: {NO_PRESET}", start_again(facts))
    try:
        text = plain_files.text(run.preset)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{run.preset} can't be read: {error}", "restore it from a copy") from error
    return live.as_it_is(catalogue.parse(text, str(run.preset)), facts.settings)


def watch_of(run: RunFolder, facts: RunFacts) -> Watch:
    """What its alarms are judged by now. Raises as ``preset_of`` where that can't be told."""
    if facts.scripted:
        return script.watching(facts.settings).watch.moved
    return preset_of(run, facts).watch.moved


def resolved(run: RunFolder, facts: RunFacts) -> dict[str, object]:
    """Every setting as it is now by its key, those of a script after what it says of itself.

    Of a preset that is damaged only what can be changed while training.
    """
    if facts.scripted:
        return {**{f"{CONFIG}{key}": value for key, value in facts.config.items()}, **facts.settings}
    try:
        preset = catalogue.parse(plain_files.text(run.preset), str(run.preset))
    except (PresetError, OSError, UnicodeDecodeError):
        return dict(facts.settings)
    kept = {key: value for key, value in catalogue.flatten(preset).items() if key not in fields.ABOUT}
    return {**kept, **facts.settings}


def no_fork(facts: RunFacts) -> str:
    """That, and why, a script's run can't be forked."""
    return inability(facts, "fork") or f"can't be forked: {NO_PRESET}"


def start_again(facts: RunFacts) -> str:
    """How a person begins anew what a script trains."""
    python = script_start.gone(facts)
    why = f" ({python} isn't there any more)" if python else ""
    return f"start the script again{why}: {shlex.join(script_start.startable(facts))}"


def command_line(facts: RunFacts) -> str:
    """What started the script, as a shell takes it."""
    return shlex.join(facts.command)
