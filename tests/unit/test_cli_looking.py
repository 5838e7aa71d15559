"""ls, show and presets, and the words they are told in."""

import json
from pathlib import Path

import pytest

from engine.run.events import Mark
from tests.recorded import COLLAPSED, new_run, write
from tui import cli
from tui.commands.output import to_json
from tui.wording import age, duration, measured, number, printable


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
        COLLAPSED.sentence,
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


def test_presets_are_listed_by_group_and_shown_with_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["presets"]) == 0
    shown = capsys.readouterr().out
    assert "gans\n" in shown
    assert "\n  dcgan  " in shown
    assert cli.main(["presets", "dcgan"]) == 0
    assert "discriminator.slope" in capsys.readouterr().out
    assert cli.main(["presets", "dcgan", "--json"]) == 0
    fields = json.loads(capsys.readouterr().out)
    assert fields["settings"]["generator.lr"] == 2e-4
    assert fields["live"] == ["generator.lr", "discriminator.lr"]


def test_numbers_and_times_in_words() -> None:
    assert number(4_210) == "4 210"
    assert number(0.831_19) == "0.8312"
    assert number(float("nan")) == "NaN"
    assert measured("diversity/coverage", 0.871) == "87.1 % of real"
    assert [duration(seconds) for seconds in (45, 60, 3_599, 7_500, 360_000)] == [
        "45 s",
        "1 min",
        "1 h",
        "2 h 5 min",
        "4 d 4 h",
    ]
    assert age(1_000.0, 1_001.0) == "just now"
    assert age(1_000.0, 1_400.0) == "7 min ago"


def test_printable_keeps_words_and_spells_out_what_a_terminal_would_obey() -> None:
    assert printable("größer · 漢字 \u2009|") == "größer · 漢字 \u2009|"
    assert printable("a\x1b[31mb\nc") == "a\\x1b[31mb c"
    assert json.loads(to_json({"key\x7f": "\x1b"})) == {"key\x7f": "\x1b"}
    assert to_json("\x7f\x1b\x9b").isprintable()
