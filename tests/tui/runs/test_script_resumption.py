"""What is asked before the script of a run is started again."""

import sys

from latentop.engine.run.facts import RunFacts
from latentop.tui.runs.script_resumption import details


def test_what_is_asked_is_what_is_started() -> None:
    reads = RunFacts(
        watches="/tmp/train.log", command=("/nowhere/bin/python", "-c", "pass"), directory="/tmp"
    )
    assert details(reads) == [f"{sys.executable} -c pass", "in /tmp"]
    trains = RunFacts(command=("/nowhere/bin/python", "train.py"), directory="/tmp")
    assert details(trains)[0] == "/nowhere/bin/python train.py"
