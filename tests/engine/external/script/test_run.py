"""A run of a script's own loop: what is recorded of its calls, and what is said of bad ones."""

import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import latentop
from latentop.engine.run.errors import UsageError
from latentop.engine.run.store.reader import Reader
from latentop.tensorboard import SummaryWriter
from tests.support.elsewhere import Elsewhere, lying_on
from tests.support.real_runs import alone, everything, facts
from tests.support.script_runs import marks, only_run, series


def trouble(runs: Path) -> list[str]:
    return marks(everything(only_run(runs)), "trouble")


def test_several_calls_tell_of_one_step(runs: Path) -> None:
    with latentop.init() as run:
        for step in range(3):
            run.log({"errD": 0.5}, step=step)
            run.log({"errG": 1.0, "val_loss": 2.0}, step=step)
            run.log({}, step=step)
    found = series(only_run(runs))
    steps = [(0, 0.5), (1, 0.5), (2, 0.5)]
    assert found["loss/discriminator"] == steps
    assert [step for step, _ in found["loss/generator"]] == [0, 1, 2]
    assert [step for step, _ in found["valid/loss"]] == [0, 1, 2]
    assert not trouble(runs)


@pytest.mark.parametrize(
    ("said", "torch_has", "chosen"),
    [
        ({"seed": 0}, None, 0),
        ({"config": {"seed": 0}}, None, 0),
        ({}, 0, 0),
        ({"config": {"manualSeed": 999}}, 0, 999),
        ({}, 2**40, None),
    ],
)
def test_the_seed_is_told_of_a_script_that_has_one_even_if_it_is_0(
    runs: Path, said: dict[str, Any], torch_has: int | None, chosen: int | None
) -> None:
    torch.manual_seed(torch_has if torch_has is not None else 2**40)
    latentop.init(**said).finish()
    assert facts(only_run(runs)).chosen_seed == chosen


def test_a_run_that_has_ended_is_whole_in_one_file_while_somebody_looks_at_it(runs: Path) -> None:
    with latentop.init() as run:
        run.log({"loss": 1.0}, step=1)
        with closing(Reader(only_run(runs).database)) as viewer:
            viewer.poll()
            run.finish()
            found = alone(only_run(runs))
    assert (found.facts.state, found.bins["loss/total"].last[-1]) == ("finished", 1.0)


def test_the_folder_of_real_images_is_recorded_as_where_it_is(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "photos").mkdir()
    monkeypatch.chdir(tmp_path / "photos")
    latentop.init(real="../photos", sample=lambda count: torch.rand(count, 1, 8, 8)).finish()
    told = facts(only_run(runs))
    assert (told.data, told.data_source) == ("photos", str(tmp_path / "photos"))


def test_steps_count_by_themselves_or_as_the_script_says(runs: Path) -> None:
    with latentop.init() as run:
        run.log({"loss": 1.0})
        run.log({"loss": 2.0})
        run.log({"loss": 3.0}, step=50)
        run.log({"loss": 4.0}, step=torch.tensor(100))
        run.log({"loss": 5.0}, step=np.int64(150))
        run.log({"loss": 6.0})
        assert run.step == 151
    assert series(only_run(runs))["loss/total"] == [
        (1, 1.0),
        (2, 2.0),
        (50, 3.0),
        (100, 4.0),
        (150, 5.0),
        (151, 6.0),
    ]


@pytest.mark.parametrize(
    "step",
    [
        -1,
        2**60,
        8.5,
        float("nan"),
        float("inf"),
        "two",
        [],
        torch.zeros(2),
        pytest.param(object(), id="an object"),
    ],
)
def test_a_step_that_is_none_is_said_once_and_training_goes_on(
    runs: Path, capsys: pytest.CaptureFixture[str], step: Any
) -> None:
    with latentop.init() as run:
        run.log({"loss": 1.0}, step=1)
        for _ in range(3):
            run.log({"loss": 2.0}, step=step)
        run.log({"loss": 3.0}, step=2)
    assert series(only_run(runs))["loss/total"] == [(1, 1.0), (2, 3.0)]
    (said,) = trouble(runs)
    assert "is not accepted; accepted: a whole number from 0" in said
    assert capsys.readouterr().err == f"latentop: {said}\n"


