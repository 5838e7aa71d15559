"""Where a script was started, also once it has gone elsewhere."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import os, sys
from latentop.engine.external.script import invocation
if len(sys.argv) > 1:
    os.chdir(sys.argv[1])
print(invocation.directory())
"""


@pytest.mark.parametrize("elsewhere", [(), ("/",)], ids=["there", "elsewhere"])
@pytest.mark.parametrize("place", ["train.py", "package/train.py"])
def test_a_script_is_started_again_where_its_relative_path_leads_to_it(
    tmp_path: Path, place: str, elsewhere: tuple[str, ...]
) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / place).write_text(SCRIPT)
    told = subprocess.run(
        [sys.executable, place, *elsewhere], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == str(tmp_path.resolve())


def test_a_program_without_a_file_is_started_where_it_is(tmp_path: Path) -> None:
    code = "from latentop.engine.external.script import invocation; print(invocation.directory())"
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == str(tmp_path.resolve())
