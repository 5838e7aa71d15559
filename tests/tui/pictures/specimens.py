"""Runs as they look after a while of real training: noisy numbers and real clothes, the same every time."""

import lzma
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import latentop.engine
from latentop.engine.run.events import AlarmRaised, Frame, Mark
from latentop.engine.run.plane import packed
from latentop.engine.run.store.bins import from_values
from tests.support.dashboard import CLASSES, Recorded

STEPS = 6000
EVERY, CHECKED = 5, 50
"""Steps between two values of a loss, and between two checks of the samples."""
SHOWN = 36
CHANCE = {"coverage": 0.012, "density": 0.03, "duplicates": 0.011, "effective": 0.02}

Images = NDArray[np.uint8]
Curve = NDArray[np.float64]


def gan(
    runs: Path,
    *words: str,
    steps: int = STEPS,
    lost: tuple[str, ...] = (),
    shown: bool = True,
    **said: object,
) -> Recorded:
    """A DCGAN that trains well, with a spike that did no harm; two thirds on it loses those classes."""
    recorded = Recorded(runs, "dcgan", *words)
    recorded.trains(steps, **{"verdict": "healthy", "modes": 10, "diversity_chance": CHANCE, **said})
    at = np.arange(EVERY, steps + 1, EVERY)
    spike = np.where(abs(at - 0.42 * STEPS) < 12, 3.1, 0.0)
    _draw(
        recorded,
        at,
        {
            "loss/generator": noisy(0.8 + 1.4 * _falling(at, 900), 0.16, 1) + spike,
            "loss/discriminator": noisy(1.25 - 0.5 * _falling(at, 700), 0.09, 2) + spike / 4,
            "score/real": noisy(0.62 + 0.25 * _falling(at, 900), 0.03, 3),
            "score/fake": noisy(0.38 - 0.3 * _falling(at, 900), 0.03, 4),
            "accuracy/discriminator": noisy(0.68 + 0.24 * _falling(at, 900), 0.03, 5),
            "grad/generator": noisy(0.9 + 1.1 * _falling(at, 900), 0.2, 6) + spike,
            "grad/discriminator": noisy(1.4 + 0.8 * _falling(at, 900), 0.3, 7) + spike,
        },
    )
    at = np.arange(CHECKED, steps + 1, CHECKED)
    gone = np.where(at > 0.66 * STEPS, len(lost) / 10, 0.0)
    good = 1 - _falling(at, 1100) - 0.05
    _draw(
        recorded,
        at,
        {
            "diversity/coverage": noisy(good - 2.2 * gone, 0.012, 8).clip(0.01),
            "diversity/density": noisy(good * 0.97, 0.03, 9).clip(0.01),
            "diversity/duplicates": noisy(1 - 0.6 * gone, 0.012, 10),
            "diversity/modes": np.round(10 * (1 - _falling(at, 250)) - 10 * gone),
            "diversity/effective": noisy(good - 0.1 - 1.5 * gone, 0.02, 11).clip(0.01),
            "diversity/copied": noisy(np.full(len(at), 0.02), 0.006, 12).clip(0),
            "update/generator": noisy(0.0009 + 0.002 * _falling(at, 1500), 0.0001, 13),
            "update/discriminator": noisy(0.0007 + 0.001 * _falling(at, 1500), 0.0001, 14),
            "speed/steps": noisy(np.full(len(at), 10.0), 0.4, 15),
        },
    )
    for place, name in enumerate(CLASSES, start=1):
        there = noisy(np.full(len(at), 1.0), 0.1, 20 + place) * (1 - _falling(at, 250))
        left = 0.06 if name in lost else 1.0
        _draw(recorded, at, {f"presence/{place}": np.where(at > 0.66 * STEPS, left * there, there)})
    if shown:
        clothes, labels = fashion_mnist()
        recorded.writes(events=[_frame(recorded, 0, "real", clothes[:SHOWN])])
        kept = clothes[~np.isin(labels, [CLASSES.index(name) for name in lost])]
        for share in (0.1, 0.4, 1.0):
            images = generated(clothes if share < 1 else kept, blur=1.2 - share)
            recorded.writes(events=[_frame(recorded, int(share * steps), "samples", images)])
        recorded.writes(events=[_frame(recorded, steps, "interpolation", _between(clothes[:6], 6))])
    recorded.writes(
        events=[
            Mark(step=2000, wall=_wall(recorded, 2000), kind="checkpoint", text="checkpoint at step 2000"),
            Mark(
                step=3000, wall=_wall(recorded, 3000), kind="edit", text="generator.lr = 0.0001 (was 0.0002)"
            ),
        ]
        if steps > 3000
        else []
    )
    return recorded


