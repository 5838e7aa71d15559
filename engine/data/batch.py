"""How large a batch can be: no larger than what there is to train on."""

from msgspec import structs

from latentop.engine.data.dataset import Dataset
from latentop.engine.run.errors import UsageError
from latentop.presets.schema import Preset


def largest(preset: Preset, dataset: Dataset) -> int:
    """The largest batch that a step of that preset can draw; 0 where there are too few images for any."""
    count = len(dataset.train) // (preset.per_step // preset.batch)
    pack = getattr(getattr(preset, "discriminator", None), "pack", 1)
    return count // pack * pack


def fitted(preset: Preset, dataset: Dataset) -> Preset:
    """The preset, with the largest batch that can be drawn where its own can't be; UsageError for none."""
    most = largest(preset, dataset)
    if preset.batch <= most:
        return preset
    if not most:
        refuse(preset, dataset)
    return structs.replace(preset, batch=most)


def refuse(preset: Preset, dataset: Dataset) -> None:
    """Raise UsageError where a step would take more images than there are to train on."""
    count, held_out, most = len(dataset.train), len(dataset.test), largest(preset, dataset)
    if preset.batch <= most:
        return
    steps = preset.per_step // preset.batch
    several = f", {steps} times a step," if steps > 1 else ""
    raise UsageError(
        f"batch = {preset.batch}{several} can't be drawn from {count} training images: {_others(held_out)}",
        f"set batch to something from 1 to {most}" if most else "add images, or set data.held_out to fewer",
    )


def _others(held_out: int) -> str:
    return "1 more is held out" if held_out == 1 else f"{held_out} more are held out"
