"""``doctor``: is everything here that training and watching need? Torch is only imported in a subprocess."""

import json
import locale
import os
import platform
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Literal

import psutil

from engine.run import folder
from tui.commands.output import Output, wants_colour
from tui.commands.parser import Commands
from tui.tone import Tone

_PACKAGES = ("textual", "rich", "plotext", "numpy", "msgspec", "platformdirs", "psutil")
_TORCH_SECONDS = 120
_TONES: dict[str, Tone] = {"ok": "good", "note": "plain", "broken": "critical"}

# Each finding is printed as soon as it is there, so that a crash in the next one is told by what is missing.
_PROBE = """
import json
def say(**found): print(json.dumps(found), flush=True)
import torch
say(torch=torch.__version__)
import torchvision
say(torchvision=torchvision.__version__)
torchvision.ops.nms(torch.tensor([[0.0, 0.0, 1.0, 1.0]]), torch.tensor([1.0]), 0.5)
say(match=True)
say(cuda=torch.cuda.get_device_name() if torch.cuda.is_available() else "")
say(mps=torch.backends.mps.is_available(), threads=torch.get_num_threads())
from platformdirs import user_cache_path
from engine.data import fashion_mnist as data
places = [data.INSTALLED, user_cache_path("latentop") / "FashionMNIST" / "raw"]
say(full=next((str(place) for place in places if all(any(place.glob(name + "*")) for name in data.FULL)), ""))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at. ``broken`` means that training or watching can't work; ``hint`` what to do."""

    what: str
    state: Literal["ok", "note", "broken"]
    text: str
    hint: str = ""


def add(commands: Commands) -> None:
    """The command of this family."""
    commands.add("doctor", _doctor, "check this machine: packages, devices, terminal, folders, data")


def _doctor(options: Namespace, output: Output) -> int:
    findings = [*_python(), *_packages(), *_torch(), *_terminal(), _runs(folder.runs_folder(options.runs))]
    broken = any(one.state == "broken" for one in findings)
    if output.as_json:
        output.json({"ok": not broken, "findings": [asdict(one) for one in findings]}, indent=2)
        return int(broken)
    for one in findings:
        output.line(f"{one.state:<6}  {one.what:<14}  {one.text}", _TONES[one.state])
        if one.hint:
            output.line(f"{'':<24}try: {one.hint}")
    output.line()
    output.line("something is broken" if broken else "ready: latentop train dcgan", "heading")
    return int(broken)


def _python() -> Iterator[Finding]:
    fits = (3, 11) <= sys.version_info < (3, 14)
    yield Finding(
        what="python",
        state="ok" if fits else "broken",
        text=f"{platform.python_version()} · {sys.executable}",
        hint="" if fits else "install it with Python 3.11, 3.12 or 3.13",
    )
    memory = psutil.virtual_memory().available / 2**30
    text = f"{platform.platform()} · {os.cpu_count()} cores · {memory:.1f} GiB free"
    yield Finding(what="platform", state="ok", text=text)


def _packages() -> Iterator[Finding]:
    from importlib import metadata  # the other commands, which this is imported with, need none of it

    for name in _PACKAGES:
        try:
            yield Finding(what=name, state="ok", text=metadata.version(name))
        except metadata.PackageNotFoundError:
            hint = f"{sys.executable} -m pip install {name}"
            yield Finding(what=name, state="broken", text="not installed", hint=hint)


def _torch() -> Iterator[Finding]:
    """Torch, its devices, and the full dataset, which only the engine knows where to find."""
    found, problem = _probe()
    match: Literal["ok", "broken"] = "ok" if found.get("match") else "broken"
    together = "install torch and torchvision of the same release: see pytorch.org/get-started"
    for name in ("torch", "torchvision"):
        known = name in found and (name == "torch" or match == "ok")
        yield Finding(
            what=name,
            state="ok" if known else "broken",
            text=str(found[name]) if known else problem,
            hint="" if known else together,
        )
        if not known:
            return
    if found.get("cuda"):
        yield Finding(what="device", state="ok", text=f"cuda · {found['cuda']}")
    elif found.get("mps"):
        yield Finding(what="device", state="ok", text="mps · Apple's GPU")
    else:
        text = f"cpu · {found.get('threads', '?')} threads; no GPU that torch can use"
        yield Finding(what="device", state="note", text=text)
    if "full" not in found:
        hint = "install latentop anew: the engine can't be imported"
        yield Finding(what="engine", state="broken", text=problem, hint=hint)
    elif found["full"]:
        yield Finding(
            what="fashion-mnist", state="ok", text=f"full set in {found['full']}; small set in the package"
        )
    else:
        text = "small set in the package; the full set is downloaded when a preset first asks for it"
        yield Finding(what="fashion-mnist", state="note", text=text)


def _probe() -> tuple[dict[str, Any], str]:
    """What a fresh interpreter finds, and its last words where it did not come to the end."""
    command = [sys.executable, "-P", "-c", _PROBE]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TORCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return {}, f"importing it takes longer than {_TORCH_SECONDS} s"
    found: dict[str, Any] = {}
    for line in done.stdout.splitlines():
        found.update(json.loads(line))
    words = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return found, words[-1] if words else f"the interpreter ended with {done.returncode}"


def _terminal() -> Iterator[Finding]:
    if not sys.stdout.isatty():
        text = "standard output is none: plain lines"
        yield Finding(what="terminal", state="note", text=text)
        return
    columns, rows = shutil.get_terminal_size()
    big = columns >= 80 and rows >= 24
    colours = os.environ.get("COLORTERM") or "as TERM says"
    text = f"{os.environ.get('TERM', 'TERM unset')} · {columns}×{rows} · colours: "
    text += colours if wants_colour(sys.stdout) else "none"
    yield Finding(
        what="terminal",
        state="ok" if big else "note",
        text=text,
        hint="" if big else "a window of 80 columns and 24 rows or more shows everything",
    )
    encoding = sys.stdout.encoding
    utf8 = encoding.lower().replace("-", "") == "utf8"
    yield Finding(
        what="characters",
        state="ok" if utf8 else "note",
        text=f"{encoding} · locale {locale.setlocale(locale.LC_CTYPE)}",
        hint="" if utf8 else "export LANG=C.UTF-8 for images in half blocks; ASCII works, too",
    )


def _runs(runs: Path) -> Finding:
    """Whether runs can be written. A folder that does not exist yet is looked for in its parents."""
    place = next((one for one in (runs, *runs.parents) if one.exists()), runs)
    mounts = [one for one in psutil.disk_partitions(all=True) if place.is_relative_to(one.mountpoint)]
    kind = max(mounts, key=lambda one: len(one.mountpoint)).fstype if mounts else "unknown file system"
    try:
        with TemporaryFile(dir=place) as file:
            file.write(b"latentop")
        free = shutil.disk_usage(place).free / 2**30
    except OSError as error:
        text = f"{runs} can't be written: {error.strerror}"
        hint = "name another one with --runs FOLDER or LATENTOP_RUNS"
        return Finding(what="runs folder", state="broken", text=text, hint=hint)
    text = f"{runs} · {kind} · {free:.1f} GiB free" + ("" if runs.exists() else " · made by the first run")
    return Finding(what="runs folder", state="ok", text=text)
