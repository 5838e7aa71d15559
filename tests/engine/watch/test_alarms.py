"""From readings and numbers to what a user is told: raised once, cleared once, named, and never too early."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from latentop.engine.checkpoint.snapshots import copy
from latentop.engine.run.events import AlarmCleared, AlarmRaised, Scalars
from latentop.engine.watch.samples.diversity import build
from latentop.engine.watch.verdict.alarms import Alarms, Condition
from latentop.engine.watch.watch import Watch
from latentop.presets import schema
from tests.support.fashion import COUNT, data, drawn, meter

BAD = Condition(
    name="collapsed", severity="critical", bad=True, clear=False, sentence="it broke", advice="mend it"
)
CLEAR = replace(BAD, bad=False, clear=True)
BETWEEN = replace(BAD, bad=False)


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def watch(clock: Callable[[], float] | None = None) -> Watch:
    return Watch(schema.Watch(), lambda: iter([meter(every=2)]), clock=clock or Clock())


def trained(clock: Callable[[], float] | None = None) -> Watch:
    """A watch that has read the numbers of enough steps to call a run healthy."""
    watched = watch(clock)
    watched.observe(np.arange(1, 101, dtype=np.int64), {"loss/generator": np.ones(100)}, wall=0.0)
    return watched


def draw(seed: int, *, without: tuple[str, ...] = (), distinct: int = COUNT, noise: float = 0.02) -> Tensor:
    """Images that training did not see, without some classes, or only a few of them with slight noise."""
    generator = torch.Generator().manual_seed(seed)
    images = drawn(generator, distinct, without=without, first=1, every=2)
    if distinct == COUNT:
        return images
    repeated = images.repeat(COUNT // distinct + 1, 1, 1, 1)[:COUNT]
    return (repeated + noise * torch.randn(repeated.shape, generator=generator)).clamp(0, 1)


Alarm = AlarmRaised | AlarmCleared


def follow(watched: Watch, batches: Iterable[Tensor], *, first: int = 100) -> list[Alarm]:
    """The alarms over one batch of samples every 100 steps."""
    alarms: list[Alarm] = []
    for place, batch in enumerate(batches):
        step = first + 100 * place
        events = watched.judge(lambda _, batch=batch: batch, step=step, wall=float(step))
        alarms += [event for event in events if isinstance(event, AlarmRaised | AlarmCleared)]
    return alarms


def healthy(checks: int, *, seed: int = 0) -> list[Tensor]:
    return [draw(seed + number) for number in range(checks)]


def update(alarms: Alarms, conditions: Iterable[Condition]) -> list[Alarm]:
    found: list[Alarm] = []
    for step, condition in enumerate(conditions, start=1):
        found += alarms.update([condition], step=step, wall=0.0)
    return found


def test_real_images_never_raise_an_alarm() -> None:
    watched = trained()
    assert watched.verdict == "unknown"
    assert follow(watched, healthy(40)) == []
    assert watched.verdict == "healthy"


def test_a_collapse_is_told_once_with_numbers_names_and_since_when() -> None:
    watched = watch()
    gone = ("Sandal", "Bag", "Ankle boot")
    batches = [*healthy(4), *(draw(number, without=gone, distinct=40) for number in range(6))]
    collapsed = [event for event in follow(watched, batches) if event.name == "collapsed"]
    assert len(collapsed) == 1
    (alarm,) = collapsed
    assert isinstance(alarm, AlarmRaised)
    assert alarm.severity == "critical"
    assert alarm.step == 700
    assert alarm.sentence.startswith("mode collapse: samples reach ")
    assert "of what real data reaches (alarm below 60 %)" in alarm.sentence
    assert all(name in alarm.sentence for name in gone)
    assert alarm.sentence.endswith("· since step 500")
    assert alarm.evidence["diversity/coverage"] < 0.6
    assert "learning rate" in alarm.advice
    assert watched.verdict == "collapsed"


def test_a_collapse_that_recovers_is_cleared_once() -> None:
    watched = trained()
    events = follow(watched, [*healthy(4), *(draw(n, distinct=20) for n in range(5)), *healthy(6, seed=50)])
    collapsed = [event for event in events if event.name == "collapsed"]
    assert [type(event) for event in collapsed] == [AlarmRaised, AlarmCleared]
    assert collapsed[1].step == 1200
    assert watched.verdict == "healthy"


def test_repeated_samples_are_a_collapse_even_where_coverage_holds() -> None:
    twins = [draw(number)[: COUNT // 2].repeat(2, 1, 1, 1) for number in range(4)]
    (alarm,) = follow(watch(), [*healthy(4), *twins])
    assert alarm.name == "collapsed"
    assert "samples repeat" in alarm.sentence


def test_classes_that_take_turns_are_cycling_not_collapsed() -> None:
    names = data().classes
    shown = [names[number % 5 * 2 : number % 5 * 2 + 2] for number in range(9)]
    turns = [draw(n, without=tuple({*names} - {*kept})) for n, kept in enumerate(shown)]
    watched = watch()
    (alarm,) = follow(watched, [*healthy(4), *turns])
    assert isinstance(alarm, AlarmRaised)
    assert alarm.name == "cycling"
    assert "each another part" in alarm.sentence
    assert alarm.evidence["turnover"] > 0.25
    assert watched.verdict == "cycling"


def test_copies_of_training_images_are_memorising_not_collapse() -> None:
    images, generator = data(), torch.Generator().manual_seed(0)
    few = images.train[::100]
    learned = build(
        real=images.test,
        real_labels=images.test_labels,
        training=few,
        training_labels=images.train_labels[::100],
        classes=images.classes,
    )
    watched = Watch(schema.Watch(), lambda: iter([learned]), clock=Clock())
    copies = [
        (
            few[torch.randint(len(few), (COUNT,), generator=generator)] + 0.02 * torch.randn(COUNT, 1, 28, 28)
        ).clamp(0, 1)
        for _ in range(16)
    ]
    (alarm,) = follow(watched, copies)
    assert isinstance(alarm, AlarmRaised)
    assert alarm.name == "memorising"
    assert alarm.evidence["diversity/copied"] > 0.8
    assert "more images" in alarm.advice


def test_one_lost_class_is_a_warning_that_names_it() -> None:
    watched = watch()
    (alarm,) = follow(watched, [*healthy(4), *(draw(number, without=("Bag",)) for number in range(5))])
    assert alarm.name == "lost-modes"
    assert alarm.severity == "warning"
    assert alarm.sentence.startswith("samples show 9 of 10 classes, lost: Bag")
    assert watched.verdict == "warning"


def test_most_classes_lost_is_a_collapse() -> None:
    gone = ("Trouser", "Dress", "Sandal", "Sneaker", "Bag", "Ankle boot")
    watched = watch()
    follow(watched, [*healthy(4), *(draw(number, without=gone) for number in range(5))])
    assert watched.verdict == "collapsed"


def test_bad_samples_are_not_collapsed() -> None:
    generator = torch.Generator().manual_seed(0)
    for spoil in (
        lambda image: F.avg_pool2d(image, 7, 1, 3),
        lambda image: (image + 0.5 * torch.randn(image.shape, generator=generator)).clamp(0, 1),
    ):
        watched = watch()
        assert follow(watched, [spoil(image) for image in healthy(16)]) == []
        assert watched.verdict == "unknown"


def test_a_generator_that_never_leaves_one_image_is_told_once_others_would_have() -> None:
    generator = torch.Generator().manual_seed(0)
    grey = [0.5 + 0.01 * torch.randn(COUNT, 1, 28, 28, generator=generator) for _ in range(16)]
    watched = watch()
    assert follow(watched, grey[:10]) == []
    assert watched.verdict == "unknown"
    (alarm,) = follow(watched, grey[10:], first=1100)
    assert alarm.step == 1100
    assert alarm.name == "collapsed"
    assert "all samples were alike" in alarm.sentence
    assert alarm.sentence.endswith("· since step 100")
    assert follow(watched, healthy(2), first=1700) == []
    assert [type(event) for event in follow(watched, healthy(4), first=1900)] == [AlarmCleared]


def test_a_generator_that_slowly_leaves_one_image_is_not_told_to_have_collapsed() -> None:
    images = healthy(20)
    mean = torch.cat(images).mean(0)
    slow = [mean + 0.05 * 1.15**place * (image - mean) for place, image in enumerate(images)]
    watched = watch()
    assert follow(watched, slow[:14]) == []
    assert watched.reading is not None
    assert watched.reading.effective.relative < watched.reading.alike_below
    (alarm,) = follow(watched, slow[13:14] * 8, first=1500)
    assert alarm.name == "collapsed"
    assert "all samples were alike" in alarm.sentence


def test_where_checks_are_few_three_tell_that_all_are_one_image() -> None:
    """As where a check of large images is put off, to take no more than its share of a short run."""
    generator = torch.Generator().manual_seed(0)
    grey = [0.5 + 0.01 * torch.randn(COUNT, 1, 28, 28, generator=generator) for _ in range(5)]
    watched = watch()
    assert follow(watched, grey[:2], first=10) == []
    assert follow(watched, grey[2:3], first=2900) == []
    (alarm,) = follow(watched, grey[3:4], first=3010)
    assert (alarm.name, alarm.step) == ("collapsed", 3010)
    assert alarm.sentence.endswith("· since step 10")


def test_samples_that_were_never_good_may_still_fall_from_their_best() -> None:
    def poor(image: Tensor) -> Tensor:
        return (image + 0.2 * torch.randn(image.shape, generator=generator)).clamp(0, 1)

    generator = torch.Generator().manual_seed(0)
    watched = watch()
    fair = [poor(image) for image in healthy(8)]
    assert follow(watched, fair) == []
    assert watched.verdict == "unknown"
    few = [poor(draw(n, without=data().classes[2:])) for n in range(8)]
    (alarm,) = follow(watched, few, first=900)
    assert alarm.name == "collapsed"
    assert "at their best" in alarm.sentence
    events = follow(watched, [poor(image) for image in healthy(8, seed=40)], first=1700)
    assert [type(event) for event in events] == [AlarmCleared]


def test_a_run_on_the_way_to_its_first_alarm_is_not_called_healthy() -> None:
    watched = watch()
    verdicts = []
    for number in range(6):
        follow(watched, [draw(number, distinct=20)], first=number)
        verdicts.append(watched.verdict)
    assert verdicts == ["unknown"] * 4 + ["collapsed"] * 2


def test_a_run_that_never_was_diverse_is_told_in_the_end() -> None:
    (alarm,) = follow(watch(), [draw(number, distinct=60) for number in range(20)])
    assert alarm.name == "collapsed"


def test_samples_that_still_become_more_diverse_are_left_in_peace() -> None:
    watched = watch()
    assert follow(watched, [draw(n, distinct=20 + 20 * n, noise=0.12) for n in range(12)]) == []
    assert watched.verdict in ("unknown", "healthy")


def test_samples_that_are_not_finite_are_divergence_until_they_are_finite_again() -> None:
    watched = watch()
    (alarm,) = follow(watched, [torch.full((COUNT, 1, 28, 28), torch.nan)])
    assert alarm.name == "diverged"
    assert "512 of 512" in alarm.sentence
    steps = np.arange(1, 401, dtype=np.int64)
    values = {"loss/generator": np.ones(400)}
    assert watched.observe(steps, values, wall=0.0) == []
    assert watched.verdict == "diverged"
    follow(watched, healthy(1))
    assert [type(event) for event in watched.observe(steps + 400, values, wall=0.0)] == [AlarmCleared]


def test_a_loss_that_is_not_finite_is_told_at_once_and_once() -> None:
    watched = watch()
    steps, losses = np.arange(1, 51, dtype=np.int64), np.ones(50)
    losses[20] = np.nan
    (alarm,) = watched.observe(steps, {"loss/generator": losses}, wall=0.0)
    assert isinstance(alarm, AlarmRaised)
    assert alarm.sentence == "training diverged: loss/generator is not a number · since step 21"
    assert watched.observe(steps + 50, {"loss/generator": losses}, wall=0.0) == []
    assert watched.verdict == "diverged"


def test_without_a_meter_finite_numbers_are_healthy() -> None:
    watched = Watch(schema.Watch(), None, clock=Clock())
    assert not watched.due
    assert watched.verdict == "unknown"
    watched.observe(np.arange(1, 100, dtype=np.int64), {"loss/reconstruction": np.ones(99)}, wall=0.0)
    assert watched.verdict == "unknown"
    watched.observe(np.arange(100, 101, dtype=np.int64), {"loss/reconstruction": np.ones(1)}, wall=0.0)
    assert watched.verdict == "healthy"
    again = Watch(schema.Watch(), None, clock=Clock())
    again.restore(watched.state())
    assert again.verdict == "healthy"
    with pytest.raises(ValueError, match="without a meter"):
        watched.judge(lambda n: torch.zeros(n, 1, 28, 28), step=1, wall=0.0)


def test_a_run_that_has_lost_its_meter_is_healthy_no_more() -> None:
    """As where so many images were removed before it was resumed that samples can't be judged."""
    watched = watch()
    watched.observe(np.arange(1, 201, dtype=np.int64), {"loss/generator": np.ones(200)}, wall=0.0)
    follow(watched, healthy(6))
    assert watched.verdict == "healthy"
    resumed = Watch(schema.Watch(), None, clock=Clock(), awaits=("collapsed",))
    resumed.restore(watched.state())
    assert resumed.verdict == "unknown"
    others = watch()
    others.restore(watched.state())
    assert others.verdict == "healthy"
    others.look_again()  # other images lie in its folder
    assert others.verdict == "unknown"


