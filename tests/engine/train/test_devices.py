"""Which device trains, as far as a machine without a GPU can tell: torch's entry points are replaced."""

import logging
import warnings
from collections.abc import Callable, Mapping
from types import SimpleNamespace

import pytest
import torch

from latentop.engine.run.errors import UsageError
from latentop.engine.run.process.launch import TURN
from latentop.engine.train import devices

KERNEL = "CUDA error: no kernel image is available for execution on the device\nCUDA kernel errors might be …"


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have torch see so many cards, of which these have a problem."""

    def see(count: int, *, problems: Mapping[int, str] | None = None, mps: bool = False) -> None:
        broken = problems or {}
        monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        monkeypatch.setattr(devices, "_problem", lambda device: broken.get(device.index or 0, ""))

    return see


@pytest.mark.parametrize("wanted", ["auto", "cuda", "cuda:0", "cuda:00"])
def test_a_cuda_device_has_its_index(wanted: str, cards: Callable[..., None]) -> None:
    cards(1)
    device = devices.choose(wanted).device
    assert (device.type, device.index) == ("cuda", 0)


def test_torch_prepares_exactly_that_device(
    cards: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``set_device`` refuses one without an index, and with it every default run on such a machine."""
    cards(1)
    prepared = []
    monkeypatch.setattr(torch._C, "_cuda_setDevice", prepared.append, raising=False)
    precision = torch.get_float32_matmul_precision()
    try:
        devices.prepare(devices.choose("auto").device)
    finally:
        torch.set_float32_matmul_precision(precision)
    assert prepared == [0]


@pytest.mark.parametrize(("wanted", "count"), [("cuda:1", 1), ("cuda:255", 1), ("cuda:128", 2), ("cuda", 0)])
def test_a_card_that_is_not_there_is_refused(wanted: str, count: int, cards: Callable[..., None]) -> None:
    cards(count)
    with pytest.raises(UsageError) as refused:
        devices.choose(wanted)
    seen = {0: "no CUDA device", 1: "1 CUDA device", 2: "2 CUDA devices"}[count]
    assert refused.value.message == f"device = {wanted}, and torch sees {seen} here"


def test_auto_passes_an_old_card_over_and_says_so(cards: Callable[..., None]) -> None:
    cards(2, problems={0: "cuda:0 (Tesla K80, capability 3.7) can't compute: no kernel image"})
    choice = devices.choose("auto")
    assert choice.device == torch.device("cuda:1")
    assert choice.notes == ("cuda:0 (Tesla K80, capability 3.7) can't compute: no kernel image",)
    with pytest.raises(UsageError, match=r"device = cuda:0: .*no kernel image"):
        devices.choose("cuda:0")


