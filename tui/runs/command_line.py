"""The command that trains a run again, as a shell takes it."""

import shlex

from latentop.engine.run.errors import LatentopError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.presets import catalogue
from latentop.presets.preset_error import PresetError
from latentop.tui.model.plain_text import setting
from latentop.tui.runs import current_preset


def command_line(run: RunFolder, facts: RunFacts) -> str:
    """``latentop train ring --seed 7 --set generator.lr=0.0005``; of a script's run, what started that.

    Where the preset of that name is gone, or can't be read, its settings are left out.
    """
    if facts.scripted:
        return current_preset.command_line(facts)
    named = facts.origin or facts.preset
    words = ["latentop", "train", named, "--seed", str(facts.seed)]
    try:
        original = catalogue.load(catalogue.find(named))
        changed = catalogue.differences(original, current_preset.preset_of(run, facts))
    except (LatentopError, PresetError):
        return shlex.join(words)
    for key, _, value in changed:
        if key != "seed" and value is not None:
            words += ["--set", f"{key}={setting(value)}"]
    return shlex.join(words)
