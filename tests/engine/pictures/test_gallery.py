"""When a run shows its pictures, and how long training waits for them."""

from collections.abc import Iterator
from itertools import pairwise
from types import SimpleNamespace
from typing import cast

from latentop.engine.objectives import PretrainThenClassify
from latentop.engine.pictures import Gallery
from latentop.engine.pictures.accuracies import FirstPhase
from latentop.engine.run.events import Event, Mark, Scalars
from latentop.presets import catalogue


class Time:
    """A clock that only moves when something takes time."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Picture:
    """An exhibit that takes so many seconds, and says its name."""

    def __init__(self, name: str, seconds: float, time: Time) -> None:
        self.name, self.seconds, self.time = name, seconds, time

    def show(self, step: int, wall: float) -> Iterator[Event]:
        self.time.now += self.seconds
        yield Scalars(step=step, wall=wall, values={self.name: 0.0})


class Wanted(Picture):
    """One that is wanted at a step of its own choice."""

    def wants(self, step: int) -> bool:
        return step == 6


def shown(gallery: Gallery, step: int, *, whole: bool = False) -> list[str]:
    """What is shown after that step, in order; nothing where nothing is due."""
    if not gallery.due(step) and not whole:
        return []
    events = gallery.show(step, 0.0, whole=whole)
    return [name for event in events if isinstance(event, Scalars) for name in event.values]


def test_quick_pictures_are_shown_together_at_every_power_of_two() -> None:
    time = Time()
    gallery = Gallery([Picture(name, 0.1, time) for name in "ab"], 1000.0, clock=time)
    at = {step: shown(gallery, step) for step in range(1, 130)}
    assert [step for step, names in at.items() if names == ["a", "b"]] == [1, 2, 4, 8, 16, 32, 64]


def test_training_waits_for_one_slow_picture_at_a_time() -> None:
    time = Time()
    gallery = Gallery([Picture(name, 2.0, time) for name in "abc"], 1000.0, clock=time)
    assert [shown(gallery, step) for step in (1, 2, 3)] == [["a"], ["b"], ["c"]]


def test_early_pictures_that_are_slow_leave_half_of_the_time_to_training() -> None:
    time = Time()
    gallery = Gallery([Picture("a", 2.0, time)], 1000.0, clock=time)
    assert shown(gallery, 1) == ["a"]
    assert shown(gallery, 2) == []
    time.now += 2.5
    assert shown(gallery, 4) == ["a"]


def test_after_the_last_step_everything_is_shown_of_that_step() -> None:
    time = Time()
    gallery = Gallery([Picture(name, 2.0, time) for name in "abc"], 1000.0, clock=time)
    assert shown(gallery, 1) == ["a"]
    assert shown(gallery, 2, whole=True) == ["a", "b", "c"]
    assert shown(gallery, 3) == []


def test_what_is_wanted_at_a_step_is_shown_at_that_step_however_slow_the_rest_is() -> None:
    time = Time()
    gallery = Gallery([Picture("a", 2.0, time), Wanted("b", 2.0, time)], 1000.0, clock=time)
    assert shown(gallery, 5) == ["a"]
    assert "b" in shown(gallery, 6)


def test_a_shorter_interval_holds_at_once() -> None:
    time = Time()
    gallery = Gallery([Picture("a", 0.0, time)], 86_400.0, clock=time)
    assert shown(gallery, 100) == ["a"]
    time.now += 10.0
    assert shown(gallery, 101) == []
    preset = catalogue.load(catalogue.find("dcgan"), ["keep.frames=5"])
    gallery.adopt(preset)
    assert shown(gallery, 102) == ["a"]


def test_quick_pictures_come_every_few_seconds_though_another_is_slow() -> None:
    time = Time()
    gallery = Gallery([Picture("quick", 0.01, time), Picture("slow", 0.4, time)], 5.0, clock=time)
    seen: list[tuple[float, str]] = []
    step = 128
    while time.now < 300:
        seen += [(time.now, name) for name in shown(gallery, step)]
        time.now += 0.1
        step += 1
    quick = [at for at, name in seen if name == "quick"]
    gaps = [later - earlier for earlier, later in pairwise(quick)]
    assert max(gaps) < 6
    slow = [at for at, name in seen if name == "slow"]
    assert 3 <= len(slow) <= 8, "seldom, but not never"
    assert len(quick) * 0.01 + (len(slow) - 1) * 0.4 <= 0.011 * 300, "the first two come at the beginning"


def test_what_took_long_the_first_time_is_shown_again_soon() -> None:
    """As where a run trains on late, and reads its data anew."""
    time = Time()
    picture = Picture("slow", 3.0, time)
    gallery = Gallery([picture], 5.0, clock=time)
    seen: list[float] = []
    for step in range(20_000, 20_600):
        began = time.now
        if shown(gallery, step):
            seen.append(began)
            picture.seconds = 0.01
        time.now += 0.1
    assert [round(later - earlier) for earlier, later in pairwise(seen)][:3] == [13, 5, 5]


class TooLarge(Picture):
    """One that memory is too short for."""

    def show(self, step: int, wall: float) -> Iterator[Event]:
        yield from super().show(step, wall)
        raise MemoryError


def test_a_picture_that_memory_is_too_short_for_is_left_out_and_the_others_are_shown() -> None:
    time = Time()
    gallery = Gallery([TooLarge("a", 0.1, time), Picture("b", 0.1, time)], 1000.0, clock=time)
    events = list(gallery.show(1, 0.0))
    assert [name for one in events if isinstance(one, Scalars) for name in one.values] == ["a", "b"]
    (mark,) = [one for one in events if isinstance(one, Mark)]
    assert mark.kind == "trouble"
    assert mark.text.startswith("no pictures while memory is too short for them")
    at = {step: shown(gallery, step) for step in range(2, 130)}
    assert [step for step, names in at.items() if names] == [2, 4, 8, 16, 32, 64], "not again at every step"
    assert not any(isinstance(one, Mark) for one in gallery.show(200, 0.0, whole=True))


def test_what_is_shown_for_the_last_time_is_shown_again_where_memory_was_too_short() -> None:
    time, room = Time(), [False]

    class Tight(Picture):
        def show(self, step: int, wall: float) -> Iterator[Event]:
            if not room[0]:
                raise MemoryError
            yield from super().show(step, wall)

    objective = cast(PretrainThenClassify, SimpleNamespace(classifying=True))
    gallery = Gallery([FirstPhase(objective, [Tight("a", 0.1, time)])], 1000.0, clock=time)
    assert shown(gallery, 1) == []
    room[0] = True
    assert [shown(gallery, step) for step in (2, 4, 8)] == [["a"], [], []]
