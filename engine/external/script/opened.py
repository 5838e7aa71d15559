"""Opening the run of a script: a new folder, or the one that it goes on in."""

import shlex
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import msgspec
import psutil
import torch

from latentop.engine.checkpoint import checkpoint_file
from latentop.engine.external.script import config as script_config
from latentop.engine.external.script import invocation
from latentop.engine.external.script.calls import values
from latentop.engine.external.script.given import Given
from latentop.engine.external.script.script_trainer import ScriptTrainer
from latentop.engine.run import run_id
from latentop.engine.run.errors import UsageError
from latentop.engine.run.events import Facts, Mark, Severity
from latentop.engine.run.facts import RunFacts, told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch, liveness
from latentop.engine.run.process.ownership import refuse_foreign
from latentop.engine.run.process.worker_lock import hold
from latentop.engine.run.store.reader import Reader
from latentop.engine.run.store.writer import Store, leave, say, write
from latentop.engine.train import changed_since, devices, random_state
from latentop.engine.train.stopwatch import Stopwatch
from latentop.presets import script
from latentop.presets.absolute_path import absolute
from latentop.presets.watch import Watch
from latentop.presets.wording import spaced

NO_NETWORKS = "latentop.init was given no networks=, so there is nothing to keep or to go back to"
NO_FORK = "its networks are a script's own; start the script anew with other settings"


@dataclass(kw_only=True)
class Opened:
    """A run that this process may write, and what it was before."""

    folder: RunFolder
    config: Mapping[str, Any]
    title: str
    unable: Mapping[str, str]
    clock: Stopwatch
    lock: IO[str]
    resumed: bool = False
    settings: Mapping[str, object] = field(default_factory=dict)
    """As they were, where it goes on."""
    good: int | None = None
    """The step of the newest good checkpoint."""
    raised: list[tuple[int, str]] = field(default_factory=list)
    standing: dict[str, str] = field(default_factory=dict)
    guard_used: int = 0

    def close(self) -> None:
        """Answer who still asks, and let others write the run."""
        leave(self.folder.database)
        self.lock.close()


def begin(
    given: Given, *, name: str, config: Mapping[str, Any], runs: Path, guard: str, seed: int | None
) -> tuple[Opened, ScriptTrainer]:
    """Make a new run. Raises UsageError or StorageError where it can't be written."""
    chosen = _seed(config) if seed is None else seed
    number = chosen or 0
    unable = _unable(given)
    facts = RunFacts(
        preset=slug(name),
        title=name,
        kind=given.kind,
        data=_data(given),
        data_source=_data_source(given),
        seed=number,
        seeded=chosen is not None,
        device=_device(given),
        steps=given.steps,
        state="running",
        config=script_config.plain(config),
        command=invocation.command(),
        directory=invocation.directory(),
        environment=invocation.environment(),
        unable=unable,
        metered=False,
    )
    made = launch.new(runs, facts, None)
    _keep_script(made)
    opened = Opened(folder=made, config=config, title=name, unable=unable, clock=Stopwatch(), lock=hold(made))
    training = _training(given, opened, guard, number)
    begun = told(state="running", started=time.time())
    say(made.database, _alive(made) | begun | training.facts())
    return opened, training


def go_on(
    given: Given, run: RunFolder, *, guard: str | None, config: Mapping[str, object]
) -> tuple[Opened, ScriptTrainer]:
    """Go on in a run, from its newest checkpoint; without a ``config``, with that of before.

    Raises UsageError or StorageError where that can't be.
    """
    refuse_foreign(run.path)
    lock = hold(run)
    with closing(Reader(run.database)) as reader:
        before, alarms, recorded = reader.facts(), reader.alarms(), reader.newest_step()
    if not before.command:
        raise UsageError(f"{run.id} is no run of a script", f"latentop resume {run.id}")
    opened = Opened(
        folder=run,
        config=config or before.config,
        title=before.title,
        unable=_unable(given),
        clock=Stopwatch(before.elapsed),
        lock=lock,
        resumed=True,
        settings=before.settings,
        raised=[(alarm.raised_step, alarm.sentence) for alarm in alarms],
        standing={alarm.name: alarm.sentence for alarm in alarms if alarm.cleared_step is None},
        guard_used=0 if before.guard_ended else before.guard_used,
    )
    training = _training(given, opened, guard or before.guard, before.seed)
    if not given.networks:  # no checkpoint tells which alarms are on
        for alarm in alarms:
            if alarm.cleared_step is None:
                since = int(alarm.evidence.get("since", alarm.raised_step))
                severity: Severity = "critical" if alarm.severity == "critical" else "warning"
                training.watch.stand(alarm.name, severity, since)
    restored = _restored(opened, training, recorded)
    if guard:  # what the script says now counts, whatever the checkpoint says
        training.change({"watch.guard": guard})
    here = _device(given)
    said = [restored, *changed_since.device(before.device, here)]
    with closing(Store(run.database)) as store:
        store.rewind(training.step, asked_before=psutil.Process().create_time())
    with closing(Reader(run.database)) as reader:
        if recalled := reader.poll():
            training.remember(recalled.bins)
    begun = told(state="running", detail="", started=time.time(), ended=None, guard_ended="", died="")
    begun |= told(device=here)
    unbroken = told(
        error=None,
        hint=None,
        traceback=None,
        command=invocation.command(),
        directory=invocation.directory(),
        environment=invocation.environment(),
    )
    _keep_script(run)
    known = told(
        config=script_config.plain(opened.config), unable=opened.unable, data_source=_data_source(given)
    )
    say(run.database, _alive(run) | begun | unbroken | known | training.facts())
    write(
        run.database,
        Mark(step=training.step, wall=time.time(), kind="resume", text="; ".join(filter(None, said))),
    )
    return opened, training