def test_finite_numbers_alone_do_not_make_a_gan_healthy() -> None:
    watched = watch()
    watched.observe(np.arange(1, 3, dtype=np.int64), {"loss/generator": np.ones(2)}, wall=0.0)
    assert watched.verdict == "unknown"


def test_an_autoencoder_is_healthy_once_held_out_images_were_judged() -> None:
    watched = Watch(schema.Watch(), None, clock=Clock(), awaits=("over-fitting",))
    watched.observe(np.arange(1, 301, dtype=np.int64), {"loss/reconstruction": np.ones(300)}, wall=0.0)
    assert (watched.verdict, watched.awaited) == ("unknown", ("over-fitting",))
    watched.validate(300, {"valid/reconstruction": 1.0}, wall=0.0)
    assert (watched.verdict, watched.awaited) == ("healthy", ())


def test_an_alarm_raised_too_early_to_judge_leaves_no_health_behind() -> None:
    alarms = Alarms(patience=1, awaits=("collapsed",))
    alarms.read(1000)
    early = [replace(BAD, settled=False), replace(CLEAR, settled=False)]
    assert len(update(alarms, early)) == 2
    assert alarms.verdict == "unknown"
    update(alarms, [CLEAR])
    assert alarms.verdict == "healthy"


def test_an_alarm_takes_bad_checks_in_a_row() -> None:
    assert update(Alarms(patience=3), [BAD, BAD, CLEAR, BAD, BAD, BETWEEN, BAD, BAD]) == []
    raised = update(Alarms(patience=3), [CLEAR, BAD, BAD, BAD, BAD])
    assert [type(event) for event in raised] == [AlarmRaised]
    assert raised[0].step == 4
    assert raised[0].sentence == "it broke · since step 2"