def autoencoder(runs: Path, preset: str = "stacked", steps: int = STEPS, **said: object) -> Recorded:
    """An autoencoder that trains well; a variational one also tells of its codings."""
    recorded = Recorded(runs, preset)
    recorded.trains(steps, **{"verdict": "healthy", **said})
    at = np.arange(EVERY, steps + 1, EVERY)
    error = 0.012 + 0.05 * _falling(at, 300) + 0.015 * _falling(at, 2000)
    curves = {
        "loss/reconstruction": noisy(error, 0.0008, 30),
        "grad/autoencoder": noisy(0.05 + 0.2 * _falling(at, 800), 0.01, 31),
    }
    if preset == "vae":
        curves["loss/kl"] = noisy(0.006 - 0.005 * _falling(at, 500), 0.0003, 32)
        curves["loss/total"] = curves["loss/reconstruction"] + curves["loss/kl"]
    _draw(recorded, at, curves)
    at = np.arange(CHECKED, steps + 1, CHECKED)
    checked = {
        "valid/reconstruction": noisy(error[9::10] * 1.06, 0.0003, 33),
        "codings/active-units": np.round(noisy(30 - 8 * _falling(at, 400), 0.3, 34)),
        "codings/rank": noisy(21 - 9 * _falling(at, 900), 0.3, 35),
        "codings/units": np.full(len(at), 30.0),
        "update/autoencoder": noisy(0.0009 + 0.002 * _falling(at, 1500), 0.0001, 36),
    }
    if preset == "vae":
        checked["kl/nats"] = noisy(14 - 11 * _falling(at, 500), 0.2, 37)
        checked["kl/active-units"] = np.round(noisy(9 - 6 * _falling(at, 500), 0.1, 38))
        for unit in range(1, 11):
            checked[f"kl/unit-{unit}"] = np.full(len(at), max(0.0, 3.2 - 0.35 * unit))
    _draw(recorded, at, checked)
    clothes, _ = fashion_mnist()
    original, restored = clothes[:SHOWN], generated(clothes, blur=0.8)
    error_image = np.abs(original.astype(int) - restored).astype(np.uint8)
    frames = {"input": original, "reconstruction": restored, "error": error_image, "codings": _cloud()[None]}
    frames["interpolation"] = _between(clothes[:6], 6)
    for kind, images in frames.items():
        recorded.writes(events=[_frame(recorded, steps, kind, images)])
    recorded.says(axes={"codings": ("1st axis of codings", "2nd")})
    recorded.writes(events=[_points(recorded, steps, "codings", *_crowds())])
    return recorded


def pretraining(runs: Path) -> Recorded:
    """An encoder that was trained without labels, and now shows what it is worth with few."""
    recorded = autoencoder(runs, "pretrain-classifier", steps=3000)
    recorded.trains(4000, verdict="healthy", phases=(("autoencoder", 3000), ("classifiers", 20_000)))
    at = np.arange(3050, 4001, CHECKED)
    rise = 1 - _falling(at - 3000, 250)
    _draw(
        recorded,
        at,
        {
            "loss/fine-tuned": noisy(0.4 + 1.9 * (1 - rise), 0.05, 50),
            "accuracy/fine-tuned": noisy(0.1 + 0.66 * rise, 0.01, 51),
            "accuracy/frozen": noisy(0.1 + 0.61 * rise, 0.01, 52),
            "accuracy/scratch": noisy(0.1 + 0.52 * rise, 0.01, 53),
            "accuracy/fine-tuned-sd": noisy(0.012 + 0 * rise, 0.001, 54),
            "accuracy/frozen-sd": noisy(0.015 + 0 * rise, 0.001, 55),
            "accuracy/scratch-sd": noisy(0.03 + 0.03 * (1 - rise), 0.001, 56),
        },
    )
    return recorded


