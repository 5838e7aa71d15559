"""Train on a disk that fills up, then is given room; run by test_full_disk.py in its own mount namespace."""

import json
import os
import subprocess
import sys
from pathlib import Path

from latentop.engine.run import folder
from tests.support.real_runs import SMALL_GAN, end, everything, facts, wait_until
from tests.support.terminal import LATENTOP

NAMESPACE = (
    ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
)


def may_mount() -> bool:
    """Whether this machine lets us mount a small disk of our own; macOS and some containers do not."""
    try:
        trial = [*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        return subprocess.run(trial, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def main(disk: Path) -> None:
    """Print, as JSON, what a person saw and what the run holds."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], check=True)
    settings = [word for setting in SMALL_GAN for word in ("--set", setting)]
    train: list[str | Path] = [LATENTOP, "train", "dcgan", "--runs", disk, "--steps", "100000", *settings]
    told = subprocess.run(train, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240)
    (run,) = folder.every(disk)
    try:
        paused_at = facts(run).step
        subprocess.run(["mount", "-o", "remount,size=60m", disk], check=True)
        wait_until(lambda: facts(run).state == "running" and facts(run).step > paused_at + 5)
        stopped = subprocess.run([LATENTOP, "stop", run.path], capture_output=True, text=True, timeout=120)
        steps = everything(run).bins["loss/generator"]
        seen = {
            "exit": told.returncode,
            "error": told.stderr,
            "stop": stopped.returncode,
            "paused_at": paused_at,
            "counted": int(steps.n.sum()),
            "last": int(steps.step[-1]),
        }
        print(json.dumps(seen))
    finally:
        end(run)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
