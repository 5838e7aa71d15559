"""``python -m benchmarks gpu``: its table, its verdict, its exit code, whatever its checks do."""

import os
import signal
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from math import inf
from pathlib import Path
from threading import Event

import pytest
import torch
from torch import Tensor

from benchmarks import __main__ as benchmarks
from benchmarks.gpu import needs, table
from benchmarks.gpu.__main__ import main
from benchmarks.gpu.bench import Found
from benchmarks.gpu.check import Bench, Check, Probe, judged, judged_on_card, skipped, told
from benchmarks.gpu.devices import choice, versions
from benchmarks.gpu.features import features
from benchmarks.gpu.plan import PLAN
from latentop.engine.train import devices
from latentop.engine.watch.samples.asked_network import FeatureNetwork

Output = pytest.CaptureFixture[str]


def passes(bench: Bench) -> Iterator[Check]:
    yield told(bench.placed("7 of 7"))


def fails(bench: Bench) -> Iterator[Check]:
    yield judged(False, "6 of 7", "all", "first")
    yield judged(True, "7 of 7", "all", "second")


def skips(bench: Bench) -> Iterator[Check]:
    yield skipped("needs a card")


def raises(bench: Bench) -> Iterator[Check]:
    yield told("as far as here", "begun")
    raise RuntimeError("CUDA error: device-side assert triggered\nand more")


def lacks(bench: Bench) -> Iterator[Check]:
    raise ModuleNotFoundError("No module named 'tqdm'", name="tqdm")
    yield


def dies(bench: Bench) -> Iterator[Check]:
    os.kill(os.getpid(), signal.SIGKILL)
    yield told("never")


def hangs(bench: Bench) -> Iterator[Check]:
    Event().wait()
    yield told("never")


def plan(*names: str, seconds: float = 120.0) -> list[Probe]:
    return [Probe(name=name, place=f"{__name__}:{name}", seconds=seconds) for name in names]


def rows(output: str) -> dict[str, list[str]]:
    cells = [
        [one.strip() for one in line.strip("|").split("|")] for line in output.splitlines() if "|" in line
    ]
    return {first: rest for first, *rest in cells[2:]}


@pytest.mark.slow
def test_whatever_a_check_does_the_table_goes_on(capsys: Output) -> None:
    checks = plan("passes", "fails", "raises", "skips", "lacks", "dies")
    hanging = Probe(name="hangs", place=f"{__name__}:hangs", seconds=0.1)
    assert main(["--dry"], [hanging, *checks, *plan("passes")]) == 1
    out = capsys.readouterr().out
    found = rows(out)
    states = {name: cells[0].strip("*") for name, cells in found.items()}
    assert states == {
        "hangs": "failed",
        "passes": "passed",
        "fails: first": "failed",
        "fails: second": "passed",
        "raises: begun": "passed",
        "raises": "failed",
        "skips": "skipped",
        "lacks": "skipped",
        "dies": "failed",
    }
    assert found["raises"][1] == "RuntimeError: CUDA error: device-side assert triggered"
    assert found["lacks"][1] == "needs tqdm, which is not installed"
    assert found["dies"][1] == "its process was ended by SIGKILL"
    assert found["hangs"][1].startswith("not done after")
    assert found["passes"][1] == "on the CPU: 7 of 7"
    assert out.count("| passes |") == 2  # the one after all that broke is run, too
    assert out.splitlines()[-1].startswith(
        "FAILED: hangs, fails: first, raises, dies (4 passed, 4 failed, 2 skipped)"
    )


@pytest.mark.slow
def test_nothing_failed_is_a_pass_that_says_what_was_not_looked_at(capsys: Output) -> None:
    assert main(["--dry"], plan("passes", "skips")) == 0
    assert "PASSED: nothing failed (1 passed, 0 failed, 1 skipped)" in capsys.readouterr().out


def test_nothing_looked_at_is_unknown() -> None:
    assert table.verdict([skipped("needs a card")]).startswith("UNKNOWN")
    assert table.verdict([told("7 of 7")], whole=False).startswith("UNKNOWN: interrupted")


def test_each_check_has_a_function_and_all_fit_into_eight_minutes() -> None:
    assert sum(probe.seconds for probe in PLAN) <= 480
    for probe in PLAN:
        module, _, function = probe.place.partition(":")
        assert callable(getattr(__import__(module, fromlist=[function]), function))


