"""A run's folder that somebody else has made opens safely, or is refused in a line, by the real command."""

import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import torch

from latentop.engine.checkpoint import checkpoint_file
from latentop.engine.run import folder
from latentop.engine.run.errors import StorageError
from latentop.engine.run.folder import RunFolder
from latentop.engine.run.process import launch
from tests.support.real_runs import everything
from tests.support.recorded_runs import alive, assert_two_lines, latentop, new_run, write

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may be somebody else")


def changed(run: RunFolder, *statements: str, values: tuple[object, ...] = ()) -> None:
    """The run's database as somebody else left it."""
    with closing(sqlite3.connect(run.database, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement, values if "?" in statement else ())


def insert_frame(run: RunFolder, shape: tuple[int, ...], pixels: bytes) -> None:
    columns = "step, wall, kind, count, channels, height, width, pixels"
    changed(
        run,
        f"INSERT INTO frames ({columns}) VALUES (1, 1.0, 'samples', ?, ?, ?, ?, ?)",
        values=(*shape, pixels),
    )


class Evil:
    """What pickle makes a call of."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (f"touch {self.path}",)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["zip", "plain"])
def test_a_checkpoint_that_would_run_a_program_runs_none(tmp_path: Path, form: str) -> None:
    run = new_run(tmp_path, state="stopped")
    proof = tmp_path / "proof"
    path = run.checkpoints / "step-000000300.pt"
    if form == "zip":
        torch.save({"step": 300, "networks": Evil(proof)}, path)
        with zipfile.ZipFile(path) as archive:
            assert any(b"system" in archive.read(name) for name in archive.namelist())
    else:
        path.write_bytes(pickle.dumps(Evil(proof)))
    with pytest.raises(StorageError, match=r"step-000000300\.pt: can't be read"):
        checkpoint_file.load_newest(run)
    process = launch.start(run, resume=True)
    assert process.wait() == 1
    assert not proof.exists()
    shown = latentop(tmp_path, "show")
    assert "no checkpoint to go on from" in shown.stdout
    # A reader that trusts it would have:
    torch.load(path, weights_only=False) if form == "zip" else pickle.loads(path.read_bytes())
    assert proof.exists()


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("worker.log", "resume"),
        ("worker.lock", "stop"),
        ("ballast", "rename"),
        ("checkpoints", "resume"),
        ("preset.toml", "pause"),
    ],
)
def test_links_in_a_runs_folder_lead_nowhere(tmp_path: Path, name: str, command: str) -> None:
    lives = command in ("pause", "stop")
    run = new_run(tmp_path / "runs", **(alive() if lives else {"state": "stopped"}))
    (run.checkpoints / "step-000000300.pt").write_text("precious")
    precious = tmp_path / "precious"
    if name == "checkpoints":
        run.checkpoints.rename(precious)
    else:
        precious.write_text("precious")
        (run.path / name).unlink(missing_ok=True)
    (run.path / name).symlink_to(precious)
    done = latentop(tmp_path / "runs", command, run.id, *(["own"] if command == "rename" else []))
    assert done.returncode == 2
    assert_two_lines(done.stderr, f"{name} is a link", "put that in its place")
    assert latentop(tmp_path / "runs", "show").returncode == 0
    write(run, facts={"state": "stopped"})
    assert latentop(tmp_path / "runs", "delete", run.id, "--yes").returncode == 0
    assert not run.path.exists()
    kept = precious / "step-000000300.pt" if name == "checkpoints" else precious
    assert kept.read_text() == "precious"


def test_a_worker_trains_no_run_with_links(tmp_path: Path) -> None:
    run = new_run(tmp_path, state="stopped")
    (run.path / "worker.lock").symlink_to(tmp_path / "made")
    worker = subprocess.run(
        [sys.executable, "-m", "latentop.engine.train.worker", str(run.path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert worker.returncode == 1
    assert "worker.lock is a link" in worker.stderr
    assert "Traceback" not in worker.stderr
    assert not (tmp_path / "made").exists()


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder of runs that everybody may read and write: root's, as seen by nobody."""
    shelf = Path("/tmp") / f"latentop-shared-{os.getpid()}"
    shelf.mkdir(mode=0o777)
    yield shelf
    shutil.rmtree(shelf)


@as_root
@pytest.mark.parametrize(
    "command", ["pause", "set", "undo", "stop", "checkpoint", "rollback", "rename", "delete", "resume"]
)
def test_another_users_run_is_looked_at_and_not_controlled(shared: Path, command: str) -> None:
    """Even where its files may be written by everybody, and by root, who may write all files."""
    state = "stopped" if command in ("delete", "resume") else "running"
    run = new_run(shared, **{**alive(), "state": state})
    (run.checkpoints / "step-000000300.pt").touch()
    for path in (run.path, *run.path.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
        path.chmod(0o777)
    more = {"set": ["generator.lr=1e-5"], "rename": ["mine"], "delete": ["--yes"]}.get(command, [])
    before = everything(run)
    done = latentop(shared, command, run.id, *more)
    assert done.returncode == 2
    assert_two_lines(done.stderr, "belongs to nobody", "latentop show")
    assert (everything(run).commands, everything(run).facts) == (before.commands, before.facts)
    assert "DCGAN on Fashion-MNIST" in latentop(shared, "show", run.id).stdout


@as_root
def test_a_run_that_may_only_be_read_is_shown_and_not_controlled(shared: Path) -> None:
    """As somebody else sees it whom its owner lets read: a real process of another user."""
    run = new_run(shared, **alive())
    for path in (run.path, run.checkpoints):
        path.chmod(0o755)
    for path in run.path.glob("*.*"):
        path.chmod(0o644)
    program = (
        "import io, os, sys; from contextlib import redirect_stdout as to\n"
        "from latentop.tui.cli import main\n"
        "with to(io.StringIO()): main(['show', *sys.argv[-2:]])\n"  # what is imported late is imported now
        f"os.setgid({NOBODY}); os.setuid({NOBODY}); sys.exit(main(sys.argv[1:]))"
    )

    def as_nobody(*words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-c", program, *words, "--runs", str(shared)]
        return subprocess.run(line, capture_output=True, encoding="utf-8", check=False, cwd="/")

    shown, asked = as_nobody("show", run.id), as_nobody("pause", run.id)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "DCGAN on Fashion-MNIST" in shown.stdout
    assert asked.returncode == 2
    assert_two_lines(asked.stderr, "belongs to root", "latentop show")
    assert everything(run).commands == ()


ALARM = (
    "INSERT INTO alarms (name, severity, raised_step, raised_wall, sentence, advice, evidence)"
    " VALUES ('collapsed', 'critical', {step}, {wall}, '', '', '{{}}')"
)
HOSTILE: dict[str, tuple[Callable[[RunFolder], None], str]] = {
    "a frame of 10^9 pixels": (lambda run: insert_frame(run, (1, 1, 31_623, 31_623), b""), "a frame claims"),
    "a frame that swells": (
        lambda run: insert_frame(run, (1, 1, 28, 28), zlib.compress(bytes(2**28), 9)),
        "damaged data",
    ),
    "a frame of less than none": (lambda run: insert_frame(run, (-1, -1, 28, 28), b""), "a frame claims"),
    "a frame that overflows": (lambda run: insert_frame(run, (2**62, 2**62, 4, 4), b""), "a frame claims"),
    "frames that swell together": (
        lambda run: changed(
            run,
            "WITH RECURSIVE one(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM one LIMIT 1000)"
            " INSERT INTO frames (step, wall, kind, count, channels, height, width, pixels)"
            " SELECT 1, 1.0, 'kind ' || id, 1, 1, 8000, 8000, ? FROM one",
            values=(zlib.compress(bytes(64_000_000)),),
        ),
        "frames claim",
    ),
    "a schema from the future": (lambda run: changed(run, "PRAGMA user_version = 99"), "newer latentop"),
    "a view that never ends": (
        lambda run: changed(
            run,
            "DROP TABLE points",
            "CREATE VIEW points AS WITH RECURSIVE one(step) AS"
            " (SELECT 1 UNION ALL SELECT step + 1 FROM one)"
            " SELECT 1 AS series, step, 1.0 AS wall, 1 AS n, 0 AS mean, 0 AS lo, 0 AS hi, 0 AS last, 0 AS bad"
            " FROM one",
        ),
        "more than a run's tables",
    ),
    "a trigger": (
        lambda run: changed(run, "CREATE TRIGGER own AFTER INSERT ON commands BEGIN DELETE FROM points; END"),
        "more than a run's tables",
    ),
    "facts within facts": (
        lambda run: changed(
            run, "INSERT OR REPLACE INTO run VALUES ('title', ?)", values=("[" * 100_000 + "]" * 100_000,)
        ),
        "damaged data",
    ),
    "a fact of another type": (
        lambda run: changed(run, "INSERT OR REPLACE INTO run VALUES ('steps', '\"many\"')"),
        "damaged data",
    ),
    "an epoch of no number of steps": (
        lambda run: changed(run, "INSERT OR REPLACE INTO run VALUES ('steps_per_epoch', 'NaN')"),
        "damaged data",
    ),
    "a size beyond all disks": (
        lambda run: changed(run, f"INSERT OR REPLACE INTO run VALUES ('size', '{10**400}')"),
        "damaged data",
    ),
    "an alarm of no time": (lambda run: changed(run, ALARM.format(step=1, wall=1e300)), "damaged data"),
    "an alarm of no step": (lambda run: changed(run, ALARM.format(step="'one'", wall=1.0)), "damaged data"),
    "a mark of no time": (
        lambda run: changed(run, "INSERT INTO marks (step, wall, kind, text) VALUES (1, 9e999, 'edit', '')"),
        "damaged data",
    ),
    "a value of no time": (lambda run: changed(run, "UPDATE points SET wall = 1e300"), "damaged data"),
    "a table that is missing": (lambda run: changed(run, "DROP TABLE alarms"), "no such table"),
}


def hostile(runs: Path, how: str) -> RunFolder:
    run = new_run(runs, state="finished")
    HOSTILE[how][0](run)
    return run


@pytest.mark.parametrize("how", HOSTILE)
def test_what_no_run_can_hold_is_refused_in_a_line(tmp_path: Path, how: str) -> None:
    run = hostile(tmp_path, how)
    done = latentop(tmp_path, "show", run.id)
    assert done.returncode == 1
    assert_two_lines(done.stderr, HOSTILE[how][1], "")
    assert str(run.database) in done.stderr


@pytest.mark.slow
def test_what_no_run_can_hold_is_listed_all_the_same(tmp_path: Path) -> None:
    runs = [hostile(tmp_path, how) for how in HOSTILE]
    listed = latentop(tmp_path, "ls")
    assert listed.returncode == 0
    assert all(run.id in listed.stdout for run in runs)


def with_a_pipe(runs: Path, name: str) -> RunFolder:
    """A run that can be forked, with a pipe in place of one of its files: who opens that waits for ever."""
    run = new_run(runs, state="failed", error="it broke")
    (run.checkpoints / "step-000000300.pt").touch()
    (run.path / name).unlink(missing_ok=True)
    os.mkfifo(run.path / name)
    return run


@pytest.mark.parametrize("name", ["worker.log", "preset.toml"])
def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path, name: str) -> None:
    done = latentop(tmp_path, "show", with_a_pipe(tmp_path, name).id)
    assert done.returncode == 0
    assert "it broke" in done.stdout


def test_a_pipe_in_place_of_the_preset_is_not_forked(tmp_path: Path) -> None:
    run = with_a_pipe(tmp_path, "preset.toml")
    done = latentop(tmp_path, "fork", run.id, "--detach")
    assert done.returncode == 2
    assert_two_lines(done.stderr, "it is no plain file", "restore it")
    assert folder.every(tmp_path) == [run]


@pytest.mark.slow
def test_a_fork_has_a_log_of_its_own_whatever_its_parents_is(tmp_path: Path) -> None:
    run = with_a_pipe(tmp_path, "worker.log")
    done = latentop(tmp_path, "fork", run.id, "--detach")
    assert done.returncode == 1
    assert "can't be read" in done.stderr, "there are no weights in the parent's checkpoint"
    (fork,) = (one for one in folder.every(tmp_path) if one != run)
    assert done.stdout == f"{fork.id}\n"
    assert fork.log.is_file()


@pytest.mark.slow
def test_more_rows_than_any_run_has_open_all_the_same(tmp_path: Path) -> None:
    run = new_run(tmp_path, state="finished")
    changed(
        run,
        "WITH RECURSIVE one(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM one LIMIT 200000)"
        " INSERT INTO marks (step, wall, kind, text) SELECT id, 1.0, 'edit', 'x' FROM one",
        "WITH RECURSIVE one(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM one LIMIT 300000)"
        " INSERT OR REPLACE INTO rollups"
        " SELECT 1, 6, id, 262144 * id, 1.0, 1, 0.0, 0.0, 0.0, 0.0, 0 FROM one",
        "INSERT INTO points VALUES (1, 9223372036854775807, 1.0, 1, 0.0, 0.0, 0.0, 0.0, 0)",
    )
    recorded = everything(run)
    assert len(recorded.marks) == 10_000
    assert recorded.marks[-1].step == 200_000
    assert len(recorded.bins["loss/generator"]) < 100_000
    assert latentop(tmp_path, "show", run.id).returncode == 0


def test_a_frame_of_honest_size_still_opens(tmp_path: Path) -> None:
    run = new_run(tmp_path)
    images = np.random.default_rng(0).integers(0, 256, (256, 3, 64, 64), dtype=np.uint8)
    insert_frame(run, images.shape, zlib.compress(images.tobytes()))
    np.testing.assert_array_equal(everything(run).frames["samples"].images, images)
