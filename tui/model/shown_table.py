"""The table of how each series is shown: its other names, colour and meaning, and which alarms judge it.

The meanings are in the words of docs/WATCH.md, which a test holds to them.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from latentop.engine.run import series
from latentop.tui.model.shown_series import Meaning, Shown

COVERAGE, DISTANCE = "diversity/coverage", "quality/frechet"
TRAINING, VALIDATION = "loss/reconstruction", "valid/reconstruction"
TWINS = 0.5
"""The alarm for samples that repeat, as a share of coverage's."""
UNBOUNDED = ("diverged", "exploding")
"""The alarms of numbers that have no bound."""
GRADIENT = (*UNBOUNDED, "stalled")

SHOWN: Mapping[str, Shown] = {
    one.name: one
    for one in (
        Shown("loss/generator", column="G", colour="primary", alarms=("exploding", "oscillation")),
        Shown("loss/discriminator", column="D", colour="accent"),
        Shown(
            COVERAGE,
            column="coverage",
            colour="primary",
            meaning=Meaning(
                "share of real images that have a sample near",
                "falls when modes are lost",
                "Naeem et al. 2020, 3.2",
            ),
            of_points=Meaning("share of the modes that are there", "falls when modes are lost"),
            alarms=("collapsed",),
            level="diversity",
        ),
        Shown(
            "diversity/density",
            colour="accent",
            meaning=Meaning(
                "how crowded the samples' places are",
                "falls when samples are far from real ones",
                "Naeem et al. 2020, 3.1",
            ),
            of_points=Meaning(
                "share of samples within three standard deviations of a mode, over that of real points",
                "falls when samples are between the modes",
            ),
        ),
        Shown(
            "diversity/duplicates",
            legend="distinct",
            spoken="distinct samples",
            colour="success",
            meaning=Meaning("distance between nearest samples", "falls when they repeat"),
            alarms=("collapsed",),
            level="diversity",
            scale=TWINS,
        ),
        Shown(
            "diversity/effective",
            spoken="diversity of a batch of samples",
            meaning=Meaning(
                "how many unlike images they are worth, among 256",
                "falls whatever is lost",
                "Friedman and Dieng 2022",
            ),
        ),
        Shown(
            "diversity/precision",
            meaning=Meaning(
                "share near a typical real image", "falls when samples are bad", "Kynkäänniemi et al. 2019"
            ),
            alarms=("generator-wins",),
            level="garbage",
        ),
        Shown(
            "diversity/detail",
            meaning=Meaning("what the components leave out", "falls with blur, rises with noise"),
        ),
        Shown(
            "diversity/quality",
            meaning=Meaning("the same share as it is", "falls with it", "Lin et al. 2018, 4.1"),
        ),
        Shown(
            "diversity/reverse-kl",
            spoken="reverse Kullback-Leibler divergence",
            meaning=Meaning(
                "divergence of the samples' modes from even ones, in nats",
                "rises when some are rare",
                "Lin et al. 2018, 4.1",
            ),
        ),
        Shown(
            "diversity/copied",
            spoken="near copies of training images",
            meaning=Meaning(
                "near copies of training images, beyond chance",
                "rises when they are learned by heart",
                "Meehan et al. 2020",
            ),
            alarms=("memorising",),
            level="copied",
        ),
        Shown(
            "diversity/turnover",
            meaning=Meaning(
                "mutual information of time and class, 8 checks", "rises when modes take turns", "Miller 1955"
            ),
            alarms=("cycling",),
            level="turnover",
        ),
        Shown(
            "diversity/modes",
            meaning=Meaning(
                "classes that appear; without labels up to 32 kinds, by k-means",
                "falls when classes are lost",
            ),
            alarms=("lost-modes", "fading-modes"),
        ),
        Shown(
            "presence/…",
            meaning=Meaning(
                "of each mode by its number, its share of the samples over that of real data",
                "below 25 % the mode is lost",
            ),
        ),
        Shown(
            DISTANCE,
            short="Fréchet",
            column="Fréchet",
            colour="secondary",
            meaning=Meaning(
                "distance from real images to samples, both as normal distributions",
                "falls as samples become like real images",
                "Heusel et al. 2017, 3",
            ),
        ),
        Shown(
            "quality/kid",
            spoken="kernel distance of the samples",
            meaning=Meaning(
                "distance from real images to samples by a kernel",
                "falls to about 0 as samples become like real images",
                "Bińkowski et al. 2018, 4",
            ),
        ),
        Shown("score/real", legend="D(real)", spoken="discriminator's score of real data", colour="success"),
        Shown("score/fake", legend="D(fake)", spoken="discriminator's score of samples", colour="warning"),
        Shown(
            "accuracy/discriminator",
            spoken="discriminator accuracy",
            meaning=Meaning(
                "share of the discriminator's decisions that are right",
                "1 when it tells all samples from real data, 0.5 when it guesses",
            ),
            alarms=("discriminator-wins", "generator-wins", "runaway-logits"),
        ),
        Shown(
            "accuracy/critic",
            short="C accuracy",
            meaning=Meaning(
                "share of pairs in which the critic scores the real datum higher",
                "1 when it tells all apart, 0.5 when it guesses",
            ),
            alarms=("generator-wins",),
        ),
        Shown("accuracy/fine-tuned", column="accuracy", colour="primary"),
        Shown("accuracy/frozen", colour="success"),
        Shown("accuracy/scratch", colour="accent"),
        Shown(
            "grad/…",
            short="∇ …",
            spoken="gradient norm of the …",
            meaning=Meaning(
                "norm of a network's gradient, of all its weights together",
                "rises when training runs away, vanishes when a network no longer learns",
            ),
            alarms=GRADIENT,
        ),
        Shown("grad/generator", short="|∇G|", colour="primary"),
        Shown("grad/discriminator", short="|∇D|", colour="accent"),
        Shown("grad/autoencoder", short="|∇|", colour="primary"),
        Shown("grad/classifier", short="|∇C|", colour="success", alarms=UNBOUNDED),
        Shown(
            "update/…",
            short="Δ …",
            spoken="step of the …, as a share of its weights",
            meaning=Meaning(
                "length of a step, as a share of the weights'", "about 0.001 in most sound trainings"
            ),
            alarms=UNBOUNDED,
        ),
        Shown("update/generator", short="ΔG / G", colour="primary"),
        Shown("update/discriminator", short="ΔD / D", colour="accent"),
        Shown("update/autoencoder", short="step / w", colour="primary"),
        Shown("update/classifier", short="ΔC / C", colour="success"),
        Shown(
            "singular/…",
            short="σ …",
            spoken="largest singular value of the …",
            meaning=Meaning(
                "largest singular value of the strongest layer",
                "rises when a layer stretches its input more and more",
                "Miyato et al. 2018, 2.1",
            ),
            alarms=UNBOUNDED,
        ),
        Shown("singular/generator", short="σ max G"),
        Shown("singular/discriminator", short="σ max D"),
        Shown("singular/autoencoder", short="σ max"),
        Shown("singular/classifier", short="σ max C"),
        Shown(
            TRAINING,
            short="training",
            legend="training",
            column="error",
            spoken="reconstruction error",
            colour="primary",
            meaning=Meaning("mean squared error on the training batch", "falls while it learns"),
        ),
        Shown(
            VALIDATION,
            short="validation",
            legend="validation",
            column="valid",
            colour="accent",
            meaning=Meaning(
                "mean squared error on held-out images", "rises when it learns the training images by heart"
            ),
        ),
        Shown("valid/loss", column="valid loss"),
        Shown("valid/noisy-input", short="noisy input", note="its own error"),
        Shown(
            "codings/active-units",
            short="codings",
            legend="varying",
            note="vary, of {codings/units}",
            colour="accent",
            meaning=Meaning("codings that vary", "falls when codings die"),
            alarms=("dead-codings",),
        ),
        Shown(
            "codings/rank",
            short="rank",
            note="independent ones, in effect",
            meaning=Meaning("independent codings, in effect", "falls when codings say the same as others"),
        ),
        Shown("codings/activation", note="mean of codings"),
        Shown("loss/kl", legend="KL", spoken="Kullback-Leibler loss", colour="primary"),
        Shown(
            "kl/nats",
            spoken="Kullback-Leibler divergence",
            note="nats {kl/unit-}",
            colour="primary",
            meaning=Meaning(
                "what the codings tell of an input, in nats", "falls to 0 when the decoder ignores them"
            ),
            alarms=("posterior-collapse",),
        ),
        Shown(
            "kl/active-units",
            short="informed",
            legend="informed",
            note="codings tell of the input",
            colour="accent",
            meaning=Meaning("codings that tell something", "falls when the posterior collapses"),
            alarms=("posterior-collapse",),
        ),
        Shown("pca/angle", short="PCA's plane", note="degrees off"),
        Shown("pca/relative-error", short="PCA's error", note="of it more"),
        Shown("speed/steps", colour="primary"),
    )
}


@lru_cache(maxsize=4096)
def of(name: str) -> Shown:
    """How the series of that name is shown; one that nobody knows by its name, in no colour of its own."""
    family, _, rest = name.partition("/")
    label = series.of(name).label
    alone = Shown(name, label=label, short=label, legend=rest or name, spoken=re.sub("[-/]", " ", label))
    sources = [one for one in (SHOWN.get(name), SHOWN.get(f"{family}/…"), alone) if one is not None]
    found = {
        field: next(filter(None, (getattr(one, field) for one in sources)), getattr(alone, field))
        for field in Shown.__dataclass_fields__
    }
    told = {field: found[field].replace("…", rest) for field in ("short", "spoken")}
    return Shown(**{**found, "name": name, **told})
