"""The device that a preset asks for: found, tried with one small product, prepared, named, and explained."""

import logging
import os
import re
import warnings
from dataclasses import dataclass

import torch

from latentop.engine.run.errors import UsageError
from latentop.engine.run.process.launch import TURN
from latentop.engine.train import card_order

log = logging.getLogger("latentop")

GRAPHS = "LATENTOP_CUDA_GRAPHS"
"""Of the environment: 1 has whole steps replayed from CUDA graphs where they can be."""
CPU = torch.device("cpu")
DOCTOR = "check the driver and CUDA_VISIBLE_DEVICES: latentop doctor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A device that computes; a CUDA device always has its index.

    ``notes`` say in a sentence each which device was passed over, and why.
    """

    device: torch.device
    notes: tuple[str, ...] = ()
    crowded: str = ""
    """A sentence, where others use most of this one's memory."""


def graphs_wanted() -> bool:
    """Whether to replay steps."""
    return os.environ.get(GRAPHS) == "1"


def choose(wanted: str, before: str = "") -> Choice:
    """The device for ``auto``, ``cpu``, ``mps``, ``cuda`` or ``cuda:N``.

    ``auto`` takes the first CUDA device that computes, else MPS, else the CPU. Of several CUDA devices, runs
    that train side by side take one each in turn, a run that goes on the one where it was ``before``, and any
    other leaves one that others use for one with more memory free: see ``card_order``.

    Raises UsageError for a device that torch does not see here, or that cannot compute.
    """
    if wanted == "auto":
        return _first_that_computes(before)
    count, trouble = cuda_devices()
    kind, _, number = wanted.partition(":")
    index = int(number) if number else (_turn() or 0) % max(count, 1)
    if kind == "cuda" and index >= count:
        seen = f"{count} CUDA device{'s' if count != 1 else ''}" if count else "no CUDA device"
        because = f" ({trouble})" if trouble else ""
        raise UsageError(
            f"device = {wanted}, and torch sees {seen} here{because}", f"set device=auto, or {DOCTOR}"
        )
    if kind == "mps" and not torch.backends.mps.is_available():
        raise UsageError("device = mps, and torch sees no such device here", "set device=auto")
    device = torch.device(kind, index) if kind == "cuda" else torch.device(kind)
    if problem := _problem(device):
        raise UsageError(f"device = {wanted}: {problem}", "set device=cpu, or see: latentop doctor")
    return Choice(device=device, crowded=card_order.crowded(device))


def cuda_devices() -> tuple[int, str]:
    """How many CUDA devices torch sees; where there is none, what it says of the reason, if anything."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    said = first_line(str(told[0].message)) if told and not count else ""
    return count, said.removeprefix("CUDA initialization: ")


def survey() -> dict[str, object]:
    """All that a person asks of the devices here, in JSON's types; see ``latentop doctor``.

    ``cards``: of each CUDA device ``name``, ``capability``, ``memory`` and ``free`` (bytes), and the
    ``problem`` that keeps it from computing, or "". ``trouble``: why there is none, if torch says so.
    ``built``: what torch is built for, ``CUDA None`` where for no GPU.
    """
    count, trouble = cuda_devices()
    mps = torch.backends.mps.is_available()
    return {
        "cards": [_examined(torch.device("cuda", index)) for index in range(count)],
        "trouble": trouble,
        "built": f"ROCm {torch.version.hip}" if torch.version.hip else f"CUDA {torch.version.cuda}",
        "mps": _problem(torch.device("mps")) or "ok" if mps else "",
        "threads": torch.get_num_threads(),
    }


def prepare(device: torch.device) -> None:
    """Have CUDA multiply matrices as it convolves by default: in TF32, with 10 bits of mantissa."""
    if device.type != "cuda":
        torch.set_float32_matmul_precision("highest")
        return
    torch.cuda.set_device(device)  # where streams and graphs are made
    torch.set_float32_matmul_precision("high")
    if torch.version.hip:
        log.info("ROCm: only some cards have TF32; MIOpen searches for algorithms during the first steps")


def name(device: torch.device, *, channels_last: bool = False, precision: str = "float32") -> str:
    """Such as ``cuda:0 (NVIDIA H100)`` or ``cpu (2 threads, channels last, bfloat16)``."""
    told = []
    if device.type == "cuda":
        told.append(torch.cuda.get_device_name(device))
    if device.type == "cpu":
        count = torch.get_num_threads()
        told.append("1 thread" if count == 1 else f"{count} threads")
    if channels_last:
        told.append("channels last")
    if precision != "float32":
        told.append(precision)
    return f"{device} ({', '.join(told)})" if told else str(device)


def wait(device: torch.device) -> None:
    """Return when all that was asked of the device is done."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def wait_for_all() -> None:
    """Return when all is done that this process has asked of any device."""
    for kind in ("cuda", "xpu"):
        module = torch.get_device_module(kind)
        if module.is_initialized():
            for place in range(module.device_count()):
                if module.memory_allocated(place):  # to wait for another one would start it
                    module.synchronize(place)


