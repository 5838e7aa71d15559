"""What ``latentop.init`` does: checks what it was given, and opens a run or goes on in one."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from latentop.engine.external.script import config as script_config
from latentop.engine.external.script import lifetime, opened
from latentop.engine.external.script.calls import values
from latentop.engine.external.script.complaints import Complaints
from latentop.engine.external.script.given import given
from latentop.engine.external.script.peers import Peers
from latentop.engine.external.script.run import Run
from latentop.engine.external.script.script_session import ScriptSession
from latentop.engine.run import folder
from latentop.engine.run.errors import UsageError
from latentop.engine.run.process.script_start import RESUME
from latentop.engine.train import random_state
from latentop.engine.watch.samples import feature_network

_PASSED_OVER = (
    *("project", "entity", "group", "job_type", "tags", "notes", "mode", "dir", "reinit", "id", "settings"),
    *("save_code", "sync_tensorboard", "monitor_gym", "magic", "anonymous", "force", "allow_val_change"),
    *("config_exclude_keys", "config_include_keys", "resume_from", "fork_from"),
)
"""What other loggers take, which has no place here."""
_TORN = ("networks", "optimisers", "also")
"""What several processes would have to change together."""
_WHETHER = (True, False, "allow", "must", "never", "auto")
"""What ``resume=`` may be to them. Here it names a run."""


def init(
    name: Any,
    *,
    config: Any,
    guard: Any,
    seed: Any,
    runs: Any,
    resume: Any,
    others: Mapping[str, Any],
    **parts: Any,
) -> Run:
    """See ``latentop.init``. A run that is open already is finished first."""
    complaints = Complaints()
    if alien := next((one for one in others if one not in _PASSED_OVER), None):
        raise UsageError(f"latentop.init takes no {alien}=", "see help(latentop.init)")
    silent = others.get("mode") == "disabled"
    if resume in _WHETHER:
        others, resume = {**others, **({"resume": resume} if resume else {})}, None
    if others and not silent:
        complaints.tell(f"{', '.join(f'{one}=' for one in others)} has no place here and is left out")
    _check(name=name, runs=runs, resume=resume, guard=guard, seed=seed, networks=parts.get("networks"))
    if (before := lifetime.opened()) is not None and before.recording:
        complaints.tell(f"run {before.id} was open: it is finished, and another one begins")
        before.finish()
    helps, again, together = lifetime.helper(), os.environ.get(RESUME), lifetime.together()
    torn = [one for one in _TORN if parts[one] is not None] if together else []
    if torn and not helps:
        parts = {**parts, **dict.fromkeys(torn)}
        left = " and ".join(f"{one}=" for one in torn)
        complaints.tell(f"{left} are left out: processes that train together can't be changed alone")
    what = given(**parts, failed=complaints.tell)
    place = folder.runs_folder(None if runs is None else str(runs))
    if again and not helps:
        del os.environ[RESUME]  # of the first run that this process begins, not of every one
    peers = Peers() if together and not silent else None
    if helps or silent:
        run = Run(_named(config), peers=peers)
        lifetime.keep(run)
        return run
    if again or resume:
        found = folder.find(place, str(again or resume))
        begun, trainer = opened.go_on(what, found, guard=guard, config=_named(config))
    else:
        _try_features(what.features)
        called = str(name or others.get("project") or script_name())
        begun, trainer = opened.begin(
            what,
            name=called,
            config=_named(config),
            runs=place,
            guard=guard or "warn",
            seed=None if seed is None else int(seed),
        )
    session = ScriptSession(begun, trainer, complaints, terminated=lifetime.terminated)
    run = Run(begun.config, session, peers)
    lifetime.keep(run)
    return run


def _check(*, name: Any, runs: Any, resume: Any, guard: Any, seed: Any, networks: Any) -> None:
    """Raise UsageError for what is no name, path, choice or seed."""
    if name is not None and not isinstance(name, str):
        raise UsageError(f"name= is {values.kind(name)}", "accepted: a text")
    for what, path in (("runs", runs), ("resume", resume)):
        if path is not None and not isinstance(path, str | Path):
            raise UsageError(f"{what}= is {values.kind(path)}", "accepted: a path, as a text or a Path")
    if guard not in (None, "warn", "rollback", "stop"):
        raise UsageError(f"guard={guard!r} is not accepted", "accepted: warn, rollback, stop")
    if guard == "rollback" and not networks:
        raise UsageError("guard='rollback' needs networks to take back", "give networks=, too")
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if seed is not None and not (whole and 0 <= seed < random_state.SEEDS):
        raise UsageError(f"seed={seed!r} is not accepted", "accepted: a whole number from 0, below 2**32")


def _try_features(features: str) -> None:
    """Raise UsageError where they can't be had. Of what images, which are read later, a check tells then."""
    try:
        if (load := feature_network.of(features)) is not None:
            load()
    except UsageError as error:
        raise UsageError(f"features={error.message}", error.hint) from error


def current(asked: str) -> Run:
    """The run that is open. Raises UsageError where there is none."""
    run = lifetime.opened()
    if run is None:
        raise UsageError(f"latentop.{asked}: no run is open", "begin one: latentop.init()")
    return run


def _named(config: Any) -> dict[str, Any]:
    try:
        return script_config.named(config)
    except TypeError as error:
        raise UsageError(
            f"config= is {values.kind(config)}", "accepted: a mapping, a namespace, a dataclass"
        ) from error


def script_name() -> str:
    """What a run is called that nobody names."""
    stem = Path(sys.argv[0]).stem if sys.argv and sys.argv[0] else ""
    return stem if stem not in ("", "-c", "-m", "ipykernel_launcher") else "script"
