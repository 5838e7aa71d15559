"""Of several cards the first trains that others leave room on; a run that goes on stays where it was.

The driver is made up.
"""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from latentop.engine.run.facts import RunFacts
from latentop.engine.run.process import launch
from latentop.engine.run.process.launch import TURN
from latentop.engine.train import devices, preparation
from latentop.presets import catalogue
from tests.support.real_runs import everything
from tests.support.recorded_runs import DCGAN

GIB = 1024
"""Megabytes, as the driver counts."""


class Driver:
    """What nvidia-smi says of cards, and what torch does; it numbers them the other way round."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free: list[int] = []
        self.sizes: list[int] = []
        self.broken: set[int] = set()
        self.says: str | Exception | None = None
        self.asked = 0
        monkeypatch.delenv(TURN, raising=False)
        monkeypatch.setattr(subprocess, "run", self.run)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: len(self.free))
        monkeypatch.setattr(
            torch.cuda, "get_device_properties", lambda card: SimpleNamespace(uuid=f"{card}abc-{card}")
        )
        problem = "cuda:1 can't compute: no kernel image"
        monkeypatch.setattr(devices, "_problem", lambda one: problem if one.index in self.broken else "")

    def run(self, command: tuple[str, ...], **_: object) -> SimpleNamespace:
        assert command[0] == "nvidia-smi"
        self.asked += 1
        if isinstance(self.says, Exception):
            raise self.says
        sizes = self.sizes or [max(self.free)] * len(self.free)
        each = enumerate(zip(self.free, sizes, strict=True))
        rows = [f"GPU-{card}abc-{card}, {free}, {size - free}\n" for card, (free, size) in each]
        return SimpleNamespace(stdout="".join(reversed(rows)) if self.says is None else self.says)


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> Driver:
    return Driver(monkeypatch)


@pytest.mark.parametrize(
    ("free", "chosen"),
    [
        ([79 * GIB, 80 * GIB], 0),  # a screen
        ([3 * GIB, 22 * GIB], 1),
        ([3 * GIB, 10 * GIB, 22 * GIB, 21 * GIB], 2),
        ([22 * GIB], 0),
    ],
)
def test_a_card_that_others_use_is_left_to_them(free: list[int], chosen: int, driver: Driver) -> None:
    driver.free = free
    choice = devices.choose("auto")
    assert choice.device == torch.device("cuda", chosen)
    wanted = () if not chosen else (f"cuda:{chosen} has 22.0 GiB free, cuda:0 3.0 GiB: others use that one",)
    assert choice.notes == wanted
    assert devices.choose("cuda:0").device.index == 0, "whoever names one has it"


@pytest.mark.parametrize(
    ("free", "sizes", "chosen"),
    [
        ([12, 24], [12, 24], 0),
        ([11, 24], [12, 24], 0),  # a screen
        ([3, 12, 24], [12, 12, 24], 1),  # which nobody uses, as the last one
        ([3, 2, 24], [12, 2, 24], 2),  # the second has less than is left of the first
        ([30, 24], [80, 24], 0),
        ([3, 20], [12, 80], 1),
    ],
)
def test_a_card_is_not_passed_over_for_being_small(
    free: list[int], sizes: list[int], chosen: int, driver: Driver
) -> None:
    driver.free, driver.sizes = [GIB * one for one in free], [GIB * one for one in sizes]
    choice = devices.choose("auto")
    assert choice.device.index == chosen
    told = f"cuda:{chosen} has {free[chosen]}.0 GiB free, cuda:0 {free[0]}.0 GiB: others use that one"
    assert choice.notes == ((told,) if chosen else ())


@pytest.mark.parametrize(
    "says",
    [
        FileNotFoundError("nvidia-smi"),
        subprocess.TimeoutExpired("nvidia-smi", 10),
        subprocess.CalledProcessError(9, "nvidia-smi"),
        "GPU-0abc-0, 3072, 19456\n",
        "GPU-0abc-0, [N/A], [N/A]\nGPU-1abc-1, [N/A], [N/A]\n",
        "No devices were found\n",
        "",
    ],
)
def test_where_the_driver_does_not_tell_the_first_is_taken(says: str | Exception, driver: Driver) -> None:
    driver.free, driver.says = [3 * GIB, 22 * GIB], says
    choice = devices.choose("auto")
    assert (choice.device.index, choice.notes) == (0, ())


def test_the_roomiest_that_cannot_compute_is_passed_over(driver: Driver) -> None:
    driver.free, driver.broken = [3 * GIB, 22 * GIB], {1}
    choice = devices.choose("auto")
    assert choice.device.index == 0
    assert choice.notes == ("cuda:1 can't compute: no kernel image",)


def test_runs_side_by_side_keep_to_their_turns_whatever_is_free(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one takes when it begins is none of the other's reasons."""
    driver.free, found = [3 * GIB, 22 * GIB], []
    for turn in "012":
        monkeypatch.setenv(TURN, turn)
        found.append(devices.choose("auto", "cuda:1 (NVIDIA H100)").device.index)
    assert found == [0, 1, 0]
    assert driver.asked == 0


def test_a_run_that_goes_on_stays_on_its_card(driver: Driver, tmp_path: Path) -> None:
    """And says nothing; on a card that is gone it can't."""
    run = launch.new(tmp_path, RunFacts(preset="dcgan", seed=42), DCGAN)
    preset = catalogue.load(catalogue.find("dcgan"), ["device=auto"])
    driver.free = [3 * GIB, 22 * GIB, 22 * GIB]
    for before, card in (("cuda:2 (NVIDIA H100)", 2), ("cuda:0 (NVIDIA H100)", 0), ("cuda:7 (Tesla K80)", 1)):
        assert preparation._device(run, preset, before) == torch.device("cuda", card)
    (mark,) = everything(run).marks
    assert (mark.kind, mark.text) == (
        "device",
        "cuda:1 has 22.0 GiB free, cuda:0 3.0 GiB: others use that one",
    )
    driver.broken = {2}
    assert preparation._device(run, preset, "cuda:2 (NVIDIA H100)").index == 0
