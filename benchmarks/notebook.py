"""What a published notebook recorded, what ours came to, and both side by side.

The notebook: Géron, handson-ml3, chapter 17. PCA on its split was computed once, from the same images.
"""

from collections.abc import Sequence
from dataclasses import dataclass

COMPONENTS = 30
"""As many as the notebook's autoencoders have codings."""
NOISY_PCA = f"valid/pca-{COMPONENTS}-of-noisy"
ERROR, ANGLE = "pca/relative-error", "pca/angle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model: which preset, how long, which of our series the recorded loss is; None: none is recorded."""

    name: str
    epochs: int = 0
    reference: float | None
    series: str = "valid/reconstruction"
    batch: int = 32
    components: int | None = None
    """Of PCA, which is computed, not trained; the other rows have none."""
    note: str = ""


ROWS = (
    Model(name="mean", components=0, reference=0.0875, note="computed: the mean image alone"),
    Model(name="pca-2", components=2, reference=0.04669, note="computed"),
    Model(name="pca-10", components=10, reference=0.02452, note="computed"),
    Model(name="pca-30", components=30, reference=0.01570, note="computed"),
    Model(name="pca-32", components=32, reference=0.01523, note="computed"),
    Model(name="pca-64", components=64, reference=0.01041, note="computed"),
    Model(name="linear-pca", epochs=3000, reference=None, series=ERROR, batch=60),
    Model(name="stacked", epochs=20, reference=0.0132),
    Model(name="convolutional", epochs=10, reference=0.0121),
    Model(name="recurrent", epochs=10, reference=0.0104),
    Model(name="denoising-dropout", epochs=10, reference=0.0166, series="valid/given-clean"),
    Model(name="denoising-gaussian", epochs=10, reference=None),
    Model(name="sparse-l1", epochs=10, reference=0.0111, series="valid/loss", note="penalty included"),
    Model(name="sparse-kl", epochs=10, reference=0.0099, series="valid/loss", note="penalty included"),
    Model(name="vae", epochs=25, reference=0.0311, series="valid/loss", batch=128, note="KL / 784 included"),
)
NAMES = tuple(row.name for row in ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came out of one row, and under which conditions."""

    name: str
    ours: float
    reference: float | None
    epochs: int
    steps: int
    batch: int
    seed: int
    trained_on: int
    validated_on: int
    series: dict[str, float]
    """Every series that was measured after the last step."""
    seconds: float
    quick: bool
    device: str
    torch: str
    python: str
    date: str
    command: str


def tables(results: Sequence[Result]) -> str:
    """The results as Markdown tables, as many as there is something to put into, and how they came about."""
    ordered = sorted(results, key=lambda one: NAMES.index(one.name))
    parts = [_beside(ordered), _linear(ordered), _denoising(ordered)]
    one = ordered[0]
    software = f"torch {one.torch} · Python {one.python}"
    parts.append([f"{one.date} · {one.device} · {software} · `{one.command}`"])
    return "\n\n".join("\n".join(part) for part in parts if part)


def _beside(results: Sequence[Result]) -> list[str]:
    """Ours beside what the notebook recorded."""
    notes = {row.name: row.note for row in ROWS}
    lines = [
        f"| {one.name} | {one.epochs or '–'} | {one.ours:.5f} | {one.reference:g} "
        f"| {one.ours / one.reference:.3f} | {one.seconds:.0f} "
        f"| {'quick: no comparison' if one.quick else notes[one.name]} |"
        for one in results
        if one.reference is not None
    ]
    head = ["| model | epochs | ours | reference | ratio | seconds | |", "|---|---|---|---|---|---|---|"]
    return head + lines if lines else []


def _linear(results: Sequence[Result]) -> list[str]:
    """How near a linear autoencoder comes to PCA, and what it has to reach."""
    lines = [
        f"| {one.name} | {one.series[ERROR]:.1e} | {one.series[ANGLE]:.5f}° | {one.seconds:.1f} |"
        for one in results
        if ERROR in one.series
    ]
    head = ["| model | relative error | largest angle | seconds |", "|---|---|---|---|"]
    return [*head, *lines, "| to reach | 1.0e-03 | 1° | 60 |"] if lines else []


def _denoising(results: Sequence[Result]) -> list[str]:
    """Errors on clean held-out images from noisy ones: as they are, through PCA, through the autoencoder."""
    columns = ("valid/noisy-input", NOISY_PCA, "valid/reconstruction", "valid/given-clean")
    lines = [
        f"| {one.name} | {' | '.join(f'{one.series[name]:.5f}' for name in columns)} |"
        for one in results
        if NOISY_PCA in one.series
    ]
    head = [
        f"| denoising | noisy input | PCA-{COMPONENTS} of it | ours | ours, given clean input |",
        "|---|---|---|---|---|",
    ]
    return head + lines if lines else []
