"""``watch.sensitivity`` moves every threshold at once: how far, and which way."""

import pytest

from latentop.presets.watch import BELOW, DEFAULTS, NO_SHARES, PATIENCE, Watch

ALARMS = [name.removesuffix("_alarm") for name in Watch.__struct_fields__ if name.endswith("_alarm")]


def level(sensitivity: str, name: str) -> float:
    found: float = getattr(Watch(sensitivity=sensitivity).moved, f"{name}_alarm")  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("name", ALARMS)
def test_early_is_raised_sooner_than_normal_and_calm_later(name: str) -> None:
    levels = [level(one, name) for one in ("calm", "normal", "early")]
    assert levels == sorted(levels, reverse=name not in BELOW)
    assert len(set(levels)) == 3


@pytest.mark.parametrize("name", ALARMS)
def test_between_raising_and_clearing_there_is_room_at_any_sensitivity(name: str) -> None:
    cleared = getattr(DEFAULTS, f"{name}_clear")
    assert all((level(one, name) < cleared) is (name in BELOW) for one in ("calm", "normal", "early"))


@pytest.mark.parametrize("name", sorted(set(ALARMS) - NO_SHARES))
def test_a_share_stays_one(name: str) -> None:
    """So that calm never moves an alarm to where nothing can reach it."""
    far = (
        {f"{name}_alarm": 0.05, f"{name}_clear": 0.95}
        if name in BELOW
        else {f"{name}_alarm": 0.95, f"{name}_clear": 0.05}
    )
    moved = [getattr(Watch(sensitivity=one, **far).moved, f"{name}_alarm") for one in ("calm", "early")]  # type: ignore[arg-type]
    assert all(0 < one < 1 for one in moved)


def test_normal_is_what_the_settings_say() -> None:
    assert DEFAULTS.moved == DEFAULTS
    assert Watch(sensitivity="early", diversity_alarm=0.0).moved.diversity_alarm == 0
    assert Watch(sensitivity="early", patience=1).moved.patience == 1
    assert Watch(sensitivity="calm", patience=PATIENCE).moved.patience == PATIENCE


def test_moved_once_is_moved_for_good() -> None:
    early = Watch(sensitivity="early").moved
    assert early.moved == early
