import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.terminal.full_disk import NAMESPACE, may_mount

pytestmark = [pytest.mark.terminal, pytest.mark.slow]


@pytest.mark.skipif(not may_mount(), reason="no disk may be mounted here; test_worker has a file-size limit")
def test_a_full_disk_is_told_in_two_lines_and_loses_nothing(tmp_path: Path) -> None:
    script = [*NAMESPACE, sys.executable, "-m", "tests.terminal.full_disk", str(tmp_path)]
    done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["exit"] == 1
    assert "Traceback" not in seen["error"]
    what, hint = seen["error"].splitlines()
    assert what.startswith("latentop: no space left")
    assert hint.startswith("  try: free some space")
    assert seen["stop"] == 0
    assert seen["last"] > seen["paused_at"]
    assert seen["counted"] == seen["last"]