def test_nothing_flaps_between_the_thresholds() -> None:
    alarms = Alarms(patience=2)
    alarms.read(100)
    events = update(alarms, [BAD, BAD, *[BETWEEN, CLEAR, BETWEEN, BAD] * 20])
    assert [type(event) for event in events] == [AlarmRaised]
    assert alarms.verdict == "collapsed"
    assert [type(event) for event in update(alarms, [CLEAR, CLEAR, CLEAR])] == [AlarmCleared]
    assert alarms.verdict == "healthy"


def test_a_warning_becomes_critical_when_it_has_been_so_for_long_enough() -> None:
    alarms = Alarms(patience=2)
    warning = replace(BAD, severity="warning")
    assert [type(event) for event in update(alarms, [warning, warning, BAD, warning])] == [AlarmRaised]
    assert alarms.verdict == "warning"
    over, worse = update(alarms, [BAD, BAD, warning, BAD])
    assert isinstance(over, AlarmCleared)
    assert isinstance(worse, AlarmRaised)
    assert worse.severity == "critical"
    assert worse.sentence == "it broke · since step 1"
    assert alarms.verdict == "collapsed"


def test_codings_that_die_one_after_another_end_as_critical() -> None:
    watched = Watch(schema.Watch(), None, clock=Clock())
    told = []
    for step, active in enumerate([30, 3, 3, 3, 0], start=100):
        measured = {"codings/active-units": active, "codings/rank": 1.0, "codings/units": 30}
        told += watched.validate(step, measured, wall=0.0)
    assert [one.severity for one in told if isinstance(one, AlarmRaised)] == ["warning", "critical"]
    assert watched.verdict == "dead-codings"


