"""What a start costs before anything is drawn: the packages that are imported, and none that could wait."""

import re
import subprocess
import sys
from collections import Counter

import pytest

NEEDED = {
    "dashboard": {
        *("msgspec", "numpy", "platformdirs", "psutil", "rich", "textual", "tomli_w", "typing_extensions")
    },
    "command line": {"msgspec", "numpy", "platformdirs", "psutil", "tomli_w", "typing_extensions"},
}
STARTS = {
    "dashboard": "import tui.app",
    "command line": "from tui.cli import main; main(['ls', '--runs', '/nowhere'])",
}
OURS = {"engine", "presets", "tui"}
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
