"""The benchmarks of training, in a few steps: whole tables of finite figures; unknown names refused."""

import math
import re
from types import ModuleType

import pytest

from benchmarks import gans, modes, pretraining, reference

pytestmark = pytest.mark.slow


NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?|nan|inf")
Output = pytest.CaptureFixture[str]


def rows(output: Output, apart: str = r"\s*\|\s*") -> dict[str, list[float]]:
    """The numbers of every line of the tables, by what the line begins with."""
    found = {}
    for line in output.readouterr().out.splitlines():
        first, *cells = re.split(apart, line.strip("| "))
        if len(cells) > 1:
            found[first.strip("* ")] = [float(one) for cell in cells for one in NUMBER.findall(cell)]
    return found


def all_finite(numbers: list[float]) -> bool:
    return all(map(math.isfinite, numbers))


def test_the_reference_has_a_figure_for_every_row_asked_for(capsys: Output) -> None:
    asked = ["mean", "pca-2", "pca-30", "linear-pca", "stacked", "vae", "denoising-gaussian"]
    words = [word for name in asked for word in ("--only", name)]
    assert reference.main(["--quick", "--steps", "3", *words]) == 0
    table = rows(capsys)
    assert set(asked) < set(table)
    assert all(table[name] and all_finite(table[name]) for name in asked)
    ours = {name: table[name][0] for name in ("mean", "pca-2", "pca-30")}
    assert ours["mean"] > ours["pca-2"] > ours["pca-30"] > 0
    noisy, pca, *_ = table["denoising-gaussian"]
    assert noisy > pca > 0


def test_the_curve_of_a_gan_ends_with_its_last_step(capsys: Output) -> None:
    assert gans.main(["--quick", "--steps", "3", "--preset", "gan", "--threads", "1"]) == 0
    (row,) = [numbers for name, numbers in rows(capsys).items() if re.fullmatch(r"[\d.]+", name)]
    step, coverage, density, present, classes, rarest = row
    assert (step, classes) == (3, 10)
    assert 0 <= present <= 10
    assert 0 <= rarest <= 10
    assert all_finite([coverage, density])


def test_modes_are_told_with_their_spread_beside_the_published_ones(capsys: Output) -> None:
    words = ["--quick", "--steps", "5", "--trials", "2", "--workers", "1", "--only", "ring-packed"]
    assert modes.main(words) == 0
    table = rows(capsys, apart=r"\s{2,}")
    assert "PacGAN 2" in table
    assert len(table["ring-packed"]) == 7
    steps, reached, *_ = table["ring-packed"]
    assert steps == 5
    assert 0 <= reached <= 8
    assert all_finite(table["ring-packed"])


def test_pretraining_is_told_for_every_seed_and_for_their_mean(capsys: Output) -> None:
    assert pretraining.main(["--seeds", "1", "2", "--steps", "4", "--pretrain", "2"]) == 0
    table = rows(capsys)
    assert {"1", "2", "mean"} < set(table)
    assert [len(table[name]) for name in ("1", "2", "mean")] == [11, 11, 8]
    assert all(all_finite(table[name]) for name in ("1", "2", "mean"))


@pytest.mark.parametrize(
    ("benchmark", "option", "accepted"),
    [
        (reference, "--only", ("pca-30", "linear-pca", "stacked", "vae")),
        (modes, "--only", ("ring", "ring-packed", "grid", "grid-packed")),
        (gans, "--preset", ("gan", "dcgan")),
    ],
)
def test_an_unknown_name_is_refused_with_those_that_there_are(
    benchmark: ModuleType, option: str, accepted: tuple[str, ...], capsys: Output
) -> None:
    with pytest.raises(SystemExit) as refused:
        benchmark.main([option, "no-such-thing"])
    code = refused.value.code
    line = code if isinstance(code, str) else capsys.readouterr().err.splitlines()[-1]
    assert "no-such-thing" in line
    assert all(re.search(rf"\b{one}\b", line) for one in accepted)
