"""``doctor``: is everything here that training and watching need? Torch is only imported in a subprocess."""

import json
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

from latentop.engine.run import folder, preferences
from latentop.presets.wording import gibibytes
from latentop.tui.commands.parser import Commands
from latentop.tui.commands.standard_output import PLAIN, Output, wants_colour
from latentop.tui.model.emphasis import Tone

_PACKAGES = ("textual", "rich", "plotext", "numpy", "msgspec", "platformdirs", "psutil")
_TORCH_SECONDS = 120
LEAST_ROOM, LARGE_RUN, LEAST_MEMORY = 2**30 // 10, 2 * 2**30, 2**30 // 2
"""Bytes: what a short run takes on disk, what a long one may take, and the memory that training takes."""
LOCALES = ("LC_ALL", "LC_CTYPE", "LANG")
"""The variables that say which characters are shown; the first that is set counts."""
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
try:
    from latentop.engine.train import devices
    say(devices=devices.survey())
except Exception as error:
    say(failed=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
from latentop.engine.run import preferences
from latentop.engine.data import fashion_mnist as data
places = [data.INSTALLED, preferences.cache() / "FashionMNIST" / "raw"]
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
    runs = folder.runs_folder(options.runs)
    findings = [*_python(), *_packages(), *_torch(), *_terminal(), _runs(runs), _cache(), _settings()]
    broken = any(one.state == "broken" for one in findings)
    if output.as_json:
        output.json({"ok": not broken, "findings": [asdict(one) for one in findings]}, indent=2)
        return int(broken)
    for one in findings:
        output.line(f"{one.state:<6}  {one.what:<14}  {one.text}", _TONES[one.state])
        if one.hint:
            output.line(f"{'':<24}try: {one.hint}")
    output.line()
    noted = any(one.state == "note" and one.hint for one in findings)
    ready = "ready: latentop train dcgan" + (" · what could be better: try, above" if noted else "")
    output.line("something is broken" if broken else ready, "heading")
    return int(broken)


def _python() -> Iterator[Finding]:
    fits = (3, 11) <= sys.version_info < (3, 14)
    yield Finding(
        what="python",
        state="ok" if fits else "broken",
        text=f"{platform.python_version()} · {sys.executable}",
        hint="" if fits else "install it with Python 3.11, 3.12 or 3.13",
    )
    memory = psutil.virtual_memory().available
    text = f"{platform.platform()} · {os.cpu_count()} cores · {gibibytes(memory)} of memory free"
    enough = memory >= LEAST_MEMORY
    hint = "" if enough else f"end other programs: training takes {gibibytes(LEAST_MEMORY)} or more"
    yield Finding(what="platform", state="ok" if enough else "note", text=text, hint=hint)


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
    yield from _devices(found)
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


def _devices(found: dict[str, Any]) -> Iterator[Finding]:
    """What can compute here: each card by itself, and the processor where there is none."""
    if "devices" not in found:
        text = f"can't be looked at: {found.get('failed', 'the interpreter ended')}"
        yield Finding(what="device", state="broken", text=text, hint="--set device=cpu trains without a GPU")
        return
    seen = found["devices"]
    for index, card in enumerate(seen["cards"]):
        yield _card(index, card, seen["built"])
    if seen["trouble"]:
        hint = "update the driver, or install a torch that is built for it: pytorch.org/get-started"
        yield Finding(what="device", state="note", text=f"no CUDA device: {seen['trouble']}", hint=hint)
    elif not seen["cards"] and shutil.which("nvidia-smi") and seen["built"] == "CUDA None":
        text = "there is an NVIDIA driver, and this torch is built without CUDA"
        hint = "install torch with CUDA: pytorch.org/get-started"
        yield Finding(what="device", state="note", text=text, hint=hint)
    if seen["mps"]:
        fine = seen["mps"] == "ok"
        text = "mps · Apple's GPU" if fine else f"mps · {seen['mps']}"
        yield Finding(what="device", state="ok" if fine else "note", text=text)
    if not any(card["problem"] == "" for card in seen["cards"]) and seen["mps"] != "ok":
        threads = "1 thread" if seen["threads"] == 1 else f"{seen['threads']} threads"
        text = f"cpu · {threads}; no GPU that torch can use"
        yield Finding(what="device", state="note", text=text)


def _card(index: int, card: dict[str, Any], built: str) -> Finding:
    size = f"{gibibytes(card['free']).removesuffix(' GiB')} of {gibibytes(card['memory'])} free"
    text = f"cuda:{index} · {card['name']} · capability {card['capability'] or '?'} · {size} · {built}"
    if not card["problem"]:
        return Finding(what="device", state="ok", text=text)
    hint = (
        "end what uses its memory: nvidia-smi"
        if "out of memory" in card["problem"]
        else "install a torch that is built for this card, or train elsewhere: --set device=cpu"
    )
    return Finding(what="device", state="note", text=f"{text} · passed over: {card['problem']}", hint=hint)


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
    if (name := os.environ.get("TERM", "")) in PLAIN:
        text, hint = f"TERM={name}: plain lines", "the dashboard takes a terminal that moves its cursor"
        yield Finding(what="terminal", state="note", text=text, hint=hint)
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
    from latentop.tui.link.terminal import recognise  # Textual takes its time to import

    known = recognise(os.environ, None)
    named = next((f"{key}={os.environ[key]}" for key in LOCALES if os.environ.get(key)), "no locale is set")
    yield Finding(
        what="characters",
        state="note" if known.ascii else "ok",
        text=f"{'ASCII' if known.ascii else 'UTF-8'} · {named}",
        hint="export LC_ALL=C.UTF-8 for images in half blocks; ASCII works, too" if known.ascii else "",
    )


def _runs(runs: Path) -> Finding:
    """Whether runs can be written, and how many: a run takes as much as ``keep.size`` allows, at most."""
    kind, free, trouble = _room(runs)
    hint = "name another one with --runs FOLDER or LATENTOP_RUNS"
    if trouble:
        text = f"{runs} can't be written: {trouble}"
        return Finding(what="runs folder", state="broken", text=text, hint=hint)
    text = f"{runs} · {kind} · {gibibytes(free)} free" + ("" if runs.exists() else " · made by the first run")
    if free < LEAST_ROOM:
        return Finding(what="runs folder", state="broken", text=text, hint=f"make room there, or {hint}")
    if free < LARGE_RUN:
        most = gibibytes(LARGE_RUN)
        hint = f"a run may take {most}: --set keep.size=MEGABYTES says how much, delete makes room"
        return Finding(what="runs folder", state="note", text=text, hint=hint)
    return Finding(what="runs folder", state="ok", text=text)


def _cache() -> Finding:
    """Whether resized images and downloads can be kept."""
    place = preferences.cache()
    kind, free, trouble = _room(place)
    if trouble or free < LEAST_ROOM:
        text = f"{place} can't be written: {trouble}" if trouble else f"{place} · {gibibytes(free)} free"
        hint = "images of your own and downloads take one: XDG_CACHE_HOME=FOLDER names another"
        return Finding(what="cache", state="note", text=text, hint=hint)
    return Finding(what="cache", state="ok", text=f"{place} · {kind} · {gibibytes(free)} free")


def _settings() -> Finding:
    """Whether what the dashboard remembers can be read."""
    from latentop.tui import settings  # it knows every theme, and Textual takes its time to import

    file = settings.path()
    trouble = settings.Remembered(file).trouble
    hint = "mend it, or delete it: everything is then as at first" if trouble else ""
    state: Literal["ok", "note"] = "note" if trouble else "ok"
    text = trouble or (str(file) if file.exists() else "all as at first")
    return Finding(what="settings", state=state, text=text, hint=hint)


def _room(folder: Path) -> tuple[str, int, str]:
    """A folder's file system, the bytes free there, and why it can't be written; empty where it can.

    One that does not exist yet is looked for in its parents.
    """
    place = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    mounts = [one for one in psutil.disk_partitions(all=True) if place.is_relative_to(one.mountpoint)]
    kind = max(mounts, key=lambda one: len(one.mountpoint)).fstype if mounts else "unknown file system"
    try:
        with TemporaryFile(dir=place) as file:
            file.write(b"latentop")
        return kind, shutil.disk_usage(place).free, ""
    except OSError as error:
        return kind, 0, error.strerror or str(error)
