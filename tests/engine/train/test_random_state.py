"""Random numbers: put back, every generator repeats itself; also after a checkpoint on disk."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from latentop.engine.train import random_state

CPU = torch.device("cpu")


def drawn() -> tuple[object, ...]:
    """Some of every kind; the normal ones are drawn in pairs, of which one is kept for the next call."""
    return (
        random.random(),
        random.gauss(),
        np.random.rand(),
        np.random.randn(),
        torch.rand(3).tolist(),
        torch.randn(3).tolist(),
    )


def test_every_generator_goes_on_where_it_was(tmp_path: Path) -> None:
    drawn()
    torch.save(random_state.state(CPU), tmp_path / "rng.pt")
    wanted = [drawn(), drawn()]
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    random_state.restore(torch.load(tmp_path / "rng.pt", weights_only=True), CPU)
    assert [drawn(), drawn()] == wanted


def test_a_run_on_the_processor_asks_no_other_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """To be asked starts it, and takes hundreds of megabytes there."""

    def start(*_: object) -> None:
        raise AssertionError("a device was started")

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    for name in ("get_rng_state", "get_rng_state_all", "set_rng_state", "set_rng_state_all"):
        monkeypatch.setattr(torch.cuda, name, start)
    assert random_state.restore(random_state.state(CPU), CPU) == ""


class Card:
    """The generators of several CUDA devices, one number each."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = list(numbers)

    def get(self, device: torch.device) -> torch.Tensor:
        return torch.tensor([self.numbers[device.index]], dtype=torch.uint8)

    def set(self, state: torch.Tensor, device: torch.device) -> None:
        self.numbers[device.index] = int(state)


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> Card:
    cards = Card(7, 8)
    monkeypatch.setattr(torch.cuda, "get_rng_state", cards.get)
    monkeypatch.setattr(torch.cuda, "set_rng_state", cards.set)
    return cards


def test_the_generator_of_the_device_that_trains_is_put_back_whichever_number_it_has(cards: Card) -> None:
    saved = random_state.state(torch.device("cuda:1"))
    assert random_state.restore(saved, torch.device("cuda:0")) == ""
    assert cards.numbers == [8, 8]


def test_older_checkpoints_hold_every_card_s_generator(cards: Card) -> None:
    saved = random_state.state(CPU)
    del saved["device"]
    saved["cuda"] = [torch.tensor([3], dtype=torch.uint8), torch.tensor([4], dtype=torch.uint8)]
    assert random_state.restore(saved, torch.device("cuda:1")) == ""
    assert cards.numbers == [7, 4]


def test_what_cannot_be_put_back_is_said(cards: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    told = random_state.restore(random_state.state(CPU), torch.device("cuda:0"))
    assert told == "the checkpoint has no random state of cuda: its random numbers begin anew"
    assert cards.numbers == [7, 8]
    state = torch.tensor([1], dtype=torch.uint8)
    monkeypatch.setattr(torch.mps, "get_rng_state", lambda: state)
    put: list[torch.Tensor] = []
    monkeypatch.setattr(torch.mps, "set_rng_state", put.append)
    mps = torch.device("mps")
    assert random_state.restore(random_state.state(mps), mps) == ""
    assert put == [state]


def test_a_training_on_several_cards_has_the_generator_of_each_put_back(cards: Card) -> None:
    first, second = torch.device("cuda:0"), torch.device("cuda:1")
    saved = random_state.state(first, second)
    cards.numbers = [1, 1]
    assert random_state.restore(saved, first, second) == ""
    assert cards.numbers == [7, 8]


def test_of_a_card_that_is_new_it_is_said_that_its_numbers_begin_anew(cards: Card) -> None:
    first, second = torch.device("cuda:0"), torch.device("cuda:1")
    told = random_state.restore(random_state.state(first), first, second)
    assert told == "the checkpoint has no random state of cuda: its random numbers begin anew"


def test_an_intel_gpu_s_generator_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = Card(5)
    monkeypatch.setattr(torch.xpu, "get_rng_state", cards.get)
    monkeypatch.setattr(torch.xpu, "set_rng_state", cards.set)
    with random_state.untouched(torch.device("xpu:0")):
        cards.numbers = [6]
    assert cards.numbers == [5]
