"""``import latentop`` as a library: light, typed, and explained on one screen."""

import os
import pydoc
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from textwrap import dedent

import pytest

import latentop
from tests.support import ROOT


def python(place: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MYPYPATH": str(ROOT)}
    command = [sys.executable, *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=place, env=environment, check=False)


def test_its_help_fits_a_screen() -> None:
    page = pydoc.plain(pydoc.render_doc(latentop))
    assert len(page.splitlines()) <= 36
    assert max(map(len, page.splitlines())) <= 120
    for name in ("init(", "log(", "finish(", "Run", "Stopped", "help(latentop.init)"):
        assert name in page


def test_what_init_takes_is_in_its_own_help() -> None:
    page = pydoc.plain(pydoc.render_doc(latentop.init))
    for name in ("sample(n)", "(n, channels, height, width)", "guard", "$LATENTOP_RUNS"):
        assert name in page


def test_every_argument_of_init_is_explained() -> None:
    page = latentop.init.__doc__ or ""
    explained = {name for line in page.splitlines() for name in line.partition(": ")[0].strip().split(", ")}
    assert set(latentop.init.__annotations__) - {"return"} <= explained


def test_what_a_run_can_do_is_explained() -> None:
    for name, part in vars(latentop.Run).items():
        if not name.startswith("_"):
            assert (part.__doc__ or "").strip(), name


def test_importing_it_imports_no_torch(tmp_path: Path) -> None:
    told = python(
        tmp_path, "-c", "import sys, latentop; print('torch' in sys.modules, 'numpy' in sys.modules)"
    )
    assert told.stdout == "False False\n"


def test_it_tells_its_version() -> None:
    assert latentop.__version__ == version("latentop")


def test_an_unknown_name_is_one_of_no_module() -> None:
    with pytest.raises(AttributeError, match="module 'latentop' has no attribute 'innit'"):
        latentop.innit()


@pytest.mark.slow  # mypy reads all of torch
def test_a_typed_script_that_uses_it_passes_strictly(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        dedent(
            """
            from pathlib import Path

            import torch
            from torch import Tensor, nn

            import latentop


            def made(count: int) -> Tensor:
                return torch.zeros(count, 1, 8, 8)


            def back(images: Tensor) -> Tensor:
                return images


            def main() -> None:
                network = nn.Linear(4, 4)
                rate = torch.optim.Adam(network.parameters())
                run: latentop.Run = latentop.init(
                    "typed",
                    config={"lr": 1e-3},
                    steps=3,
                    kind="gan",
                    networks={"generator": network},
                    optimisers={"generator": rate},
                    also={"schedule": torch.optim.lr_scheduler.ConstantLR(rate)},
                    sample=made,
                    real=torch.zeros(300, 1, 8, 8),
                    value_range=(-1, 1),
                    reconstruct=back,
                    encode=back,
                    guard="rollback",
                    seed=1,
                    runs=Path("runs"),
                )
                with run:
                    beta: float = run.setting("beta", 1.0, minimum=0, maximum=2)
                    run.log({"errG": torch.zeros(()), "nested": {"loss": beta}})
                    run.log({"picture": latentop.Image(made(1)[0])}, commit=True)
                    latentop.log({"errD": 1}, step=3)
                    run.images("samples", made(4), step=2)
                    name: str | None = run.checkpoint()
                    step: int = run.step
                    path: Path = run.path
                    print(name, step, path, run.id, run.resumed)
                try:
                    latentop.finish()
                except latentop.Stopped:
                    pass


            main()
            """
        )
    )
    told = python(tmp_path, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(script))
    assert told.returncode == 0, told.stdout
    assert python(tmp_path, "script.py").returncode == 0
