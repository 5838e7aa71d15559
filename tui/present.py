"""The preset of a run as it is now: as it began, with what was changed while training."""

from engine.run import files
from engine.run.errors import UsageError
from engine.run.facts import RunFacts
from engine.run.folder import RunFolder
from presets import catalogue, live
from presets.schema import Preset


def preset_of(run: RunFolder, facts: RunFacts) -> Preset:
    """The run's preset as it is now. Raises UsageError or PresetError where it can't be read."""
    try:
        text = files.text(run.preset)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{run.preset} can't be read: {error}", "restore it from a copy") from error
    return live.as_it_is(catalogue.parse(text, str(run.preset)), facts.settings)
