"""A ``SummaryWriter`` whose log is a run: change one import, and ``latentop`` shows what TensorBoard would.

    from latentop.tensorboard import SummaryWriter  # was: from torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter("logs/my-gan")
    writer.add_scalar("Loss/G", loss_g, step)

Steps: what is written with one ``global_step`` is one step of the run. The largest one so far says where the
run is. A tag with steps of its own, such as epochs beside iterations, is recorded where the run is when it is
written, which is told once. Without ``global_step`` a tag counts its calls.

Several writers at a time write into one run, and so does a writer where ``latentop.init`` has begun one. The
tags of a writer in a folder named ``train``, ``val``, ``real``, ``fake`` and the like begin with that name.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import latentop
from latentop.engine.external.script import lifetime, start
from latentop.engine.external.script.calls.picture import pixels
from latentop.engine.external.script.dropins.tag_steps import TagSteps

_ROLES = frozenset({"train", "training", "val", "valid", "validation", "test", "eval", "real", "fake"})
"""Names of folders that say which part of a run is written there."""
_ANY = frozenset({"", ".", "..", "/", "logs", "log", "runs", "tensorboard", "tb", "summaries"})
"""Names of folders that say nothing."""
_open: "list[SummaryWriter]" = []


def _no_place(name: str) -> Callable[..., None]:
    def method(self: "SummaryWriter", *_: object, **__: object) -> None:
        self._run.tell(f"{name} has no place here and is left out")

    method.__name__, method.__doc__ = name, "Accepted, and told once: a run shows no such thing."
    return method


class SummaryWriter:
    """Writes into a run what ``torch.utils.tensorboard.SummaryWriter`` writes into event files.

    Args:
        log_dir: Its last name is the run's, by default the script's; the run lies in the folder of runs.
        comment: Follows the name.
        purge_step: Accepted, as are the next ones: ``latentop resume`` rewinds a run by itself.
        given: What else ``latentop.init`` takes, such as ``networks=`` and ``sample=``.
    """

    def __init__(
        self,
        log_dir: str | Path | None = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: int = 120,
        filename_suffix: str = "",
        **given: Any,
    ) -> None:
        names = [name for name in Path(log_dir or "").parts if name not in _ANY]
        telling, last = [name for name in names if name not in _ROLES], (names or [""])[-1]
        joined = lifetime.opened()
        others = [one for one in _open if one._run is joined]
        name = (telling[-1] if telling else start.script_name()) + comment
        self._run: latentop.Run = joined or latentop.init(name, **given)
        self._ends: bool = joined is None or any(one._ends for one in others)
        self._steps: TagSteps = others[0]._steps if others else TagSteps(self._run)
        self._prefix = f"{last}/" if last and (others or last in _ROLES) else ""
        self.log_dir = str(self._run.path if log_dir is None else log_dir)
        if log_dir is not None:
            Path(log_dir).mkdir(parents=True, exist_ok=True)  # scripts save files of their own there
        _open.append(self)

    def get_logdir(self) -> str:
        """The folder that was given; the run's own where none was."""
        return self.log_dir

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
    ) -> None:
        """Record a number, or a tensor or array with one element; raises as ``Run.log`` does."""
        self._run.log({self._prefix + tag: scalar_value}, self._steps.place(self._prefix + tag, global_step))

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: Mapping[str, Any],
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Record several of them, as ``main_tag/tag``."""
        named = {f"{self._prefix}{main_tag}/{tag}": value for tag, value in tag_scalar_dict.items()}
        self._run.log(named, self._steps.place(self._prefix + main_tag, global_step))

    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:
        """Show one picture, in bytes or [0, 1]; its tag says of which kind: ``real``, ``reconstruction`` …"""
        self.add_images(tag, img_tensor, global_step, walltime, dataformats)

    def add_images(
        self,
        tag: str,
        img_tensor: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        dataformats: str = "NCHW",
    ) -> None:
        """Show several of one size."""
        self._show(tag, pixels(img_tensor, dataformats), global_step)

    def add_figure(
        self,
        tag: str,
        figure: Any,
        global_step: int | None = None,
        close: bool = True,
        walltime: float | None = None,
    ) -> None:
        """Show a figure of matplotlib, or several of one size."""
        figures = figure if isinstance(figure, list) else [figure]
        self._show(tag, figures, global_step)
        if close and (pyplot := sys.modules.get("matplotlib.pyplot")):
            for one in figures:
                pyplot.close(one)

    def add_text(
        self, tag: str, text_string: str, global_step: int | None = None, walltime: float | None = None
    ) -> None:
        """Write it into the run's events, where the run is."""
        self._run.note(f"{tag}: {text_string}")

    def add_hparams(
        self,
        hparam_dict: Mapping[str, Any],
        metric_dict: Mapping[str, Any],
        hparam_domain_discrete: object = None,
        run_name: str | None = None,
        global_step: int | None = None,
    ) -> None:
        """Take the first ones into the run's ``config``; record the others where the run is."""
        self._run.config.update(hparam_dict)
        self._run.log(metric_dict, max(self._steps.newest, global_step or 0))

    add_audio = _no_place("add_audio")
    add_custom_scalars = _no_place("add_custom_scalars")
    add_custom_scalars_marginchart = _no_place("add_custom_scalars_marginchart")
    add_custom_scalars_multilinechart = _no_place("add_custom_scalars_multilinechart")
    add_embedding = _no_place("add_embedding")
    add_graph = _no_place("add_graph")
    add_histogram = _no_place("add_histogram")
    add_histogram_raw = _no_place("add_histogram_raw")
    add_image_with_boxes = _no_place("add_image_with_boxes")
    add_mesh = _no_place("add_mesh")
    add_onnx_graph = _no_place("add_onnx_graph")
    add_pr_curve = _no_place("add_pr_curve")
    add_pr_curve_raw = _no_place("add_pr_curve_raw")
    add_tensor = _no_place("add_tensor")
    add_video = _no_place("add_video")

    def flush(self) -> None:
        """Accepted: values are written four times a second."""

    def close(self) -> None:
        """End the run, if a writer began it and no other one is open."""
        self._leave(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._leave(error)
        return isinstance(error, latentop.Stopped)

    def _show(self, tag: str, pictures: Iterable[Any], step: int | None) -> None:
        shown = [latentop.Image(one) for one in pictures]
        self._run.log({self._prefix + tag: shown}, self._steps.place(self._prefix + tag, step))

    def _leave(self, error: BaseException | None) -> None:
        if self in _open:
            _open.remove(self)
        if self._ends and not any(one._run is self._run for one in _open):
            self._run.end_with(error)
