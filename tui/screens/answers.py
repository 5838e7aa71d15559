"""What the worker answered, and what it printed, as texts for the screen of its run."""

from collections.abc import Iterator

from engine.run import files
from engine.run.folder import RunFolder
from engine.run.reader import Command
from tui.state import State
from tui.wording import clean, setting, spaced

TAIL_BYTES = 64_000
DONE = {
    "pause": "paused",
    "resume": "resumed",
    "stop": "stopping",
    "checkpoint": "checkpoint written",
    "undo": "undone",
}


def answered(old: State, new: State) -> Iterator[tuple[str, bool]]:
    """A sentence for each command answered since the older state, and whether it was applied."""
    if old.commands is new.commands:
        return
    open_before = {command.id for command in old.commands if command.state == "asked"}
    newest_before = max((command.id for command in old.commands), default=None)
    for command in new.commands:
        # What was answered before this screen opened is no news: the first batch brings it all.
        first_seen = not old.facts.created
        is_new = command.id in open_before or (newest_before is not None and command.id > newest_before)
        is_new = is_new or (newest_before is None and not first_seen)
        if command.state != "asked" and is_new:
            yield _sentence(command), command.state == "applied"


def last_lines(run: RunFolder, count: int = 8) -> tuple[str, ...]:
    """The last lines of ``worker.log`` that say something; none where it can't be read."""
    lines = [line.rstrip() for line in everything_printed(run).splitlines() if line.strip()]
    return tuple(lines[-count:])


def everything_printed(run: RunFolder) -> str:
    """The end of ``worker.log``, as text whatever bytes it holds."""
    return files.tail(run.log, TAIL_BYTES)


def _sentence(command: Command) -> str:
    if command.state == "refused":
        return clean(f"{command.name} refused: {command.reply or 'no reason was given'}")
    said = command.reply or DONE.get(command.name) or _changes(command)
    step = command.applied_step
    at = f" at step {spaced(step)}" if step is not None and "step" not in said else ""
    return clean(f"{said}{at}")


def _changes(command: Command) -> str:
    return ", ".join(f"{key} = {setting(value)}" for key, value in command.arguments.items()) + " set"