def _keep_script(run: RunFolder) -> None:
    """Keep beside the run, as a script of the shell, how it was started."""
    with suppress(OSError):
        command = f"cd {shlex.quote(invocation.directory())}\n{shlex.join(invocation.command())}\n"
        run.script.write_text(command, encoding="utf-8")


def _unable(given: Given) -> dict[str, str]:
    kept = {} if given.networks else {"checkpoint": NO_NETWORKS, "rollback": NO_NETWORKS}
    return {"fork": NO_FORK, **kept}


def _restored(opened: Opened, training: ScriptTrainer, recorded: int) -> str:
    """Put the script's networks where the newest checkpoint was; what is to be said of it."""
    if not training.given.networks:
        training.step = recorded
        return f"recorded on from step {spaced(recorded)}, the script's networks as they are"
    if opened.folder.newest_checkpoint is None:
        if recorded:
            raise UsageError(f"{opened.folder.id} left no checkpoint to go on from", "start the script anew")
        return "begun again"
    found = checkpoint_file.load_newest(opened.folder, recorded=recorded)
    lost = training.restore(found.state)
    good = checkpoint_file.good(opened.folder, until=training.step)
    for snapshot in good:
        training.snapshots.keep(snapshot)
    opened.good = good[-1].step if good else None
    passed = [f"passed over, as it can't be read: {', '.join(found.broken)}"] if found.broken else []
    return "; ".join([f"training again from step {spaced(training.step)}", *filter(None, [lost]), *passed])


def _training(given: Given, opened: Opened, guard: str, seed: int) -> ScriptTrainer:
    try:
        watch = msgspec.convert({"guard": guard}, Watch)
    except msgspec.ValidationError as error:
        raise UsageError(f"guard={guard!r} is not accepted", "accepted: warn, rollback, stop") from error
    return ScriptTrainer(given, script.Watching(watch=watch), seed=seed, wall=time.time, clock=opened.clock)


def _alive(run: RunFolder) -> Facts:
    return liveness.identity() | liveness.place(run.database) | told(heartbeat=time.time())


def slug(name: str) -> str:
    """A name as it can be part of a folder's. Raises UsageError where nothing of it can."""
    if not (found := run_id.slug(name)):
        raise UsageError(
            f"name={name!r} is not accepted", "accepted: printable characters, a letter among them"
        )
    return found


def _seed(config: Mapping[str, Any]) -> int | None:
    """Of the script: what it says, else what torch was given; None where nobody has chosen one."""
    said = config.get("seed", config.get("manual_seed", config.get("manualSeed")))
    number = said if isinstance(said, int) and not isinstance(said, bool) else torch.initial_seed()
    return number if 0 <= number < random_state.SEEDS else None


def _device(given: Given) -> str:
    return ", ".join(devices.name(one) for one in given.devices)


def _data_source(given: Given) -> str:
    """The folder that the script names, as it is found from anywhere; empty for what lies in no folder."""
    source = given.real.source if given.real else None
    return values.printable(absolute(source)) if isinstance(source, str | Path) else ""


def _data(given: Given) -> str:
    if given.real is None:
        return ""
    source = given.real.source
    if isinstance(source, str | Path):
        return values.printable(Path(source).name)
    inner = source if hasattr(source, "__getitem__") else getattr(source, "dataset", source)
    return type(inner).__name__
