"""The labelled benchmark: truths become labels, traces survive the disk, scores count what they say."""

from dataclasses import replace
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from benchmarks.alarms.__main__ import main
from benchmarks.alarms.ground_truth import Look
from benchmarks.alarms.label import Label, label
from benchmarks.alarms.recipe import SEEDS
from benchmarks.alarms.recipes import RECIPES
from benchmarks.alarms.replay import Alarm, naive, replay
from benchmarks.alarms.report import print_kinds, print_tables
from benchmarks.alarms.run_trace import Trace, read, save
from benchmarks.alarms.score import ANY, Case, by_name, score
from latentop.presets import catalogue

STEPS = 600


def trace(*looks: Look, losses: np.ndarray | None = None) -> Trace:
    """A run of 600 steps with these truths."""
    losses = np.ones(STEPS) if losses is None else losses
    return Trace(
        recipe="ring",
        seed=1,
        speed=100.0,
        metered=True,
        series={"loss/generator": losses, "loss/discriminator": losses},
        readings=(),
        validations=(),
        truth=looks,
        checked=0.1,
        trained=10.0,
    )


def looks(modes: list[float], good: float = 0.9, **more: float) -> list[Look]:
    return [
        Look(step=10 * (place + 1), finite=True, largest=1.0, modes=share, good=good, **more)
        for place, share in enumerate(modes)
    ]


def test_modes_that_go_for_good_are_a_collapse_from_when_they_began_to_go() -> None:
    found = label(trace(*looks([0.2, 0.8, 1.0, 1.0, 0.8, 0.6, 0.5, 0.4, 0.4, 0.4, 0.4])))
    assert found == Label(kind="collapse", onset=40, damage=70)


def test_modes_that_come_back_are_no_collapse_and_those_of_bad_samples_and_a_few_lost_ones_are_unclear() -> (
    None
):
    assert label(trace(*looks([1.0, 0.4, 0.4, 1.0, 1.0, 1.0, 1.0]))).kind == "healthy"
    assert label(trace(*looks([0.2] * 12, good=0.1))).kind == "unclear"
    assert label(trace(*looks([0.4] * 12, good=0.2))).kind == "unclear"
    assert label(trace(*looks([0.6] * 12, good=0.2))).kind == "healthy"
    assert label(trace(*looks([1.0] * 5 + [0.65] * 8))).kind == "unclear"


def test_a_quarter_of_the_modes_from_the_start_is_a_collapse_with_nothing_to_lose() -> None:
    assert label(trace(*looks([0.2] * 12))) == Label(kind="collapse", onset=10)
    half = trace(*looks([0.5] * 12))
    assert label(half).kind == "unclear"
    assert label(replace(half, recipe="made-8-dcgan")) == Label(kind="collapse", onset=10)


def test_the_same_image_again_and_again_is_a_collapse_in_pixels() -> None:
    calm = trace(*looks([0.7] * 12, good=0.2))
    twins = tuple((50 * place, 1.0 if place < 4 else 0.1) for place in range(1, 11))
    assert label(replace(calm, twins=twins)) == Label(kind="collapse", onset=200, damage=200)
    again = (*twins, (550, 0.9))
    assert label(replace(calm, twins=again)).kind == "healthy"


def test_a_swing_that_does_not_shrink_is_an_oscillation() -> None:
    place = np.sin(np.arange(STEPS) / 20)
    one = trace(*[Look(step=50 * k, finite=True, largest=1.0) for k in range(1, 12)])
    assert label(replace(one, series={**one.series, "dirac/generator": place})).kind == "oscillation"
    still = place * np.exp(-np.arange(STEPS) / 100)
    assert label(replace(one, series={**one.series, "dirac/generator": still})).kind == "healthy"


def test_weights_that_run_away_and_losses_that_are_no_numbers_are_divergence() -> None:
    calm = looks([1.0] * 8)
    away = [*calm[:5], *(replace(one, largest=1e4) for one in calm[5:])]
    assert label(trace(*away)) == Label(kind="divergence", onset=50, damage=60)
    losses = np.ones(STEPS)
    losses[399:] = np.nan
    assert label(trace(*calm, losses=losses)).damage == 400


def test_copies_are_memorising_whatever_else_is_lost() -> None:
    assert label(trace(*looks([0.3] * 8, copies=0.9))).kind == "memorising"


@pytest.mark.parametrize(
    ("errors", "answers", "kind"),
    [
        ([5, 3, 2, 2, 2, 2, 2, 2], 0.8, "healthy"),
        ([5, 3, 2, 3, 4, 5, 6, 7], 0.8, "over-fitting"),
        ([5, 5, 5, 5, 5, 5, 5, 5], 0.01, "posterior-collapse"),
    ],
)
def test_autoencoders_are_labelled_by_unseen_images(errors: list[float], answers: float, kind: str) -> None:
    known = [
        Look(step=10 * (place + 1), finite=True, largest=1.0, seen=1.0, unseen=error, answers=answers)
        for place, error in enumerate(errors)
    ]
    assert label(trace(*known)).kind == kind


