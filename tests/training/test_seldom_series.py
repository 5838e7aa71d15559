"""What a run says now and then, beside the values of every step."""

from collections.abc import Iterator

import pytest
import torch

from latentop.engine.data import load
from latentop.engine.run.events import Event, Facts, Scalars
from latentop.engine.train.trainer import Trainer
from latentop.presets import catalogue

CPU = torch.device("cpu")


def events(preset: str, *words: str) -> Iterator[Event]:
    """Those of a short run whose clock goes on by a tenth of a second at every look at it."""
    spec = catalogue.load(catalogue.find(preset), [*words, "device=cpu"])
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 0.1
        return now

    trainer = Trainer(spec, load(spec.data, CPU), CPU, wall=clock, clock=clock)
    yield from trainer.run()


def series(preset: str, *words: str) -> dict[str, list[float]]:
    """All values by name."""
    found: dict[str, list[float]] = {}
    for event in events(preset, *words):
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


def test_a_gan_tells_how_much_of_each_mode_it_shows_and_the_chance_in_real_data() -> None:
    told = list(events("ring", "steps=40", "batch=64"))
    checks = [one.values for one in told if isinstance(one, Scalars) and "diversity/modes" in one.values]
    assert checks
    for values in checks:
        shares = [float(values[f"presence/{place}"]) for place in range(1, 9)]
        assert "presence/9" not in values
        assert sum(shares) == pytest.approx(8 if any(shares) else 0, rel=1e-3)
    facts = {key: value for one in told if isinstance(one, Facts) for key, value in one.values.items()}
    assert facts["diversity_chance"] == {
        "density": pytest.approx(0.0021, abs=1e-4),
        "duplicates": pytest.approx(0.05, abs=0.05),
    }
    assert facts["overfitting_alarm"] == 1.5


@pytest.mark.slow
def test_each_class_of_images_is_told_by_its_number() -> None:
    small = ("generator.channels=8", "discriminator.channels=8", "batch=16", "steps=3")
    told = list(events("dcgan", *small))
    values = next(one.values for one in told if isinstance(one, Scalars) and "presence/1" in one.values)
    assert [name for name in values if name.startswith("presence/")] == [
        f"presence/{n}" for n in range(1, 11)
    ]
    chance = next(
        one.values["diversity_chance"]
        for one in told
        if isinstance(one, Facts) and "diversity_chance" in one.values
    )
    assert isinstance(chance, dict)
    assert 0.002 < chance["coverage"] < 0.03
