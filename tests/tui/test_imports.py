"""What a start costs before anything is drawn: the packages that are imported, and none that could wait."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

NEEDED = {
    "dashboard": {
        *("msgspec", "numpy", "platformdirs", "psutil", "rich", "textual", "tomli_w", "typing_extensions")
    },
    "command line": {"msgspec", "numpy", "platformdirs", "psutil", "tomli_w", "typing_extensions"},
}
STARTS = {
    "dashboard": "import latentop.tui.commands.dashboard",
    "command line": "from latentop.tui.cli import main; main(['ls', '--runs', '/nowhere'])",
}
OURS = {"latentop"}
LIST = "; import sys; print('packages', *{name.partition('.')[0] for name in sys.modules})"
NO_COST = ("_", "sitecustomize", "usercustomize")
"""How what others put into every Python here begins."""


@pytest.mark.parametrize("name", STARTS)
def test_a_start_imports_what_it_needs_and_nothing_else(name: str) -> None:
    command = [sys.executable, "-X", "importtime", "-c", STARTS[name] + LIST]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seen = set(done.stdout.splitlines()[-1].split()[1:]) - OURS - sys.stdlib_module_names
    others = {one for one in seen if not one.startswith(NO_COST)} - NEEDED[name]
    assert "msgspec" in seen
    assert not others, f"imported at the start, too: {', '.join(sorted(others))}\n{table(done.stderr)}"


def table(told: str) -> str:
    """What each package's own modules took, dearest first, as ``python -X importtime`` tells."""
    took: Counter[str] = Counter()
    for line in told.splitlines():
        if found := re.match(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\w+)", line):
            took[found[2]] += int(found[1])
    return "\n".join(f"{cost / 1000:8.1f} ms  {one}" for one, cost in took.most_common(20))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="threads are counted as Linux tells them")
@pytest.mark.parametrize("module", ["latentop.tui.cli", "latentop.engine.external.follower"])
def test_numpy_has_one_thread_and_what_is_started_from_here_knows_nothing_of_it(module: str) -> None:
    seen = f"import os, {module}, numpy; print(os.environ.get('OPENBLAS_NUM_THREADS'))"
    seen += "; print(*[one for one in open('/proc/self/status') if one.startswith('Threads:')])"
    environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", seen], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.split() == ["None", "Threads:", "1"]
