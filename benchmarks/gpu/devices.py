"""The device itself: versions and memory, what a preset's words for it mean, and what doctor says of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version

import torch

from benchmarks.gpu.check import Bench, Check, judged
from latentop.engine.run.errors import UsageError
from latentop.engine.train import devices

GIGABYTE = 2**30
COMMAND = (sys.executable, "-c", "import sys; from latentop.tui.cli import main; sys.exit(main())")
"""``latentop``, installed or not."""
ABSENT = ("cuda:255", "cuda:128")


def versions(bench: Bench) -> Iterator[Check]:
    """Torch, CUDA, cuDNN; the card with its capability and free memory, and whether it computes."""
    seen = devices.survey()
    cards = seen["cards"]
    assert isinstance(cards, list)
    cudnn = f", cuDNN {torch.backends.cudnn.version()}" if torch.backends.cudnn.is_available() else ""
    software = f"torch {torch.__version__}, built for {seen['built']}{cudnn}, numpy {version('numpy')}"
    if not cards:
        where = f"on the CPU: {devices.name(devices.CPU)}; {seen['trouble'] or 'no CUDA device'}"
        yield judged(not bench.card, f"{where}; {software}", "a device that computes")
    for number, card in enumerate(cards):
        free, memory = card["free"] / GIGABYTE, card["memory"] / GIGABYTE
        size = f"{free:.1f} of {memory:.1f} GiB free"
        figure = f"{card['name']}, capability {card['capability']}, {size}; {card['problem'] or software}"
        yield judged(not card["problem"], figure, "a device that computes", f"cuda:{number}")


def choice(bench: Bench) -> Iterator[Check]:
    """What auto, cuda and numbers choose; a number that there is no card for is refused in one line."""
    count, _ = devices.cuda_devices()
    first = devices.choose("auto").device
    found = [f"auto → {first}"]
    good = (
        first in [torch.device("cuda", number) for number in range(count)] if count else first == devices.CPU
    )
    for wanted in ("cuda", "cuda:0", "cuda:1", *ABSENT):
        number = int(wanted.partition(":")[2] or 0)
        try:
            device = devices.choose(wanted).device
        except UsageError as error:
            good = good and number >= count and "\n" not in error.message and wanted in error.message
            found.append(f"{wanted} refused")
        else:
            good = good and number < count and device == torch.device("cuda", number)
            found.append(f"{wanted} → {device}")
    yield judged(good, ", ".join(found), f"an index each, and those from {count} on refused")
    before = torch.get_float32_matmul_precision()
    devices.prepare(torch.device(bench.device))
    now = torch.get_float32_matmul_precision()
    where = f"cuda:{torch.cuda.current_device()}" if bench.card else "cpu"
    name = devices.name(torch.device(bench.device))
    wanted = "high" if bench.card else before
    yield judged(
        (where, now) == (bench.device, wanted),
        f"{name}, products in {now}",
        f"{bench.device}, {wanted}",
        "prepare",
    )


def doctor(bench: Bench) -> Iterator[Check]:
    """``latentop doctor`` as it is, where the card is hidden, and where a wrong one is asked for."""
    for name, visible in (("plain", None), ("no card", ""), ("wrong card", "99")):
        hidden = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
        done = subprocess.run(
            [*COMMAND, "--runs", str(bench.folder), "doctor", "--json"],
            capture_output=True,
            text=True,
            env={**os.environ, **hidden},
            timeout=max(bench.left, 1.0),
            check=False,
        )
        found = [one for one in json.loads(done.stdout)["findings"] if one["what"] in ("device", "torch")]
        told = [one for one in found if one["what"] == "device"]
        if not told:
            yield judged(False, f"no word of a device: {done.stderr.strip()[-120:]}", "a device", name)
            continue
        card = bench.card and visible is None
        kind = bench.device if card else "cpu"
        good = any(one["text"].startswith(kind) and (one["state"] == "ok") == card for one in told)
        good = good and not any(one["state"] == "broken" for one in found)
        yield judged(good, "; ".join(one["text"] for one in told), f"{kind}, nothing broken", name)
