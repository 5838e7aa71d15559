"""How a run is or ended: as an exit code, as words for standard error, and as one JSON object."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.run import files
from engine.run.facts import RunFacts
from engine.run.folder import RunFolder
from engine.run.liveness import Liveness
from engine.run.reader import Alarm
from engine.run.verdicts import exit_code
from tui.living import resumable
from tui.looking import Look
from tui.naming import called
from tui.wording import spaced

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
                log=last_words(run.path / "queue.log" if facts.state == "queued" else run.log),
            )
        case "stopped" if facts.guard_ended:
            return Ending(
                code=exit_code(facts.verdict),
                error=f"{run.id} ended {facts.verdict}: the guard stopped it, {facts.guard_ended}",
                hint=f"go back by hand: latentop resume {called(run)}, then latentop rollback {called(run)}",
            )
        case "finished" if exit_code(facts.verdict):
            why = next(
                (one for one in alarms if one.name == facts.verdict and one.cleared_step is None), None
            )
            return Ending(
                code=exit_code(facts.verdict),
                error=f"{run.id} ended {facts.verdict}" + (f": {why.sentence}" if why else ""),
                hint=why.advice if why else f"see: latentop show {called(run)}",
            )
    return Ending(code=0)


def advice(run: RunFolder, facts: RunFacts, state: Liveness) -> str:
    """What to do about a run that nobody trains."""
    step = resumable(run, state)
    match state.name:
        case "finished" if run.newest_checkpoint is not None:
            return f"train longer, in a run of its own: latentop fork {called(run)} --steps {2 * facts.steps}"
        case "finished":
            return f"train longer: latentop train {facts.origin or facts.preset} --steps {2 * facts.steps}"
        case "failed":
            return f"see why: latentop show {called(run)}"
        case "lost" if state.elsewhere:
            return f"look there: it may train on. If not: latentop resume {called(run)}"
        case _ if step == 0:
            return f"train it: latentop resume {called(run)}"
        case _ if step is not None:
            return f"train on from its last checkpoint, step {spaced(step)}: latentop resume {called(run)}"
    return f"train anew: latentop train {facts.origin or facts.preset}"


def out_of_space(run: RunFolder, detail: str) -> Ending:
    """The worker can't record and waits paused: nothing is lost."""
    return Ending(
        code=1,
        error=f"{detail}: the worker waits paused, nothing is lost",
        hint=f"free some space there and it trains on by itself; watch it: latentop follow {called(run)}",
    )


def last_words(path: Path) -> tuple[str, ...]:
    """The last lines of a log such as ``worker.log``; none where there is none."""
    return tuple(files.tail(path, 4096).splitlines()[-_LOG_LINES:])


def brief(run: RunFolder, facts: RunFacts, state: Liveness) -> dict[str, object]:
    """A run's status as ``ls --json`` lists it. Times are seconds, and seconds since the epoch."""
    return {
        "run": run.id,
        "path": str(run.path),
        "name": facts.name,
        "note": facts.note,
        "preset": facts.preset,
        "seed": facts.seed,
        "state": state.name,
        "alive": state.alive,
        "detail": state.detail,
        "verdict": facts.verdict,
        "step": facts.step,
        "steps": facts.steps,
        "elapsed": facts.elapsed,
        "created": facts.created,
        "started": facts.started,
        "ended": facts.ended,
        "heartbeat": facts.heartbeat,
        "device": facts.device,
    }


def status(seen: Look, ended: Ending | None) -> dict[str, object]:
    """The whole status of a run: the last line of ``train --json`` and of ``follow --json``."""
    return {
        **brief(seen.run, seen.facts, seen.state),
        "exit_code": ended.code if ended else None,
        "error": ended.error if ended else None,
        "hint": ended.hint if ended else None,
        "values": {name: value for name, (_, value) in seen.values.items()},
        "alarms": [asdict(alarm) for alarm in seen.alarms],
    }