def test_a_trace_survives_the_disk_not_finite_values_too(tmp_path: Path) -> None:
    losses = np.linspace(1, 2, STEPS)
    losses[[3, 5]] = np.nan, np.inf
    one = trace(*looks([1.0, 0.5]), losses=losses)
    again = read(save(one, tmp_path))
    assert np.allclose(again.series["loss/generator"], losses, equal_nan=True)
    assert (again.truth, again.speed, again.metered) == (one.truth, one.speed, one.metered)


def test_a_replay_finds_what_the_watch_finds() -> None:
    losses = np.ones(STEPS)
    losses[449] = np.nan
    alarms = replay(trace(*looks([1.0] * 8), losses=losses))
    assert [(alarm.name, alarm.step) for alarm in alarms] == [("diverged", 500)]
    assert [alarm.step for alarm in naive(trace(*looks([1.0] * 8), losses=losses))] == [450]


def test_scores_count_hits_misses_and_false_alarms() -> None:
    lost, fine = trace(*looks([1.0] * 3 + [0.3] * 8)), trace(*looks([1.0] * 8))
    cases = [
        Case(lost, Label(kind="collapse", onset=30, damage=50), [Alarm("cycling", "critical", 40)]),
        Case(lost, Label(kind="collapse", onset=30, damage=50), []),
        Case(fine, Label(kind="healthy"), [Alarm("collapsed", "critical", 90)]),
        Case(fine, Label(kind="unclear"), [Alarm("collapsed", "critical", 90)]),
    ]
    found = score("collapse", cases)
    assert (found.cases, found.caught, found.false, found.before) == (2, 1, 1, 1)
    assert (found.recall, found.precision, found.lead, found.share) == (0.5, 0.5, 10, 0.5)


def test_an_alarm_that_was_over_before_it_began_does_not_count_and_no_lead_is_more_than_all() -> None:
    lost = trace(*looks([1.0] * 30 + [0.3] * 8))
    found = Label(kind="collapse", onset=300, damage=320)
    over = Case(lost, found, [Alarm("collapsed", "critical", 50, cleared=100)])
    early = Case(lost, found, [Alarm("collapsed", "critical", 50)])
    assert score("collapse", [over]).recall == 0
    assert (score("collapse", [early]).recall, score("collapse", [early]).share) == (1, 1)
    sudden = Case(lost, replace(found, onset=320), [Alarm("collapsed", "critical", 700)])
    assert np.isnan(score("collapse", [sudden]).share)


def test_garbage_for_ever_is_not_healthy() -> None:
    assert label(trace(*looks([0.0] * 20, good=0.0))).kind == "unclear"


def test_what_else_is_true_of_a_run_is_no_false_alarm() -> None:
    lost = trace(*looks([1.0] * 3 + [0.3] * 8, copies=0.9))
    assert label(lost).kind == "memorising"
    assert label(lost).also == ("collapse",)
    alarms = [Alarm("collapsed", "critical", 90), Alarm("memorising", "critical", 200)]
    cases = [Case(lost, label(lost), alarms)]
    assert score("collapse", cases).false == 0
    assert score("memorising", cases).caught == score(ANY, cases).caught == 1
    assert by_name(cases)["collapsed"] == {"memorising": 1}


def test_the_tables_are_printed_for_whatever_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    fine = trace(*looks([1.0] * 8))
    print_tables([Case(fine, label(fine), [Alarm("lost-modes", "warning", 100)])])
    told = capsys.readouterr().out
    assert "| collapse | 0 | nan |" in told
    assert "any alarm on healthy runs: 1 in 6 checks, 166.67 per 1 000" in told
    assert "critical alarms on healthy runs: 0 in 6" in told


def test_there_are_enough_recipes_and_every_one_can_be_trained() -> None:
    for recipe in RECIPES:
        catalogue.load(catalogue.find(recipe.preset), recipe.words)
    assert sum(recipe.unseen for recipe in RECIPES) >= 4
    halves = [recipe.half(seed) for recipe in RECIPES for seed in SEEDS]
    assert {"tune", "report"} == set(halves)


def test_other_settings_need_a_folder_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["alarms", "collect", "--set", "precision=bfloat16"])
    with pytest.raises(SystemExit, match="--folder of its own"):
        main()


def test_an_interrupted_trace_is_none_and_a_whole_one_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = trace(*looks([1.0, 0.5]))
    whole = np.savez_compressed

    def interrupted(file: IO[bytes], **columns: np.ndarray) -> None:
        file.write(b"PK")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez_compressed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(one, tmp_path)
    assert not list(tmp_path.glob("*.npz"))
    monkeypatch.setattr(np, "savez_compressed", whole)
    assert read(save(one, tmp_path)).truth == one.truth
    assert [path.suffix for path in sorted(tmp_path.iterdir())] == [".json", ".npz"]


def test_kinds_of_data_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    lost = trace(*looks([1.0] * 3 + [0.3] * 8))
    caught = Case(lost, label(lost), [Alarm("collapsed", "critical", 20)])
    fine = Case(lost, Label(kind="healthy"), [])
    print_kinds({"points": [caught, Case(lost, label(lost), [])], "emoji": [caught, fine], "digits": []})
    told = capsys.readouterr().out
    assert "| points | 2 | 0 | 0 | collapse | 2 | 0.50 | 1.00 |" in told
    assert "| emoji | 2 | 1 | 0 | collapse | 1 | 1.00 | 1.00 |" in told
    assert "digits" not in told
