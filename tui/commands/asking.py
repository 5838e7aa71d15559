"""``pause``, ``resume``, ``stop``, ``checkpoint``, ``set`` and ``undo``: ask a worker, tell its answer."""

import time
from argparse import Namespace
from collections.abc import Mapping

from engine.run import commands, folder, launch
from engine.run.commands import Answer, Name
from engine.run.errors import LatentopError, UsageError
from engine.run.facts import RunFacts
from engine.run.folder import RunFolder
from engine.run.liveness import Liveness
from presets import catalogue, live
from presets.catalogue import PresetError
from tui.commands.following import report
from tui.commands.output import Output, aside
from tui.commands.parser import Commands, Handler
from tui.commands.status import advice, ending
from tui.living import resumable
from tui.looking import glance, stillborn
from tui.naming import called, to_ask, to_train_on
from tui.present import preset_of
from tui.wording import duration, spaced

_ANSWER_SECONDS = 10.0
_BEGIN_SECONDS = 120.0
_LOOK_SECONDS = 0.05
_DONE: dict[Name, str] = {
    "pause": "paused",
    "resume": "resumed",
    "stop": "stopped",
    "checkpoint": "checkpoint written",
    "set": "set",
    "undo": "undone",
    "rollback": "went back",
}


class NoAnswerError(LatentopError):
    """The worker lives, but has not answered yet."""


class DiedError(LatentopError):
    """The worker is gone."""

    exit_code = 5


def add(table: Commands) -> None:
    """The commands of this family."""
    table.add("pause", _plainly("pause"), "pause training after the step it is in", run="newest alive")
    about = "train on: a paused run, or one that ended early from its last checkpoint"
    table.add("resume", _resume, about, run="newest that can")
    table.add("checkpoint", _plainly("checkpoint"), "write a checkpoint now", run="newest alive")
    table.add("stop", _plainly("stop"), "end training with a checkpoint", run="needed")
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


def _living(options: Namespace) -> RunFolder:
    return to_ask(folder.runs_folder(options.runs), options.run)


def _resume(options: Namespace, output: Output) -> int:
    run = to_train_on(folder.runs_folder(options.runs), options.run)
    facts, state = glance(run)
    if state.alive:
        return ask(run, "resume", {}, output)
    if state.name == "finished":
        steps = spaced(facts.steps)
        raise UsageError(f"{run.id} is finished: it has trained its {steps} steps", advice(run, facts, state))
    if run.newest_checkpoint is None and resumable(run, state) is None:
        raise UsageError(
            f"{run.id} left no checkpoint to train on from",
            f"train anew: latentop train {facts.origin or facts.preset}",
        )
    launch.start(run, resume=True)
    return _await_worker(run, facts, output)


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


def _validated(run: RunFolder, words: list[str]) -> dict[str, object]:
    """The settings that the words ask for, checked against the run's own preset. Raises PresetError."""
    facts, _ = glance(run)
    preset = preset_of(run, facts)
    keys = [word.partition("=")[0].strip() for word in words]
    for word, key in zip(words, keys, strict=True):
        if "=" not in word:
            raise UsageError(f"set: {word}: no KEY=VALUE", "write it like: generator.lr=1e-4")
        if key in catalogue.flatten(preset) and (why := live.rule(key).why):
            anew = f"train {facts.origin or facts.preset}"
            command = f"fork {called(run)}" if live.rule(key).fits else anew
            raise UsageError(
                f"{key} can't be changed while training: {why}", f"latentop {command} --set {word}"
            )
    try:
        changed = live.settings(catalogue.override(preset, words))
    except PresetError as error:
        error.message = f"set: {error.message.removeprefix('--set ')}"
        raise
    return {key: changed[key] for key in keys}


def nobody(run: RunFolder, name: Name, facts: RunFacts, state: Liveness) -> UsageError:
    """The error that a run has no worker to be asked."""
    return UsageError(f"{run.id} is {state.name}: {commands.unheard(name)}", advice(run, facts, state))


def ask(run: RunFolder, name: Name, arguments: Mapping[str, object], output: Output) -> int:
    """Ask, wait, and tell the answer; returns the exit code."""
    facts, state = glance(run)
    if not state.alive:
        raise nobody(run, name, facts, state)
    answer = _wait(run, name, commands.ask(run, name, arguments))
    if name == "stop" and answer.state == "applied":
        _await_end(run)
    if output.as_json:
        output.json(
            {
                "run": run.id,
                "command": name,
                "arguments": dict(arguments),
                "state": answer.state,
                "step": answer.step,
                "reply": answer.text,
            }
        )
    if answer.state != "applied":
        raise LatentopError(f"{run.id} refused to {name}: {answer.text}", f"see: latentop show {called(run)}")
    if not output.as_json:
        told = answer.text and (name in ("set", "undo", "rollback") or state.name == "queued")
        done = answer.text if told else _DONE[name]
        at = "" if not answer.step or name == "rollback" else f" at step {spaced(answer.step)}"
        output.line(f"{run.id}: {done}{at}")
    return 0


def _wait(run: RunFolder, name: Name, command: int) -> Answer:
    """The answer; a worker that is still starting listens once training begins."""
    began = time.monotonic()
    until, told = began + _ANSWER_SECONDS, False
    while True:
        _, state = glance(run)  # before the answer is read: a worker that ends may answer last
        answer = commands.answer(run, command)
        if answer.state != "asked":
            return answer
        if not state.alive:
            raise DiedError(
                f"{run.id} ended before it answered: {state.name}", f"see why: latentop show {called(run)}"
            )
        now = time.monotonic()
        if state.name == "starting" and now < began + _BEGIN_SECONDS:
            until = now + _ANSWER_SECONDS
            if not told:
                aside("starting: waiting for it", "faint")
            told = True
        elif now > until:
            raise NoAnswerError(
                f"{run.id} has not answered within {duration(until - began)}; it stays asked to {name}",
                f"see what it does: latentop follow {called(run)}",
            )
        time.sleep(_LOOK_SECONDS)


def _await_end(run: RunFolder) -> None:
    """Wait, a while, until the worker has written its checkpoint: what comes next may be a resume."""
    until = time.monotonic() + _ANSWER_SECONDS
    while glance(run)[1].alive and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)


def _await_worker(run: RunFolder, old: RunFacts, output: Output) -> int:
    """Wait until a new worker has taken the run over, so that what is asked next finds it alive."""
    until = time.monotonic() + _BEGIN_SECONDS
    facts, state = glance(run)
    while (facts.pid, facts.process_started) == (old.pid, old.process_started):
        if time.monotonic() > until:
            raise NoAnswerError(
                f"the new worker of {run.id} has not begun within {duration(_BEGIN_SECONDS)}",
                f"read {run.log}",
            )
        gone = stillborn()
        facts, state = glance(run)
        if gone and facts.pid == old.pid:
            raise DiedError(f"the new worker of {run.id} ended before it began", f"read {run.log}")
        time.sleep(_LOOK_SECONDS)
    ended = ending(run, facts, state, ())
    if ended and ended.code:
        return report(ended)
    if output.as_json:
        output.json({"run": run.id, "command": "resume", "state": "applied", "step": facts.step})
    else:
        output.line(f"{run.id} {'trains on from its last checkpoint' if run.newest_checkpoint else 'trains'}")
    return 0
