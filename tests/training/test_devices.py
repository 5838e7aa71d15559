"""A real session on a device that runs short of memory, or is gone: what it does, says, and can be told."""

import weakref
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from latentop.engine.checkpoint import snapshots
from latentop.engine.control.edits import Edits
from latentop.engine.objectives.reconstruction import Reconstruction
from latentop.engine.record.recorder import Recorder
from latentop.engine.run import commands
from latentop.engine.run.errors import UsageError
from latentop.engine.run.facts import told
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from latentop.engine.run.process.terminated import Terminated
from latentop.engine.run.store.writer import write
from latentop.engine.train import devices, preparation, random_state, session
from latentop.engine.train.hooks import Hooks
from latentop.engine.train.session import Session
from latentop.presets import catalogue
from latentop.tui.runs.start import Parent, _make
from tests.support.real_runs import everything, facts

FULL = torch.OutOfMemoryError(
    "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of …"
)


def new(runs: Path, *overrides: str, parent: Parent | None = None) -> RunFolder:
    entry = catalogue.find("stacked")
    return _make(runs, entry.name, catalogue.load(entry, overrides), "", own_batch=True, parent=parent)


def train(run: RunFolder, *words: str, resume: bool = False) -> None:
    """Train the run to its end, in this process."""
    preset = catalogue.load(catalogue.find(str(run.preset)))
    hooks = Hooks(run)
    Session(run, preset, terminated=Terminated(), hooks=hooks).train(resume=resume, words=words)
    hooks.settle()


@pytest.fixture
def small_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device on which no more than 64 images fit."""
    real = Reconstruction.step

    def step(self: Reconstruction, batch: Tensor, labels: Tensor) -> dict[str, Tensor]:
        if len(batch) > 64:
            raise FULL
        return real(self, batch, labels)

    monkeypatch.setattr(Reconstruction, "step", step)


@pytest.mark.usefixtures("small_memory")
def test_a_batch_that_does_not_fit_is_taken_back_and_training_goes_on(tmp_path: Path) -> None:
    run = new(tmp_path, "steps=60", "batch=32")
    commands.ask(run, "set", {"batch": 512, "autoencoder.lr": 5e-4})
    train(run)
    assert facts(run).state == "finished"
    assert facts(run).settings["batch"] == 32
    edits = [mark.text for mark in everything(run).marks if mark.kind == "edit"]
    assert edits == [
        "batch 32 → 512, autoencoder.lr 0.001 → 0.0005",
        "taken back, for there is too little memory: batch 32 → 512, autoencoder.lr 0.001 → 0.0005",
    ]
    assert everything(run).bins["loss/reconstruction"].n.sum() == 60
    saved = [torch.load(path, weights_only=True) for path in run.checkpoints.glob("step-*.pt")]
    assert {one["settings"]["batch"] for one in saved} == {32}, "no resumption meets it again"


def test_of_a_step_that_found_too_little_memory_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of its gradients were there; and what it held is gone before the state before it is put back."""
    plain = new(tmp_path / "plain", "steps=12", "batch=32")
    train(plain)
    real, back, held = Reconstruction.step, Edits.take_back, list[weakref.ref[Tensor]]()

    def step(self: Reconstruction, batch: Tensor, labels: Tensor) -> dict[str, Tensor]:
        if len(batch) > 64:
            for parameter in list(self.networks["autoencoder"].parameters())[:3]:
                parameter.grad = torch.ones_like(parameter)
            activations = torch.zeros(1000)
            held.append(weakref.ref(activations))
            raise FULL
        return real(self, batch, labels)

    def take_back(self: Edits) -> bool:
        assert [one() for one in held] == [None]
        return back(self)

    monkeypatch.setattr(Reconstruction, "step", step)
    monkeypatch.setattr(Edits, "take_back", take_back)
    run = new(tmp_path / "edited", "steps=12", "batch=32")
    commands.ask(run, "set", {"batch": 512})
    train(run)
    losses = [everything(one).bins["loss/reconstruction"].mean.tolist() for one in (plain, run)]
    assert held
    assert losses[0] == losses[1]


def test_pictures_that_do_not_fit_are_left_out_and_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an edit that fits, too: it is not taken back."""

    def reconstruct(*_: object) -> Tensor:
        raise FULL

    monkeypatch.setattr(Reconstruction, "reconstruct", reconstruct)
    run = new(tmp_path, "steps=20", "batch=32")
    commands.ask(run, "set", {"batch": 64})
    train(run)
    found = everything(run)
    assert (facts(run).state, facts(run).error) == ("finished", None)
    assert facts(run).settings["batch"] == 64
    (trouble,) = [mark.text for mark in found.marks if mark.kind == "trouble"]
    assert trouble.startswith("no pictures while memory is too short for them (20.00 GiB more were wanted)")
    assert "reconstruction" not in found.frames
    assert {"codings", "traversal"} <= found.frames.keys(), "others fit"


def test_what_is_asked_where_no_state_can_be_kept_ends_no_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkpoint is on disk all the same; an edit is refused."""

    def full(*_: object, **__: object) -> None:
        raise FULL

    monkeypatch.setattr(snapshots, "copy", full)
    run = new(tmp_path, "steps=20", "batch=32")
    saved, edited = commands.ask(run, "checkpoint"), commands.ask(run, "set", {"batch": 64})
    train(run)
    assert facts(run).state == "finished"
    assert facts(run).settings["batch"] == 32
    answers = [commands.answer(run, number) for number in (saved, edited)]
    assert [one.state for one in answers] == ["applied", "refused"]
    assert answers[1].text.startswith("there is too little memory to keep the state of step")


