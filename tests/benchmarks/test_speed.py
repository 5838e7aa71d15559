"""The benchmarks of speed: the cheap ones measure something, figures become tables; no time is asserted."""

import re
import sys
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.__main__ import BEGIN, END, main, run, table, written
from benchmarks.speed.lag import shown_steps
from benchmarks.speed.pty_recording import Recording
from benchmarks.speed.rows import QUICK, Row, at_least, at_most, said
from benchmarks.speed.turns import Racer, ratios

TINY = replace(QUICK, rounds=1, watch=0.2, keys=1, lengths=(5_000,))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["meter", "history"])
def test_cheap_ones_give_finite_figures(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.speed.leet.there", lambda: False)
    rows, fine = run(name, TINY)
    assert fine, rows
    figures = [float(row.ours.split(" ")[0]) for row in rows if re.match(r"\d", row.ours)]
    assert figures
    assert np.isfinite(figures).all()


def test_a_long_run_shows_its_spike_and_its_nan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.speed.leet.there", lambda: False)
    rows, _ = run("history", TINY)
    assert rows[-1].ours == "drawn"


@pytest.mark.slow
def test_what_cannot_be_compiled_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("no C++ compiler\nand more")

    monkeypatch.setattr("torch.nn.Module.compile", refuse)
    monkeypatch.setattr("benchmarks.speed.ways.MORE", ())
    rows, fine = run("ways", replace(TINY, presets=("ring",)))
    assert fine
    assert [row.note for row in rows[1:]] == 2 * ["RuntimeError: no C++ compiler"]
    assert float(rows[0].ours.split(" ")[0]) > 0


def test_an_unknown_name_is_refused_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speeed"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "no benchmark is named speeed; there are: "
        "overhead, textbook, start, bytes, lag, record, history, watch, viewer, meter, ways"
    ]


def test_one_table_does_not_replace_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["meter", "--write"]) == 2
    assert capsys.readouterr().err == "--write replaces all tables at once: name no benchmark\n"


def test_one_that_fails_says_so_in_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> list[Row]:
        raise TimeoutError("it never began\nand more")

    monkeypatch.setattr("benchmarks.speed.meter.measure", broken)
    (row,), fine = run("meter", TINY)
    assert not fine
    assert (row.ours, row.note) == ("failed", "TimeoutError: it never began")


def test_a_table_says_what_is_met_and_what_is_not() -> None:
    rows = [at_most("wait", [0.2, 0.4, 0.3], 0.35, "s"), at_least("speed", [0.5], 0.99)]
    assert table("start", rows).splitlines()[4:] == [
        "| wait | 0.3 s | – | ≤ 0.35 s | yes | 0.2 to 0.4 in 3 repetitions |",
        "| speed | 0.5 | – | ≥ 0.99 | **no** |  |",
    ]


def test_only_what_is_between_the_markers_is_replaced() -> None:
    document = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert written(document, "new") == f"before\n{BEGIN}\n\nnew\n{END}\nafter\n"
    with pytest.raises(ValueError, match="has no lines"):
        written("nothing", "new")


def test_speeds_are_those_of_whole_steps_within_a_turn() -> None:
    def racer(name: str, speed: float, begin: float) -> Racer:
        steps = np.arange(1, 100)
        stamps = steps, begin + steps / speed
        return Racer(name, list, lambda: stamps, turns=[(begin, begin + 4.0)])

    assert ratios(racer("fast", 20.0, 100.0), racer("slow", 10.0, 104.0)) == pytest.approx([2.0])


def test_the_step_in_the_header_is_read_and_not_the_speed_behind_it() -> None:
    lines = ["● training   step         109   7.9 it/s", "step     1 109   812 it/s", "no run yet"]
    assert shown_steps(enumerate(lines)) == [(0, 109), (1, 1109)]


def test_bytes_keep_their_times_and_glyphs_are_told_from_commands() -> None:
    program = r"import time; print('\x1b[2J\x1b[?25l', end='', flush=True); time.sleep(.3); print('here')"
    with Recording([sys.executable, "-c", program]) as recording:
        recording.wait_for("here")
    assert recording.screen().strip() == "here"
    assert recording.first_glyph() == recording.first(re.compile("here")) - recording.began
    assert recording.sent() == sum(len(data) for _, data in recording.chunks)


@pytest.mark.parametrize(
    ("figure", "words"), [(0.98765, "0.988"), (12.345, "12.3"), (5000.4, "5 000"), (2.0, "2"), (0.0, "0")]
)
def test_figures_have_three_digits(figure: float, words: str) -> None:
    assert said(figure) == words
