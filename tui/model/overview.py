"""What a run is, in rows of a name and a text: who trains what, where, since when; what a script says."""

import shlex
from pathlib import Path

from latentop.engine.run.commands import inability
from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process.liveness import Liveness
from latentop.presets.feature_choice import PCA
from latentop.tui.model import judgement, run_state
from latentop.tui.model.number_text import age, duration, progress, spaced
from latentop.tui.model.plain_text import room, setting

Rows = list[tuple[str, str]]


def about(facts: RunFacts, state: Liveness, *, folder: Path, size: int | None, now: float) -> Rows:
    """The run itself; ``size`` in bytes, where it is known, ``now`` in seconds since the epoch."""
    process = f"process {facts.pid} on {facts.host}" if facts.pid else ""
    trainer = (
        ("watched by" if state.alive else "read by")
        if facts.watches
        else "trained by"
        if facts.scripted
        else "worker"
    )
    detail = f": {state.detail}" if state.detail and state.name != "queued" else ""
    rows = {
        "name": facts.name,
        "note": facts.note,
        "state": f"{run_state.state(state)}{detail}",
        "verdict": judgement.verdict(facts, alive=state.alive),
        "": judgement.in_full(facts, alive=state.alive),
        "step": progress(facts.step, facts.steps),
        "training time": duration(facts.elapsed) if facts.elapsed or not facts.watches else "",
        "queued" if state.name == "queued" else "begun": age(facts.created, now),
        "ended": age(facts.ended, now) if facts.ended else "",
        "last heard": age(facts.heartbeat, now) if facts.heartbeat and state.alive else "",
        "preset": "" if facts.scripted else facts.preset,
        "log": facts.watches,
        "script": "" if facts.watches else shlex.join(facts.command),
        "started in": "" if facts.watches else facts.directory,
        "parent": f"{facts.parent}, step {spaced(facts.parent_step)}" if facts.parent else "",
        "seed": "" if facts.chosen_seed is None else str(facts.chosen_seed),
        "data": ", ".join(filter(None, (facts.data, facts.data_source))),
        "measured in": _features(facts) if facts.metered and facts.features != PCA else "",
        "files": f"{spaced(facts.data_files)}, fingerprint {facts.data_fingerprint}"
        if facts.data_files
        else "",
        "device": ", ".join(filter(None, (facts.device, facts.graphs))),
        "queue" if state.name == "queued" else trainer: process,
        "versions": ", ".join(f"{name} {version}" for name, version in facts.versions.items()),
        "folder": str(folder),
        "size": "" if size is None else room(size, facts),
    }
    return [(name, text) for name, text in rows.items() if text]


def _features(facts: RunFacts) -> str:
    """In what samples are measured, and how many at a check, where it takes fewer than asked for."""
    fewer = f", {spaced(facts.check_samples)} samples a check" if facts.check_samples else ""
    return f"features of {facts.features}{fewer}"


def config(facts: RunFacts) -> Rows:
    """What a script says of itself."""
    return [(key, setting(value)) for key, value in facts.config.items()]


def environment(facts: RunFacts) -> Rows:
    """The variables that a script was started with."""
    return [*facts.environment.items()]


def inabilities(facts: RunFacts) -> list[str]:
    """What a script's run can't be asked, each with the reason."""
    return [f"it {inability(facts, name)}" for name in facts.unable]
