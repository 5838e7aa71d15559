"""The checks of a GPU that take little time, run where there is none: all of them are green."""

import pytest

from benchmarks.gpu.__main__ import main

pytestmark = pytest.mark.slow


def test_the_quick_checks_are_green_on_the_cpu(capsys: pytest.CaptureFixture[str]) -> None:
    only = "versions,choice,first-loss,meter,features,gradients,captures,bfloat16,short-of-memory,doctor"
    assert main(["--dry", "--only", only]) == 0, capsys.readouterr().out
    out = capsys.readouterr().out
    rows = [line for line in out.splitlines() if line.startswith("| ") and "| passed |" in line]
    assert {line.split("|")[1].partition(":")[0].strip() for line in rows} == set(only.split(","))
    assert "on the CPU: " in out
