"""``alarms``: every alarm of a run in full, with the numbers that it was raised on."""

import time
from argparse import Namespace
from dataclasses import asdict

from latentop.engine.run import folder
from latentop.engine.run.store.reader import Alarm
from latentop.tui.commands.parser import Commands
from latentop.tui.commands.standard_output import Output
from latentop.tui.model import derived
from latentop.tui.model.emphasis import of_verdict
from latentop.tui.model.number_text import number, spaced
from latentop.tui.runs.glance import look


def add(commands: Commands) -> None:
    """The command of this family."""
    commands.add("alarms", _alarms, "every alarm of a run in full, with its evidence", run="newest")


def _alarms(options: Namespace, output: Output) -> int:
    seen = look(folder.find(folder.runs_folder(options.runs), options.run))
    if output.as_json:
        output.json([asdict(alarm) for alarm in seen.alarms], indent=2)
        return 0
    standing = sum(alarm.cleared_step is None for alarm in seen.alarms)
    count = f"{len(seen.alarms)} raised, {standing} standing" if seen.alarms else "none so far"
    output.line(f"{seen.run.id} · alarms: {count}", "heading")
    for alarm in seen.alarms:
        output.line()
        _tell(alarm, output)
    for mark in derived.went_back(seen.marks):
        output.line()
        output.line(f"given up at {_moment(mark.wall)} by going back to step {spaced(mark.step)}", "faint")
        output.line(f"  {mark.text}")
    return 0


def _tell(alarm: Alarm, output: Output) -> None:
    over = alarm.cleared_step
    raised = f"step {spaced(alarm.raised_step)}, {_moment(alarm.raised_wall)}"
    ended = "stands" if over is None else f"cleared at step {spaced(over)}"
    output.line(
        f"{alarm.severity.upper()} {alarm.name}, raised at {raised}, {ended}",
        of_verdict(alarm.severity) if over is None else "faint",
    )
    output.line(f"  {alarm.sentence}")
    if alarm.advice:
        output.line(f"  try: {alarm.advice}")
    if alarm.evidence:
        numbers = ", ".join(f"{name} {number(value)}" for name, value in alarm.evidence.items())
        output.line(f"  evidence: {numbers}")


def _moment(wall: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(wall))
