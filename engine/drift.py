"""What is not as it was when a run trained last: the packages that it trains with, and its preset."""

from collections.abc import Mapping
from contextlib import suppress

from presets import catalogue, live
from presets.schema import Preset


def packages(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """``torch 2.9.0 → 2.10.0``, of each whose version is another; one that was not known then is none."""
    return [
        f"{name} {before[name]} → {now[name]}" for name in now if before.get(name, now[name]) != now[name]
    ]


def preset(before: str, now: Preset) -> list[str]:
    """What was changed in ``preset.toml`` since the run began with that text of it, and what comes of it."""
    with suppress(catalogue.PresetError):  # of another version, which knew other keys
        differences = catalogue.differences(catalogue.parse(before, ""), now)
        changes = [one for one in differences if one[0] != "code"]  # its file lies where the run does
        counts = [f"{key} {_told(old)} → {_told(new)}" for key, old, new in changes if live.rule(key).why]
        stays = [key for key, _, _ in changes if not live.rule(key).why]
        said = [f"changed in preset.toml: {', '.join(counts)}"] if counts else []
        if stays:
            said.append(f"changed in preset.toml, but as it was in the checkpoint: {', '.join(stays)}")
        return said
    return []


def _told(value: object) -> str:
    return "nothing" if value is None else str(value)
