"""Ask a run's worker something, wait for its answer, and tell that; or wait for the worker itself."""

import time
from collections.abc import Mapping

from latentop.engine.run import commands
from latentop.engine.run.commands import Answer, Name
from latentop.engine.run.errors import LatentopError, UsageError
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process.liveness import Liveness
from latentop.tui.commands.follow_loop import report
from latentop.tui.commands.standard_output import Output, aside, can_show_dashboard
from latentop.tui.commands.status import advice, ending
from latentop.tui.model.number_text import duration, spaced
from latentop.tui.runs.glance import glance, look, stillborn
from latentop.tui.runs.names import called

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
        ended, end = glance(run)
        if end.name == "failed":
            raise LatentopError(
                f"{run.id} failed as it ended: {ended.error or 'no reason was recorded'}",
                ended.hint or advice(run, ended, end),
            )
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
                instead = f" · or end it: latentop stop {called(run)} --now" if name == "stop" else ""
                aside(f"starting: waiting for it{instead}", "faint")
            told = True
        elif now > until:
            instead = f"see what it does: latentop follow {called(run)}"
            if name == "stop":
                instead = f"end it at once, without a checkpoint: latentop stop {called(run)} --now"
            at = f" ({state.detail})" if state.detail else ""
            raise NoAnswerError(
                f"{run.id} has not answered within {duration(until - began)}{at}; it stays asked to {name}",
                instead,
            )
        time.sleep(_LOOK_SECONDS)


def _await_end(run: RunFolder) -> None:
    """Wait, a while, until the worker has written its checkpoint: what comes next may be a resume."""
    until = time.monotonic() + _ANSWER_SECONDS
    while glance(run)[1].alive and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)


def await_worker(run: RunFolder, old: RunFacts, output: Output) -> int:
    """Wait until a new worker trains the run, or has failed to; returns the exit code.

    A start that takes long, as of a large set of images, is left to itself.
    """
    until, said = time.monotonic() + _BEGIN_SECONDS, ""
    facts, state = glance(run)
    while not (taken := _identity(facts) != _identity(old)) or state.name == "starting":
        if time.monotonic() > until:
            if taken:
                break
            raise NoAnswerError(
                f"the new worker of {run.id} has not begun within {duration(_BEGIN_SECONDS)}",
                f"read {run.log}",
            )
        gone = stillborn()
        facts, state = glance(run)
        if gone and facts.pid == old.pid:
            raise DiedError(f"the new worker of {run.id} ended before it began", f"read {run.log}")
        if state.name == "starting" and state.detail != said:
            said = state.detail
            aside(f"starting: {said}", "faint")
        time.sleep(_LOOK_SECONDS)
    ended = ending(run, facts, state, ())
    if ended and ended.code:
        return report(ended)
    if output.as_json:
        output.json({"run": run.id, "command": "resume", "state": "applied", "step": facts.step})
    elif state.name == "starting":
        output.line(f"{run.id} is starting: {state.detail} · or end it: latentop stop {called(run)} --now")
    elif state.watched:
        output.line(f"{run.id} is watched again")
    else:
        output.line(f"{run.id} {'trains on from its last checkpoint' if run.newest_checkpoint else 'trains'}")
        for words in _changed(run, max(old.heartbeat or 0.0, old.ended or 0.0)):
            aside(f"  {words}", "faint")
    tell_how_to_watch(run, output)
    return 0


def _changed(run: RunFolder, since: float) -> list[str]:
    """What the worker said that is not as it was before: the files of its data, packages, the device."""
    marks = [one.text for one in look(run).marks if one.kind == "resume" and one.wall >= since]
    return marks[-1].split("; ")[1:] if marks else []


def tell_how_to_watch(run: RunFolder, output: Output) -> None:
    """Say how to see a run that trains on, to a person."""
    if not output.as_json:
        command = "attach" if can_show_dashboard() else "follow"
        aside(f"watch it: latentop {command} {called(run)}", "faint")


def _identity(facts: RunFacts) -> tuple[int | None, float | None]:
    return facts.pid, facts.process_started
