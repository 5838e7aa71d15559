"""Kinds of pictures that a run shows, and which one the name of somebody's picture means."""

from latentop.engine.external.series_names import words

KINDS = (
    "samples",
    "real",
    "input",
    "noisy",
    "reconstruction",
    "error",
    "codings",
    "interpolation",
    "traversal",
)
_BY_WORD = {
    word: kind
    for kind, known_as in {
        "reconstruction": "recon recons reconst reconstruct reconstruction reconstructions reconstructed rec "
        "decoded output outputs",
        "interpolation": "interpolation interpolations interpolated interp lerp",
        "traversal": "traversal traversals",
        "codings": "coding codings latent latents embedding embeddings tsne umap pca",
        "samples": "sample samples sampled fake fakes gen generated generation generations",
        "noisy": "noisy corrupted",
        "error": "error errors difference differences diff",
        "input": "input inputs original originals orig",
        "real": "real reals truth target targets",
    }.items()
    for word in known_as.split()
}


def kind_of(name: str) -> str:
    """The kind that a name such as ``Fake Images`` or ``val/reconstructions`` means; others are samples."""
    if name in KINDS:
        return name
    said = words(name)
    return next((kind for word, kind in _BY_WORD.items() if word in said), "samples")


def is_said(name: str) -> bool:
    """Whether the name says a kind, so that it is no guess."""
    return name in KINDS or not words(name).isdisjoint(_BY_WORD)
