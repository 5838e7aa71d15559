"""ls, show and presets, and the words they are told in."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from latentop.engine.run.events import Mark
from latentop.engine.watch.samples.unmeasured import too_few
from latentop.presets import catalogue
from latentop.tui import cli
from latentop.tui.commands.standard_output import to_json
from latentop.tui.model.number_text import age, duration, number
from latentop.tui.model.plain_text import clean, setting, shortened
from latentop.tui.model.shown_series import measured
from tests.support.recorded_runs import COLLAPSED, alive, assert_two_lines, latentop, new_run, write

PROSE = ("kind", "title", "brief", "shows", "look_for", "source")


def test_a_list_of_no_runs_says_where_it_looked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for place, what in ((tmp_path, " ·"), (tmp_path / "nowhere", ", which is not there ·")):
        assert cli.main(["ls", "--runs", str(place)]) == 0
        assert f"no runs in {place}{what}" in capsys.readouterr().out


def test_show_tells_facts_values_alarms_marks_and_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, state="finished", device="cpu", settings={"generator.lr": 1e-4})
    write(run, COLLAPSED, Mark(step=200, wall=1_000.0, kind="edit", text="generator.lr 0.0002 → 0.0001"))
    assert cli.main(["show", "--runs", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    for words in (
        "300 of 300 (100 %)",
        "0.83 nats",
        "87 % of real",
        "COLLAPSED",
        COLLAPSED.sentence.removeprefix("mode collapse: "),
        COLLAPSED.advice,
        "generator.lr 0.0002 → 0.0001",
        "objective.name",
    ):
        assert words in shown
    assert cli.main(["show", run.id, "--json", "--runs", str(tmp_path)]) == 0
    fields = json.loads(capsys.readouterr().out)
    assert fields["settings"]["generator.lr"] == 1e-4
    assert fields["marks"][0]["kind"] == "edit"
    assert fields["facts"]["device"] == "cpu"


def test_a_critic_s_scores_and_losses_have_no_unit_in_old_runs_either(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [new_run(tmp_path, seed=seed, state="finished") for seed in (1, 2)]
    for run in runs:
        write(run, values={"score/real": -12.88, "accuracy/critic": 0.9, "grad/generator": 2.0}, step=301)
    commands = (["show", runs[0].id], ["follow", runs[0].id], ["follow", "--verbose", runs[0].id])
    for words in commands:
        assert cli.main([*words, "--runs", str(tmp_path)]) == 0
        told = capsys.readouterr().out
        assert "0.83" in told
        assert "nats" not in told
        assert "probability" not in told
    assert cli.main(["show", runs[0].id, "--runs", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "-12.88 " in told
    assert "2 norm" in told


def test_modes_are_called_by_their_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = new_run(tmp_path, state="finished", mode_names=("T-shirt/top", "Bag"), modes=2)
    write(run, values={"presence/1": 0.9, "presence/2": 0.0})
    assert cli.main(["show", "--runs", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "presence of T-shirt/top" in shown
    assert "presence/" not in shown
    assert cli.main(["follow", "--verbose", "--runs", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "Presence of Bag: 0 percent of real." in told
    assert "Presence of T-shirt/top: 90 percent" in told


def test_modes_called_by_digits_are_told_apart_from_their_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digits = [new_run(tmp_path, seed=seed, state="finished", classes=("0", "1"), modes=2) for seed in (1, 2)]
    for run in digits:
        write(run, values={"presence/1": 0.9, "presence/2": 0.0})
    assert cli.main(["show", digits[0].id, "--json", "--runs", str(tmp_path)]) == 0
    fields = json.loads(capsys.readouterr().out)
    assert fields["modes"] == {"presence/1": "0", "presence/2": "1"}
    assert fields["values"]["presence/1"] == 0.9
    assert cli.main(["compare", *(run.id for run in digits), "--json", "--runs", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["runs"][1]["modes"] == fields["modes"]


def test_the_quality_of_samples_is_listed_and_shown_beside_that_of_real_images(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new_run(tmp_path, seed=1)
    assert cli.main(["ls", "--runs", str(tmp_path)]) == 0
    assert "FRÉCHET" not in capsys.readouterr().out
    run = new_run(tmp_path, seed=2, state="finished", real_quality={"frechet": [0.019, 0.001]})
    write(run, values={"quality/frechet": 0.031})
    assert cli.main(["ls", "--runs", str(tmp_path)]) == 0
    head, first, _ = capsys.readouterr().out.splitlines()
    assert first[head.index("FRÉCHET") :].split()[0] == "0.031"
    assert cli.main(["ls", "--json", "--runs", str(tmp_path)]) == 0
    assert [one["frechet"] for one in json.loads(capsys.readouterr().out)] == [0.031, None]
    assert cli.main(["show", run.id, "--runs", str(tmp_path)]) == 0
    assert "0.031, real images 0.019 ±0.002" in capsys.readouterr().out


def test_a_run_that_does_not_get_on_is_listed_with_what_it_is_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stuck = {"doing": "taking step 301", "doing_since": time.time() - 27.4}
    new_run(tmp_path, **alive(), **stuck)
    for command in ("ls", "show"):
        assert cli.main([command, "--runs", str(tmp_path)]) == 0
        assert "no step for 27 s: taking step 301" in capsys.readouterr().out


def test_show_tells_what_a_run_takes_on_disk_and_when_its_limit_bites(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, state="finished", size_limit=20_000_000)
    (run.path / "notes").write_bytes(bytes(18_500_000))
    assert cli.main(["show", "--runs", str(tmp_path)]) == 0
    assert "19 MB\n" in capsys.readouterr().out
    write(run, facts={"pressure": 2})
    assert cli.main(["show", "--runs", str(tmp_path)]) == 0
    assert "19 of 20 MB, thinned\n" in capsys.readouterr().out


def test_presets_are_listed_by_group_and_shown_with_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["presets"]) == 0
    shown = capsys.readouterr().out
    assert "gans\n" in shown
    assert "\n  dcgan  " in shown
    assert cli.main(["presets", "dcgan"]) == 0
    shown = capsys.readouterr().out
    assert "discriminator.slope" in shown
    assert "Struct" not in shown
    assert cli.main(["presets", "dcgan", "--json"]) == 0
    fields = json.loads(capsys.readouterr().out)
    assert fields["settings"]["generator.lr"] == 2e-4
    assert {"generator.lr", "discriminator.lr", "watch.diversity_alarm"} < set(fields["live"])
    assert "seed" not in fields["live"]


def test_numbers_and_times_in_words() -> None:
    assert number(4_210) == "4 210"
    assert number(0.831_19) == "0.8312"
    assert number(float("nan")) == "NaN"
    assert measured("diversity/coverage", 0.871) == "87.1 % of real"
    assert measured("diversity/coverage", 17.4349) == "1 743 % of real"
    assert [duration(seconds) for seconds in (45, 60, 3_599, 7_500, 360_000)] == [
        "45 s",
        "1 min",
        "1 h",
        "2 h 5 min",
        "4 d 4 h",
    ]
    assert age(1_000.0, 1_001.0) == "just now"
    assert age(1_000.0, 1_400.0) == "7 min ago"


@pytest.mark.parametrize("name", [entry.name for entry in catalogue.entries()])
def test_every_setting_is_shown_as_set_takes_it(name: str) -> None:
    entry = catalogue.find(name)
    preset = catalogue.load(entry)
    settings = catalogue.flatten(preset)
    shown = [f"{key}={setting(value)}" for key, value in settings.items() if key not in PROSE]
    assert catalogue.load(entry, shown) == preset


def test_settings_are_shown_as_toml() -> None:
    shown = [setting(value) for value in ((100, 50), False, 1e-5, "leaky-relu", "", "true", "a b", ("x",))]
    assert shown == ["[100, 50]", "false", "1e-05", "leaky-relu", '""', '"true"', '"a b"', '["x"]']


def test_a_name_is_shortened_in_its_middle() -> None:
    name = "20261122-1405-denoising-gaussian-s42-2"
    assert shortened(name, 38) == name
    assert shortened(name, 30) == "20261122-1405-d…aussian-s42-2"[:15] + "…gaussian-s42-2"
    assert len(shortened(name, 30)) == 30


def test_clean_keeps_words_and_spells_out_what_a_terminal_would_obey() -> None:
    assert clean("größer · 漢字 \u2009|") == "größer · 漢字 \u2009|"
    assert clean("a\x1b[31mb\nc") == "a\\x1b[31mb c"
    assert json.loads(to_json({"key\x7f": "\x1b"})) == {"key\x7f": "\x1b"}
    assert to_json("\x7f\x1b\x9b").isprintable()


def test_the_list_says_what_a_run_lacks_to_be_judged_and_makes_no_other_line_longer(tmp_path: Path) -> None:
    judged = {"state": "finished", "kind": "gan", "verdict": "healthy", "awaited": ()}
    new_run(tmp_path, seed=1, **judged, created=1_000.0)
    _, before = latentop(tmp_path, "ls").stdout.splitlines()
    few, real = too_few(125, "images"), "diversity can't be measured: latentop.init was given no real="
    unjudged = {**judged, "verdict": "unknown", "metered": False, "created": 1_000.0}
    new_run(tmp_path, seed=2, **unjudged, unmeasured=few.why, unmeasured_hint=few.advice, note="mine")
    new_run(tmp_path, seed=3, **unjudged, unmeasured=real)
    new_run(tmp_path, seed=4, **unjudged, unmeasured=f"no loss was found; its columns are: {'x, ' * 30}")
    _, fourth, third, second, first = latentop(tmp_path, "ls").stdout.splitlines()
    assert first == before
    assert second.endswith("  not judged: it takes 200 images, and there are 125 · mine")
    assert third.endswith("  not judged: latentop.init was given no real=")
    assert fourth.endswith("  not judged: no loss was found")
    assert all(" unknown " in line for line in (second, third, fourth))
    listed = json.loads(latentop(tmp_path, "ls", "--json").stdout)
    assert [one["verdict"] for one in listed] == ["unknown", "unknown", "unknown", "healthy"]
    assert listed[2]["note"] == "mine"


def test_a_queued_run_is_called_so_in_the_same_words_everywhere(tmp_path: Path) -> None:
    run = new_run(tmp_path, **alive("queued"), detail="next in line", step=0)
    listed, shown = latentop(tmp_path, "ls").stdout, latentop(tmp_path, "show").stdout
    for said in (listed, shown):
        assert "queued 1st" in said
        assert "too early to judge" in said
    assert "begun" not in shown
    assert json.loads(latentop(tmp_path, "ls", "--json").stdout)[0]["verdict"] == "unknown"
    write(run, facts={"state": "stopped"})
    assert "unknown" in latentop(tmp_path, "ls").stdout


@pytest.mark.parametrize(
    ("state", "step", "longer"), [("failed", 3, False), ("stopped", 3, True), ("stopped", 0, False)]
)
def test_what_failed_or_never_began_is_not_told_to_train_longer(
    tmp_path: Path, state: str, step: int, longer: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, state=state, kind="gan", step=step)
    assert cli.main(["show", run.id, "--runs", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "not judged" in shown
    assert ("train longer" in shown) == longer


def test_settings_that_cannot_be_kept_say_where_else_they_could_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("latentop.tui.settings.path", lambda: tmp_path / "file" / "settings.toml")
    assert cli.main(["settings", "theme=nord"]) == 2
    assert_two_lines(capsys.readouterr().err, "can't be written", "XDG_CONFIG_HOME=FOLDER")


def test_show_does_not_advise_to_show_the_same_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, state="stopped", verdict="collapsed")
    assert cli.main(["show", run.id, "--runs", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "ended COLLAPSED" in shown
    assert "latentop show" not in shown


def test_an_alarm_is_told_by_the_word_of_the_verdict_and_since_when(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path, state="stopped", verdict="collapsed")
    write(run, replace(COLLAPSED, evidence={"since": 150.0}))
    assert cli.main(["show", run.id, "--runs", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "ended COLLAPSED since step 150: samples reach 31 %" in shown
    assert "mode collapse" not in shown
