"""Faults that befall real runs, as a seed deals them; ``python -m benchmarks.faults`` deals 200."""

import subprocess
import sys
from random import Random

import pytest

from tests.training.faults import FAULTS, deal
from tests.training.ordeal import gaps


@pytest.mark.slow
def test_a_dozen_faults_lose_nothing_and_every_run_ends_well() -> None:
    command = [sys.executable, "-m", "benchmarks.faults", "--faults", "12", "--seed", "4"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    for fault in FAULTS:
        (row,) = [line for line in done.stdout.splitlines() if line.startswith(f"| {fault.name} |")]
        assert int(row.split("|")[2]) in (1, 2)


def test_the_same_seed_deals_the_same_faults() -> None:
    names = [[fault.name for fault in deal(33, Random(seed))] for seed in (5, 5, 6)]
    assert names[0] == names[1] != names[2]
    assert {names[0].count(fault.name) for fault in FAULTS} == {3, 4}


@pytest.mark.parametrize(
    ("bins", "promised", "wrong"),
    [
        ([(1, 1), (2, 1), (8, 6)], 8, 0),
        ([(1, 1), (2, 1), (8, 6)], 11, 3),  # the end is missing
        ([(2, 1), (3, 1)], 3, 1),  # the beginning
        ([(1, 1), (8, 6)], 8, 1),  # a step between
        ([(1, 1), (4, 3), (8, 6)], 8, 2),  # two are there twice
        ([], 5, 5),
    ],
)
def test_what_is_missing_is_counted(bins: list[tuple[int, int]], promised: int, wrong: int) -> None:
    assert gaps(bins, promised) == wrong