def test_the_worst_alarm_is_the_verdict() -> None:
    alarms = Alarms(patience=1)
    warning = replace(BAD, name="discriminator-wins", severity="warning")
    alarms.update([warning], step=1, wall=0.0)
    assert alarms.verdict == "warning"
    alarms.update([BAD], step=2, wall=0.0)
    assert alarms.verdict == "collapsed"
    alarms.update([replace(BAD, name="exploding")], step=3, wall=0.0)
    assert alarms.verdict == "exploding"
    alarms.update([replace(BAD, name="diverged")], step=4, wall=0.0)
    assert alarms.verdict == "diverged"


def test_a_resumed_run_keeps_its_alarms() -> None:
    watched = watch()
    follow(watched, [*healthy(4), *(draw(number, distinct=20) for number in range(4))])
    resumed = watch()
    resumed.restore(copy(watched.state()))
    assert resumed.verdict == "collapsed"
    assert follow(resumed, [draw(9, distinct=20)], first=1000) == []
    assert [type(event) for event in follow(resumed, healthy(3), first=1100)] == [AlarmCleared]


def test_an_explosion_is_the_verdict_and_a_resumed_run_knows_of_it() -> None:
    steps = np.arange(1, 901, dtype=np.int64)
    size = np.where(steps <= 600, 1.0, 1e4)
    values = {"loss/discriminator": size, "grad/discriminator": size}
    watched, resumed = watch(), watch()
    watched.observe(steps[:500], {name: series[:500] for name, series in values.items()}, wall=0.0)
    resumed.restore(copy(watched.state()))
    for one in (watched, resumed):
        (alarm,) = one.observe(steps[500:], {name: series[500:] for name, series in values.items()}, wall=0.0)
        assert isinstance(alarm, AlarmRaised)
        assert alarm.name == "exploding"
        assert one.verdict == "exploding"


