"""``train``, ``attach``, ``follow`` and the dashboard: start a run, or watch one."""

import argparse
import gc
import sys
import time
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from engine.run import commands, folder, launch
from engine.run.errors import LatentopError, UsageError
from engine.run.folder import RunFolder
from presets import catalogue
from presets.catalogue import Entry, PresetError
from presets.schema import Preset
from tui import opening, start
from tui.commands.following import Interrupts, Manner, add_manner, follow, report
from tui.commands.output import Output, aside
from tui.commands.parser import Commands, Parser, add_screen
from tui.commands.several import follow_all
from tui.commands.status import Ending
from tui.naming import called
from tui.spoken import several

MOST_RUNS = 100
"""In one command: each costs its queue and whoever follows it some open files."""


def add(table: Commands) -> None:
    """The commands of this family."""
    train = table.add("train", _train, "train a preset and watch it; plain lines where there is no terminal")
    train.add_argument(
        "preset", metavar="PRESET", help="a name (see: latentop presets), or a .toml or .py file"
    )
    add_attending(train)
    train.add_argument(
        "--seeds", metavar="N", type=_count, help="train N runs, with this seed and those that follow it"
    )
    train.add_argument(
        "--jobs", metavar="N", type=_count, help="of several runs, train so many at a time (1)"
    )
    attach = table.add("attach", _attach, "the dashboard on one run", run="newest", json=False)
    add_screen(attach, argparse.SUPPRESS, argparse.SUPPRESS)
    about = "tell a run in plain lines until it ends; no terminal needed"
    words = table.add("follow", _follow, about, run="newest")
    add_manner(words)
    words.add_argument(
        "--until",
        choices=("finished", "alarm"),
        default="finished",
        help="alarm: leave as soon as a critical one stands, with its exit code; the run trains on",
    )


def add_attending(command: Parser) -> None:
    """The options of a command that starts a run: its settings, and how it is watched."""
    command.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="overrides",
        help="change a setting, such as generator.lr=1e-4; may be repeated",
    )
    command.add_argument("--seed", metavar="N", help="the same as --set seed=N")
    command.add_argument("--steps", metavar="N", help="the same as --set steps=N")
    command.add_argument(
        "--detach", action="store_true", help="start it, print its name, and leave it training"
    )
    add_manner(command)
    add_screen(command, argparse.SUPPRESS, argparse.SUPPRESS)


def dashboard(options: Namespace, output: Output) -> int:
    """What ``latentop`` does without a command."""
    if not _on_terminal():
        raise UsageError("no command given, and no terminal for the dashboard", "latentop --help")
    return _show(options, None)


def _train(options: Namespace, output: Output) -> int:
    if options.seeds is not None:
        return _train_several(options, output)
    if options.jobs is not None:
        raise UsageError("--jobs: there is but one run to train", "add --seeds N for several")
    entry, preset = _chosen(options)
    origin = catalogue.origin(entry)
    run = start.start(folder.runs_folder(options.runs), entry.name, preset, origin=origin)
    return attend(run, options, output)


def attend(run: RunFolder, options: Namespace, output: Output) -> int:
    """Watch a run that was just started, as the options of ``add_attending`` say; the exit code."""
    if options.detach:
        if output.as_json:
            output.json({"run": run.id, "path": str(run.path)})
        else:
            output.line(run.id)
            aside(f"training in the background · watch it: latentop follow {called(run)}", "faint")
        return 0
    if not _in_lines(options, output):
        return _show(options, run)
    with Interrupts() as interrupts:
        ended = follow(
            run,
            output,
            since=0.0,
            manner=_manner(options),
            interrupts=interrupts,
            leave=_Stopping(run).leave,
        )
    return report(ended)


