"""``latentop doctor``: what it says of a machine's devices, with the entry points of torch.cuda replaced."""

import json
import shutil
import sys
import textwrap
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from latentop.tui import cli
from latentop.tui.commands import doctor
from tests.support import ROOT

WORKS = "real = torch.ones; torch.ones = lambda *size, device='cpu': real(*size)"
FAILS = """
real = torch.ones
def fail(*size, device="cpu"):
    if "cuda" in str(device): raise {error}
    return real(*size)
torch.ones = fail
"""
CARDS = """
import torch, warnings
torch.cuda.is_available = lambda: True
torch.cuda.device_count = lambda: {count}
torch.cuda.get_device_name = lambda device: ["NVIDIA H100", "NVIDIA A100"][device.index]
torch.cuda.get_device_capability = lambda device: {capability}
torch.cuda.mem_get_info = lambda device: ({free} * 2**30, 80 * 2**30)
"""
OLD = 'RuntimeError("CUDA error: no kernel image is available for execution on the device\\nCUDA kernel")'
FULL = 'torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 MiB. GPU 0 has a total capacity")'
DRIVER = """
import torch, warnings
def look():
    warnings.warn("CUDA initialization: The NVIDIA driver on your system is too old (found version 11040).")
    return False
torch.cuda.is_available = look
"""
NONE = "import torch; torch.cuda.is_available = lambda: False"


def devices(
    patch: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[tuple[str, str, str]]:
    """What doctor says of devices where a fresh interpreter begins with that patch: state, text, hint."""
    (tmp_path / "sitecustomize.py").write_text(textwrap.dedent(patch))
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    code = cli.main(["doctor", "--json", "--runs", str(tmp_path / "runs")])
    told = json.loads(capsys.readouterr().out)
    assert (code, told["ok"]) == (0, True)
    assert any(one["what"] == "fashion-mnist" for one in told["findings"])  # it went on behind the devices
    return [(one["state"], one["text"], one["hint"]) for one in told["findings"] if one["what"] == "device"]


@pytest.mark.slow
def test_no_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ((state, text, _),) = devices(NONE, tmp_path, monkeypatch, capsys)
    assert state == "note"
    assert text.startswith("cpu · ")
    assert text.endswith("no GPU that torch can use")


@pytest.mark.slow
def test_an_old_card_is_seen_and_not_called_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    patch = CARDS.format(count=1, capability=(3, 7), free=70) + FAILS.format(error=OLD)
    card, cpu = devices(patch, tmp_path, monkeypatch, capsys)
    assert card[0] == "note"
    assert "capability 3.7" in card[1]
    assert "passed over: cuda:0 (NVIDIA H100, capability 3.7) can't compute: CUDA error: no kernel" in card[1]
    assert "built for this card" in card[2]
    assert cpu[1].startswith("cpu · ")


@pytest.mark.slow
def test_a_driver_too_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    driver, cpu = devices(DRIVER, tmp_path, monkeypatch, capsys)
    assert driver[:2] == (
        "note",
        "no CUDA device: The NVIDIA driver on your system is too old (found version 11040).",
    )
    assert "update the driver" in driver[2]
    assert cpu[1].startswith("cpu · ")


@pytest.mark.slow
def test_two_cards_by_name_and_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    patch = CARDS.format(count=2, capability=(9, 0), free=70) + WORKS
    found = devices(patch, tmp_path, monkeypatch, capsys)
    assert [state for state, _, _ in found] == ["ok", "ok"]
    assert found[0][1].startswith("cuda:0 · NVIDIA H100 · capability 9.0 · 70.0 of 80.0 GiB free")
    assert found[1][1].startswith("cuda:1 · NVIDIA A100 · capability 9.0")


@pytest.mark.slow
def test_a_card_whose_memory_others_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    patch = CARDS.format(count=1, capability=(9, 0), free=0) + FAILS.format(error=FULL)
    card, cpu = devices(patch, tmp_path, monkeypatch, capsys)
    assert "0.0 of 80.0 GiB free" in card[1]
    assert "out of memory" in card[1]
    assert card[2] == "end what uses its memory: nvidia-smi"
    assert cpu[1].startswith("cpu · ")


@pytest.mark.slow
def test_a_driver_that_fails_to_start_hides_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    patch = """
        import torch
        def fail(): raise RuntimeError("CUDA driver initialization failed, you might not have a CUDA gpu.")
        torch.cuda.is_available = fail
    """
    (tmp_path / "sitecustomize.py").write_text(textwrap.dedent(patch))
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    assert cli.main(["doctor", "--json", "--runs", str(tmp_path / "runs")]) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    (device,) = [one for one in findings if one["what"] == "device"]
    assert device["state"] == "broken"
    assert "CUDA driver initialization failed" in device["text"]
    assert "latentop anew" not in device["hint"]
    assert any(one["what"] == "fashion-mnist" for one in findings)


@pytest.fixture
def findings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[], tuple[int, str, dict[str, dict[str, str]]]]:
    """What doctor says here, but for torch: its exit code, its last line, and each finding."""
    monkeypatch.setattr(doctor, "_torch", lambda: ())

    def ask() -> tuple[int, str, dict[str, dict[str, str]]]:
        words = ["doctor", "--runs", str(tmp_path / "runs")]
        code = cli.main(words)
        last = capsys.readouterr().out.splitlines()[-1]
        assert cli.main([*words, "--json"]) == code
        told = json.loads(capsys.readouterr().out)["findings"]
        return code, last, {one["what"]: one for one in told}

    return ask


