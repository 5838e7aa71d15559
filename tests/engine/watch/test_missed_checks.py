"""Checks of samples that can't be made, as memory is too short: when the next is due, what a run is then."""

from collections.abc import Iterator

import pytest

from latentop.engine.watch.samples.reading import Meter
from latentop.engine.watch.watch import Watch
from latentop.presets import schema
from tests.engine.watch.test_alarms import Clock, follow, healthy, trained
from tests.support.fashion import meter


def test_a_run_whose_samples_cannot_be_read_any_more_is_healthy_no_more() -> None:
    """As where memory is too short for a check: one that is missed says nothing, several do."""
    clock = Clock()
    watched = trained(clock)
    follow(watched, healthy(6))
    said = []
    for _ in range(schema.Watch().patience):
        clock.now += watched.pace.interval
        assert watched.due
        watched.put_off()
        assert not watched.due
        said.append(watched.verdict)
    assert said == [*["healthy"] * (len(said) - 1), "unknown"]
    follow(watched, healthy(1), first=2000)
    assert watched.verdict == "healthy"


def test_a_meter_that_could_not_be_built_is_begun_anew() -> None:
    clock, begun = Clock(), []

    def pieces() -> Iterator[Meter | None]:
        begun.append(clock.now)
        yield None
        if len(begun) == 1:
            raise MemoryError
        yield meter(every=2)

    watched = Watch(schema.Watch(), pieces, clock=clock)
    with pytest.raises(MemoryError):
        follow(watched, healthy(1))
    watched.put_off()
    assert not watched.building
    clock.now += watched.pace.interval
    assert watched.due
    follow(watched, healthy(1))
    assert watched.modes
    assert len(begun) == 2
