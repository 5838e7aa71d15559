"""How a run is or ended: as an exit code, as words for standard error, and as one JSON object."""

import shlex
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import worker_log
from latentop.engine.run.process.liveness import Liveness
from latentop.engine.run.store.reader import Alarm
from latentop.engine.run.verdicts import exit_code
from latentop.tui.model import alarm_text, judgement, mode_presence, run_state
from latentop.tui.model.number_text import spaced
from latentop.tui.runs.current_preset import start_again
from latentop.tui.runs.glance import Look
from latentop.tui.runs.names import called
from latentop.tui.runs.run_liveness import resumable

NO_SPACE = "no space left"
_LOG_LINES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why there is nothing more to wait for. ``code`` is the exit code; ``log`` the worker's last words."""

    code: int
    error: str | None = None
    hint: str | None = None
    log: tuple[str, ...] = ()


def ending(run: RunFolder, facts: RunFacts, state: Liveness, alarms: Iterable[Alarm]) -> Ending | None:
    """How the run ended; None while it goes on."""
    if state.name == "paused" and state.detail.startswith(NO_SPACE):
        return out_of_space(run, state.detail)
    if state.alive:
        return None
    match state.name:
        case "failed":
            return Ending(
                code=1,
                error=facts.error or f"{run.id} failed at step {spaced(facts.step)}",
                hint=facts.hint or f"latentop show {called(run)} --debug tells where",
            )
        case "crashed" | "lost":
            return Ending(
                code=5,
                error=f"{run.id} is {state.name} at step {spaced(facts.step)}: {state.detail}",
                hint=advice(run, facts, state),
                log=worker_log.last_words(
                    run.path / "queue.log" if facts.state == "queued" else run.log, _LOG_LINES
                ),
            )
        case "stopped" if facts.guard_ended:
            return Ending(
                code=exit_code(facts.verdict),
                error=f"{run.id} ended {_judged(facts)}: the guard stopped it, {facts.guard_ended}",
                hint=f"go back by hand: latentop resume {called(run)}, then latentop rollback {called(run)}",
            )
        case "finished" | "stopped" if exit_code(facts.verdict):
            why = next(
                (one for one in alarms if one.name == facts.verdict and one.cleared_step is None), None
            )
            return Ending(
                code=exit_code(facts.verdict),
                error=f"{run.id} ended {_judged(facts)}" + (f" since step {_since(why)}" if why else ""),
                hint=why.advice if why else see(run),
            )
    return Ending(code=0)


def _since(alarm: Alarm) -> str:
    return f"{spaced(alarm.began)}: {alarm_text.sentence(alarm)}"


def see(run: RunFolder) -> str:
    """How to read all about a run."""
    return f"see: latentop show {called(run)}"


def _judged(facts: RunFacts) -> str:
    return run_state.verdict(facts.verdict, alive=False)


def advice(run: RunFolder, facts: RunFacts, state: Liveness) -> str:
    """What to do about a run that nobody trains."""
    step = resumable(run, state)
    if facts.watches:
        return _advice_on_log(run, facts, state)
    match state.name:
        case "finished" if facts.scripted:
            return start_again(facts)
        case "finished" if run.newest_checkpoint is not None:
            return f"train longer, in a run of its own: latentop fork {called(run)} --steps {2 * facts.steps}"
        case "finished":
            return f"train longer: latentop train {facts.origin or facts.preset} --steps {2 * facts.steps}"
        case "failed":
            return f"see why: latentop show {called(run)}"
        case "lost" if state.elsewhere:
            return f"look there: it may train on. If not: latentop resume {called(run)}"
        case _ if step == 0:
            again = " again from its first step" if facts.step else ""
            return f"train it{again}: latentop resume {called(run)}"
        case _ if step is not None:
            return f"train on from its last checkpoint, step {spaced(step)}: latentop resume {called(run)}"
    return (
        start_again(facts) if facts.scripted else f"train anew: latentop train {facts.origin or facts.preset}"
    )


def _advice_on_log(run: RunFolder, facts: RunFacts, state: Liveness) -> str:
    """The same about one whose log nobody reads."""
    if state.elsewhere:
        return f"look there: it may be watched on. If not: latentop resume {called(run)}"
    if state.name == "finished":
        return f"watch the log: latentop watch {shlex.quote(facts.watches)}"
    return f"watch it again: latentop resume {called(run)}"


def out_of_space(run: RunFolder, detail: str) -> Ending:
    """The worker can't record and waits paused: nothing is lost."""
    return Ending(
        code=1,
        error=f"{detail}: training waits paused, nothing is lost",
        hint=f"free some space there and it trains on by itself; watch it: latentop follow {called(run)}",
    )


def brief(run: RunFolder, facts: RunFacts, state: Liveness) -> dict[str, object]:
    """A run's status as ``ls --json`` lists it. Times are seconds, and seconds since the epoch."""
    return {
        "run": run.id,
        "path": str(run.path),
        "name": facts.name,
        "note": facts.note,
        "preset": facts.preset,
        "seed": facts.chosen_seed,
        "state": state.name,
        "alive": state.alive,
        "detail": state.detail,
        "verdict": facts.verdict,
        "unjudged": judgement.in_full(facts, alive=state.alive) or None,
        "step": facts.step,
        "steps": facts.steps,
        "elapsed": facts.elapsed,
        "created": facts.created,
        "started": facts.started,
        "ended": facts.ended,
        "heartbeat": facts.heartbeat,
        "device": facts.device,
        "config": dict(facts.config),
    }


def status(seen: Look, ended: Ending | None) -> dict[str, object]:
    """The whole status of a run: the last line of ``train --json`` and of ``follow --json``."""
    return {
        **brief(seen.run, seen.facts, seen.state),
        "exit_code": ended.code if ended else None,
        "error": ended.error if ended else None,
        "hint": ended.hint if ended else None,
        "values": {name: value for name, (_, value) in seen.values.items()},
        "modes": mode_presence.names(seen.facts, seen.values),
        "alarms": [asdict(alarm) for alarm in seen.alarms],
    }
