"""One stretch of training, from start or resumption to end or stop: trainer, recorder and control at work."""

import platform
import time
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version

import torch

from engine import checkpoint
from engine.control import Control
from engine.data import load
from engine.recorder import Recorder
from engine.run.events import Facts, Mark
from engine.run.folder import RunFolder
from engine.run.reader import Reader
from engine.run.store import Store
from engine.trainer import Trainer
from presets import catalogue
from presets.schema import Preset


class Session:
    """Trains one run. ``say`` sets facts of the run, before the recorder does."""

    def __init__(self, run: RunFolder, preset: Preset, say: Callable[[Mapping[str, object]], None]) -> None:
        self._run = run
        self._preset = preset
        self._say = say

    def train(self, *, resume: bool) -> None:
        """Train to the last step, or until told to stop; then write a checkpoint and say so.

        Raises whatever keeps it from that; what was recorded until then is in the store.
        """
        device = _device(self._preset.device)
        trainer = self._trainer(device, resume=resume)
        if resume:
            self._go_back_to_checkpoint(trainer)
        settings = catalogue.live(trainer.preset)
        begun = {
            "state": "running",
            "detail": "",
            "settings": settings,
            "started": time.time(),
            "ended": None,
        }
        self._say({**begun, **_NO_ERROR})
        recorder = Recorder(self._run, lambda: self._pulse(trainer, control))
        control = Control(self._run, trainer, recorder)
        self._elapsed_before, self._began = self._elapsed(), time.monotonic()
        recorder.start()
        try:
            if not resume:
                control.save(asked=False)
            for event in trainer.run():
                recorder.put(event)
                control.between_steps()
                if control.stopping:
                    break
            control.save(asked=False)
            state = "stopped" if control.stopping else "finished"
            recorder.put(Facts(values={"state": state, "detail": "", "ended": time.time()}))
            control.settle()
        finally:
            recorder.close()
        if recorder.trouble:
            raise recorder.trouble

    def _trainer(self, device: torch.device, *, resume: bool) -> Trainer:
        self._say(
            {"detail": f"reading {self._preset.data.tag}", "device": _name(device), "versions": _versions()}
        )
        dataset = load(self._preset.data, device)
        if not resume:  # it has been said
            self._mark_data(dataset.notes)
        self._say(
            {
                "detail": "measuring real data",
                "data_source": dataset.source,
                "classes": dataset.classes,
                "steps_per_epoch": len(dataset.train) // self._preset.per_step,
            }
        )
        return Trainer(self._preset, dataset, device, wall=time.time, clock=time.monotonic)

    def _mark_data(self, notes: Iterable[str]) -> None:
        """Say what is to be known about the data, such as which files were skipped."""
        store = Store(self._run.database)
        store.write({}, [Mark(step=0, wall=time.time(), kind="data", text=note) for note in notes])
        store.close()

    def _go_back_to_checkpoint(self, trainer: Trainer) -> None:
        """Put the trainer where the newest checkpoint was, and forget what was recorded after it."""
        state, broken = checkpoint.load_newest(self._run)
        trainer.restore(state)
        text = f"training again from step {trainer.step}"
        if broken:
            text += f"; passed over, as it can't be read: {', '.join(broken)}"
        store = Store(self._run.database)
        store.rewind(trainer.step)
        mark = Mark(step=trainer.step, wall=time.time(), kind="resume", text=text)
        store.write({}, [mark])
        store.close()

    def _elapsed(self) -> float:
        reader = Reader(self._run.database)
        elapsed = reader.facts().elapsed
        reader.close()
        return elapsed

    def _pulse(self, trainer: Trainer, control: Control) -> Facts:
        """What goes with every flush: proof of life, and how far it is."""
        elapsed = self._elapsed_before + time.monotonic() - self._began - control.paused_seconds
        return Facts(values={"heartbeat": time.time(), "step": trainer.step, "elapsed": elapsed})


_NO_ERROR = {"error": None, "hint": None, "traceback": None}


def _device(wanted: str) -> torch.device:
    if wanted != "auto":
        return torch.device(wanted)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def _name(device: torch.device) -> str:
    """Such as ``cuda (NVIDIA H100)`` or ``cpu (2 threads)``."""
    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    return f"{device.type} ({torch.get_num_threads()} threads)" if device.type == "cpu" else device.type


def _versions() -> dict[str, str]:
    packages = ("latentop", "torch", "numpy")
    return {"python": platform.python_version(), **{name: version(name) for name in packages}}