def test_a_checkpoint_that_knows_nothing_of_recent_values_still_restores() -> None:
    watched, resumed = trained(), watch()
    follow(watched, healthy(4))
    older = {name: value for name, value in watched.state().items() if name != "stability"}
    resumed.restore(older)
    assert resumed.verdict == watched.verdict == "healthy"
    assert resumed.observe(np.arange(1, 500), {"loss/generator": np.ones(499)}, wall=0.0) == []


def test_checks_keep_to_their_share_of_the_time() -> None:
    clock = Clock()
    watched = watch(clock)
    assert watched.due

    def slowly(count: int) -> Tensor:
        clock.now += 0.2
        return draw(0)[:count]

    events = watched.judge(slowly, step=1, wall=7.0)
    assert [type(event) for event in events] == [Scalars]
    assert watched.pace.cost == pytest.approx(0.2)
    assert watched.pace.interval == pytest.approx(20)
    clock.now += 19.9
    assert not watched.due
    clock.now += 0.2
    assert watched.due


def test_a_check_that_may_raise_an_alarm_is_followed_sooner_as_far_as_there_is_time_to_spare() -> None:
    clock = Clock()
    watched = trained(clock)
    follow(watched, healthy(6))
    usual = watched.pace.interval
    few = [draw(seed, distinct=40) for seed in range(3)]
    follow(watched, few[:1], first=1000)
    assert watched.pace.interval == usual  # no second of training was spared yet
    clock.now += 3600
    assert watched.pace.interval == usual / 4
    follow(watched, few[1:], first=1200)
    assert watched.verdict == "collapsed"
    assert watched.pace.interval == usual