def test_unknown_checks_are_refused_with_those_that_there_are(capsys: Output) -> None:
    assert benchmarks.main(["gpu", "--dry", "--only", "doctor,speeed"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told == [f"no check is named speeed; there are: {', '.join(probe.name for probe in PLAN)}"]


def test_half_a_table_is_not_written(capsys: Output) -> None:
    assert main(["--dry", "--write"]) == 2
    assert capsys.readouterr().err.startswith("--write takes a whole table")


@pytest.mark.slow
@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card")
def test_a_machine_without_a_card_is_told_what_needs_none(capsys: Output) -> None:
    assert main([], plan("passes")) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("no CUDA device to check: ")
    assert "--dry" in line


def test_features_that_only_the_processor_could_give_are_no_card_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fallen_back(self: FeatureNetwork, images: Tensor) -> object:
        self.place = devices.CPU
        return self._asked(images)

    monkeypatch.setattr(FeatureNetwork, "_answer", fallen_back)
    bench = Bench(device="cpu", folder=tmp_path, until=inf, dry=True)
    found = next(features(bench))
    assert (found.state, found.figure) == ("failed", "on the CPU: differs by 0 at most, asked on cpu")


CARD = {"name": "NVIDIA H100", "capability": "9.0", "memory": 80 * 2**30, "free": 79 * 2**30, "problem": ""}


@pytest.mark.parametrize(("problem", "state"), [("", "passed"), ("no kernel image is available", "failed")])
def test_a_card_is_told_with_what_keeps_it_from_computing(
    problem: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {"cards": [{**CARD, "problem": problem}], "trouble": "", "built": "CUDA 13.2", "threads": 16}
    monkeypatch.setattr(devices, "survey", lambda: seen)
    (row,) = versions(Bench(device="cuda:0", folder=Path(), until=0.0))
    assert row.state == state
    assert row.figure.startswith("NVIDIA H100, capability 9.0, 79.0 of 80.0 GiB free; ")
    assert problem in row.figure


def test_of_one_card_only_the_first_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "cuda_devices", lambda: (1, ""))
    monkeypatch.setattr(devices, "_problem", lambda device: "")
    row = next(choice(Bench(device="cuda:0", folder=Path(), until=0.0)))
    assert row.state == "passed"
    assert row.figure.startswith("auto → cuda:0, cuda → cuda:0, cuda:0 → cuda:0, cuda:1 refused")
    monkeypatch.setattr(devices, "choose", lambda wanted: devices.Choice(device=torch.device("cuda")))
    assert next(choice(Bench(device="cuda:0", folder=Path(), until=0.0))).state == "failed"


def test_times_are_judged_on_a_card_alone() -> None:
    on_card, on_cpu = (Bench(device=one, folder=Path(), until=0.0) for one in ("cuda:0", "cpu"))
    assert judged_on_card(on_card, False, "3 s", "< 1 s").state == "failed"
    assert judged_on_card(on_cpu, False, "3 s", "< 1 s") == told("on the CPU: 3 s")


def without(monkeypatch: pytest.MonkeyPatch, *lacking: str) -> None:
    real = needs.find_spec

    def find(name: str) -> ModuleSpec | None:
        return None if name in lacking else real(name)

    monkeypatch.setattr(needs, "find_spec", find)


def test_what_is_missing_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    without(monkeypatch, "msgspec", "tomli_w", "textual")
    assert main(["--dry"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "not installed: msgspec, tomli-w; python -m pip install msgspec tomli-w"
    ]


@pytest.mark.slow
def test_without_the_dashboard_the_checks_still_run(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    without(monkeypatch, "textual", "plotext", "rich")
    assert main(["--dry"], plan("passes")) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "not installed: textual, rich, plotext; the dashboard needs it, these checks don't\n"
    )
    assert rows(out)["passes"][0] == "passed"


class Card:
    """A plan that was run on a card."""

    found = Found(device="cuda:0", name="cuda:0 (NVIDIA H100)")

    def __init__(self, *_: object, **__: object) -> None:
        pass

    def rows(self) -> Iterator[Check]:
        yield judged(True, "31 of 31", "all", "presets")

    def close(self) -> None:
        pass


def test_the_table_of_a_card_is_written_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = tmp_path / "RESULTS.md"
    results.write_text("# Results\n")
    monkeypatch.setattr("benchmarks.gpu.__main__.RESULTS", results)
    monkeypatch.setattr("benchmarks.gpu.bench.Benches", Card)
    for _ in range(2):  # the second one replaces the first
        assert main(["--write"]) == 0
    text = results.read_text()
    assert text.count("## GPU checks: cuda:0 (NVIDIA H100)") == 1
    assert "| presets | passed | 31 of 31 | all | 0.0 |" in text
    assert "PASSED: nothing failed (1 passed, 0 failed, 0 skipped)" in text


def test_a_table_replaces_the_one_before_it() -> None:
    once = table.written("# Results\n\nmore\n", "first\n")
    assert once == f"# Results\n\nmore\n\n{table.BEGIN}\n\nfirst\n\n{table.END}\n"
    assert table.written(f"{once}after\n", "second\n") == f"{once.replace('first', 'second')}after\n"
    with pytest.raises(ValueError, match="have no line"):
        table.written(f"# Results\n{table.BEGIN}\n", "new")
