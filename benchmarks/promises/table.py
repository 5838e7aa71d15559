"""The promises of the shipped presets: those that can be measured, and why the others can't be."""

from benchmarks.promises.claims import (
    Claim,
    Promise,
    below_pca,
    below_pca_of_noisy,
    cleaned,
    fallen,
    first,
    last,
    late,
    least_after_best,
    most,
    standard_errors,
)

ERROR = "valid/reconstruction"
COVERAGE, QUALITY, KL = "diversity/coverage", "diversity/quality", "diversity/reverse-kl"

AUTOENCODERS = (
    Promise(
        preset="linear-pca",
        claims=(
            last("pca/relative-error", 0.001, "error above PCA's: less than 0.001 of it"),
            last("pca/angle", 1.0, "less than 1° off PCA's plane"),
        ),
        speed=1500,
    ),
    Promise(
        preset="stacked",
        claims=(Claim(says="error, of PCA's with 30 components: below 1", measure=below_pca, bound=1.0),),
        speed=400,
    ),
    Promise(
        preset="stacked-tied",
        claims=(last(ERROR, 0.0145, "held-out error, close to that of stacked: below 0.0145"),),
        speed=400,
    ),
    Promise(
        preset="denoising-gaussian",
        claims=(
            Claim(says="error, of the noisy input's: below 0.3", measure=cleaned, bound=0.3),
            Claim(says="error, of PCA's of noisy images: below 1", measure=below_pca_of_noisy, bound=1.0),
        ),
        speed=400,
    ),
    Promise(
        preset="denoising-dropout",
        claims=(
            Claim(says="error, of PCA's of noisy images: below 1", measure=below_pca_of_noisy, bound=1.0),
        ),
        speed=400,
    ),
    Promise(
        preset="sparse-l1",
        claims=(
            last("codings/activation", 0.1, "mean activation at the end: below 0.1"),
            Claim(says="error, of that at first: below a quarter", measure=fallen(ERROR), bound=0.25),
        ),
        speed=400,
    ),
    Promise(
        preset="sparse-kl",
        claims=(
            Claim(
                says="mean activation, the median of the last steps: above 0.08",
                measure=late("codings/activation", 1000),
                bound=0.08,
                above=True,
            ),
            Claim(
                says="mean activation, the median of the last steps: below 0.12",
                measure=late("codings/activation", 1000),
                bound=0.12,
            ),
        ),
        speed=400,
    ),
    Promise(
        preset="convolutional-vae",
        claims=(
            last("kl/active-units", 7, "codings that stay active, of ten: more than 7", above=True),
            last("valid/reconstruction", 0.086 / 4, "held-out error, below a quarter of the mean image's"),
        ),
        speed=15,
        slow=True,
        frames=20.0,  # to measure takes longer than to train until then
    ),
    Promise(
        preset="vae",
        claims=(last("kl/active-units", 3, "codings that stay active: more than 3", above=True),),
        speed=400,
    ),
    Promise(
        preset="pretrain-classifier",
        claims=(
            last("lead/fine-tuned", 0.005, "lead of fine-tuned: above half a point", above=True),
            Claim(
                says="lead of fine-tuned: above two of its standard errors",
                measure=standard_errors("lead/fine-tuned"),
                bound=2.0,
                above=True,
            ),
        ),
        speed=100,
        slow=True,
    ),
)
GANS = (
    Promise(
        preset="ring",
        claims=(last(QUALITY, 0.95, "quality at the end: above 95 %", above=True),),
        speed=150,
    ),
    Promise(
        preset="ring-packed",
        claims=(
            last(COVERAGE, 0.99, "share of the eight modes at the end: all", above=True),
            last(KL, 0.05, "reverse KL at the end: below 0.05"),
        ),
        speed=150,
    ),
    Promise(
        preset="grid",
        claims=(last(KL, 0.02, "reverse KL at the end, for modes are uneven: above 0.02", above=True),),
        speed=150,
        slow=True,
    ),
    Promise(
        preset="grid-packed",
        claims=(
            last(COVERAGE, 0.99, "share of the 25 modes at the end: all", above=True),
            last(QUALITY, 0.93, "quality at the end: above 93 %", above=True),
        ),
        speed=150,
        slow=True,
    ),
    Promise(preset="gan", claims=(first("collapsed", 8000),), speed=200, steps=8000, alarm="collapsed"),
)
FAILURES = (
    Promise(
        preset="mode-collapse",
        claims=(
            first("collapsed", 8000),
            Claim(says="share of modes at best: above half", measure=most(COVERAGE), bound=0.51, above=True),
            Claim(
                says="share that is left of them, at worst: below half",
                measure=least_after_best(COVERAGE),
                bound=0.5,
            ),
        ),
        speed=100,
        steps=8000,
    ),
    Promise(preset="cycling", claims=(first("cycling", 6000),), speed=100, steps=6000, alarm="cycling"),
    Promise(
        preset="oscillation",
        claims=(first("oscillation", 40_000),),
        speed=1850,
        steps=40_000,
        alarm="oscillation",
    ),
    Promise(preset="divergence", claims=(first("diverged", 2000),), speed=40, steps=2000, alarm="diverged"),
    Promise(
        preset="discriminator-wins",
        claims=(first("discriminator-wins", 2000),),
        speed=35,
        steps=2000,
        alarm="discriminator-wins",
    ),
    Promise(preset="too-powerful", claims=(first("over-fitting", 3000),), speed=100, alarm="over-fitting"),
    Promise(
        preset="posterior-collapse",
        claims=(first("posterior-collapse", 2000),),
        speed=200,
        steps=2000,
        alarm="posterior-collapse",
    ),
    Promise(
        preset="memorising",
        claims=(first("memorising", 10_000),),
        speed=60,
        steps=10_000,
        alarm="memorising",
    ),
)
PROMISES = (*AUTOENCODERS, *GANS, *FAILURES)

UNMEASURED = {
    "convolutional": "that edges are sharper than in stacked is for eyes; its error: benchmarks.reference",
    "recurrent": "takes an hour; its error beside the others': benchmarks.reference",
    "dcgan": "takes an hour; classes and coverage, one seed: benchmarks.gans",
    "dcgan-64": "of your own images",
    "dcgan-few": "takes an hour; with and without augmentation, one seed: benchmarks/RESULTS.md",
    "conditional-dcgan": "that no class is lost without its column showing it is for eyes",
    "pacgan": "promises a comparison and no number",
    "r1": "takes an hour, and promises calm, for which there is no number",
    "sn-hinge": "takes an hour, and promises calm, for which there is no number",
    "wgan-gp": "takes an hour, and promises a loss without swings, for which there is no number",
}
