"""The map of folders in CONTRIBUTING is the repository as it is."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support import ROOT

LINE = re.compile(r"^( *)([\w-]+)/( …)?(?: |$)")


def drawn() -> tuple[set[Path], set[Path]]:
    """The folders on the map, and those of them whose inside it leaves out."""
    page = (ROOT / "CONTRIBUTING.md").read_text()
    (block,) = (part for part in page.split("```") if part.startswith("\nlatentop/"))
    folders, closed, above = set(), set(), [Path()]
    for line in block.strip().splitlines():
        found = LINE.match(line)
        assert found, f"no folder: {line!r}"
        depth = len(found[1]) // 2
        folder = above[depth] / found[2]
        above[depth + 1 :] = [folder]
        folders.add(folder)
        if found[3]:
            closed.add(folder)
    return folders, closed


def real() -> set[Path]:
    """The folders that hold a file which git knows, without hidden ones."""
    try:
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a checkout of git")
    files = [Path(line) for line in listed.stdout.splitlines() if not line.startswith(".")]
    return {parent for file in files for parent in file.parents} - {Path()}


def test_the_map_equals_the_tree() -> None:
    folders, closed = drawn()
    inside = {one for one in real() if any(parent in closed for parent in one.parents)}
    assert folders == real() - inside
