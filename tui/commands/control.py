"""``pause``, ``resume``, ``stop``, ``checkpoint``, ``set`` and ``undo``: ask a worker, tell its answer."""

from argparse import Namespace
from collections.abc import Container

from latentop.engine.run import folder
from latentop.engine.run.commands import Name
from latentop.engine.run.errors import UsageError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, termination
from latentop.presets import catalogue, live, overrides, script
from latentop.presets.preset_error import PresetError
from latentop.presets.wording import listed
from latentop.tui.commands.parser import Commands, Handler
from latentop.tui.commands.script_resume import resume_script
from latentop.tui.commands.standard_output import Output, aside
from latentop.tui.commands.status import advice
from latentop.tui.commands.train_command import MOST_RUNS, count, sharing
from latentop.tui.commands.worker_answer import ask, await_worker, tell_how_to_watch
from latentop.tui.model.number_text import spaced
from latentop.tui.runs import start
from latentop.tui.runs.current_preset import preset_of
from latentop.tui.runs.glance import glance
from latentop.tui.runs.names import called, to_ask, to_train_on
from latentop.tui.runs.run_liveness import cut_off, resumable, trains


def add(table: Commands) -> None:
    """The commands of this family."""
    table.add("pause", _plainly("pause"), "pause training after the step it is in", run="newest alive")
    about = "train on: a paused run, or one that ended early from its last checkpoint"
    resume = table.add("resume", _resume, about, run="newest that can")
    about = "change a setting first, such as batch=32 or device=cpu; may be repeated"
    resume.add_argument(
        "--all",
        action="store_true",
        help="all that were cut off in training or in line, in a line of their own",
    )
    resume.add_argument("--jobs", metavar="N", type=count, help="with --all: train so many at a time (1)")
    resume.add_argument("--yes", action="store_true", help="of a script's run: start the script, don't ask")
    resume.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], dest="words", help=about)
    table.add("checkpoint", _plainly("checkpoint"), "write a checkpoint now", run="newest alive")
    stop = table.add("stop", _stop, "end training with a checkpoint", run="needed")
    about = (
        "end its process at once, for one that does not answer: what it trained since a checkpoint is lost"
    )
    stop.add_argument("--now", action="store_true", help=about)
    words = table.add("set", _set, "change settings while it trains; see: latentop presets NAME")
    words.add_argument(
        "words",
        metavar="[RUN] KEY=VALUE",
        nargs="+",
        help="such as generator.lr=1e-4; the newest alive run if none is named",
    )
    about = "take the newest change of settings back; again, the one before"
    table.add("undo", _plainly("undo"), about, run="newest alive")


def _plainly(name: Name) -> Handler:
    """The handler of a command without arguments."""
    return lambda options, output: ask(_living(options), name, {}, output)


def _stop(options: Namespace, output: Output) -> int:
    run = _living(options)
    facts, state = glance(run)
    if not (options.now and trains(state)):
        return ask(run, "stop", {}, output)
    step = termination.end(run)
    if output.as_json:
        output.json({"run": run.id, "command": "stop", "state": "applied", "step": step, "reply": None})
    else:
        _, state = glance(run)
        output.line(f"{run.id}: {termination.ENDED} at step {spaced(step)} · {advice(run, facts, state)}")
    return 0


def _living(options: Namespace) -> RunFolder:
    return to_ask(folder.runs_folder(options.runs), options.run)


def _resume(options: Namespace, output: Output) -> int:
    if options.all:
        return _resume_all(options, output)
    if options.jobs is not None:
        raise UsageError("resume --jobs: there is but one run to train on", "add --all for several")
    run = to_train_on(folder.runs_folder(options.runs), options.run)
    facts, state = glance(run)
    words: list[str] = options.words
    if state.alive and words:
        raise UsageError(
            f"resume --set: {run.id} has a worker, which can be asked",
            f"latentop set {called(run)} {words[0]}",
        )
    if state.name == "running" and not facts.watches:
        raise UsageError(f"{run.id} is in training already", f"see it: latentop attach {called(run)}")
    if state.alive:
        code = ask(run, "resume", {}, output)
        tell_how_to_watch(run, output)
        return code
    if facts.scripted:
        return resume_script(run, facts, state, words, yes=options.yes, output=output)
    if state.name == "finished":
        steps = spaced(facts.steps)
        raise UsageError(f"{run.id} is finished: it has trained its {steps} steps", advice(run, facts, state))
    if run.newest_checkpoint is None and resumable(run, state) is None:
        raise UsageError(
            f"{run.id} left no checkpoint to train on from",
            f"train anew: latentop train {facts.origin or facts.preset}",
        )
    values = _validated(run, words, command="resume --set", also=("device",)) if words else {}
    wanted = values.get("steps")
    if isinstance(wanted, int) and wanted <= facts.step:
        raise UsageError(
            f"resume --set: steps = {wanted} are over: step {spaced(facts.step)} is done",
            f"set steps to more than {facts.step}",
        )
    preset = preset_of(run, facts)
    start.check(catalogue.override(preset, words) if words else preset, resumes=True)
    _tell_lost(run, facts)
    launch.start(run, resume=True, words=words)
    return await_worker(run, facts, output)