def test_a_step_that_goes_back_is_said_once_and_not_recorded(runs: Path) -> None:
    with latentop.init() as run:
        for step in (5, 6, 5, 4, 5, 7, 1):
            run.log({"loss": float(step)}, step=step)
    assert series(only_run(runs))["loss/total"] == [(5, 5.0), (6, 6.0), (7, 7.0)]
    (said,) = trouble(runs)
    assert said == "step 5 comes after step 6: it is not recorded; give steps that only grow"


def test_a_sum_may_change_after_it_was_logged(runs: Path) -> None:
    total, array = torch.zeros(()), np.zeros(())
    with latentop.init() as run:
        for _ in range(3):
            total += 1
            array += 1
            run.log({"total": total, "array": array})
    found = series(only_run(runs))
    assert found["total"] == found["array"] == [(1, 1.0), (2, 2.0), (3, 3.0)]


def test_a_loss_that_is_no_number_any_more_is_divergence(runs: Path) -> None:
    with latentop.init() as run:
        for step in range(150):
            run.log({"errG": 1.0 if step < 120 else float("nan"), "errD": torch.tensor(float("inf"))})
    recorded = everything(only_run(runs))
    assert int(recorded.bins["loss/generator"].bad.sum()) == 30
    assert int(recorded.bins["loss/discriminator"].bad.sum()) == 150
    assert "diverged" in {alarm.name for alarm in recorded.alarms}
    assert recorded.facts.verdict == "diverged"


def test_values_now_and_then_are_judged_as_those_of_every_step(runs: Path) -> None:
    with latentop.init(steps=10_000) as run:
        for step in range(0, 10_001, 50):
            run.log({"errG": 1.0, "errD": 1.0, "every other time": 1.0 if step % 100 else None}, step=step)
    recorded = everything(only_run(runs))
    assert recorded.facts.step == 10_000
    assert [int(recorded.bins[name].n.sum()) for name in ("loss/generator", "every other time")] == [201, 100]
    assert not recorded.alarms
    assert not trouble(runs)


def test_what_is_wrong_with_the_very_first_call_is_an_error(runs: Path) -> None:
    run = latentop.init()
    for given in ({"loss": "much"}, {"a\nb": 1.0}, "loss", {"loss": torch.zeros(2)}):
        with pytest.raises(UsageError) as told:
            run.log(given)  # type: ignore[arg-type]
        assert any("accepted:" in text for text in (*told.value.__notes__, str(told.value)))
    run.log({"loss": 1.0})
    run.log({"loss": "much"})
    run.finish()
    assert series(only_run(runs))["loss/total"] == [(1, 1.0)]
    assert trouble(runs) == [
        "'loss': a str is no number; accepted: a number, or a tensor or array with one element"
    ]


def test_a_mapping_that_holds_itself_harms_nothing(runs: Path) -> None:
    endless: dict[str, Any] = {"loss": 1.0}
    endless["itself"] = endless
    with latentop.init() as run:
        run.log({"loss": 1.0})
        run.log(endless)
        run.log({"loss": 3.0})
    assert series(only_run(runs))["loss/total"][-1][1] == 3.0
    assert trouble(runs)[0].startswith("RecursionError in latentop.log")


