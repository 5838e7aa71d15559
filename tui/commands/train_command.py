"""``train``, ``attach``, ``follow`` and the dashboard: start a run, or watch one."""

import argparse
import gc
import time
from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from latentop.engine.run import folder
from latentop.engine.run.errors import UsageError
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.presets import catalogue
from latentop.presets.catalogue import Entry
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset
from latentop.tui.commands.first_step import await_first_step
from latentop.tui.commands.follow_loop import Followed, Manner, add_manner, follow_one
from latentop.tui.commands.interrupts import Interrupts, Stopping, look_away
from latentop.tui.commands.parser import Commands, Parser, add_screen
from latentop.tui.commands.several import follow_all
from latentop.tui.commands.standard_output import Output, aside, can_show_dashboard, no_dashboard
from latentop.tui.link import opening_line
from latentop.tui.model.number_text import spaced
from latentop.tui.model.speech import several
from latentop.tui.runs import start
from latentop.tui.runs.names import called

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
        "--seeds", metavar="N", type=count, help="train N runs, with this seed and those that follow it"
    )
    train.add_argument("--jobs", metavar="N", type=count, help="of several runs, train so many at a time (1)")
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
    command.add_argument(
        "--data", metavar="FOLDER", help="train on the images in a folder: data.name=folder data.path=FOLDER"
    )
    command.add_argument("--seed", metavar="N", help="the same as --set seed=N")
    command.add_argument("--steps", metavar="N", help="the same as --set steps=N")
    command.add_argument(
        "--detach",
        action="store_true",
        help="print its name at once, and leave it training after its first step; tell a failure before that",
    )
    add_manner(command)
    add_screen(command, argparse.SUPPRESS, argparse.SUPPRESS)


def dashboard(options: Namespace, output: Output) -> int:
    """What ``latentop`` does without a command."""
    if why := no_dashboard():
        raise UsageError(
            f"no command given, and no dashboard can be shown: {why}",
            "plain lines instead: latentop train, ls, show, follow; latentop --help tells of each",
        )
    return _show(options, None)


def _train(options: Namespace, output: Output) -> int:
    if options.seeds is not None:
        return _train_several(options, output)
    if options.jobs is not None:
        raise UsageError("--jobs: there is but one run to train", "add --seeds N for several")
    entry, preset = _chosen(options)
    origin = catalogue.origin(entry)
    own_batch = start.names_batch(options.overrides)
    runs = folder.runs_folder(options.runs)
    run = start.start(runs, entry.name, preset, origin=origin, own_batch=own_batch)
    return attend(run, options, output)


def attend(run: RunFolder, options: Namespace, output: Output) -> int:
    """Watch a run that was just started, as the options of ``add_attending`` say; the exit code."""
    if options.detach:
        if output.as_json:
            output.json({"run": run.id, "path": str(run.path)})
        else:
            output.line(run.id)
            aside(f"training in the background · watch it: latentop follow {called(run)}", "faint")
        return await_first_step(run)
    return attend_started([run], options, output)


def attend_started(runs: Sequence[RunFolder], options: Namespace, output: Output) -> int:
    """Show runs that were just started, or tell the newest in lines where no dashboard can be."""
    if not _in_lines(options, output):
        return _show(options, runs[0]) if len(runs) == 1 else _show(options, None, started=runs)
    with Interrupts() as interrupts:
        return follow_one(Followed(runs[-1], output, _manner(options)), interrupts, Stopping())


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
            own_batch=start.names_batch(options.overrides),
        )
    except PresetError as error:
        error.message = error.message.replace("--set seed=", f"--seeds {options.seeds}: seed=")
        raise
    aside(sharing(len(runs), jobs), "faint")
    if options.detach:
        for run in runs:
            if output.as_json:
                output.json({"run": run.id, "path": str(run.path)})
            else:
                output.line(run.id)
        return await_first_step(runs[0])
    if not _in_lines(options, output):
        return _show(options, None, started=runs)
    with Interrupts() as interrupts:
        return follow_all(runs, output, manner=_manner(options), interrupts=interrupts)


def sharing(runs: int, jobs: int) -> str:
    """How many there are, and how many train at once with how much of the machine."""
    told = f"{several(runs, 'run')} in line, {jobs} at a time"
    if jobs == 1:
        return told
    return (
        f"{told}, each with {several(launch.threads(jobs), 'thread')} (set OMP_NUM_THREADS for another share)"
    )


def _attach(options: Namespace, output: Output) -> int:
    run = folder.find(folder.runs_folder(options.runs), options.run)
    if why := no_dashboard():
        raise UsageError(f"no dashboard can be shown: {why}", f"plain lines: latentop follow {called(run)}")
    return _show(options, run)


def _follow(options: Namespace, output: Output) -> int:
    run = folder.find(folder.runs_folder(options.runs), options.run)
    until_alarm = options.until == "alarm"
    followed = Followed(run, output, _manner(options), since=time.time(), until_alarm=until_alarm)
    with Interrupts() as interrupts:
        return follow_one(followed, interrupts, look_away)


def _in_lines(options: Namespace, output: Output) -> bool:
    """Whether to tell the training in lines: where no dashboard can be, and where lines were asked for."""
    return output.as_json or options.verbose or options.every is not None or not can_show_dashboard()


def _manner(options: Namespace) -> Manner:
    return Manner(verbose=options.verbose, every=options.every)


def count(text: str) -> int:
    """How many, of an option. Raises ArgumentTypeError."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_RUNS:
        raise ArgumentTypeError(f"{text!r} is no count; accepted: 1 to {MOST_RUNS}")
    return int(text)


def _chosen(options: Namespace) -> tuple[Entry, Preset]:
    """The preset that the options name. Raises PresetError, which repeats options as they were written."""
    entry = catalogue.find(options.preset)
    with as_written(options, lambda: catalogue.load(entry)) as words:
        more = catalogue.in_fewer_steps(catalogue.load(entry), words)
        preset = catalogue.load(entry, more)
    if more != words:
        aside(f"{more[-1].replace('=', ' is ')}, for there are {spaced(preset.steps)} steps", "faint")
    return entry, preset


@contextmanager
def as_written(options: Namespace, before: Callable[[], Preset]) -> Iterator[list[str]]:
    """The settings that the options name, as words; what is wrong with one names it as it was written.

    ``before`` returns the preset that they change. Raises PresetError where it can't train on images.
    """
    short = {key: value for key in ("seed", "steps") if (value := getattr(options, key)) is not None}
    data = [] if options.data is None else catalogue.on_folder(before(), options.data)
    try:
        yield [*options.overrides, *data, *(f"{key}={value}" for key, value in short.items())]
    except PresetError as error:
        for key, value in short.items():
            error.message = error.message.replace(f"--set {key}={value}:", f"--{key} {value}:")
        error.message = error.message.replace("--set data.path=", "--data ") if data else error.message
        raise


def _show(options: Namespace, run: RunFolder | None, *, started: Sequence[RunFolder] = ()) -> int:
    gc.disable()  # until the first screen is drawn: what is made on the way there is no garbage
    with opening_line.told():
        from latentop.tui.commands.dashboard import dashboard

    runs = folder.runs_folder(options.runs)
    return dashboard(runs, run, started=started, ascii=options.ascii, max_kbps=options.max_kbps)