def test_a_card_that_computes_nothing_leaves_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with an old card: it is seen, its first kernel fails."""
    ones = torch.ones

    def fail(*size: int, device: torch.device) -> torch.Tensor:
        if device.type == "cuda":
            raise RuntimeError(KERNEL)
        return ones(*size, device=device)

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "Tesla K80")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (3, 7))
    monkeypatch.setattr(torch, "ones", fail)
    choice = devices.choose("auto")
    assert choice.device == torch.device("cpu")
    (note,) = choice.notes
    assert note.startswith("cuda:0 (Tesla K80, capability 3.7) can't compute: CUDA error: no kernel image")
    assert "\n" not in note


def test_a_driver_too_old_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def look() -> bool:
        warnings.warn(
            "CUDA initialization: The NVIDIA driver on your system is too old (found version 11040). "
            "(Triggered internally at /pytorch/c10/cuda/CUDAFunctions.cpp:109.)",
            stacklevel=2,
        )
        return False

    monkeypatch.setattr(torch.cuda, "is_available", look)
    told = "The NVIDIA driver on your system is too old (found version 11040)."
    assert devices.choose("auto").notes == (f"no CUDA device: {told}",)
    with pytest.raises(UsageError) as refused:
        devices.choose("cuda")
    assert told in refused.value.message


GIB = 2**30


@pytest.mark.parametrize("wanted", ["auto", "cuda:0"])
@pytest.mark.parametrize(
    ("free", "own", "integrated", "said"),
    [
        (3 * GIB, 0, 0, "cuda:0 has 3.0 GiB of 24.0 GiB free: others use it, and may slow it down"),
        (3 * GIB, 20 * GIB, 0, ""),  # this process has it in reserve
        (3 * GIB, 0, 1, ""),  # it is the machine's memory, in which files are kept
        (20 * GIB, 0, 0, ""),
        (RuntimeError("no driver"), 0, 0, ""),
    ],
)
def test_a_card_whose_memory_others_have_taken_is_told_before_training(
    free: int | Exception,
    own: int,
    integrated: int,
    said: str,
    wanted: str,
    cards: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def told(device: torch.device) -> tuple[int, int]:
        if isinstance(free, Exception):
            raise free
        return free, 24 * GIB

    cards(1)
    properties = SimpleNamespace(is_integrated=integrated)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: properties)
    monkeypatch.setattr(torch.cuda, "mem_get_info", told)
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: own)
    choice = devices.choose(wanted)
    assert (choice.crowded, choice.notes) == (said, ())


def test_runs_side_by_side_take_a_card_each(
    cards: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    cards(2)
    taken = []
    for turn in range(3):
        monkeypatch.setenv(TURN, str(turn))
        taken.append((devices.choose("auto").device.index, devices.choose("cuda").device.index))
        assert devices.choose("cuda:1").device.index == 1
    assert taken == [(0, 0), (1, 1), (0, 0)]


def test_apple_s_gpu_comes_before_the_processor(cards: Callable[..., None]) -> None:
    cards(0, mps=True)
    assert devices.choose("auto").device == torch.device("mps")
    cards(0)
    with pytest.raises(UsageError, match="device = mps"):
        devices.choose("mps")


def test_rocm_says_what_it_does_at_first(
    cards: Callable[..., None], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cards(1)
    precision = torch.get_float32_matmul_precision()
    monkeypatch.setattr(torch.cuda, "set_device", lambda _: None)
    monkeypatch.setattr(torch.version, "hip", "6.4")
    with caplog.at_level(logging.INFO, "latentop"):
        devices.prepare(torch.device("cuda:0"))
    torch.set_float32_matmul_precision(precision)
    assert "MIOpen searches for algorithms" in caplog.text


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError(
            "CUDA out of memory. Tried to allocate 20.00 GiB. GPU 0 has a total capacity of 23 GiB of …"
        ),
        RuntimeError(
            "MPS backend out of memory (MPS allocated: 8.98 GiB). Tried to allocate 20.00 GiB on pool."
        ),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory: you …"
        ),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        MemoryError(),
    ],
)
def test_too_little_memory_is_told_in_a_line_with_what_helps(error: Exception) -> None:
    told = devices.explain(error)
    assert told is not None
    message, hint = told
    assert message.startswith("out of memory")
    assert "GPU 0 has" not in message
    assert "20.00 GiB" in message or "20.00" not in str(error)
    assert "batch" in hint
    assert "resume" in hint


def test_an_error_of_the_device_is_its_first_line() -> None:
    text = (
        "CUDA error: device-side assert triggered\nCUDA kernel errors might be asynchronously reported at "
        "some other API call, the stacktrace below might be incorrect.\nCompile with TORCH_USE_CUDA_DSA"
    )
    for error in (RuntimeError(text), torch.AcceleratorError(text)):
        told = devices.explain(error)
        assert told is not None
        assert told[0] == "CUDA error: device-side assert triggered"
    assert devices.explain(RuntimeError("mat1 and mat2 shapes cannot be multiplied (3x4 and 5x6)")) is None
