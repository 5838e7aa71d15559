"""Three arms that differ in the encoder alone; few labels, drawn fairly, and no test image among them."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from latentop.engine.data import Dataset, load, sampler
from latentop.engine.objectives.pretraining import ARMS, PretrainThenClassify, labelled
from latentop.engine.run.errors import UsageError
from latentop.presets import catalogue, live
from latentop.presets.schema import Pretraining

CPU = torch.device("cpu")
SMALL = ["pretrain=3", "seeds=2", "labels=100", "autoencoder.hidden=[16]", "autoencoder.latent_dim=8"]


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return load(preset().data, CPU)


def preset(*overrides: str) -> Pretraining:
    loaded = catalogue.load(catalogue.find("pretrain-classifier"), [*SMALL, *overrides])
    assert isinstance(loaded, Pretraining)
    return loaded


def weights(objective: PretrainThenClassify, arm: str, number: int, part: str) -> dict[str, Tensor]:
    """Copies of the weights of a classifier's ``encoder`` or ``head``."""
    found = objective.classifiers.get_submodule(f"{arm}.{number}.{part}").state_dict()
    return {name: values.clone() for name, values in found.items()}


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def train(objective: PretrainThenClassify, dataset: Dataset, steps: int) -> None:
    for _ in range(steps):
        objective.step(dataset.train[:32], dataset.train_labels[:32])


def test_heads_begin_the_same_in_every_arm_and_differ_between_seeds(dataset: Dataset) -> None:
    objective = PretrainThenClassify(preset(), dataset, CPU)
    for number in range(2):
        first, *others = (weights(objective, arm, number, "head") for arm in ARMS)
        assert all(same(first, other) for other in others)
    assert not same(weights(objective, "scratch", 0, "head"), weights(objective, "scratch", 1, "head"))


def test_labelled_images_are_balanced_and_differ_between_seeds(dataset: Dataset) -> None:
    objective = PretrainThenClassify(preset(), dataset, CPU)
    one, other = objective.labelled
    for chosen in (one, other):
        assert len(set(chosen.tolist())) == 100
        assert dataset.train_labels[chosen].bincount().tolist() == [10] * 10
    assert set(one.tolist()) != set(other.tolist())
    again = PretrainThenClassify(preset(), dataset, CPU)
    assert torch.equal(one, again.labelled[0])


def test_no_test_image_is_ever_trained_on(dataset: Dataset) -> None:
    blind = replace(dataset, test=dataset.test[:0], test_labels=dataset.test_labels[:0])

    def trained(on: Dataset) -> PretrainThenClassify:
        torch.manual_seed(0)
        objective = PretrainThenClassify(preset(), on, CPU)
        train(objective, dataset, 6)
        return objective

    one, other = trained(blind), trained(dataset)
    for arm in ARMS:
        assert same(weights(one, arm, 0, "head"), weights(other, arm, 0, "head"))
    held_out = {image.numpy().tobytes() for image in dataset.test}
    for chosen in one.labelled:
        assert not any(image.numpy().tobytes() in held_out for image in dataset.train[chosen])


def test_only_the_encoder_that_is_to_be_trained_is(dataset: Dataset) -> None:
    objective = PretrainThenClassify(preset(), dataset, CPU)
    fresh = weights(objective, "scratch", 0, "encoder")
    train(objective, dataset, 3)
    assert not objective.classifying
    assert same(weights(objective, "scratch", 0, "encoder"), fresh)
    pretrained = {
        name: values.clone()
        for name, values in objective.autoencoding.autoencoder.get_submodule("encoder").state_dict().items()
    }

    train(objective, dataset, 3)

    assert objective.classifying
    for number in range(2):
        assert same(weights(objective, "frozen", number, "encoder"), pretrained)
        assert not same(weights(objective, "fine-tuned", number, "encoder"), pretrained)
    assert not same(weights(objective, "scratch", 0, "encoder"), fresh)
    assert not same(weights(objective, "frozen", 0, "head"), weights(objective, "scratch", 0, "head"))
    assert same(objective.autoencoding.autoencoder.get_submodule("encoder").state_dict(), pretrained)


def test_making_classifiers_leaves_the_autoencoder_the_seed_of_the_run(dataset: Dataset) -> None:
    def begun(seeds: int) -> dict[str, Tensor]:
        torch.manual_seed(1)
        objective = PretrainThenClassify(preset(f"seeds={seeds}"), dataset, CPU)
        return {**objective.autoencoding.autoencoder.state_dict(), "next": torch.rand(3)}

    assert same(begun(2), begun(4))


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["labels=105"], "as many of each of 10 classes"),
        (["labels=20000"], "takes 2000 of each class"),
        (["labels=40", "classifier.batch=41"], "classifier.batch = 41"),
    ],
)
def test_what_cant_be_drawn_is_refused_in_words(dataset: Dataset, overrides: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        PretrainThenClassify(preset(*overrides), dataset, CPU)


def test_data_without_classes_are_refused(dataset: Dataset) -> None:
    with pytest.raises(UsageError, match="two classes"):
        labelled(replace(dataset, classes=("all",)), 100, 0)


def test_both_learning_rates_can_be_changed_while_training() -> None:
    assert {"autoencoder.lr", "classifier.lr"} < live.settings(preset()).keys()


def test_classifiers_that_memory_can_not_hold_are_refused_in_a_line(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=2**20))
    with pytest.raises(
        UsageError, match=r"2 classifiers an arm on data of 784 numbers take 0\.\d GiB"
    ) as caught:
        PretrainThenClassify(preset(), dataset, CPU)
    assert "seeds = 2" in caught.value.hint


def test_an_order_is_drawn_once_an_epoch_and_copied_no_more_often(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    objective = PretrainThenClassify(preset("classifier.batch=20"), dataset, CPU)
    train(objective, dataset, 3)
    real, drawn = sampler._order, []

    def order(count: int, seed: int, epoch: int) -> Tensor:
        drawn.append(epoch)
        return real(count, seed, epoch)

    monkeypatch.setattr(sampler, "_order", order)
    train(objective, dataset, 15)  # three epochs of a hundred labels
    assert drawn == [1, 2]
