"""The diversity check: 512 samples of 28 × 28 against held-out real ones, without drawing them."""

import time

import torch

from benchmarks.speed.rows import Budget, Row, at_most
from latentop.engine.data import load
from latentop.engine.watch.samples import diversity
from latentop.presets import catalogue

SAMPLES = 512
TARGET = 10.0


def measure(budget: Budget) -> list[Row]:
    """Training images stand for samples: what they show has no say in the time."""
    dataset = load(catalogue.load(catalogue.find("dcgan")).data, torch.device("cpu"))
    meter = diversity.build(
        real=dataset.test,
        real_labels=dataset.test_labels,
        training=dataset.train,
        training_labels=dataset.train_labels,
        classes=dataset.classes,
        samples=SAMPLES,
    )
    taken = []
    for _ in range(5 + 10 * budget.rounds):
        began = time.perf_counter()
        meter.read(dataset.train[:SAMPLES])
        taken.append(1000 * (time.perf_counter() - began))
    return [at_most(f"a check of {meter.samples} samples", taken[5:], TARGET, "ms")]
