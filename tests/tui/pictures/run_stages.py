"""A run in every state that it can be in, and in every way of looking at it."""

from functools import partial
from pathlib import Path

from latentop.engine.run.events import AlarmCleared, Mark
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.store.writer import Store
from latentop.tui.app import LatentopApp
from latentop.tui.screens.run import RunScreen
from tests.support.dashboard import DEAD_PID, Recorded
from tests.support.recorded_scripts import Scripted
from tests.tui.pictures import specimens
from tests.tui.pictures.specimens import STEPS
from tests.tui.pictures.stages import NOW, Stage

LOST = ("Sandal", "Bag", "Ankle boot")
TRACEBACK = """Traceback (most recent call last):
  File "engine/trainer.py", line 71, in run
    values = self._objective.step(batch)
  File "engine/objectives/adversarial.py", line 118, in step
    loss.backward()
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.50 GiB. GPU 0 has 7.79 GiB in all."""

GOOD = [[2000, NOW - 260, "healthy"]]
"""A state to go back to."""


def gan(runs: Path, **said: object) -> RunFolder:
    return specimens.gan(runs, **said).run  # type: ignore[arg-type]


def saved(runs: Path, **said: object) -> RunFolder:
    run = gan(runs, **said)
    (run.checkpoints / "step-000002000.pt").touch()
    return run


def restorable(runs: Path) -> RunFolder:
    states = [[0, NOW - 500, "unknown"], [1200, NOW - 260, "healthy"], [3600, NOW - 20, "healthy"]]
    return gan(runs, snapshots=states, guard="rollback", guard_tries=3, guard_used=1)


def starting(runs: Path) -> RunFolder:
    recorded = Recorded(runs)
    recorded.trains(0, state="starting", detail="importing torch", created=NOW - 4)
    return recorded.run


def queued(runs: Path) -> RunFolder:
    recorded = Recorded(runs)
    recorded.trains(0, state="queued", detail="2nd in line")
    return recorded.run


def first(runs: Path) -> RunFolder:
    recorded = Recorded(runs)
    recorded.trains(1, verdict="unknown")
    recorded.draws("loss/generator", [0.71])
    recorded.draws("loss/discriminator", [1.38])
    return recorded.run


def early(runs: Path) -> RunFolder:
    return specimens.gan(runs, steps=600, verdict="unknown").run


def unmeasured(runs: Path) -> RunFolder:
    recorded = Recorded(runs)
    why = "diversity can't be measured: it takes 200 images, and there are 125"
    hint = "add 75 images, or judge by eye"
    recorded.trains(600, verdict="unknown", metered=False, unmeasured=why, unmeasured_hint=hint)
    for name, value in (("loss/generator", 1.25), ("loss/discriminator", 0.93), ("grad/generator", 1.2)):
        recorded.draws(name, [value] * 600)
    return recorded.run


def script(runs: Path) -> RunFolder:
    """Of a script: losses, a series of its own, and nothing else."""
    recorded = Scripted(runs, command=("python", "train.py"), unable={"rollback": "it was given no networks"})
    why, hint = "it was given no samples", "give latentop.init a function sample"
    recorded.trains(1200, verdict="unknown", metered=False, unmeasured=why, unmeasured_hint=hint)
    for name, value in (("loss/generator", 1.25), ("loss/discriminator", 0.93), ("train/fid", 48.0)):
        recorded.draws(name, [value] * 1200)
    return recorded.run


def collapsed(runs: Path) -> RunFolder:
    return specimens.collapsed(specimens.gan(runs, lost=LOST, snapshots=GOOD), LOST, step=4100).run


def cleared(runs: Path) -> RunFolder:
    recorded = specimens.collapsed(specimens.gan(runs), LOST, step=2500)
    recorded.writes(events=[AlarmCleared(name="collapsed", step=3200, wall=NOW - 280)])
    recorded.says(verdict="healthy")
    return recorded.run


def alarmed(runs: Path) -> RunFolder:
    return specimens.alarmed(specimens.gan(runs, snapshots=GOOD)).run


def crashed(runs: Path) -> RunFolder:
    run = saved(runs, pid=DEAD_PID)
    run.log.write_text("building the networks\ntraining on cuda:0\nCUDA error: device lost\nKilled\n")
    return run


def failed(runs: Path) -> RunFolder:
    error = "OutOfMemoryError: CUDA out of memory. Tried to allocate 1.50 GiB"
    return saved(
        runs,
        state="failed",
        error=error,
        hint="a smaller batch needs less: batch=64",
        traceback=TRACEBACK,
    )


def unreadable(runs: Path) -> RunFolder:
    recorded = Recorded(runs)
    recorded.store.close()
    for path in recorded.run.path.glob("run.db*"):
        path.unlink()
    recorded.run.database.write_bytes(b"no database" * 100)
    return recorded.run


def autoencoder(runs: Path, preset: str = "stacked") -> RunFolder:
    return specimens.autoencoder(runs, preset).run


