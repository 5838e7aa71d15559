"""An Engine of PyTorch-Ignite as a run.

from latentop.ignite import attach

trainer = Engine(step)  # returns {"loss/generator": …, "loss/discriminator": …}
attach(trainer, "my-gan", evaluators={"valid": evaluator}, networks={"generator": G, "discriminator": D},
       optimisers={"generator": optimiser_g, "discriminator": optimiser_d}, sample=sample, real=dataset)
trainer.run(loader, max_epochs=20)
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import ignite.distributed as idist
import torch
from ignite.engine import Events

import latentop
from latentop.engine.external.script.calls import values
from latentop.engine.external.script.dropins.together import Together

if TYPE_CHECKING:
    from ignite.engine import Engine


def attach(
    engine: "Engine",
    run: latentop.Run | str | None = None,
    *,
    evaluators: "Mapping[str, Engine] | Engine | None" = None,
    output_transform: Callable[[Any], Any] | None = None,
    **given: Any,
) -> latentop.Run:
    """Record a training, and let somebody who looks on pause it, change it and stop it.

    Each iteration is a step with what the engine returns: a number is its ``loss``, a mapping has names of
    its own. What is measured on the engine itself is told at the end of each epoch as ``epoch/…``. Of several
    processes the first one records; they are paused and stopped together, but nothing else is changed.

    Args:
        engine: The one that trains. It is terminated where somebody stops the run.
        run: A run, which is left open at the end, or the name of a new one; by default the script's name.
        evaluators: Engines whose metrics are recorded when they complete, as ``valid/…`` by their names here;
            a single one is called ``valid``.
        output_transform: Makes a number or a mapping of what the engine returns.
        given: What ``latentop.init`` takes for a new run: ``networks=``, ``optimisers=``, ``sample=`` …

    Returns:
        The run.
    """
    opened = run if isinstance(run, latentop.Run) else latentop.init(run, **given)
    attached = _Attached(engine, opened, output_transform)
    engine.add_event_handler(Events.STARTED, attached.begin)
    engine.add_event_handler(Events.ITERATION_COMPLETED, attached.step)
    engine.add_event_handler(Events.EPOCH_COMPLETED, attached.epoch)
    if opened is not run:
        engine.add_event_handler(Events.TERMINATE, attached.terminated)
        engine.add_event_handler(Events.COMPLETED, attached.end)
        engine.add_event_handler(Events.EXCEPTION_RAISED, attached.fail)
    named = evaluators if isinstance(evaluators, Mapping) else {"valid": evaluators} if evaluators else {}
    for name, evaluator in named.items():
        evaluator.add_event_handler(Events.COMPLETED, attached.evaluated, name)
    return opened


class _Attached:
    """What happens at an engine's events."""

    def __init__(
        self,
        engine: "Engine",
        run: latentop.Run,
        transform: Callable[[Any], Any] | None,
    ) -> None:
        self._engine = engine
        self._run = run
        self._transform = transform
        self._together: Together | None = None
        self._stopped = False
        self._before = self._last = 0

    def begin(self) -> None:
        """Say how many steps there will be; a run that goes on takes those that it has not taken yet."""
        state, run = self._engine.state, self._run
        several = idist.get_world_size() > 1
        before = max(0, run.step - state.iteration)
        self._before = _of_the_first(before) if several else before
        steps = (state.max_epochs or 0) * (state.epoch_length or 0)
        self._last = steps if run.resumed else 0
        left = max(1, steps - run.step) if self._last else 0
        self._together = Together(_of_the_first, left) if several else None
        if steps:
            run.expect(steps if run.resumed else self._before + steps)

    def step(self) -> None:
        """Record an iteration; terminate the engine where the run is stopped."""
        output = self._engine.state.output
        self._log(self._named(self._transform(output) if self._transform else output))
        over = self._stopped or self._run.step >= self._last > 0
        if self._together.ends(asked=over) if self._together else over:
            self._engine.terminate()

    def epoch(self) -> None:
        """Record what the engine has measured itself."""
        self._log({f"epoch/{name}": one for name, one in _numbers(self._engine.state.metrics).items()})

    def evaluated(self, evaluator: "Engine", name: str) -> None:
        """Record what an evaluator has measured, where the training is."""
        self._log({f"{name}/{one}": value for one, value in _numbers(evaluator.state.metrics).items()})

    def terminated(self) -> None:
        """End the run where nothing else will be told."""
        if self._engine.should_terminate == "skip_completed":
            self.end()

    def end(self) -> None:
        """End the run well, if it isn't over."""
        self._run.finish()

    def fail(self, error: BaseException) -> None:
        """End the run with an error, which is raised again where nobody else handles it."""
        self._run.end_with(error)
        if len(self._engine._event_handlers[Events.EXCEPTION_RAISED]) == 1:
            raise error

    def _log(self, found: Mapping[str, Any]) -> None:
        if self._stopped:
            return
        try:
            self._run.log(found, self._before + self._engine.state.iteration)
        except latentop.Stopped:
            self._stopped = True

    def _named(self, output: Any) -> Mapping[str, Any]:
        if isinstance(output, Mapping):
            return _numbers(output)
        if found := _numbers({"loss": output}):
            return found
        if output is not None:
            self._run.tell(
                f"the engine returns {values.kind(output)}, which is not recorded; accepted: a number, or a"
                " mapping of numbers: give output_transform="
            )
        return {}


def _of_the_first(number: int) -> int:
    """The number that the first process gives: as a tensor, for ignite has 24 bits for other numbers."""
    heard = idist.broadcast(torch.tensor([number], dtype=torch.int64, device=idist.device()), src=0)
    return number if idist.get_rank() == 0 else int(heard)  # type: ignore[arg-type]


def _numbers(given: Mapping[str, Any]) -> dict[str, Any]:
    """What of it is a number; others, such as images or predictions, are left out."""
    found = {}
    for name, value in values.flat(given):
        with suppress(TypeError):
            found[name] = values.number(value)
    return found