def _train_several(options: Namespace, output: Output) -> int:
    entry, preset = _chosen(options)
    seeds = range(preset.seed, preset.seed + options.seeds)
    jobs = min(options.jobs or 1, len(seeds))
    try:
        runs = start.start_several(
            folder.runs_folder(options.runs),
            entry.name,
            preset,
            seeds=seeds,
            jobs=jobs,
            origin=catalogue.origin(entry),
        )
    except PresetError as error:
        error.message = error.message.replace("--set seed=", f"--seeds {options.seeds}: seed=")
        raise
    aside(_sharing(runs, jobs), "faint")
    if options.detach:
        for run in runs:
            if output.as_json:
                output.json({"run": run.id, "path": str(run.path)})
            else:
                output.line(run.id)
        return 0
    if not _in_lines(options, output):
        return _show(options, None, started=runs)
    with Interrupts() as interrupts:
        return follow_all(runs, output, manner=_manner(options), interrupts=interrupts)


def _sharing(runs: Sequence[RunFolder], jobs: int) -> str:
    """How many there are, and how many train at once with how much of the machine."""
    told = f"{several(len(runs), 'run')} in line, {jobs} at a time"
    if jobs == 1:
        return told
    return (
        f"{told}, each with {several(launch.threads(jobs), 'thread')} (set OMP_NUM_THREADS for another share)"
    )


def _attach(options: Namespace, output: Output) -> int:
    run = folder.find(folder.runs_folder(options.runs), options.run)
    if not _on_terminal():
        raise UsageError("attach needs a terminal", f"without one: latentop follow {called(run)}")
    return _show(options, run)


def _follow(options: Namespace, output: Output) -> int:
    run = folder.find(folder.runs_folder(options.runs), options.run)
    with Interrupts() as interrupts:
        ended = follow(
            run,
            output,
            since=time.time(),
            manner=_manner(options),
            interrupts=interrupts,
            leave=lambda _: _look_away(run),
            until_alarm=options.until == "alarm",
        )
    return report(ended)


def _in_lines(options: Namespace, output: Output) -> bool:
    """Whether to tell the training in lines: where no dashboard can be, and where lines were asked for."""
    return output.as_json or options.verbose or options.every is not None or not _on_terminal()


def _manner(options: Namespace) -> Manner:
    return Manner(verbose=options.verbose, every=options.every)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_RUNS:
        raise ArgumentTypeError(f"{text!r} is no count; accepted: 1 to {MOST_RUNS}")
    return int(text)


def _look_away(run: RunFolder) -> Ending:
    aside(f"left it training · watch it again: latentop follow {called(run)}", "faint")
    return Ending(code=130)


class _Stopping:
    """What Ctrl-C means while ``train`` tells its run: once, stop it with a checkpoint; twice, don't wait."""

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self._asked = False

    def leave(self, times: int) -> Ending | None:
        if not self._asked:
            self._asked = True
            try:
                commands.ask(self._run, "stop")
            except LatentopError:
                return None  # it has ended by itself: the next look tells how
            aside("stopping it with a checkpoint · Ctrl-C again: don't wait for that", "warning")
        if times > 1:
            aside(f"not waiting: it stops by itself · see: latentop show {called(self._run)}", "warning")
            return Ending(code=130)
        return None


def _chosen(options: Namespace) -> tuple[Entry, Preset]:
    """The preset that the options name. Raises PresetError, which repeats options as they were written."""
    entry = catalogue.find(options.preset)
    with as_written(options) as words:
        return entry, catalogue.load(entry, words)


@contextmanager
def as_written(options: Namespace) -> Iterator[list[str]]:
    """The settings that the options name, as words; what is wrong with one names it as it was written."""
    short = {key: value for key in ("seed", "steps") if (value := getattr(options, key)) is not None}
    try:
        yield [*options.overrides, *(f"{key}={value}" for key, value in short.items())]
    except PresetError as error:
        for key, value in short.items():
            error.message = error.message.replace(f"--set {key}={value}:", f"--{key} {value}:")
        raise


def _show(options: Namespace, run: RunFolder | None, *, started: Sequence[RunFolder] = ()) -> int:
    gc.disable()  # until the first screen is drawn: what is made on the way there is no garbage
    with opening.told():
        from tui.app import dashboard  # Textual takes its time to import, and plain commands need none of it

    runs = folder.runs_folder(options.runs)
    return dashboard(runs, run, started=started, ascii=options.ascii, max_kbps=options.max_kbps)


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