def test_ten_thousand_names_are_one_line(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with latentop.init() as run:
        for _ in range(3):
            run.log({f"name {number}": 1.0 for number in range(10_000)})
    assert len(series(only_run(runs))) >= 1000
    assert capsys.readouterr().err.splitlines() == [
        "latentop: more than 1000 names: the others are not recorded; log under the same ones"
    ]


def test_a_run_that_is_over_takes_no_more_and_says_so_once(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = latentop.init(networks=nn.Linear(1, 1))
    run.log({"loss": 1.0})
    run.finish()
    run.finish("failed")
    for _ in range(3):
        run.log({"loss": 2.0})
    run.images("samples", torch.zeros(1, 1, 8, 8))
    assert run.checkpoint() is None
    assert run.setting("beta", 2.0) == 2.0
    assert facts(only_run(runs)).state == "finished"
    assert capsys.readouterr().err == (
        f"latentop: run {run.id} is over: nothing is recorded; latentop.init begins another one\n"
    )


def test_no_run_is_open_is_said(runs: Path) -> None:
    with pytest.raises(UsageError, match=r"latentop\.log: no run is open"):
        latentop.log({"loss": 1.0})
    latentop.finish()
    latentop.init()
    latentop.log({"loss": 1.0})
    latentop.finish()
    assert facts(only_run(runs)).state == "finished"


def test_a_second_init_finishes_the_first_run(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = latentop.init("one")
    first.log({"loss": 1.0})
    with latentop.init("two") as second:
        second.log({"loss": 2.0})
        first.log({"loss": 3.0})
    assert first.id != second.id
    assert series_of(runs, first.id) == [(1, 1.0)]
    assert series_of(runs, second.id) == [(1, 2.0)]
    assert capsys.readouterr().err.startswith(f"latentop: run {first.id} was open: it is finished")


def series_of(runs: Path, name: str) -> list[tuple[int, float]]:
    from latentop.engine.run import folder

    run = folder.find(runs, name)
    assert facts(run).state == "finished"
    return series(run)["loss/total"]


def test_two_runs_of_one_name_have_folders_of_their_own(runs: Path) -> None:
    names = set()
    for _ in range(2):
        with latentop.init("same", seed=1) as run:
            run.log({"loss": 1.0})
            names.add(run.id)
    assert len(names) == 2


def test_threads_may_log_at_once(runs: Path) -> None:
    def work(name: str) -> None:
        for _ in range(200):
            run.log({name: 1.0})

    with latentop.init() as run:
        threads = [threading.Thread(target=work, args=(f"thread {number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert run.step == 800
    found = everything(only_run(runs)).bins
    assert [int(found[f"thread {number}"].n.sum()) for number in range(4)] == [200] * 4
    assert not trouble(runs)


@pytest.mark.parametrize(
    ("kind", "pictures", "step", "said"),
    [
        ("cats", torch.zeros(2, 1, 8, 8), None, "images of the kind 'cats' are not shown"),
        (["samples"], torch.zeros(2, 1, 8, 8), None, "images of the kind ['samples'] are not shown"),
        ("samples", "a.png", None, "images('samples') returned a str"),
        (
            "samples",
            torch.zeros(2, 5, 8, 8),
            None,
            "images('samples') returned a tensor of shape (2, 5, 8, 8)",
        ),
        (
            "samples",
            torch.zeros(0, 1, 8, 8),
            None,
            "images('samples') returned a tensor of shape (0, 1, 8, 8)",
        ),
        ("samples", torch.zeros(2, 1, 8, 8, device="meta"), None, "NotImplementedError in images('samples')"),
        ("samples", torch.zeros(2, 1, 8, 8), "two", "step='two' is not accepted"),
        ("samples", torch.zeros(2, 1, 8, 8), -1, "step=-1 is not accepted"),
    ],
    ids=["kind", "no name", "text", "channels", "none", "no data", "step", "negative"],
)
def test_pictures_that_can_t_be_shown_are_said_once(
    runs: Path, kind: Any, pictures: Any, step: Any, said: str
) -> None:
    with latentop.init() as run:
        run.log({"loss": 1.0})
        for _ in range(2):
            run.images(kind, pictures, step=step)
        run.log({"loss": 2.0})
    (told,) = trouble(runs)
    assert told.startswith(said)
    assert len(series(only_run(runs))["loss/total"]) == 2


@pytest.mark.parametrize("scale", ["bytes", "unit", "symmetric"])
def test_pictures_of_any_range_are_shown_alike(runs: Path, scale: str) -> None:
    pixels = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)
    given = {"bytes": pixels, "unit": pixels / 255, "symmetric": pixels / 127.5 - 1}[scale]
    with latentop.init() as run:
        run.log({"loss": 1.0})
        run.images("fake", given)
    shown = everything(only_run(runs)).frames["samples"].images
    assert np.abs(shown[0, 0].astype(int) - pixels[0, 0].numpy()).max() <= 1


@pytest.mark.parametrize(
    ("name", "value", "bounds"),
    [
        ("", 1.0, {}),
        ("a b", 1.0, {}),
        ("watch.guard", 1.0, {}),
        ("keep.last", 3, {}),
        ("beta", "1", {}),
        ("beta", float("nan"), {}),
        ("beta", [1.0], {}),
        ("beta", 1.0, {"minimum": 2.0}),
        ("beta", 1.0, {"maximum": "2"}),
        ("beta", 1.0, {"minimum": 2.0, "maximum": 0.0}),
        (3, 1.0, {}),
    ],
)
def test_a_setting_that_can_t_be_is_an_error_at_first_and_later_said(
    runs: Path, name: Any, value: Any, bounds: Any
) -> None:
    with latentop.init() as run:
        with pytest.raises(UsageError) as told:
            run.setting(name, value, **bounds)
        assert told.value.hint.startswith("accepted: ")
        run.log({"loss": 1.0})
        assert run.setting(name, value, **bounds) is value
        run.log({"loss": 1.0})
    (said,) = trouble(runs)
    assert said == f"{told.value.message}; {told.value.hint}"


def test_a_setting_is_what_it_was_declared_as(runs: Path) -> None:
    with latentop.init() as run:
        assert run.setting("beta", np.float32(0.5), minimum=0) == 0.5
        assert run.setting("critics", 5, minimum=1, maximum=10) == 5
        assert run.setting("augment", True) is True
        assert run.setting("beta", 7.0) == 0.5
        run.log({"loss": 1.0})
    said = facts(only_run(runs))
    assert {name: said.settings[name] for name in ("beta", "critics", "augment")} == {
        "beta": 0.5,
        "critics": 5,
        "augment": True,
    }
    assert said.bounds["critics"] == (1, 10)


def test_two_generators_keep_their_names(runs: Path) -> None:
    parts = {"G": nn.Linear(1, 1), "gen": nn.Linear(1, 1), "netD": nn.Linear(1, 1)}
    optimisers = {name: torch.optim.SGD(one.parameters(), lr=0.1) for name, one in parts.items()}
    with latentop.init("two", networks=parts, optimisers=optimisers) as run:
        run.log({"loss": 1.0})
    rates = {name for name in facts(only_run(runs)).settings if name.endswith(".lr")}
    assert rates == {"G.lr", "gen.lr", "discriminator.lr"}


def test_what_lies_on_apple_s_gpu_is_read_by_the_thread_that_trains(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two threads that use it end the process; a script that gives no networks logs such losses, too."""
    trains = threading.get_ident()

    class Theirs(Elsewhere):
        @classmethod
        def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            assert threading.get_ident() == trains, f"{func} in another thread"
            return super().__torch_function__(func, types, args, kwargs)

    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    with latentop.init() as run:
        for step in range(1, 4):
            run.log({"loss": lying_on("mps", float(step), Theirs)}, step=step)
    assert series(only_run(runs))["loss/total"] == [(1, 1.0), (2, 2.0), (3, 3.0)]


def test_a_run_that_goes_on_elsewhere_says_where(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = nn.Linear(1, 1)
    with latentop.init(networks=network) as run:
        run.log({"loss": 1.0})
    before = facts(only_run(runs)).device
    monkeypatch.setattr("latentop.engine.train.devices.name", lambda device: f"a card instead of {device}")
    latentop.init(networks=network, resume=run.id).finish()
    assert facts(only_run(runs)).device == "a card instead of cpu"
    (said,) = marks(everything(only_run(runs)), "resume")
    assert said == f"training again from step 1; on a card instead of cpu, before on {before}"


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
def test_pictures_in_half_precision_are_shown(runs: Path, kind: torch.dtype) -> None:
    grey = torch.full((1, 8, 8), 0.5, dtype=kind)
    with latentop.init() as run:
        run.log({"samples": latentop.Image(grey), "loss": 1.0})
        SummaryWriter().add_image("real", grey, 1)
    shown = everything(only_run(runs)).frames
    assert not trouble(runs)
    assert all((abs(shown[name].images.astype(int) - 128) <= 1).all() for name in ("samples", "real"))
