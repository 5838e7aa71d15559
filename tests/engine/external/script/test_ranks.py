"""Several processes that train together: none waits for another, all stop together and are started again."""

import os
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import torch
from torch import Tensor, nn

import latentop
from latentop.engine.external.script import peers
from latentop.engine.external.script.peers import Peers
from latentop.engine.run.folder import RunFolder
from tests.support.real_runs import facts
from tests.support.script_runs import only_run, stopped_together


def test_what_starts_all_of_them_is_what_is_started_again(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launcher = ["python", "torchrun", "--nproc-per-node", "2", "train.py"]
    parents = {os.getppid(): SimpleNamespace(cmdline=lambda: launcher)}
    with monkeypatch.context() as patch:
        patch.setenv("TORCHELASTIC_RUN_ID", "none")
        process = psutil.Process
        patch.setattr(psutil, "Process", lambda pid=None: parents.get(pid) or process(pid))
        run = latentop.init()
    run.finish()
    found = facts(RunFolder(run.path))
    assert list(found.command) == launcher
    assert not [name for name in found.environment if name.startswith("TORCHELASTIC")]


@pytest.fixture
def sharded(tmp_path: Path) -> nn.Module:
    """A network whose weights lie in parts on all processes: here on a single one."""
    from torch.distributed.fsdp import fully_shard

    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path / 'rendezvous'}", rank=0, world_size=1
    )
    yield fully_shard(nn.Linear(2, 2), mesh=torch.distributed.init_device_mesh("cpu", (1,)))  # type: ignore[misc]
    torch.distributed.destroy_process_group()


def test_a_network_in_parts_is_refused_and_never_run(
    runs: Path, sharded: nn.Module, capsys: pytest.CaptureFixture[str]
) -> None:
    """To draw samples from it, or to write it down, takes all of the others, who don't know of it."""
    called: list[int] = []

    def sample(count: int) -> Tensor:
        called.append(count)
        found: Tensor = sharded(torch.zeros(count, 2))
        return found

    with latentop.init(sample=sample, kind="gan") as run:
        run.log({"loss": 1.0})
    assert not called
    assert "lies in parts on several processes" in capsys.readouterr().err
    assert facts(RunFolder(run.path)).state == "finished"


TOGETHER = """
import torch, latentop
from torch import distributed, nn

def train(rank, meeting):
    distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=2)
    network = nn.parallel.DistributedDataParallel(nn.Linear(2, 1))
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    with latentop.init("together", optimisers=optimiser) as run:
        while True:
            loss = network(torch.rand(4, 2)).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            run.log({"loss": loss})
    distributed.barrier()
    print("done", run.step, flush=True)

if __name__ == "__main__":
    torch.multiprocessing.spawn(train, ("file://MEETING",), nprocs=2)
"""


@pytest.mark.slow
def test_a_stop_reaches_all_of_them_after_the_same_step(runs: Path, tmp_path: Path) -> None:
    script = tmp_path / "together.py"
    script.write_text(TOGETHER.replace("MEETING", str(tmp_path / "meeting")))
    told = stopped_together(script, runs, done=2)
    steps = {int(line.split()[1]) for line in told.splitlines() if line.startswith("done")}
    assert steps == {facts(only_run(runs)).step}, told


class Together:
    """Three processes of one training, each at a step of its own, as one process that plays all of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        store = torch.distributed.HashStore()
        monkeypatch.setattr(peers, "LOOK_SECONDS", 0.0)
        monkeypatch.setattr(Peers, "_joined", lambda _: store)
        monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 3)
        monkeypatch.setattr(torch.distributed, "get_rank", lambda: self.rank)
        self.rank = 0
        self.peers = [Peers() for _ in range(3)]

    def stops(self, rank: int, step: int) -> bool:
        """Whether one of those that record nothing stops after a step."""
        self.rank = rank
        return self.peers[rank].stops(step)


@pytest.mark.parametrize("ahead", [0, 1, 7])
def test_all_stop_after_one_step_however_far_one_is(monkeypatch: pytest.MonkeyPatch, ahead: int) -> None:
    together, ends = Together(monkeypatch), {}
    for step in range(1, 40):
        if 1 not in ends and together.stops(1, step):
            ends[1] = step
        if 2 not in ends and together.stops(2, step + ahead):
            ends[2] = step + ahead
        if 0 not in ends and step >= 10 and together.peers[0].all_stop(step):
            ends[0] = step
    assert sorted(ends) == [0, 1, 2]
    assert len(set(ends.values())) == 1
    assert ends[0] >= 10 + ahead


def test_a_process_whose_host_runs_ahead_of_its_device_stops_with_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on a card: steps of all processes wait for each other there, and no host for its own."""
    together, ends, steps = Together(monkeypatch), dict[int, int](), dict.fromkeys(range(3), 0)

    def take(rank: int) -> None:
        if rank not in ends:
            steps[rank] += 1
            stops = together.peers[0].all_stop if rank == 0 else partial(together.stops, rank)
            if (rank or steps[0] >= 10) and stops(steps[rank]):
                ends[rank] = steps[rank]

    def synchronised(place: int) -> None:
        """The device comes to an end once the first process has asked for as many steps."""
        rank = together.rank
        while 0 not in ends and steps[0] < steps[rank]:
            take(0)
        together.rank = rank

    for name, found in (
        ("is_initialized", lambda: True),
        ("device_count", lambda: 2),
        ("memory_allocated", lambda place: place),
        ("synchronize", synchronised),
    ):
        monkeypatch.setattr(torch.cuda, name, found)
    for step in range(40):
        for rank in (1, 2):
            for _ in range(20 if step else 1):
                take(rank)
        take(0)
    assert sorted(ends) == [0, 1, 2]
    assert len(set(ends.values())) == 1


def test_where_the_others_do_not_log_the_first_one_stops_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    together = Together(monkeypatch)
    assert not together.stops(1, 1)
    assert together.peers[0].all_stop(1)