Ask = Callable[[], tuple[int, str, dict[str, dict[str, str]]]]


@pytest.mark.parametrize(
    ("locale", "state", "text"),
    [("C", "note", "ASCII · LC_ALL=C"), ("C.UTF-8", "ok", "UTF-8 · LC_ALL=C.UTF-8")],
)
def test_characters_are_those_that_the_dashboard_sends(
    findings: Ask, monkeypatch: pytest.MonkeyPatch, locale: str, state: str, text: str
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.setenv("TERM", "xterm-256color")
    _, _, found = findings()
    assert (found["characters"]["state"], found["characters"]["text"]) == (state, text)
    monkeypatch.setenv("TERM", "dumb")
    _, _, found = findings()
    assert "characters" not in found
    assert found["terminal"]["text"] == "TERM=dumb: plain lines"


def test_little_room_is_no_readiness(findings: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, state, code in ((0.04, "broken", 1), (1.0, "note", 0), (50.0, "ok", 0)):
        usage = shutil._ntuple_diskusage(100 * 2**30, 0, int(free * 2**30))  # type: ignore[attr-defined]
        monkeypatch.setattr(shutil, "disk_usage", lambda _, usage=usage: usage)
        returned, last, found = findings()
        assert (found["runs folder"]["state"], returned) == (state, code)
        assert ("something is broken" in last) == (state == "broken")


def test_a_cache_and_settings_that_are_no_good_are_told(
    findings: Ask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _, last, found = findings()
    assert (found["cache"]["state"], found["settings"]["state"]) == ("ok", "ok")
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "latentop").mkdir()
    (tmp_path / "latentop" / "settings.toml").write_text("theme = ")
    _, last, found = findings()
    assert "can't be written: Not a directory" in found["cache"]["text"]
    assert "XDG_CACHE_HOME" in found["cache"]["hint"]
    assert "is no TOML" in found["settings"]["text"]
    assert last.startswith("ready: latentop train dcgan · ")


@pytest.mark.slow
def test_where_all_is_well_it_says_so_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor", "--runs", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("ready: latentop train dcgan")
    found = {line.split()[1]: line.split()[0] for line in lines if line[:1].strip() and line != lines[-1]}
    assert found.keys() >= {"python", "textual", "torch", "device", "fashion-mnist", "terminal", "runs"}
    assert "broken" not in found.values()


def test_what_is_broken_is_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['torch'] = None")
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(__file__).parents[2]}")
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: missing(name) if name == "psutil" else real(name))
    (tmp_path / "file").write_text("in the folder's place")
    assert cli.main(["doctor", "--json", "--runs", str(tmp_path / "file")]) == 1
    told = json.loads(capsys.readouterr().out)
    broken = {one["what"]: (one["text"], one["hint"]) for one in told["findings"] if one["state"] == "broken"}
    assert not told["ok"]
    assert broken.keys() == {"psutil", "torch", "runs folder"}
    assert broken["psutil"] == ("not installed", f"{sys.executable} -m pip install psutil")
    assert "torch" in broken["torch"][0]
    assert "pytorch.org" in broken["torch"][1]
    assert "can't be written" in broken["runs folder"][0]
    assert "--runs" in broken["runs folder"][1]


def missing(name: str) -> str:
    raise metadata.PackageNotFoundError(name)
