"""What a run says now and then, beside the values of every step."""

import pytest
import torch

from engine.data import load
from engine.run.events import Scalars
from engine.trainer import Trainer
from presets import catalogue

CPU = torch.device("cpu")


def series(preset: str, *words: str) -> dict[str, list[float]]:
    """All values by name, of a short run whose clock goes on by a tenth of a second at every look at it."""
    spec = catalogue.load(catalogue.find(preset), [*words, "device=cpu"])
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 0.1
        return now

    trainer = Trainer(spec, load(spec.data, CPU), CPU, wall=clock, clock=clock)
    found: dict[str, list[float]] = {}
    for event in trainer.run():
        if isinstance(event, Scalars):
            for name, value in event.values.items():
                found.setdefault(name, []).append(float(value))
    return found


def test_a_gan_tells_how_far_its_steps_go_and_how_strong_its_layers_are() -> None:
    found = series("ring", "steps=40", "batch=64")
    for network in ("generator", "discriminator"):
        assert found[f"update/{network}"]
        assert all(0 < share < 1 for share in found[f"update/{network}"])
        assert all(0.1 < value < 100 for value in found[f"singular/{network}"])


def test_a_variational_autoencoder_tells_the_divergence_of_every_unit() -> None:
    found = series("vae", "steps=10")
    units = [found[f"kl/unit-{place}"][-1] for place in range(1, 11)]
    assert sum(units) == pytest.approx(found["kl/nats"][-1], rel=1e-5)
    assert "kl/unit-11" not in found
