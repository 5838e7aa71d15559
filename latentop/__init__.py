"""htop for latent-variable models: any training loop becomes a run, which another terminal shows.

with latentop.init("my-gan", networks={"generator": G, "discriminator": D}) as run:
    run.log({"loss/generator": loss_g, "loss/discriminator": loss_d})  # at each step

init(name, …) -> Run   begins a run; help(latentop.init) has what it takes, all of it optional
log(values, step)      records values of a step in it, as run.log does
finish()               ends it, as leaving the with block does
Run, Stopped, Image    help(latentop.Run) has what a run can do: setting, images, checkpoint …
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from torch import nn
    from torch.optim import Optimizer

    from latentop.engine.external.script.calls.picture import Image as Image
    from latentop.engine.external.script.run import Run as Run
    from latentop.engine.external.script.run import Stopped as Stopped

# What help(latentop) lists. It tells of functions above: with all that they take they fill two screens.
__all__ = ["Image", "Run", "Stopped"]


def init(
    name: str | None = None,
    *,
    config: Any = None,
    steps: int | None = None,
    kind: str | None = None,
    networks: Mapping[str, nn.Module] | nn.Module | None = None,
    optimisers: Mapping[str, Optimizer] | Optimizer | None = None,
    also: Mapping[str, Any] | None = None,
    sample: Callable[[int], Any] | None = None,
    real: Any = None,
    value_range: tuple[float, float] | None = None,
    features: str | Path | None = None,
    reconstruct: Callable[[Any], Any] | None = None,
    encode: Callable[[Any], Any] | None = None,
    guard: str | None = None,
    seed: int | None = None,
    runs: str | Path | None = None,
    resume: str | Path | None = None,
    **others: Any,
) -> Run:
    """Begin a run of this script's own loop. Each argument brings more to its screen; none is needed.

    name, config: Its name, by default the script's; a mapping, a namespace or a dataclass to be shown.
    steps, kind: How many there will be; ``gan``, ``autoencoder``, ``vae``, ``other``; names tell, too.
    networks: Such as ``{"generator": G}``: for gradients, checkpoints, going back.
    optimisers, also: By the same names, for rates that can be changed; what else belongs into checkpoints.
    sample: ``sample(n)`` returns images ``(n, channels, height, width)`` or points ``(n, 2)``.
    real: What these are held against: a tensor, dataset, ``DataLoader`` or folder of 200 items or more.
    value_range: Of images, such as (-1, 1); by default, what they look like.
    features: What images are measured in: ``pca``, ``inception``, or a file with a TorchScript module.
    reconstruct, encode: Of real images ``(n, …)``, the images as they come back, and codings ``(n, d)``.
    guard: What to do where it diverges or collapses: ``warn``, ``rollback`` or ``stop``.
    seed, runs: Of the codings of samples, from 0; the folder, by default ``$LATENTOP_RUNS``, else ``./runs``.
    resume: The name or path of a run to go on in; ``latentop resume`` gives it.
    others: What other loggers take, such as ``project``: it is left out, which is told.

    Functions are called between steps, and training can't tell. Raises LatentopError for what isn't accepted.
    """
    from latentop.engine.external.script import start
    from latentop.engine.run.errors import LatentopError

    try:
        return start.init(
            name,
            config=config,
            steps=steps,
            kind=kind,
            networks=networks,
            optimisers=optimisers,
            also=also,
            sample=sample,
            real=real,
            value_range=value_range,
            features=features,
            reconstruct=reconstruct,
            encode=encode,
            guard=guard,
            seed=seed,
            runs=runs,
            resume=resume,
            others=others,
        )
    except LatentopError as error:
        raise error.with_traceback(None) from None  # it tells all by itself: none of our frames


def log(values: Mapping[str, Any], step: int | None = None, *, commit: bool | None = None) -> None:
    """Record values of one step in the run that ``init`` began: see ``Run.log``."""
    from latentop.engine.external.script import start

    start.current("log").log(values, step, commit=commit)


def finish(exit_code: int | None = None, quiet: bool | None = None) -> None:
    """End the run that ``init`` began, failed where there is an exit code; nothing where there is none."""
    from latentop.engine.external.script import lifetime

    if (run := lifetime.opened()) is not None:
        run.finish(exit_code=exit_code)


def __getattr__(name: str) -> Any:
    # Run, Stopped and Image need torch, which takes seconds: it is imported when they are. So is what else
    # scripts call of other loggers: config, run, watch, Table.
    if name in ("Run", "Stopped"):
        from latentop.engine.external.script import run

        return getattr(run, name)
    if name == "Image":
        from latentop.engine.external.script.calls.picture import Image

        return Image
    if name == "__version__":
        from importlib.metadata import version

        return version("latentop")
    from latentop.engine.external.script.dropins import wandb_calls

    return wandb_calls.of_the_module(name)
