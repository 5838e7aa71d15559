"""What is undone after training went back, and the state before an edit that was left behind."""

from pathlib import Path

import pytest
import torch

from latentop.engine.checkpoint import snapshots
from latentop.engine.control.edits import Edits
from tests.support.house import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def edits(house: House) -> Edits:
    return house.edits


BY_HAND = "; what going back has changed is set by hand"


def none_left(*taken: str, back: bool = True) -> tuple[bool, str]:
    """The answer where training went ``back`` to before the edits of settings that it has ``taken``."""
    of = f": going back took back the edits of {', '.join(taken)}" if taken else ""
    return False, f"no edit is left to undo{of}{BY_HAND if back else ''}"


def test_an_edit_that_going_back_took_back_is_not_undone_and_that_is_told(house: House, edits: Edits) -> None:
    assert edits.change({"generator.lr": 0.125})[0]
    assert edits.change({"generator.beta1": 0.25})[0]
    assert house.rollback.asked({"step": 20})[0]
    assert edits.undo() == none_left("generator.beta1", "generator.lr")
    assert house.rollback.asked({"step": 20})[0]
    assert edits.undo() == none_left()


def test_of_training_that_never_went_back_nothing_is_said_of_that(edits: Edits) -> None:
    assert edits.undo() == none_left(back=False)
    assert edits.change({"generator.lr": 0.125})[0]
    assert edits.undo()[0]
    assert edits.undo() == none_left(back=False)


def test_an_edit_of_what_going_back_leaves_is_undone(house: House, edits: Edits) -> None:
    assert edits.change({"steps": 5000, "generator.lr": 0.125})[0]
    assert edits.change({"watch.guard_tries": 5})[0]
    assert house.rollback.asked({"step": 20})[0]
    assert edits.undo() == (True, "undone: watch.guard_tries 5 → 3")
    assert edits.undo() == (True, "undone: steps 5000 → 1000")
    assert edits.undo() == none_left("generator.lr")


def test_what_was_undone_before_going_back_is_not_undone_again(house: House, edits: Edits) -> None:
    assert edits.change({"generator.lr": 0.125})[0]
    assert edits.change({"steps": 5000})[0]
    house.trainer.step = 40
    house.trainer.snapshots.keep(house.trainer.take_snapshot())
    house.trainer.step = 50
    assert edits.undo() == (True, "undone: steps 5000 → 1000")
    assert house.rollback.asked({"step": 40})[0]
    assert edits.undo() == (True, "undone: generator.lr 0.125 → 0.01")


def test_a_rate_that_going_back_lowered_does_not_jump_to_that_of_before_an_edit(
    house: House, edits: Edits
) -> None:
    assert edits.change({"generator.lr": 0.125, "generator.beta1": 0.25})[0]
    house.trainer.step = 40
    house.trainer.snapshots.keep(house.trainer.take_snapshot())
    house.trainer.step = 50
    assert house.rollback.asked({"step": 40, "factor": 0.5})[0]
    assert edits.undo() == (True, "undone: generator.beta1 0.25 → 0")
    assert edits.undo() == none_left("generator.lr")


def test_too_little_memory_after_going_back_leads_to_no_abandoned_future(house: House, edits: Edits) -> None:
    assert edits.change({"batch": 64})[0]
    assert house.rollback.asked({"step": 10})[0]
    assert not edits.take_back()
    assert house.trainer.step == 10


@pytest.mark.parametrize("stood", [30, 10])
def test_an_edit_right_after_going_back_is_taken_back_and_saved_as_any_other(
    house: House, edits: Edits, stood: int
) -> None:
    """Whatever no step had followed before: training may go back to where it stands, too."""
    rates = house.rates
    house.trainer.step = stood
    assert edits.change({"generator.lr": 0.125})[0]
    assert house.rollback.asked({"step": 10, "factor": 0.5})[0]
    assert edits.change({"batch": 64})[0]
    assert edits.take_back()
    assert house.marks[-1].text == "taken back, for there is too little memory: batch 16 → 64"
    assert (house.trainer.step, house.rates) == (10, [rate / 2 for rate in rates])
    assert edits.change({"batch": 48})[0]
    house.trainer.step += 1
    edits.save()
    saved = torch.load(house.run.checkpoints / "step-000000011.pt", weights_only=True)
    assert saved["settings"]["batch"] == 48


def test_where_the_state_before_can_not_be_kept_nothing_is_changed(
    house: House, edits: Edits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by an edit, nor by taking one back, nor by going back: and training goes on."""
    assert edits.change({"generator.lr": 0.125})[0]
    step, settings = house.trainer.step, dict(house.trainer.settings)

    def full(*_: object, to_host: bool = False) -> None:
        raise MemoryError

    monkeypatch.setattr(snapshots, "copy", full)
    told = f"there is too little memory to keep the state of step {step}; nothing was changed"
    for applied, text in (
        edits.change({"generator.lr": 0.25}),
        edits.undo(),
        house.rollback.asked({"step": 20}),
    ):
        assert not applied
        assert text.startswith(told)
    assert (house.trainer.step, house.trainer.settings) == (step, settings)
    monkeypatch.undo()
    assert edits.undo() == (True, "undone: generator.lr 0.125 → 0.01")