def ring(runs: Path) -> Recorded:
    """A GAN that learns points on a ring: a picture of the plane in colour."""
    recorded = Recorded(runs, "ring")
    names = tuple(f"{45 * mode}°" for mode in range(8))
    recorded.trains(
        2000, verdict="healthy", modes=8, classes=names, data="ring (50 000)", diversity_chance=CHANCE
    )
    at = np.arange(EVERY, 2001, EVERY)
    _draw(
        recorded,
        at,
        {
            "loss/generator": noisy(0.72 + 0.4 * _falling(at, 300), 0.05, 60),
            "loss/discriminator": noisy(1.36 - 0.3 * _falling(at, 300), 0.04, 61),
            "accuracy/discriminator": noisy(0.55 + 0.2 * _falling(at, 300), 0.03, 62),
            "grad/generator": noisy(0.3 + 0.5 * _falling(at, 300), 0.08, 63),
            "grad/discriminator": noisy(0.5 + 0.5 * _falling(at, 300), 0.08, 64),
        },
    )
    at = np.arange(CHECKED, 2001, CHECKED)
    good = 1 - _falling(at, 300)
    names_of = ("coverage", "density", "duplicates", "effective")
    _draw(recorded, at, {f"diversity/{name}": noisy(good, 0.02, 65) for name in names_of})
    _draw(recorded, at, {"diversity/modes": np.round(8 * good)})
    for mode in range(1, 9):
        _draw(recorded, at, {f"presence/{mode}": noisy(good, 0.05, 65 + mode)})
    recorded.says(axes={"samples": ("x", "y"), "real": ("x", "y")}, mode_names=names)
    turn = np.arange(8) * np.pi / 4
    centres = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    random = np.random.default_rng(92)
    near = centres[random.integers(0, 8, 900)] + random.normal(0, 0.03, (900, 2))
    between = random.uniform(-1, 1, (100, 2))
    real = centres[random.integers(0, 8, 1000)] + random.normal(0, 0.01, (1000, 2))
    recorded.writes(
        events=[
            _frame(recorded, 2000, "samples", _plane()[None]),
            _frame(recorded, 1, "real", _plane()[None]),
            _points(recorded, 1, "marks", centres),
            _points(recorded, 1, "real", real),
            _points(recorded, 2000, "samples", np.concatenate([near, between])),
        ]
    )
    return recorded


