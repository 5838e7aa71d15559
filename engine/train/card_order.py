"""In which order NVIDIA's cards are tried: the first, unless others use it and leave more room elsewhere.

A sentence tells where others use the one that is taken.
"""

import re
import subprocess

import torch

from latentop.presets.wording import gibibytes

AS_GOOD = 0.8
"""Of what is free on the roomiest card: another one with so much is as good, as where a screen takes some."""
USED = 0.1
"""Of a card's memory: where more is taken, others compute there; a screen takes less."""
ROOMY = 0.5
"""Of a card's memory: where others leave less of the only one, that is told."""
SECONDS = 10
_QUESTION = ("nvidia-smi", "--query-gpu=uuid,memory.free,memory.used", "--format=csv,noheader,nounits")


def order(count: int, before: str = "", turn: int | None = None) -> tuple[list[int], str]:
    """The indices of so many cards, and in a sentence why the first is not 0, where others are the reason.

    Of runs that train side by side each begins at its ``turn``; one that goes on begins where it was
    ``before``, in words such as ``cuda:1 (NVIDIA H100)``.
    """
    cards = list(range(count))
    if count < 2:
        return cards, ""
    if turn is not None:
        return cards[turn % count :] + cards[: turn % count], ""
    known = re.match(r"cuda:(\d+)", before)
    if known and int(known[1]) in cards:
        return sorted(cards, key=lambda card: card != int(known[1])), ""
    memory = _memory(count)
    if not memory:
        return cards, ""
    free = [left for left, _ in memory]
    idle = [used <= USED * (left + used) for left, used in memory]
    good = [
        card for card in cards if free[card] >= free[0] and (idle[card] or free[card] >= AS_GOOD * max(free))
    ]
    rest = sorted(set(cards) - set(good), key=lambda card: -free[card])
    first = good[0]
    told = f"cuda:{first} has {gibibytes(free[first])} free, cuda:0 {gibibytes(free[0])}: others use that one"
    return good + rest, told if first else ""


def crowded(device: torch.device) -> str:
    """That others have taken most of a card's memory, in a sentence; empty where they haven't.

    Torch can't tell how busy a card is, and the driver's own figure is of anybody's last kernels, ours too.
    """
    if device.type != "cuda":
        return ""
    try:
        if getattr(torch.cuda.get_device_properties(device), "is_integrated", 0):
            return ""  # its memory is the machine's, which keeps files in what nobody wants
        free, whole = torch.cuda.mem_get_info(device)
        left = free + torch.cuda.memory_reserved(device)
    except (RuntimeError, AssertionError):
        return ""
    if left >= ROOMY * whole:
        return ""
    return f"{device} has {gibibytes(free)} of {gibibytes(whole)} free: others use it, and may slow it down"


def _memory(count: int) -> list[tuple[int, int]]:
    """Bytes free and used on each of torch's cards; empty where that is not known of all of them.

    Torch itself would start each card to tell, and stay on it: the driver's own program is asked.
    """
    try:
        told = subprocess.run(
            _QUESTION, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=True
        ).stdout
        rows = (line.split(",") for line in told.splitlines())
        memory = {
            uuid.strip().removeprefix("GPU-"): (int(free) * 2**20, int(used) * 2**20)
            for uuid, free, used in rows
        }
        return [memory[str(torch.cuda.get_device_properties(card).uuid)] for card in range(count)]
    except (OSError, subprocess.SubprocessError, ValueError, LookupError, AttributeError):
        return []
    except (RuntimeError, AssertionError):  # torch, of a card that is out of order
        return []
