"""Which columns are which series: pairs of losses, parts of one, what is asked for by name."""

from pathlib import Path

import pytest

from latentop.engine.external.logs.columns import choose
from latentop.engine.external.logs.columns_wanted import ColumnsWanted, parse
from latentop.engine.external.logs.places import only_log
from latentop.engine.run.errors import UsageError
from latentop.engine.run.loss_pairs import pairs
from tests.engine.external.logs.test_formats import joined, whole

G, D = "loss/generator", "loss/discriminator"


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        (["G_GAN", "G_L1", "D_real", "D_fake"], {G: "G_GAN", D: "D_real + D_fake"}),
        (["d1", "d2", "g"], {G: "g", D: "d1 + d2"}),
        (["l_g_pix", "l_g_gan", "l_d_real", "l_d_fake"], {G: "l_g_gan", D: "l_d_real + l_d_fake"}),
        (["d_loss_real", "d_loss_fake", "g_loss"], {G: "g_loss", D: "d_loss_real + d_loss_fake"}),
        (["loss_D", "D_real", "D_fake", "loss_G"], {G: "loss_G", D: "loss_D", "D_real": "D_real"}),
        (
            ["D/loss_real", "D/loss_fake", "D/loss_cls", "G/loss_fake", "G/loss_rec", "G/loss_cls"],
            {G: "G/loss_fake", D: "D/loss_real + D/loss_fake", "G/loss_rec": "G/loss_rec"},
        ),
        (
            ["D_A", "G_A", "cycle_A", "idt_A", "D_B", "G_B"],
            {f"{D}-a": "D_A", f"{G}-a": "G_A", f"{D}-b": "D_B", f"{G}-b": "G_B", "loss/cycle-a": "cycle_A"},
        ),
        (
            ["loss_G_A", "loss_D_A", "loss_G_B", "loss_D_B"],
            {f"{G}-a": "loss_G_A", f"{D}-a": "loss_D_A", f"{G}-b": "loss_G_B", f"{D}-b": "loss_D_B"},
        ),
        (
            ["g_loss_step", "g_loss_epoch", "d_loss_step", "d_loss_epoch"],
            {G: "g_loss_step", D: "d_loss_step"},
        ),
        (
            ["Loss/G/loss", "Loss/D/loss", "Loss/signs/real", "Loss/signs/fake"],
            {"accuracy/discriminator": "0.5 + 0.25*Loss/signs/real - 0.25*Loss/signs/fake"},
        ),
        (
            ["train_loss", "kl", "recon_loss", "val_loss"],
            {"loss/total": "train_loss", "valid/loss": "val_loss"},
        ),
        (["loss", "loss/total"], {"loss/total": "loss/total", "loss": "loss"}),
        (["FID", "kid", "IS_mean"], {"quality/fid": "FID", "quality/inception-score": "IS_mean"}),
    ],
)
def test_which_columns_are_which_series(columns: list[str], chosen: dict[str, str]) -> None:
    told = choose("log.csv", columns, ColumnsWanted())
    assert {name: told.get(name) for name in chosen} == chosen


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ([D, G, f"{D}-real", f"{D}-fake"], [("", G, D)]),
        ([f"{G}-a", f"{D}-b", f"{G}-b", f"{D}-a"], [("a", f"{G}-a", f"{D}-a"), ("b", f"{G}-b", f"{D}-b")]),
        ([G, f"{D}-1"], [("1", G, f"{D}-1")]),
        ([G, "loss/total"], []),
    ],
)
def test_which_losses_are_pairs(names: list[str], found: list[tuple[str, str, str]]) -> None:
    assert [(one.name, one.generator, one.discriminator) for one in pairs(names)] == found


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("generator=left,discriminator=right", {G: "left", D: "right"}),
        ('generator=left,discriminator="a + b"', {G: "left", D: "a + b"}),
        ("generator=left,discriminator=0.5*a+0.5*b", {D: "0.5*a + 0.5*b"}),
        ("generator=left,discriminator=a-b", {D: "a - b"}),
        (
            "generator=my loss,discriminator='right, too',kl=a",
            {G: "my loss", D: "right, too", "loss/kl": "a"},
        ),
        (
            "generator-a=a,discriminator-a=b,valid/loss=left",
            {f"{G}-a": "a", f"{D}-a": "b", "valid/loss": "left"},
        ),
    ],
)
def test_columns_that_are_asked_for(asked: str, told: dict[str, str]) -> None:
    columns = ["left", "right", "right, too", "my loss", "a", "b"]
    chosen = choose("log.csv", columns, parse(asked))
    assert {name: chosen.get(name) for name in told} == told


@pytest.mark.parametrize("asked", ["", "generator", "generator=", "g_loss=left", "=left", "a=b,,"])
def test_what_is_no_pair_of_a_series_and_a_column_is_refused(asked: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(asked)
    assert "--columns" in refused.value.message
    assert "discriminator=" in refused.value.hint


def test_a_column_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="no column 'lefd'; it has: left, right") as refused:
        choose("log.csv", ["left", "right"], parse("generator=lefd,discriminator=right"))
    assert "'left'" in refused.value.hint


def test_a_sum_is_worked_out_over_rows_that_hold_a_part_each(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    lines = ["step,g_loss,d_loss_real,d_loss_fake"]
    for step in range(4):
        lines += [f"{step},0.5,,", f"{step},,0.{step},", f"{step},,,1"]
    path.write_text("\n".join(lines) + "\n")
    steps, values = joined(whole(only_log(path).open(ColumnsWanted())))[D]
    assert steps.tolist() == [0, 1, 2, 3]
    assert values.tolist() == pytest.approx([1.0, 1.1, 1.2, 1.3])
