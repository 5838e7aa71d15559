"""What people install and import is latentop alone, and modules named like ours do no harm."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from latentop.engine.run import folder
from tests.support.real_runs import facts
from tests.support.tiers import few

ROOT = Path(__file__).parents[2]
HOUSES = ("engine", "presets", "tui")
RAISES = "raise RuntimeError('this is not the module that you are looking for')\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(made)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (found,) = made.iterdir()
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, installed into an environment of its own, which borrows all else from this one."""
    made = tmp_path_factory.mktemp("environment")
    venv.create(made, with_pip=True, symlinks=True)
    pip = [str(made / "bin" / "python"), "-m", "pip", "install", "-q", "--no-index", "--no-deps"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    (packages,) = made.glob("lib/*/site-packages")
    (packages / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return made


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """A folder as many a GAN repository is."""
    for name in ("engine.py", "presets.py", "torch_utils.py"):
        (tmp_path / name).write_text(RAISES)
    (tmp_path / "tui").mkdir()
    (tmp_path / "tui" / "__init__.py").write_text(RAISES)
    return tmp_path


def run(environment: Path, crowded: Path, program: str, *words: str, on_path: bool = True) -> str:
    """What it prints in that folder; nothing may go wrong, or be warned of."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    variables |= {"PYTHONPATH": str(crowded)} if on_path else {}
    command = [str(environment / "bin" / program), *words]
    done = subprocess.run(command, cwd=crowded, env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_wheel_holds_latentop_alone_with_all_that_it_reads(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    _, version, *_ = wheel.name.split("-")
    assert {name.partition("/")[0] for name in names} == {"latentop", f"latentop-{version}.dist-info"}
    ours = {
        f"latentop/{path.relative_to(ROOT)}"
        for house in HOUSES
        for path in (ROOT / house).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    ours |= {f"latentop/{path.name}" for path in (ROOT / "latentop").glob("*.py")}
    assert {Path(name).suffix for name in ours} >= {".py", ".toml", ".tcss", ".sql", ".xz"}
    assert ours - names == set()


@pytest.mark.parametrize("on_path", few([True, False], 1))
def test_it_starts_beside_modules_of_the_same_names(
    environment: Path, crowded: Path, *, on_path: bool
) -> None:
    code = "import latentop; print(*latentop.__path__)"
    where = run(environment, crowded, "python", "-c", code, on_path=on_path)
    assert Path(where.strip()).is_relative_to(environment)
    assert run(environment, crowded, "latentop", "--version", on_path=on_path).startswith("latentop ")
    assert "dcgan" in run(environment, crowded, "latentop", "presets", on_path=on_path)


@pytest.mark.slow
def test_it_trains_beside_modules_of_the_same_names(environment: Path, crowded: Path) -> None:
    words = ["train", "stacked", "--steps", "50", "--json", "--runs", "runs"]
    told = run(environment, crowded, "latentop", *words)
    assert json.loads(told.splitlines()[-1])["exit_code"] == 0
    (found,) = folder.every(crowded / "runs")
    assert (facts(found).state, facts(found).step) == ("finished", 50)


def test_everything_of_ours_is_reached_by_the_one_name() -> None:
    import latentop.engine.run.folder
    import latentop.presets.catalogue
    import latentop.tui.keys

    assert latentop.engine.run.folder is folder
    assert latentop.presets.catalogue.entries()
    assert not {"engine", "presets", "tui"} & sys.modules.keys()
