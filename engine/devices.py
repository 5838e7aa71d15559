"""The device that a preset asks for, and its name for people."""

import os

import torch

from engine.run.errors import UsageError

GRAPHS = "LATENTOP_CUDA_GRAPHS"
"""Of the environment: 1 has whole steps replayed from CUDA graphs where they can be."""


def graphs_wanted() -> bool:
    """Whether to replay steps."""
    return os.environ.get(GRAPHS) == "1"


def find(wanted: str) -> torch.device:
    """``auto`` takes CUDA, else MPS, else the CPU. Raises UsageError for one that torch does not see here."""
    if wanted == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    device = torch.device(wanted)
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device.type == "cuda" and (device.index or 0) >= count:
        seen = f"{count} CUDA device{'s' if count != 1 else ''}" if count else "no CUDA device"
        raise UsageError(
            f"device = {wanted}, and torch sees {seen} here",
            "--set device=auto, or check the driver and CUDA_VISIBLE_DEVICES: latentop doctor",
        )
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise UsageError("device = mps, and torch sees no such device here", "--set device=auto")
    return device


def prepare(device: torch.device) -> None:
    """Have CUDA multiply matrices as it convolves by default: in TF32, with 10 bits of mantissa."""
    if device.type == "cuda":
        torch.cuda.set_device(device)  # where streams and graphs are made
        torch.set_float32_matmul_precision("high")


def name(device: torch.device, *, channels_last: bool = False, precision: str = "float32") -> str:
    """Such as ``cuda (NVIDIA H100)`` or ``cpu (2 threads, channels last, bfloat16)``."""
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
    where = str(device) if device.type == "cuda" else device.type
    return f"{where} ({', '.join(told)})" if told else where
