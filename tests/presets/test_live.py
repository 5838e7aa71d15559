"""Which settings can be changed while training: one table knows, of every setting of every preset."""

import pytest

from latentop.presets import catalogue, fields, live
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset

NAMES = sorted(entry.name for entry in catalogue.entries())


def shipped(name: str) -> Preset:
    return catalogue.load(catalogue.find(name))


def test_what_can_be_changed_is_what_people_turn_while_training() -> None:
    known = live.settings(shipped("dcgan"))
    assert {
        *("steps", "batch", "generator.lr", "discriminator.lr", "generator.schedule", "discriminator.clip"),
        *("objective.discriminator_steps", "objective.instance_noise", "objective.r1", "objective.ema"),
        *("watch.diversity_alarm", "watch.patience", "keep.frames", "keep.last", "keep.best"),
        "objective.augment",
    } <= known.keys()
    assert known["generator.lr"] == 2e-4
    assert {"objective.noise", "objective.amount"} <= live.settings(shipped("denoising-gaussian")).keys()
    assert "objective.beta" in live.settings(shipped("vae"))
    assert {"objective.weight", "objective.target"} <= live.settings(shipped("sparse-kl")).keys()
    assert "objective.penalty" in live.settings(shipped("wgan-gp"))


@pytest.mark.parametrize("name", NAMES)
def test_of_every_other_setting_it_is_said_why_not(name: str) -> None:
    preset = shipped(name)
    known = live.settings(preset)
    for field in fields.of_preset(preset):
        assert bool(live.rule(field.key).why) == (field.key not in known)
        assert live.rule(field.key).why != live.rule("no.such.setting").why, f"{field.key} has no rule"


@pytest.mark.parametrize(
    ("key", "why", "fits"),
    [
        ("generator.channels", "weights would not fit", False),
        ("generator.latent_dim", "weights would not fit", False),
        ("discriminator.pack", "weights would not fit", False),
        ("generator.network", "weights would not fit", False),
        ("discriminator.slope", "built at the start", True),
        ("generator.optimizer", "moments", True),
        ("data.size", "read at the start", True),
        ("seed", "drawn", True),
        ("watch.samples", "measured", True),
        ("watch.features", "measured", True),
        ("title", "tells people", True),
    ],
)
def test_why_not_and_whether_a_fork_can(key: str, why: str, fits: bool) -> None:
    assert why in live.rule(key).why
    assert live.rule(key).fits is fits


def test_values_are_held_to_the_ranges_of_the_preset() -> None:
    dcgan = shipped("dcgan")
    changed = live.changed(dcgan, {"generator.lr": 1, "objective.discriminator_steps": 5})
    assert live.settings(changed)["generator.lr"] == 1.0
    assert dict.fromkeys(key for key, _, _ in catalogue.differences(dcgan, changed)) == dict.fromkeys(
        ["generator.lr", "objective.discriminator_steps"]
    )
    for values, said in (
        ({"generator.lr": -1}, "generator.lr: -1 is not accepted"),
        ({"generator.lr": float("nan")}, "is not accepted"),
        ({"objective.discriminator_steps": 0}, "discriminator_steps: 0 is not accepted"),
        ({"watch.diversity_alarm": 0.9}, "diversity_clear must not be below diversity_alarm"),
        ({"generator.speed": 1}, "no such setting"),
        ({"steps.more": 1}, "steps is a value, not a table"),
    ):
        with pytest.raises(PresetError, match=said):
            live.changed(dcgan, values)


def test_a_run_as_it_is_now_takes_no_harm_from_damaged_facts() -> None:
    dcgan = shipped("dcgan")
    assert live.as_it_is(dcgan, {"generator.lr": 0.5, "mood.good": 1}) == live.changed(
        dcgan, {"generator.lr": 0.5}
    )
    assert live.as_it_is(dcgan, {"generator.lr": "[b]"}) == dcgan


def test_another_kind_of_objective_brings_its_own_settings() -> None:
    now = catalogue.flatten(live.changed(shipped("wgan-gp"), {"objective.name": "hinge"}))
    assert (now["objective.name"], now["objective.discriminator_steps"]) == ("hinge", 5)
    assert "objective.penalty" not in now
