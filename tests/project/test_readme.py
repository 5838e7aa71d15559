"""What README.md has people type: each command is one that there is, and the query finds what it says."""

import re
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from latentop.presets import catalogue, live, overrides
from latentop.presets.preset_error import PresetError
from latentop.tui import cli
from tests.support.real_runs import everything, facts, training, wait_until

TEXT = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
TOUR = [line for block in BLOCKS for line in block.splitlines() if line.startswith("latentop")]
INLINE = re.findall(r"`(latentop [^`]*)`", TEXT)
NAMES = {entry.name for entry in catalogue.entries()}


def words(line: str) -> list[str]:
    """What a shell hands over: no comment, and not the program's own name."""
    return shlex.split(line, comments=True)[1:]


def test_the_tour_is_found() -> None:
    assert len(TOUR) >= 19
    assert {"train", "attach", "follow", "doctor"} <= {(*words(line), "")[0] for line in TOUR}
    assert len(INLINE) >= 10


def test_images_may_be_of_the_sizes_that_are_promised() -> None:
    promised = re.search(r"any size from (\d+) to (\d+) pixels", TEXT)
    assert promised is not None
    preset = catalogue.load(catalogue.find("dcgan-64"))
    least, most = map(int, promised.groups())
    for pixels in (least, most):
        catalogue.override(preset, [f"data.pixels={pixels}"])
    for pixels in (least - 1, most + 1):
        with pytest.raises(PresetError, match="is not accepted"):
            catalogue.override(preset, [f"data.pixels={pixels}"])


@pytest.mark.parametrize("line", INLINE)
def test_each_command_that_is_spoken_of_is_there(line: str) -> None:
    (command, *_) = words(line)
    with pytest.raises(SystemExit) as told:
        cli.parser().parse_args([command, "--help"])
    assert told.value.code == 0


@pytest.mark.parametrize("line", [*TOUR, *(line for line in INLINE if len(words(line)) > 1)])
def test_each_line_can_be_typed(line: str) -> None:
    options = cli.parser().parse_args(words(line))
    assert bool(options.handler) == bool(words(line))


@pytest.mark.parametrize("line", [line for line in TOUR if "train" in words(line)])
def test_each_preset_and_setting_of_the_tour_is_accepted(line: str) -> None:
    options = cli.parser().parse_args(words(line))
    assert options.preset in NAMES
    catalogue.load(catalogue.find(options.preset), options.overrides)


def test_what_the_tour_changes_while_training_can_be() -> None:
    (line,) = (line for line in TOUR if words(line)[:1] == ["set"])
    key, _, value = words(line)[-1].partition("=")
    before = catalogue.load(catalogue.find("dcgan"))
    after = live.changed(before, {key: overrides.value_of(value)})
    assert catalogue.flatten(after)[key] == float(value) != catalogue.flatten(before)[key]


@pytest.mark.slow
def test_the_query_finds_the_newest_losses_of_a_run(tmp_path: Path) -> None:
    (query,) = re.findall(r'sqlite3 \S+/run\.db "(.*?)"', TEXT, re.DOTALL)
    with training(tmp_path, "oscillation", ["steps=2000"]) as run:
        wait_until(lambda: facts(run).state == "finished")
    with closing(sqlite3.connect(run.database)) as connection:
        rows = connection.execute(query).fetchall()
    losses = everything(run).bins["loss/generator"]
    assert rows == list(zip(losses.step.tolist(), losses.mean.tolist(), strict=True))[:-6:-1]
    assert (len(rows), rows[0][0]) == (5, 2000)
