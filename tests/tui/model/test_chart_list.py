"""The charts of a run without a preset: known series where they always are, its own by their prefix."""

from collections.abc import Mapping

import numpy as np

from latentop.engine.run.store.bins import Bins, from_values
from latentop.tui.model.chart_list import TOGETHER, of_run


def recorded(**sizes: float) -> Mapping[str, Bins]:
    """Series of such values at two steps; ``__`` stands for the slash of a name."""
    steps, walls = np.array([1, 2]), np.array([1.0, 2.0])
    return {
        name.replace("__", "/"): from_values(steps, walls, np.array([size, size]))
        for name, size in sizes.items()
    }


def charts(**sizes: float) -> dict[str, list[str]]:
    """The names of what each chart would draw, by its title."""
    series = recorded(**sizes)
    return {chart.title: [one.name for one in chart.series if one.name in series] for chart in of_run(series)}


def test_series_that_nobody_knows_are_drawn_under_their_prefix() -> None:
    assert charts(train__psnr=30, train__fid=50, valid__psnr=29, quality=1) == {
        "train": ["train/fid", "train/psnr"],
        "valid": ["valid/psnr"],
        "values": ["quality"],
    }


def test_known_series_have_their_own_charts_and_come_first() -> None:
    found = charts(
        train__fid=50, loss__discriminator=1, loss__generator=1, speed__steps=10, grad__generator=1
    )
    assert list(found) == ["losses", "train", "gradient norms", "speed, steps a second"]


def test_another_loss_has_a_chart_beside_the_known_ones() -> None:
    assert charts(loss__generator=1, loss__perceptual=2)["loss, others"] == ["loss/perceptual"]
    assert charts(loss__perceptual=2) == {"loss": ["loss/perceptual"]}


def test_networks_that_no_preset_has_are_among_the_gradients() -> None:
    assert charts(grad__encoder=1, grad__decoder=1) == {"gradient norms": ["grad/decoder", "grad/encoder"]}


def test_what_would_be_a_flat_line_has_a_chart_of_its_own() -> None:
    found = charts(train__loss=0.02, train__psnr=31, train__ssim=0.3)
    assert found == {"train 1/2": ["train/loss", "train/ssim"], "train 2/2": ["train/psnr"]}
    assert charts(train__loss=0.0, train__none=0.0) == {"train": ["train/loss", "train/none"]}
    assert list(charts(train__loss=1, train__nan=float("nan"))) == ["train 1/2", "train 2/2"]


def test_no_chart_is_too_full() -> None:
    found = charts(**{f"a__{number}": 1.0 for number in range(1, 2 * TOGETHER + 3)})
    assert list(found) == ["a 1/3", "a 2/3", "a 3/3"]
    assert max(map(len, found.values())) == TOGETHER
    assert found["a 1/3"][:2] == ["a/1", "a/2"]


def test_rates_and_spreads_are_not_drawn_by_themselves() -> None:
    assert charts(lr=1e-3, lr__generator=1e-3, train__psnr=1, train__psnr_sd=1) != {}
    assert "lr" not in str(charts(lr=1e-3, lr__generator=1e-3, train__psnr=1))
    series = {**recorded(train__psnr=1), "train/psnr-sd": recorded(x=1)["x"]}
    assert [[one.name for one in chart.series] for chart in of_run(series)] == [["train/psnr"]]
