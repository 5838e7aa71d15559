"""What is not as it was when a run trained last: the packages that it trains with, and its preset."""

from collections.abc import Mapping
from contextlib import suppress

from latentop.engine.data.fingerprint import Files, differences
from latentop.presets import catalogue, live
from latentop.presets.preset_error import PresetError
from latentop.presets.schema import Preset


def packages(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """``torch 2.9.0 → 2.10.0``, of each whose version is another; one that was not known then is none."""
    return [
        f"{name} {before[name]} → {now[name]}" for name in now if before.get(name, now[name]) != now[name]
    ]


def preset(before: str, now: Preset) -> list[str]:
    """What was changed in ``preset.toml`` since the run began with that text of it, and what comes of it."""
    with suppress(PresetError):  # of another version, which knew other keys
        differences = catalogue.differences(catalogue.parse(before, ""), now)
        changes = [one for one in differences if one[0] != "code"]  # its file lies where the run does
        counts = [f"{key} {_told(old)} → {_told(new)}" for key, old, new in changes if live.rule(key).why]
        stays = [key for key, _, _ in changes if not live.rule(key).why]
        said = [f"changed in preset.toml: {', '.join(counts)}"] if counts else []
        if stays:
            said.append(f"changed in preset.toml, but as it was in the checkpoint: {', '.join(stays)}")
        return said
    return []


def device(before: str, now: str) -> list[str]:
    """``on cpu (2 threads), before on cuda:0 (NVIDIA H100)``, where another device trains than before."""
    return [f"on {now}, before on {before}"] if before and before != now else []


def data(before: Files | None, now: Files | None) -> list[str]:
    """What has become of the files that a run trained on; nothing where they are the same, or it has none."""
    if now is None:
        return []
    if before is None:
        return ["names now decide which images are held out: the run may have trained on some of them"]
    told = differences(before, now)
    return [f"data: {told} since it trained last"] if told else []


def batch(before: object, now: int, count: int) -> list[str]:
    """That a batch is smaller than it was, as there are no more images to train on; nothing if it isn't."""
    return [] if before == now else [f"batch {before} → {now}, for there are {count} images to train on"]


def _told(value: object) -> str:
    return "nothing" if value is None else str(value)