def _tell_lost(run: RunFolder, facts: RunFacts) -> None:
    """Say where it goes on, if it was further when it ended."""
    step = run.newest_checkpoint or 0
    if step < facts.step:
        was = f"it was at step {spaced(facts.step)}"
        aside(f"{run.id} goes on at its last checkpoint, step {spaced(step)}; {was}", "faint")


def _resume_all(options: Namespace, output: Output) -> int:
    """Put what was cut off in line again, the oldest run first."""
    if options.run or options.words:
        given = options.run or f"--set {options.words[0]}"
        raise UsageError(f"resume --all {given}: it takes all runs, as they are", "leave one of them out")
    runs = folder.runs_folder(options.runs)
    cut, scripts = cut_off(runs), cut_off(runs, scripted=True)
    again = "name each, for a script is started only when it is named"
    if not cut and scripts:
        named = listed([called(run) for run in scripts])
        raise UsageError(f"only runs of scripts were cut off: {named}", f"{again}: latentop resume NAME")
    if not cut:
        raise UsageError(f"no run in {runs} was cut off", "name the one that is to train on: latentop ls")
    for run in scripts:
        aside(f"{run.id} is a script's: {again}", "faint")
    if len(cut) > MOST_RUNS:
        raise UsageError(f"{len(cut)} runs were cut off", f"accepted: up to {MOST_RUNS}; resume some by name")
    for run in cut:
        start.check(preset_of(run, glance(run)[0]), resumes=True)
    for run in cut:
        _tell_lost(run, glance(run)[0])
    launch.put_in_line(cut, jobs := min(options.jobs or 1, len(cut)))
    aside(sharing(len(cut), jobs), "faint")
    for run in cut:
        if output.as_json:
            output.json({"run": run.id, "path": str(run.path)})
        else:
            output.line(run.id)
    return 0


def _set(options: Namespace, output: Output) -> int:
    words: list[str] = options.words
    if "=" not in words[0]:
        options.run, words = words[0], words[1:]
    else:
        options.run = None
    if not words:
        raise UsageError("set: nothing to set", "write it like: latentop set generator.lr=1e-4")
    run = _living(options)
    return ask(run, "set", _validated(run, words), output)


def _validated(
    run: RunFolder, words: list[str], *, command: str = "set", also: Container[str] = ()
) -> dict[str, object]:
    """The settings that the words ask for, checked against those of the run itself. Raises PresetError.

    ``also``: keys that can't be changed while training, but by this command.
    """
    facts, _ = glance(run)
    keys = [word.partition("=")[0].strip() for word in words]
    for word in words:
        if "=" not in word:
            raise UsageError(f"{command}: {word}: no KEY=VALUE", "write it like: generator.lr=1e-4")
    if facts.scripted:
        return _validated_of_script(facts, words, command)
    preset = preset_of(run, facts)
    for word, key in zip(words, keys, strict=True):
        if key in catalogue.flatten(preset) and (why := live.rule(key).why) and key not in also:
            anew = f"train {facts.origin or facts.preset}"
            instead = f"fork {called(run)}" if live.rule(key).fits else anew
            raise UsageError(
                f"{key} can't be changed while training: {why}", f"latentop {instead} --set {word}"
            )
    try:
        changed = catalogue.flatten(catalogue.override(preset, words))
    except PresetError as error:
        error.message = f"{command}: {error.message.removeprefix('--set ')}"
        raise
    return {key: changed[key] for key in keys}


def _validated_of_script(facts: RunFacts, words: list[str], command: str) -> dict[str, object]:
    """The same of a run that a script trains."""
    pairs = [word.split("=", 1) for word in words]
    try:
        values = {key.strip(): overrides.value_of(text.strip()) for key, text in pairs}
        now = script.changed(facts.settings, facts.bounds, values)
    except PresetError as error:
        error.message = f"{command}: {error.message}"
        raise
    return {key: now[key] for key in values}