def focus_images(app: LatentopApp) -> None:
    app.screen.query_one("#samples").focus()


def collapse_meanwhile(app: LatentopApp) -> None:
    assert isinstance(app.screen, RunScreen)
    store = Store(app.screen.run.database)
    store.write({}, [specimens.mode_collapse(LOST, step=STEPS, wall=NOW)])
    store.close()


def paused(runs: Path) -> RunFolder:
    recorded = specimens.gan(runs, state="paused")
    recorded.writes(events=[Mark(step=STEPS, wall=NOW, kind="pause", text="paused")])
    return recorded.run


TRAINS = "samples · step"
STATES = (
    Stage(name="starting", make=starting, shows="importing torch"),
    Stage(name="queued", make=queued, shows="queued 2nd"),
    Stage(name="first-values", make=first, shows="generator 0.71"),
    Stage(name="early", make=early, shows="too early to judge"),
    Stage(name="unmeasured", make=unmeasured, shows="there are 125"),
    Stage(name="script", make=script, shows="a collapse would go unseen"),
    Stage(name="healthy", make=gan, shows=TRAINS),
    Stage(name="collapsed", make=collapsed, shows="samples reach 28 %"),
    Stage(name="several-alarms", make=alarmed, shows="3 values of loss"),
    Stage(name="cleared", make=cleared, shows="collapsed cleared"),
    Stage(name="paused", make=paused, shows="paused since"),
    Stage(name="stopping", make=partial(gan, state="stopping"), shows="stopping ·"),
    Stage(name="finished", make=partial(gan, state="finished", elapsed=600.0), shows="finished after"),
    Stage(name="stopped", make=partial(saved, state="stopped"), shows="trains on from step 2 000"),
    Stage(name="crashed", make=crashed, shows="Killed"),
    Stage(name="failed", make=failed, shows="a smaller batch"),
    Stage(
        name="lost",
        make=partial(gan, host="gpu-07.example.org", heartbeat=NOW - 93),
        shows="no word from gpu-07",
    ),
    Stage(name="unreadable", make=unreadable, shows="the run can't be read"),
    Stage(name="autoencoder", make=autoencoder, shows="MSE 0"),
    Stage(name="vae", make=partial(autoencoder, preset="vae"), shows="MSE 0"),
    Stage(
        name="pretraining",
        make=lambda runs: specimens.pretraining(runs).run,
        shows="accuracy with few labels",
    ),
    Stage(name="ring", make=lambda runs: specimens.ring(runs).run, shows="found 8"),
    Stage(name="dirac", make=lambda runs: specimens.dirac(runs).run, shows="equilibrium"),
    Stage(name="plane", make=lambda runs: specimens.plane(runs).run, shows="off PCA"),
)
LOOKS = (
    Stage(
        name="ring-alone",
        make=lambda runs: specimens.ring(runs).run,
        shows="found 8",
        does=(focus_images, "enter"),
        then="found 8",
    ),
    Stage(
        name="sample-alone",
        make=gan,
        shows=TRAINS,
        does=(focus_images, "enter", "enter", "down"),
        then="samples, 2 of 36",
    ),
    Stage(name="smoother-over-time", make=gan, shows=TRAINS, does=("m", "w"), then="over time"),
    Stage(
        name="scrubbing",
        make=collapsed,
        shows="samples reach 28 %",
        does=("home", *["right_square_bracket"] * 2),
        then="step 3 000 of 6 000",
    ),
    Stage(
        name="scrubbing-alarm",
        make=gan,
        shows=TRAINS,
        does=("home", *["shift+right"] * 3, "{◀◀ step}", collapse_meanwhile),
        then="NOW: COLLAPSED",
    ),
    Stage(name="zoomed", make=gan, shows=TRAINS, does=("plus", "plus", "plus", "left"), then="◀◀ step"),
    Stage(name="logarithmic", make=gan, shows=TRAINS, does=("y",), then="logarithmic"),
    Stage(name="one-chart", make=collapsed, shows="samples reach 28 %", does=("enter",)),
    Stage(name="only-images", make=gan, shows=TRAINS, does=(focus_images, "enter")),
    Stage(name="other-chart", make=gan, shows=TRAINS, does=("g", "g"), then="gradient norms"),
    Stage(name="real-beside-fake", make=gan, shows=TRAINS, does=("v",), then="real and fake"),
    Stage(name="ways", make=gan, shows=TRAINS, does=("v", "v"), then="from sample to sample"),
    Stage(name="codings", make=autoencoder, shows="MSE 0", does=("v",), then="codings · step"),
    Stage(name="images-braille", make=gan, shows=TRAINS, does=("i",), coloured=True),
    Stage(name="images-ascii", make=gan, shows=TRAINS, does=("i", "i"), coloured=True),
    Stage(name="images-half", make=gan, shows=TRAINS, does=("i", "i", "i"), coloured=True),
    Stage(name="too-small", make=gan, shows="60 columns", sizes=((40, 10),), coloured=True),
)