def hand_over(device: torch.device) -> None:
    """Have what other threads ask of the device wait for what this one has asked of it so far.

    Threads use a device's default stream; a script may train on another one, which that does not wait for.
    Nothing on the host waits.
    """
    if device.type != "cuda":
        return
    current, default = torch.cuda.current_stream(device), torch.cuda.default_stream(device)
    if current != default:
        default.wait_stream(current)


def release(device: torch.device) -> None:
    """Give memory that torch holds in reserve back to the device."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def release_all() -> None:
    """The same of every device that is in use."""
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()


_NO_MEMORY = ("out of memory", "can't allocate memory", "STATUS_ALLOC_FAILED")
"""What torch, and NVIDIA's libraries, say where memory is short."""


def out_of_memory(error: BaseException) -> bool:
    """Whether the error says that a device, or the machine, has too little memory left."""
    text = str(error)
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and any(words in text for words in _NO_MEMORY)
    )


def wanted(error: BaseException) -> str:
    """``2.00 GiB more were wanted``, where an error for want of memory says how much; else empty."""
    needed = re.search(r"[Tt]ried to allocate ([\d.]+ \w+)", str(error))
    return f"{needed[1]} more were wanted" if needed else ""


def explain(error: BaseException) -> tuple[str, str] | None:
    """What a device's error means, in a line, and what to do about it; None for any other error."""
    if out_of_memory(error):
        return (
            ": ".join(filter(None, ("out of memory", wanted(error)))),
            "resume with a smaller batch (latentop resume RUN --set batch=N), train on fewer images "
            "(data.train), or end other processes on the device",
        )
    text = str(error)
    if isinstance(error, torch.AcceleratorError) or re.match(r"(CUDA|cuDNN|CUBLAS|HIP|MPS) error", text):
        hint = "resume goes on from the newest checkpoint; CUDA_LAUNCH_BLOCKING=1 names the line that fails"
        return first_line(text), hint
    return None


def first_line(text: str) -> str:
    """The first line of what torch prints, without the place in its source."""
    line = next(iter(text.strip().splitlines()), "")
    return re.sub(r"\s*\(Triggered internally at .*", "", line).strip()


def _first_that_computes(before: str) -> Choice:
    notes = []
    count, trouble = cuda_devices()
    if trouble:
        notes.append(f"no CUDA device: {trouble}")
    cards, roomiest = card_order.order(count, before, _turn())
    for card in cards:
        device = torch.device("cuda", card)
        problem = _problem(device)
        if not problem:
            said = [roomiest] if roomiest and card == cards[0] else notes
            return Choice(device=device, notes=tuple(said), crowded=card_order.crowded(device))
        notes.append(problem)
    if torch.backends.mps.is_available():
        device = torch.device("mps")
        problem = _problem(device)
        if not problem:
            return Choice(device=device, notes=tuple(notes))
        notes.append(problem)
    return Choice(device=CPU, notes=tuple(notes))


def _problem(device: torch.device) -> str:
    """Why the device cannot compute; empty where it can. An old card fails at its first kernel."""
    if device.type == "cpu":
        return ""
    try:
        ones = torch.ones(8, 8, device=device)
        if float((ones @ ones).sum()) == 512.0:
            return ""
        return f"{_card(device)} computes wrong results"
    except (RuntimeError, NotImplementedError, AssertionError) as error:
        return f"{_card(device)} can't compute: {first_line(str(error)) or type(error).__name__}"


def _examined(device: torch.device) -> dict[str, object]:
    found: dict[str, object] = {"name": str(device), "capability": "", "memory": 0, "free": 0}
    try:
        found["name"] = torch.cuda.get_device_name(device)
        found["capability"] = ".".join(map(str, torch.cuda.get_device_capability(device)))
        found["free"], found["memory"] = torch.cuda.mem_get_info(device)
    except (RuntimeError, AssertionError) as error:
        return {**found, "problem": first_line(str(error))}
    return {**found, "problem": _problem(device)}


def _card(device: torch.device) -> str:
    """The device and its model, where even that can be told."""
    if device.type != "cuda":
        return str(device)
    try:
        major, minor = torch.cuda.get_device_capability(device)
        return f"{device} ({torch.cuda.get_device_name(device)}, capability {major}.{minor})"
    except (RuntimeError, AssertionError):
        return str(device)


def _turn() -> int | None:
    """Which of several runs side by side this is, from 0; None where it is the only one."""
    number = os.environ.get(TURN, "")
    return int(number) if number.isdecimal() else None