def test_a_state_that_there_is_no_room_to_go_back_to_ends_no_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, kept, step = snapshots.copy, list[object](), Reconstruction.step
    asked: list[int] = []

    def ask_after_a_step(self: Reconstruction, batch: Tensor, labels: Tensor) -> dict[str, Tensor]:
        asked.extend([] if asked else [commands.ask(run, "rollback", {})])
        return step(self, batch, labels)

    def once(state: object, *, to_host: bool = False) -> object:
        if any(one is state for one in kept):
            raise MemoryError
        kept.append(copy(state, to_host=to_host))
        return kept[-1]

    monkeypatch.setattr(snapshots, "copy", once)
    monkeypatch.setattr(Reconstruction, "step", ask_after_a_step)
    run = new(tmp_path, "steps=100", "batch=32")
    train(run)
    assert (facts(run).state, facts(run).step) == ("finished", 100)
    answer = commands.answer(run, asked[0])
    assert answer.state == "refused"
    assert answer.text.startswith("there is too little memory to go back to step 0; end other processes")


@pytest.mark.usefixtures("small_memory")
def test_a_run_that_does_not_fit_goes_on_with_a_smaller_batch(tmp_path: Path) -> None:
    run = new(tmp_path, "steps=20", "batch=128")
    with pytest.raises(torch.OutOfMemoryError) as failed:
        train(run)
    told = devices.explain(failed.value)
    assert told is not None
    assert "--set batch=N" in told[1]
    train(run, "batch=48", resume=True)
    assert facts(run).state == "finished"
    assert facts(run).settings["batch"] == 48
    assert [mark.text for mark in everything(run).marks if mark.kind == "edit"] == ["batch 128 → 48"]


@pytest.mark.parametrize("graphs", [False, True])
def test_where_steps_are_recorded_as_graphs_the_recorder_asks_nothing_of_the_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, graphs: bool
) -> None:
    alone = []

    def made(*args: Any, **settings: Any) -> Recorder:
        alone.append(settings["alone"])
        return Recorder(*args, **settings)

    monkeypatch.setattr(session, "Recorder", made)
    monkeypatch.setattr(devices, "graphs_wanted", lambda: graphs)
    run = new(tmp_path, "steps=5")
    train(run)
    assert alone == [graphs]
    assert facts(run).state == "finished"


def test_a_run_says_that_it_looks_for_a_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look at a GPU takes seconds."""
    run, said = new(tmp_path, "steps=5"), list[str]()
    real = preparation._device

    def looked(*args: Any) -> torch.device:
        said.append(facts(run).detail)
        return real(*args)

    monkeypatch.setattr(preparation, "_device", looked)
    train(run)
    assert said == ["looking for a device"]


def test_a_run_whose_gpu_is_gone_does_not_crawl_on_unseen(tmp_path: Path) -> None:
    run = new(tmp_path, "steps=10")
    train(run)
    write(run.database, told(device="cuda:0 (NVIDIA H100)", steps=20))
    with pytest.raises(UsageError) as refused:
        train(run, resume=True)
    assert refused.value.message.startswith("this run was trained on cuda:0 (NVIDIA H100), and ")
    assert f"latentop resume {run.id} --set device=cpu" in refused.value.hint
    train(run, "device=cpu", "steps=12", resume=True)
    assert facts(run).step == 12
    (mark,) = [mark for mark in everything(run).marks if mark.kind == "resume"]
    assert "before on cuda:0 (NVIDIA H100)" in mark.text
    assert facts(run).device.startswith("cpu")


def test_that_others_use_a_card_is_no_reason_why_another_device_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, others = new(tmp_path, "steps=10"), "others use it"
    choice = devices.Choice(device=torch.device("cuda", 0), crowded=others)
    monkeypatch.setattr(devices, "choose", lambda *_: choice)
    preset = catalogue.load(catalogue.find(str(run.preset)))
    with pytest.raises(UsageError) as refused:
        preparation._device(run, preset, "xpu (Arc)")
    assert refused.value.message.endswith("and torch sees no xpu device here")
    assert preparation._device(run, preset, "cuda:1 (NVIDIA H100)") == choice.device
    assert [mark.text for mark in everything(run).marks] == [others]


def test_the_device_is_looked_for_in_a_worker_of_its_own(tmp_path: Path) -> None:
    """From a preset that leaves the choice to the last step: find, try, prepare, name."""
    run = new(tmp_path, "steps=5")
    assert launch.start(run).wait(120) == 0
    assert facts(run).state == "finished"
    assert facts(run).device


def test_a_run_that_never_began_begins_with_the_settings_of_its_resumption(tmp_path: Path) -> None:
    run = new(tmp_path, "steps=30", "batch=32")
    train(run, "batch=16", "steps=12")
    assert (facts(run).step, facts(run).settings["batch"]) == (12, 16)


@pytest.mark.parametrize(("seed", "lost"), [(42, True), (7, False)])
def test_a_fork_on_another_device_says_that_its_random_numbers_begin_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, lost: bool
) -> None:
    """As a resumption does; a fork with a seed of its own has other numbers anyway."""
    run = new(tmp_path, "steps=5", "batch=32", "seed=42")
    train(run)
    monkeypatch.setattr(random_state, "_put_back", lambda *_: False)
    parent = Parent(run=run.id, step=5, checkpoint=run.checkpoints / "step-000000005.pt")
    fork = new(tmp_path, "steps=8", "batch=32", f"seed={seed}", parent=parent)
    train(fork)
    (said,) = [mark.text for mark in everything(fork).marks if mark.kind == "fork"]
    began = f"forked from {run.id} at step 5"
    anew = "; the checkpoint has no random state of cpu: its random numbers begin anew"
    assert said == (began + anew if lost else began)
    assert facts(fork).step == 8
