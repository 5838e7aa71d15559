"""What a resumed run says of what is not as it was."""

from latentop.engine.train import changed_since
from latentop.presets import catalogue

DCGAN = catalogue.load(catalogue.find("dcgan"))


def test_packages_of_another_version_are_named() -> None:
    before = {"torch": "2.9.0", "numpy": "2.1"}
    assert changed_since.packages(before, {"torch": "2.10.0", "numpy": "2.1", "python": "3.11"}) == [
        "torch 2.9.0 → 2.10.0"
    ]


def test_a_changed_preset_is_told_and_what_comes_of_it() -> None:
    now = catalogue.override(DCGAN, ["data.size=full", "seed=7", "generator.lr=0.5"])
    assert changed_since.preset(catalogue.dump(DCGAN), now) == [
        "changed in preset.toml: seed 42 → 7, data.size small → full",
        "changed in preset.toml, but as it was in the checkpoint: generator.lr",
    ]


def test_what_is_as_it_was_or_was_never_told_is_no_change() -> None:
    assert changed_since.preset(catalogue.dump(DCGAN), DCGAN) == []
    assert changed_since.preset("", DCGAN) == []
    assert changed_since.preset("from = 'the future'", DCGAN) == []
    assert changed_since.packages({}, {"torch": "2.10.0"}) == []