def test_more_samples_of_the_same_step_are_wanted_while_they_may_decide() -> None:
    watched = trained()
    assert not watched.undecided
    bad = [0.3 * one + 0.7 * torch.rand(one.shape) for one in healthy(1)]
    follow(watched, bad)
    assert not watched.undecided
    for number in range(2):
        follow(watched, healthy(1, seed=number), first=200 + number)
        assert watched.undecided
    follow(watched, healthy(1, seed=3), first=300)
    assert (watched.verdict, watched.undecided) == ("healthy", False)
    follow(watched, [draw(7, without=("Bag",))], first=400)
    assert not watched.undecided


def test_other_samples_of_the_same_step_may_make_a_run_healthy_and_raise_and_clear_nothing() -> None:
    def again(batch: Tensor) -> list[Alarm]:
        return watched.confirm(lambda count: batch[:count], step=900, wall=9.0)

    few = draw(3, distinct=20)
    watched = trained()
    follow(watched, healthy(1), first=900)
    assert watched.verdict == "unknown"
    assert [again(one) for one in healthy(2, seed=5)] == [[], []]
    assert watched.verdict == "healthy"
    follow(watched, [few], first=1000)
    assert [again(few) for _ in range(9)] == [[]] * 9
    assert watched.verdict == "healthy"
    follow(watched, [few] * 2, first=1100)
    assert watched.verdict == "collapsed"
    follow(watched, healthy(1), first=1300)
    assert [again(one) for one in healthy(9)] == [[]] * 9
    assert watched.verdict == "collapsed"


def test_cheap_checks_keep_their_distance() -> None:
    clock = Clock()
    watched = watch(clock)
    watched.judge(lambda n: draw(0)[:n], step=1, wall=0.0)
    clock.now += 0.9
    assert not watched.due
    clock.now += 0.2
    assert watched.due
    watched.adopt(schema.Watch(every=3600.0))
    assert not watched.due
    watched.adopt(schema.Watch(every=0.5))
    assert watched.due


def test_since_when_anything_is_wrong_that_stands() -> None:
    alarms = Alarms(patience=3)
    alarms.read(100)
    for step in (100, 200):
        alarms.update([BAD], step=step, wall=0.0)
        assert alarms.since is None
    alarms.update([BAD], step=300, wall=0.0)
    assert (alarms.verdict, alarms.since) == ("collapsed", 100)
    alarms.update([replace(BAD, name="diverged", pace="proof", since=340)], step=400, wall=0.0)
    assert (alarms.verdict, alarms.since) == ("diverged", 100)
    for step in (500, 600, 700):
        alarms.update([CLEAR, replace(CLEAR, name="diverged")], step=step, wall=0.0)
    assert (alarms.verdict, alarms.since) == ("healthy", None)
    fading = replace(BAD, name="fading-modes", severity="warning", pace="proof", since=503)
    alarms.update([fading], step=800, wall=0.0)
    assert (alarms.verdict, alarms.since) == ("warning", 503)