def dirac(runs: Path) -> Recorded:
    """Two numbers that circle around the place where both should end."""
    recorded = Recorded(runs, "oscillation")
    names = ("the generator's number", "the discriminator's slope")
    recorded.trains(4000, verdict="unknown", metered=False, axes={"samples": names}, classes=("zero",))
    at = np.arange(EVERY, 4001, EVERY)
    _draw(
        recorded,
        at,
        {
            "loss/generator": 0.7 + 0.3 * np.sin(at / 300),
            "loss/discriminator": 1.39 + 0.3 * np.cos(at / 300),
            "grad/generator": 0.3 + 0.25 * np.sin(at / 150),
        },
    )
    turn = np.linspace(0, 5.5, 1000)
    trail = (1 + 0.02 * turn[:, None]) * np.stack([np.cos(turn), -np.sin(turn)], axis=1)
    recorded.writes(
        events=[
            _frame(recorded, 4000, "samples", _plane()[None]),
            _points(recorded, 1, "marks", np.zeros((1, 2))),
            _points(recorded, 4000, "samples", trail, np.arange(1000) * 4 // 1000),
        ]
    )
    return recorded


def plane(runs: Path) -> Recorded:
    """Sixty points in space through two linear codings: a plane that is nearly PCA's."""
    recorded = Recorded(runs, "linear-pca")
    axes = dict.fromkeys(("input", "reconstruction"), ("1st principal axis", "2nd and last, mixed"))
    recorded.trains(3000, verdict="healthy", classes=("points",), axes=axes)
    at = np.arange(EVERY, 3001, EVERY)
    _draw(
        recorded,
        at,
        {
            "loss/reconstruction": 0.0021 + 0.1 * _falling(at, 300),
            "grad/autoencoder": 0.01 + 0.2 * _falling(at, 300),
        },
    )
    at = np.arange(CHECKED, 3001, CHECKED)
    _draw(
        recorded,
        at,
        {
            "valid/reconstruction": 0.0024 + 0.1 * _falling(at, 300),
            "codings/active-units": np.full(len(at), 2.0),
            "codings/units": np.full(len(at), 2.0),
            "codings/rank": np.full(len(at), 1.9),
            "pca/angle": 0.31 + 40 * _falling(at, 300),
            "pca/relative-error": 0.0004 + _falling(at, 300),
        },
    )
    random = np.random.default_rng(93)
    turn = random.uniform(0.6, 5.3, 60)
    there = np.stack([np.cos(turn), 0.3 * np.sin(turn)], axis=1) + random.normal(0, 0.05, (60, 2))
    back = there + random.normal(0, 0.03, (60, 2)) * np.array([0.1, 1.0])
    for kind, places in (("input", there), ("reconstruction", back)):
        recorded.writes(
            events=[_frame(recorded, 3000, kind, _plane()[None]), _points(recorded, 3000, kind, places)]
        )
    return recorded


def alarmed(recorded: Recorded) -> Recorded:
    """Several things are wrong at once, and some values are no numbers."""
    bad = np.where(np.arange(8) % 3 == 0, np.nan, 4.0)
    _draw(recorded, np.arange(STEPS + 5, STEPS + 45, 5), {"loss/generator": bad})
    recorded.writes(
        events=[
            _alarm(
                recorded,
                "diverged",
                "critical",
                "divergence: 3 values of loss/generator were not finite, the first at step 6005",
                "go back to the checkpoint of step 2000 with a smaller learning rate",
                step=STEPS + 5,
            ),
            _alarm(
                recorded,
                "discriminator-wins",
                "warning",
                "the discriminator wins: accuracy 99.1 % for 400 steps (alarm above 97 %), and the "
                "generator's gradient fell to 0.004",
                "lower the discriminator's learning rate, or train it less often",
            ),
            _alarm(
                recorded,
                "memorising",
                "warning",
                "memorising: 34 % of the samples are near copies of training images (alarm above 20 %)",
                "train on more images, or make the generator smaller",
            ),
        ]
    )
    recorded.says(verdict="diverged")
    return recorded


def collapsed(recorded: Recorded, lost: tuple[str, ...], step: int) -> Recorded:
    """Mode collapse, as the watch tells it."""
    recorded.writes(events=[mode_collapse(lost, step=step, wall=_wall(recorded, step))])
    recorded.says(verdict="collapsed")
    return recorded


def mode_collapse(lost: tuple[str, ...], *, step: int, wall: float) -> AlarmRaised:
    """The alarm of it."""
    return AlarmRaised(
        name="collapsed",
        severity="critical",
        step=step,
        wall=wall,
        sentence=f"mode collapse: samples reach 28 % of what real data reaches, lost: {', '.join(lost)}",
        advice="lower the generator's learning rate, or go back to the checkpoint of step 2000",
        evidence={"diversity/coverage": 0.28, **{f"lost/{name}": 0.06 for name in lost}},
    )


def noisy(curve: Curve, size: float, seed: int) -> Curve:
    """The curve with noise that drifts a little, as that of training does."""
    noise = np.random.default_rng(seed).normal(0, size, len(curve))
    return curve + noise + 0.6 * np.convolve(noise, np.ones(12) / 12, "same")


def generated(clothes: Images, blur: float) -> Images:
    """What a generator, or a decoder, makes of such clothes."""
    soft = clothes[:SHOWN].astype(float)
    for axis in (2, 3):
        soft = (1 - blur / 2) * soft + blur / 4 * (np.roll(soft, 1, axis) + np.roll(soft, -1, axis))
    noise = np.random.default_rng(80).normal(0, 10 * blur, soft.shape)
    return (0.94 * soft + noise).clip(0, 255).astype(np.uint8)


@cache
def fashion_mnist() -> tuple[Images, NDArray[np.uint8]]:
    """The test images that latentop brings along, ``(count, 1, 28, 28)``, shuffled, and their classes."""
    folder = Path(latentop.engine.__path__[0]) / "data" / "fashion-mnist"
    pixels, labels = (
        np.frombuffer(lzma.decompress((folder / f"t10k-{name}.xz").read_bytes()), dtype=np.uint8)[skipped:]
        for name, skipped in (("images-idx3-ubyte", 16), ("labels-idx1-ubyte", 8))
    )
    order = np.random.default_rng(7).permutation(len(labels))[:200]
    return pixels.reshape(-1, 1, 28, 28)[order], labels[order]


def _falling(at: NDArray[Any], scale: float) -> Curve:
    return np.exp(-at / scale)


def _draw(recorded: Recorded, at: NDArray[np.int64], curves: Mapping[str, Curve]) -> None:
    walls = recorded.now - (STEPS - at) / 10
    recorded.writes({name: from_values(at, walls, curve) for name, curve in curves.items()})


def _frame(recorded: Recorded, step: int, kind: str, images: Images) -> Frame:
    return Frame(step=step, wall=_wall(recorded, step), kind=kind, images=images)


def _points(
    recorded: Recorded, step: int, kind: str, places: Curve, labels: NDArray[np.int64] | None = None
) -> Frame:
    named = np.zeros(len(places), dtype=np.int64) if labels is None else labels
    return _frame(recorded, step, f"{kind}/points", packed(places, named))


def _crowds() -> tuple[Curve, NDArray[np.int64]]:
    """Ten crowds of codings, and the class of each."""
    random = np.random.default_rng(90)
    labels = np.arange(900) % 10
    return random.uniform(-4, 4, (10, 2))[labels] + random.normal(0, 0.6, (900, 2)), labels


def _alarm(
    recorded: Recorded, name: str, severity: Any, sentence: str, advice: str, *, step: int = STEPS
) -> AlarmRaised:
    return AlarmRaised(
        name=name,
        severity=severity,
        step=step,
        wall=recorded.now,
        sentence=sentence,
        advice=advice,
        evidence={},
    )


def _wall(recorded: Recorded, step: int) -> float:
    return recorded.now - (STEPS - step) / 10


def _between(clothes: Images, steps: int) -> Images:
    """Each piece of clothing turning into the next one, ``steps`` images each."""
    ways = np.linspace(0, 1, steps)[None, :, None, None, None]
    first, second = clothes[:, None].astype(float), np.roll(clothes, 1, 0)[:, None]
    blended = (1 - ways) * first + ways * second
    return blended.reshape(-1, *clothes.shape[1:]).astype(np.uint8)


def _cloud() -> Images:
    """Ten clouds of points in ten colours: codings on a plane, ``(3, 64, 64)``."""
    random, image = np.random.default_rng(90), np.zeros((3, 64, 64), dtype=np.uint8)
    hues = random.integers(60, 256, (10, 3))
    for hue, centre in zip(hues, random.uniform(12, 52, (10, 2)), strict=True):
        x, y = random.normal(centre, 3.5, (60, 2)).T.round().astype(int).clip(0, 63)
        image[:, y, x] = hue[:, None]
    return image


def _plane() -> Images:
    """Golden crowds of points in blue circles on a ring: ``(3, 64, 64)``."""
    random, image = np.random.default_rng(91), np.zeros((3, 64, 64), dtype=np.uint8)
    y, x = np.mgrid[:64, :64]
    for angle in np.arange(8) * np.pi / 4:
        centre = 32 + 23 * np.array([np.cos(angle), np.sin(angle)])
        circle = abs(np.hypot(x - centre[0], y - centre[1]) - 4) < 0.8
        image[:, circle] = np.array([[0], [135], [176]])
        across, up = random.normal(centre, 1.3, (40, 2)).T.round().astype(int).clip(0, 63)
        image[:, up, across] = np.array([[255], [214], [0]])
    return image
