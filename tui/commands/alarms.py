"""``alarms``: every alarm of a run in full, with the numbers that it was raised on."""

import time
from argparse import Namespace
from dataclasses import asdict

from engine.run import folder
from engine.run.reader import Alarm
from tui import selectors
from tui.commands.output import Output
from tui.commands.parser import Commands
from tui.looking import look
from tui.tone import Tone
from tui.wording import number, spaced


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
    for mark in selectors.went_back(seen.marks):
        output.line()
        output.line(f"given up at {_moment(mark.wall)} by going back to step {spaced(mark.step)}", "faint")
        output.line(f"  {mark.text}")
    return 0


def _tell(alarm: Alarm, output: Output) -> None:
    over = alarm.cleared_step
    tone: Tone = "critical" if alarm.severity == "critical" else "warning"
    raised = f"step {spaced(alarm.raised_step)}, {_moment(alarm.raised_wall)}"
    ended = "stands" if over is None else f"cleared at step {spaced(over)}"
    output.line(
        f"{alarm.severity.upper()} {alarm.name}, raised at {raised}, {ended}",
        tone if over is None else "faint",
    )
    output.line(f"  {alarm.sentence}")
    if alarm.advice:
        output.line(f"  try: {alarm.advice}")
    if alarm.evidence:
        numbers = ", ".join(f"{name} {number(value)}" for name, value in alarm.evidence.items())
        output.line(f"  evidence: {numbers}")


def _moment(wall: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(wall))
