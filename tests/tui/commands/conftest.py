"""What tests of the command line begin with."""

import pytest

from latentop.tui.commands import first_step


@pytest.fixture(autouse=True)
def _nobody_waits_for_a_step_that_no_worker_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_step, "SECONDS", 0.0)
